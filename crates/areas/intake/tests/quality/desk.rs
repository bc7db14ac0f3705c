//! An archive with one accepted accession of pictures.

use jiff::SignedDuration;
use lantai_cataloguing::{FondsRepository, Holdings, RecordRepository, StoredRecord, layout};
use lantai_database::Database;
use lantai_domain::{AccessionId, Fact, Fonds, IdSource, JournalEntry, Media, RandomIds, Stage};
use lantai_intake::quality::{Choice, Mark, NewLot, Person, QualityRules};
use lantai_intake::{Accession, AccessionRepository, AccessionState};
use lantai_journal::{Journal, SigningKey};
use lantai_testkit::{FileBuilder, MovableClock, RecordBuilder, noon};
use lantai_vault::{LogicalPath, ObjectId, Vault, VersionInfo};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

/// Records of the accession; each has three pictures.
pub const RECORDS: usize = 70;

pub struct Desk {
    pub holdings: Holdings,
    pub accession: AccessionId,
    pub rules: QualityRules,
    pub clock: Arc<MovableClock>,
    pub folder: TempDir,
}

pub fn key() -> SigningKey {
    SigningKey::from_seed("lantai.test/quality", [9; 32]).unwrap()
}

pub fn join(database: Database, folder: &Path, clock: Arc<MovableClock>) -> Holdings {
    let vault = Vault::open(folder.join("vault")).unwrap();
    let journal = Journal::open(&folder.join("journal"), key().verifying_key()).unwrap();
    Holdings::new(database, vault, journal, key(), clock, Arc::new(RandomIds))
}

pub fn who(name: &str) -> Person {
    Person::new(name)
}

impl Desk {
    pub async fn new(database: Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Vault::create(folder.path().join("vault")).unwrap();
        Journal::create(&folder.path().join("journal"), &key()).unwrap();
        let clock = Arc::new(MovableClock::default());
        let holdings = join(database, folder.path(), Arc::clone(&clock));
        let accession = AccessionId::new(RandomIds.next());
        take_in(&holdings, accession).await;
        Self {
            holdings,
            accession,
            rules: QualityRules::builtin().unwrap(),
            clock,
            folder,
        }
    }

    pub fn lot(&self, plan: &str) -> NewLot {
        NewLot {
            accession: self.accession,
            choice: Choice::default(),
            plan: plan.to_owned(),
            name: String::new(),
            series: None,
            again: None,
            assigned: None,
            deadline: None,
        }
    }

    pub fn later(&self) {
        self.clock.advance(SignedDuration::from_secs(60));
    }

    /// Marks every piece: those named with a defect, the others as fine; then hands in.
    pub async fn inspect(&self, lot: Uuid, pieces: u64, person: &str, defects: &[(u32, &str)]) {
        lantai_intake::quality::take_seat(&self.holdings, lot, &who(person))
            .await
            .unwrap();
        for number in 1..=u32::try_from(pieces).unwrap() {
            let classes = defects.iter().filter(|(item, _)| *item == number);
            let mark = Mark {
                defects: classes.map(|(_, class)| ((*class).to_owned(), None)).collect(),
                note: None,
            };
            lantai_intake::quality::judge(&self.holdings, &self.rules, lot, number, &who(person), &mark)
                .await
                .unwrap();
        }
        lantai_intake::quality::submit(&self.holdings, lot, &who(person))
            .await
            .unwrap();
    }
}

async fn take_in(holdings: &Holdings, id: AccessionId) {
    let mut accession = Accession::begin(
        id,
        "县志扫描",
        Some("J001".to_owned()),
        Stage::Transfer,
        "receiver",
        noon(),
        AccessionState::Checking,
    );
    accession.state = AccessionState::Accepted {
        at: holdings.clock.now(),
    };
    let object = ObjectId::from_uuid(id.uuid());
    let batch = holdings.vault.begin("taking-in").unwrap();
    let mut writer = batch.new_object(&object).unwrap();
    let document = serde_json::to_vec_pretty(&accession).unwrap();
    writer
        .put_bytes(&LogicalPath::new("accession.json").unwrap(), &document)
        .unwrap();
    writer
        .put_bytes(&LogicalPath::new("findings.jsonl").unwrap(), b"")
        .unwrap();
    let info = VersionInfo {
        created: noon(),
        message: "accepted".to_owned(),
        user_name: "receiver".to_owned(),
        user_address: None,
    };
    let inventory = writer.finish(info).unwrap();
    batch.seal().unwrap().place().unwrap();

    let mut work = holdings.database.begin().await.unwrap();
    AccessionRepository(work.conn()).put(&accession).await.unwrap();
    FondsRepository(work.conn())
        .put(&Fonds::unnamed("J001".parse().unwrap()), 0)
        .await
        .unwrap();
    let media = [Media::Image, Media::Image, Media::Text];
    for number in 1..=RECORDS {
        let part = if number <= 40 {
            "WS·2019·Y"
        } else {
            "ZP·2020·D30"
        };
        let code = format!("J001-{part}-{number:04}");
        let mut record = RecordBuilder::new(&RandomIds, &code).accession(id);
        for (page, media) in media.into_iter().enumerate() {
            // one page of many is so small that it may be blank
            let size = if number == 5 && page == 1 {
                9_000
            } else {
                900_000 + number as u64
            };
            record = record.file(FileBuilder::new(&format!("{number:04}/{page}.jpg"), size).media(media));
        }
        let record = record.build();
        let stored = StoredRecord {
            object: layout::record_object(record.id).as_str().to_owned(),
            object_version: 1,
            record,
        };
        RecordRepository(work.conn()).insert(&stored).await.unwrap();
    }
    let fact = JournalEntry::new(Fact::AccessionAccepted, noon(), "receiver", object.as_str());
    work.record(fact.fixing(1, &inventory)).await.unwrap();
    work.commit().await.unwrap();
    holdings.publish().await.unwrap();
}
