//! A BagIt bag (RFC 8493): with a catalogue in its payload its items are the catalogue's; without one the bag is one item.

use super::files::{category_of, code_prefix};
use super::folder::{FolderSubmission, open_below};
use super::transfer::{self, TransferSubmission};
use super::{
    Declared, DeclaredDigest, Enclosure, LooseFile, Opening, Submission, SubmissionKind, SubmittedFile,
    SubmittedItem,
};
use crate::error::IntakeError;
use crate::tally::Tally;
use lantai_domain::{ArchivalCode, FileRole, Finding, Fonds, Outcome, Severity};
use lantai_formats::bagit::{self, Bag, BagError, BagFault, FaultKind, PayloadFile};
use lantai_formats::package::{PackageKind, detect_kind};
use lantai_formats::transfer::is_transfer_package;
use lantai_vault::Algorithm;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

const PAYLOAD: &str = "data";

struct BagSubmission {
    /// Files of the payload that manifests list and that are not there.
    missing: Vec<BagFault>,
    items: Items,
    /// Tag files, kept with the accession.
    tag_files: Vec<Enclosure>,
    /// Digests of the payload by path on disk, for what no item names.
    digests: BTreeMap<PathBuf, Vec<DeclaredDigest>>,
}

enum Items {
    /// The payload has a catalogue.
    Catalogued(Box<FolderSubmission>),
    /// The payload is a transfer package.
    Transfer(Box<TransferSubmission>),
    /// The bag is one item.
    Single {
        item: Option<Box<SubmittedItem>>,
        declared: Declared,
    },
}

/// Opens a bag. Its structure is inspected at once; the digests of its files are compared while they are read.
pub(super) fn open(
    opening: &Opening,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    tally.tested("A-5.2", 1);
    let bag = match bagit::read(&opening.path) {
        Ok(bag) => bag,
        Err(error) => {
            broken(tally, &error);
            return Ok(None);
        }
    };
    let inspection = match bag.inspect() {
        Ok(inspection) => inspection,
        Err(error) => {
            broken(tally, &error);
            return Ok(None);
        }
    };
    if bag.info().value("Payload-Oxum").is_some() {
        tally.tested("I-1.2", 1);
    }
    tally.tested("A-4.1", inspection.files.len() as u64);
    // a file that is missing is told once: by the catalogue, where that names it too
    let (missing, others): (Vec<BagFault>, Vec<BagFault>) = inspection
        .faults
        .iter()
        .cloned()
        .partition(|fault| fault.kind == FaultKind::Missing && fault.path.starts_with("data/"));
    for fault in &others {
        report(tally, fault);
    }
    check_profile(opening, &bag, &inspection, tally)?;
    let payload = opening.path.join(PAYLOAD);
    if !payload.is_dir() {
        for fault in &missing {
            report(tally, fault);
        }
        return Ok(None);
    }
    let tag_files = tag_files(&opening.path)?;
    let digests = inspection
        .files
        .iter()
        .map(|file| (file.location.clone(), declared(file)))
        .collect();
    if opening.catalogue.is_none() && is_transfer_package(&payload) {
        let mut submission = transfer::open_below(opening, &payload, SubmissionKind::Bagit, tally)?;
        let by_name = inspection
            .files
            .iter()
            .map(|file| (below_payload(&file.path), declared(file)));
        submission.declare_digests(by_name.collect(), digest_list(&bag));
        return Ok(Some(Box::new(BagSubmission {
            missing,
            items: Items::Transfer(Box::new(submission)),
            tag_files,
            digests,
        })));
    }
    let catalogue = match &opening.catalogue {
        Some(catalogue) => Some(catalogue.clone()),
        None => match detect_kind(&payload) {
            Ok(PackageKind::Folder { catalogue }) => catalogue,
            Ok(_) => None,
            Err(source) => return Err(IntakeError::disk("read", payload, source)),
        },
    };
    let items = match catalogue {
        Some(catalogue) => {
            let kind = SubmissionKind::Bagit;
            let Some(mut folder) = open_below(opening, &payload, &catalogue, kind, tally)? else {
                return Ok(None);
            };
            let by_name = inspection
                .files
                .iter()
                .map(|file| (below_payload(&file.path), declared(file)));
            folder.declare_digests(by_name.collect());
            folder.set_digest_list(digest_list(&bag));
            Items::Catalogued(Box::new(folder))
        }
        None => single(opening, &bag, &inspection.files)?,
    };
    Ok(Some(Box::new(BagSubmission {
        missing,
        items,
        tag_files,
        digests,
    })))
}

