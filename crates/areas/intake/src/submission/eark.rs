//! An E-ARK information package (CSIP 2.2): a component of its description with files is an item; without such
//! components the package is one.

use super::eark_faults::{refuse, report};
use super::files::{category_of, code_prefix};
use super::{
    BusinessAction, Declared, DeclaredDigest, Enclosure, Opening, RecordedAttributes, Submission,
    SubmissionKind, SubmittedFile, SubmittedItem,
};
use crate::error::IntakeError;
use crate::tally::Tally;
use lantai_domain::{ArchivalCode, ArchivalDate, FileRole, Fonds, FondsNumber};
use lantai_formats::eark::{
    self, EarkError, FaultKind, Package, PackageFile, Part, Unit, read_description, read_events,
};
use lantai_formats::package::FileClass;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;

/// Folder of descriptions.
const DESCRIPTIVE: &str = "metadata/descriptive/";
/// Folder of what has happened.
const PRESERVATION: &str = "metadata/preservation/";
/// Actions taken over with a record; a package's history can be longer than a record's business.
const MAX_ACTIONS: usize = 100;
/// Elements that stand in EAD but are no elements of ours.
const OTHER_ELEMENTS: [&str; 1] = ["appraisal"];

struct EarkSubmission {
    package_name: String,
    reference_code: Option<String>,
    fonds: Option<FondsNumber>,
    year: i32,
    next_numbers: BTreeMap<String, u32>,
    declared: Declared,
    /// Content, each file until an item takes it.
    content: Vec<Option<PackageFile>>,
    /// Content by its names below the package and by its identifiers.
    places: HashMap<String, usize>,
    units: std::vec::IntoIter<Unit>,
    /// The package as one item.
    whole: Option<Unit>,
    actions: Option<Vec<BusinessAction>>,
    papers: Vec<Enclosure>,
}

/// Opens a package: structure and METS are judged at once, content is compared while it is read.
pub(super) fn open(
    opening: &Opening,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    for check in ["A-5.1", "A-5.2", "U-1.1"] {
        tally.tested(check, 1);
    }
    let package = match eark::read(&opening.path) {
        Ok(package) => package,
        Err(EarkError::Io { path, source, .. }) => return Err(IntakeError::disk("read", path, source)),
        Err(error) => {
            refuse(tally, &error);
            return Ok(None);
        }
    };
    // dates of the package are not to lie after this year
    let latest = format!("{}-12-31", opening.year);
    let inspection = match package.inspect(Some(&latest)) {
        Ok(inspection) => inspection,
        Err(EarkError::Io { path, source, .. }) => return Err(IntakeError::disk("read", path, source)),
        Err(error) => {
            refuse(tally, &error);
            return Ok(None);
        }
    };
    let content_names: BTreeSet<&str> = inspection
        .files
        .iter()
        .filter(|file| is_content(file))
        .map(|file| file.name.as_str())
        .collect();
    for fault in inspection.report.faults() {
        // the size of content is compared with what was recorded of it, file by file
        let is_told_later = fault.kind == FaultKind::Size && content_names.contains(fault.file.as_str());
        if !is_told_later {
            report(tally, fault);
        }
    }
    let listed = inspection.files.iter().filter(|file| file.is_listed).count();
    tally.tested("A-4.1", listed as u64);
    tally.tested("I-4.2", listed as u64);
    let submission = EarkSubmission::new(opening, &package, inspection.files, tally)?;
    Ok(Some(Box::new(submission)))
}

fn is_content(file: &PackageFile) -> bool {
    matches!(file.part, Part::Content(_))
        && file.class == FileClass::Content
        && !file.name.ends_with("/.gitkeep")
}

impl EarkSubmission {
    fn new(
        opening: &Opening,
        package: &Package,
        files: Vec<PackageFile>,
        tally: &mut Tally,
    ) -> Result<Self, IntakeError> {
        let descriptions = descriptions(&files, tally);
        let actions = actions(&files, tally);
        let (content, papers): (Vec<_>, Vec<_>) = files.into_iter().partition(is_content);
        let mut places = HashMap::new();
        for (at, file) in content.iter().enumerate() {
            places.insert(file.name.clone(), at);
            for id in &file.ids {
                places.entry(id.to_string()).or_insert(at);
            }
        }
        let papers = papers
            .into_iter()
            .filter(|file| file.class == FileClass::Content)
            .map(|file| Enclosure {
                listed: declared(&file),
                name: file.name,
                path: file.path,
            });
        let papers: Vec<Enclosure> = papers.collect();
        let bytes = content.iter().map(|file| file.bytes).sum();
        let stated: Option<u64> = content.iter().map(|file| file.stated_size).sum();
        let header = package.mets().header.as_ref();
        let reference = header.and_then(|header| {
            header
                .other_ids
                .iter()
                .find(|(kind, text)| kind.as_deref() == Some("REFERENCECODE") && !text.is_empty())
        });
        let mut submission = Self {
            package_name: package.name().to_owned(),
            reference_code: reference.map(|(_, text)| text.clone()),
            fonds: opening.fonds.clone(),
            year: opening.year,
            next_numbers: opening.next_numbers.clone(),
            declared: Declared {
                bytes: stated,
                files: stated.map(|_| content.len() as u64),
                digest_list: Some("METS.xml".to_owned()),
                expected: (content.len() as u64, bytes),
                ..Declared::default()
            },
            content: content.into_iter().map(Some).collect(),
            places,
            units: Vec::new().into_iter(),
            whole: None,
            actions,
            papers,
        };
        let components: Vec<Unit> = descriptions
            .iter()
            .flatten()
            .filter(|unit| {
                unit.references
                    .iter()
                    .any(|name| submission.place(name).is_some())
            })
            .cloned()
            .collect();
        if components.is_empty() {
            let mut whole = whole(&descriptions);
            let label = package.mets().label.as_deref();
            let title = label.unwrap_or(package.name()).to_owned();
            whole
                .elements
                .entry("title".to_owned())
                .or_insert_with(|| vec![title]);
            submission.whole = Some(whole);
        }
        submission.units = components.into_iter();
        let needs_fonds = submission
            .units
            .as_slice()
            .iter()
            .chain(&submission.whole)
            .any(|unit| submission.code_of(unit).is_none());
        if needs_fonds && submission.fonds.is_none() {
            return Err(IntakeError::FondsMissing);
        }
        Ok(submission)
    }

