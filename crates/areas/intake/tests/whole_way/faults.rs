//! Intake stopped at every step that changes the disk, before and after the effect: the old state or the new one.

use crate::house::{Archive, Data, Package, StopAt, code, text};
use futures::StreamExt;
use lantai_cataloguing::{CataloguingError, OpeningRequest, decide_opening};
use lantai_database::Database;
use lantai_domain::{OpenStatusKind, Viewer};
use lantai_intake::IntakeError;

const ITEMS: usize = 5;
/// Copies of an archive that are tried side by side.
const AT_ONCE: usize = 4;

/// What an archive holds, as far as a change may alter it.
#[derive(Debug, PartialEq, Eq)]
struct State {
    codes: Vec<String>,
    open: Vec<String>,
    objects: Vec<String>,
    journal: u64,
}

async fn state(archive: &Archive) -> State {
    let records = archive.records().await;
    let is_open = |kind: OpenStatusKind| kind == OpenStatusKind::Open;
    let open = records
        .iter()
        .filter(|stored| is_open(stored.record.open_status.kind()));
    State {
        open: open
            .map(|stored| stored.record.description.code.to_string())
            .collect(),
        codes: archive.codes().await,
        objects: archive.objects(),
        journal: archive.journal_rows().await,
    }
}

/// Runs a change on copies of an archive, stopped at one step after the other, and looks after each restart whether
/// everything is as before or as after the whole change. `true` from `change` means that it was acknowledged.
async fn old_or_new(
    data: &Data,
    change: impl AsyncFn(&Archive) -> bool,
    look: impl Fn(&Archive, &State),
) -> u64 {
    let before = data.restart().await;
    let old = state(&before).await;
    before.close().await;
    let whole = data.copy();
    let disk = StopAt::new(0);
    let archive = whole.open_on(disk.clone()).await;
    let steps_to_open = disk.steps();
    assert!(change(&archive).await);
    archive.close().await;
    let steps = disk.steps();
    assert!(steps > steps_to_open + 20, "the change makes no steps");

    let stops = futures::stream::iter(steps_to_open + 1..=steps);
    let outcomes: Vec<bool> = stops
        .map(|stop| is_new_after(data, stop, &old, &change, &look))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let became_new = outcomes.iter().filter(|is_new| **is_new).count();
    assert!(
        0 < became_new && became_new < outcomes.len(),
        "{became_new} of {} are new",
        outcomes.len()
    );
    steps - steps_to_open
}

