//! `lantai receipt`

use super::{Data, KindArg};
use crate::environment::examiner;
use crate::output::{Output, Status};
use anyhow::Context;
use clap::{Args, Subcommand};
use lantai_domain::{AccessionId, Clock, IdSource, RandomIds, SystemClock, Viewer};
use lantai_intake::receipt::{Receipt, issue, open_signed, prove, read_unverified};
use lantai_intake::{
    AccessionRepository, DigestOf, IntakeRules, MajorFaults, PackageDigest, ReceiveRequest, package_digest,
};
use lantai_journal::VerifyingKey;
use lantai_server::Access;
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Read the receipt of a handed-over package, or prove that it is true. Needs no archive and no network.
#[derive(Debug, Args)]
pub struct ReceiptCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the signed receipt of an accession that was accepted or returned.
    Issue(Issue),
    /// Prove that the archive signed it, that its journal has it, and that it speaks of this package.
    Verify(Verify),
    /// Show what it says, without proving anything.
    Show(Show),
}

#[derive(Debug, Args)]
struct Issue {
    #[command(flatten)]
    data: Data,
    /// Identifier of the accession.
    #[arg(value_name = "ACCESSION")]
    accession: AccessionId,
}

#[derive(Debug, Args)]
struct Verify {
    /// File with the archive's public key.
    #[arg(long, value_name = "FILE", required_unless_present = "data")]
    key: Option<PathBuf>,
    /// Data folder of the archive, in place of its key.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The package as it was handed over; its digests must be those of the receipt.
    #[arg(long, value_name = "PATH")]
    package: Option<PathBuf>,
    /// Kind of the package, where it was said when it was handed in.
    #[arg(long = "as", value_name = "KIND", requires = "package")]
    kind: Option<KindArg>,
    /// Catalogue that did not lie in the package under a usual name.
    #[arg(long, value_name = "FILE", requires = "package")]
    catalogue: Option<PathBuf>,
    /// The receipt: the signed note.
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
}

