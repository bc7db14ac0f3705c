//! The audit trail over HTTP: the layer that writes it, and the pages that read it.

mod alerts;
mod events;
mod export;
mod layer;
mod operations;
mod retirements;

pub use layer::{Keeper, PeerAddress, keep};
pub use operations::{Operations, SHOW_NOTHING_CLOSED};

use super::alerts::AlertRules;
use super::error::AuditError;
use super::retention::{Decider, RetentionRules};
use super::trail::AuditTrail;
use axum::http::StatusCode;
use lantai_domain::access::Action;
use lantai_domain::{IdSource, Viewer};
use lantai_http::{Api, Door, Problem};
use std::sync::Arc;
use utoipa_axum::routes as operations;

/// What the routes of the audit trail work on.
#[derive(Clone)]
pub struct AuditState {
    /// The trail.
    pub trail: AuditTrail,
    /// The rules of alerts.
    pub alerts: Arc<AlertRules>,
    /// How long the trail is kept.
    pub retention: Arc<RetentionRules>,
    /// Where identifiers come from.
    pub ids: Arc<dyn IdSource>,
}

/// The routes of the audit trail.
pub fn routes(state: AuditState) -> Api {
    let read = Door::May(Action::ReadAudit);
    let alerts = Door::May(Action::ViewAlerts);
    Api::new()
        .route(read, operations!(events::list_audit_events))
        .route(read, operations!(events::get_audit_event))
        .route(read, operations!(events::list_audit_days))
        .route(read, operations!(events::verify_audit_trail))
        .route(read, operations!(export::export_audit_events))
        .route(read, operations!(export::prove_audit_export))
        .route(alerts, operations!(alerts::list_alerts))
        .route(alerts, operations!(alerts::acknowledge_alert))
        .route(alerts, operations!(retirements::list_audit_retirements))
        .route(
            Door::May(Action::RetireAudit),
            operations!(retirements::propose_audit_retirement),
        )
        .route(
            Door::May(Action::ConfirmAuditRetirement),
            operations!(retirements::decide_audit_retirement),
        )
        .with_state(state)
}

/// A problem out of an error of the audit trail.
fn problem(error: &AuditError) -> Problem {
    let status = match error {
        AuditError::Unwritable(_) | AuditError::Overrun => {
            tracing::error!(error = ?error, "the audit trail cannot be written");
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), error.to_string())
                .retry_after(30);
        }
        AuditError::ReasonMissing => StatusCode::UNPROCESSABLE_ENTITY,
        AuditError::NotFound => StatusCode::NOT_FOUND,
        AuditError::Decided | AuditError::Kept { .. } | AuditError::OwnProposal => StatusCode::CONFLICT,
        AuditError::NoPerson => StatusCode::FORBIDDEN,
        AuditError::Store(_)
        | AuditError::Segments(_)
        | AuditError::Interrupted
        | AuditError::Rules { .. }
        | AuditError::Key => {
            return Problem::internal(error, error.code());
        }
    };
    Problem::new(status, error.code(), error.to_string())
}

/// Whoever proposes or decides must be a person, so that another one can be told apart.
fn decider(viewer: &Viewer) -> Result<Decider, Problem> {
    let person = viewer.person().ok_or_else(|| problem(&AuditError::NoPerson))?;
    Ok(Decider {
        person,
        name: viewer.name().to_owned(),
    })
}

/// A moment as interfaces write it.
fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |at| at.to_string())
}

/// A moment as it comes in.
fn ms_of(name: &str, text: &str) -> Result<i64, Problem> {
    let at: jiff::Timestamp = text.parse().map_err(|_| {
        let detail = format!("{text:?} is no moment for {name}: write 2026-01-01T00:00:00Z");
        Problem::new(StatusCode::BAD_REQUEST, "audit.query", detail)
    })?;
    Ok(at.as_millisecond())
}
