//! Routes of identity, and the layer that says who asks.

mod account;
pub(crate) mod answers;
mod passkey;
mod policies;
mod provider;
mod session;
mod session_bodies;

use crate::audit::routes::PeerAddress;
use crate::error::IdentityError;
use crate::people::{self, PeopleError};
use crate::sign_in::{Caller, Session, SignIn};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use lantai_database::Database;
use lantai_domain::access::{Action, Hat, Purpose};
use lantai_domain::{Clock, Viewer, Who};
use lantai_gate::Gatekeeper;
use lantai_http::{Api, Door, Problem, Proved};
use std::convert::Infallible;
use std::sync::Arc;
use utoipa_axum::routes as operations;

/// The cookie that carries the session's token.
const COOKIE: &str = "lantai_session";
/// The same over TLS: browsers take it from this very host only, and never over a plain connection.
const SECURE_COOKIE: &str = "__Host-lantai_session";
const POLICIES: Door = Door::May(Action::ViewPolicies);

/// Longest name that a browser may give itself here.
const LONGEST_AGENT: usize = 400;

/// What the routes of identity work on.
#[derive(Clone)]
pub struct IdentityState {
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Signing in.
    pub sign_in: SignIn,
    /// The gate.
    pub gatekeeper: Arc<Gatekeeper>,
    /// Whether people reach the pages over TLS.
    pub is_secure: bool,
}

impl IdentityState {
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

    /// Whoever has a session; the public, as long as something is missing in it.
    pub(crate) async fn viewer_in(&self, session: Option<&Session>) -> Result<Viewer, IdentityError> {
        match session.filter(|session| session.is_whole()) {
            Some(session) => self.viewer_of(&session.account).await,
            None => Ok(self.public()),
        }
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

    /// Name of the session's cookie.
    pub(crate) fn cookie(&self) -> &'static str {
        match self.is_secure {
            true => SECURE_COOKIE,
            false => COOKIE,
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
        .route(Door::SigningIn, operations!(session::second_factor))
        .route(Door::SignedIn, operations!(session::prove))
        .route(Door::Anybody, operations!(passkey::passkey_options))
        .route(Door::Anybody, operations!(passkey::use_passkey))
        .route(Door::Anybody, operations!(provider::go_to_provider))
        .route(Door::Anybody, operations!(provider::return_from_provider))
        .route(Door::SigningIn, operations!(account::change_password))
        .route(
            Door::SigningIn,
            operations!(account::begin_totp, account::remove_totp),
        )
        .route(Door::SigningIn, operations!(account::confirm_totp))
        .route(Door::SigningIn, operations!(passkey::new_passkey_options))
        .route(Door::SigningIn, operations!(passkey::add_passkey))
        .route(Door::SignedIn, operations!(account::get_account))
        .route(
            Door::SignedIn,
            operations!(account::list_sessions, account::end_other_sessions),
        )
        .route(Door::SignedIn, operations!(account::end_session))
        .route(Door::SignedInLately, operations!(account::new_recovery_codes))
        .route(Door::SignedInLately, operations!(passkey::remove_passkey))
        .route(
            Door::SignedInLately,
            operations!(provider::link_provider, provider::unlink_provider),
        )
        .route(POLICIES, operations!(policies::get_policies))
        .route(POLICIES, operations!(policies::try_policies))
        .with_state(state)
}

/// Finds out who asks and puts the viewer, what they proved and where they come from into the request. A token that a
/// program shows goes before a cookie. Who cannot be recognised is the public.
pub async fn recognise(State(state): State<IdentityState>, mut request: Request, next: Next) -> Response {
    let (viewer, session) = match bearer_of(request.headers()) {
        Some(token) => (program(&state, &token).await, None),
        None => signed_in(&state, request.headers()).await,
    };
    let proved = match &session {
        None => Proved::Nothing,
        Some(session) if !session.is_whole() => Proved::Partly,
        Some(session) if session.is_fresh(state.sign_in.now_ms()) => Proved::Lately,
        Some(_) => Proved::Whole,
    };
    let extensions = request.extensions_mut();
    extensions.insert(viewer);
    extensions.insert(proved);
    if let Some(session) = session {
        extensions.insert(session);
    }
    next.run(request).await
}

async fn program(state: &IdentityState, token: &str) -> Viewer {
    state.viewer_by_token(token).await.unwrap_or_else(|error| {
        tracing::error!(error = %error, "a token could not be looked up");
        state.public()
    })
}

async fn signed_in(state: &IdentityState, headers: &HeaderMap) -> (Viewer, Option<Session>) {
    let found = async {
        let session = match token_in(headers, state.cookie()) {
            Some(token) => state.sign_in.session(&token).await?,
            None => None,
        };
        let viewer = state.viewer_in(session.as_ref()).await?;
        Ok::<_, IdentityError>((viewer, session))
    };
    found.await.unwrap_or_else(|error| {
        tracing::error!(error = %error, "a session could not be looked up");
        (state.public(), None)
    })
}

/// The token that a program shows.
fn bearer_of(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// Where a request comes from, as far as the server knows.
fn caller_of(headers: &HeaderMap, extensions: &Extensions) -> Caller {
    let address = extensions.get::<PeerAddress>();
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    Caller {
        address: address.map_or_else(String::new, |PeerAddress(address)| address.to_string()),
        agent: agent.unwrap_or_default().chars().take(LONGEST_AGENT).collect(),
    }
}

/// Where the request comes from.
pub(crate) struct CalledFrom(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for CalledFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(caller_of(&parts.headers, &parts.extensions)))
    }
}

/// The session of the request, if it has one; not each is whole.
pub(crate) struct MaybeSession(pub Option<Session>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeSession {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Session>().cloned()))
    }
}

/// The session of the request; not each is whole.
pub(crate) struct Own(pub Session);

impl<S: Send + Sync> FromRequestParts<S> for Own {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Session>().cloned();
        let is_known = parts.extensions.get::<Viewer>().is_some_and(Viewer::is_known);
        session.map(Self).ok_or_else(|| {
            // a program with a token has neither sessions nor factors
            answers::problem(match is_known {
                true => &IdentityError::NotInAccount,
                false => &IdentityError::SignInNeeded,
            })
        })
    }
}

/// The session's token, under whichever of its names.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    token_in(headers, SECURE_COOKIE).or_else(|| token_in(headers, COOKIE))
}

/// A cookie of a request.
pub(crate) fn token_in(headers: &HeaderMap, cookie: &str) -> Option<String> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == cookie)
        .map(|(_, token)| token.to_owned())
}
