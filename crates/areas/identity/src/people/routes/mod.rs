//! Routes of people.

mod accounts;
mod bodies;
mod grants;
mod places;
mod readers;
mod register_throttle;
mod services;
mod tell;
mod waiting;

use super::change::{Actor, People};
use super::error::PeopleError;
use crate::routes::answers::problem as sign_in_problem;
use crate::sign_in::SignIn;
use axum::http::StatusCode;
use jiff::Timestamp;
use lantai_database::Database;
use lantai_domain::access::Action;
use lantai_domain::{Clock, IdSource, Viewer};
use lantai_gate::Gatekeeper;
use lantai_http::{Api, Cursor, Door, Problem};
use register_throttle::RegisterThrottle;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::routes as operations;

/// What the routes of people work on.
#[derive(Clone)]
pub struct PeopleState {
    people: People,
    sign_in: SignIn,
    gatekeeper: Arc<Gatekeeper>,
    throttle: Arc<RegisterThrottle>,
}

impl PeopleState {
    /// State for an archive.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        gatekeeper: Arc<Gatekeeper>,
        sign_in: SignIn,
    ) -> Self {
        Self {
            people: People::new(database, clock, ids),
            sign_in,
            gatekeeper,
            throttle: Arc::default(),
        }
    }

    fn database(&self) -> &Database {
        &self.people.database
    }

    fn now(&self) -> Timestamp {
        self.people.clock.now()
    }
}

/// The routes of people.
pub fn routes(state: PeopleState) -> Api {
    let view = Door::May(Action::ViewPeople);
    let manage = Door::May(Action::ManageAccounts);
    // who gives rights or keys away proves first that it is still them who sits there
    let give = Door::MayLately(Action::ManageAccounts);
    let confirm = Door::MayLately(Action::ConfirmGrants);
    let withdraw = Door::May(Action::WithdrawGrants);
    let verify = Door::May(Action::VerifyReaders);
    Api::new()
        .route(view, operations!(places::list_institutions))
        .route(manage, operations!(places::create_institution))
        .route(
            manage,
            operations!(places::change_institution, places::close_institution),
        )
        .route(view, operations!(places::list_posts))
        .route(manage, operations!(places::create_post))
        .route(manage, operations!(places::close_post))
        .route(view, operations!(accounts::list_persons))
        .route(manage, operations!(accounts::create_person))
        .route(view, operations!(accounts::get_person))
        .route(give, operations!(accounts::create_account))
        .route(confirm, operations!(accounts::activate_account))
        .route(withdraw, operations!(accounts::disable_account))
        .route(give, operations!(accounts::reinstate_account))
        .route(give, operations!(grants::propose_holding))
        .route(give, operations!(grants::hand_over_post))
        .route(confirm, operations!(grants::agree_to_holding))
        .route(confirm, operations!(grants::refuse_holding))
        .route(withdraw, operations!(grants::end_holding))
        .route(view, operations!(waiting::list_waiting_grants))
        .route(Door::Anybody, operations!(readers::register_reader))
        .route(verify, operations!(readers::list_readers))
        .route(verify, operations!(readers::verify_reader))
        .route(view, operations!(services::list_services))
        .route(manage, operations!(services::create_service))
        .route(give, operations!(services::propose_token))
        .route(confirm, operations!(services::agree_to_token))
        .route(confirm, operations!(services::refuse_token))
        .route(withdraw, operations!(services::revoke_token))
        .with_state(state)
}

/// A problem out of an error of people.
pub(crate) fn problem(error: &PeopleError) -> Problem {
    let status = match error {
        PeopleError::NotFound => return Problem::not_found(),
        PeopleError::OwnProposal(_) | PeopleError::OwnMatter | PeopleError::NoPerson => StatusCode::FORBIDDEN,
        PeopleError::Name
        | PeopleError::AccountName(_)
        | PeopleError::ReasonMissing
        | PeopleError::Parent { .. }
        | PeopleError::RoleOfNoPost(_)
        | PeopleError::RoleOfNoProgram(_)
        | PeopleError::Scope
        | PeopleError::Validity => StatusCode::BAD_REQUEST,
        PeopleError::DutyConflict(_)
        | PeopleError::LastAdministrator(_)
        | PeopleError::WrongState(_)
        | PeopleError::NameTaken
        | PeopleError::HasAccount
        | PeopleError::HeldAlready
        | PeopleError::NotStaff
        | PeopleError::NotReader
        | PeopleError::Closed
        | PeopleError::InUse => StatusCode::CONFLICT,
        PeopleError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        PeopleError::Identity(error) => return sign_in_problem(error),
        PeopleError::Store(_) => return Problem::internal(error, error.code()),
    };
    Problem::new(status, error.code(), error.to_string())
}

fn actor(viewer: &Viewer) -> Result<Actor, Problem> {
    Actor::of(viewer).map_err(|error| problem(&error))
}

/// A moment that somebody wrote; nothing where nothing is written.
fn moment(text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let read = text.map(|text| text.parse::<Timestamp>()).transpose();
    read.map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "people.moment",
            "write moments as 2026-03-31T00:00:00+08:00",
        )
    })
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Entries of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
}

/// Where a page begins and how long it is.
struct Part {
    after: Option<String>,
    limit: usize,
}

impl Part {
    fn of(cursor: Option<&str>, limit: Option<u32>) -> Result<Self, Problem> {
        let cursor = cursor.map(Cursor::from_text).transpose()?;
        Ok(Self {
            after: cursor.map(|cursor| cursor.key().to_owned()),
            limit: limit.unwrap_or(50).clamp(1, 200) as usize,
        })
    }

    /// One more than shown, so that it is seen whether there is a next page.
    fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(200) + 1
    }
}
