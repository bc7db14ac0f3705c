//! Electronic record packages (电子文件封装包, DA/T 48): one file is one record; a folder of them is a submission.

use super::described::{Labels, actions, declared_digests, elements_of, fields_of, recorded};
use super::transfer_faults::report_xml;
use super::{Declared, Enclosure, Opening, Submission, SubmissionKind, SubmittedFile, SubmittedItem};
use crate::error::IntakeError;
use crate::signed::{Verification, filled};
use crate::tally::Tally;
use lantai_domain::{FileRole, Finding, Fonds, Outcome};
use lantai_formats::bagit::{Algorithm, Hasher};
use lantai_formats::eep::{
    CanonicalForm, EepEncoding, EepError, EepFault, EepFaultKind, EepLayer, EepLimits, EepPackage,
    EepSignature, SignatureValue, is_eep_file, write_canonical,
};
use lantai_formats::package::{FileClass, LogicalName, walk};
use lantai_signatures::Gravity;
use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

struct EepSubmission {
    waiting: std::vec::IntoIter<(String, PathBuf)>,
    labels: Labels,
    declared: Declared,
    fonds: Vec<Fonds>,
    papers: Vec<Enclosure>,
    extra: Vec<String>,
    quarantine: PathBuf,
    verification: Verification,
    count: usize,
}

/// Whether a path is an electronic record package, or a folder with nothing else in it at its top.
pub(super) fn is_eep(path: &Path) -> bool {
    if !path.is_dir() {
        return is_eep_file(path);
    }
    let files = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut files = files.map(|entry| entry.path()).filter(|path| path.is_file());
    files.any(|path| {
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("eep"))
    })
}

/// Opens a package, or a folder of packages.
pub(super) fn open(
    opening: &Opening,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    let (mut packages, mut extra, mut bytes) = (Vec::new(), Vec::new(), 0);
    if opening.path.is_dir() {
        for found in walk(&opening.path) {
            match found {
                Ok(file) if file.class == FileClass::Content && is_eep_file(&file.path) => {
                    bytes += file.size;
                    packages.push((file.relative.into_string(), file.path));
                }
                Ok(file) => extra.push(file.relative.into_string()),
                Err(error) => {
                    tally.tested("A-5.2", 1);
                    tally.fault("A-5.2", error.code(), |finding| {
                        finding
                            .found(error.to_string())
                            .mend("remove it, or give it a plain name")
                    });
                }
            }
        }
    } else {
        let name = opening
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        bytes = std::fs::metadata(&opening.path).map_or(0, |metadata| metadata.len());
        packages.push((name, opening.path.clone()));
    }
    Ok(Some(Box::new(EepSubmission {
        declared: Declared {
            expected: (packages.len() as u64, bytes),
            ..Declared::default()
        },
        waiting: packages.into_iter(),
        labels: Labels::new(tally.schemes()),
        fonds: Vec::new(),
        papers: Vec::new(),
        extra,
        quarantine: opening.quarantine.clone(),
        verification: opening.verification.clone(),
        count: 0,
    })))
}

/// Which check a fault belongs to.
fn check_of(kind: EepFaultKind) -> &'static str {
    use EepFaultKind as Kind;
    match kind {
        // what a schema would say
        Kind::Root
        | Kind::ElementUnknown
        | Kind::ElementTwice
        | Kind::ElementOrder
        | Kind::TextUnexpected
        | Kind::Version
        | Kind::Kind
        | Kind::Value
        | Kind::IdentifierTwice
        | Kind::ReferenceOpen => "U-1.1",
        Kind::ElementMissing | Kind::HistoryIncomplete => "I-4.1",
        Kind::Base64 | Kind::ContentMissing => "I-4.2",
        Kind::SizeDiffers | Kind::KeywordDiffers => "A-3.2",
        Kind::CodeParts => "A-2.6",
    }
}

fn report(tally: &mut Tally, name: &str, record: &str, fault: &EepFault) {
    let check = check_of(fault.kind);
    tally.tested(check, 1);
    tally.fault(check, fault.kind.code(), |finding| {
        finding
            .record(record)
            .file(format!("{name}:{}", fault.line))
            .element(fault.element.as_str())
            .expected(fault.expected.as_str())
            .found(fault.found.as_str())
            .mend(fault.kind.mend())
    });
}

