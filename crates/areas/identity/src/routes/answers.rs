//! How signing in answers: refusals with their status, cookies.

use super::IdentityState;
use super::session_bodies::{SessionBody, session_body};
use crate::error::IdentityError;
use crate::sign_in::{Entered, Session};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_database::StoreError;
use lantai_http::{Problem, Proved};

/// After how many seconds to come back when too many sign in at the same time.
const COME_BACK_SECONDS: u64 = 2;

/// A refusal as it is sent.
pub(crate) fn problem(error: &IdentityError) -> Problem {
    use IdentityError as E;
    let status = match error {
        E::WrongCredentials | E::WrongCode | E::SignInNeeded | E::PasskeyUnknown => StatusCode::UNAUTHORIZED,
        E::Locked { .. } | E::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        E::Busy => StatusCode::SERVICE_UNAVAILABLE,
        E::NotActive | E::ProofNeeded | E::NotLinked => StatusCode::FORBIDDEN,
        E::Weak(_) => StatusCode::UNPROCESSABLE_ENTITY,
        E::StepGone | E::FactorNeeded | E::LinkedAlready => StatusCode::CONFLICT,
        E::NotInAccount | E::NoProvider => StatusCode::NOT_FOUND,
        E::Passkey(_) => StatusCode::BAD_REQUEST,
        E::Provider(_) | E::ProviderRefused(_) => StatusCode::BAD_GATEWAY,
        E::Store(StoreError::Conflict(_)) => {
            let known = E::LinkedAlready;
            return Problem::new(StatusCode::CONFLICT, known.code(), known.to_string());
        }
        other => return Problem::internal(other, other.code()),
    };
    let detail = match error {
        E::Provider(why) => {
            // for the operator: what other machines answer is nothing for whoever signs in
            tracing::warn!(error.code = error.code(), error = %why, "the provider of identities failed");
            "the provider of identities did not answer as it should".to_owned()
        }
        told => told.to_string(),
    };
    let problem = Problem::new(status, error.code(), detail);
    match error {
        E::Locked { seconds } | E::Throttled { seconds } => problem.retry_after(*seconds),
        E::Busy => problem.retry_after(COME_BACK_SECONDS),
        _ => problem,
    }
}

fn cookie(state: &IdentityState, token: &str, seconds: i64) -> String {
    let name = state.cookie();
    let secure = if state.is_secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, Problem> {
    let value =
        HeaderValue::from_str(cookie).map_err(|error| Problem::internal(&error, "identity.cookie"))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    // what is said about one session is for nobody else
    let private = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, private);
    Ok(response)
}

/// Sets the session's cookie in an answer.
pub(crate) fn entered(
    state: &IdentityState,
    entered: &Entered,
    response: Response,
) -> Result<Response, Problem> {
    let left_ms = entered.session.expires_at_ms - state.sign_in.now_ms();
    with_cookie(
        response,
        &cookie(state, &entered.token, left_ms.div_euclid(1_000)),
    )
}

/// Takes the session's cookie away.
pub(crate) fn left(state: &IdentityState, response: Response) -> Result<Response, Problem> {
    with_cookie(response, &cookie(state, "", 0))
}

/// Who is signed in now, with the session's cookie.
pub(crate) async fn entered_body(state: &IdentityState, begun: &Entered) -> Result<Response, Problem> {
    let body = body_of(state, Some(&begun.session)).await?;
    entered(state, begun, Json(body).into_response())
}

/// Who has a session.
pub(crate) async fn body_of(
    state: &IdentityState,
    session: Option<&Session>,
) -> Result<SessionBody, Problem> {
    let viewer = state.viewer_in(session).await.map_err(|error| problem(&error))?;
    let proved = session.is_some_and(|session| session.is_fresh(state.sign_in.now_ms()));
    let proved = if proved { Proved::Lately } else { Proved::Whole };
    session_body(state, &viewer, session, proved)
        .await
        .map_err(|error| problem(&error))
}
