//! A package in one file: ZIP, TAR or 7z, unpacked into the quarantine and then opened as the folder that it holds.

use super::{Declared, Enclosure, LooseFile, Opening, Submission, SubmissionKind, SubmittedItem};
use crate::checks::containers::check_of;
use crate::error::IntakeError;
use crate::tally::Tally;
use lantai_domain::Fonds;
use lantai_formats::container::{Refusal, UnpackError, Unpacked, detect_container, unpack};
use lantai_formats::package::LogicalName;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The folder of the quarantine that containers are unpacked into; what else is put there does not meet them.
const UNPACKED: &str = "container";
/// Endings of containers. What has one and is none was meant as one, or is broken.
const ENDINGS: [&str; 12] = [
    ".zip",
    ".tar",
    ".7z",
    ".tgz",
    ".tbz2",
    ".txz",
    ".tzst",
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".tar.zst",
    ".tar.zstd",
];

/// What a file turned out to be.
pub(super) enum Content {
    /// No container: a file like any other.
    Plain,
    /// A container that is refused; the findings say why.
    Refused,
    /// What the container held, and how to open it.
    Package(Box<Opening>, OddNames),
}

/// Names that were not UTF-8 in the container, by where their files lie now.
pub(super) struct OddNames(HashMap<PathBuf, Vec<u8>>);

/// Unpacks the file that an opening names, if it is a container. Faults go to the tally.
pub(super) fn unpacked(opening: &Opening, tally: &mut Tally) -> Result<Content, IntakeError> {
    let path = &opening.path;
    let limits = &*opening.limits;
    let kind = detect_container(path, limits).map_err(|source| IntakeError::disk("read", path, source))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let lower = name.to_lowercase();
    let ending = ENDINGS
        .iter()
        .filter(|ending| lower.ends_with(*ending))
        .max_by_key(|ending| ending.len());
    if kind.is_none() && ending.is_none() {
        return Ok(Content::Plain);
    }
    for check in ["A-5.2", "U-4.1", "U-4.2"] {
        tally.tested(check, 1);
    }
    let folder = opening.quarantine.join(UNPACKED);
    std::fs::create_dir_all(&folder).map_err(|source| IntakeError::disk("make", folder.clone(), source))?;
    // the package is called after its container where it has no folder of its own
    let stem = ending.map_or(name.as_str(), |ending| {
        name.get(..name.len() - ending.len()).unwrap_or(&name)
    });
    let is_plain = LogicalName::new(stem).is_ok_and(|name| !name.as_str().contains('/')) && stem.len() < 200;
    let root = folder.join(if is_plain { stem } else { "package" });
    match unpack(path, &root, limits, &mut |_| {}) {
        Ok(unpacked) => Ok(inside(opening, &unpacked, tally)),
        Err(UnpackError::Refused(refusals)) => {
            for refusal in &refusals {
                report(tally, &name, refusal);
            }
            Ok(Content::Refused)
        }
        Err(UnpackError::Read { path, source }) => Err(IntakeError::disk("read", path, source)),
        Err(UnpackError::Write { path, source }) => Err(IntakeError::disk("write", path, source)),
        Err(error @ UnpackError::QuarantineInUse(_)) => Err(IntakeError::disk(
            "unpack into",
            root,
            std::io::Error::other(error),
        )),
    }
}

fn inside(opening: &Opening, unpacked: &Unpacked, tally: &mut Tally) -> Content {
    for extra in unpacked.beside_package() {
        tally.tested("S-2.1", 1);
        tally.fault("S-2.1", "intake.extra_file", |finding| {
            finding
                .file(extra.name.as_str())
                .expected("one folder, which is the package")
                .found("a file beside it")
                .mend("take it out of the container")
        });
    }
    let odd = unpacked.entries.iter().filter_map(|entry| {
        let bytes = entry.name_bytes.clone()?;
        Some((unpacked.root.join(entry.name.as_str()), bytes))
    });
    let inside = Opening {
        path: unpacked.package_root(),
        ..opening.clone()
    };
    Content::Package(Box::new(inside), OddNames(odd.collect()))
}

fn report(tally: &mut Tally, container: &str, refusal: &Refusal) {
    // nothing of a container that is refused can be accepted, whatever the weight of the check
    tally.refuse(check_of(&refusal.fault), refusal.code(), |finding| {
        finding
            .file(refusal.entry.as_deref().unwrap_or(container))
            .expected(refusal.expected.as_str())
            .found(refusal.found.as_str())
            .mend(refusal.mend())
    });
}

impl OddNames {
    /// The same submission, with the original names of its files.
    pub(super) fn kept_by(self, inner: Box<dyn Submission + Send>) -> Box<dyn Submission + Send> {
        if self.0.is_empty() {
            return inner;
        }
        Box::new(Renamed { inner, odd: self })
    }

    /// The bytes of a name inside the package, which may begin some folders further down than the container.
    fn of(&self, path: &Path, name: &str) -> Option<Vec<u8>> {
        let whole: Vec<&[u8]> = self.0.get(path)?.split(|byte| *byte == b'/').collect();
        let above = whole.len().saturating_sub(name.split('/').count());
        Some(whole.get(above..)?.join(&b'/'))
    }
}

/// A submission out of a container some of whose names are not UTF-8.
struct Renamed {
    inner: Box<dyn Submission + Send>,
    odd: OddNames,
}

impl Submission for Renamed {
    fn kind(&self) -> SubmissionKind {
        self.inner.kind()
    }

    fn declared(&self) -> &Declared {
        self.inner.declared()
    }

    fn fonds(&self) -> &[Fonds] {
        self.inner.fonds()
    }

    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem> {
        let mut item = self.inner.next_item(tally)?;
        for file in &mut item.files {
            if file.name_bytes.is_none() {
                file.name_bytes = self.odd.of(&file.path, &file.name);
            }
        }
        Some(item)
    }

    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure> {
        self.inner.finish(tally)
    }

    fn loose_files(&mut self) -> Vec<LooseFile> {
        let mut loose = self.inner.loose_files();
        for LooseFile { file, .. } in &mut loose {
            if file.name_bytes.is_none() {
                file.name_bytes = self.odd.of(&file.path, &file.name);
            }
        }
        loose
    }
}
