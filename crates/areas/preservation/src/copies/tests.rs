use super::*;
use lantai_vault::{LogicalPath, NoProgress, ObjectId, Vault, VersionInfo};
use std::process::Command;
use tempfile::TempDir;

struct House {
    folder: TempDir,
}

impl House {
    /// A vault of two objects, and copies of it.
    fn new(copies: &[&str]) -> Self {
        let house = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let vault = Vault::create(house.vault()).unwrap();
        house.write(
            &vault,
            "first",
            &[("urn:example:1", "one"), ("urn:example:2", "two")],
        );
        for copy in copies {
            house.copy_to(copy);
        }
        house
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn write(&self, vault: &Vault, batch: &str, objects: &[(&str, &str)]) {
        let batch = vault.begin(batch).unwrap();
        for (id, text) in objects {
            let mut writer = batch.new_object(&ObjectId::new(*id).unwrap()).unwrap();
            let path = LogicalPath::new("a.txt").unwrap();
            writer.put_bytes(&path, text.as_bytes()).unwrap();
            writer
                .finish(VersionInfo {
                    created: "2026-01-01T00:00:00Z".parse().unwrap(),
                    message: "received".to_owned(),
                    user_name: "admin".to_owned(),
                    user_address: None,
                })
                .unwrap();
        }
        batch.seal().unwrap().place().unwrap();
    }

    fn copy_to(&self, name: &str) {
        let done = Command::new("cp")
            .arg("-r")
            .arg(self.vault().join("objects"))
            .arg(self.folder.path().join(name))
            .status()
            .unwrap();
        assert!(done.success());
    }

    fn place(&self, name: &str, kind: CopyKind, place: &str) -> CopyPlace {
        CopyPlace {
            folder: self.folder.path().join(name),
            kind,
            place: place.to_owned(),
        }
    }

    fn both(&self) -> [CopyPlace; 2] {
        [
            self.place("near", CopyKind::Nearline, "本馆"),
            self.place("far", CopyKind::Offline, "异地"),
        ]
    }

    fn compared(&self, copies: &[CopyPlace]) -> CopiesReport {
        compare_copies(
            &self.vault(),
            copies,
            &CopyPolicy::builtin().unwrap(),
            Some(&NoProgress),
        )
        .unwrap()
    }
}

fn kinds(report: &CopiesReport) -> Vec<CopyFaultKind> {
    report.faults.iter().map(|fault| fault.kind).collect()
}

#[test]
fn equal_copies_of_other_kinds_in_other_places_are_enough() {
    let house = House::new(&["near", "far"]);
    let report = house.compared(&house.both());
    assert!(report.faults.is_empty(), "{report:#?}");
    assert_eq!((report.copies, report.objects), (2, 2));
    assert!(report.files > 4);
}

#[test]
fn number_kinds_and_places_are_held_to_the_policy() {
    let house = House::new(&["near", "far"]);
    let none = [
        CopyFaultKind::Few,
        CopyFaultKind::FewKinds,
        CopyFaultKind::FewPlaces,
        CopyFaultKind::FewOffline,
    ];
    assert_eq!(kinds(&house.compared(&[])), none);
    let alike = [
        house.place("near", CopyKind::Online, "本馆"),
        house.place("far", CopyKind::Online, "本馆"),
    ];
    assert_eq!(kinds(&house.compared(&alike)), none[1..]);
    let [near, far] = house.both();
    let twice = [
        near.clone(),
        near,
        far.clone(),
        CopyPlace {
            folder: house.vault(),
            ..far
        },
    ];
    assert_eq!(kinds(&house.compared(&twice)), [CopyFaultKind::NotACopy; 2]);
}

#[test]
fn a_missing_a_different_a_surplus_object_and_a_damaged_file_are_named() {
    let house = House::new(&["near", "far"]);
    let vault = Vault::open(house.vault()).unwrap();
    house.write(&vault, "second", &[("urn:example:3", "three")]);
    let report = house.compared(&house.both());
    assert_eq!(kinds(&report), [CopyFaultKind::ObjectMissing; 2]);
    assert_eq!(report.faults[0].object.as_deref(), Some("urn:example:3"));

    let house = House::new(&["near", "far"]);
    let vault = Vault::open(house.vault()).unwrap();
    let first = vault.object_dir(&ObjectId::new("urn:example:1").unwrap());
    std::fs::remove_dir_all(&first).unwrap();
    house.write(&vault, "again", &[("urn:example:1", "another")]);
    assert_eq!(
        kinds(&house.compared(&house.both())),
        [CopyFaultKind::ObjectDiffers; 2]
    );
    std::fs::remove_dir_all(&first).unwrap();
    let surplus = house.compared(&house.both());
    assert_eq!(kinds(&surplus), [CopyFaultKind::ObjectSurplus; 2]);

    let house = House::new(&["near", "far"]);
    let relative = first.strip_prefix(vault.storage_root()).unwrap();
    let file = house
        .folder
        .path()
        .join("far")
        .join(relative)
        .join("v1/content/a.txt");
    std::fs::write(file, "0ne").unwrap();
    let report = house.compared(&house.both());
    assert_eq!(kinds(&report), [CopyFaultKind::FileDamaged]);
    let shallow = compare_copies(
        &house.vault(),
        &house.both(),
        &CopyPolicy::builtin().unwrap(),
        None,
    )
    .unwrap();
    assert!(shallow.faults.is_empty() && shallow.files == 0);
}

#[test]
fn an_offline_copy_that_is_not_connected_is_no_lost_copy() {
    let house = House::new(&["near"]);
    assert_eq!(
        kinds(&house.compared(&house.both())),
        [CopyFaultKind::NotConnected]
    );
    let [near, far] = house.both();
    std::fs::remove_dir_all(&near.folder).unwrap();
    let found = kinds(&house.compared(&[near, far]));
    assert_eq!(found, [CopyFaultKind::Unreachable, CopyFaultKind::NotConnected]);
}