/// Reads a package and gives its record. `None`: it cannot be read, which was told. An error is ours.
pub(super) fn read_item(
    path: &Path,
    name: &str,
    into: &Path,
    labels: &Labels,
    verification: &Verification,
    tally: &mut Tally,
) -> Result<Option<SubmittedItem>, IntakeError> {
    tally.tested("U-1.1", 1);
    let package = match EepPackage::read(path, into, &EepLimits::default()) {
        Ok(package) => package,
        Err(EepError::Xml(fault)) => {
            report_xml(tally, name, None, &fault);
            return Ok(None);
        }
        Err(EepError::Disk { path, source }) => return Err(IntakeError::disk("write", path, source)),
    };
    let code = package
        .present()
        .and_then(|layer| layer.metadata.value("档号"))
        .unwrap_or(name);
    for check in ["I-4.1", "I-4.2", "A-3.2"] {
        tally.tested(check, 1);
    }
    for fault in &package.faults {
        // sizes are compared again with the attributes recorded, file by file
        if fault.kind != EepFaultKind::SizeDiffers {
            report(tally, name, code, fault);
        }
    }
    for signature in package.layers.iter().flat_map(|layer| &layer.signatures) {
        check_signature(tally, path, name, code, signature, verification);
    }
    let Some(layer) = package.present() else {
        tally.refuse("U-1.1", EepFaultKind::Root.code(), |finding| {
            finding
                .file(name)
                .found("no record in it")
                .mend(EepFaultKind::Root.mend())
        });
        return Ok(None);
    };
    Ok(Some(item_of(layer, name, code, into, labels, tally)?))
}

fn item_of(
    layer: &EepLayer,
    name: &str,
    code: &str,
    into: &Path,
    labels: &Labels,
    tally: &mut Tally,
) -> Result<SubmittedItem, IntakeError> {
    let mut item = SubmittedItem {
        place: name.to_owned(),
        actions: Some(actions(&layer.metadata)),
        files_stated: Some(layer.metadata.files.len() as u64),
        ..SubmittedItem::default()
    };
    if let Some(scheme) = labels.scheme(Some("documents"), code) {
        let elements = elements_of(&scheme, &layer.metadata);
        item.elements = elements.known;
        item.other = elements.other;
        item.fields = Some(fields_of(&scheme, &layer.metadata));
    }
    for (relation, number) in layer.relations.iter().zip(1..) {
        let parts: Vec<String> = relation
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        item.other
            .insert(format!("文件实体关系{number}"), parts.join(";"));
    }
    let mut names = HashSet::new();
    for encoding in layer.documents.iter().flat_map(|document| &document.encodings) {
        tally.tested("A-4.1", 1);
        let Some(path) = content_path(encoding, into)? else {
            continue;
        };
        let stated = encoding.attributes.name.as_deref().unwrap_or_default();
        item.files.push(SubmittedFile {
            name: file_name(stated, encoding, &mut names),
            name_bytes: None,
            path,
            role: FileRole::Content,
            declared: declared_digests(&encoding.attributes),
            listed: Vec::new(),
            recorded: Some(recorded(&encoding.attributes)),
            is_signed: !layer.signatures.is_empty(),
        });
    }
    Ok(item)
}

/// Where the data of a file lie; an empty file is made where the package says that it is empty.
fn content_path(encoding: &EepEncoding, into: &Path) -> Result<Option<PathBuf>, IntakeError> {
    if encoding.content.path.is_some() || encoding.content.is_broken {
        return Ok(encoding.content.path.clone());
    }
    if encoding.attributes.size() != Some(0) {
        return Ok(None);
    }
    let empty = into.join("empty");
    let made = std::fs::create_dir_all(into).and_then(|()| File::create(&empty));
    made.map_err(|source| IntakeError::disk("write", &empty, source))?;
    Ok(Some(empty))
}

/// A name for a file: the one that the package says, where it is a plain one and not another file's already.
fn file_name(stated: &str, encoding: &EepEncoding, names: &mut HashSet<String>) -> String {
    let plain = LogicalName::new(stated)
        .ok()
        .filter(|name| !name.as_str().contains('/'));
    let own = plain.map(LogicalName::into_string);
    let fallback = || {
        let place = names.len() + 1;
        format!(
            "{place:04}.{}",
            encoding.keyword.trim_start_matches('.').replace(['/', '\\'], "_")
        )
    };
    let mut name = match own {
        Some(own) if !names.contains(&own) => own,
        Some(own) => format!("{}/{own}", names.len() + 1),
        None => fallback(),
    };
    if LogicalName::new(&name).is_err() {
        name = format!("{:04}", names.len() + 1);
    }
    names.insert(name.clone());
    name
}

