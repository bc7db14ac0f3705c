//! An E-ARK package on its whole way: folder and container, into the holdings and back.

use crate::eark_package::{CODE, package};
use crate::house::{Data, faults};
use lantai_intake::SubmissionKind;

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_package_is_taken_in_whole_and_a_damaged_one_not_at_all() {
    let place = tempfile::tempdir().unwrap();
    let root = package(place.path());
    let data = Data::new().await;
    let archive = data.open().await;
    let received = archive.receive(&root).await.unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    assert_eq!(received.accession.kind, Some(SubmissionKind::Eark));
    assert_eq!(archive.codes().await, [CODE]);
    let records = archive.records().await;
    let files: Vec<(&str, Vec<u8>)> = records[0]
        .record
        .files
        .iter()
        .enumerate()
        .map(|(place, file)| (file.name.as_str(), archive.content(&records[0], place)))
        .collect();
    for (name, content) in &files {
        assert_eq!(*content, std::fs::read(root.join(name)).unwrap(), "{name}");
    }
    assert_eq!(files.len(), 2);
    archive.assert_sound("after an E-ARK package").await;
    archive.close().await;

    let other = Data::new().await;
    let archive = other.open().await;
    std::fs::write(root.join("representations/rep1/data/附件.txt"), "附件二\n").unwrap();
    let received = archive.receive(&root).await.unwrap();
    assert_eq!(received.accession.state.name(), "returned");
    assert!(faults(&received.findings).contains(&("A-3.1".to_owned(), "intake.digest_mismatch".to_owned())));
    assert!(archive.records().await.is_empty());
    other.assert_nothing_left_over("after a damaged E-ARK package");
    archive.close().await;
}
