//! Plain files without a catalogue: each file becomes a record, described by its name until a person does better.

use super::{Declared, Enclosure, Opening, Submission, SubmissionKind, SubmittedFile, SubmittedItem};
use crate::error::IntakeError;
use crate::tally::Tally;
use lantai_domain::{FileRole, Fonds, FondsNumber};
use lantai_formats::package::{FileClass, FoundFile, LogicalName, walk};
use std::collections::BTreeMap;
use std::path::Path;

struct PlainFiles {
    fonds: FondsNumber,
    year: i32,
    next_numbers: BTreeMap<String, u32>,
    files: std::vec::IntoIter<FoundFile>,
    declared: Declared,
}

/// Opens a file, or a folder of files.
pub(super) fn open(
    opening: &Opening,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    let fonds = opening.fonds.clone().ok_or(IntakeError::FondsMissing)?;
    let mut files = Vec::new();
    if opening.path.is_dir() {
        for found in walk(&opening.path) {
            match found {
                Ok(file) if file.class == FileClass::Junk => {
                    tally.tested("S-2.1", 1);
                    let name = file.relative.as_str().to_owned();
                    tally.fault("S-2.1", "intake.extra_file", |finding| {
                        finding
                            .file(name)
                            .found("left behind by an operating system")
                            .mend("take it out")
                    });
                }
                Ok(file) => files.push(file),
                Err(error) => {
                    tally.tested("A-5.2", 1);
                    let code = error.code();
                    tally.fault("A-5.2", code, |finding| {
                        finding
                            .found(error.to_string())
                            .mend("remove it, or give it a plain name")
                    });
                }
            }
        }
    } else {
        files.push(single(&opening.path)?);
    }
    if files.is_empty() {
        tally.tested("A-4.1", 1);
        tally.refuse("A-4.1", "intake.nothing_in_package", |finding| {
            finding
                .expected("at least one file")
                .found("an empty folder")
                .mend("choose the folder with the files")
        });
        return Ok(None);
    }
    let expected = files
        .iter()
        .fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.size));
    Ok(Some(Box::new(PlainFiles {
        fonds,
        year: opening.year,
        next_numbers: opening.next_numbers.clone(),
        files: files.into_iter(),
        declared: Declared {
            expected,
            ..Declared::default()
        },
    })))
}

fn single(path: &Path) -> Result<FoundFile, IntakeError> {
    let disk = |source| IntakeError::disk("read", path, source);
    let bytes = path.file_name().unwrap_or_default().as_encoded_bytes();
    let text = std::str::from_utf8(bytes).ok();
    let decoded = text.map_or_else(|| lantai_formats::text::decode_file_name(bytes), str::to_owned);
    let relative = LogicalName::new(&decoded).map_err(|error| IntakeError::KindUnknown {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })?;
    Ok(FoundFile {
        relative,
        original_name_bytes: text.is_none().then(|| bytes.to_vec()),
        path: path.to_path_buf(),
        size: std::fs::metadata(path).map_err(disk)?.len(),
        class: FileClass::Content,
    })
}

/// The category that a file's extension suggests (DA/T 13-2022): photographs, sound, video, mail, web, else documents.
pub(super) fn category_of(name: &str) -> &'static str {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "jpg" | "jpeg" | "png" | "tif" | "tiff" | "bmp" | "gif" | "jp2" | "webp" => "ZP",
        "wav" | "mp3" | "flac" | "ogg" | "opus" | "m4a" | "wma" | "aif" | "aiff" => "LY",
        "mp4" | "mov" | "avi" | "mkv" | "webm" | "mpg" | "mpeg" | "wmv" | "flv" => "LX",
        "eml" | "msg" | "mbox" => "YJ",
        "html" | "htm" | "warc" | "mht" | "mhtml" => "WY",
        _ => "WS",
    }
}

impl Submission for PlainFiles {
    fn kind(&self) -> SubmissionKind {
        SubmissionKind::File
    }

    fn declared(&self) -> &Declared {
        &self.declared
    }

    fn fonds(&self) -> &[Fonds] {
        &[]
    }

    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem> {
        let file = self.files.next()?;
        tally.tested("A-4.1", 1);
        let name = file.relative.as_str().to_owned();
        let category = category_of(&name);
        let number = self.next_numbers.entry(category.to_owned()).or_insert(1);
        // kept for good until it has been appraised
        let code = format!("{}{number:04}", code_prefix(&self.fonds, category, self.year));
        *number += 1;
        let title = Path::new(file.relative.file_name())
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let elements = [
            ("archival_code", code),
            ("category", category.to_owned()),
            ("title", title.into_owned()),
            ("retention_period", "永久".to_owned()),
            ("year", self.year.to_string()),
        ];
        Some(SubmittedItem {
            place: name.clone(),
            elements: elements
                .into_iter()
                .map(|(element, value)| (element.to_owned(), value))
                .collect(),
            other: BTreeMap::new(),
            files: vec![SubmittedFile {
                name,
                name_bytes: file.original_name_bytes,
                path: file.path,
                role: FileRole::Content,
                declared: Vec::new(),
                listed: Vec::new(),
                recorded: None,
                is_signed: false,
            }],
            is_plain_file: true,
            ..SubmittedItem::default()
        })
    }

    fn finish(&mut self, _tally: &mut Tally) -> Vec<Enclosure> {
        Vec::new()
    }
}

/// The part of a code before the item's number, for records that get their code here.
pub(crate) fn code_prefix(fonds: &FondsNumber, category: &str, year: i32) -> String {
    format!("{fonds}-{category}·{year}·Y-")
}
