//! Who holds which post: asked for, agreed to, refused, handed over, taken away.

use super::super::error::PeopleError;
use super::super::holding::{Grant, Validity};
use super::bodies::{HandOverBody, MadeBody, ProposalBody, ReasonBody};
use super::{PeopleState, actor, moment, problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use lantai_domain::{HoldingId, PersonId, PostId};
use lantai_http::{Asker, Problem, ProblemBody};
use uuid::Uuid;

fn validity(state: &PeopleState, from: Option<&str>, until: Option<&str>) -> Result<Validity, Problem> {
    let from = moment(from)?.unwrap_or_else(|| state.now());
    Validity::new(from, moment(until)?).map_err(|error| problem(&error))
}

/// Asks that somebody hold a post. It gives no right before somebody else agrees.
#[utoipa::path(post, path = "/api/v1/holdings", tag = "people",
    request_body = ProposalBody,
    responses(
        (status = 201, description = "It waits for somebody else", body = MadeBody),
        (status = 400, description = "A time that ends before it begins", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or for yourself", body = ProblemBody),
        (status = 404, description = "There is no such person or post", body = ProblemBody),
        (status = 409, description = "The person holds it, or a role that excludes it", body = ProblemBody),
    ))]
pub async fn propose_holding(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Json(body): Json<ProposalBody>,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let grant = Grant {
        person: PersonId::new(body.person),
        post: PostId::new(body.post),
        validity: validity(&state, body.from.as_deref(), body.until.as_deref())?,
        replaces: None,
    };
    made(state.people.propose(actor(&viewer)?, grant).await)
}

/// Asks that a post go over to somebody else: the one holding ends when the other begins.
#[utoipa::path(post, path = "/api/v1/holdings/{id}/handover", tag = "people",
    params(("id" = Uuid, Path, description = "The holding that is to end")),
    request_body = HandOverBody,
    responses(
        (status = 201, description = "It waits for somebody else", body = MadeBody),
        (status = 400, description = "A time that ends before it begins", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or your own post", body = ProblemBody),
        (status = 404, description = "There is no such person or holding", body = ProblemBody),
        (status = 409, description = "It is over, or the person has a role that excludes it", body = ProblemBody),
    ))]
pub async fn hand_over_post(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<HandOverBody>,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let validity = validity(&state, body.from.as_deref(), body.until.as_deref())?;
    let (from, to) = (HoldingId::new(id), PersonId::new(body.person));
    made(state.people.hand_over(actor(&viewer)?, from, to, validity).await)
}

/// Agrees to what somebody else asked for: from now on, or from its day, it gives its rights.
#[utoipa::path(post, path = "/api/v1/holdings/{id}/agreement", tag = "people",
    params(("id" = Uuid, Path, description = "The holding that was asked for")),
    responses(
        (status = 204, description = "It is agreed"),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, your own proposal, or for yourself", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It does not wait, or the person came to a role that excludes it", body = ProblemBody),
    ))]
pub async fn agree_to_holding(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    done(state.people.agree(actor(&viewer)?, HoldingId::new(id)).await)
}

/// Refuses what somebody else asked for.
#[utoipa::path(post, path = "/api/v1/holdings/{id}/refusal", tag = "people",
    params(("id" = Uuid, Path, description = "The holding that was asked for")),
    request_body = ReasonBody,
    responses(
        (status = 204, description = "It is refused"),
        (status = 400, description = "No reason is given", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or for yourself", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It does not wait", body = ProblemBody),
    ))]
pub async fn refuse_holding(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, Problem> {
    let id = HoldingId::new(id);
    done(state.people.refuse(actor(&viewer)?, id, &body.reason).await)
}

/// Takes a post away, or withdraws what was asked for; at once.
#[utoipa::path(post, path = "/api/v1/holdings/{id}/end", tag = "people",
    params(("id" = Uuid, Path, description = "The holding")),
    request_body = ReasonBody,
    responses(
        (status = 204, description = "It has ended"),
        (status = 400, description = "No reason is given", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or your own post", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is over, or the last of an administrator", body = ProblemBody),
    ))]
pub async fn end_holding(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, Problem> {
    let id = HoldingId::new(id);
    done(state.people.end(actor(&viewer)?, id, &body.reason).await)
}

fn made(made: Result<HoldingId, PeopleError>) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let id = made.map_err(|error| problem(&error))?.uuid();
    Ok((StatusCode::CREATED, Json(MadeBody { id })))
}

fn done(done: Result<(), PeopleError>) -> Result<StatusCode, Problem> {
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}
