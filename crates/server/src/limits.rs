//! What one caller may ask, and how many are served at once; `[limits]` in the configuration.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use lantai_domain::{Clock, Viewer, Who};
use lantai_http::Problem;
use lantai_http::limits::{Buckets, Rate};
use lantai_identity::audit::routes::{Keeper, PeerAddress};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Callers remembered at most, of each kind.
const MOST_CALLERS: usize = 50_000;
/// Asked again and again by whoever watches the service: answered however busy it is.
const HEALTH: &str = "/api/v1/health";

/// Limits of the service. Every one has a default that nobody who works here meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a second of one address.
    pub address_per_second: u32,
    /// And at once.
    pub address_burst: u32,
    /// Requests a second of one address by whoever has not signed in.
    pub public_per_second: u32,
    /// And at once.
    pub public_burst: u32,
    /// Requests a second of one account.
    pub account_per_second: u32,
    /// And at once.
    pub account_burst: u32,
    /// Requests a second with one token of a program.
    pub token_per_second: u32,
    /// And at once.
    pub token_burst: u32,
    /// Requests a day with one token; 0: as many as it likes.
    pub token_per_day: u32,
    /// Requests served at once.
    pub requests_at_once: usize,
    /// Requests that may wait for their turn besides.
    pub requests_waiting: usize,
    /// How long they wait.
    pub wait_ms: u64,
    /// Connections at once.
    pub connections: usize,
    /// How long the head of a request may take, and a connection without requests be kept.
    pub header_seconds: u64,
    /// How long a body may keep us waiting until enough of it has come.
    pub body_seconds: u64,
    /// The slowest honest line: bytes a second, looked at over `body_seconds`.
    pub body_bytes_per_second: u64,
    /// How long whoever asked may keep us waiting until they have taken enough of the answer.
    pub answer_seconds: u64,
    /// Bytes of the head of a request.
    pub header_bytes: usize,
    /// Bytes of an address with its question.
    pub uri_bytes: usize,
    /// Machines in front of this one that say in `X-Forwarded-For` who asks.
    pub proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_per_second: 500,
            address_burst: 5_000,
            public_per_second: 50,
            public_burst: 500,
            account_per_second: 300,
            account_burst: 3_000,
            token_per_second: 50,
            token_burst: 500,
            token_per_day: 200_000,
            requests_at_once: 256,
            requests_waiting: 256,
            wait_ms: 2_000,
            connections: 2_048,
            header_seconds: 15,
            body_seconds: 30,
            body_bytes_per_second: 64,
            answer_seconds: 60,
            header_bytes: 65_536,
            uri_bytes: 8_192,
            proxies: vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)],
        }
    }
}

fn rate(per_second: u32, burst: u32) -> Rate {
    Rate::new(f64::from(per_second), f64::from(burst))
}

/// The limits at work.
#[derive(Clone)]
struct Guard(Arc<Inner>);

struct Inner {
    limits: Limits,
    clock: Arc<dyn Clock>,
    keeper: Keeper,
    addresses: Buckets<IpAddr>,
    public: Buckets<IpAddr>,
    accounts: Buckets<String>,
    tokens: Buckets<String>,
    tokens_a_day: Option<Buckets<String>>,
    turns: Semaphore,
    waiting: AtomicUsize,
}

/// Puts the limits that need to know who asks around the routes; to be laid inside the layer that recognises them.
pub(crate) fn of_callers(router: Router, guard: &Limiter) -> Router {
    router.layer(middleware::from_fn_with_state(guard.0.clone(), by_caller))
}

/// Puts the limits that need nothing but the request around everything.
pub(crate) fn of_everybody(router: Router, guard: &Limiter) -> Router {
    router
        .layer(middleware::from_fn_with_state(guard.0.clone(), by_address))
        .layer(middleware::from_fn_with_state(guard.0.clone(), by_load))
}

/// What both layers share.
pub(crate) struct Limiter(Guard);

impl Limiter {
    pub fn new(limits: Limits, clock: Arc<dyn Clock>, keeper: Keeper) -> Self {
        Self(Guard(Arc::new(Inner {
            addresses: Buckets::new(
                rate(limits.address_per_second, limits.address_burst),
                MOST_CALLERS,
            ),
            public: Buckets::new(rate(limits.public_per_second, limits.public_burst), MOST_CALLERS),
            accounts: Buckets::new(
                rate(limits.account_per_second, limits.account_burst),
                MOST_CALLERS,
            ),
            tokens: Buckets::new(rate(limits.token_per_second, limits.token_burst), MOST_CALLERS),
            tokens_a_day: (limits.token_per_day > 0)
                .then(|| Buckets::new(Rate::a_day(f64::from(limits.token_per_day)), MOST_CALLERS)),
            turns: Semaphore::new(limits.requests_at_once.max(1)),
            waiting: AtomicUsize::new(0),
            limits,
            clock,
            keeper,
        })))
    }
}

