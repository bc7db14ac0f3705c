//! A transfer package (移交信息包, DA/T 93): the catalogue names the records, a folder holds each.

use super::described::{Labels, actions, declared_digests, elements_of, fields_of, note_fonds, recorded};
use super::eep;
use super::transfer_faults::{report_fault, report_xml};
use super::{
    Declared, DeclaredDigest, Enclosure, Opening, Submission, SubmissionKind, SubmittedFile, SubmittedItem,
};
use crate::error::IntakeError;
use crate::signed::Verification;
use crate::surroundings::{ENVIRONMENT_FOLDER, is_series};
use crate::tally::Tally;
use lantai_domain::{FileRole, Fonds, Stage};
use lantai_formats::transfer::{
    CatalogueEntry, PackagePaper, RecordContents, RecordFile, TransferFault, TransferFaultKind,
    TransferPackage,
};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// Elements of an entry and what they are in a description; those of the metadata are compared with them.
const CATALOGUE_ELEMENTS: [(&str, &str); 7] = [
    ("责任者", "author"),
    ("题名", "title"),
    ("日期", "date"),
    ("保管期限", "retention_period"),
    ("密级", "security_classification"),
    ("页数", "total_number_of_pages"),
    ("备注", "annotation"),
];

/// A transfer package that is being read.
pub(super) struct TransferSubmission {
    kind: SubmissionKind,
    package: TransferPackage,
    labels: Labels,
    declared: Declared,
    fonds: Vec<Fonds>,
    /// Algorithm of the list of digests.
    algorithm: Option<&'static str>,
    codes: HashSet<String>,
    given: u64,
    stated_items: Option<u64>,
    papers: Vec<Enclosure>,
    quarantine: PathBuf,
    verification: Verification,
    /// Digests that the manifests of a bag around the package declare, by name.
    manifest: BTreeMap<String, Vec<DeclaredDigest>>,
}

/// Opens a transfer package.
pub(super) fn open(
    opening: &Opening,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    let submission = open_below(opening, &opening.path, SubmissionKind::Transfer, tally)?;
    Ok(Some(Box::new(submission)))
}

/// Opens the tree of a transfer package, wherever it lies.
pub(super) fn open_below(
    opening: &Opening,
    root: &Path,
    kind: SubmissionKind,
    tally: &mut Tally,
) -> Result<TransferSubmission, IntakeError> {
    let package = TransferPackage::open(root).map_err(|source| IntakeError::disk("read", root, source))?;
    for check in ["A-5.1", "A-5.2", "U-1.1", "S-2.1"] {
        tally.tested(check, 1);
    }
    let description = package.description.clone().unwrap_or_default();
    let carrier = description
        .value("离线载体参数")
        .filter(|text| !text.starts_with('无'));
    let mut declared = Declared {
        items: description.records,
        bytes: description.bytes,
        environment: description.value("软硬件环境").map(str::to_owned),
        carrier: carrier.map(|text| description.value("载体编号").unwrap_or(text).to_owned()),
        expected: package.expected(),
        ..Declared::default()
    };
    if let Some(register) = &package.register {
        compare_totals(
            tally,
            "I-1.1",
            "intake.item_count",
            "items",
            &mut declared.items,
            register.records,
        );
        compare_totals(
            tally,
            "I-1.2",
            "intake.byte_count",
            "bytes",
            &mut declared.bytes,
            register.bytes,
        );
    }
    declared.digest_list = package.digest_list().map(|list| list.name.clone());
    let mut submission = TransferSubmission {
        kind,
        algorithm: package.digest_list().map(|list| list.algorithm.name()),
        stated_items: declared.items,
        labels: Labels::new(tally.schemes()),
        declared,
        package,
        fonds: Vec::new(),
        codes: HashSet::new(),
        given: 0,
        papers: Vec::new(),
        quarantine: opening.quarantine.clone(),
        verification: opening.verification.clone(),
        manifest: BTreeMap::new(),
    };
    submission.report(tally);
    Ok(submission)
}

