//! What the repository of accessions promises, kept on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens"
)]

use lantai_database::Database;
use lantai_domain::access::Filter;
use lantai_domain::{AccessionId, FileFormat, Finding, IdSource, Media, Outcome, Severity, Stage};
use lantai_intake::attach::{FileDecision, UnattachedFile, UnattachedState, WhyUnattached};
use lantai_intake::{Accession, AccessionRepository, AccessionState, UnattachedFilter, UnattachedRepository};
use lantai_testkit::{CountingIds, noon, on_every_engine};

fn an_accession(ids: &dyn IdSource, name: &str) -> Accession {
    let id = AccessionId::new(ids.next());
    let state = AccessionState::Receiving {
        files_announced: 3,
        bytes_announced: 42,
    };
    Accession::begin(
        id,
        name,
        Some("J001".to_owned()),
        Stage::Transfer,
        "admin",
        noon(),
        state,
    )
}

async fn put(database: &Database, accession: &Accession) {
    let mut work = database.begin_upkeep().await.unwrap();
    AccessionRepository(work.conn()).put(accession).await.unwrap();
    work.commit().await.unwrap();
}

async fn find(database: &Database, id: AccessionId) -> Option<Accession> {
    let mut reader = database.read().await.unwrap();
    AccessionRepository(reader.conn()).find(id).await.unwrap()
}

async fn put_findings(database: &Database, id: AccessionId, findings: &[Finding]) {
    let mut work = database.begin_upkeep().await.unwrap();
    AccessionRepository(work.conn())
        .put_findings(id, findings)
        .await
        .unwrap();
    work.commit().await.unwrap();
}

async fn findings(
    database: &Database,
    id: AccessionId,
    severity: Option<&str>,
    after: i64,
    limit: u32,
) -> Vec<(i64, Finding)> {
    let mut reader = database.read().await.unwrap();
    AccessionRepository(reader.conn())
        .findings(id, severity, after, limit)
        .await
        .unwrap()
}

/// Findings of growing line numbers; every fifth one is a blocker.
fn some_findings(count: usize) -> Vec<Finding> {
    (0..count)
        .map(|line| {
            let severity = if line % 5 == 0 {
                Severity::Blocker
            } else {
                Severity::Minor
            };
            Finding::new("A-2.6", severity, Outcome::Fail, "intake.code_invalid")
                .record(format!("第{line}行"))
        })
        .collect()
}

#[tokio::test]
async fn an_accession_is_read_back_as_it_was_put() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut accession = an_accession(&ids, "移交包 2024/一");
        put(&database, &accession).await;
        assert_eq!(find(&database, accession.id).await.as_ref(), Some(&accession));

        accession.state = AccessionState::Accepted { at: noon() };
        (accession.items, accession.files, accession.bytes) = (2, 3, u64::from(u32::MAX) * 9);
        put(&database, &accession).await;
        assert_eq!(find(&database, accession.id).await, Some(accession));
        assert_eq!(find(&database, AccessionId::new(ids.next())).await, None);
    })
    .await;
}

#[tokio::test]
async fn the_same_key_finds_the_same_accession() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let (one, other) = (an_accession(&ids, "one"), an_accession(&ids, "other"));
        put(&database, &other).await;
        let mut work = database.begin_upkeep().await.unwrap();
        let made = AccessionRepository(work.conn()).put_under_key(&one, "key").await;
        assert!(made.unwrap());
        work.commit().await.unwrap();
        // what becomes of the accession later does not forget the key
        put(&database, &one).await;

        let mut reader = database.read().await.unwrap();
        assert_eq!(
            AccessionRepository(reader.conn())
                .find_by_key("key")
                .await
                .unwrap(),
            Some(one)
        );
        assert_eq!(
            AccessionRepository(reader.conn())
                .find_by_key("no key")
                .await
                .unwrap(),
            None
        );
        drop(reader);

        let mut work = database.begin_upkeep().await.unwrap();
        let again = an_accession(&ids, "again");
        let made = AccessionRepository(work.conn())
            .put_under_key(&again, "key")
            .await;
        assert!(!made.unwrap());
        work.commit().await.unwrap();
        assert_eq!(find(&database, again.id).await, None);
    })
    .await;
}

