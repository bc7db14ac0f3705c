//! Limits through the application: who asks too often is told when to come again, and nobody else is; who comes when all
//! are busy waits, or is told to come again.

use crate::desk::{Answer, Desk, request};
use crate::moved_clock::stop_clock;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};
use futures::stream;
use jiff::SignedDuration;
use lantai_identity::audit::routes::PeerAddress;
use lantai_server::Limits;
use std::convert::Infallible;
use std::pin::pin;

const FONDS: &str = "/api/v1/fonds";

async fn get_from(desk: &Desk, address: &str, path: &str, more: &[(&'static str, &str)]) -> Answer {
    let mut request = request(Method::GET, path, None);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    let peer = PeerAddress(address.parse().unwrap());
    request.extensions_mut().insert(peer);
    desk.ask(request).await
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits_as_long_as_it_is_told() {
    let mut desk = Desk::empty().await;
    let clock = stop_clock(
        &mut desk,
        Limits {
            public_per_second: 1,
            public_burst: 3,
            ..Limits::default()
        },
    );
    let ask = async |address: &str| get_from(&desk, address, FONDS, &[]).await;
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.1").await.status, StatusCode::OK);
    }
    let refused = ask("192.0.2.1").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "http.too_many_requests")
    );
    assert_eq!(refused.header(header::RETRY_AFTER), "1");
    assert_eq!(ask("192.0.2.2").await.status, StatusCode::OK, "nobody else waits");
    let health = get_from(&desk, "192.0.2.1", "/api/v1/health", &[]).await;
    assert_eq!(health.status, StatusCode::OK, "it is asked again and again");

    // whom a machine in front of us speaks for is limited, and not that machine
    let through = async |said: &str| {
        let forwarded = [("x-forwarded-for", said)];
        get_from(&desk, "127.0.0.1", FONDS, &forwarded).await.status
    };
    assert_eq!(through("192.0.2.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(through("192.0.2.3").await, StatusCode::OK);

    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::OK);
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
    clock.advance(SignedDuration::from_hours(1));
    for _ in 0..3 {
        assert_eq!(
            ask("192.0.2.1").await.status,
            StatusCode::OK,
            "no more than at first"
        );
    }
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_account_is_limited_wherever_it_asks_from() {
    let mut desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let clock = stop_clock(
        &mut desk,
        Limits {
            account_per_second: 1,
            account_burst: 2,
            ..Limits::default()
        },
    );
    let ask = async |address: &str| {
        let signed_in = [("cookie", cookie.as_str())];
        get_from(&desk, address, FONDS, &signed_in).await
    };
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::OK);
    assert_eq!(ask("192.0.2.2").await.status, StatusCode::OK);
    let refused = ask("192.0.2.3").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header(header::RETRY_AFTER), "1");
    assert_eq!(
        get_from(&desk, "192.0.2.3", FONDS, &[]).await.status,
        StatusCode::OK
    );
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ask("192.0.2.3").await.status, StatusCode::OK);
}

/// A request whose body never ends, so that it keeps its turn.
fn endless() -> Request<Body> {
    let body = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let request = request(Method::POST, "/api/v1/session", None)
        .header("x-lantai-csrf", "1")
        .header(header::CONTENT_TYPE, "application/json");
    request.body(body).unwrap()
}

#[tokio::test]
async fn who_comes_when_all_are_busy_waits_or_is_told_to_come_again() {
    let mut desk = Desk::empty().await;
    let limits = Limits {
        requests_at_once: 1,
        requests_waiting: 1,
        // longer than any test lasts
        wait_ms: 3_600_000,
        ..Limits::default()
    };
    stop_clock(&mut desk, limits);
    let mut first = Box::pin(desk.ask(endless()));
    assert!(
        futures::poll!(first.as_mut()).is_pending(),
        "it has the only turn"
    );
    let mut second = pin!(desk.get(FONDS, None));
    assert!(futures::poll!(second.as_mut()).is_pending(), "it waits for it");
    let third = desk.get(FONDS, None).await;
    assert_eq!(
        (third.status, third.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "http.overloaded")
    );
    assert_eq!(third.header(header::RETRY_AFTER), "2");
    let health = desk.get("/api/v1/health", None).await;
    assert_eq!(
        health.status,
        StatusCode::OK,
        "it is answered however busy we are"
    );
    drop(first);
    assert_eq!(second.await.status, StatusCode::OK);
    assert_eq!(desk.get(FONDS, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_waits_longer_than_is_allowed() {
    let mut desk = Desk::empty().await;
    let limits = Limits {
        requests_at_once: 1,
        requests_waiting: 8,
        wait_ms: 1,
        ..Limits::default()
    };
    stop_clock(&mut desk, limits);
    let mut first = Box::pin(desk.ask(endless()));
    assert!(futures::poll!(first.as_mut()).is_pending());
    let refused = desk.get(FONDS, None).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header(header::RETRY_AFTER), "2");
    drop(first);
    assert_eq!(desk.get(FONDS, None).await.status, StatusCode::OK);
}
