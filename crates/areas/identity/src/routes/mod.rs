//! Routes of identity, and the layer that says who asks.

mod policies;
mod session;

use crate::sessions;
use crate::throttle::Throttle;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use lantai_database::Database;
use lantai_domain::access::{Action, Hat, Purpose};
use lantai_domain::{Clock, PersonId, Role, Viewer, Who};
use lantai_gate::Gatekeeper;
use lantai_http::{Api, Door};
use std::sync::Arc;
use utoipa_axum::routes as operations;

/// The cookie that carries the session's token.
pub(crate) const COOKIE: &str = "lantai_session";

const POLICIES: Door = Door::May(Action::ViewPolicies);

/// The posts behind an account as long as accounts have no persons: everything of the business, reaching every fonds.
const HATS_OF_AN_ACCOUNT: [Role; 5] = [
    Role::Archivist,
    Role::OpeningApprover,
    Role::ReferenceArchivist,
    Role::PreservationOfficer,
    Role::Director,
];

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

    /// Whoever signed in to an account.
    pub(crate) fn viewer_of(&self, account: &str) -> Viewer {
        let hats = HATS_OF_AN_ACCOUNT.map(Hat::everywhere).to_vec();
        let who = Who::Account {
            name: account.to_owned(),
            person: PersonId::new(uuid::Uuid::nil()),
        };
        self.viewer(who, hats)
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

/// Finds out who asks and puts the viewer into the request.
pub async fn recognise(State(state): State<IdentityState>, mut request: Request, next: Next) -> Response {
    let viewer = match token_of(request.headers()) {
        Some(token) => match sessions::account_of(&state.database, &*state.clock, &token).await {
            Ok(Some(account)) => state.viewer_of(&account),
            Ok(None) => state.public(),
            Err(error) => {
                // who cannot be recognised is the public
                tracing::error!(error = %error, "a session could not be looked up");
                state.public()
            }
        },
        None => state.public(),
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