#[tokio::test]
async fn pages_hold_every_accession_once_newest_first() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut accessions: Vec<Accession> = (0..23)
            .map(|number| an_accession(&ids, &format!("package {number}")))
            .collect();
        for accession in &accessions {
            put(&database, accession).await;
        }
        accessions.reverse();
        let mut reader = database.read().await.unwrap();
        let mut read: Vec<Accession> = Vec::new();
        loop {
            let before = read.last().map(|accession| accession.id);
            let page = AccessionRepository(reader.conn())
                .page(before, 5, &Filter::everything())
                .await
                .unwrap();
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, accessions);
    })
    .await;
}

#[tokio::test]
async fn accessions_are_found_and_counted_by_state() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let states = [
            AccessionState::Checking,
            AccessionState::Accepted { at: noon() },
            AccessionState::Checking,
            AccessionState::Returned { at: noon() },
        ];
        let mut checking = Vec::new();
        for state in states {
            let accession = Accession {
                state: state.clone(),
                ..an_accession(&ids, "package")
            };
            put(&database, &accession).await;
            if state == AccessionState::Checking {
                checking.push(accession);
            }
        }
        let mut reader = database.read().await.unwrap();
        assert_eq!(
            AccessionRepository(reader.conn())
                .in_state("checking")
                .await
                .unwrap(),
            checking
        );
        assert!(
            AccessionRepository(reader.conn())
                .in_state("failed")
                .await
                .unwrap()
                .is_empty()
        );
        let mut counted = AccessionRepository(reader.conn())
            .count_by_state(&Filter::everything())
            .await
            .unwrap();
        counted.sort();
        let counted: Vec<(&str, i64)> = counted
            .iter()
            .map(|(state, count)| (state.as_str(), *count))
            .collect();
        assert_eq!(counted, [("accepted", 1), ("checking", 2), ("returned", 1)]);
    })
    .await;
}

