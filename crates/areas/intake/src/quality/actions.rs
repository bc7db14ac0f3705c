//! The steps of a double check up to its conclusion: drawing a lot, taking a seat, marking, handing in.

use super::draw::Ground;
use super::error::QualityError;
use super::judgement::{Defect, Judgement, disputed};
use super::lot::{Choice, LOT_FORMAT, Lot, LotState, SeatNumber};
use super::people::{Pair, Person};
use super::repository::{QualityRepository, StoredLot};
use super::rules::QualityRules;
use super::sampling::SamplePlan;
use super::switching::{Inspection, PastLot, inspection_after};
use crate::accession::{Accession, AccessionState};
use crate::repository::AccessionRepository;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lantai_cataloguing::Holdings;
use lantai_database::UnitOfWork;
use lantai_domain::{AccessionId, Fact, JournalEntry};
use lantai_vault::{Algorithm, ObjectId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A lot to be drawn.
#[derive(Debug, Clone)]
pub struct NewLot {
    /// Of which accession.
    pub accession: AccessionId,
    /// Which of its records.
    pub choice: Choice,
    /// Name of the plan in the rules.
    pub plan: String,
    /// Its name; the accession's where it is empty.
    pub name: String,
    /// The run of lots it belongs to; the accession's fonds where none is named.
    pub series: Option<String>,
    /// The lot that comes again with this one.
    pub again: Option<Uuid>,
    /// The two who are to inspect it.
    pub assigned: Option<Pair>,
    /// The day by which it is to be done.
    pub deadline: Option<Date>,
}

/// What drawing would come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Sample size and limits.
    pub plan: SamplePlan,
    /// Pieces by stratum.
    pub strata: BTreeMap<String, u64>,
    /// The run of lots it belongs to.
    pub series: String,
}

async fn accession_of(holdings: &Holdings, id: AccessionId) -> Result<Accession, QualityError> {
    let mut reader = holdings.database.read().await?;
    let found = AccessionRepository(reader.conn()).find(id).await?;
    let accession = found.ok_or(QualityError::NotFound)?;
    match accession.state {
        AccessionState::Accepted { .. } => Ok(accession),
        _ => Err(QualityError::AccessionNotAccepted(accession.state.name())),
    }
}

/// Says what a lot would be without drawing it: its size, the sample, and how strictly it is inspected.
pub async fn preview(
    holdings: &Holdings,
    rules: &QualityRules,
    new: &NewLot,
) -> Result<Preview, QualityError> {
    let plan = rules
        .plan(&new.plan)
        .ok_or_else(|| QualityError::PlanUnknown(new.plan.clone()))?;
    let accession = accession_of(holdings, new.accession).await?;
    let series = new.series.clone().filter(|series| !series.trim().is_empty());
    let series = series
        .or_else(|| accession.fonds.clone())
        .unwrap_or_else(|| accession.name.clone());
    let inspection = match plan.switches() {
        true => {
            let mut reader = holdings.database.read().await?;
            let past = QualityRepository(reader.conn()).past(&plan.id, &series).await?;
            inspection_after(
                &past.iter().filter_map(past_lot).collect::<Vec<_>>(),
                plan.may_reduce(),
            )
        }
        false => Inspection::Normal,
    };
    // a lot after the stop is one whose process was mended; whoever draws it says so by naming the lot that comes again
    let inspection = match inspection {
        Inspection::Stopped if new.again.is_some() => Inspection::Tightened,
        Inspection::Stopped => return Err(QualityError::InspectionStopped(series)),
        other => other,
    };
    let ground = Ground {
        accession: new.accession,
        choice: &new.choice,
        unit: plan.unit,
        stratify: plan.stratify,
    };
    let strata = ground.count(holdings).await?;
    let pieces: u64 = strata.values().sum();
    if pieces == 0 {
        return Err(QualityError::LotEmpty);
    }
    let sample = rules.sample_of(plan, pieces, inspection);
    if sample.sample_size > rules.largest_sample {
        return Err(QualityError::SampleTooBig {
            size: sample.sample_size,
            most: rules.largest_sample,
        });
    }
    Ok(Preview {
        plan: sample,
        strata,
        series,
    })
}