/// The manifest that covers the payload, the strongest where there are several.
fn digest_list(bag: &Bag) -> Option<String> {
    let strongest = bag.algorithms().iter().max_by_key(|algorithm| algorithm.length());
    strongest.map(|algorithm| format!("manifest-{algorithm}.txt"))
}

/// Compares the bag with the profile that it names, where the archive has that.
fn check_profile(
    opening: &Opening,
    bag: &Bag,
    inspection: &bagit::Inspection,
    tally: &mut Tally,
) -> Result<(), IntakeError> {
    let Some(identifier) = bag.info().value(bagit::PROFILE_LABEL) else {
        return Ok(());
    };
    tally.tested("A-5.1", 1);
    let profiles = match &opening.bag_profiles {
        Some(folder) => bagit::Profiles::open(folder),
        None => Ok(bagit::Profiles::default()),
    };
    let profiles = match profiles {
        Ok(profiles) => profiles,
        Err(error) => {
            // our own file is broken, which says nothing about the bag; but it is not accepted unchecked
            tally.refuse("A-5.1", error.code(), |finding| {
                finding
                    .found(error.to_string())
                    .mend("correct or remove the file in rules/bagit-profiles, then take the bag in again")
            });
            return Ok(());
        }
    };
    let Some(profile) = profiles.find(identifier) else {
        tally.add(
            Finding::new("A-5.1", Severity::Warn, Outcome::Warn, "bag.profile_unknown")
                .file("bag-info.txt")
                .expected("a profile in rules/bagit-profiles")
                .found(identifier.to_owned())
                .mend("lay the profile into rules/bagit-profiles, or agree to go on without"),
        );
        return Ok(());
    };
    tally.tested("A-5.2", 1);
    let names: Vec<String> = tag_files(&opening.path)?
        .into_iter()
        .map(|file| file.name)
        .collect();
    for fault in profile.check(bag, &names, &inspection.files, bagit::Travelled::Unknown) {
        report_profile(tally, fault);
    }
    Ok(())
}

fn report_profile(tally: &mut Tally, fault: bagit::ProfileFault) {
    use bagit::ProfileFaultKind as Kind;
    let (check, mend) = match fault.kind {
        Kind::InfoMissing => ("A-5.1", "add the label to bag-info.txt"),
        Kind::InfoValue => ("A-5.1", "use a value that the profile allows"),
        Kind::InfoRepeated => ("A-5.1", "keep one line of the label"),
        Kind::Version => ("A-5.1", "make the bag in a version that the profile accepts"),
        Kind::Manifest | Kind::TagManifest => ("A-5.2", "make the bag with the algorithms of the profile"),
        Kind::Fetch => (
            "A-5.2",
            "follow the profile: it says whether there is a fetch.txt",
        ),
        Kind::Serialization => ("A-5.2", "send the bag as the profile says"),
        Kind::TagFile | Kind::PayloadFile => ("A-5.2", "add the file, or take it out, as the profile says"),
    };
    tally.fault(check, fault.kind.code(), |finding| {
        let mut finding = finding.file(fault.subject).expected(fault.expected).mend(mend);
        finding.found = fault.found;
        finding
    });
}

