//! `lantai bench`: the measured work, on generated or given data.

mod generate;
mod identify;
mod intake;
mod journal;
mod measure;
mod part;
mod search;
mod vault;

use crate::output::{Output, Status};
use anyhow::Context;
use clap::{Args, Subcommand};
use lantai_server::{Access, Archive, Config, NewArchive, initialise};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Measure the work of the archive, in an archive of its own that is removed afterwards.
#[derive(Debug, Args)]
pub struct Bench {
    /// Folder to work in; a temporary one if not said.
    #[arg(long, global = true, value_name = "DIR")]
    work_folder: Option<PathBuf>,
    /// How often each part is measured; the medians are told.
    #[arg(long, global = true, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Taking in: a large file, and many small items.
    Intake(intake::Intake),
    /// Naming the formats of given files, beside another program.
    Identify(identify::Identify),
    /// Indexing and searching.
    Search(search::Search),
    /// The vault alone.
    Vault(vault::Vault),
    /// One piece of work, to be timed from outside.
    Part(part::Part),
    /// The journal alone.
    Journal(journal::Journal),
}

/// Where a bench works, and how often.
struct Place {
    folder: TempDir,
    repeat: u32,
}

impl Bench {
    /// Measures.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let folder = match &self.work_folder {
            Some(folder) => TempDir::new_in(folder),
            None => TempDir::new(),
        };
        let folder = folder.context("cannot make a folder to work in")?;
        let place = Place {
            folder,
            repeat: self.repeat,
        };
        let report = match self.what {
            What::Intake(bench) => bench.run(&place).await?,
            What::Identify(bench) => bench.run(&place)?,
            What::Search(bench) => bench.run(&place).await?,
            What::Vault(bench) => bench.run(&place)?,
            What::Journal(bench) => bench.run(&place)?,
            What::Part(bench) => bench.run()?,
        };
        let report = report.finish();
        output.answer(&report, || report.text())?;
        Ok(Status::Well)
    }
}

impl Place {
    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A fresh folder in it.
    fn fresh(&self) -> anyhow::Result<TempDir> {
        TempDir::new_in(self.path()).context("cannot make a folder to work in")
    }
}

/// An empty archive.
async fn empty_archive(folder: &Path) -> anyhow::Result<Archive> {
    let data = folder.join("archive");
    initialise(
        &data,
        &NewArchive {
            config: Config::default(),
            admin: "admin".to_owned(),
        },
    )
    .await?;
    super::guarded(Archive::open(&data, Config::default(), Access::Write).await?)
}
