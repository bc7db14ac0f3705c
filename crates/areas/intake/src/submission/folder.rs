//! A folder with a catalogue in CSV, Excel or JSON Lines.

use super::{
    ATTACHED_BY, Declared, DeclaredDigest, Enclosure, LooseFile, Opening, Submission, SubmissionKind,
    SubmittedFile, SubmittedItem, expected_below,
};
use crate::attach::{AttachKit, AttachRules, AttachedFiles};
use crate::error::IntakeError;
use crate::sandbox::InProcess;
use crate::surroundings::is_series;
use crate::tally::Tally;
use crate::tasks::FILE_UNATTACHED;
use lantai_domain::{FileRole, Finding, Fonds, Outcome, Severity, Stage};
use lantai_formats::catalogue::{CatalogueReader, CatalogueRow};
use lantai_formats::package::{FileClass, FoundFile, LogicalName, resolve_inside, walk};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod fonds_list;

use fonds_list::{catalogue_fault, merge_fonds, read_fonds_list, row_fault};

const ALGORITHMS: [&str; 4] = ["sha512", "sha256", "sm3", "md5"];
/// Elements that name files.
const FILE_ELEMENTS: [&str; 2] = ["content_file", "full_text_file"];
/// The list of fonds beside a catalogue.
const FONDS_LIST: &str = "fonds.csv";

pub(super) struct FolderSubmission {
    kind: SubmissionKind,
    root: PathBuf,
    also: Option<PathBuf>,
    fonds_number: Option<String>,
    reader: CatalogueReader,
    fonds: Vec<Fonds>,
    declared: Declared,
    enclosures: Vec<Enclosure>,
    /// Paths that an item names, as found on disk.
    named: HashMap<PathBuf, String>,
    /// Files that were named and are not there.
    missing: HashSet<String>,
    /// Folders, directly below the root, in which items have files.
    content_folders: HashSet<String>,
    /// Files whose names on disk are not Unicode, by their decoded name; filled when first needed.
    odd_names: Option<HashMap<String, FoundFile>>,
    digests: BTreeMap<String, Vec<DeclaredDigest>>,
    /// Files attached by rules, where the catalogue has no column that names any.
    attached: AttachedFiles,
    /// Files that a person must attach.
    loose: Vec<LooseFile>,
}

/// Opens a folder with its catalogue.
pub(super) fn open(
    opening: &Opening,
    catalogue: &Path,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    let submission = open_below(opening, &opening.path, catalogue, SubmissionKind::Folder, tally)?;
    Ok(submission.map(|submission| Box::new(submission) as Box<dyn Submission + Send>))
}

/// Opens a catalogue whose references are meant below `root`; a bag hands its payload folder in.
pub(super) fn open_below(
    opening: &Opening,
    root: &Path,
    catalogue: &Path,
    kind: SubmissionKind,
    tally: &mut Tally,
) -> Result<Option<FolderSubmission>, IntakeError> {
    let catalogue_name = name_below(root, catalogue);
    tally.tested("U-1.1", 1);
    let reader = match CatalogueReader::open(catalogue) {
        Ok(reader) => reader,
        Err(error) => {
            catalogue_fault(tally, &catalogue_name, &error);
            return Ok(None);
        }
    };
    let mut enclosures = vec![Enclosure {
        name: catalogue_name,
        path: catalogue.to_path_buf(),
        listed: Vec::new(),
    }];
    let list = catalogue.parent().unwrap_or(root).join(FONDS_LIST);
    let rows = if list.is_file() {
        let name = name_below(root, &list);
        tally.tested("U-1.1", 1);
        enclosures.push(Enclosure {
            name: name.clone(),
            path: list.clone(),
            listed: Vec::new(),
        });
        read_fonds_list(&list, &name, tally)?
    } else {
        Vec::new()
    };
    let declared = Declared {
        items: rows
            .iter()
            .map(|row| row.items)
            .sum::<Option<u64>>()
            .filter(|_| !rows.is_empty()),
        expected: expected_below(root),
        ..Declared::default()
    };
    let elements = reader.columns().iter().flat_map(|column| &column.element);
    let attached = if elements
        .into_iter()
        .any(|element| FILE_ELEMENTS.contains(&element.as_str()))
    {
        AttachedFiles::default()
    } else {
        let kit = match &opening.attach {
            Some(kit) => kit.clone(),
            None => AttachKit {
                rules: AttachRules::builtin()?,
                examiner: Arc::new(InProcess::default()),
            },
        };
        AttachedFiles::read(root, catalogue, std::slice::from_ref(&list), &kit)?
    };
    enclosures.extend(attached.manifests().iter().map(|name| Enclosure {
        name: name.clone(),
        path: root.join(name),
        listed: Vec::new(),
    }));
    Ok(Some(FolderSubmission {
        attached,
        loose: Vec::new(),
        kind,
        root: root.to_path_buf(),
        also: opening.root.clone(),
        fonds_number: opening.fonds.as_ref().map(ToString::to_string),
        reader,
        fonds: merge_fonds(&rows),
        declared,
        enclosures,
        named: HashMap::new(),
        missing: HashSet::new(),
        content_folders: HashSet::new(),
        odd_names: None,
        digests: BTreeMap::new(),
    }))
}

