//! The commands; each is one file.

mod account;
mod bench;
mod check;
mod config;
mod demo;
mod doctor;
mod examine_file;
mod export;
mod filing;
mod identify;
mod ingest;
mod init;
mod keys;
mod models;
mod read;
mod read_file;
mod rebuild;
mod receipt;
mod record;
mod search;
mod serve;
mod verify;
mod work;

use crate::environment::{examiner, reader, variable};
use crate::output::{Output, Status};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use lantai_database::{AuditScope, Covers};
use lantai_domain::audit::{ActorKind, AuditActor, AuditNote, EventClass};
use lantai_domain::{Clock, Stage, SystemClock, Viewer};
use lantai_intake::SubmissionKind;
use lantai_server::{Access, Archive, Config};
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a filled archive on this machine and serve it.
    Demo(demo::Demo),
    /// Make an empty archive.
    Init(init::Init),
    /// Serve pages and API, with workers in the same process.
    Serve(serve::Serve),
    /// Do the jobs that wait, without serving.
    Work(work::Work),
    /// Take packages, folders or files in.
    Ingest(ingest::Ingest),
    /// Run the four-property checks on a package without taking it in, or on a whole archive.
    Check(check::Check),
    /// Name the formats of files by PRONOM.
    Identify(identify::Identify),
    /// Read what is in files: text, scanned pages, speech, names, dates.
    Read(read::Read),
    /// Find records.
    Search(search::Search),
    /// Show the whole of one record.
    Record(record::Record),
    /// Read everything that is kept again and prove it.
    Verify(verify::Verify),
    /// Make catalogue and index again from vault and journal.
    Rebuild(rebuild::Rebuild),
    /// Read or prove the receipt of a handed-over package.
    Receipt(receipt::ReceiptCommand),
    /// Write records out.
    Export(export::Export),
    /// Propose what is filed, where and how long, by the table of the archive.
    Filing(filing::Filing),
    /// Look after accounts in an emergency.
    Account(account::AccountCommand),
    /// List, make and rotate the keys that content is encrypted with.
    Keys(keys::Keys),
    /// List, fetch and verify the models that read files.
    Models(models::Models),
    /// Tell what of this machine and of an archive is in order, and what is left out.
    Doctor(doctor::Doctor),
    /// Explain the configuration.
    Config(config::ConfigCommand),
    /// Measure the work of the archive.
    Bench(bench::Bench),
    /// Examine files under limits, for another process.
    #[command(hide = true)]
    ExamineFile(examine_file::ExamineFile),
    /// Read files under limits, for another process.
    #[command(hide = true)]
    ReadFile(read_file::ReadFile),
}

impl Command {
    /// Does it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        match self {
            Self::Demo(command) => audited("demo", command.run(output)).await,
            Self::Init(command) => audited("init", command.run(output)).await,
            Self::Serve(command) => command.run(output).await,
            Self::Work(command) => command.run(output).await,
            Self::Ingest(command) => audited("ingest", command.run(output)).await,
            Self::Check(command) => command.run(output).await,
            Self::Identify(command) => command.run(output),
            Self::Read(command) => command.run(output),
            Self::Search(command) => command.run(output).await,
            Self::Record(command) => command.run(output).await,
            Self::Verify(command) => command.run(output).await,
            Self::Rebuild(command) => audited("rebuild", command.run(output)).await,
            Self::Receipt(command) => command.run(output).await,
            Self::Export(command) => command.run(output).await,
            Self::Filing(command) => command.run(output),
            Self::Account(command) => command.run(output).await,
            Self::Keys(command) => command.run(output).await,
            Self::Models(command) => command.run(output).await,
            Self::Doctor(command) => command.run(output),
            Self::Config(command) => command.run(output),
            Self::Bench(command) => command.run(output).await,
            Self::ExamineFile(command) => command.run(),
            Self::ReadFile(command) => command.run(),
        }
    }
}

/// Does what a command does to the holdings in the name of whoever holds the data folder: each change of archival state
/// tells the audit trail so.
async fn audited<T>(command: &str, work: impl Future<Output = T>) -> T {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let note = local_note(EventClass::Change, command, &*clock);
    AuditScope::new(note, Covers::Archival, clock).cover(work).await
}

/// An event of a command.
fn local_note(class: EventClass, command: &str, clock: &dyn Clock) -> AuditNote {
    AuditNote::new(class, command, clock.now()).by(AuditActor::new(ActorKind::System, "local"))
}

/// The data folder of an archive.
#[derive(Debug, Clone, Args)]
pub struct Data {
    /// Data folder of the archive.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: PathBuf,
}

impl Data {
    /// Its configuration.
    fn config(&self) -> anyhow::Result<Config> {
        Ok(Config::load(&self.data, &variable)?)
    }

    /// Opens the archive.
    async fn open(&self, access: Access) -> anyhow::Result<Archive> {
        let archive = Archive::open(&self.data, self.config()?, access).await;
        guarded(archive.with_context(|| format!("cannot open the archive in {}", self.data.display()))?)
    }
}

/// The same archive; what it takes in is examined and read by child processes.
fn guarded(mut archive: Archive) -> anyhow::Result<Archive> {
    archive.rules = archive.rules.with_examiner(examiner()?);
    if archive.config.children(1)? == 0 {
        return Ok(archive);
    }
    let scratch = archive.workspace().join("reading");
    let scratch = std::path::absolute(&scratch)?;
    archive.reader = Some(reader(Some((&archive.data, &archive.config)), &scratch)?);
    Ok(archive)
}

/// The kinds of packages that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// A folder with a catalogue.
    Folder,
    /// A BagIt bag.
    Bagit,
    /// A transfer package (移交信息包, DA/T 93).
    Transfer,
    /// Electronic record packages (电子文件封装包, DA/T 48).
    Eep,
    /// An E-ARK information package.
    Eark,
    /// Plain files, each a record.
    File,
}

impl From<KindArg> for SubmissionKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Folder => Self::Folder,
            KindArg::Bagit => Self::Bagit,
            KindArg::Transfer => Self::Transfer,
            KindArg::Eep => Self::Eep,
            KindArg::Eark => Self::Eark,
            KindArg::File => Self::File,
        }
    }
}

/// The stages of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageArg {
    /// 归档.
    Filing,
    /// 移交与接收.
    Transfer,
    /// 长期保存.
    Preservation,
}

impl From<StageArg> for Stage {
    fn from(stage: StageArg) -> Self {
        match stage {
            StageArg::Filing => Self::Filing,
            StageArg::Transfer => Self::Transfer,
            StageArg::Preservation => Self::Preservation,
        }
    }
}

/// On whose behalf a question is asked.
fn viewer_of(archive: &Archive, name: Option<&str>) -> anyhow::Result<Viewer> {
    match name {
        None | Some("archivist") => Ok(Viewer::local_archivist()),
        Some("public") => Ok(archive.public()?),
        Some(name) => Ok(Viewer::local(name)),
    }
}
