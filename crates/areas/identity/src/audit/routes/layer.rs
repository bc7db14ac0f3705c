//! The layer that keeps the audit trail: around every operation, so that none can be forgotten.
//!
//! A change tells the trail in its own transaction. What is not open is told, durably, before the first byte of it goes
//! out; where that fails, nothing goes out. Refusals are told soon after.

use super::operations::{Operations, SHOW_NOTHING_CLOSED};
use super::problem;
use crate::audit::AuditTrail;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lantai_database::{AuditScope, Covers};
use lantai_domain::access::Hat;
use lantai_domain::audit::{ActorKind, AuditActor, AuditNote, AuditObject, AuditOutcome, EventClass};
use lantai_domain::{Viewer, Who};
use lantai_http::{Hidden, ProblemCode, Told};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Where a request comes from; put into it by whoever listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// Repetitions of one refusal for the same reason, within this long, are one event.
const REPEATED_MS: i64 = 60_000;
/// Refusals remembered at most.
const MOST_REPEATED: usize = 10_000;

/// What the layer works with.
#[derive(Clone)]
pub struct Keeper {
    trail: AuditTrail,
    operations: Arc<Operations>,
    repeated: Arc<Mutex<HashMap<String, i64>>>,
    /// Files of which a part was given out a moment ago, with the event durable.
    ranges: Arc<Mutex<HashMap<String, i64>>>,
}

impl Keeper {
    /// Keeps the trail of these operations.
    pub fn new(trail: AuditTrail, operations: Operations) -> Self {
        Self {
            trail,
            operations: Arc::new(operations),
            repeated: Arc::default(),
            ranges: Arc::default(),
        }
    }

    /// Tells of a request that was refused before it came to its operation, once a minute and caller.
    pub fn tell_refused(&self, viewer: Option<&Viewer>, address: Option<IpAddr>, code: &str) {
        let trail = &self.trail;
        let mut note = AuditNote::new(EventClass::Refusal, "request", trail.clock.now())
            .by(viewer.map_or_else(AuditActor::public, actor))
            .ended(AuditOutcome::Denied, Some(code.to_owned()));
        note.source_address = address.map(|address| trail.pseudonyms.address(address));
        let who = note.actor.as_ref().map(|actor| actor.id.clone());
        let key = format!("{who:?} {:?} {code}", note.source_address);
        if !self.is_repeated(key, note.at.as_millisecond()) {
            trail.tell_soon(note);
        }
    }

    fn ranges(&self) -> std::sync::MutexGuard<'_, HashMap<String, i64>> {
        self.ranges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a refusal because of too much was told a moment ago: a flood must not fill the trail.
    fn is_repeated(&self, key: String, now_ms: i64) -> bool {
        let mut repeated = self.repeated.lock().unwrap_or_else(PoisonError::into_inner);
        if repeated.len() >= MOST_REPEATED {
            repeated.retain(|_, told_ms| now_ms - *told_ms < REPEATED_MS);
        }
        if repeated.len() >= MOST_REPEATED {
            repeated.clear();
        }
        match repeated.get(&key) {
            Some(told_ms) if now_ms - *told_ms < REPEATED_MS => true,
            _ => {
                repeated.insert(key, now_ms);
                false
            }
        }
    }
}

/// What tells parts of one file, asked for by one session, from other requests.
fn range_key(note: &AuditNote) -> String {
    let actor = note.actor.as_ref().map(|actor| &actor.id);
    format!(
        "{actor:?} {:?} {:?} {:?} {:?}",
        note.session, note.source_address, note.class, note.object
    )
}

/// Who asks, as the trail names them: the staff by account, readers by reference, nobody as `public`.
fn actor(viewer: &Viewer) -> AuditActor {
    let roles: BTreeSet<&str> = viewer
        .hats()
        .iter()
        .filter_map(|hat: &Hat| hat.role)
        .map(lantai_domain::Role::id)
        .collect();
    let is_reader = !roles.is_empty()
        && roles
            .iter()
            .all(|role| ["reader", "verified_reader"].contains(role));
    let role = (!roles.is_empty()).then(|| roles.iter().copied().collect::<Vec<_>>().join(","));
    let known = match viewer.who() {
        Who::Public => AuditActor::public(),
        Who::Local(name) => AuditActor::new(ActorKind::System, name.clone()),
        Who::Service { name } => AuditActor::new(ActorKind::Program, name.clone()),
        Who::Account { name, person } if is_reader => AuditActor::person(person.to_string()),
        Who::Account { name, .. } => AuditActor::person(name.clone()),
    };
    known.with_role(role)
}

