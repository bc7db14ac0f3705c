//! An archive in a temporary folder, packages made for it, and a disk that stops when told.

use lantai_cataloguing::layout::ARCHIVE_OBJECT;
use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_cataloguing::{Holdings, RecordRepository, StoredRecord};
use lantai_database::{Database, JournalRows};
use lantai_domain::{AccessionId, Fact, Finding, IdSource, JournalEntry, RandomIds, Stage};
use lantai_intake::{
    Accession, AccessionRepository, AccessionState, IntakeError, IntakeRules, Progress, ReceiveRequest,
    Received, Uploads, receive,
};
use lantai_journal::{Journal, SigningKey};
use lantai_preservation::{Report, Scope, verify};
use lantai_testkit::{MovableClock, content_keys, noon};
use lantai_vault::{Algorithm, LogicalPath, ObjectId, Vault, VaultOptions};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A disk that counts its steps and, from one of them on, does nothing any more.
#[derive(Debug, Default)]
pub struct StopAt {
    steps: AtomicU64,
    stop_at: u64,
    dead: AtomicBool,
    names: Mutex<Vec<String>>,
}

impl StopAt {
    /// Stops at a step, counted from 1; 0 never stops.
    pub fn new(stop_at: u64) -> Arc<Self> {
        Arc::new(Self {
            stop_at,
            ..Self::default()
        })
    }

    /// The disk works again.
    pub fn revive(&self) {
        self.dead.store(false, Ordering::SeqCst);
    }

    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }

    /// Number of the first step of this name.
    pub fn first(&self, name: &str) -> u64 {
        let names = self.names.lock().unwrap();
        let place = names.iter().position(|step| step.starts_with(name)).unwrap();
        u64::try_from(place).unwrap() + 1
    }

    pub fn stopped_in(&self) -> String {
        self.names.lock().unwrap().last().cloned().unwrap_or_default()
    }

    fn pass(&self, name: &str, moment: &str) -> std::io::Result<()> {
        if self.dead.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("the machine is off"));
        }
        self.names.lock().unwrap().push(format!("{name} ({moment})"));
        if self.steps.fetch_add(1, Ordering::SeqCst) + 1 == self.stop_at {
            self.dead.store(true, Ordering::SeqCst);
            return Err(std::io::Error::other("the machine goes off"));
        }
        Ok(())
    }
}

impl lantai_vault::Probe for StopAt {
    fn step(&self, name: &'static str, moment: lantai_vault::Moment) -> std::io::Result<()> {
        self.pass(name, &format!("{moment:?}"))
    }
}

/// A disk without room for content.
pub struct FullDisk;