/// A lot as the switching rules look at it. One that came again does not count (9.3.1), unless it is how a series
/// that was stopped begins anew (9.4).
fn past_lot(lot: &Lot) -> Option<PastLot> {
    let (passed, score) = match &lot.state {
        LotState::Passed { conclusion } => (true, conclusion.score),
        LotState::Returned { .. } => (false, None),
        _ => return None,
    };
    let counts = lot.again.is_none() || lot.plan.inspection == Inspection::Tightened;
    counts.then_some(PastLot {
        inspection: lot.plan.inspection,
        passed,
        score,
    })
}

/// Draws a lot. That it was drawn, and with which rules, is a fact of the journal; the seed comes from the archive's
/// source of identifiers, so nobody chooses it.
pub async fn create(
    holdings: &Holdings,
    rules: &QualityRules,
    new: &NewLot,
    by: &Person,
) -> Result<Lot, QualityError> {
    let preview = preview(holdings, rules, new).await?;
    let accession = accession_of(holdings, new.accession).await?;
    let received_by = Person::new(&accession.received_by);
    if new.assigned.as_ref().is_some_and(|pair| pair.has(&received_by)) {
        return Err(QualityError::ReceivedIt);
    }
    let ground = Ground {
        accession: new.accession,
        choice: &new.choice,
        unit: preview.plan.unit,
        stratify: preview.plan.stratify,
    };
    let seed = Algorithm::Sha256.of(holdings.ids.next().as_bytes());
    let drawn = ground
        .draw(holdings, &preview.strata, preview.plan.sample_size, &seed)
        .await?;
    let items = ground.items(holdings, &drawn, &rules.hints).await?;
    let now = holdings.clock.now();
    let days = i64::from(rules.deadline_days.min(3_650));
    let today = now.to_zoned(TimeZone::UTC).date();
    let lot = Lot {
        format: LOT_FORMAT.to_owned(),
        id: holdings.ids.next(),
        name: Some(new.name.trim())
            .filter(|name| !name.is_empty())
            .unwrap_or(&accession.name)
            .to_owned(),
        accession: accession.id,
        received_by,
        choice: new.choice.clone(),
        series: preview.series,
        again: new.again,
        rules: rules.version.clone(),
        plan: preview.plan,
        seed,
        assigned: new.assigned.clone(),
        created_by: by.clone(),
        created_at: now,
        deadline: new.deadline.unwrap_or_else(|| today.saturating_add(days.days())),
        state: LotState::Drawn,
    };
    let object = ObjectId::from_uuid(accession.id.uuid());
    let mut work = holdings.database.begin().await?;
    QualityRepository(work.conn()).insert(&lot, &items).await?;
    work.record(
        JournalEntry::new(Fact::QualityLotDrawn, now, by.name(), object.as_str())
            .accession(accession.id)
            .rules(&rules.version),
    )
    .await?;
    work.commit().await?;
    holdings.publish().await?;
    tracing::info!(lot.id = %lot.id, lot.size = lot.plan.lot_size, sample.size = lot.plan.sample_size,
        "lot {} is drawn", lot.id);
    Ok(lot)
}

pub(super) async fn find(work: &mut UnitOfWork, id: Uuid) -> Result<StoredLot, QualityError> {
    QualityRepository(work.conn())
        .find(id)
        .await?
        .ok_or(QualityError::NotFound)
}

pub(super) async fn replace(work: &mut UnitOfWork, lot: &Lot, version: i64) -> Result<(), QualityError> {
    match QualityRepository(work.conn()).replace(lot, version).await? {
        true => Ok(()),
        false => Err(QualityError::ChangedMeanwhile),
    }
}

/// Takes a free seat of a lot: as one of the two inspectors, or as the third person where they differ.
pub async fn take_seat(holdings: &Holdings, id: Uuid, person: &Person) -> Result<Lot, QualityError> {
    let mut work = holdings.database.begin_upkeep().await?;
    let StoredLot { mut lot, version } = find(&mut work, id).await?;
    let before = lot.state.clone();
    lot.take_seat(person, holdings.clock.now())?;
    if lot.state != before {
        replace(&mut work, &lot, version).await?;
        work.commit().await?;
    }
    Ok(lot)
}