fn too_many(seconds: u64) -> Problem {
    let detail = format!("too many requests; try again in {seconds} seconds");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "http.too_many_requests", detail).retry_after(seconds)
}

/// A request of the interface: pages and their parts are cheap.
fn is_counted(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/api/") && path != HEALTH
}

/// Who asks, where a machine in front of us says so.
fn address_of(limits: &Limits, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let peer = peer.to_canonical();
    if !limits.proxies.contains(&peer) {
        return peer;
    }
    let said = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let said: Vec<IpAddr> = said
        .flat_map(|line| line.split(','))
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    // the last one that no machine of ours wrote about itself: what stands before it anybody may have written
    let foreign = said
        .into_iter()
        .rev()
        .find(|address| !limits.proxies.contains(&address.to_canonical()));
    foreign.unwrap_or(peer)
}

async fn by_address(State(Guard(guard)): State<Guard>, mut request: Request, next: Next) -> Response {
    let uri_bytes = request
        .uri()
        .path_and_query()
        .map_or(0, |text| text.as_str().len());
    if uri_bytes > guard.limits.uri_bytes {
        let detail = format!("an address may have {} bytes", guard.limits.uri_bytes);
        return Problem::new(StatusCode::URI_TOO_LONG, "http.uri_too_long", detail).into_response();
    }
    let peer = request.extensions().get::<PeerAddress>().copied();
    let Some(PeerAddress(peer)) = peer else {
        return next.run(request).await;
    };
    let address = address_of(&guard.limits, peer, request.headers());
    request.extensions_mut().insert(PeerAddress(address));
    let now_ms = guard.clock.now().as_millisecond();
    if is_counted(&request)
        && let Err(seconds) = guard.addresses.take(&address, now_ms)
    {
        guard
            .keeper
            .tell_refused(None, Some(address), "http.too_many_requests");
        return too_many(seconds).into_response();
    }
    next.run(request).await
}

async fn by_caller(State(Guard(guard)): State<Guard>, request: Request, next: Next) -> Response {
    if !is_counted(&request) {
        return next.run(request).await;
    }
    let now_ms = guard.clock.now().as_millisecond();
    let address = request
        .extensions()
        .get::<PeerAddress>()
        .map(|PeerAddress(address)| *address);
    let viewer = request.extensions().get::<Viewer>();
    let taken = match (viewer.map(Viewer::who), address) {
        (Some(Who::Account { name, .. }), _) => guard.accounts.take(name, now_ms),
        (Some(Who::Service { name }), _) => {
            let day = guard
                .tokens_a_day
                .as_ref()
                .map_or(Ok(()), |day| day.take(name, now_ms));
            day.and_then(|()| guard.tokens.take(name, now_ms))
        }
        (Some(Who::Local(_)), _) => Ok(()),
        (_, Some(address)) => guard.public.take(&address, now_ms),
        (_, None) => Ok(()),
    };
    if let Err(seconds) = taken {
        guard
            .keeper
            .tell_refused(viewer, address, "http.too_many_requests");
        return too_many(seconds).into_response();
    }
    next.run(request).await
}

/// One more who waits, until dropped.
struct Waiter<'a>(&'a AtomicUsize);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn by_load(State(Guard(guard)): State<Guard>, request: Request, next: Next) -> Response {
    if request.uri().path() == HEALTH {
        return next.run(request).await;
    }
    let busy = || {
        let detail = "too much is asked at the moment; try again in a few seconds";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "http.overloaded", detail)
            .retry_after(2)
            .into_response()
    };
    let turn = match guard.turns.try_acquire() {
        Ok(turn) => turn,
        Err(_) => {
            let before = guard.waiting.fetch_add(1, Ordering::SeqCst);
            let _waiter = Waiter(&guard.waiting);
            if before >= guard.limits.requests_waiting {
                return busy();
            }
            let patience = Duration::from_millis(guard.limits.wait_ms);
            match tokio::time::timeout(patience, guard.turns.acquire()).await {
                Ok(Ok(turn)) => turn,
                Ok(Err(_)) | Err(_) => return busy(),
            }
        }
    };
    let response = next.run(request).await;
    drop(turn);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_machines_in_front_of_us_say_who_asks() {
        let limits = Limits::default();
        let said =
            |text: &str| HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), text.parse().unwrap())]);
        let address =
            |peer: &str, text: &str| address_of(&limits, peer.parse().unwrap(), &said(text)).to_string();
        assert_eq!(address("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(address("127.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(address("127.0.0.1", "1.1.1.1, 198.51.100.7, ::1"), "198.51.100.7");
        assert_eq!(address("127.0.0.1", "nonsense"), "127.0.0.1");
    }
}
