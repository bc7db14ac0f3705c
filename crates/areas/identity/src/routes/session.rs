//! Who am I, signing in, signing out.

use super::{COOKIE, IdentityState, token_of};
use crate::error::IdentityError;
use crate::sessions::{self, SESSION_SECONDS};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_domain::Viewer;
use lantai_http::{Asker, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who asks, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionBody {
    /// Name of the institution.
    pub institution: String,
    /// Who asks.
    pub viewer: ViewerBody,
    /// Version of the program.
    pub version: String,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewerBody {
    /// `public` or `staff`.
    pub kind: ViewerKind,
    /// Name of the account; `null` for the public.
    pub name: Option<String>,
    /// What they may do at all: words of the policies, such as `receive`.
    pub actions: Vec<String>,
}

/// The kinds of viewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewerKind {
    /// A reader who has not signed in.
    Public,
    /// A member of the staff.
    Staff,
}

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignInBody {
    /// Name of the account.
    pub name: String,
    /// Its password.
    pub password: String,
}

fn body(state: &IdentityState, viewer: &Viewer) -> SessionBody {
    let is_known = viewer.is_known();
    let viewer = ViewerBody {
        kind: match is_known {
            true => ViewerKind::Staff,
            false => ViewerKind::Public,
        },
        name: is_known.then(|| viewer.name().to_owned()),
        actions: viewer
            .rights()
            .actions()
            .map(|action| action.id().to_owned())
            .collect(),
    };
    SessionBody {
        institution: state.institution.clone(),
        viewer,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn problem(error: &IdentityError) -> Problem {
    match error {
        IdentityError::WrongCredentials => {
            Problem::new(StatusCode::UNAUTHORIZED, error.code(), error.to_string())
        }
        IdentityError::Throttled { .. } => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, error.code(), error.to_string())
        }
        other => Problem::internal(other, other.code()),
    }
}

/// Says who asks.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, description = "Who asks", body = SessionBody)))]
pub async fn get_session(State(state): State<IdentityState>, Asker(viewer): Asker) -> Json<SessionBody> {
    Json(body(&state, &viewer))
}

/// Signs in: the session's cookie comes with the answer.
#[utoipa::path(post, path = "/api/v1/session", tag = "session",
    request_body = SignInBody,
    responses(
        (status = 200, description = "Signed in", body = SessionBody),
        (status = 401, description = "Name or password are wrong", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 429, description = "Too many attempts", body = ProblemBody),
    ))]
pub async fn sign_in(
    State(state): State<IdentityState>,
    Json(request): Json<SignInBody>,
) -> Result<Response, Problem> {
    let (name, password) = (request.name.trim(), request.password.as_str());
    let token = sessions::sign_in(&state.database, &*state.clock, &state.throttle, name, password)
        .await
        .map_err(|error| problem(&error))?;
    let viewer = state.viewer_of(name).await.map_err(|error| problem(&error))?;
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION_SECONDS}");
    with_cookie(Json(body(&state, &viewer)).into_response(), &cookie)
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Signed out")))]
pub async fn sign_out(State(state): State<IdentityState>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = token_of(&headers) {
        sessions::sign_out(&state.database, &token)
            .await
            .map_err(|error| problem(&error))?;
    }
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    with_cookie(StatusCode::NO_CONTENT.into_response(), &cookie)
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, Problem> {
    let value =
        HeaderValue::from_str(cookie).map_err(|error| Problem::internal(&error, "identity.cookie"))?;
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(response)
}
