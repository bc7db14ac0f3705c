//! `lantai bench intake`

use super::measure::{Report, forget_peak_memory, timed, timed_async};
use super::{Place, empty_archive, generate};
use crate::commands::ingest::{findings_text, take_in};
use anyhow::{Context, bail};
use clap::Args;
use lantai_domain::{Stage, Viewer};
use lantai_intake::{Accession, AccessionState, ReceiveRequest};
use lantai_server::Archive;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Measure taking in. Every time ends when all is durable; indexing follows and is told apart.
#[derive(Debug, Args)]
pub struct Intake {
    /// Size of the large file in MB; 0 leaves it out.
    #[arg(long, default_value_t = 1000, value_name = "MB", value_parser = clap::value_parser!(u64).range(..=generate::LARGEST_MB))]
    large_mb: u64,
    /// Number of small items, three files each; 0 leaves them out.
    #[arg(long, default_value_t = 3000, value_name = "N")]
    items: u32,
    /// A package of your own, instead of generated ones.
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// Fonds of what names none.
    #[arg(long, default_value = "B001", value_name = "CODE")]
    fonds: String,
}

impl Intake {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        let mut report = Report::new();
        if let Some(path) = &self.path {
            for _ in 0..place.repeat {
                self.given(place, path, &mut report).await?;
            }
            return Ok(report);
        }
        if self.large_mb > 0 {
            let path = place.path().join("recording.wav");
            generate::large_file(&path, self.large_mb).context("cannot write the large file")?;
            // once before anything is measured, so that both read from memory
            sha512sum(&path);
            for _ in 0..place.repeat {
                self.large(place, &path, &mut report).await?;
            }
        }
        if self.items > 0 {
            let package = place.path().join("items");
            std::fs::create_dir(&package)?;
            generate::item_package(&package, self.items).context("cannot write the items")?;
            for _ in 0..place.repeat {
                self.small(place, &package, &mut report).await?;
            }
        }
        Ok(report)
    }

    async fn large(&self, place: &Place, path: &Path, report: &mut Report) -> anyhow::Result<()> {
        let before = sha512sum(path);
        let folder = place.fresh()?;
        let archive = empty_archive(folder.path()).await?;
        forget_peak_memory();
        let (accession, time) = self.receive(&archive, path).await?;
        report.peak_memory("large.peak_memory");
        let after = sha512sum(path);
        report.add("large.size", "MB", megabytes(&accession));
        report.rate("large.intake", "MB/s", megabytes(&accession), time);
        compare(
            report,
            "large",
            &accession,
            time,
            [before, after].into_iter().flatten(),
        );
        Ok(())
    }

    async fn small(&self, place: &Place, package: &Path, report: &mut Report) -> anyhow::Result<()> {
        let folder = place.fresh()?;
        let archive = empty_archive(folder.path()).await?;
        forget_peak_memory();
        let (accession, time) = self.receive(&archive, package).await?;
        report.peak_memory("items.peak_memory");
        report.add("items.count", "items", accession.items as f64);
        report.add("items.files", "files", accession.files as f64);
        report.rate("items.intake", "items/s", accession.items as f64, time);
        report.rate("items.bytes", "MB/s", megabytes(&accession), time);
        forget_peak_memory();
        let (done, time) = timed_async(archive.worker().run_until_idle()).await;
        done?;
        report.rate("items.index", "items/s", accession.items as f64, time);
        report.peak_memory("items.index.peak_memory");
        Ok(())
    }

    async fn given(&self, place: &Place, path: &Path, report: &mut Report) -> anyhow::Result<()> {
        let folder = place.fresh()?;
        let archive = empty_archive(folder.path()).await?;
        forget_peak_memory();
        let (accession, time) = self.receive(&archive, path).await?;
        report.peak_memory("given.peak_memory");
        report.add("given.size", "MB", megabytes(&accession));
        report.rate("given.intake", "MB/s", megabytes(&accession), time);
        report.rate("given.items", "items/s", accession.items as f64, time);
        if path.is_file() {
            compare(report, "given", &accession, time, sha512sum(path).into_iter());
        }
        let (done, time) = timed_async(archive.worker().run_until_idle()).await;
        done?;
        report.rate("given.index", "items/s", accession.items as f64, time);
        Ok(())
    }

    async fn receive(&self, archive: &Archive, path: &Path) -> anyhow::Result<(Accession, Duration)> {
        receive(archive, path, &self.fonds).await
    }
}

/// Takes a package in; what is returned is an error here.
pub(super) async fn receive(
    archive: &Archive,
    path: &Path,
    fonds: &str,
) -> anyhow::Result<(Accession, Duration)> {
    let request = ReceiveRequest {
        path: path.to_path_buf(),
        name: "bench".to_owned(),
        kind: None,
        catalogue: None,
        root: None,
        fonds: Some(fonds.parse()?),
        stage: Stage::Filing,
        majors: lantai_intake::MajorFaults::Return,
        by: Viewer::local_archivist().name().to_owned(),
        environment: None,
        workspace: archive.workspace().to_path_buf(),
    };
    let (received, time) = timed_async(take_in(archive, &request, None)).await;
    let received = received?.received;
    if !matches!(received.accession.state, AccessionState::Accepted { .. }) {
        let first = received
            .findings
            .get(..received.findings.len().min(10))
            .unwrap_or_default();
        bail!("the package was returned:\n{}", findings_text(first));
    }
    Ok((received.accession, time))
}

fn megabytes(accession: &Accession) -> f64 {
    accession.bytes as f64 / 1e6
}

/// Tells how the intake compares with `sha512sum` alone on the same file.
fn compare(
    report: &mut Report,
    name: &str,
    accession: &Accession,
    time: Duration,
    alone: impl Iterator<Item = Duration>,
) {
    let alone: Vec<f64> = alone.map(|time| time.as_secs_f64()).collect();
    if alone.is_empty() {
        return;
    }
    let mean = alone.iter().sum::<f64>() / alone.len() as f64;
    report.add(format!("{name}.sha512sum"), "MB/s", megabytes(accession) / mean);
    report.add(format!("{name}.ratio"), "of sha512sum", mean / time.as_secs_f64());
}

/// How long the system's own tool takes to digest a file; `None` where it is not there.
fn sha512sum(path: &Path) -> Option<Duration> {
    let mut command = Command::new("sha512sum");
    command
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let (status, time) = timed(|| command.status());
    status
        .ok()
        .filter(std::process::ExitStatus::success)
        .map(|_| time)
}
