//! Routes of the double check. What one inspector marked is told to nobody else before both have handed in.

mod bodies;
mod inspect;
mod lots;
mod rules;

use super::actions;
use super::error::QualityError;
use super::lot::Lot;
use super::people::Person;
use super::repository::QualityRepository;
use super::rules::QualityRules;
use axum::http::StatusCode;
use bodies::LotBody;
use lantai_cataloguing::Holdings;
use lantai_domain::Viewer;
use lantai_domain::access::Action;
use lantai_http::{Api, Door, Problem};
use std::sync::Arc;
use utoipa_axum::routes as operations;
use uuid::Uuid;

const INSPECT: Door = Door::May(Action::InspectQuality);

/// What the routes of the double check work on.
#[derive(Clone)]
pub struct QualityState {
    /// The holdings.
    pub holdings: Holdings,
    /// The rules.
    pub rules: Arc<QualityRules>,
}

/// The routes of the double check.
pub fn routes(state: QualityState) -> Api {
    Api::new()
        .route(INSPECT, operations!(rules::get_quality_rules))
        .route(INSPECT, operations!(lots::preview_quality_lot))
        .route(
            INSPECT,
            operations!(lots::list_quality_lots, lots::create_quality_lot),
        )
        .route(INSPECT, operations!(lots::get_quality_lot))
        .route(INSPECT, operations!(lots::get_quality_report))
        .route(INSPECT, operations!(lots::conclude_quality_lot))
        .route(INSPECT, operations!(lots::withdraw_quality_lot))
        .route(INSPECT, operations!(inspect::take_quality_seat))
        .route(INSPECT, operations!(inspect::list_quality_items))
        .route(INSPECT, operations!(inspect::next_quality_item))
        .route(
            INSPECT,
            operations!(inspect::put_quality_mark, inspect::undo_quality_mark),
        )
        .route(INSPECT, operations!(inspect::submit_quality_marks))
        .route(INSPECT, operations!(inspect::list_disputed_quality_items))
        .with_state(state)
}

/// A problem out of an error of the double check.
fn problem(error: &QualityError) -> Problem {
    let status = match error {
        QualityError::NotFound => return Problem::not_found(),
        QualityError::PlanUnknown(_)
        | QualityError::DefectUnknown(_)
        | QualityError::LotEmpty
        | QualityError::SampleTooBig { .. }
        | QualityError::ItemUnknown(_)
        | QualityError::ReasonMissing => StatusCode::BAD_REQUEST,
        QualityError::SamePerson
        | QualityError::ReceivedIt
        | QualityError::NotAssigned
        | QualityError::NotYours => StatusCode::FORBIDDEN,
        QualityError::AccessionNotAccepted(_)
        | QualityError::InspectionStopped(_)
        | QualityError::SeatsTaken
        | QualityError::NothingDisputed
        | QualityError::Incomplete { .. }
        | QualityError::WrongState { .. }
        | QualityError::ChangedMeanwhile => StatusCode::CONFLICT,
        other => return Problem::internal(other, other.code()),
    };
    Problem::new(status, error.code(), error.to_string())
}

fn person(viewer: &Viewer) -> Person {
    Person::new(viewer.name())
}

async fn find(state: &QualityState, id: Uuid) -> Result<Lot, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        QualityRepository(reader.conn()).find(id).await
    };
    let found = read.await.map_err(|error| problem(&error.into()))?;
    found.map(|stored| stored.lot).ok_or_else(Problem::not_found)
}

/// A lot as a person sees it: how far he or she is, and what is next.
async fn body_of(state: &QualityState, lot: &Lot, person: &Person) -> Result<LotBody, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        let mut marked = [0_u64; 3];
        for (place, seat) in bodies::SEATS.into_iter().enumerate() {
            if let Some(count) = marked.get_mut(place) {
                *count = QualityRepository(reader.conn()).count_marks(lot.id, seat).await?;
            }
        }
        drop(reader);
        let next = actions::next_item(&state.holdings, lot, person).await?;
        Ok::<_, QualityError>((marked, next))
    };
    let (marked, next) = read.await.map_err(|error| problem(&error))?;
    Ok(LotBody::of(lot, person, marked, next, state.holdings.clock.now()))
}