/// Whether a fault is about the series of sensors, which lie beside what is kept.
fn is_environment(fault: &TransferFault) -> bool {
    let of_folder = |file: &str| file.trim_end_matches('/') == ENVIRONMENT_FOLDER || is_series(file);
    let kinds = [TransferFaultKind::FolderUnexpected, TransferFaultKind::ExtraFile];
    kinds.contains(&fault.kind) && fault.file.as_deref().is_some_and(of_folder)
}

/// Compares a total of 说明文件 with that of the register form; where the first says nothing the second counts.
fn compare_totals(
    tally: &mut Tally,
    check: &str,
    code: &str,
    what: &str,
    stated: &mut Option<u64>,
    registered: Option<u64>,
) {
    let Some(registered) = registered else { return };
    let Some(stated) = *stated else {
        *stated = Some(registered);
        return;
    };
    tally.tested(check, 1);
    if stated != registered {
        tally.fault(check, code, |finding| {
            finding
                .file("其他/电子档案移交与接收登记表.xml")
                .expected(format!("{stated} {what} as 说明文件 says"))
                .found(format!("{registered} {what}"))
                .mend("correct the number in 说明文件 or in the register form")
        });
    }
}

impl TransferSubmission {
    /// Takes over what the manifests of a bag around the package declare.
    pub(super) fn declare_digests(
        &mut self,
        manifest: BTreeMap<String, Vec<DeclaredDigest>>,
        list: Option<String>,
    ) {
        self.manifest = manifest;
        self.declared.digest_list = self.declared.digest_list.take().or(list);
    }

    /// Passes on what the package found.
    fn report(&mut self, tally: &mut Tally) {
        for fault in self.package.take_faults() {
            if tally.stage() == Stage::Preservation && is_environment(&fault) {
                continue;
            }
            report_fault(tally, fault);
        }
        for (name, fault) in self.package.take_unreadable() {
            report_xml(tally, &name, None, &fault);
        }
        if self.package.is_catalogue_broken() {
            // what cannot be counted is not compared
            self.declared.items = None;
            self.declared.bytes = None;
        }
    }

    fn item(&mut self, entry: &CatalogueEntry, code: &str, tally: &mut Tally) -> Option<SubmittedItem> {
        let mut item = self.catalogued(entry, code);
        tally.tested("A-4.1", 1);
        if !self.codes.insert(code.to_owned()) {
            // a second entry of the code: the check of codes names both
            return Some(item);
        }
        let contents = self.package.record(code)?;
        self.report_contents(&contents, code, tally);
        if let Some(paper) = &contents.paper {
            self.papers.push(self.enclosure(paper));
        }
        if contents.is_eep {
            return self.eep_item(&contents, &item, code, tally);
        }
        if let Some(Ok(metadata)) = &contents.metadata
            && let Some(scheme) = self.labels.scheme(metadata.scheme.as_deref(), code)
        {
            let from_metadata = elements_of(&scheme, metadata);
            self.compare(&item.elements, &from_metadata.known, code, &contents, tally);
            if let Some(stated) = from_metadata
                .known
                .get("archival_code")
                .filter(|stated| *stated != code)
            {
                let fault = TransferFault::new(TransferFaultKind::MetadataCode).record(code);
                let file = contents.paper.as_ref().map_or("", |paper| paper.name.as_str());
                report_fault(tally, fault.file(file).expected(code).found(stated.as_str()));
            }
            item.fields = Some(fields_of(&scheme, metadata));
            item.actions = Some(actions(metadata));
            item.files_stated = Some(metadata.files.len() as u64);
            for (element, value) in from_metadata.known {
                if !value.is_empty() || !item.elements.contains_key(&element) {
                    item.elements.insert(element, value);
                }
            }
            item.other.extend(from_metadata.other);
            note_fonds(&mut self.fonds, &item);
        }
        item.elements.insert("archival_code".to_owned(), code.to_owned());
        item.files = contents.files.into_iter().map(|file| self.file(file)).collect();
        Some(item)
    }

