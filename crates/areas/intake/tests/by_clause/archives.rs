//! Archives that are tested as a whole at preservation, each changed in one place past the program.

use crate::clauses::catalogue;
use crate::{TODAY, builtin};
use lantai_cataloguing::Holdings;
use lantai_cataloguing::layout::ARCHIVE_OBJECT;
use lantai_database::Database;
use lantai_domain::{AccessionId, Fact, IdSource, JournalEntry, RandomIds, Stage, Verdict};
use lantai_intake::{
    Accession, AccessionState, ArchiveSeen, Checked, IntakeRules, Looked, MajorFaults, Note, Progress,
    ReceiveRequest, Surroundings, check_archive, receive, storeroom,
};
use lantai_journal::{Journal, SigningKey};
use lantai_preservation::{CopyKind, CopyPlace, Digests, Scope, compare_copies, verify, verify_trail};
use lantai_testkit::{MovableClock, noon};
use lantai_vault::{LogicalPath, NoProgress, ObjectId, Vault, VersionInfo};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Copies of the good archive: of two kinds, one elsewhere.
const COPIES: [(&str, CopyKind, &str); 2] = [
    ("near", CopyKind::Nearline, "本馆"),
    ("far", CopyKind::Offline, "异地"),
];

/// An archive with two copies of its vault.
pub struct Archive {
    folder: TempDir,
}

fn key() -> SigningKey {
    SigningKey::from_seed("lantai.test/by-clause", [7; 32]).unwrap()
}

impl Archive {
    /// An archive that passes: one package taken in, copies up to date.
    pub fn good() -> Self {
        let archive = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        tokio::runtime::Runtime::new().unwrap().block_on(archive.fill());
        for (name, _, _) in COPIES {
            copy_tree(
                &archive.vault().join("objects"),
                &archive.folder.path().join(name),
            );
        }
        archive
    }

    /// One of whose copies a file of the description of an object was changed in, with a new digest beside it.
    pub fn with_another_object_in_a_copy() -> Self {
        let archive = Self::good();
        let vault = Vault::open(archive.vault()).unwrap();
        let id = vault.object_ids().next().unwrap().unwrap();
        let relative = vault.object_dir(&id);
        let relative = relative.strip_prefix(vault.storage_root()).unwrap();
        let object = archive.folder.path().join("near").join(relative);
        let inventory = object.join("inventory.json");
        let mut bytes = std::fs::read(&inventory).unwrap();
        bytes.push(b'\n');
        let digest = lantai_vault::Algorithm::Sha512.of(&bytes);
        std::fs::write(&inventory, bytes).unwrap();
        std::fs::write(
            object.join("inventory.json.sha512"),
            format!("{digest} inventory.json\n"),
        )
        .unwrap();
        archive
    }

    /// Without one of its copies.
    pub fn without_a_copy() -> Self {
        let archive = Self::good();
        std::fs::remove_dir_all(archive.folder.path().join("near")).unwrap();
        archive
    }

    /// Into whose vault, and into every copy, somebody wrote an object that no fact tells of.
    pub fn with_an_object_nobody_took_in() -> Self {
        let archive = Self::good();
        let vault = Vault::open(archive.vault()).unwrap();
        let batch = vault.begin("past-the-program").unwrap();
        let mut writer = batch
            .new_object(&ObjectId::new("urn:example:smuggled").unwrap())
            .unwrap();
        writer
            .put_bytes(&LogicalPath::new("a.txt").unwrap(), b"a")
            .unwrap();
        writer
            .finish(VersionInfo {
                created: noon(),
                message: "received".to_owned(),
                user_name: "nobody".to_owned(),
                user_address: None,
            })
            .unwrap();
        batch.seal().unwrap().place().unwrap();
        archive.copy_again()
    }

    /// Out of whose vault, and out of every copy, somebody took an object.
    pub fn without_an_object_that_was_taken_in() -> Self {
        let archive = Self::good();
        let vault = Vault::open(archive.vault()).unwrap();
        let id = vault.object_ids().next().unwrap().unwrap();
        std::fs::remove_dir_all(vault.object_dir(&id)).unwrap();
        archive.copy_again()
    }

    fn copy_again(self) -> Self {
        for (name, _, _) in COPIES {
            let copy = self.folder.path().join(name);
            std::fs::remove_dir_all(&copy).unwrap();
            copy_tree(&self.vault().join("objects"), &copy);
        }
        self
    }

    fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn journal(&self) -> PathBuf {
        self.vault().join("journal")
    }