/// The object that a path names: its first word below the interface, and its first parameter.
fn object_of(path: &str, parameters: &RawPathParams) -> Option<AuditObject> {
    let (_, value) = parameters.iter().next()?;
    let mut words = path.trim_start_matches("/api/v1/").split('/');
    let kind = words.next().unwrap_or_default();
    let kind = kind.strip_suffix('s').unwrap_or(kind);
    if kind == "record" {
        return Some(AuditObject {
            archival_code: Some(value.to_owned()),
            ..AuditObject::new(kind, value)
        });
    }
    Some(AuditObject::new(kind, value))
}

fn class_of(operation: &str, is_changing: bool) -> EventClass {
    match operation {
        "sign_in" => EventClass::SignIn,
        "sign_out" => EventClass::SignOut,
        _ if operation.contains("audit") || operation.contains("alert") => EventClass::Audit,
        "second_factor" | "use_passkey" | "return_from_provider" => EventClass::SignIn,
        _ if is_changing => EventClass::Change,
        _ => EventClass::Read,
    }
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
    )
}

/// Keeps the trail of one request.
pub async fn keep(State(keeper): State<Keeper>, request: Request, next: Next) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>() else {
        // a page: it shows nothing by itself
        return next.run(request).await;
    };
    let path = path.as_str().to_owned();
    let method = request.method().clone();
    let operation = keeper.operations.name(&method, &path);
    // who comes back from another provider signs in by a request that browsers make as a reading one
    let is_changing = !matches!(method, Method::GET | Method::HEAD | Method::OPTIONS)
        || operation == "return_from_provider";
    let viewer = request.extensions().get::<Viewer>().cloned();
    let address = request.extensions().get::<PeerAddress>().copied();
    let question = request.uri().path_and_query().map(ToString::to_string);
    let session = crate::routes::token_of(request.headers());
    let (mut parts, body) = request.into_parts();
    let parameters =
        <RawPathParams as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
    let request = Request::from_parts(parts, body);

    let trail = &keeper.trail;
    let class = class_of(&operation, is_changing);
    let mut note = AuditNote::new(class, operation, trail.clock.now());
    note.actor = Some(viewer.as_ref().map_or_else(AuditActor::public, actor));
    note.session = session.map(|token| trail.pseudonyms.keyed("session", &token));
    note.source_address = address.map(|PeerAddress(address)| trail.pseudonyms.address(address));
    note.object = parameters
        .ok()
        .and_then(|parameters| object_of(&path, &parameters));
    let is_known = viewer.is_some_and(|viewer| viewer.is_known());

    if is_changing {
        let scope = AuditScope::new(note.clone(), Covers::Everything, Arc::clone(&trail.clock));
        let response = scope.cover(next.run(request)).await;
        return after_change(&keeper, note, &scope, response).await;
    }
    let response = next.run(request).await;
    after_reading(&keeper, note, is_known, question, response).await
}

fn reason(response: &Response) -> String {
    let code = response.extensions().get::<ProblemCode>();
    code.map_or_else(
        || format!("http {}", response.status().as_u16()),
        |code| code.0.to_owned(),
    )
}

