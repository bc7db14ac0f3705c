//! Routes of cataloguing: fonds and records.

mod bodies;
mod decide_opening;
mod decrypted;
mod fonds;
mod record;
mod record_events;
mod record_file;
mod record_text;

use crate::error::CataloguingError;
use crate::holdings::Holdings;
use crate::repository::records::{RecordRepository, StoredRecord};
use async_trait::async_trait;
use axum::http::StatusCode;
pub use bodies::{MediaKind, OpenStatusBody, RecordSummaryBody, encode, file_url, thumbnail};
use lantai_domain::access::Action;
use lantai_domain::audit::AuditObject;
use lantai_domain::{RecordId, Viewer};
use lantai_http::{Api, Door, Problem, Told};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa_axum::routes as operations;

/// Told when records have changed, before the change is acknowledged to whoever made it.
#[async_trait]
pub trait RecordsChanged: Send + Sync {
    /// Brings whatever is derived from these records up to date.
    async fn records_changed(&self, records: &[RecordId]);
}

/// What the routes of cataloguing work on.
#[derive(Clone)]
pub struct CataloguingState {
    /// The holdings.
    pub holdings: Holdings,
    /// Who is told of changes.
    pub watcher: Arc<dyn RecordsChanged>,
    /// Names of categories by code.
    pub categories: Arc<BTreeMap<String, String>>,
}

/// The routes of this area.
pub fn routes(state: CataloguingState) -> Api {
    Api::new()
        .route(Door::Anybody, operations!(fonds::list_fonds))
        .route(Door::Anybody, operations!(fonds::get_fonds))
        .route(Door::Anybody, operations!(fonds::list_fonds_records))
        .route(Door::Anybody, operations!(record::get_record))
        .route(Door::Anybody, operations!(record_text::get_record_text))
        .route(Door::Anybody, operations!(record_file::get_record_file))
        .route(
            Door::May(Action::ViewHistory),
            operations!(record_events::list_record_events),
        )
        .route(
            Door::May(Action::DecideOpening),
            operations!(decide_opening::decide_opening),
        )
        .with_state(state)
}

/// A problem out of an error of this area.
pub(crate) fn problem(error: &CataloguingError) -> Problem {
    match error {
        CataloguingError::NotFound => Problem::not_found(),
        CataloguingError::Opening(refused) => {
            Problem::new(StatusCode::CONFLICT, refused.code(), refused.to_string())
        }
        CataloguingError::ChangedMeanwhile => {
            Problem::new(StatusCode::CONFLICT, error.code(), error.to_string())
        }
        other => Problem::internal(other, other.code()),
    }
}

/// The record that a path names by code or identifier, if the viewer may see its entry.
pub async fn find_record(holdings: &Holdings, viewer: &Viewer, code: &str) -> Result<StoredRecord, Problem> {
    let read = async {
        let mut reader = holdings.database.read().await?;
        match code.parse::<RecordId>() {
            Ok(id) => RecordRepository(reader.conn()).find(id).await,
            Err(_) => {
                let code = lantai_domain::code::normalise(code);
                RecordRepository(reader.conn()).find_by_code(&code).await
            }
        }
    };
    let found = read.await.map_err(|error| problem(&error.into()))?;
    let stored = found.ok_or_else(Problem::not_found)?;
    if !viewer.may_with(Action::ViewEntry, &stored.record.access_facts()) {
        return Err(hidden(&stored));
    }
    Ok(stored)
}

/// A record as the audit trail names it.
pub fn audit_object(stored: &StoredRecord) -> AuditObject {
    let record = &stored.record;
    AuditObject::record(
        record.id.to_string(),
        record.description.code.to_string(),
        record.fonds(),
    )
}

/// What an answer tells the audit trail that shows content of a record.
pub(crate) fn told(stored: &StoredRecord) -> Told {
    Told::record(
        audit_object(stored),
        stored.record.open_status.kind().content_is_public(),
    )
}

/// The record is there, but not for this viewer; only the audit trail is told so.
pub(crate) fn hidden(stored: &StoredRecord) -> Problem {
    Problem::not_found().hiding(audit_object(stored))
}
