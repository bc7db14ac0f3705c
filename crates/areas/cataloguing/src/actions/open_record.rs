//! Deciding on the opening of a record (档案开放审核): the decision is a new version of its object.

use crate::accept::Acceptance;
use crate::error::CataloguingError;
use crate::holdings::Holdings;
use crate::jobs::IndexRecords;
use crate::layout;
use crate::repository::fonds::{FondsCount, FondsRepository};
use crate::repository::records::{RecordRepository, StoredRecord};
use lantai_database::NewJob;
use lantai_domain::access::{Action, RecordFacts};
use lantai_domain::{
    Fact, JobId, JournalEntry, OpenStatusKind, PreservationEvent, PreservationEventType, Record,
    SecurityClassification, Viewer,
};
use lantai_vault::{ObjectId, SealedBatch, Vault, VersionInfo};

/// A human decision on one record.
#[derive(Debug, Clone)]
pub struct OpeningRequest {
    /// What it becomes.
    pub status: OpenStatusKind,
    /// On which ground.
    pub ground: String,
}

/// Takes the decision. On return it is durable in vault, catalogue and journal, and the index has been told.
pub async fn decide_opening(
    holdings: &Holdings,
    viewer: &Viewer,
    code: &str,
    request: &OpeningRequest,
) -> Result<StoredRecord, CataloguingError> {
    // a segment is one object: two decisions on its entries come one after the other
    let _turn = holdings.turn().await;
    let mut reader = holdings.database.read().await?;
    let found = RecordRepository(reader.conn()).find_by_code(code).await?;
    drop(reader);
    let stored = found.ok_or(CataloguingError::NotFound)?;
    if !viewer.may_with(Action::DecideOpening, &stored.record.access_facts()) {
        return Err(CataloguingError::NotFound);
    }
    let old_facts = stored.record.access_facts();
    let old_kind = stored.record.open_status.kind();
    let old_version = stored.object_version;
    let now = holdings.clock.now();
    let classification = stored.record.description.classification;
    let mut record = stored.record;
    record.open_status = record.open_status.decide(
        request.status,
        &request.ground,
        classification,
        viewer.name(),
        now,
    )?;
    record.events.push(PreservationEvent {
        event: PreservationEventType::MetadataModification,
        at: now,
        agent: viewer.name().to_owned(),
        outcome: "success".to_owned(),
        detail: Some(format!(
            "opening: {} to {}",
            old_kind.name(),
            request.status.name()
        )),
    });

    let staged = stage(
        holdings,
        stored.object.clone(),
        record.clone(),
        viewer.name().to_owned(),
    )
    .await?;
    let changed = StoredRecord {
        record,
        object: stored.object,
        object_version: staged.version,
    };
    let mut acceptance = Acceptance::begin(holdings, staged.sealed).await?;
    let written = write_rows(holdings, &mut acceptance, &changed, old_version, &old_facts).await;
    let fact = JournalEntry::new(Fact::OpeningDecided, now, viewer.name(), &changed.object)
        .fixing(staged.version, &staged.inventory);
    let recorded = match written {
        Ok(()) => acceptance
            .work()
            .record(fact)
            .await
            .map_err(CataloguingError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = recorded {
        acceptance.refuse().await?;
        return Err(error);
    }
    acceptance.commit(holdings).await?;
    tracing::info!(record.id = %changed.record.id, opening.status = request.status.name(), "opening of record {} decided", changed.record.id);
    Ok(changed)
}

async fn write_rows(
    holdings: &Holdings,
    acceptance: &mut Acceptance,
    changed: &StoredRecord,
    old_version: u32,
    old_facts: &RecordFacts,
) -> Result<(), CataloguingError> {
    let work = acceptance.work();
    if !RecordRepository(work.conn())
        .replace(changed, old_version)
        .await?
    {
        return Err(CataloguingError::ChangedMeanwhile);
    }
    if layout::segment_of(&changed.object).is_some() {
        RecordRepository(work.conn())
            .move_to_version(&changed.object, changed.object_version)
            .await?;
    }
    let mut change = FondsCount::default();
    change.count_cell(old_facts, -1);
    change.count_cell(&changed.record.access_facts(), 1);
    FondsRepository(work.conn())
        .add(changed.record.fonds(), &change)
        .await?;
    let job = IndexRecords {
        records: vec![changed.record.id],
    };
    work.enqueue(NewJob::new(JobId::new(holdings.ids.next()), &job)?.priority(10))
        .await?;
    Ok(())
}

struct Staged {
    sealed: SealedBatch,
    version: u32,
    inventory: String,
}

/// Stages the new version of the record's own object, or of the segment it is an entry of.
async fn stage(
    holdings: &Holdings,
    object: String,
    record: Record,
    by: String,
) -> Result<Staged, CataloguingError> {
    let vault = holdings.vault.clone();
    let batch = format!("change-{}", holdings.ids.next());
    let info = VersionInfo {
        created: holdings.clock.now(),
        message: "opening decided".to_owned(),
        user_name: by,
        user_address: None,
    };
    tokio::task::spawn_blocking(move || {
        let object = ObjectId::new(object)?;
        let batch = vault.begin(&batch)?;
        // an object that has encrypted files stays encrypted, whatever was decided
        let is_open = record.open_status.kind().content_is_public()
            && record.description.classification == SecurityClassification::Public;
        let mut writer = match is_open && layout::segment_of(object.as_str()).is_none() {
            true => batch.new_clear_version(&object)?,
            false => batch.new_version(&object)?,
        };
        if layout::segment_of(object.as_str()).is_some() {
            let entries = segment_with(&vault, &object, record)?;
            layout::put_anew(
                &mut writer,
                layout::ENTRIES_FILE,
                &layout::segment_bytes(&entries)?,
            )?;
        } else {
            layout::put_anew(&mut writer, layout::RECORD_FILE, &layout::record_bytes(&record)?)?;
        }
        let version = writer.version().number();
        let inventory = writer.finish(info)?;
        Ok(Staged {
            sealed: batch.seal()?,
            version,
            inventory,
        })
    })
    .await?
}

/// The entries of a segment, with one of them replaced.
fn segment_with(vault: &Vault, object: &ObjectId, changed: Record) -> Result<Vec<Record>, CataloguingError> {
    let mut entries = layout::read_segment(vault, object)?;
    for entry in &mut entries {
        if entry.id == changed.id {
            *entry = changed;
            return Ok(entries);
        }
    }
    Err(CataloguingError::NotFound)
}
