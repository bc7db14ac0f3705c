//! Whether the copies of an archive (备份) are there, enough of them, and the same as the vault (check S-4.3).
//!
//! A copy is another storage root of the same layout. It is only read, so that it may lie on a carrier that is
//! write-protected. An inventory fixes every byte of its object: two objects with the same inventory are the same as
//! far as their inventories are true, which a deep look proves by reading every file of the copy.

use crate::error::PreservationError;
use lantai_vault::{Digests, Progress, StorageRoot, VaultError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The policy of copies as it comes with the program.
pub const COPY_POLICY: &str = include_str!("../../../../rules/copies.toml");

/// Faults that are named one by one; more are counted.
const MOST_NAMED: usize = 1_000;

/// How a copy is kept (在线、近线、离线).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyKind {
    /// 在线: at hand at any time.
    #[default]
    Online,
    /// 近线: brought by a machine.
    Nearline,
    /// 离线: brought by a person.
    Offline,
}

impl CopyKind {
    /// Identifier used in configuration and interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Nearline => "nearline",
            Self::Offline => "offline",
        }
    }
}

/// One copy, as the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyPlace {
    /// The storage root, or the folder of a vault with the root in it.
    pub folder: PathBuf,
    /// How it is kept.
    pub kind: CopyKind,
    /// Where it is kept, such as the name of a house or a town.
    pub place: String,
}

/// How many copies there must be, the vault itself among them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyPolicy {
    /// Which version it is.
    pub version: String,
    /// How the vault is kept.
    pub vault_kind: CopyKind,
    /// Where the vault is kept.
    pub vault_place: String,
    /// Least number of copies.
    pub copies: u32,
    /// Least number of different kinds.
    pub kinds: u32,
    /// Least number of different places.
    pub places: u32,
    /// Least number of offline copies.
    pub offline: u32,
}

impl CopyPolicy {
    /// The policy that comes with the program.
    pub fn builtin() -> Result<Self, toml::de::Error> {
        toml::from_str(COPY_POLICY)
    }
}

/// What is wrong with the copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CopyFaultKind {
    /// There are too few copies.
    Few,
    /// They are of too few kinds.
    FewKinds,
    /// They are in too few places.
    FewPlaces,
    /// Too few are offline.
    FewOffline,
    /// A copy is the vault itself, or another copy named before.
    NotACopy,
    /// The storage root is not there, or is none.
    Unreachable,
    /// The storage root of an offline copy is not connected.
    NotConnected,
    /// The copy lacks an object.
    ObjectMissing,
    /// The copy has another object, or another version of it.
    ObjectDiffers,
    /// The copy has an object that the vault has not.
    ObjectSurplus,
    /// A file of the copy is not as its inventory says.
    FileDamaged,
}