fn name_below(root: &Path, path: &Path) -> String {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (root, path) = (canonical(root), canonical(path));
    let below = path
        .strip_prefix(&root)
        .ok()
        .map(|below| below.to_string_lossy().into_owned());
    below.unwrap_or_else(|| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    })
}

impl FolderSubmission {
    /// Digests that a manifest declares for files, by name below the root.
    pub(super) fn declare_digests(&mut self, digests: BTreeMap<String, Vec<DeclaredDigest>>) {
        self.digests = digests;
    }

    fn item(&mut self, row: CatalogueRow, tally: &mut Tally) -> SubmittedItem {
        let mut item = SubmittedItem {
            place: format!("line {}", row.line),
            ..SubmittedItem::default()
        };
        let label = row
            .archival_code()
            .map_or_else(|| item.place.clone(), str::to_owned);
        let mut declared_here: Vec<DeclaredDigest> = Vec::new();
        for algorithm in ALGORITHMS {
            if let Some(value) = row.digest(algorithm) {
                declared_here.push(DeclaredDigest {
                    algorithm: algorithm.to_owned(),
                    value,
                });
            }
        }
        let roles = [
            ("content_file", FileRole::Content),
            ("full_text_file", FileRole::Text),
        ];
        for (element, role) in roles {
            let references: Vec<String> = row.files(element).map(str::to_owned).collect();
            let digests_fit = role == FileRole::Content && references.len() == 1;
            for reference in references {
                let declared = if digests_fit {
                    declared_here.clone()
                } else {
                    Vec::new()
                };
                if !digests_fit && role == FileRole::Content && !declared_here.is_empty() {
                    let warning = Finding::new(
                        "A-3.1",
                        Severity::Warn,
                        Outcome::Warn,
                        "intake.digest_not_assigned",
                    );
                    tally.add(
                        warning
                            .record(label.clone())
                            .file(reference.clone())
                            .expected("one file for the digest of the row")
                            .found("several files")
                            .mend("declare the digests in a manifest, such as that of a BagIt bag"),
                    );
                }
                if let Some(file) = self.file(&reference, role, declared, &label, tally) {
                    item.files.push(file);
                }
            }
        }
        let mut attached_by = Vec::new();
        for (name, rule) in row
            .archival_code()
            .map(|code| self.attached.of(code))
            .unwrap_or_default()
        {
            if let Some(file) = self.file(&name, FileRole::Content, Vec::new(), &label, tally) {
                item.files.push(file);
                if !attached_by.contains(&rule.name()) {
                    attached_by.push(rule.name());
                }
            }
        }
        self.note_fonds(&row);
        item.elements = row.elements;
        item.other = row.other;
        if !attached_by.is_empty() {
            item.other.insert(ATTACHED_BY.to_owned(), attached_by.join(", "));
        }
        if let Some(fonds) = &self.fonds_number {
            item.elements
                .entry("fonds_identifier".to_owned())
                .or_insert_with(|| fonds.clone());
        }
        item
    }

