//! Passkeys: what the browser is given, and what it answers.

use super::account::{PasskeyIdPath, RecoveryCodesBody};
use super::answers::{entered, entered_body, problem};
use super::session_bodies::SessionBody;
use super::{CalledFrom, IdentityState, MaybeSession, Own};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lantai_http::{Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What the browser is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyOptionsBody {
    /// The `publicKey` of `navigator.credentials`, in the JSON form of WebAuthn level 3.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// What the browser answered when a passkey was used.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UsedPasskeyBody {
    /// The credential, in the JSON form of WebAuthn level 3.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// What the browser answered when a passkey was set up.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPasskeyBody {
    /// What its owner calls it.
    pub label: String,
    /// The credential, in the JSON form of WebAuthn level 3.
    #[schema(value_type = Object)]
    pub credential: Value,
}

fn options_body(json: &str) -> Result<Json<PasskeyOptionsBody>, Problem> {
    let public_key =
        serde_json::from_str(json).map_err(|error| Problem::internal(&error, "identity.passkey"))?;
    Ok(Json(PasskeyOptionsBody { public_key }))
}

/// Begins to sign in with a passkey, or to prove with one who is signed in.
#[utoipa::path(post, path = "/api/v1/session/passkey/options", tag = "session",
    responses(
        (status = 200, description = "What the browser is asked for", body = PasskeyOptionsBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 503, description = "Too many sign in at the same time", body = ProblemBody),
    ))]
pub async fn passkey_options(
    State(state): State<IdentityState>,
) -> Result<Json<PasskeyOptionsBody>, Problem> {
    let options = state.sign_in.begin_passkey().await;
    options_body(&options.map_err(|error| problem(&error))?)
}

/// Signs in with a passkey, goes on with one after the password, or proves with one who is signed in.
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "session",
    request_body = UsedPasskeyBody,
    responses(
        (status = 200, description = "Signed in", body = SessionBody),
        (status = 400, description = "The answer is not sound", body = ProblemBody),
        (status = 401, description = "The passkey is not known here", body = ProblemBody),
        (status = 403, description = "The account is not active, or the proof against forged requests is missing",
            body = ProblemBody),
        (status = 409, description = "It took too long; begin again", body = ProblemBody),
    ))]
pub async fn use_passkey(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    MaybeSession(session): MaybeSession,
    Json(request): Json<UsedPasskeyBody>,
) -> Result<Response, Problem> {
    let answer = request.credential.to_string();
    let begun = state
        .sign_in
        .enter_passkey(&caller, session.as_ref(), answer.as_bytes())
        .await;
    entered_body(&state, &begun.map_err(|error| problem(&error))?).await
}

/// Begins to set a passkey up.
#[utoipa::path(post, path = "/api/v1/account/passkeys/options", tag = "account",
    responses(
        (status = 200, description = "What the browser is asked for", body = PasskeyOptionsBody),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
    ))]
pub async fn new_passkey_options(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<Json<PasskeyOptionsBody>, Problem> {
    let options = state.sign_in.begin_new_passkey(&session).await;
    options_body(&options.map_err(|error| problem(&error))?)
}

/// Sets a passkey up. Whoever has no recovery codes gets some.
#[utoipa::path(post, path = "/api/v1/account/passkeys", tag = "account",
    request_body = NewPasskeyBody,
    responses(
        (status = 201, description = "Set up", body = RecoveryCodesBody),
        (status = 400, description = "The answer is not sound", body = ProblemBody),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 409, description = "It took too long, or is set up already", body = ProblemBody),
    ))]
pub async fn add_passkey(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    Own(session): Own,
    Json(request): Json<NewPasskeyBody>,
) -> Result<Response, Problem> {
    let answer = request.credential.to_string();
    let set_up = state
        .sign_in
        .confirm_passkey(&caller, &session, &request.label, answer.as_bytes())
        .await;
    let (codes, begun) = set_up.map_err(|error| problem(&error))?;
    let response = (StatusCode::CREATED, Json(RecoveryCodesBody { codes })).into_response();
    match begun {
        Some(begun) => entered(&state, &begun, response),
        None => Ok(response),
    }
}

/// Takes a passkey away.
#[utoipa::path(delete, path = "/api/v1/account/passkeys/{passkey}", tag = "account",
    params(PasskeyIdPath),
    responses(
        (status = 204, description = "Taken away"),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 404, description = "There is no such passkey", body = ProblemBody),
        (status = 409, description = "It is the last factor of an account that must have one", body = ProblemBody),
    ))]
pub async fn remove_passkey(
    State(state): State<IdentityState>,
    Own(session): Own,
    Path(path): Path<PasskeyIdPath>,
) -> Result<StatusCode, Problem> {
    let removed = state.sign_in.remove_passkey(&session, &path.passkey).await;
    removed.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}
