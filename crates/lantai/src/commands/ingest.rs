//! `lantai ingest`

use super::{Data, KindArg, StageArg};
use crate::output::{Output, Status};
use crate::progress;
use clap::Args;
use lantai_domain::{AccessionId, Finding, FondsNumber, Viewer};
use lantai_intake::{IntakeError, MajorFaults, Progress, ReceiveRequest, TakenIn};
use lantai_server::{Access, Archive};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Take packages, folders or files in.
#[derive(Debug, Args)]
pub struct Ingest {
    #[command(flatten)]
    data: Data,
    /// Fonds of what names none, such as J001.
    #[arg(long, value_name = "CODE")]
    fonds: Option<String>,
    /// Kind of the packages; found out if not said.
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<KindArg>,
    /// Catalogue that does not lie in the package under a usual name.
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Folder that references of the catalogue may reach besides the package itself.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Stage of the checks.
    #[arg(long, default_value = "filing")]
    stage: StageArg,
    /// Let a person accept faults of weight "major" with a written reason, instead of returning the package.
    #[arg(long)]
    ask: bool,
    /// The returned accession that this package corrects.
    #[arg(long, value_name = "ACCESSION")]
    corrects: Option<AccessionId>,
    /// Packages, folders or files; each path is one accession.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Answer {
    accessions: Vec<AccessionAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorAnswer>,
}

#[derive(Debug, Serialize)]
struct AccessionAnswer {
    id: AccessionId,
    path: PathBuf,
    verdict: &'static str,
    items: u64,
    files: u64,
    bytes: u64,
    findings: Vec<Finding>,
    /// It had come to this before: the same package, taken from the same place.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    already: bool,
}

#[derive(Debug, Serialize)]
struct ErrorAnswer {
    path: PathBuf,
    code: &'static str,
    message: String,
}

impl Ingest {
    /// Takes them in, one after the other; what is refused does not stop the rest.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let fonds = self.fonds.as_deref().map(str::parse::<FondsNumber>).transpose()?;
        let archive = self.data.open(Access::Write).await?;
        let mut answer = Answer {
            accessions: Vec::new(),
            errors: Vec::new(),
        };
        for path in &self.paths {
            match self.take_in(&archive, path, fonds.as_ref()).await {
                Ok(taken) => answer.accessions.push(answer_of(path, taken)),
                Err(error) => answer.errors.push(ErrorAnswer {
                    path: path.clone(),
                    code: error.code(),
                    message: chain(&error),
                }),
            }
        }
        archive.worker().run_until_idle().await?;
        archive.rest().await?;
        output.answer(&answer, || text(&answer))?;
        for error in &answer.errors {
            output.say(&format!(
                "lantai: {}: {} [{}]",
                error.path.display(),
                error.message,
                error.code
            ));
        }
        if !answer.errors.is_empty() {
            return Ok(Status::CouldNotRun);
        }
        Ok(Status::of(
            answer
                .accessions
                .iter()
                .all(|accession| accession.verdict == "accepted"),
        ))
    }

    async fn take_in(
        &self,
        archive: &Archive,
        path: &Path,
        fonds: Option<&FondsNumber>,
    ) -> Result<TakenIn, IntakeError> {
        let request = ReceiveRequest {
            path: path.to_path_buf(),
            name: name_of(path),
            kind: self.kind.map(Into::into),
            catalogue: self.catalogue.clone(),
            root: self.root.clone(),
            fonds: fonds.cloned(),
            stage: self.stage.into(),
            majors: if self.ask {
                MajorFaults::Ask
            } else {
                MajorFaults::Return
            },
            by: Viewer::local_archivist().name().to_owned(),
            environment: None,
            workspace: archive.workspace().to_path_buf(),
        };
        take_in(archive, &request, self.corrects).await
    }
}

/// Receives one package as the institution's built-in archivist, showing progress.
pub(super) async fn take_in(
    archive: &Archive,
    request: &ReceiveRequest,
    corrects: Option<AccessionId>,
) -> Result<TakenIn, IntakeError> {
    let progress = Arc::new(Progress::default());
    let work = lantai_intake::take_in(&archive.holdings, &archive.rules, request, corrects, &progress);
    progress::follow(&progress, work).await
}

/// The last part of a path.
fn name_of(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    whole
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn answer_of(path: &Path, taken: TakenIn) -> AccessionAnswer {
    let TakenIn { received, already } = taken;
    let accession = received.accession;
    AccessionAnswer {
        id: accession.id,
        path: path.to_path_buf(),
        verdict: accession.state.name(),
        items: accession.items,
        files: accession.files,
        bytes: accession.bytes,
        findings: received.findings,
        already,
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Findings as a person reads them, one a line.
pub(super) fn findings_text(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let place = [&finding.record, &finding.file, &finding.element];
        let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
        let mut line = format!(
            "  {} {} [{}] {}",
            finding.check,
            finding.severity.name(),
            finding.code,
            place.join(" · ")
        );
        for (what, value) in [
            ("expected", &finding.expected),
            ("found", &finding.found),
            ("mend", &finding.mend),
        ] {
            if let Some(value) = value {
                line.push_str(&format!("\n      {what}: {value}"));
            }
        }
        line.push('\n');
        line
    };
    findings.iter().map(line).collect()
}

fn text(answer: &Answer) -> String {
    let accession = |accession: &AccessionAnswer| {
        let before = if accession.already { " before" } else { "" };
        format!(
            "{}: {}{before} ({} items, {} files, {} bytes), accession {}\n{}",
            accession.path.display(),
            accession.verdict,
            accession.items,
            accession.files,
            accession.bytes,
            accession.id,
            findings_text(&accession.findings)
        )
    };
    answer.accessions.iter().map(accession).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_by_its_last_part() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("移交包");
        std::fs::create_dir(&package).unwrap();
        assert_eq!(name_of(&package.join(".")), "移交包");
    }
}
