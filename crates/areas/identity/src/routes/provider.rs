//! Going to another provider of identities, and coming back.

use super::answers::{entered, problem};
use super::{CalledFrom, IdentityState, Own, token_in};
use crate::error::IdentityError;
use crate::sign_in::{Returned, Way};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_http::{Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The cookie that ties a browser to what it began. Lax: it must come along when the provider sends people back.
const COOKIE: &str = "lantai_provider";
/// Where people come out.
const DESK: &str = "/workbench/";
const ACCOUNT: &str = "/workbench/account";

/// How somebody comes back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReturnQuery {
    /// What was begun.
    state: Option<String>,
    /// What the provider gives for its tokens.
    code: Option<String>,
    /// Why the provider refused.
    error: Option<String>,
}

/// Where to go.
#[derive(Debug, Serialize, ToSchema)]
pub struct WayBody {
    /// Address at the provider.
    pub address: String,
}

fn state_cookie(state: &IdentityState, value: &str, seconds: u32) -> Result<HeaderValue, Problem> {
    let secure = if state.is_secure { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={value}; Path=/api/v1/session/provider; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&cookie).map_err(|error| Problem::internal(&error, "identity.cookie"))
}

fn redirect(address: &str) -> Result<Response, Problem> {
    let location =
        HeaderValue::from_str(address).map_err(|error| Problem::internal(&error, "identity.provider"))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

fn with_state(state: &IdentityState, way: &Way, mut response: Response) -> Result<Response, Problem> {
    let cookie = state_cookie(state, &way.state, 600)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Sends somebody to the other provider to sign in.
#[utoipa::path(get, path = "/api/v1/session/provider", tag = "session",
    responses(
        (status = 303, description = "To the provider, or back with the reason why not"),
    ))]
pub async fn go_to_provider(State(state): State<IdentityState>) -> Result<Response, Problem> {
    match state.sign_in.go_to_provider(None).await {
        Ok(way) => with_state(&state, &way, redirect(&way.address)?),
        Err(error) => refused(&error),
    }
}

/// Takes somebody back from the other provider.
#[utoipa::path(get, path = "/api/v1/session/provider/return", tag = "session",
    params(ReturnQuery),
    responses(
        (status = 303, description = "To the workbench, with the session's cookie or the reason why not"),
    ))]
pub async fn return_from_provider(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    headers: HeaderMap,
    Query(query): Query<ReturnQuery>,
) -> Result<Response, Problem> {
    let kept = token_in(&headers, COOKIE);
    let returned = match (query.error, query.state, query.code) {
        (Some(reason), _, _) => Err(IdentityError::ProviderRefused(reason.chars().take(100).collect())),
        (None, Some(begun), Some(code)) => {
            state
                .sign_in
                .come_back(&caller, kept.as_deref(), &begun, &code)
                .await
        }
        _ => Err(IdentityError::StepGone),
    };
    let mut response = match returned {
        Ok(Returned::Entered(begun)) => entered(&state, &begun, redirect(DESK)?)?,
        Ok(Returned::Linked) => redirect(ACCOUNT)?,
        Err(error) => refused(&error)?,
    };
    let gone = state_cookie(&state, "", 0)?;
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

/// Back to the sign-in, with the reason by its stable name.
fn refused(error: &IdentityError) -> Result<Response, Problem> {
    tracing::warn!(error = %error, error.code = error.code(), "a sign-in by another provider was refused");
    redirect(&format!("{DESK}?refused={}", error.code()))
}

/// Begins to link the other provider to one's own account.
#[utoipa::path(post, path = "/api/v1/account/provider", tag = "account",
    responses(
        (status = 200, description = "Where to go", body = WayBody),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 404, description = "There is no other provider", body = ProblemBody),
        (status = 502, description = "The provider does not answer as it should", body = ProblemBody),
    ))]
pub async fn link_provider(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<Response, Problem> {
    let way = state.sign_in.go_to_provider(Some(&session)).await;
    let way = way.map_err(|error| problem(&error))?;
    let body = WayBody {
        address: way.address.clone(),
    };
    with_state(&state, &way, Json(body).into_response())
}

/// Undoes the link.
#[utoipa::path(delete, path = "/api/v1/account/provider", tag = "account",
    responses(
        (status = 204, description = "Undone"),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 404, description = "There is no link", body = ProblemBody),
    ))]
pub async fn unlink_provider(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<StatusCode, Problem> {
    let undone = state.sign_in.unlink(&session).await;
    undone.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}
