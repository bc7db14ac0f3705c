//! `lantai read`

use crate::environment::{reader, variable};
use crate::output::{Output, Status};
use anyhow::Context;
use clap::Args;
use lantai_domain::reading::{Reading, Segment};
use lantai_domain::{Clock, SystemClock};
use lantai_formats::package::walk;
use lantai_reading::{Progress, Reader};
use lantai_server::Config;
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Read what is in files: text, scanned pages, speech, names, dates. JSON Lines with --json.
///
/// What could not be done, and why, stands in provenance.omitted of each line: a missing model, a damaged page.
#[derive(Debug, Args)]
pub struct Read {
    /// Data folder of the archive whose configuration counts; no archive is needed.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// A file that was read.
#[derive(Serialize)]
struct Line {
    path: PathBuf,
    #[serde(flatten)]
    reading: Reading,
}

/// A file that could not be opened.
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

impl Read {
    /// Reads them, one line a file, in order.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        let config = match &self.data {
            Some(data) => Some((data.as_path(), Config::load(data, &variable)?)),
            None => None,
        };
        let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
        let archive = config.as_ref().map(|(data, config)| (*data, config));
        let reader = reader(archive, scratch.path())?;
        let mut files = Vec::new();
        let mut is_well = true;
        for path in &self.paths {
            is_well &= collect(path, &mut files, output);
        }
        for batch in files.chunks(reader.children()) {
            let lines: Vec<Result<Line, Refusal>> = batch
                .par_iter()
                .map(|path| look_into(&reader, path, output))
                .collect();
            for line in lines {
                match line {
                    Ok(line) => {
                        is_well &= !line.is_nothing_read();
                        output.answer(&line, || line.text())?;
                    }
                    Err(refusal) => {
                        is_well = false;
                        output.answer(&refusal, String::new)?;
                        output.say(&format!(
                            "lantai: {}: {} [{}]",
                            refusal.path.display(),
                            refusal.error.message,
                            refusal.error.code
                        ));
                    }
                }
            }
        }
        Ok(Status::of(is_well))
    }
}

/// The file itself, or all files below a folder, in order. `false`: something could not be looked at.
fn collect(path: &Path, files: &mut Vec<PathBuf>, output: &Output) -> bool {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return true;
    }
    let mut is_well = true;
    for found in walk(path) {
        match found {
            Ok(file) => files.push(file.path),
            Err(error) => {
                is_well = false;
                output.say(&format!("lantai: {}: {error} [{}]", path.display(), error.code()));
            }
        }
    }
    is_well
}

fn look_into(reader: &Reader, path: &Path, output: &Output) -> Result<Line, Refusal> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let mut told = 0;
    let read = reader.read(path, &name, None, &mut |progress| {
        // a long file tells now and then how far it is
        let (done, unit) = match progress {
            Progress::Page(page) => (u64::from(page), "pages"),
            Progress::Second(second) => (second as u64, "seconds"),
        };
        if done >= told + 100 {
            told = done;
            output.say(&format!("{}: {done} {unit} read", path.display()));
        }
    });
    match read {
        Ok(mut reading) => {
            reading.provenance.made_at = SystemClock.now().to_string();
            Ok(Line {
                path: path.to_path_buf(),
                reading,
            })
        }
        Err(error) => Err(Refusal {
            path: path.to_path_buf(),
            error: RefusalError {
                code: error.code(),
                message: format!("{:#}", anyhow::Error::new(error)),
            },
        }),
    }
}

impl Line {
    /// Nothing came of it, and there is a reason.
    fn is_nothing_read(&self) -> bool {
        let reading = &self.reading;
        reading.text.trim().is_empty() && !reading.provenance.omitted.is_empty()
    }

    /// As a person reads it: what it is, its text, what was left out.
    fn text(&self) -> String {
        let reading = &self.reading;
        let mut text = format!("== {}\n", self.path.display());
        for page in &reading.pages {
            if reading.pages.len() > 1 {
                text.push_str(&format!("-- {}\n", page.n));
            }
            text.push_str(page.text.trim_end());
            text.push('\n');
        }
        for Segment {
            start,
            end,
            text: said,
            ..
        } in &reading.segments
        {
            text.push_str(&format!("[{start:.1} – {end:.1}] {said}\n"));
        }
        for entity in &reading.entities {
            text.push_str(&format!("{:?}\t{}\t{}\n", entity.kind, entity.text, entity.value));
        }
        for omission in &reading.provenance.omitted {
            text.push_str(&format!(
                "! {}: {} [{}]\n",
                omission.step, omission.detail, omission.code
            ));
        }
        text
    }
}
