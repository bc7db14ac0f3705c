//! `lantai identify`

use crate::output::{Output, Status};
use clap::Args;
use lantai_formats::identify::{Identification, Identifier};
use lantai_formats::package::walk;
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Files that are looked at side by side before their lines are printed, in order.
const BATCH: usize = 256;

/// Name the formats of files by PRONOM. JSON Lines with --json.
///
/// Signature files of PRONOM that lie in rules/pronom of the data folder (DROID_SignatureFile_V*.xml,
/// container-signature-*.xml) take the place of those that ship with the program.
#[derive(Debug, Args)]
pub struct Identify {
    /// Data folder of the archive, for its signature files; none is needed.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// A file that was looked at.
#[derive(Serialize)]
struct Line {
    path: PathBuf,
    #[serde(flatten)]
    identification: Identification,
}

/// A file that could not be looked at.
#[derive(Serialize)]
struct Refusal {
    path: PathBuf,
    error: RefusalError,
}

#[derive(Serialize)]
struct RefusalError {
    code: &'static str,
    message: String,
}

/// What a folder holds.
enum Found {
    File(PathBuf),
    Refused(Refusal),
}

/// Where the signature files of an archive lie.
pub(super) fn publications(data: &Path) -> PathBuf {
    data.join("rules").join("pronom")
}

/// The identifier with the signature files of a data folder; what is wrong with them is said.
pub(super) fn identifier(data: Option<&Path>, output: &Output) -> anyhow::Result<Identifier> {
    let Some(data) = data else {
        return Ok(Identifier::builtin()?);
    };
    let (identifier, faults) = Identifier::with_publications(&publications(data))?;
    for fault in &faults {
        let causes: Vec<String> =
            std::iter::successors(Some(fault as &dyn std::error::Error), |error| error.source())
                .map(ToString::to_string)
                .collect();
        output.say(&format!("lantai: {} [{}]", causes.join(": "), fault.code()));
    }
    Ok(identifier)
}

impl Identify {
    /// Names them, one line a file.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        let identifier = identifier(self.data.as_deref(), output)?;
        let mut well = true;
        let mut found = self.paths.iter().flat_map(|path| files_of(path)).peekable();
        while found.peek().is_some() {
            let batch: Vec<Found> = found.by_ref().take(BATCH).collect();
            let lines: Vec<Result<Line, Refusal>> = batch
                .into_par_iter()
                .map(|found| match found {
                    Found::File(path) => look_at(&identifier, path),
                    Found::Refused(refusal) => Err(refusal),
                })
                .collect();
            for line in lines {
                match line {
                    Ok(line) => output.answer(&line, || line.text())?,
                    Err(refusal) => {
                        well = false;
                        output.answer(&refusal, String::new)?;
                        output.say(&refusal.text());
                    }
                }
            }
        }
        Ok(Status::of(well))
    }
}

/// The file itself, or all files below a folder, in order.
fn files_of(path: &Path) -> Box<dyn Iterator<Item = Found> + '_> {
    if !path.is_dir() {
        return Box::new(std::iter::once(Found::File(path.to_path_buf())));
    }
    Box::new(walk(path).map(move |found| match found {
        Ok(file) => Found::File(file.path),
        Err(error) => Found::Refused(Refusal {
            path: path.to_path_buf(),
            error: RefusalError {
                code: error.code(),
                message: error.to_string(),
            },
        }),
    }))
}

fn look_at(identifier: &Identifier, path: PathBuf) -> Result<Line, Refusal> {
    match identifier.identify_file(&path) {
        Ok(identification) => Ok(Line { path, identification }),
        Err(error) => Err(Refusal {
            path,
            error: RefusalError {
                code: "identify.unreadable",
                message: error.to_string(),
            },
        }),
    }
}

impl Line {
    /// As a person reads it: number, name, version, warnings, path.
    fn text(&self) -> String {
        let found = &self.identification;
        let puid = found.puid.as_deref().unwrap_or("-");
        let name = found.name.as_deref().unwrap_or("unknown");
        let mut text = format!("{puid:12} {name}");
        for part in [found.version.as_deref(), found.charset].into_iter().flatten() {
            text.push_str(&format!(" {part}"));
        }
        let warnings: Vec<String> = found.warnings.iter().map(ToString::to_string).collect();
        if !warnings.is_empty() {
            text.push_str(&format!(" ({})", warnings.join("; ")));
        }
        text.push_str(&format!("\t{}", self.path.display()));
        text
    }
}

impl Refusal {
    fn text(&self) -> String {
        let Self { path, error } = self;
        format!("lantai: {}: {} [{}]", path.display(), error.message, error.code)
    }
}
