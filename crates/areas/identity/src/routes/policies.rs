//! The policies of the gate, to be read and tried.

use super::IdentityState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use lantai_domain::access::{AccessCell, Action, Answer, Asking, Hat, Purpose, Reach, RecordFacts, Span};
use lantai_domain::{OpenStatusKind, Role, SecurityClassification};
use lantai_http::{Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The policies in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Policies)]
pub struct PoliciesBody {
    /// SHA-256 of their text: what decisions name as their rule.
    pub version: String,
    /// The file as it is written.
    pub text: String,
    /// Each policy.
    pub policies: Vec<PolicyBody>,
    /// Actions that can be asked about.
    pub actions: Vec<ActionBody>,
    /// Roles that can be asked under.
    pub roles: Vec<String>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Policy)]
pub struct PolicyBody {
    /// Its name.
    pub name: String,
    /// Whether it forbids; otherwise it allows.
    pub forbids: bool,
    /// What it means, in Chinese.
    pub zh: String,
    /// What it means, in English.
    pub en: String,
    /// As it is written.
    pub text: String,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyAction)]
pub struct ActionBody {
    /// Its word in policies.
    pub name: String,
    /// Whether it is done to records; otherwise to the archive as a whole.
    pub on_records: bool,
}

/// A question to be tried.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = PolicyTrial)]
pub struct TrialBody {
    /// Role under which is asked; not given: the public.
    #[serde(default)]
    pub role: Option<String>,
    /// Fonds that the post reaches; not given: every one.
    #[serde(default)]
    pub fonds: Option<Vec<String>>,
    /// Categories that the post reaches; not given: every one.
    #[serde(default)]
    pub categories: Option<Vec<String>>,
    /// Clearance of the post, such as `internal`; not given: public.
    #[serde(default)]
    pub clearance: Option<String>,
    /// Word of the action.
    pub action: String,
    /// The record, where the action is done to records.
    #[serde(default)]
    pub record: Option<TrialRecordBody>,
    /// When it is asked; not given: now.
    #[serde(default)]
    pub at: Option<String>,
}

/// A record to be asked about; none of the holdings.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = PolicyTrialRecord)]
pub struct TrialRecordBody {
    /// 全宗号.
    pub fonds: String,
    /// 门类.
    pub category: String,
    /// 开放状态, such as `unreviewed`.
    pub opening: String,
    /// 密级, such as `internal`; not given: public.
    #[serde(default)]
    pub classification: Option<String>,
    /// Whether personal data are marked in it.
    #[serde(default)]
    pub personal_data: bool,
}

/// What the gate would answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyAnswer)]
pub struct AnswerBody {
    /// Whether it would be allowed.
    pub allowed: bool,
    /// The policies that say so; refused without one: nothing allows it.
    pub policies: Vec<PolicyBody>,
}

fn policies_of(state: &IdentityState) -> Vec<PolicyBody> {
    let policies = state.gatekeeper.gate().policies();
    policies
        .map(|policy| PolicyBody {
            name: policy.name,
            forbids: policy.forbids,
            zh: policy.zh,
            en: policy.en,
            text: policy.text,
        })
        .collect()
}

/// Shows the policies in force.
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies",
    responses(
        (status = 200, description = "The policies", body = PoliciesBody),
        (status = 401, description = "Please sign in", body = ProblemBody),
        (status = 403, description = "For those who may read policies", body = ProblemBody),
    ))]
pub async fn get_policies(State(state): State<IdentityState>) -> Json<PoliciesBody> {
    let gate = state.gatekeeper.gate();
    let actions = lantai_domain::access::ACTIONS.iter().map(|action| ActionBody {
        name: action.id().to_owned(),
        on_records: action.reach() == Reach::Record,
    });
    Json(PoliciesBody {
        version: gate.version().to_owned(),
        text: gate.text().to_owned(),
        policies: policies_of(&state),
        actions: actions.collect(),
        roles: lantai_domain::ROLES.map(|role| role.id().to_owned()).to_vec(),
    })
}

fn unknown(what: &str, value: &str) -> Problem {
    let detail = format!("{value:?} is no {what}");
    Problem::new(StatusCode::BAD_REQUEST, "identity.policy_trial", detail)
}

fn classification(name: Option<&str>) -> Result<SecurityClassification, Problem> {
    let Some(name) = name else {
        return Ok(SecurityClassification::Public);
    };
    SecurityClassification::from_name(name).ok_or_else(|| unknown("classification", name))
}

fn span(values: Option<Vec<String>>) -> Span {
    values.map_or(Span::All, |values| Span::Only(values.into_iter().collect()))
}

fn record(body: TrialRecordBody) -> Result<RecordFacts, Problem> {
    let opening = OpenStatusKind::from_name(&body.opening);
    Ok(RecordFacts {
        cell: AccessCell {
            opening: opening.ok_or_else(|| unknown("opening status", &body.opening))?,
            classification: classification(body.classification.as_deref())?,
            personal_data: body.personal_data,
        },
        fonds: body.fonds,
        category: body.category,
    })
}

/// Tries a question on the policies in force; nothing is done and no record is read.
#[utoipa::path(post, path = "/api/v1/policies/trial", tag = "policies",
    request_body = TrialBody,
    responses(
        (status = 200, description = "What the gate would answer", body = AnswerBody),
        (status = 400, description = "There is no such role, action, status or classification", body = ProblemBody),
        (status = 401, description = "Please sign in", body = ProblemBody),
        (status = 403, description = "For those who may read policies", body = ProblemBody),
    ))]
pub async fn try_policies(
    State(state): State<IdentityState>,
    Json(body): Json<TrialBody>,
) -> Result<Json<AnswerBody>, Problem> {
    let action: Action = body.action.parse().map_err(|_| unknown("action", &body.action))?;
    let at = match body.at.as_deref() {
        Some(at) => at.parse::<Timestamp>().map_err(|_| unknown("time", at))?,
        None => state.clock.now(),
    };
    let mut hats = Vec::new();
    if let Some(role) = body.role.as_deref() {
        hats.push(Hat {
            post: None,
            role: Some(role.parse::<Role>().map_err(|_| unknown("role", role))?),
            fonds: span(body.fonds),
            categories: span(body.categories),
            clearance: classification(body.clearance.as_deref())?,
        });
    }
    let asking = Asking::new(hats, Purpose::Unsaid, at);
    let gate = state.gatekeeper.gate();
    let answer: Answer = match (action.reach(), body.record) {
        (Reach::Archive, _) => gate.decide_here(&asking, action),
        (Reach::Record, Some(asked)) => gate.decide(&asking, action, &record(asked)?),
        (Reach::Record, None) => return Err(unknown("question", "an action without its record")),
    };
    let named = |policy: &PolicyBody| {
        let mut grounds = answer.grounds().iter();
        grounds.any(|ground| ground.policy == policy.name)
    };
    Ok(Json(AnswerBody {
        allowed: answer.is_allowed(),
        policies: policies_of(&state)
            .into_iter()
            .filter(|policy| named(policy))
            .collect(),
    }))
}
