//! Mail, web, plain text and the office formats of old, over files that the project did not write.

#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(clippy::print_stdout, reason = "figures for people")]

#[path = "../corpus/mod.rs"]
mod corpus;

mod archives;
mod bridge;
mod encodings;
mod everything;
mod extensions;
mod hostile;
mod messages;

use lantai_domain::reading::Reading;
use lantai_formats::identify::Identifier;
use lantai_formats::package::walk;
use lantai_formats::properties::Claim;
use lantai_formats::reading::{Collector, ExtractOptions, ReadError, ReadLimits, extract};
use std::path::{Path, PathBuf};

fn options() -> ExtractOptions {
    ExtractOptions {
        identifier: Some(Identifier::builtin().unwrap()),
        program: "lantai test".to_owned(),
        ..ExtractOptions::default()
    }
}

/// Reads a file as it is read in the archive.
fn read(path: &Path, options: &ExtractOptions) -> (Reading, Result<(), ReadError>) {
    let found = options.identifier.as_ref().unwrap().identify_file(path).unwrap();
    let mut collector = Collector::new();
    let result = extract(
        path,
        &Claim::from(&found),
        options,
        &ReadLimits::default(),
        &mut collector,
    );
    (collector.reading, result)
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walk(folder)
        .filter_map(Result::ok)
        .map(|file| file.path)
        .collect();
    files.sort();
    files
}

fn told<'a>(reading: &'a Reading, name: &str) -> Option<&'a str> {
    let told = reading.told.iter().find(|told| told.name == name);
    told.map(|told| told.value.as_str())
}

fn omitted(reading: &Reading) -> Vec<String> {
    let omitted = reading.provenance.omitted.iter();
    omitted
        .map(|omission| format!("{}: {}", omission.code, omission.detail))
        .collect()
}
