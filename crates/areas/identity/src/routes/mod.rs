//! Routes of identity, and the layer that says who asks.

mod session;

use crate::sessions;
use crate::throttle::Throttle;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use lantai_database::Database;
use lantai_domain::{Clock, Viewer};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as operations;

/// The cookie that carries the session's token.
pub(crate) const COOKIE: &str = "lantai_session";

/// What the routes of identity work on.
#[derive(Clone)]
pub struct IdentityState {
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Name of the institution.
    pub institution: String,
    throttle: Arc<Throttle>,
}

impl IdentityState {
    /// State for an institution.
    pub fn new(database: Database, clock: Arc<dyn Clock>, institution: String) -> Self {
        Self {
            database,
            clock,
            institution,
            throttle: Arc::default(),
        }
    }
}

/// The routes of this area.
pub fn routes(state: IdentityState) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(operations!(
            session::get_session,
            session::sign_in,
            session::sign_out
        ))
        .with_state(state)
}

/// Finds out who asks and puts the viewer into the request.
pub async fn recognise(State(state): State<IdentityState>, mut request: Request, next: Next) -> Response {
    let viewer = match token_of(request.headers()) {
        Some(token) => match sessions::account_of(&state.database, &*state.clock, &token).await {
            Ok(Some(account)) => Viewer::Archivist(account),
            Ok(None) => Viewer::Public,
            Err(error) => {
                // who cannot be recognised is the public
                tracing::error!(error = %error, "a session could not be looked up");
                Viewer::Public
            }
        },
        None => Viewer::Public,
    };
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

/// The session's token in the request's cookies.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token.to_owned())
}