impl CopyFaultKind {
    /// Stable name for programs and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Few => "preservation.copies_few",
            Self::FewKinds => "preservation.copy_kinds_few",
            Self::FewPlaces => "preservation.copy_places_few",
            Self::FewOffline => "preservation.copies_offline_few",
            Self::NotACopy => "preservation.copy_is_none",
            Self::Unreachable => "preservation.copy_unreachable",
            Self::NotConnected => "preservation.copy_not_connected",
            Self::ObjectMissing => "preservation.copy_object_missing",
            Self::ObjectDiffers => "preservation.copy_object_differs",
            Self::ObjectSurplus => "preservation.copy_object_surplus",
            Self::FileDamaged => "preservation.copy_file_damaged",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFault {
    /// What kind.
    pub kind: CopyFaultKind,
    /// The folder of the copy; `None`: all copies together.
    pub copy: Option<PathBuf>,
    /// The object, or the file below the storage root.
    pub object: Option<String>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What comparing all copies came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopiesReport {
    /// Copies that could be looked at.
    pub copies: u64,
    /// Objects of the vault, each compared with every copy.
    pub objects: u64,
    /// Files of the copies that were read, where they were.
    pub files: u64,
    /// Faults, as far as they are named.
    pub faults: Vec<CopyFault>,
    /// How many there are.
    pub faults_total: u64,
}

impl CopiesReport {
    fn add(&mut self, fault: CopyFault) {
        self.faults_total += 1;
        if self.faults.len() < MOST_NAMED {
            self.faults.push(fault);
        }
    }
}

/// Compares every copy with the vault; `deep` also reads every file of the copies. Blocks; memory does not grow with
/// the vault. Changes nothing.
pub fn compare_copies(
    vault: &Path,
    copies: &[CopyPlace],
    policy: &CopyPolicy,
    deep: Option<&dyn Progress>,
) -> Result<CopiesReport, PreservationError> {
    let vault = StorageRoot::open(vault)?;
    let mut report = CopiesReport::default();
    let real = told_apart(&vault, copies, &mut report);
    count_copies(&real, policy, &mut report);
    let mut reachable = Vec::new();
    for copy in real {
        match StorageRoot::open(&copy.folder) {
            Ok(root) => reachable.push((copy, root)),
            Err(error) => report.add(CopyFault {
                kind: match copy.kind {
                    CopyKind::Offline if is_empty(&copy.folder) => CopyFaultKind::NotConnected,
                    _ => CopyFaultKind::Unreachable,
                },
                copy: Some(copy.folder.clone()),
                object: None,
                expected: format!("an {} copy of the vault", copy.kind.name()),
                found: error.to_string(),
            }),
        }
    }
    report.copies = reachable.len() as u64;
    compare_objects(&vault, &reachable, &mut report);
    for (copy, root) in &reachable {
        surplus_objects(&vault, copy, root, &mut report);
        if let Some(progress) = deep {
            read_files(copy, root, progress, &mut report)?;
        }
    }
    Ok(report)
}

/// Whether nothing is there: the carrier of an offline copy is not connected, and where it would be is no folder or an
/// empty one.
fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// The copies that are neither the vault nor one another: a folder counts once.
fn told_apart<'a>(
    vault: &StorageRoot,
    copies: &'a [CopyPlace],
    report: &mut CopiesReport,
) -> Vec<&'a CopyPlace> {
    let real = |folder: &Path| {
        let inside = StorageRoot::open(folder).map(|root| root.folder().to_path_buf());
        let folder = inside.unwrap_or_else(|_| folder.to_path_buf());
        folder.canonicalize().unwrap_or(folder)
    };
    let mut known = BTreeSet::from([real(vault.folder())]);
    let mut kept = Vec::new();
    for copy in copies {
        if known.insert(real(&copy.folder)) {
            kept.push(copy);
        } else {
            report.add(CopyFault {
                kind: CopyFaultKind::NotACopy,
                copy: Some(copy.folder.clone()),
                object: None,
                expected: "a folder of its own for each copy".to_owned(),
                found: "the vault itself, or a copy that is named twice".to_owned(),
            });
        }
    }
    kept
}

