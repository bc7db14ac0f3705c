//! Who am I, signing in, proving it once more, signing out.

use super::answers::{body_of, entered_body, left, problem};
use super::session_bodies::{CodeBody, ProofBody, SessionBody, SignInBody, session_body};
use super::{CalledFrom, IdentityState, MaybeSession, Own};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lantai_http::{Asker, Problem, ProblemBody, Proved, Told};

/// Says who asks.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, description = "Who asks", body = SessionBody)))]
pub async fn get_session(
    State(state): State<IdentityState>,
    Asker(viewer): Asker,
    MaybeSession(session): MaybeSession,
    proved: Proved,
) -> Result<Json<SessionBody>, Problem> {
    let body = session_body(&state, &viewer, session.as_ref(), proved).await;
    Ok(Json(body.map_err(|error| problem(&error))?))
}

/// Signs in: the session's cookie comes with the answer, which says what is still missing.
#[utoipa::path(post, path = "/api/v1/session", tag = "session",
    request_body = SignInBody,
    responses(
        (status = 200, description = "Signed in, or something more is needed", body = SessionBody),
        (status = 401, description = "Name or password are wrong", body = ProblemBody),
        (status = 403, description = "The account is not active, or the proof against forged requests is missing",
            body = ProblemBody),
        (status = 429, description = "Too many attempts, or locked: see Retry-After", body = ProblemBody),
        (status = 503, description = "Too many sign in at the same time: see Retry-After", body = ProblemBody),
    ))]
pub async fn sign_in(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    Json(request): Json<SignInBody>,
) -> Result<Response, Problem> {
    let name = request.name.trim();
    let entered = state.sign_in.enter(&caller, name, &request.password).await;
    let entered = entered.map_err(|error| problem(&error).telling(Told::account(name)))?;
    entered_body(&state, &entered).await
}

/// Goes on after the password with a code of the authenticator, or a recovery code.
#[utoipa::path(post, path = "/api/v1/session/second-factor", tag = "session",
    request_body = CodeBody,
    responses(
        (status = 200, description = "Signed in, or something more is needed", body = SessionBody),
        (status = 401, description = "The code is wrong or was used, or nothing was begun", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 409, description = "No code is asked for", body = ProblemBody),
        (status = 429, description = "Too many codes: see Retry-After", body = ProblemBody),
    ))]
pub async fn second_factor(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    Own(session): Own,
    Json(request): Json<CodeBody>,
) -> Result<Response, Problem> {
    let entered = state.sign_in.enter_code(&caller, &session, &request.code).await;
    entered_body(&state, &entered.map_err(|error| problem(&error))?).await
}

/// Proves once more who is signed in, before what is dangerous.
#[utoipa::path(post, path = "/api/v1/session/proof", tag = "session",
    request_body = ProofBody,
    responses(
        (status = 200, description = "Proved", body = SessionBody),
        (status = 401, description = "Password or code are wrong, or nobody is signed in", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 429, description = "Too many attempts: see Retry-After", body = ProblemBody),
    ))]
pub async fn prove(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    Own(mut session): Own,
    Json(request): Json<ProofBody>,
) -> Result<Json<SessionBody>, Problem> {
    let proved = state.sign_in.prove(&caller, &session, &request.proof).await;
    proved.map_err(|error| problem(&error))?;
    session.proved_at_ms = state.sign_in.now_ms();
    Ok(Json(body_of(&state, Some(&session)).await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Signed out")))]
pub async fn sign_out(
    State(state): State<IdentityState>,
    MaybeSession(session): MaybeSession,
) -> Result<Response, Problem> {
    if let Some(session) = session {
        let ended = state.sign_in.leave(&session).await;
        ended.map_err(|error| problem(&error))?;
    }
    left(&state, StatusCode::NO_CONTENT.into_response())
}