    async fn database(&self) -> Database {
        let path = self.folder.path().join("catalogue.sqlite");
        Database::connect(&format!("sqlite:{}", path.display()))
            .await
            .unwrap()
    }

    async fn fill(&self) {
        Vault::create(self.vault()).unwrap();
        Journal::create(&self.journal(), &key()).unwrap();
        let database = self.database().await;
        database.migrate().await.unwrap();
        let mut work = database.begin().await.unwrap();
        let made = JournalEntry::new(Fact::ArchiveCreated, noon(), "admin", ARCHIVE_OBJECT);
        work.record(made).await.unwrap();
        work.commit().await.unwrap();
        let holdings = Holdings::new(
            database,
            Vault::open(self.vault()).unwrap(),
            Journal::open(&self.journal(), key().verifying_key()).unwrap(),
            key(),
            Arc::new(MovableClock::default()),
            Arc::new(RandomIds),
        );
        holdings.recover().await.unwrap();
        let rows = "Z001-WS·2020·Y-0001,第一件,永久,文书,content/1.txt\n";
        let package = catalogue(rows, &["1"]);
        let accession = Accession::begin(
            AccessionId::new(RandomIds.next()),
            "package",
            None,
            Stage::Filing,
            "admin",
            noon(),
            AccessionState::Checking,
        );
        let request = ReceiveRequest {
            path: package.path().to_path_buf(),
            name: "package".to_owned(),
            kind: None,
            catalogue: None,
            root: None,
            fonds: None,
            stage: Stage::Filing,
            majors: MajorFaults::Return,
            by: "admin".to_owned(),
            environment: None,
            workspace: self.folder.path().join("work"),
        };
        let progress = Arc::new(Progress::default());
        let received = receive(&holdings, &builtin(), accession, &request, &progress)
            .await
            .unwrap();
        assert_eq!(
            received.accession.state.name(),
            "accepted",
            "{:#?}",
            received.findings
        );
        holdings.database.close().await;
    }

    /// Tests it as `lantai check DATA --stage preservation` does.
    pub fn tested(&self, rules: &IntakeRules) -> Checked {
        tokio::runtime::Runtime::new().unwrap().block_on(self.test(rules))
    }

    async fn test(&self, rules: &IntakeRules) -> Checked {
        let database = self.database().await;
        let vault = Arc::new(Vault::open(self.vault()).unwrap());
        let (key, progress) = (key(), Arc::new(NoProgress));
        let scope = Scope {
            vault: false,
            journal: false,
            catalogue: true,
            digests: Digests::Content,
        };
        let catalogue = verify(
            Some(&database),
            &vault,
            &self.journal(),
            key.verifying_key(),
            scope,
            progress,
        )
        .await
        .unwrap();
        let trail = verify_trail(&database, &vault, &self.journal(), key.verifying_key(), None)
            .await
            .unwrap();
        database.close().await;
        let now = TODAY.parse().unwrap();
        let copies = COPIES.map(|(name, kind, place)| CopyPlace {
            folder: self.folder.path().join(name),
            kind,
            place: place.to_owned(),
        });
        let copies = compare_copies(&self.vault(), &copies, &rules.checks().copies, None).unwrap();
        let surroundings = Surroundings {
            storeroom: storeroom(&self.folder.path().join("environment"), rules.checks(), now).unwrap(),
            copies: Looked::Seen(copies),
            trail: Looked::Seen(trail),
        };
        let seen = ArchiveSeen {
            records: 1,
            files: 0,
            bytes: 0,
            content: Looked::NotThere(Note::new("未读取", "not read")),
            catalogue: Looked::Seen(catalogue.problems),
        };
        check_archive(rules, &seen, &surroundings, now)
    }
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

#[test]
fn what_is_not_there_is_not_applicable_with_the_reason() {
    let checked = Archive::good().tested(&builtin());
    assert_ne!(checked.verdict, Verdict::Failed, "{:#?}", checked.findings);
    let of = |id: &str| checked.checks.iter().find(|result| result.check == id).unwrap();
    for id in ["S-4.2", "A-3.1", "A-2.6"] {
        let result = of(id);
        assert_eq!(result.outcome, lantai_domain::Outcome::NotApplicable, "{id}");
        assert!(result.note.is_some(), "{id} does not say why");
    }
    for id in ["S-4.3", "S-4.4", "U-1.2"] {
        assert_eq!(of(id).outcome, lantai_domain::Outcome::Pass, "{id}");
        assert!(of(id).note.is_none());
    }
}
