//! Alerts over HTTP: listed to the auditor and the security administrator, acknowledged with a reason.

use super::{AuditState, moment, problem};
use crate::audit::alerts::Alert;
use crate::audit::error::AuditError;
use crate::audit::retention::checked_reason;
use crate::repository::audit_alerts::AlertRepository;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::audit::{AuditNote, AuditObject, EventClass};
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Alerts of a page.
const AT_ONCE: u32 = 50;

/// Which alerts.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertsQuery {
    /// `true`: only those that nobody has acknowledged.
    open: Option<bool>,
    /// Where the page begins.
    cursor: Option<String>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertBody {
    /// Its identifier.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// What the rule means, in Chinese.
    pub zh: String,
    /// And in English.
    pub en: String,
    /// `actor`, `address` or `object`.
    pub subject_kind: String,
    /// Whom or what it is about.
    pub subject: String,
    /// The fonds, where the rule is about one.
    pub fonds: Option<String>,
    /// Number of its first event.
    pub first_seq: i64,
    /// Of its last.
    pub last_seq: i64,
    /// How many events.
    pub events: i64,
    /// When it was raised.
    #[schema(format = DateTime)]
    pub raised_at: String,
    /// When its last event happened.
    #[schema(format = DateTime)]
    pub last_at: String,
    /// Who acknowledged it.
    pub acknowledged_by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub acknowledged_at: Option<String>,
    /// Why nothing more is to be done.
    pub reason: Option<String>,
}

fn body(state: &AuditState, alert: Alert) -> AlertBody {
    let rule = state.alerts.alerts.iter().find(|rule| rule.id == alert.rule);
    AlertBody {
        zh: rule.map_or_else(|| alert.rule.clone(), |rule| rule.zh.clone()),
        en: rule.map_or_else(|| alert.rule.clone(), |rule| rule.en.clone()),
        id: alert.id,
        rule: alert.rule,
        subject_kind: alert.subject_kind,
        subject: alert.subject,
        fonds: alert.fonds,
        first_seq: alert.first_seq,
        last_seq: alert.last_seq,
        events: alert.events,
        raised_at: moment(alert.raised_at_ms),
        last_at: moment(alert.last_at_ms),
        acknowledged_by: alert.acknowledged_by,
        acknowledged_at: alert.acknowledged_at_ms.map(moment),
        reason: alert.reason,
    }
}

fn cursor_of(text: &str) -> Result<(i64, String), Problem> {
    let cursor = Cursor::from_text(text)?;
    let parts = cursor.key().split_once(' ');
    let read = parts.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    read.ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "audit.query",
            "this cursor was not given out",
        )
    })
}

/// Lists alerts, newest first.
#[utoipa::path(get, path = "/api/v1/audit/alerts", tag = "audit",
    params(AlertsQuery),
    responses(
        (status = 200, description = "A page of alerts", body = Page<AlertBody>),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn list_alerts(
    State(state): State<AuditState>,
    Query(query): Query<AlertsQuery>,
) -> Result<Json<Page<AlertBody>>, Problem> {
    let before = query.cursor.as_deref().map(cursor_of).transpose()?;
    let read = async {
        let mut reader = state.trail.database.read().await?;
        AlertRepository(reader.conn())
            .page(query.open.unwrap_or(false), before, AT_ONCE + 1)
            .await
    };
    let alerts = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(alerts, AT_ONCE as usize, |alert| {
        format!("{} {}", alert.raised_at_ms, alert.id)
    });
    Ok(Json(page.map(|alert| body(&state, alert))))
}

/// Why nothing more is to be done.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AcknowledgementBody {
    /// The reason, of at most 500 characters.
    pub reason: String,
}

/// Acknowledges an alert.
#[utoipa::path(post, path = "/api/v1/audit/alerts/{id}/acknowledgement", tag = "audit",
    params(("id" = Uuid, Path, description = "The alert")),
    request_body = AcknowledgementBody,
    responses(
        (status = 200, description = "The alert as it is now", body = AlertBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "Somebody has before", body = ProblemBody),
        (status = 422, description = "The reason is missing", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn acknowledge_alert(
    State(state): State<AuditState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(request): Json<AcknowledgementBody>,
) -> Result<Json<AlertBody>, Problem> {
    let acknowledged = acknowledge(&state, viewer.name(), &id.to_string(), &request.reason).await;
    Ok(Json(body(&state, acknowledged.map_err(|error| problem(&error))?)))
}

async fn acknowledge(state: &AuditState, by: &str, id: &str, reason: &str) -> Result<Alert, AuditError> {
    let reason = checked_reason(reason)?;
    let now = state.trail.clock.now();
    let mut work = state.trail.database.begin_upkeep().await?;
    AlertRepository(work.conn())
        .find(id)
        .await?
        .ok_or(AuditError::NotFound)?;
    let done = AlertRepository(work.conn())
        .acknowledge(id, by, now.as_millisecond(), reason)
        .await?;
    if !done {
        return Err(AuditError::Decided);
    }
    let note = AuditNote::new(EventClass::Audit, "acknowledge_alert", now).on(AuditObject::new("alert", id));
    work.note(note);
    let found = AlertRepository(work.conn()).find(id).await?;
    work.commit().await?;
    found.ok_or(AuditError::NotFound)
}
