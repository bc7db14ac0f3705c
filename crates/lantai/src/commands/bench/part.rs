//! `lantai bench part`

use super::measure::{Report, timed};
use anyhow::Context;
use clap::{Args, Subcommand};
use lantai_domain::{Clock, SystemClock};
use lantai_formats::bagit;
use lantai_vault::{
    Arriving, Digests, LogicalPath, NoProgress, ObjectId, SideBySide, Vault, VersionInfo, Wanted,
};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Files that wait to be stored side by side.
const SIDE_BY_SIDE: usize = 256;

/// One piece of work on given files as a process of its own, to be timed from outside beside another program.
#[derive(Debug, Args)]
pub struct Part {
    #[command(subcommand)]
    work: Work,
}

#[derive(Debug, Subcommand)]
enum Work {
    /// Store the files below a folder as one object of a new vault, durable.
    Store {
        /// Where the files are.
        folder: PathBuf,
        /// Where the vault is made.
        vault: PathBuf,
    },
    /// Read a vault again and compare every file with its SHA-512.
    Fixity {
        /// The vault.
        vault: PathBuf,
    },
    /// SM3 of files, eight side by side on one core.
    Sm3 {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Validate a bag.
    Bag {
        /// The bag.
        bag: PathBuf,
    },
}

impl Part {
    pub(super) fn run(self) -> anyhow::Result<Report> {
        let mut report = Report::new();
        let (work, done): (_, (anyhow::Result<u64>, _)) = match &self.work {
            Work::Store { folder, vault } => ("store", timed(|| store(folder, vault))),
            Work::Fixity { vault } => ("fixity", timed(|| fixity(vault))),
            Work::Sm3 { files } => ("sm3", timed(|| sm3(files))),
            Work::Bag { bag } => ("bag", timed(|| validate(bag))),
        };
        let (bytes, time) = done;
        report.rate(format!("part.{work}"), "MB/s", bytes? as f64 / 1e6, time);
        Ok(report)
    }
}

fn store(folder: &Path, place: &Path) -> anyhow::Result<u64> {
    let vault = Vault::create(place)?;
    let batch = vault.begin("bench")?;
    let mut writer = batch.new_object(&ObjectId::new("urn:lantai:bench")?)?;
    let (mut bytes, mut waiting) = (0, Vec::new());
    let mut put = |waiting: &mut Vec<Arriving<Named>>| -> anyhow::Result<()> {
        for stored in writer.put_all(std::mem::take(waiting), |_, _| Ok(())) {
            bytes += stored?.size;
        }
        Ok(())
    };
    for found in lantai_formats::package::walk(folder) {
        let found = found?;
        waiting.push(Arriving {
            path: LogicalPath::new(found.relative.as_str())?,
            announced: Some(found.size),
            source: Named {
                path: found.path,
                file: None,
            },
        });
        if waiting.len() == SIDE_BY_SIDE {
            put(&mut waiting)?;
        }
    }
    put(&mut waiting)?;
    let info = VersionInfo {
        created: SystemClock.now(),
        message: "bench".to_owned(),
        user_name: "bench".to_owned(),
        user_address: None,
    };
    writer.finish(info)?;
    batch.seal()?.place()?;
    Ok(bytes)
}

fn fixity(vault: &Path) -> anyhow::Result<u64> {
    let verification = Vault::open(vault)?.verify(Digests::Content, 0, &NoProgress)?;
    anyhow::ensure!(verification.problems.is_empty(), "the vault is damaged");
    Ok(verification.bytes)
}

fn sm3(files: &[PathBuf]) -> anyhow::Result<u64> {
    let (mut bytes, mut failed) = (0, None);
    let streams = files.iter().cloned().map(|path| Named { path, file: None });
    SideBySide::new(Wanted::Sm3).digest(
        streams,
        |_, read| {
            bytes += read.len() as u64;
            Ok(())
        },
        |number, digest| failed = digest.err().map(|error| (number, error)).or(failed.take()),
    );
    match failed {
        Some((number, error)) => Err(error).with_context(|| {
            format!(
                "cannot read {}",
                files
                    .get(number)
                    .map_or_else(String::new, |path| path.display().to_string())
            )
        }),
        None => Ok(bytes),
    }
}

/// A file that is opened when its turn comes.
struct Named {
    path: PathBuf,
    file: Option<File>,
}

impl Read for Named {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        self.file.insert(file).read(buffer)
    }
}

fn validate(folder: &Path) -> anyhow::Result<u64> {
    let bag = bagit::read(folder)?;
    let bytes = std::sync::atomic::AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let faults = bag.validate(threads, &|read| {
        bytes.fetch_add(read, std::sync::atomic::Ordering::Relaxed);
    })?;
    anyhow::ensure!(
        faults.iter().all(bagit::BagFault::is_warning),
        "the bag is not valid"
    );
    Ok(bytes.into_inner())
}
