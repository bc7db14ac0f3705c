//! Large packages come in parts: whoever is interrupted goes on where it was, and nothing is in twice.

use crate::house::{Archive, Data, Package, StopAt, code, text};
use futures::StreamExt;
use lantai_domain::Stage;
use lantai_intake::{IntakeError, Progress};
use lantai_intake::{IntakeRules, PartSize, TakenIn, take_in};
use std::path::Path;
use std::sync::Arc;

const ITEMS: usize = 10;
/// Items of a part.
const PART: u64 = 3;

fn rules() -> IntakeRules {
    IntakeRules::builtin().unwrap().with_part_size(PartSize {
        items: PART,
        bytes: u64::MAX,
    })
}

async fn take(archive: &Archive, package: &Path) -> Result<TakenIn, IntakeError> {
    let request = archive.request(Stage::Filing, package);
    let progress = Arc::new(Progress::default());
    take_in(&archive.holdings, &rules(), &request, None, &progress).await
}

async fn assert_whole(archive: &Archive, data: &Data, when: &str) {
    assert_eq!(
        archive.codes().await,
        (1..=ITEMS).map(code).collect::<Vec<_>>(),
        "{when}"
    );
    for stored in archive.records().await {
        let content = archive.content(&stored, 0);
        let code = stored.record.description.code.to_string();
        let number: usize = code.rsplit_once('-').unwrap().1.parse().unwrap();
        assert_eq!(content, text(number).as_bytes(), "{when}");
    }
    archive.assert_sound(when).await;
    data.assert_nothing_left_over(when);
}

#[tokio::test(flavor = "multi_thread")]
pub async fn an_intake_in_parts_stopped_anywhere_goes_on_where_it_was() {
    let data = Data::new().await;
    let package = Package::items(1, ITEMS);
    let whole = data.copy();
    let disk = StopAt::new(0);
    let archive = whole.open_on(disk.clone()).await;
    let opened = disk.steps();
    take(&archive, package.path()).await.unwrap();
    assert_whole(&archive, &whole, "undisturbed").await;
    let again = take(&archive, package.path()).await.unwrap();
    assert!(again.already, "the same package is not taken in twice");
    archive.close().await;
    let steps = disk.steps();

    let tried = futures::stream::iter((opened + 1..=steps).step_by(3)).map(|stop| {
        let (data, package) = (&data, &package);
        async move {
            let copy = data.copy();
            let disk = StopAt::new(stop);
            let archive = copy.open_on(disk.clone()).await;
            let _ = take(&archive, package.path()).await;
            archive.close().await;
            let when = format!("step {stop}, {}", disk.stopped_in());
            let archive = copy.restart().await;
            let held = archive.held_parts().await;
            let taken = take(&archive, package.path()).await;
            let taken = taken.unwrap_or_else(|error| panic!("{when}: {error:?}"));
            assert_eq!(taken.received.accession.state.name(), "accepted", "{when}");
            assert_whole(&archive, &copy, &when).await;
            archive.close().await;
            (held, taken.already)
        }
    });
    let outcomes: Vec<(usize, bool)> = tried.buffer_unordered(4).collect().await;
    let went_on = outcomes.iter().filter(|(held, _)| *held > 0).count();
    let done = outcomes.iter().filter(|(_, already)| *already).count();
    assert!(outcomes.len() > 100, "{} stops", outcomes.len());
    assert!(went_on > 0 && done > 0, "{went_on} went on, {done} were done");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_used_again_only_while_the_package_is_as_it_was() {
    let data = Data::new().await;
    let package = Package::items(1, ITEMS);
    let disk = StopAt::new(0);
    let copy = data.copy();
    let archive = copy.open_on(disk.clone()).await;
    take(&archive, package.path()).await.unwrap();
    archive.close().await;
    // stopped when the last part's objects are being staged
    let stop = disk.first("place") - 20;
    let stopped = data.copy();
    let archive = stopped.open_on(StopAt::new(stop)).await;
    assert!(take(&archive, package.path()).await.is_err());
    archive.close().await;
    let staged = |data: &Data| std::fs::read_dir(data.vault().join("staging")).unwrap().count();

    let archive = stopped.restart().await;
    package.edit("关于7号", "关于第7号");
    take(&archive, package.path()).await.unwrap();
    let titles: Vec<String> = archive
        .records()
        .await
        .iter()
        .map(|stored| stored.record.description.title.clone())
        .collect();
    assert!(
        titles.iter().any(|title| title.contains("关于第7号")),
        "{titles:?}"
    );
    assert_whole(&archive, &stopped, "changed meanwhile").await;
    assert_eq!(staged(&stopped), 0);
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_for_a_while_costs_only_the_part_that_was_being_filled() {
    let data = Data::new().await;
    let package = Package::items(1, ITEMS);
    let counted = StopAt::new(0);
    let copy = data.copy();
    let archive = copy.open_on(counted.clone()).await;
    take(&archive, package.path()).await.unwrap();
    archive.close().await;

    let disk = StopAt::new(counted.first("place") - 20);
    let archive = data.open_on(disk.clone()).await;
    let failed = take(&archive, package.path()).await.unwrap_err();
    assert!(failed.may_pass(), "{failed:?}");
    let held = archive.held_parts().await;
    assert!(held > 1, "{held} parts are durable");
    let accession = archive.only_accession().await;
    assert_eq!(accession.state.name(), "failed");

    disk.revive();
    let before = disk.steps();
    let taken = take(&archive, package.path()).await.unwrap();
    assert_eq!(taken.received.accession.state.name(), "accepted");
    assert_eq!(
        taken.received.accession.id, accession.id,
        "the same accession went on"
    );
    let again = disk.steps() - before;
    assert!(
        again < counted.steps() / 2,
        "{again} of {} steps were done again",
        counted.steps()
    );
    assert_whole(&archive, &data, "after the disk came back").await;
    archive.close().await;
}
