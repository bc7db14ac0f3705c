//! Letting the oldest part of the trail go, over HTTP: proposed by the auditor, agreed to by the security administrator.

use super::{AuditState, decider, moment, problem};
use crate::audit::retention;
use crate::repository::audit_retirements::{RetirementRepository, StoredRetirement};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use lantai_http::{Asker, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Proposals shown.
const SHOWN: u32 = 50;

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditRetirementBody {
    /// Its identifier.
    pub id: String,
    /// Number of the last event that is to go.
    pub up_to: i64,
    /// Its hash.
    pub hash: String,
    /// Why.
    pub reason: String,
    /// Version of the retention rules.
    pub rules: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    #[schema(format = DateTime)]
    pub proposed_at: String,
    /// `proposed`, `agreed` or `refused`.
    pub state: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub decided_at: Option<String>,
}

impl From<StoredRetirement> for AuditRetirementBody {
    fn from(stored: StoredRetirement) -> Self {
        Self {
            id: stored.id,
            up_to: stored.up_to_seq,
            hash: stored.hash,
            reason: stored.reason,
            rules: stored.rules,
            proposed_by: stored.proposed_name,
            proposed_at: moment(stored.proposed_at_ms),
            state: stored.state,
            decided_by: stored.decided_name,
            decided_at: stored.decided_at_ms.map(moment),
        }
    }
}

/// What may go, and what was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditRetirementsBody {
    /// Days for which every event is kept.
    pub keep_days: u32,
    /// Number of the last event that may go now; 0: none may.
    pub may_go: u64,
    /// Number of the event about a record still held that keeps all after it.
    pub kept_by: Option<u64>,
    /// Proposals, newest first.
    pub proposals: Vec<AuditRetirementBody>,
}

/// Shows what of the trail may go by its retention rule, and what was proposed.
#[utoipa::path(get, path = "/api/v1/audit/retirements", tag = "audit",
    responses(
        (status = 200, description = "What may go", body = AuditRetirementsBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn list_audit_retirements(
    State(state): State<AuditState>,
) -> Result<Json<AuditRetirementsBody>, Problem> {
    let now = state.trail.clock.now();
    let may = retention::retirable(&state.trail.database, &state.retention, now)
        .await
        .map_err(|error| problem(&error))?;
    let read = async {
        let mut reader = state.trail.database.read().await?;
        RetirementRepository(reader.conn()).newest(SHOWN).await
    };
    let proposals = read.await.map_err(|error| problem(&error.into()))?;
    Ok(Json(AuditRetirementsBody {
        keep_days: state.retention.keep_days,
        may_go: may.up_to,
        kept_by: may.kept_by,
        proposals: proposals.into_iter().map(AuditRetirementBody::from).collect(),
    }))
}

/// What is to go.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ProposedRetirementBody {
    /// Number of the last event that is to go.
    pub up_to: u64,
    /// Why, in at most 500 characters.
    pub reason: String,
}

/// Proposes that the trail be removed up to an event.
#[utoipa::path(post, path = "/api/v1/audit/retirements", tag = "audit",
    request_body = ProposedRetirementBody,
    responses(
        (status = 201, description = "Proposed; another person decides", body = AuditRetirementBody),
        (status = 409, description = "The retention rule keeps these events", body = ProblemBody),
        (status = 422, description = "The reason is missing", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn propose_audit_retirement(
    State(state): State<AuditState>,
    Asker(viewer): Asker,
    Json(request): Json<ProposedRetirementBody>,
) -> Result<(StatusCode, Json<AuditRetirementBody>), Problem> {
    let by = decider(&viewer)?;
    let proposed = retention::propose(
        &state.trail.database,
        &state.retention,
        &*state.ids,
        state.trail.clock.now(),
        &by,
        request.up_to,
        &request.reason,
    );
    let proposed = proposed.await.map_err(|error| problem(&error))?;
    Ok((StatusCode::CREATED, Json(proposed.into())))
}

/// A decision.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RetirementDecisionBody {
    /// Whether it is agreed to.
    pub is_agreed: bool,
}

/// Agrees to a proposal, which carries it out, or refuses it.
#[utoipa::path(put, path = "/api/v1/audit/retirements/{id}/decision", tag = "audit",
    params(("id" = Uuid, Path, description = "The proposal")),
    request_body = RetirementDecisionBody,
    responses(
        (status = 200, description = "The proposal as it is now", body = AuditRetirementBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is one's own, was decided, or is kept by the rule", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn decide_audit_retirement(
    State(state): State<AuditState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(request): Json<RetirementDecisionBody>,
) -> Result<Json<AuditRetirementBody>, Problem> {
    let by = decider(&viewer)?;
    let (now, id) = (state.trail.clock.now(), id.to_string());
    let decided = retention::decide(&state.trail, &state.retention, now, &by, &id, request.is_agreed);
    Ok(Json(decided.await.map_err(|error| problem(&error))?.into()))
}