/// Stops a change at one step, restarts, and says whether the new state is there.
async fn is_new_after(
    data: &Data,
    stop: u64,
    old: &State,
    change: &impl AsyncFn(&Archive) -> bool,
    look: &impl Fn(&Archive, &State),
) -> bool {
    let copy = data.copy();
    let disk = StopAt::new(stop);
    let archive = copy.open_on(disk.clone()).await;
    let acknowledged = change(&archive).await;
    archive.close().await;
    let archive = copy.restart().await;
    let when = format!("step {stop}, {}", disk.stopped_in());
    let now = state(&archive).await;
    let is_new = now != *old;
    assert!(is_new || !acknowledged, "{when}: acknowledged and lost");
    if is_new {
        assert_eq!(
            now.journal,
            archive.holdings.journal_size(),
            "{when}: facts without tiles"
        );
        look(&archive, &now);
    }
    archive.assert_sound(&when).await;
    copy.assert_nothing_left_over(&when);
    assert!(archive.batches().await.is_empty(), "{when}");
    // and the archive goes on
    assert!(is_new || change(&archive).await, "{when}: cannot be done again");
    archive.close().await;
    is_new
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_package_is_in_wholly_or_not_at_all() {
    let data = Data::new().await;
    let package = Package::items(1, ITEMS);
    let change = async |archive: &Archive| archive.receive(package.path()).await.is_ok();
    let look = |archive: &Archive, now: &State| {
        assert_eq!(now.codes, (1..=ITEMS).map(code).collect::<Vec<_>>());
        // the records, their fonds and the accession
        assert_eq!(now.objects.len(), ITEMS + 2);
        assert_eq!(archive.objects(), now.objects);
    };
    let steps = old_or_new(&data, change, look).await;
    assert!(steps > 100, "{steps} steps");
}

#[tokio::test(flavor = "multi_thread")]
pub async fn entries_join_their_segment_wholly_or_not_at_all() {
    let data = Data::new().await;
    let archive = data.open().await;
    archive.receive(Package::entries(1, 3).path()).await.unwrap();
    archive.close().await;
    let package = Package::entries(4, 2);
    let change = async |archive: &Archive| archive.receive(package.path()).await.is_ok();
    let look = |_: &Archive, now: &State| assert_eq!(now.codes, (1..=5).map(code).collect::<Vec<_>>());
    old_or_new(&data, change, look).await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn an_opening_decision_is_taken_wholly_or_not_at_all() {
    let data = Data::new().await;
    let archive = data.open().await;
    archive.receive(Package::items(1, 1).path()).await.unwrap();
    archive.receive(Package::entries(2, 3).path()).await.unwrap();
    archive.close().await;
    for number in [1, 3] {
        let change = async |archive: &Archive| open(archive, number).await.is_ok();
        let look = |_: &Archive, now: &State| assert_eq!(now.open, [code(number)]);
        old_or_new(&data, change, look).await;
    }
}

async fn open(archive: &Archive, number: usize) -> Result<(), CataloguingError> {
    let request = OpeningRequest {
        status: OpenStatusKind::Open,
        ground: "期满".to_owned(),
    };
    decide_opening(
        &archive.holdings,
        &Viewer::local_archivist(),
        &code(number),
        &request,
    )
    .await
    .map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_before_the_disk_failed_is_accepted() {
    let data = Data::new().await;
    let package = Package::items(1, 2);
    let counted = data.copy();
    let disk = StopAt::new(0);
    let archive = counted.open_on(disk.clone()).await;
    archive.receive(package.path()).await.unwrap();
    archive.close().await;
    // both steps come after the commit
    for step in ["place.rename_object", "journal.stage"] {
        accepted_before(data.copy(), &package, disk.first(step)).await;
    }
}

async fn accepted_before(data: Data, package: &Package, stop: u64) {
    let archive = data.open_on(StopAt::new(stop)).await;
    let accession = archive.accession();
    let rules = lantai_intake::IntakeRules::builtin().unwrap();
    let request = archive.request(lantai_domain::Stage::Filing, package.path());
    let error = archive
        .receive_as(&rules, accession.clone(), &request)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "cataloguing.unfinished");
    assert!(error.is_unfinished());
    let mut reader = archive.holdings.database.read().await.unwrap();
    let found = lantai_intake::AccessionRepository(reader.conn())
        .find(accession.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        found.state.name(),
        "accepted",
        "a failure of the disk must not deny what was accepted"
    );
    drop(reader);
    archive.close().await;
    let archive = data.restart().await;
    for (number, stored) in (1..).zip(&archive.records().await) {
        assert_eq!(archive.content(stored, 0), text(number).as_bytes());
    }
    archive.assert_sound("after the restart").await;
    archive.close().await;
}

/// Lets the next commit fail that accepts a batch: its row asks for one that is never there.
async fn break_commits(database: &Database, broken: bool) {
    let lantai_database::Database::Sqlite { write, .. } = database else {
        return;
    };
    let sql = if broken {
        "CREATE TABLE nowhere (id INTEGER PRIMARY KEY);
         CREATE TABLE promise (id INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER broken AFTER INSERT ON batches BEGIN INSERT INTO promise VALUES (1); END"
    } else {
        "DROP TRIGGER broken; DROP TABLE promise; DROP TABLE nowhere"
    };
    sqlx::raw_sql(sql).execute(write).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_leaves_nothing_behind() {
    let data = Data::new().await;
    let archive = data.open().await;
    let (objects, journal) = (archive.objects(), archive.journal_rows().await);
    let package = Package::items(1, 2);
    break_commits(&archive.holdings.database, true).await;
    let error = archive.receive(package.path()).await.unwrap_err();
    assert!(
        matches!(error, IntakeError::Cataloguing(CataloguingError::Store(_))),
        "{error:?}"
    );
    data.assert_nothing_left_over("after a failed commit");
    assert_eq!(
        (archive.objects(), archive.journal_rows().await),
        (objects, journal)
    );
    assert!(archive.codes().await.is_empty());
    // in the same process, without a restart
    break_commits(&archive.holdings.database, false).await;
    archive.receive(package.path()).await.unwrap();
    assert_eq!(archive.codes().await, [code(1), code(2)]);
    archive.assert_sound("after the second try").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_the_accession_and_leaves_nothing_behind() {
    let data = Data::new().await;
    // more items than are in flight: nobody may wait for somebody who has stopped
    let package = Package::items(1, 400);
    let archive = data.open_on_full_disk().await;
    let before = data.vault_files();
    let error = archive.receive(package.path()).await.unwrap_err();
    assert_eq!(error.code(), "vault.disk_full");
    assert_eq!(data.vault_files(), before);
    data.assert_nothing_left_over("on a full disk");
    archive.close().await;
    let archive = data.restart().await;
    archive.receive(package.path()).await.unwrap();
    assert_eq!(archive.records().await.len(), 400);
    archive.close().await;
}