    /// The content file that a reference of a description means.
    fn place(&self, reference: &str) -> Option<usize> {
        let plain = reference.trim().trim_start_matches("./").trim_start_matches('#');
        self.places.get(plain).copied()
    }

    /// The archival code that a unit says it has.
    fn code_of(&self, unit: &Unit) -> Option<String> {
        let own = unit.elements.get("archival_code").into_iter().flatten();
        let whole = self.reference_code.iter().filter(|_| self.whole.is_some());
        let mut candidates = own.chain(whole);
        candidates
            .find(|text| text.parse::<ArchivalCode>().is_ok())
            .cloned()
    }

    fn item(&mut self, unit: Unit, files: Vec<PackageFile>) -> SubmittedItem {
        let mut elements = BTreeMap::new();
        let mut other = BTreeMap::new();
        let code = self.code_of(&unit);
        for (element, values) in &unit.elements {
            let value = values.join(";");
            match element.as_str() {
                "archival_code" => {
                    let rest: Vec<&str> = values
                        .iter()
                        .map(String::as_str)
                        .filter(|value| Some(*value) != code.as_deref())
                        .collect();
                    if !rest.is_empty() {
                        other.insert("unitid".to_owned(), rest.join(";"));
                    }
                }
                "date" => {
                    // a date in another form than ours is kept as it is written
                    let first = values.first().map(String::as_str).unwrap_or_default();
                    if first.parse::<ArchivalDate>().is_ok() {
                        elements.insert("date".to_owned(), first.to_owned());
                    }
                    if values.len() > 1 || !elements.contains_key("date") {
                        elements.entry("date_as_written".to_owned()).or_insert(value);
                    }
                }
                known if OTHER_ELEMENTS.contains(&known) => {
                    other.insert(known.to_owned(), value);
                }
                known => {
                    elements.insert(known.to_owned(), value);
                }
            }
        }
        match (code, &self.fonds) {
            (Some(code), _) => {
                elements.insert("archival_code".to_owned(), code);
            }
            (None, Some(fonds)) => {
                let categories: BTreeSet<&str> = files.iter().map(|file| category_of(&file.name)).collect();
                let category = match (categories.len(), categories.first()) {
                    (1, Some(category)) => category,
                    _ => "WS",
                };
                let number = self.next_numbers.entry(category.to_owned()).or_insert(1);
                let code = format!("{}{number:04}", code_prefix(fonds, category, self.year));
                *number += 1;
                elements.insert("archival_code".to_owned(), code);
                elements.insert("category".to_owned(), category.to_owned());
                elements
                    .entry("retention_period".to_owned())
                    .or_insert_with(|| "永久".to_owned());
                elements
                    .entry("year".to_owned())
                    .or_insert_with(|| self.year.to_string());
            }
            // opening has refused this
            (None, None) => {}
        }
        SubmittedItem {
            place: unit
                .first("title")
                .map_or_else(|| self.package_name.clone(), str::to_owned),
            elements,
            other,
            files_stated: Some(files.len() as u64),
            files: files.into_iter().map(submitted).collect(),
            actions: self.actions.clone(),
            ..SubmittedItem::default()
        }
    }
}

fn submitted(file: PackageFile) -> SubmittedFile {
    let puid = file.format.as_ref().and_then(|format| format.key.as_deref());
    let recorded = RecordedAttributes {
        name: None,
        size: file.stated_size,
        format: puid.or(file.media_type.as_deref()).map(str::to_owned),
        // METS says when the file was put into the package rather than when it was made
        created: None,
    };
    let digests = declared(&file);
    SubmittedFile {
        name: file.name,
        name_bytes: file.name_bytes,
        path: file.path,
        role: FileRole::Content,
        declared: digests.clone(),
        listed: digests,
        recorded: file.is_listed.then_some(recorded),
        is_signed: false,
    }
}