impl lantai_vault::Probe for FullDisk {
    fn step(&self, name: &'static str, _: lantai_vault::Moment) -> std::io::Result<()> {
        if name == "stage.write_file" {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

thread_local! {
    /// Whether archives of this test encrypt; a test opens them on its own thread.
    static ENCRYPTS: Cell<bool> = const { Cell::new(false) };
}

/// Keeps a promise once more, in an archive that encrypts.
pub fn encrypting(promise: fn()) {
    ENCRYPTS.set(true);
    promise();
    ENCRYPTS.set(false);
}

fn vault_options() -> VaultOptions {
    match ENCRYPTS.get() {
        true => VaultOptions::default().with_keys(content_keys(), true),
        false => VaultOptions::default(),
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed("lantai.test/whole-way", [7; 32]).unwrap()
}

/// The folder of an archive.
pub struct Data(pub TempDir);

impl Data {
    /// A new, empty archive.
    pub async fn new() -> Self {
        let data = Self(tempfile::tempdir().unwrap());
        Vault::create(data.vault()).unwrap();
        Journal::create(&data.journal(), &key()).unwrap();
        let database = data.database().await;
        database.migrate().await.unwrap();
        let mut work = database.begin().await.unwrap();
        work.record(JournalEntry::new(
            Fact::ArchiveCreated,
            noon(),
            "admin",
            ARCHIVE_OBJECT,
        ))
        .await
        .unwrap();
        work.commit().await.unwrap();
        database.close().await;
        let archive = data.open().await;
        archive.holdings.recover().await.unwrap();
        archive.close().await;
        data
    }

    /// The same archive once more, elsewhere.
    pub fn copy(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        copy_tree(self.0.path(), copy.0.path());
        copy
    }

    pub fn vault(&self) -> PathBuf {
        self.0.path().join("vault")
    }

    pub fn journal(&self) -> PathBuf {
        self.vault().join("journal")
    }

    pub fn workspace(&self) -> PathBuf {
        self.0.path().join("work")
    }

    pub fn catalogue(&self) -> PathBuf {
        self.0.path().join("catalogue.sqlite")
    }

    pub async fn database(&self) -> Database {
        Database::connect(&format!("sqlite:{}", self.catalogue().display()))
            .await
            .unwrap()
    }

    pub async fn open(&self) -> Archive {
        self.open_on(StopAt::new(0)).await
    }

    /// Opened on a disk that may stop; the journal's steps are counted too.
    pub async fn open_on(&self, disk: Arc<StopAt>) -> Archive {
        let vault = vault_options()
            .with_probe(disk.clone())
            .open(self.vault())
            .unwrap();
        self.join(vault, Some(disk)).await
    }

    pub async fn open_on_full_disk(&self) -> Archive {
        self.open_with(Arc::new(FullDisk)).await
    }

    pub async fn open_with(&self, probe: Arc<dyn lantai_vault::Probe>) -> Archive {
        let vault = vault_options().with_probe(probe).open(self.vault()).unwrap();
        self.join(vault, None).await
    }

    async fn join(&self, vault: Vault, disk: Option<Arc<StopAt>>) -> Archive {
        let mut journal = Journal::open(&self.journal(), key().verifying_key()).unwrap();
        if let Some(disk) = disk {
            journal = journal.with_probe(disk);
        }
        let clock = Arc::new(MovableClock::default());
        let holdings = Holdings::new(
            self.database().await,
            vault,
            journal,
            key(),
            clock,
            Arc::new(RandomIds),
        );
        Archive {
            holdings,
            workspace: self.workspace(),
            journal: self.journal(),
        }
    }

    /// Opened after a crash, and put in order as a start does it.
    pub async fn restart(&self) -> Archive {
        let archive = self.open().await;
        archive.holdings.recover().await.unwrap();
        let uploads = Uploads::new(self.0.path().join("uploads"));
        lantai_intake::recover(&archive.holdings, &uploads, &self.workspace())
            .await
            .unwrap();
        archive
    }

    /// Files and folders of the vault, for comparison.
    pub fn vault_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.vault(), &mut files);
        files
    }

    /// Staging and work folder must be empty whenever nothing is under way.
    pub fn assert_nothing_left_over(&self, when: &str) {
        for folder in [
            self.vault().join("staging"),
            self.workspace(),
            self.journal().join(".staging"),
        ] {
            let left: Vec<_> = std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .collect();
            assert!(
                left.is_empty(),
                "{when}: left over in {}: {left:?}",
                folder.display()
            );
        }
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

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

/// An opened archive.
pub struct Archive {
    pub holdings: Holdings,
    pub workspace: PathBuf,
    pub journal: PathBuf,
}

impl Archive {
    /// How many parts wait to be gone on after.
    pub async fn held_parts(&self) -> usize {
        let mut reader = self.holdings.database.read().await.unwrap();
        BatchRepository(reader.conn()).held().await.unwrap().len()
    }

    pub async fn close(self) {
        self.holdings.database.close().await;
    }

    /// Receives a package at the filing stage with the rules of the program.
    pub async fn receive(&self, package: &Path) -> Result<Received, IntakeError> {
        self.receive_by(&IntakeRules::builtin().unwrap(), Stage::Filing, package)
            .await
    }

    pub async fn receive_by(
        &self,
        rules: &IntakeRules,
        stage: Stage,
        package: &Path,
    ) -> Result<Received, IntakeError> {
        let accession = self.accession();
        self.receive_as(rules, accession, &self.request(stage, package))
            .await
    }

    pub fn accession(&self) -> Accession {
        let id = AccessionId::new(RandomIds.next());
        Accession::begin(
            id,
            "package",
            Some("J001".to_owned()),
            Stage::Filing,
            "admin",
            noon(),
            AccessionState::Checking,
        )
    }

    pub fn request(&self, stage: Stage, package: &Path) -> ReceiveRequest {
        ReceiveRequest {
            path: package.to_path_buf(),
            name: "package".to_owned(),
            kind: None,
            catalogue: None,
            root: None,
            fonds: Some("J001".parse().unwrap()),
            stage,
            majors: lantai_intake::MajorFaults::Return,
            by: "admin".to_owned(),
            environment: None,
            workspace: self.workspace.clone(),
        }
    }

    pub async fn receive_as(
        &self,
        rules: &IntakeRules,
        accession: Accession,
        request: &ReceiveRequest,
    ) -> Result<Received, IntakeError> {
        let mut accession = accession;
        accession.stage = request.stage;
        receive(
            &self.holdings,
            rules,
            accession,
            request,
            &Arc::new(Progress::default()),
        )
        .await
    }

    /// The one accession of the register.
    pub async fn only_accession(&self) -> Accession {
        let mut reader = self.holdings.database.read().await.unwrap();
        let mut all = AccessionRepository(reader.conn())
            .page(None, 10, &lantai_domain::access::Filter::everything())
            .await
            .unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    pub async fn records(&self) -> Vec<StoredRecord> {
        let mut reader = self.holdings.database.read().await.unwrap();
        RecordRepository(reader.conn())
            .page_of_all(None, 100_000)
            .await
            .unwrap()
    }

    pub async fn codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = self
            .records()
            .await
            .iter()
            .map(|stored| stored.record.description.code.to_string())
            .collect();
        codes.sort();
        codes
    }

    pub async fn journal_rows(&self) -> u64 {
        let mut reader = self.holdings.database.read().await.unwrap();
        JournalRows(reader.conn()).size().await.unwrap()
    }

    pub async fn batches(&self) -> Vec<String> {
        let mut reader = self.holdings.database.read().await.unwrap();
        BatchRepository(reader.conn()).all().await.unwrap()
    }

    pub fn objects(&self) -> Vec<String> {
        let mut ids: Vec<String> = self
            .holdings
            .vault
            .object_ids()
            .map(|id| id.unwrap().as_str().to_owned())
            .collect();
        ids.sort();
        ids
    }

    /// The bytes of a record's file as the vault holds them; they must have their recorded digests.
    pub fn content(&self, stored: &StoredRecord, place: usize) -> Vec<u8> {
        let file = &stored.record.files[place];
        let object = self
            .holdings
            .vault
            .object(&ObjectId::new(stored.object.clone()).unwrap())
            .unwrap()
            .unwrap();
        let mut bytes = Vec::new();
        let path = LogicalPath::new(file.path.clone()).unwrap();
        object
            .open(object.head(), &path)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        assert_eq!(Algorithm::Sha512.of(&bytes), file.sha512);
        assert_eq!(Algorithm::Sm3.of(&bytes), file.sm3);
        bytes
    }

    pub async fn verify(&self) -> Report {
        let key = key();
        let progress = Arc::new(lantai_vault::NoProgress);
        verify(
            Some(&self.holdings.database),
            &self.holdings.vault,
            &self.journal,
            key.verifying_key(),
            Scope::ALL,
            progress,
        )
        .await
        .unwrap()
    }

    pub async fn assert_sound(&self, when: &str) {
        let report = self.verify().await;
        assert!(report.ok, "{when}: {:#?}", report.problems);
    }
}

/// Code of item `number` of the packages made here.
pub fn code(number: usize) -> String {
    format!("J001-WS·2019·Y-{number:04}")
}

/// A package with a catalogue in CSV.
pub struct Package(pub TempDir);

impl Package {
    /// One with a catalogue of these lines.
    pub fn of(lines: &[String]) -> Self {
        let package = Self(tempfile::tempdir().unwrap());
        package.write("catalogue.csv", lines.join("\n").as_bytes());
        package
    }

    /// Items `first..first + count`, each with a file of its own.
    pub fn items(first: usize, count: usize) -> Self {
        let mut lines = vec!["档号,题名,保管期限,门类,电子文件".to_owned()];
        let row = |number: usize| {
            format!(
                "{},关于{number}号事项的通知,永久,文书,content/{number}.txt",
                code(number)
            )
        };
        lines.extend((first..first + count).map(row));
        let package = Self::of(&lines);
        for number in first..first + count {
            package.write(&format!("content/{number}.txt"), text(number).as_bytes());
        }
        package
    }

    /// Entries without content.
    pub fn entries(first: usize, count: usize) -> Self {
        let mut lines = vec!["档号,题名,保管期限,门类".to_owned()];
        lines.extend((first..first + count).map(|number| format!("{},第{number}条,永久,文书", code(number))));
        Self::of(&lines)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Changes the catalogue's text.
    pub fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path().join("catalogue.csv")).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        self.write("catalogue.csv", text.replacen(from, to, 1).as_bytes());
    }
}

/// What the file of item `number` says.
pub fn text(number: usize) -> String {
    format!("关于{number}号事项的通知\n\n各乡镇人民政府：现将有关事项通知如下。第{number}号。\n")
}

/// Codes of the findings that returned a package.
pub fn faults(findings: &[Finding]) -> Vec<(String, String)> {
    let returning = findings.iter().filter(|finding| finding.returns_package());
    let mut faults: Vec<_> = returning
        .map(|finding| (finding.check.clone(), finding.code.clone()))
        .collect();
    faults.sort();
    faults.dedup();
    faults
}