    /// The list of digests that covers the package, such as a bag's manifest.
    pub(super) fn set_digest_list(&mut self, name: Option<String>) {
        self.declared.digest_list = name;
    }

    /// Names of files that were named and are not there; each was told as a fault.
    pub(super) fn missing(&self) -> &HashSet<String> {
        &self.missing
    }

    /// A fonds that no list describes is known by the name its records give it.
    fn note_fonds(&mut self, row: &CatalogueRow) {
        let (Some(number), Some(name)) = (row.get("fonds_identifier"), row.get("fonds_name")) else {
            return;
        };
        let Ok(number) = number.parse() else { return };
        if self.fonds.iter().all(|fonds| fonds.number != number) {
            self.fonds.push(Fonds {
                title: name.to_owned(),
                ..Fonds::unnamed(number)
            });
        }
    }

    /// The file that a reference means; a fault when there is none, or when it leaves the package.
    fn file(
        &mut self,
        reference: &str,
        role: FileRole,
        mut declared: Vec<DeclaredDigest>,
        label: &str,
        tally: &mut Tally,
    ) -> Option<SubmittedFile> {
        tally.tested("A-4.1", 1);
        let (path, name) = match self.locate(reference) {
            Ok(located) => located,
            Err(error) => {
                tally.tested("A-5.2", 1);
                // The reference is not followed. In a folder the record stays without the file; a transfer that
                // points out of itself is refused.
                let mut finding = Finding::new("A-5.2", Severity::Warn, Outcome::Warn, "intake.path_escape");
                if self.kind != SubmissionKind::Folder || tally.stage() != lantai_domain::Stage::Filing {
                    finding.severity = Severity::Blocker;
                    finding.outcome = Outcome::Fail;
                }
                tally.add(
                    finding
                        .record(label)
                        .file(reference)
                        .expected("a path inside the package")
                        .found(error)
                        .mend("put the file into the package, or name the folder it lies in with --root"),
                );
                return None;
            }
        };
        let mut name_bytes = None;
        let mut path = path;
        if !path.is_file() {
            match self.odd_name(&name) {
                Some(found) => {
                    path.clone_from(&found.path);
                    name_bytes.clone_from(&found.original_name_bytes);
                }
                None => {
                    self.missing.insert(name);
                    tally.fault("A-4.1", "intake.file_missing", |finding| {
                        finding
                            .record(label)
                            .file(reference)
                            .expected("a file in the package")
                            .found("no such file")
                            .mend("add the file, or correct the path in the catalogue")
                    });
                    return None;
                }
            }
        }
        if let Some(other) = self.named.insert(path.clone(), label.to_owned()) {
            if other == label {
                // the record names its own file under two headings: it is taken once
                return None;
            }
            tally.fault("A-4.1", "intake.file_named_twice", |finding| {
                finding
                    .record(label)
                    .file(reference)
                    .expected("one record for each file")
                    .found(format!("also named by {other}"))
                    .mend("name the file with one record only")
            });
            return None;
        }
        if let Some((folder, _)) = name.split_once('/') {
            self.content_folders.insert(folder.to_owned());
        }
        let listed = self.digests.get(&name).cloned().unwrap_or_default();
        declared.extend(listed.iter().cloned());
        Some(SubmittedFile {
            name,
            name_bytes,
            path,
            role,
            declared,
            listed,
            recorded: None,
            is_signed: false,
        })
    }