/// A refusal is told soon; the caller need not wait for it. `None`: it is none.
fn refusal(keeper: &Keeper, note: &AuditNote, response: &mut Response) -> Option<()> {
    let hidden = response.extensions_mut().remove::<Hidden>();
    let status = response.status();
    let is_known = note.actor.as_ref().is_some_and(|actor| actor.id != "public");
    // what is not there is no refusal, but somebody known who looks for it is worth an event
    let is_hidden = hidden.is_some() || (status == StatusCode::NOT_FOUND && is_known);
    if !is_refusal(status) && !is_hidden {
        return None;
    }
    let why = reason(response);
    let mut note = note.clone();
    if let Some(Hidden(object)) = hidden {
        note.object = Some(object);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let who = note.actor.as_ref().map(|actor| actor.id.clone());
        let key = format!("{who:?} {:?} {} {why}", note.source_address, note.action);
        if keeper.is_repeated(key, note.at.as_millisecond()) {
            return Some(());
        }
    }
    if note.class != EventClass::SignIn {
        note.class = EventClass::Refusal;
    }
    let outcome = match note.class {
        EventClass::SignIn if status == StatusCode::UNAUTHORIZED => AuditOutcome::Failure,
        _ => AuditOutcome::Denied,
    };
    keeper.trail.tell_soon(note.ended(outcome, Some(why)));
    Some(())
}

/// The account that an attempt to sign in is about.
fn add_account(keeper: &Keeper, note: &mut AuditNote, told: Option<&Told>) {
    if let Some(account) = told.and_then(|told| told.account.as_ref()) {
        // what was typed as a name may be anything, a password too
        let id = keeper.trail.pseudonyms.keyed("account", account);
        note.object = Some(AuditObject::new("account", id));
    }
}

async fn after_change(
    keeper: &Keeper,
    mut note: AuditNote,
    scope: &AuditScope,
    mut response: Response,
) -> Response {
    let told = response.extensions_mut().remove::<Told>();
    add_account(keeper, &mut note, told.as_ref());
    if refusal(keeper, &note, &mut response).is_some() {
        return response;
    }
    let status = response.status();
    let is_well = status.is_success() || status.is_redirection();
    if let Some(told) = told.filter(|_| is_well) {
        if note.class == EventClass::SignIn
            && let Some(account) = told.account
        {
            note.actor = Some(AuditActor::person(account));
            return tell(keeper, note, response).await;
        }
        // a change that also shows something, such as an export that is asked for with a form
        note.object = told.object.or(note.object);
    }
    if is_well && scope.events() > 0 {
        return response;
    }
    let outcome = if is_well {
        AuditOutcome::Success
    } else {
        AuditOutcome::Failure
    };
    let why = (!is_well).then(|| reason(&response));
    let note = note.ended(outcome, why);
    if is_well {
        tell(keeper, note, response).await
    } else {
        keeper.trail.tell_soon(note);
        response
    }
}

async fn after_reading(
    keeper: &Keeper,
    mut note: AuditNote,
    is_known: bool,
    question: Option<String>,
    mut response: Response,
) -> Response {
    let told = response.extensions_mut().remove::<Told>();
    if refusal(keeper, &note, &mut response).is_some() || !response.status().is_success() {
        return response;
    }
    let told = match told {
        Some(told) if told.closed == 0 => return response,
        Some(told) => told,
        None if !is_known || SHOW_NOTHING_CLOSED.contains(&note.action.as_str()) => return response,
        None => Told::list(1),
    };
    if told.object.is_none() {
        // a list: what was asked for, so that the same question can be recognised, but not read
        note.after_digest = question.map(|question| keeper.trail.pseudonyms.keyed("question", &question));
        note.count = Some(told.closed);
    }
    if told.is_download {
        note.class = EventClass::Download;
    }
    note.object = told.object.or(note.object);
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return tell(keeper, note, response).await;
    }
    // a player or a reader of pages asks for a file in many parts: one event tells of them for a while
    let (key, now_ms) = (range_key(&note), note.at.as_millisecond());
    let is_recent = |told_ms: &i64| now_ms - *told_ms < REPEATED_MS;
    if keeper.ranges().get(&key).is_some_and(is_recent) {
        return response;
    }
    let response = tell(keeper, note, response).await;
    if response.status().is_success() {
        let mut ranges = keeper.ranges();
        ranges.retain(|_, told_ms| is_recent(told_ms));
        if ranges.len() < MOST_REPEATED {
            ranges.insert(key, now_ms);
        }
    }
    response
}

/// The answer goes out when the event is durable, and not at all when it cannot be.
async fn tell(keeper: &Keeper, note: AuditNote, response: Response) -> Response {
    match keeper.trail.tell(note).await {
        Ok(()) => response,
        Err(error) => problem(&error).into_response(),
    }
}