/// Number, kinds and places against the policy.
fn count_copies(copies: &[&CopyPlace], policy: &CopyPolicy, report: &mut CopiesReport) {
    let kinds: BTreeSet<CopyKind> = copies
        .iter()
        .map(|copy| copy.kind)
        .chain([policy.vault_kind])
        .collect();
    let named = copies.iter().map(|copy| copy.place.trim());
    let places: BTreeSet<&str> = named.chain([policy.vault_place.trim()]).collect();
    let offline = copies
        .iter()
        .filter(|copy| copy.kind == CopyKind::Offline)
        .count();
    let is_offline = usize::from(policy.vault_kind == CopyKind::Offline);
    let kind_names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let place_names: Vec<&str> = places.iter().copied().collect();
    let counts = [
        (
            CopyFaultKind::Few,
            policy.copies,
            copies.len() + 1,
            "copies, the vault among them",
            String::new(),
        ),
        (
            CopyFaultKind::FewKinds,
            policy.kinds,
            kinds.len(),
            "kinds",
            kind_names.join(", "),
        ),
        (
            CopyFaultKind::FewPlaces,
            policy.places,
            places.len(),
            "places",
            place_names.join(", "),
        ),
        (
            CopyFaultKind::FewOffline,
            policy.offline,
            offline + is_offline,
            "offline copies",
            String::new(),
        ),
    ];
    for (kind, least, count, what, names) in counts {
        if count < usize::try_from(least).unwrap_or(usize::MAX) {
            let names = if names.is_empty() {
                names
            } else {
                format!(": {names}")
            };
            report.add(CopyFault {
                kind,
                copy: None,
                object: None,
                expected: format!("at least {least} {what}"),
                found: format!("{count}{names}"),
            });
        }
    }
}

/// Every object of the vault against each copy.
fn compare_objects(vault: &StorageRoot, copies: &[(&CopyPlace, StorageRoot)], report: &mut CopiesReport) {
    for id in vault.object_ids() {
        // what is damaged in the vault itself is told by its verification
        let Ok(id) = id else { continue };
        let Ok(Some((version, digest))) = vault.head(&id) else {
            continue;
        };
        report.objects += 1;
        for (copy, root) in copies {
            let fault = |kind: CopyFaultKind, expected: String, found: String| CopyFault {
                kind,
                copy: Some(copy.folder.clone()),
                object: Some(id.as_str().to_owned()),
                expected,
                found,
            };
            match root.head(&id) {
                Ok(Some((_, same))) if same == digest => {}
                Ok(Some((other, different))) => report.add(fault(
                    CopyFaultKind::ObjectDiffers,
                    format!("{version}, inventory sha512 {digest}"),
                    format!("{other}, inventory sha512 {different}"),
                )),
                Ok(None) => report.add(fault(
                    CopyFaultKind::ObjectMissing,
                    format!("{version}, inventory sha512 {digest}"),
                    "no such object".to_owned(),
                )),
                Err(error) => report.add(fault(
                    CopyFaultKind::ObjectDiffers,
                    format!("{version}, inventory sha512 {digest}"),
                    told(&error),
                )),
            }
        }
    }
}

fn told(error: &VaultError) -> String {
    format!("{}: {error}", error.code())
}

/// What a copy has and the vault has not: what was rightly destroyed must be gone from the copies too.
fn surplus_objects(vault: &StorageRoot, copy: &CopyPlace, root: &StorageRoot, report: &mut CopiesReport) {
    for id in root.object_ids() {
        let (object, found) = match &id {
            Ok(id) if vault.has(id) => continue,
            Ok(id) => (
                Some(id.as_str().to_owned()),
                "an object in the copy only".to_owned(),
            ),
            Err(error) => (None, told(error)),
        };
        report.add(CopyFault {
            kind: match id {
                Ok(_) => CopyFaultKind::ObjectSurplus,
                Err(_) => CopyFaultKind::FileDamaged,
            },
            copy: Some(copy.folder.clone()),
            object,
            expected: "what the vault has".to_owned(),
            found,
        });
    }
}

/// Every file of a copy against what its inventories say.
fn read_files(
    copy: &CopyPlace,
    root: &StorageRoot,
    progress: &dyn Progress,
    report: &mut CopiesReport,
) -> Result<(), PreservationError> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let found = root.verify(Digests::Content, threads, progress)?;
    report.files += found.files;
    for problem in found.problems {
        report.add(CopyFault {
            kind: CopyFaultKind::FileDamaged,
            copy: Some(copy.folder.clone()),
            object: Some(problem.path),
            expected: problem
                .expected
                .unwrap_or_else(|| "the file as recorded".to_owned()),
            found: problem.found.unwrap_or_else(|| problem.kind.name().to_owned()),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