fn declared(file: &PackageFile) -> Vec<DeclaredDigest> {
    let digests = file.digests.iter().filter_map(|stated| {
        Some(DeclaredDigest {
            algorithm: stated.algorithm?.name().to_owned(),
            value: stated.value.trim().to_ascii_lowercase(),
        })
    });
    digests.collect()
}

/// Reads every description of the package; one that is no XML is a fault.
fn descriptions(files: &[PackageFile], tally: &mut Tally) -> Vec<Vec<Unit>> {
    let mut all: Vec<(bool, Vec<Unit>)> = Vec::new();
    for file in files.iter().filter(|file| is_xml_below(file, DESCRIPTIVE)) {
        if let Some(units) = read(file, tally, read_description) {
            // EAD says most, and comes first
            let is_plain = file.metadata_type.as_deref() != Some("EAD");
            all.push((is_plain, units));
        }
    }
    all.sort_by_key(|(is_plain, _)| *is_plain);
    all.into_iter().map(|(_, units)| units).collect()
}

/// What was done with the content, by the package's PREMIS.
fn actions(files: &[PackageFile], tally: &mut Tally) -> Option<Vec<BusinessAction>> {
    let mut actions = Vec::new();
    for file in files.iter().filter(|file| is_xml_below(file, PRESERVATION)) {
        let Some(events) = read(file, tally, read_events) else {
            continue;
        };
        actions.extend(events.into_iter().map(|event| BusinessAction {
            status: Some("历史行为".to_owned()),
            activity: event.kind,
            time: event.time,
            agent: event.agent,
            mandate: None,
            description: event.detail.or(event.outcome),
        }));
    }
    actions.truncate(MAX_ACTIONS);
    (!actions.is_empty()).then_some(actions)
}

/// Whether a file is metadata of the package as a whole.
fn is_xml_below(file: &PackageFile, folder: &str) -> bool {
    file.name.starts_with(folder) && file.name.to_ascii_lowercase().ends_with(".xml")
}

fn read<T>(
    file: &PackageFile,
    tally: &mut Tally,
    reader: impl FnOnce(File) -> Result<T, String>,
) -> Option<T> {
    tally.tested("U-1.1", 1);
    let found = File::open(&file.path)
        .map_err(|error| error.to_string())
        .and_then(reader);
    match found {
        Ok(value) => Some(value),
        Err(reason) => {
            tally.fault("U-1.1", FaultKind::Xml.code(), |finding| {
                finding
                    .file(file.name.clone())
                    .expected("well-formed XML")
                    .found(reason)
                    .mend(FaultKind::Xml.mend())
            });
            None
        }
    }
}

/// One description out of several: what the first says counts, the others fill what it leaves out.
fn whole(descriptions: &[Vec<Unit>]) -> Unit {
    let mut whole = Unit::default();
    let only_components = |units: &[Unit]| units.iter().filter(|unit| unit.depth > 0).count() == 1;
    for units in descriptions {
        // a description of one component describes that, not the frame around it
        let first = if only_components(units) {
            units.iter().find(|unit| unit.depth > 0)
        } else {
            units.first()
        };
        let Some(unit) = first else { continue };
        for (element, values) in &unit.elements {
            whole
                .elements
                .entry(element.clone())
                .or_insert_with(|| values.clone());
        }
    }
    whole
}

impl Submission for EarkSubmission {
    fn kind(&self) -> SubmissionKind {
        SubmissionKind::Eark
    }

    fn declared(&self) -> &Declared {
        &self.declared
    }

    fn fonds(&self) -> &[Fonds] {
        &[]
    }

    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem> {
        if let Some(unit) = self.units.next() {
            let mut files = Vec::new();
            for reference in &unit.references {
                tally.tested("A-4.1", 1);
                let file = self
                    .place(reference)
                    .and_then(|at| self.content.get_mut(at))
                    .and_then(Option::take);
                if let Some(file) = file {
                    files.push(file);
                    continue;
                }
                let is_known = self.place(reference).is_some();
                let (code, found) = if is_known {
                    ("intake.file_named_twice", "a component before names it too")
                } else {
                    ("intake.file_missing", "no such file")
                };
                tally.fault("A-4.1", code, |finding| {
                    finding
                        .file(reference.clone())
                        .expected("a file of a representation")
                        .found(found)
                        .mend("name each file in one component only, by its path in the package")
                });
            }
            return Some(self.item(unit, files));
        }
        let whole = self.whole.take()?;
        let files = self.content.iter_mut().filter_map(Option::take).collect();
        let item = self.item(whole, files);
        Some(item)
    }

    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure> {
        for file in self.content.iter().flatten() {
            tally.fault("A-4.1", "intake.file_without_record", |finding| {
                finding
                    .file(file.name.clone())
                    .expected("a component that names the file")
                    .found("no component names it")
                    .mend("name it in the description, or take it out of the package")
            });
        }
        std::mem::take(&mut self.papers)
    }
}
