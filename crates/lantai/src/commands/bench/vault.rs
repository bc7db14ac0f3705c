//! `lantai bench vault`

use super::Place;
use super::measure::{Report, forget_peak_memory, timed};
use clap::Args;
use lantai_domain::{Clock, IdSource, RandomIds, SystemClock};
use lantai_vault::{
    Algorithm, Batch, Digests, LogicalPath, NoProgress, ObjectId, SideBySide, VersionInfo, Wanted,
};

/// Measure the vault alone: objects of three files written by all cores, made durable, placed, and verified.
#[derive(Debug, Args)]
pub struct Vault {
    /// Number of objects.
    #[arg(long, default_value_t = 3000, value_name = "N")]
    objects: u32,
    /// Bytes of each file.
    #[arg(long, default_value_t = 8000, value_name = "BYTES")]
    file_bytes: usize,
}

const FILES: usize = 3;

impl Vault {
    pub(super) fn run(self, place: &Place) -> anyhow::Result<Report> {
        let mut report = Report::new();
        for _ in 0..place.repeat {
            let folder = place.fresh()?;
            let vault = lantai_vault::Vault::create(folder.path().join("vault"))?;
            forget_peak_memory();
            let batch = vault.begin("bench")?;
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let (staged, staging) = timed(|| self.stage(&batch, cores));
            staged?;
            let (placed, placing) = timed(|| batch.seal()?.place());
            let objects = placed?.len() as f64;
            let bytes = objects * (FILES * self.file_bytes) as f64;
            report.rate("vault.staged", "objects/s", objects, staging);
            report.rate("vault.durable", "objects/s", objects, staging + placing);
            report.rate("vault.bytes", "MB/s", bytes / 1e6, staging + placing);
            let (verified, time) = timed(|| vault.verify(Digests::Content, cores, &NoProgress));
            verified?;
            report.rate("vault.verified", "objects/s", objects, time);
            let (verified, time) = timed(|| vault.verify(Digests::ContentAndSm3, cores, &NoProgress));
            verified?;
            report.rate("vault.verified_with_sm3", "objects/s", objects, time);
            self.sm3(&mut report);
            report.peak_memory("vault.peak_memory");
        }
        Ok(report)
    }

    /// SM3 of eight streams side by side and one after the other, on one core, in memory.
    fn sm3(&self, report: &mut Report) {
        let mut content = vec![0; 4 << 20];
        super::generate::Noise::new(1).fill(&mut content);
        let bytes = (content.len() * 8) as f64;
        let streams = || std::iter::repeat_n(content.as_slice(), 8);
        let ((), side_by_side) =
            timed(|| SideBySide::new(Wanted::Sm3).digest(streams(), |_, _| Ok(()), |_, _| {}));
        report.rate("sm3.side_by_side", "MB/s", bytes / 1e6, side_by_side);
        let (_, alone) = timed(|| {
            streams()
                .map(|stream| Algorithm::Sm3.of(stream))
                .collect::<Vec<_>>()
        });
        report.rate("sm3.one_by_one", "MB/s", bytes / 1e6, alone);
    }

    fn stage(&self, batch: &Batch, workers: usize) -> anyhow::Result<()> {
        let next = std::sync::atomic::AtomicU32::new(0);
        let work = || -> anyhow::Result<()> {
            let mut content = vec![0; self.file_bytes];
            loop {
                let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if number >= self.objects {
                    return Ok(());
                }
                let mut writer = batch.new_object(&ObjectId::from_uuid(RandomIds.next()))?;
                for file in 0..FILES {
                    super::generate::Noise::new(u64::from(number) * FILES as u64 + file as u64)
                        .fill(&mut content);
                    writer.put_bytes(&LogicalPath::new(format!("content/{file}.bin"))?, &content)?;
                }
                let message = "bench".to_owned();
                let info = VersionInfo {
                    created: SystemClock.now(),
                    message,
                    user_name: "bench".to_owned(),
                    user_address: None,
                };
                writer.finish(info)?;
            }
        };
        std::thread::scope(|scope| {
            let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            started.into_iter().try_for_each(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a worker of the bench failed")))
            })
        })
    }
}
