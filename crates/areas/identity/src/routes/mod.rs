//! Routes of identity, and the layer that says who asks.

mod policies;
mod session;

use crate::error::IdentityError;
use crate::people::{self, PeopleError};
use crate::sessions;
use crate::throttle::Throttle;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use lantai_database::Database;
use lantai_domain::access::{Action, Hat, Purpose};
use lantai_domain::{Clock, Viewer, Who};
use lantai_gate::Gatekeeper;
use lantai_http::{Api, Door};
use std::sync::Arc;
use utoipa_axum::routes as operations;

/// The cookie that carries the session's token.
pub(crate) const COOKIE: &str = "lantai_session";

const POLICIES: Door = Door::May(Action::ViewPolicies);

/// What the routes of identity work on.
#[derive(Clone)]
pub struct IdentityState {
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Name of the institution.
    pub institution: String,
    /// The gate.
    pub gatekeeper: Arc<Gatekeeper>,
    throttle: Arc<Throttle>,
}

impl IdentityState {
    /// State for an institution.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        institution: String,
        gatekeeper: Arc<Gatekeeper>,
    ) -> Self {
        Self {
            database,
            clock,
            institution,
            gatekeeper,
            throttle: Arc::default(),
        }
    }

    /// The public, as the gate has it now.
    pub(crate) fn public(&self) -> Viewer {
        self.viewer(Who::Public, Vec::new())
    }

    /// Whoever signed in to an account, with the hats they have now; the public, where it cannot be used any more.
    pub(crate) async fn viewer_of(&self, account: &str) -> Result<Viewer, IdentityError> {
        let now = self.clock.now();
        let mut reader = self.database.read().await?;
        let standing = people::standing(reader.conn(), account, now).await?;
        let Some(person) = standing.signs_in() else {
            return Ok(self.public());
        };
        let hats = people::hats_of(reader.conn(), person, now).await?;
        let who = Who::Account {
            name: account.to_owned(),
            person,
        };
        Ok(self.viewer(who, hats))
    }

    /// The program that shows a token, limited to what the token allows; the public, where it opens nothing.
    pub(crate) async fn viewer_by_token(&self, token: &str) -> Result<Viewer, PeopleError> {
        let now = self.clock.now();
        let mut reader = self.database.read().await?;
        let found = people::service_of(reader.conn(), token, now).await?;
        drop(reader);
        let Some(service) = found else {
            return Ok(self.public());
        };
        service.note_use(&self.database, now).await?;
        let who = Who::Service {
            name: service.account,
        };
        let whole = self.viewer(who.clone(), vec![service.hat]);
        let limited = whole.rights().limited_to(&service.actions);
        Ok(Viewer::new(who, whole.hats().to_vec(), Arc::new(limited)))
    }

    fn viewer(&self, who: Who, hats: Vec<Hat>) -> Viewer {
        let rights = self.gatekeeper.rights(&hats, Purpose::Unsaid, self.clock.now());
        match rights {
            Ok(rights) => Viewer::new(who, hats, rights),
            Err(error) => {
                // where the gate cannot answer, nobody may do anything
                tracing::error!(error = %error, "the gate could not be asked");
                Viewer::nobody()
            }
        }
    }
}

/// The routes of this area.
pub fn routes(state: IdentityState) -> Api {
    Api::new()
        .route(
            Door::Anybody,
            operations!(session::get_session, session::sign_in, session::sign_out),
        )
        .route(POLICIES, operations!(policies::get_policies))
        .route(POLICIES, operations!(policies::try_policies))
        .with_state(state)
}

/// Finds out who asks and puts the viewer into the request. A token that a program shows goes before a cookie.
pub async fn recognise(State(state): State<IdentityState>, mut request: Request, next: Next) -> Response {
    let viewer = match (bearer_of(request.headers()), token_of(request.headers())) {
        (Some(token), _) => state.viewer_by_token(&token).await.unwrap_or_else(|error| {
            // who cannot be recognised is the public
            tracing::error!(error = %error, "a token could not be looked up");
            state.public()
        }),
        (None, Some(token)) => viewer_of_session(&state, &token).await.unwrap_or_else(|error| {
            tracing::error!(error = %error, "a session could not be looked up");
            state.public()
        }),
        (None, None) => state.public(),
    };
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

async fn viewer_of_session(state: &IdentityState, token: &str) -> Result<Viewer, IdentityError> {
    match sessions::account_of(&state.database, &*state.clock, token).await? {
        Some(account) => state.viewer_of(&account).await,
        None => Ok(state.public()),
    }
}

/// The token that a program shows.
fn bearer_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
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