/// The whole bag as one item, described by what `bag-info.txt` says.
fn single(opening: &Opening, bag: &Bag, files: &[PayloadFile]) -> Result<Items, IntakeError> {
    let info = bag.info();
    let value = |label: &str| info.value(label).map(str::trim).filter(|value| !value.is_empty());
    let identifier = value("External-Identifier").filter(|text| text.parse::<ArchivalCode>().is_ok());
    let categories: BTreeSet<&str> = files.iter().map(|file| category_of(&file.path)).collect();
    let category = match (categories.len(), categories.first()) {
        (1, Some(category)) => category,
        _ => "WS",
    };
    let mut elements = BTreeMap::new();
    let mut put = |element: &str, value: &str| {
        elements.insert(element.to_owned(), value.to_owned());
    };
    match (identifier, &opening.fonds) {
        (Some(code), _) => put("archival_code", code),
        (None, Some(fonds)) => {
            let number = opening.next_numbers.get(category).copied().unwrap_or(1);
            put(
                "archival_code",
                &format!("{}{number:04}", code_prefix(fonds, category, opening.year)),
            );
            put("category", category);
            put("retention_period", "永久");
            put("year", &opening.year.to_string());
        }
        (None, None) => return Err(IntakeError::FondsMissing),
    }
    let folder = opening
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    put("title", value("External-Description").unwrap_or(&folder));
    for (label, element) in [
        ("Source-Organization", "author"),
        ("Internal-Sender-Description", "abstract"),
    ] {
        if let Some(value) = value(label) {
            put(element, value);
        }
    }
    let other = info
        .iter()
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .collect();
    let expected = files
        .iter()
        .fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.bytes));
    let item = SubmittedItem {
        place: folder,
        elements,
        other,
        files: files.iter().map(|file| submitted(&opening.path, file)).collect(),
        ..SubmittedItem::default()
    };
    let declared = Declared {
        expected,
        digest_list: digest_list(bag),
        ..Declared::default()
    };
    Ok(Items::Single {
        item: Some(Box::new(item)),
        declared,
    })
}

fn submitted(root: &Path, file: &PayloadFile) -> SubmittedFile {
    let below = file
        .location
        .strip_prefix(root.join(PAYLOAD))
        .unwrap_or(&file.location);
    let name_bytes = match below.to_str() {
        Some(_) => None,
        None => Some(below.as_os_str().as_encoded_bytes().to_vec()),
    };
    SubmittedFile {
        name: below_payload(&file.path),
        name_bytes,
        path: file.location.clone(),
        role: FileRole::Content,
        declared: declared(file),
        listed: declared(file),
        recorded: None,
        is_signed: false,
    }
}

fn below_payload(path: &str) -> String {
    path.strip_prefix("data/").unwrap_or(path).to_owned()
}

fn declared(file: &PayloadFile) -> Vec<DeclaredDigest> {
    let digest = |expected: &bagit::Expected| DeclaredDigest {
        algorithm: expected.algorithm.name().to_owned(),
        value: expected.digest(),
    };
    file.expected.iter().map(digest).collect()
}

/// The files beside the payload: declaration, information, manifests, and whatever else the sender put there.
fn tag_files(root: &Path) -> Result<Vec<Enclosure>, IntakeError> {
    let mut files = Vec::new();
    for found in lantai_formats::package::walk(root).flatten() {
        let name = found.relative.as_str().to_owned();
        if !name.starts_with("data/") {
            files.push(Enclosure {
                name,
                path: found.path,
                listed: Vec::new(),
            });
        }
    }
    Ok(files)
}

fn broken(tally: &mut Tally, error: &BagError) {
    tally.fault("A-5.2", error.code(), |finding| {
        finding
            .expected("a bag as RFC 8493 describes it")
            .found(error.to_string())
            .mend("make the bag again with a program that follows the standard")
    });
}