/// Check.
fn check_signature(
    tally: &mut Tally,
    path: &Path,
    name: &str,
    code: &str,
    signature: &EepSignature,
    verification: &Verification,
) {
    tally.tested("A-1.1", 1);
    let place = |finding: Finding| {
        finding
            .record(code)
            .file(format!("{name}:{}", signature.line))
            .element("electronic_signature")
    };
    match &signature.value {
        SignatureValue::Signature(value) => {
            let judged = verification.package(path, signature, value);
            for (kind, gravity, found) in judged.problems() {
                let fill = |finding| filled(place(finding), kind, &found);
                match gravity {
                    Gravity::Invalid => tally.fault("A-1.1", kind.code(), fill),
                    Gravity::Undecided => tally.question("A-1.1", kind.code(), fill),
                }
            }
        }
        SignatureValue::DigestOnly(digest) => {
            if !digest_fits(path, signature, digest) {
                tally.fault("A-1.1", "eep.digest_differs", |finding| {
                    place(finding)
                        .expected(format!("the digest of the signed part, {}", hex::encode(digest)))
                        .found("another digest, whatever form it is computed over")
                        .mend("encapsulate the record again")
                });
            }
        }
        SignatureValue::Broken(found) => tally.fault("A-1.1", "eep.signature_broken", |finding| {
            place(finding)
                .expected("Base64")
                .found(found.as_str())
                .mend("sign the package again")
        }),
    }
}

/// Whether a digest is that of the signed part, in any of the forms and algorithms that are in use.
fn digest_fits(path: &Path, signature: &EepSignature, digest: &[u8]) -> bool {
    let algorithms: &[Algorithm] = match digest.len() {
        16 => &[Algorithm::Md5],
        20 => &[Algorithm::Sha1],
        32 => &[Algorithm::Sm3, Algorithm::Sha256],
        _ => return false,
    };
    let wanted = hex::encode(digest);
    CanonicalForm::ALL.iter().any(|form| {
        let mut sink = Digests(
            algorithms
                .iter()
                .map(|algorithm| Hasher::new(*algorithm))
                .collect(),
        );
        let written = write_canonical(path, signature.covers, *form, &mut sink);
        matches!(written, Ok(true)) && sink.0.into_iter().any(|hasher| hasher.finish() == wanted)
    })
}

struct Digests(Vec<Hasher>);

impl Write for Digests {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for hasher in &mut self.0 {
            hasher.update(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Submission for EepSubmission {
    fn kind(&self) -> SubmissionKind {
        SubmissionKind::Eep
    }

    fn declared(&self) -> &Declared {
        &self.declared
    }

    fn fonds(&self) -> &[Fonds] {
        &self.fonds
    }

    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem> {
        loop {
            let (name, path) = self.waiting.next()?;
            self.count += 1;
            let into = self.quarantine.join(format!("eep-{}", self.count));
            self.papers.push(Enclosure {
                name: name.clone(),
                path: path.clone(),
                listed: Vec::new(),
            });
            match read_item(&path, &name, &into, &self.labels, &self.verification, tally) {
                Ok(Some(item)) => {
                    super::described::note_fonds(&mut self.fonds, &item);
                    return Some(item);
                }
                Ok(None) => {}
                Err(error) => report_ours(tally, &name, &error),
            }
        }
    }

    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure> {
        tally.tested("S-2.1", 1);
        for name in std::mem::take(&mut self.extra) {
            tally.fault("S-2.1", "intake.extra_file", |finding| {
                finding
                    .file(name)
                    .found("no electronic record package")
                    .mend("take it out of the package")
            });
        }
        std::mem::take(&mut self.papers)
    }
}

/// The disk failed while a package was decoded: the package cannot be accepted, and it is not at fault.
pub(super) fn report_ours(tally: &mut Tally, name: &str, error: &IntakeError) {
    let code = error.code();
    tally.refuse("U-1.1", code, |mut finding| {
        finding.outcome = Outcome::Error;
        finding
            .file(name)
            .expected("room to decode the package")
            .found(error.to_string())
            .mend("the operator looks at the disk; then hand the package in again")
    });
}
