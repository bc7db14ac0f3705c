//! Searching the audit trail, and one event with its place in the chain.

use super::{AuditState, moment, ms_of, problem};
use crate::audit::error::AuditError;
use crate::audit::verify::{anchors, verify};
use crate::repository::audit::{AHEAD_MS, AuditQuery, AuditRepository, StoredEvent};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_database::chain_hash;
use lantai_http::{Cursor, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Events of a page if not said, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Days of statistics at most.
const MOST_DAYS: i64 = 400;

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditEventsQuery {
    /// Account or reference of whoever acted.
    pub actor: Option<String>,
    /// The operation.
    pub action: Option<String>,
    /// `read`, `download`, `change`, `sign_in`, `sign_out`, `refusal`, `audit`, `system`.
    pub class: Option<String>,
    /// `success`, `failure`, `denied`.
    pub outcome: Option<String>,
    /// Identifier or 档号 of what was acted upon.
    pub object: Option<String>,
    /// 全宗号.
    pub fonds: Option<String>,
    /// Where from, as the trail writes it.
    pub source_address: Option<String>,
    /// From this moment on.
    pub from: Option<String>,
    /// Before this moment.
    pub until: Option<String>,
    /// Number of the first event.
    pub first: Option<u64>,
    /// Number of the last event.
    pub last: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// Events of a page, 50 if not said, 200 at most.
    pub limit: Option<u32>,
}

fn bad(name: &str, value: &str) -> Problem {
    let detail = format!("{value:?} is no value of {name}");
    Problem::new(StatusCode::BAD_REQUEST, "audit.query", detail)
}

impl AuditEventsQuery {
    /// What is asked of the table.
    pub(super) fn read(&self) -> Result<AuditQuery, Problem> {
        let text = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
        let class = text(&self.class).map(|word| word.parse().map_err(|_| bad("class", &word)));
        let outcome = text(&self.outcome).map(|word| word.parse().map_err(|_| bad("outcome", &word)));
        let from = text(&self.from).map(|from| ms_of("from", &from));
        let until = text(&self.until).map(|until| ms_of("until", &until));
        Ok(AuditQuery {
            actor: text(&self.actor),
            action: text(&self.action),
            class: class.transpose()?,
            outcome: outcome.transpose()?,
            object: text(&self.object).map(|object| object.trim().to_owned()),
            fonds: text(&self.fonds),
            source_address: text(&self.source_address),
            from_ms: from.transpose()?,
            until_ms: until.transpose()?,
            before: None,
            first: self.first,
            last: self.last,
        })
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditEventBody {
    /// Its number in the trail.
    pub seq: u64,
    /// Its identifier.
    pub event_id: String,
    /// When.
    #[schema(format = DateTime)]
    pub time: String,
    /// Its kind.
    pub class: String,
    /// `person`, `program` or `system`.
    pub actor_kind: String,
    /// Account or reference.
    pub actor: String,
    /// The roles.
    pub role: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The session, as a keyed hash.
    pub session: Option<String>,
    /// Where from: shortened, or as a keyed hash.
    pub source_address: Option<String>,
    /// What was done.
    pub action: String,
    /// Kind of what was acted upon.
    pub object_kind: Option<String>,
    /// Its identifier.
    pub object: Option<String>,
    /// 档号.
    pub archival_code: Option<String>,
    /// 全宗号.
    pub fonds: Option<String>,
    /// How many things it stands for.
    pub count: Option<u64>,
    /// Digest of the state before.
    pub before_digest: Option<String>,
    /// Digest of the state after, or of the question.
    pub after_digest: Option<String>,
    /// On what ground.
    pub basis: Option<String>,
    /// `success`, `failure` or `denied`.
    pub outcome: String,
    /// Why.
    pub reason: Option<String>,
}

impl AuditEventBody {
    fn of(row: &StoredEvent) -> Result<Self, AuditError> {
        let event = row.event()?;
        let (object_kind, object, archival_code, fonds) = match event.object.clone() {
            Some(object) => (
                Some(object.kind),
                Some(object.id),
                object.archival_code,
                object.fonds,
            ),
            None => (None, None, None, None),
        };
        Ok(Self {
            seq: event.seq,
            event_id: event.event_id.to_string(),
            time: event.at().to_string(),
            class: event.class.id().to_owned(),
            actor_kind: event.actor.kind.id().to_owned(),
            actor: event.actor.id,
            role: event.actor.role,
            department: event.actor.department,
            session: event.session,
            source_address: event.source_address,
            action: event.action,
            object_kind,
            object,
            archival_code,
            fonds,
            count: event.count,
            before_digest: event.before_digest,
            after_digest: event.after_digest,
            basis: event.basis,
            outcome: event.outcome.id().to_owned(),
            reason: event.reason,
        })
    }
}

/// Lists events that fit, newest first.
#[utoipa::path(get, path = "/api/v1/audit/events", tag = "audit",
    params(AuditEventsQuery),
    responses(
        (status = 200, description = "A page of events", body = Page<AuditEventBody>),
        (status = 400, description = "A parameter is not understood", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn list_audit_events(
    State(state): State<AuditState>,
    Query(query): Query<AuditEventsQuery>,
) -> Result<Json<Page<AuditEventBody>>, Problem> {
    let mut wanted = query.read()?;
    let limit = query.limit.unwrap_or(USUAL).clamp(1, MOST);
    if let Some(cursor) = query.cursor.as_deref().map(Cursor::from_text).transpose()? {
        let before = cursor.key().parse().map_err(|_| bad("cursor", cursor.key()))?;
        wanted.before = Some(before);
    }
    let read = async {
        let mut reader = state.trail.database.read().await?;
        let rows = AuditRepository(reader.conn()).search(&wanted, limit + 1).await?;
        rows.iter()
            .map(AuditEventBody::of)
            .collect::<Result<Vec<_>, AuditError>>()
    };
    let events = read.await.map_err(|error| problem(&error))?;
    Ok(Json(Page::cut(events, limit as usize, |event| {
        event.seq.to_string()
    })))
}

/// An event with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditEventDetailBody {
    /// The event.
    pub event: AuditEventBody,
    /// Name of the digest.
    pub digest: String,
    /// Hash of the event before it.
    pub prev_hash: String,
    /// Its own hash.
    pub hash: String,
    /// Whether its hash is what its content comes to, and the event before it has the hash it names.
    pub is_sound: bool,
    /// The next place, at or after it, at which the journal holds the trail's hash; `null`: none yet.
    pub anchored_at: Option<u64>,
    /// The bytes that are hashed.
    pub body: String,
    /// Number of the event before it.
    pub previous: Option<u64>,
    /// Number of the event after it.
    pub next: Option<u64>,
}

/// Shows an event with its place in the chain.
#[utoipa::path(get, path = "/api/v1/audit/events/{n}", tag = "audit",
    params(("n" = u64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The event", body = AuditEventDetailBody),
        (status = 404, description = "There is none with this number", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn get_audit_event(
    State(state): State<AuditState>,
    Path(seq): Path<u64>,
) -> Result<Json<AuditEventDetailBody>, Problem> {
    let body = detail(&state, seq).await.map_err(|error| problem(&error))?;
    Ok(Json(body))
}

async fn detail(state: &AuditState, seq: u64) -> Result<AuditEventDetailBody, AuditError> {
    let mut reader = state.trail.database.read().await?;
    let around = AuditRepository(reader.conn())
        .after(seq.saturating_sub(2), seq.saturating_add(1), 3)
        .await?;
    let place = around
        .iter()
        .position(|row| row.seq == seq)
        .ok_or(AuditError::NotFound)?;
    let row = around.get(place).ok_or(AuditError::NotFound)?;
    let before = place.checked_sub(1).and_then(|place| around.get(place));
    let event = row.event()?;
    let is_sound = chain_hash(&event.prev_hash, row.body.as_bytes()) == row.hash
        && row.differs_from(&event).is_none()
        && before.is_none_or(|before| before.hash == event.prev_hash);
    let anchored_at = anchors(&mut reader)
        .await?
        .into_iter()
        .map(|anchor| anchor.seq)
        .filter(|anchored| *anchored >= seq)
        .min();
    Ok(AuditEventDetailBody {
        event: AuditEventBody::of(row)?,
        digest: event.digest,
        prev_hash: event.prev_hash,
        hash: row.hash.clone(),
        is_sound,
        anchored_at,
        body: row.body.clone(),
        previous: before.map(|before| before.seq),
        next: around.get(place + 1).map(|after| after.seq),
    })
}

/// Which days.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditDaysQuery {
    /// How many days up to today, 30 if not said, 400 at most.
    days: Option<u32>,
}

/// Events of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditDayBody {
    /// The day, of the archives' time.
    #[schema(format = Date)]
    pub day: String,
    /// The kind of events.
    pub class: String,
    /// How they ended.
    pub outcome: String,
    /// How many.
    pub events: i64,
}

/// Counts events by day, kind and outcome, oldest first.
#[utoipa::path(get, path = "/api/v1/audit/days", tag = "audit",
    params(AuditDaysQuery),
    responses(
        (status = 200, description = "The counts", body = Page<AuditDayBody>),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn list_audit_days(
    State(state): State<AuditState>,
    Query(query): Query<AuditDaysQuery>,
) -> Result<Json<Page<AuditDayBody>>, Problem> {
    let days = i64::from(query.days.unwrap_or(30)).clamp(1, MOST_DAYS);
    let today = (state.trail.clock.now().as_millisecond() + AHEAD_MS).div_euclid(DAY_MS);
    let from_ms = (today - days + 1) * DAY_MS - AHEAD_MS;
    let read = async {
        let mut reader = state.trail.database.read().await?;
        AuditRepository(reader.conn()).by_day(from_ms, i64::MAX).await
    };
    let counts = read.await.map_err(|error| problem(&error.into()))?;
    let items = counts.into_iter().map(|count| AuditDayBody {
        day: moment(count.day * DAY_MS).chars().take(10).collect(),
        class: count.class,
        outcome: count.outcome,
        events: count.events,
    });
    Ok(Json(Page {
        items: items.collect(),
        next_cursor: None,
    }))
}

/// Something of the trail that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditProblemBody {
    /// What kind, such as `audit.event_missing`.
    pub kind: String,
    /// Number of the event.
    pub seq: u64,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditVerificationBody {
    /// Whether nothing was wrong.
    pub ok: bool,
    /// Events read.
    pub events: u64,
    /// Number of the last one.
    pub last: u64,
    /// Number of the last event that was retired by rule.
    pub retired: u64,
    /// Places at which the journal holds the trail's hash.
    pub anchors: u64,
    /// What was wrong.
    pub problems: Vec<AuditProblemBody>,
}

/// Proves the whole chain, against itself and against the journal.
#[utoipa::path(get, path = "/api/v1/audit/verification", tag = "audit",
    responses(
        (status = 200, description = "What it came to", body = AuditVerificationBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn verify_audit_trail(
    State(state): State<AuditState>,
) -> Result<Json<AuditVerificationBody>, Problem> {
    let report = verify(&state.trail.database)
        .await
        .map_err(|error| problem(&error))?;
    Ok(Json(AuditVerificationBody {
        ok: report.ok,
        events: report.events,
        last: report.last,
        retired: report.retired,
        anchors: report.anchors,
        problems: report
            .problems
            .into_iter()
            .map(|problem| AuditProblemBody {
                kind: problem.kind.to_owned(),
                seq: problem.seq,
                expected: problem.expected,
                found: problem.found,
            })
            .collect(),
    }))
}
