//! What only the archive itself can tell of a package: codes that it has already, rows that cannot be read back
//! (U-1.2), and what was decided about a document before it came in.

use crate::house::{Archive, Data, Package, code, faults};
use lantai_domain::{Outcome, Retention, Stage};
use lantai_intake::filing::{Choice, DecisionRequest, Direction, Document, FilingTables, decide};
use lantai_intake::rules::{CheckRules, RuleFiles};
use lantai_intake::{IntakeRules, Received};

fn without(check: &str) -> IntakeRules {
    let profile = format!("[[check]]\nid = '{check}'\nrun = false\n");
    let files = RuleFiles {
        profile: Some(&profile),
        ..RuleFiles::default()
    };
    IntakeRules::builtin()
        .unwrap()
        .with_checks(CheckRules::load(&files).unwrap())
}

fn failed(received: &Received) -> Vec<&str> {
    let results = received.accession.checks.iter();
    results
        .filter(|result| matches!(result.outcome, Outcome::Fail | Outcome::Error))
        .map(|result| result.check.as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_12_a_code_that_the_archive_has_already() {
    let data = Data::new().await;
    let archive = data.open().await;
    archive.receive(Package::items(1, 2).path()).await.unwrap();
    let held = archive.codes().await;
    // the second package has one code of the first
    let package = Package::items(2, 2);
    let received = archive.receive(package.path()).await.unwrap();
    assert_eq!(received.accession.state.name(), "returned");
    assert_eq!(failed(&received), ["A-2.7"], "{:#?}", received.findings);
    let taken = received
        .findings
        .iter()
        .find(|finding| finding.check == "A-2.7")
        .unwrap();
    assert_eq!(
        (taken.code.as_str(), taken.record.as_deref()),
        ("intake.code_taken", Some(code(2).as_str()))
    );
    assert_eq!(archive.codes().await, held, "nothing of it is kept");
    // two records can never have one code: without the rule the catalogue itself refuses
    let received = archive
        .receive_by(&without("A-2.7"), Stage::Filing, package.path())
        .await
        .unwrap();
    assert_eq!(
        faults(&received.findings),
        [("A-2.7".to_owned(), "intake.code_taken".to_owned())]
    );
    assert_eq!(archive.codes().await, held);
    archive.assert_sound("after codes that are taken").await;
    archive.close().await;
}

/// A catalogue whose engine damages what is written to it.
async fn damage(archive: &Archive) {
    let trigger = "CREATE TRIGGER damage AFTER INSERT ON records BEGIN
                   UPDATE records SET document = '{' WHERE id = NEW.id; END";
    let mut work = archive.holdings.database.begin_upkeep().await.unwrap();
    lantai_database::on_engine!(work.conn(), |c| sqlx::query(trigger)
        .execute(&mut *c)
        .await
        .map(|_| ()))
    .unwrap();
    work.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_read_back_fail_one_check_and_nothing_is_kept() {
    let data = Data::new().await;
    let archive = data.open().await;
    damage(&archive).await;
    let package = Package::items(1, 2);
    let received = archive.receive(package.path()).await.unwrap();
    assert_eq!(received.accession.state.name(), "returned");
    assert_eq!(failed(&received), ["U-1.2"], "{:#?}", received.findings);
    assert_eq!(
        faults(&received.findings),
        [("U-1.2".to_owned(), "intake.rows_unreadable".to_owned())]
    );
    let told = received
        .findings
        .iter()
        .find(|finding| finding.check == "U-1.2")
        .unwrap();
    assert!(told.found.as_ref().unwrap().contains("2 rows"), "{told:?}");
    assert!(archive.records().await.is_empty());
    assert_eq!(archive.objects(), [format!("urn:uuid:{}", received.accession.id)]);
    data.assert_nothing_left_over("after rows that cannot be read back");
    archive.close().await;
    // a good catalogue passes it
    let fresh = Data::new().await;
    let archive = fresh.open().await;
    let received = archive.receive(package.path()).await.unwrap();
    let result = received
        .accession
        .checks
        .iter()
        .find(|result| result.check == "U-1.2")
        .unwrap();
    assert_eq!((result.outcome, result.tested), (Outcome::Pass, 2));
    archive.close().await;
    // without the rule nobody looks
    let blind = Data::new().await;
    let archive = blind.open().await;
    damage(&archive).await;
    let received = archive
        .receive_by(&without("U-1.2"), Stage::Filing, package.path())
        .await
        .unwrap();
    assert_eq!(received.accession.state.name(), "accepted");
    archive.close().await;
}

async fn decided(archive: &Archive, reference: &str) -> String {
    let document = Document {
        reference: Some(reference.to_owned()),
        direction: Some(Direction::Sent),
        year: Some(2019),
        ..Document::titled("关于石门渠用地的请示")
    };
    let request = DecisionRequest {
        choices: vec![Choice {
            document,
            item_no: None,
            reason: None,
        }],
        by: "admin".to_owned(),
    };
    let tables = FilingTables::builtin().unwrap();
    let decisions = decide(&archive.holdings, &tables, &request).await.unwrap();
    assert_eq!(decisions[0].decided.retention.as_deref(), Some("D30"));
    decisions[0].decided.row_id.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_was_decided_brings_its_rule_and_retention_to_its_record() {
    let data = Data::new().await;
    let archive = data.open().await;
    let row = decided(&archive, "石府发〔2019〕7号").await;
    let package = Package::of(&[
        "档号,题名,文号,保管期限,门类".to_owned(),
        // the code of this category names no retention, and the catalogue neither
        "J001-KJ·2019-0001,关于石门渠用地的请示,石府发〔2019〕7号,,科技".to_owned(),
        "J001-KJ·2019-0002,关于另一事项的请示,石府发〔2019〕8号,永久,科技".to_owned(),
    ]);
    let received = archive.receive(package.path()).await.unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    let records = archive.records().await;
    let rule = |place: usize| records[place].record.description.other.get("retention_rule_id");
    assert_eq!(rule(0), Some(&row));
    assert_eq!(records[0].record.description.retention, Retention::Years(30));
    assert_eq!(rule(1), None, "nothing was decided about it");
    assert_eq!(records[1].record.description.retention, Retention::Permanent);

    // the package says something else: both stay, and it is told
    decided(&archive, "石府发〔2019〕9号").await;
    let package = Package::of(&[
        "档号,题名,文号,保管期限,门类".to_owned(),
        "J001-KJ·2019-0003,关于石门渠用地的再请示,石府发〔2019〕9号,永久,科技".to_owned(),
    ]);
    let received = archive.receive(package.path()).await.unwrap();
    let told = received
        .findings
        .iter()
        .find(|finding| finding.code == "intake.retention_not_as_decided")
        .unwrap();
    assert_eq!((told.check.as_str(), told.outcome), ("A-2.4", Outcome::Warn));
    assert!(told.expected.as_ref().unwrap().contains(&row), "{told:?}");
    archive.assert_sound("after decisions").await;
    archive.close().await;
}
