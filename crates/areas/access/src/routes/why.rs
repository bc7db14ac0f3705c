//! Why somebody may or may not do something with a record.

use super::AccessState;
use axum::Json;
use axum::extract::{Path, State};
use lantai_cataloguing::routes::find_record;
use lantai_domain::access::{ACTIONS, Answer, Asking, Purpose, Reach};
use lantai_http::{Asker, Problem, ProblemBody};
use serde::Serialize;
use utoipa::ToSchema;

/// What the gate says of the viewer and a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Why)]
pub struct WhyBody {
    /// 档号.
    pub code: String,
    /// SHA-256 of the policies that decided.
    pub policies: String,
    /// Each action that is done to records.
    pub actions: Vec<WhyActionBody>,
}

/// What the gate says of one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WhyAction)]
pub struct WhyActionBody {
    /// Word of the action, such as `view_content`.
    pub action: String,
    /// Whether it may be done.
    pub allowed: bool,
    /// The policies that say so; refused without one: nothing allows it.
    pub grounds: Vec<GroundBody>,
}

/// A policy that led to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyGround)]
pub struct GroundBody {
    /// Its name.
    pub policy: String,
    /// What it means, in Chinese.
    pub zh: String,
    /// What it means, in English.
    pub en: String,
}

fn grounds(answer: &Answer) -> Vec<GroundBody> {
    let grounds = answer.grounds().iter();
    grounds
        .map(|ground| GroundBody {
            policy: ground.policy.clone(),
            zh: ground.zh.clone(),
            en: ground.en.clone(),
        })
        .collect()
}

/// Explains what the viewer may and may not do with a record whose entry they may see; any other is not there.
#[utoipa::path(get, path = "/api/v1/records/{code}/why", tag = "records",
    params(("code" = String, Path, description = "档号, or the record's identifier")),
    responses(
        (status = 200, description = "The answers of the gate", body = WhyBody),
        (status = 404, description = "None that you may see", body = ProblemBody),
    ))]
pub async fn explain_record(
    State(state): State<AccessState>,
    Asker(viewer): Asker,
    Path(code): Path<String>,
) -> Result<Json<WhyBody>, Problem> {
    let stored = find_record(state.catalogue.holdings(), &viewer, &code).await?;
    let gate = state.gatekeeper.gate();
    let asking = Asking::new(viewer.hats().to_vec(), Purpose::Unsaid, state.clock.now());
    let facts = stored.record.access_facts();
    let actions = ACTIONS.iter().filter(|action| action.reach() == Reach::Record);
    Ok(Json(WhyBody {
        code: stored.record.description.code.to_string(),
        policies: gate.version().to_owned(),
        actions: actions
            .map(|action| {
                let answer = gate.decide(&asking, *action, &facts);
                WhyActionBody {
                    action: action.id().to_owned(),
                    allowed: answer.is_allowed(),
                    grounds: grounds(&answer),
                }
            })
            .collect(),
    }))
}