/// Which check a fault of a bag belongs to.
fn check_of(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::DigestMismatch => "A-3.1",
        FaultKind::Missing
        | FaultKind::Extra
        | FaultKind::NotInEveryManifest
        | FaultKind::NotFetched
        | FaultKind::NameCase
        | FaultKind::SystemFileMissing => "A-4.1",
        FaultKind::OxumMismatch => "I-1.2",
        FaultKind::Unreadable => "U-2.2",
        _ => "A-5.2",
    }
}

fn report(tally: &mut Tally, fault: &BagFault) {
    let check = check_of(fault.kind);
    tally.tested(check, 1);
    let fill = |finding: Finding| {
        let place = fault
            .line
            .map_or_else(|| fault.path.clone(), |line| format!("{}:{line}", fault.path));
        let mut finding = finding.file(place).mend(fault.kind.mend());
        finding.expected.clone_from(&fault.expected);
        finding.found.clone_from(&fault.found);
        finding
    };
    if fault.is_warning() {
        tally.add(fill(Finding::new(
            check,
            Severity::Warn,
            Outcome::Warn,
            fault.kind.code(),
        )));
    } else {
        tally.fault(check, fault.kind.code(), fill);
    }
}

impl Submission for BagSubmission {
    fn kind(&self) -> SubmissionKind {
        SubmissionKind::Bagit
    }

    fn declared(&self) -> &Declared {
        match &self.items {
            Items::Catalogued(folder) => folder.declared(),
            Items::Transfer(package) => package.declared(),
            Items::Single { declared, .. } => declared,
        }
    }

    fn fonds(&self) -> &[Fonds] {
        match &self.items {
            Items::Catalogued(folder) => folder.fonds(),
            Items::Transfer(package) => package.fonds(),
            Items::Single { .. } => &[],
        }
    }

    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem> {
        match &mut self.items {
            Items::Catalogued(folder) => folder.next_item(tally),
            Items::Transfer(package) => package.next_item(tally),
            Items::Single { item, .. } => item.take().map(|item| *item),
        }
    }

    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure> {
        let mut enclosures = match &mut self.items {
            Items::Catalogued(folder) => folder.finish(tally),
            Items::Transfer(package) => package.finish(tally),
            Items::Single { .. } => Vec::new(),
        };
        for fault in std::mem::take(&mut self.missing) {
            let is_told = match &self.items {
                Items::Catalogued(folder) => folder.missing().contains(&below_payload(&fault.path)),
                Items::Single { .. } | Items::Transfer(_) => false,
            };
            if !is_told {
                report(tally, &fault);
            }
        }
        // content was compared while it was read; the catalogue and other papers of the payload are compared here
        for enclosure in &enclosures {
            for declared in self.digests.get(&enclosure.path).into_iter().flatten() {
                compare(tally, enclosure, declared);
            }
        }
        enclosures.append(&mut self.tag_files);
        enclosures
    }

    fn loose_files(&mut self) -> Vec<LooseFile> {
        match &mut self.items {
            Items::Catalogued(folder) => folder.loose_files(),
            Items::Transfer(_) | Items::Single { .. } => Vec::new(),
        }
    }
}

fn compare(tally: &mut Tally, enclosure: &Enclosure, declared: &DeclaredDigest) {
    let Some(algorithm) = Algorithm::named(&declared.algorithm) else {
        return;
    };
    tally.tested("A-3.1", 1);
    let found = digest_of(&enclosure.path, algorithm).unwrap_or_else(|error| error.to_string());
    if !found.eq_ignore_ascii_case(&declared.value) {
        tally.fault("A-3.1", "intake.digest_mismatch", |finding| {
            finding
                .file(enclosure.name.clone())
                .expected(format!("{} {}", declared.algorithm, declared.value))
                .found(format!("{} {found}", declared.algorithm))
                .mend("the file is not the one that was described: send the right one")
        });
    }
}

fn digest_of(path: &Path, algorithm: Algorithm) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut digester = algorithm.start();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(digester.finish());
        }
        digester.update(buffer.get(..count).unwrap_or_default());
    }
}
