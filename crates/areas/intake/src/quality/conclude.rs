//! The end of a lot: the verdict by rule, or a withdrawal. Either is a fact of the journal and a document in the vault.

use super::actions::replace;
use super::error::QualityError;
use super::keep::{self, Kept};
use super::lot::Lot;
use super::people::Person;
use super::repository::{QualityRepository, StoredLot};
use lantai_cataloguing::{Acceptance, CataloguingError, Holdings};
use lantai_domain::{Fact, JournalEntry};
use lantai_vault::{ObjectId, VersionInfo};
use uuid::Uuid;

/// Concludes a lot by rule: it passes or is returned. Every disputed piece must be decided.
pub async fn conclude(holdings: &Holdings, id: Uuid, by: &Person) -> Result<Lot, QualityError> {
    end(holdings, id, by, Fact::QualityConcluded, |lot, marks, now| {
        lot.conclude(by, marks, now)
    })
    .await
}

/// Withdraws a lot that is not over.
pub async fn withdraw(holdings: &Holdings, id: Uuid, by: &Person, reason: &str) -> Result<Lot, QualityError> {
    end(holdings, id, by, Fact::QualityWithdrawn, |lot, _, now| {
        lot.withdraw(by, reason, now)
    })
    .await
}

async fn end(
    holdings: &Holdings,
    id: Uuid,
    by: &Person,
    fact: Fact,
    change: impl FnOnce(&mut Lot, &super::judgement::Marks, jiff::Timestamp) -> Result<(), QualityError>,
) -> Result<Lot, QualityError> {
    // the accession's object is changed by others too: one after the other
    let _turn = holdings.turn().await;
    let now = holdings.clock.now();
    let mut reader = holdings.database.read().await?;
    let found = QualityRepository(reader.conn()).find(id).await?;
    let StoredLot { mut lot, version } = found.ok_or(QualityError::NotFound)?;
    let marks = QualityRepository(reader.conn()).marks(id).await?;
    let items = QualityRepository(reader.conn()).items(id, 0, u32::MAX).await?;
    drop(reader);
    change(&mut lot, &marks, now)?;

    let object = ObjectId::from_uuid(lot.accession.uuid());
    let (vault, batch) = (holdings.vault.clone(), format!("quality-{}", holdings.ids.next()));
    let info = VersionInfo {
        created: now,
        message: format!("quality check {}", lot.state.name()),
        user_name: by.name().to_owned(),
        user_address: None,
    };
    let kept = Kept::new(&lot, items, marks.clone())?;
    let staging = object.clone();
    let staged = tokio::task::spawn_blocking(move || {
        let batch = vault.begin(&batch)?;
        let mut writer = batch.new_version(&staging)?;
        keep::write(&mut writer, &kept)?;
        let version = writer.version().number();
        let inventory = writer.finish(info)?;
        Ok::<_, CataloguingError>((batch.seal()?, version, inventory))
    });
    let (sealed, object_version, inventory) = staged.await??;
    let mut acceptance = Acceptance::begin(holdings, sealed).await?;
    let entry = JournalEntry::new(fact, now, by.name(), object.as_str())
        .fixing(object_version, &inventory)
        .accession(lot.accession)
        .rules(&lot.rules);
    let written = async {
        let work = acceptance.work();
        replace(work, &lot, version).await?;
        // from here on nobody marks; what was read before must be what counts
        if QualityRepository(work.conn()).marks(id).await? != marks {
            return Err(QualityError::ChangedMeanwhile);
        }
        work.record(entry).await?;
        Ok::<_, QualityError>(())
    };
    if let Err(error) = written.await {
        acceptance.refuse().await?;
        return Err(error);
    }
    acceptance.commit(holdings).await?;
    tracing::info!(lot.id = %lot.id, lot.state = lot.state.name(), "lot {} is {}", lot.id, lot.state.name());
    Ok(lot)
}
