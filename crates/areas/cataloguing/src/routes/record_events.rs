//! What has happened to a record.

use super::{CataloguingState, find_record, hidden, problem, told};
use axum::Json;
use axum::extract::{Path, State};
use lantai_database::JournalRows;
use lantai_domain::Fact;
use lantai_domain::access::Action;
use lantai_http::{Asker, Page, Problem, ProblemBody, Told};
use serde::Serialize;
use utoipa::ToSchema;

/// An event of a record's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EventBody {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// What, in the words of the PREMIS event vocabulary.
    pub event: String,
    /// `success` or `failure`.
    pub outcome: String,
    /// Who or what did it.
    pub actor: String,
    /// Number of the journal entry that proves it.
    pub journal_index: Option<u64>,
    /// More about it.
    pub detail: Option<String>,
}

/// Lists what has happened to a record, oldest first.
#[utoipa::path(get, path = "/api/v1/records/{code}/events", tag = "records",
    params(("code" = String, Path, description = "档号, or the record's identifier")),
    responses(
        (status = 200, description = "The events", body = Page<EventBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "None that you may see", body = ProblemBody),
    ))]
pub async fn list_record_events(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path(code): Path<String>,
) -> Result<(Told, Json<Page<EventBody>>), Problem> {
    let stored = find_record(&state.holdings, &viewer, &code).await?;
    if !viewer.may_with(Action::ViewHistory, &stored.record.access_facts()) {
        return Err(hidden(&stored));
    }
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        JournalRows(reader.conn()).of_object(&stored.object).await
    };
    let entries = read.await.map_err(|error| problem(&error.into()))?;
    let proof = |at, wanted: &[Fact]| {
        let entry = entries
            .iter()
            .find(|(_, entry)| entry.at == at && wanted.contains(&entry.fact));
        entry.map(|(number, _)| *number)
    };
    let items = stored.record.events.iter().map(|event| {
        let wanted: &[Fact] = match event.event {
            lantai_domain::PreservationEventType::MetadataModification => &[Fact::OpeningDecided],
            _ => &[Fact::RecordReceived, Fact::SegmentWritten],
        };
        EventBody {
            at: event.at.to_string(),
            event: event.event.term().to_owned(),
            outcome: event.outcome.clone(),
            actor: event.agent.clone(),
            // the facts of an accession bear the moment it was accepted, the events the moment of receipt
            journal_index: proof(event.at, wanted).or_else(|| {
                let first = entries.iter().find(|(_, entry)| wanted.contains(&entry.fact));
                first.map(|(number, _)| *number)
            }),
            detail: event.detail.clone(),
        }
    });
    let page = Page {
        items: items.collect(),
        next_cursor: None,
    };
    Ok((told(&stored), Json(page)))
}