#[tokio::test]
async fn findings_are_paged_in_their_order_and_by_weight() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let (accession, other) = (an_accession(&ids, "one"), an_accession(&ids, "other"));
        put(&database, &accession).await;
        put(&database, &other).await;
        let all = some_findings(52);
        put_findings(&database, accession.id, &all).await;
        put_findings(&database, other.id, &some_findings(2)).await;

        let mut read: Vec<(i64, Finding)> = Vec::new();
        loop {
            let after = read.last().map_or(0, |(number, _)| *number);
            let page = findings(&database, accession.id, None, after, 20).await;
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        let read: Vec<Finding> = read.into_iter().map(|(_, finding)| finding).collect();
        assert_eq!(read, all);

        let blockers = findings(&database, accession.id, Some("blocker"), 0, 100).await;
        assert_eq!(blockers.len(), 11);
        assert!(
            blockers
                .iter()
                .all(|(_, finding)| finding.severity == Severity::Blocker)
        );
        let later = findings(&database, accession.id, Some("blocker"), blockers[4].0, 3).await;
        assert_eq!(later, blockers[5..8]);
        assert!(
            findings(&database, accession.id, Some("major"), 0, 100)
                .await
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_second_test_replaces_the_findings_of_the_first() {
    on_every_engine(async |database| {
        let accession = an_accession(&CountingIds::default(), "one");
        put(&database, &accession).await;
        put_findings(&database, accession.id, &some_findings(9)).await;
        put_findings(&database, accession.id, &some_findings(2)).await;
        let kept = findings(&database, accession.id, None, 0, 100).await;
        assert_eq!(
            kept.into_iter().map(|(_, finding)| finding).collect::<Vec<_>>(),
            some_findings(2)
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_forgotten_takes_its_findings_along() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let (forgotten, kept) = (an_accession(&ids, "forgotten"), an_accession(&ids, "kept"));
        for accession in [&forgotten, &kept] {
            put(&database, accession).await;
            put_findings(&database, accession.id, &some_findings(3)).await;
        }
        let mut work = database.begin_upkeep().await.unwrap();
        AccessionRepository(work.conn())
            .delete(forgotten.id)
            .await
            .unwrap();
        work.commit().await.unwrap();
        assert_eq!(find(&database, forgotten.id).await, None);
        assert!(findings(&database, forgotten.id, None, 0, 100).await.is_empty());
        assert_eq!(findings(&database, kept.id, None, 0, 100).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn findings_of_no_accession_are_refused() {
    on_every_engine(async |database| {
        let id = AccessionId::new(CountingIds::default().next());
        let mut work = database.begin_upkeep().await.unwrap();
        assert!(
            AccessionRepository(work.conn())
                .put_findings(id, &some_findings(1))
                .await
                .is_err()
        );
    })
    .await;
}

fn an_unattached_file(number: u32, file: &str) -> UnattachedFile {
    UnattachedFile {
        number,
        file: file.to_owned(),
        name_bytes: None,
        size: 7,
        sm3: "00".to_owned(),
        format: FileFormat::default(),
        media: Media::Image,
        why: WhyUnattached::NoRecord,
        candidates: Vec::new(),
        faults: Vec::new(),
        decision: None,
    }
}

async fn listed(database: &Database, id: AccessionId, filter: &UnattachedFilter) -> Vec<u32> {
    let mut reader = database.read().await.unwrap();
    let page = UnattachedRepository(reader.conn())
        .page(id, filter, 0, 10)
        .await
        .unwrap();
    page.iter().map(|file| file.number).collect()
}

#[tokio::test]
async fn unattached_files_are_found_by_state_words_and_folder() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let accession = an_accession(&ids, "package");
        let other = an_accession(&ids, "other");
        put(&database, &accession).await;
        put(&database, &other).await;
        let names = ["甲/IMG_1.jpg", "甲/100%.jpg", "甲乙/img_2.jpg", "a.jpg"];
        let files: Vec<UnattachedFile> = (1..)
            .zip(names)
            .map(|(number, name)| an_unattached_file(number, name))
            .collect();
        let id = accession.id;
        let mut work = database.begin_upkeep().await.unwrap();
        for _ in 0..2 {
            UnattachedRepository(work.conn()).put(id, &files).await.unwrap();
        }
        let mut decided = files[3].clone();
        decided.decision = Some(FileDecision::LeftOut {
            reason: "blank".to_owned(),
            by: "li.wei".to_owned(),
            at: noon(),
        });
        UnattachedRepository(work.conn())
            .keep(id, &decided)
            .await
            .unwrap();
        work.commit().await.unwrap();

        let all = UnattachedFilter::default();
        assert_eq!(listed(&database, id, &all).await, [1, 2, 3, 4]);
        assert_eq!(listed(&database, other.id, &all).await, [0_u32; 0]);
        let words = |words: &str| UnattachedFilter {
            words: Some(words.to_owned()),
            ..UnattachedFilter::default()
        };
        assert_eq!(
            listed(&database, id, &words("IMG")).await,
            [1, 3],
            "whatever their case"
        );
        assert_eq!(
            listed(&database, id, &words("0%")).await,
            [2],
            "a percent sign is one"
        );
        assert_eq!(listed(&database, id, &words("g_")).await, [1, 3]);
        let folder = UnattachedFilter {
            folder: Some("甲".to_owned()),
            state: Some(UnattachedState::Open),
            ..UnattachedFilter::default()
        };
        assert_eq!(listed(&database, id, &folder).await, [1, 2]);
        let left_out = UnattachedFilter {
            state: Some(UnattachedState::LeftOut),
            ..UnattachedFilter::default()
        };
        assert_eq!(listed(&database, id, &left_out).await, [4]);
        let mut reader = database.read().await.unwrap();
        let mut counts = UnattachedRepository(reader.conn()).counts(id).await.unwrap();
        counts.sort();
        assert_eq!(counts, [("left_out".to_owned(), 1), ("open".to_owned(), 3)]);
        let found = UnattachedRepository(reader.conn()).find(id, 4).await.unwrap();
        assert_eq!(found, Some(decided));
        let paths = UnattachedRepository(reader.conn()).open_paths(id).await.unwrap();
        assert_eq!(paths, names[..3]);
        drop(reader);

        let mut work = database.begin_upkeep().await.unwrap();
        AccessionRepository(work.conn()).delete(id).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(
            listed(&database, id, &all).await,
            [0_u32; 0],
            "they go with their accession"
        );
    })
    .await;
}