    fn file(&self, file: RecordFile) -> SubmittedFile {
        let manifest = self.manifest.get(&file.name).cloned().unwrap_or_default();
        let mut declared = file.attributes.as_ref().map(declared_digests).unwrap_or_default();
        let mut listed = listed(self.algorithm, file.listed);
        declared.extend(manifest.iter().cloned());
        listed.extend(manifest);
        SubmittedFile {
            declared,
            listed,
            recorded: file.attributes.as_ref().map(recorded),
            name: file.name,
            name_bytes: file.name_bytes,
            path: file.path,
            role: FileRole::Content,
            is_signed: false,
        }
    }

    /// What the catalogue alone says of a record.
    fn catalogued(&self, entry: &CatalogueEntry, code: &str) -> SubmittedItem {
        let mut elements = BTreeMap::new();
        elements.insert("archival_code".to_owned(), code.to_owned());
        for (label, element) in CATALOGUE_ELEMENTS {
            if let Some(value) = entry.value(label) {
                elements.insert(element.to_owned(), value.to_owned());
            }
        }
        if let Some(title) = entry.value("电子档案名称") {
            elements
                .entry("title".to_owned())
                .or_insert_with(|| title.to_owned());
        }
        SubmittedItem {
            place: format!("line {}", entry.line),
            elements,
            ..SubmittedItem::default()
        }
    }

    fn report_contents(&mut self, contents: &RecordContents, code: &str, tally: &mut Tally) {
        self.report(tally);
        tally.tested("U-1.1", 1);
        tally.tested("A-4.1", contents.files.len() as u64);
        let paper = contents
            .paper
            .as_ref()
            .map_or(contents.name.as_str(), |paper| paper.name.as_str());
        match &contents.metadata {
            Some(Err(fault)) => report_xml(tally, paper, Some(code), fault),
            Some(Ok(metadata)) if metadata.fields.is_empty() => {
                report_fault(
                    tally,
                    TransferFault::new(TransferFaultKind::MetadataEmpty)
                        .record(code)
                        .file(paper),
                );
            }
            _ => {}
        }
        let mut dangling = |stated: &str, found: &str| {
            tally.fault("A-4.1", "intake.file_missing", |finding| {
                finding
                    .record(code)
                    .file(format!("{}/{stated}", contents.name))
                    .element("computer_file_name")
                    .expected("the file that the metadata name")
                    .found(found)
                    .mend("give the file the name that the metadata say, or add it")
            });
        };
        for (stated, found) in &contents.renamed {
            dangling(stated, found);
        }
        for stated in &contents.absent {
            dangling(stated, "no such file");
        }
        for name in &contents.unnamed {
            tally.fault("A-4.1", "intake.file_without_record", |finding| {
                finding
                    .record(code)
                    .file(name)
                    .expected("a file that the metadata name")
                    .found("the metadata do not name it")
                    .mend("name it in the metadata, or take it out of the package")
            });
        }
        // where the numbers differ the check of numbers says so
        let stated = match &contents.metadata {
            Some(Ok(metadata)) => metadata.files.len(),
            _ => return,
        };
        if stated == contents.files.len() {
            let unresolved = contents
                .renamed
                .iter()
                .map(|(stated, _)| stated)
                .chain(&contents.absent);
            for stated in unresolved {
                tally.tested("I-4.2", 1);
                tally.fault("I-4.2", "intake.file_not_resolved", |finding| {
                    finding
                        .record(code)
                        .file(format!("{}/{stated}", contents.name))
                        .expected("each file that the metadata state can be found")
                        .found("it cannot be found under its name")
                        .mend("give the file the name that the metadata say, or add it")
                });
            }
        }
    }

    /// Entry and metadata of one record say the same.
    fn compare(
        &self,
        entry: &BTreeMap<String, String>,
        metadata: &BTreeMap<String, String>,
        code: &str,
        contents: &RecordContents,
        tally: &mut Tally,
    ) {
        for (_, element) in CATALOGUE_ELEMENTS {
            let (Some(listed), Some(own)) = (entry.get(element), metadata.get(element)) else {
                continue;
            };
            if own.is_empty() || plain(element, listed) == plain(element, own) {
                continue;
            }
            tally.tested("A-2.4", 1);
            tally.fault("A-2.4", "intake.catalogue_differs", |finding| {
                finding
                    .record(code)
                    .file(
                        contents
                            .paper
                            .as_ref()
                            .map_or(contents.name.clone(), |paper| paper.name.clone()),
                    )
                    .element(element)
                    .expected(format!("{listed} as the catalogue says"))
                    .found(own.clone())
                    .mend("make catalogue and metadata say the same")
            });
        }
    }