#[derive(Debug, Args)]
struct Show {
    /// The receipt: the signed note, or its JSON document.
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct CheckedThing {
    what: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
}

impl CheckedThing {
    fn of(what: &'static str, result: Result<(), String>) -> Self {
        Self {
            what,
            ok: result.is_ok(),
            expected: None,
            found: result.err(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Answer {
    ok: bool,
    checked: Vec<CheckedThing>,
    receipt: Option<Receipt>,
}

impl ReceiptCommand {
    /// Does it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        match self.action {
            Action::Issue(command) => command.run(output).await,
            Action::Verify(command) => command.run(output),
            Action::Show(command) => command.run(output),
        }
    }
}

impl Issue {
    async fn run(self, output: &Output) -> anyhow::Result<Status> {
        // what is not in the journal's tiles yet is written there first
        let archive = self.data.open(Access::Write).await?;
        let mut reader = archive.holdings.database.read().await?;
        let id = self.accession;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        let Some(accession) = found else {
            output.answer(&json!({"receipt": null}), || {
                format!("there is no accession {id}")
            })?;
            return Ok(Status::No);
        };
        let note = issue(&archive.holdings, &accession).await?;
        output.answer(&json!({"receipt": note}), || note.clone())?;
        Ok(Status::Well)
    }
}

impl Show {
    fn run(self, output: &Output) -> anyhow::Result<Status> {
        let receipt = read_unverified(&read(&self.receipt)?)?;
        output.answer(&receipt, || text_of(&receipt))?;
        Ok(Status::Well)
    }
}

impl Verify {
    fn run(self, output: &Output) -> anyhow::Result<Status> {
        let key = self.key()?;
        let note = read(&self.receipt)?;
        let mut checked = Vec::new();
        let signed = open_signed(&note, &key);
        checked.push(CheckedThing::of(
            "signature",
            signed.as_ref().map(drop).map_err(ToString::to_string),
        ));
        let receipt = signed.ok();
        if let Some(receipt) = &receipt {
            let proved = prove(receipt, &key).map_err(|error| error.to_string());
            checked.push(CheckedThing::of("journal", proved));
            if let Some(package) = &self.package {
                checked.push(compare(receipt.package.as_ref(), self.digest(receipt, package)?));
            }
        }
        let ok = checked.iter().all(|thing| thing.ok);
        let answer = Answer { ok, checked, receipt };
        output.answer(&answer, || verdict_text(&answer))?;
        Ok(Status::of(ok))
    }

    /// The key that counts is the one that the caller trusts, never the one that the receipt names.
    fn key(&self) -> anyhow::Result<VerifyingKey> {
        let path = match (&self.key, &self.data) {
            (Some(path), _) => path.clone(),
            (None, Some(data)) => lantai_server::public_key_path(data),
            (None, None) => PathBuf::new(),
        };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the public key {}", path.display()))?;
        let key = text.trim().parse::<VerifyingKey>();
        key.with_context(|| format!("{} is no public key of an archive", path.display()))
    }

    /// The digest of the sender's package, taken as it was taken when the package came in.
    fn digest(&self, receipt: &Receipt, package: &Path) -> anyhow::Result<Option<PackageDigest>> {
        let workspace = tempfile::tempdir()?;
        let request = ReceiveRequest {
            name: receipt.name.clone(),
            path: package.to_path_buf(),
            kind: self.kind.map(Into::into),
            catalogue: self.catalogue.clone(),
            root: None,
            fonds: receipt.fonds.as_deref().map(str::parse).transpose()?,
            stage: receipt.stage,
            majors: MajorFaults::Return,
            by: Viewer::local_archivist().name().to_owned(),
            environment: None,
            workspace: workspace.path().to_path_buf(),
        };
        let rules = IntakeRules::builtin()?.with_examiner(examiner()?);
        let ids = RandomIds;
        let id = AccessionId::new(ids.next());
        Ok(package_digest(&rules, &request, id, SystemClock.now(), &ids)?)
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read the receipt {}", path.display()))
}

/// A container is the same byte for byte, or else the files in it are.
fn compare(expected: Option<&PackageDigest>, found: Option<PackageDigest>) -> CheckedThing {
    let told = |digest: &PackageDigest| format!("sm3 {} of {} files", digest.file_list, digest.files);
    let ok = match (expected, &found) {
        (Some(expected), Some(found)) => {
            let both_containers = expected.of == DigestOf::Container && found.of == DigestOf::Container;
            if both_containers {
                expected.value == found.value
            } else {
                expected.file_list == found.file_list && expected.files == found.files
            }
        }
        _ => false,
    };
    CheckedThing {
        what: "package",
        ok,
        expected: expected.map(told).filter(|_| !ok),
        found: found.as_ref().map(told).filter(|_| !ok),
    }
}

fn verdict_text(answer: &Answer) -> String {
    let mut lines: Vec<String> = answer
        .checked
        .iter()
        .map(|thing| {
            let word = if thing.ok { "ok" } else { "WRONG" };
            match (&thing.expected, &thing.found) {
                (Some(expected), Some(found)) => {
                    format!("{:<10}{word}: expected {expected}, found {found}", thing.what)
                }
                (None, Some(found)) => format!("{:<10}{word}: {found}", thing.what),
                _ => format!("{:<10}{word}", thing.what),
            }
        })
        .collect();
    if let Some(receipt) = &answer.receipt {
        lines.push(text_of(receipt));
    }
    lines.join("\n")
}

fn text_of(receipt: &Receipt) -> String {
    let verdict = serde_json::to_value(receipt.verdict).unwrap_or_default();
    let mut lines = vec![
        format!("{}  {}", receipt.accession, receipt.name),
        format!(
            "{} at {}",
            verdict.as_str().unwrap_or_default(),
            receipt.finished_at
        ),
        format!(
            "{} items, {} files, {} bytes, handed in by {} at {}",
            receipt.items, receipt.files, receipt.bytes, receipt.received_by, receipt.received_at
        ),
    ];
    if let Some(package) = &receipt.package {
        lines.push(format!("{} {}", package.algorithm, package.value));
    }
    lines.push(format!(
        "entry {} of the journal of {}",
        receipt.journal.entry, receipt.key
    ));
    lines.join("\n")
}