    /// Path and name of a reference: inside the package, or inside the folder that the operator named.
    fn locate(&self, reference: &str) -> Result<(PathBuf, String), String> {
        let inside = resolve_inside(&self.root, reference);
        match inside {
            Ok(path) => {
                let name = LogicalName::new(reference).map_err(|error| error.to_string())?;
                Ok((path, name.into_string()))
            }
            Err(error) => {
                let Some(also) = &self.also else {
                    return Err(error.to_string());
                };
                let (Ok(also), Ok(path)) = (also.canonicalize(), self.root.join(reference).canonicalize())
                else {
                    return Err(error.to_string());
                };
                let below = path.strip_prefix(&also).map_err(|_| error.to_string())?;
                let name = LogicalName::new(&below.to_string_lossy()).map_err(|error| error.to_string())?;
                Ok((path.clone(), name.into_string()))
            }
        }
    }

    fn odd_name(&mut self, name: &str) -> Option<&FoundFile> {
        let root = &self.root;
        let names = self.odd_names.get_or_insert_with(|| {
            let odd = walk(root)
                .flatten()
                .filter(|file| file.original_name_bytes.is_some());
            odd.map(|file| (file.relative.as_str().to_owned(), file))
                .collect()
        });
        names.get(name)
    }
}

impl Submission for FolderSubmission {
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
            match self.reader.next()? {
                Ok(row) => return Some(self.item(row, tally)),
                Err(error) => {
                    let name = self.enclosures.first().map(|catalogue| catalogue.name.clone());
                    row_fault(tally, name.as_deref().unwrap_or_default(), &error);
                }
            }
        }
    }

    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure> {
        let mut enclosures = std::mem::take(&mut self.enclosures);
        let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let kept: HashSet<PathBuf> = enclosures
            .iter()
            .map(|enclosure| canonical(&enclosure.path))
            .collect();
        for found in walk(&self.root) {
            let file = match found {
                Ok(file) => file,
                Err(error) => {
                    tally.tested("A-5.2", 1);
                    let code = error.code();
                    tally.fault("A-5.2", code, |finding| {
                        finding
                            .found(error.to_string())
                            .mend("remove it, or give it a plain name")
                    });
                    continue;
                }
            };
            if self.named.contains_key(&file.path) || kept.contains(&canonical(&file.path)) {
                continue;
            }
            let name = file.relative.as_str().to_owned();
            if tally.stage() == Stage::Preservation && is_series(&name) {
                continue;
            }
            let exception = self.attached.exception(&name);
            let asks = tally.asks_person("A-4.1", FILE_UNATTACHED);
            if let Some(unattached) = exception.filter(|_| asks && file.class == FileClass::Content) {
                let listed = self.digests.get(&name).cloned().unwrap_or_default();
                let file = SubmittedFile {
                    name,
                    name_bytes: file.original_name_bytes.clone(),
                    path: file.path,
                    role: FileRole::Content,
                    declared: listed.clone(),
                    listed,
                    recorded: None,
                    is_signed: false,
                };
                self.loose.push(LooseFile { file, unattached });
                continue;
            }
            let beside_content = name
                .split_once('/')
                .is_some_and(|(folder, _)| self.content_folders.contains(folder));
            if file.class == FileClass::Content && beside_content && !self.attached.is_paper(&name) {
                tally.tested("A-4.1", 1);
                tally.fault("A-4.1", "intake.file_without_record", |finding| {
                    finding
                        .file(name)
                        .expected("a record that names the file")
                        .found("no record names it")
                        .mend("name it in the catalogue, or take it out of the package")
                });
                continue;
            }
            tally.tested("S-2.1", 1);
            tally.fault("S-2.1", "intake.extra_file", |finding| {
                finding
                    .file(name.clone())
                    .found("not named by the catalogue")
                    .mend("take it out of the package")
            });
            if file.class == FileClass::Content {
                enclosures.push(Enclosure {
                    name,
                    path: file.path,
                    listed: Vec::new(),
                });
            }
        }
        enclosures
    }

    fn loose_files(&mut self) -> Vec<LooseFile> {
        std::mem::take(&mut self.loose)
    }
}