/// What a person marks on a piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// Defect classes with the page they are on.
    pub defects: Vec<(String, Option<u32>)>,
    /// A note.
    pub note: Option<String>,
}

/// Marks a piece; what the same person said of it before is replaced.
pub async fn judge(
    holdings: &Holdings,
    rules: &QualityRules,
    id: Uuid,
    item: u32,
    person: &Person,
    mark: &Mark,
) -> Result<Judgement, QualityError> {
    let mut work = holdings.database.begin_upkeep().await?;
    let stored = find(&mut work, id).await?;
    let seat = stored.lot.may_mark(person, item)?;
    let mut defects = Vec::new();
    for (class, page) in &mark.defects {
        let known = rules
            .defect(class)
            .ok_or_else(|| QualityError::DefectUnknown(class.clone()))?;
        defects.push(Defect {
            class: known.code.clone(),
            severity: known.severity,
            page: *page,
        });
    }
    defects.sort();
    defects.dedup();
    let note = mark
        .note
        .as_deref()
        .map(str::trim)
        .filter(|note| !note.is_empty());
    let judgement = Judgement {
        item,
        seat,
        by: person.clone(),
        at: holdings.clock.now(),
        defects,
        note: note.map(str::to_owned),
    };
    // whoever hands in at the same moment comes before or after, never in between
    if !QualityRepository(work.conn()).hold(id, stored.version).await? {
        return Err(QualityError::ChangedMeanwhile);
    }
    QualityRepository(work.conn()).put_mark(id, &judgement).await?;
    work.commit().await?;
    Ok(judgement)
}

/// Takes a mark back.
pub async fn undo(holdings: &Holdings, id: Uuid, item: u32, person: &Person) -> Result<(), QualityError> {
    let mut work = holdings.database.begin_upkeep().await?;
    let stored = find(&mut work, id).await?;
    let seat = stored.lot.may_mark(person, item)?;
    if !QualityRepository(work.conn()).hold(id, stored.version).await? {
        return Err(QualityError::ChangedMeanwhile);
    }
    QualityRepository(work.conn()).remove_mark(id, item, seat).await?;
    Ok(work.commit().await?)
}

/// Hands an inspector's marks in. When both have, the pieces on which they differ go to a third person.
pub async fn submit(holdings: &Holdings, id: Uuid, person: &Person) -> Result<Lot, QualityError> {
    let mut work = holdings.database.begin_upkeep().await?;
    let StoredLot { mut lot, version } = find(&mut work, id).await?;
    let seat = lot.seat_of(person).ok_or(QualityError::NotYours)?;
    // from here on nobody marks: what is counted and compared is what is handed in
    if !QualityRepository(work.conn()).hold(id, version).await? {
        return Err(QualityError::ChangedMeanwhile);
    }
    let done = QualityRepository(work.conn()).count_marks(id, seat).await?;
    if lot.submit(person, done, holdings.clock.now())? {
        let marks = QualityRepository(work.conn()).marks(id).await?;
        lot.arbitrate(disputed(&marks))?;
    }
    replace(&mut work, &lot, version).await?;
    work.commit().await?;
    Ok(lot)
}

/// The next piece for a person: the first that he or she has not marked; for a third person the first undecided one.
pub async fn next_item(holdings: &Holdings, lot: &Lot, person: &Person) -> Result<Option<u32>, QualityError> {
    let Some(seat) = lot.seat_of(person) else {
        return Ok(None);
    };
    let mut reader = holdings.database.read().await?;
    match (&lot.state, seat) {
        (LotState::Inspecting { .. }, SeatNumber::One | SeatNumber::Two) => {
            Ok(QualityRepository(reader.conn())
                .first_unmarked(lot.id, seat)
                .await?)
        }
        (LotState::Arbitrating { disputed, .. }, SeatNumber::Arbiter) => {
            let decided = QualityRepository(reader.conn())
                .marks_of_seat(lot.id, seat, 0, u32::MAX)
                .await?;
            let open = |item: &&u32| decided.iter().all(|one| one.item != **item);
            Ok(disputed.iter().find(open).copied())
        }
        _ => Ok(None),
    }
}