    fn enclosure(&self, paper: &PackagePaper) -> Enclosure {
        Enclosure {
            name: paper.name.clone(),
            path: paper.path.clone(),
            listed: listed(self.algorithm, paper.listed.clone()),
        }
    }

    /// A record whose folder holds an EEP file: the file says everything, the catalogue must agree.
    fn eep_item(
        &mut self,
        contents: &RecordContents,
        listed: &SubmittedItem,
        code: &str,
        tally: &mut Tally,
    ) -> Option<SubmittedItem> {
        let paper = contents.paper.as_ref()?;
        let into = self.quarantine.join(format!("eep-{}", self.codes.len()));
        let read = eep::read_item(
            &paper.path,
            &paper.name,
            &into,
            &self.labels,
            &self.verification,
            tally,
        );
        let mut item = match read {
            Ok(item) => item?,
            Err(error) => {
                eep::report_ours(tally, &paper.name, &error);
                return None;
            }
        };
        self.compare(&listed.elements, &item.elements, code, contents, tally);
        if let Some(stated) = item.get("archival_code").filter(|stated| *stated != code) {
            let fault = TransferFault::new(TransferFaultKind::MetadataCode).record(code);
            report_fault(tally, fault.file(&paper.name).expected(code).found(stated));
        }
        item.elements.insert("archival_code".to_owned(), code.to_owned());
        note_fonds(&mut self.fonds, &item);
        Some(item)
    }
}

fn listed(algorithm: Option<&str>, digest: Option<String>) -> Vec<DeclaredDigest> {
    let pair = algorithm.zip(digest);
    pair.map(|(algorithm, value)| DeclaredDigest {
        algorithm: algorithm.to_owned(),
        value,
    })
    .into_iter()
    .collect()
}

/// A value without what only its spelling differs in.
fn plain(element: &str, value: &str) -> String {
    match element {
        "date" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            // 20200300 is 2020-03
            let known = digits.strip_suffix("0000").or_else(|| digits.strip_suffix("00"));
            known.filter(|_| digits.len() == 8).unwrap_or(&digits).to_owned()
        }
        "total_number_of_pages" => value.trim_start_matches('0').to_owned(),
        _ => value.split_whitespace().collect(),
    }
}

impl Submission for TransferSubmission {
    fn kind(&self) -> SubmissionKind {
        self.kind
    }

    fn declared(&self) -> &Declared {
        &self.declared
    }

    fn fonds(&self) -> &[Fonds] {
        &self.fonds
    }

    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem> {
        loop {
            let entry = self.package.next_entry();
            self.report(tally);
            let entry = entry?;
            tally.tested("A-5.1", 1);
            // an entry without a code is a fault already, and nothing can be found for it
            let Some(code) = entry.code().map(str::to_owned) else {
                continue;
            };
            let item = self.item(&entry, &code, tally);
            self.report(tally);
            if item.is_some() {
                self.given += 1;
                return item;
            }
        }
    }

    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure> {
        let papers = self.package.finish();
        self.report(tally);
        let is_broken = self.package.is_catalogue_broken();
        let entries = self.package.entries();
        let folders = self.package.folders();
        if let Some(stated) = self.stated_items.filter(|_| !is_broken) {
            tally.tested("I-1.1", 1);
            // what was found is compared with what was stated by whoever counts the items
            let differs = [
                (entries, "entries in the catalogue"),
                (folders, "folders of records"),
            ];
            for (found, what) in differs {
                if found != stated && self.given == stated {
                    tally.fault("I-1.1", "intake.item_count", |finding| {
                        finding
                            .expected(format!("{stated} items"))
                            .found(format!("{found} {what}"))
                            .mend("correct the number declared, or add or take out what differs")
                    });
                }
            }
        }
        let mut enclosures: Vec<Enclosure> = papers.iter().map(|paper| self.enclosure(paper)).collect();
        enclosures.append(&mut self.papers);
        enclosures
    }
}
