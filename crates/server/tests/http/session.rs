//! Signing in and out.

use crate::desk::{Desk, request};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::json;

const SESSION: &str = "/api/v1/session";

#[tokio::test]
async fn the_right_password_opens_a_session_until_it_is_closed() {
    let desk = Desk::empty().await;
    let public = desk.get(SESSION, None).await.json()["viewer"].clone();
    assert_eq!(
        (&public["kind"], &public["name"]),
        (&json!("public"), &json!(null))
    );
    let of_everybody = ["view_entry", "view_masked", "view_content", "download"];
    assert_eq!(public["actions"], json!(of_everybody));

    let body = json!({"name": "admin", "password": desk.password});
    let answer = desk.send(Method::POST, SESSION, None, &body).await;
    assert_eq!(answer.status, StatusCode::OK);
    let staff = answer.json()["viewer"].clone();
    assert_eq!(
        (&staff["kind"], &staff["name"]),
        (&json!("staff"), &json!("admin"))
    );
    assert!(staff["actions"].as_array().unwrap().contains(&json!("receive")));
    let cookie = answer.header(header::SET_COOKIE).to_owned();
    for flag in [
        "lantai_session=",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
        "Max-Age=",
    ] {
        assert!(cookie.contains(flag), "{flag} is missing from {cookie}");
    }

    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(
        desk.get(SESSION, Some(cookie)).await.json()["viewer"]["kind"],
        "staff"
    );
    assert_eq!(
        desk.get("/api/v1/overview", Some(cookie)).await.status,
        StatusCode::OK
    );
    let out = desk.send(Method::DELETE, SESSION, Some(cookie), &json!({})).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(out.header(header::SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(
        desk.get("/api/v1/overview", Some(cookie)).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_name_that_is_guessed_at() {
    let desk = Desk::empty().await;
    let wrong = json!({"name": "admin", "password": "guess"});
    let first = desk.send(Method::POST, SESSION, None, &wrong).await;
    assert_eq!(
        (first.status, first.code().as_str()),
        (StatusCode::UNAUTHORIZED, "identity.wrong_credentials")
    );
    assert!(first.headers.get(header::SET_COOKIE).is_none());

    // the pauses grow, so however slow this machine is, a guess comes too early
    let mut last = first;
    for _ in 0..20 {
        if last.status != StatusCode::UNAUTHORIZED {
            break;
        }
        last = desk.send(Method::POST, SESSION, None, &wrong).await;
    }
    assert_eq!(
        (last.status, last.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "identity.throttled")
    );
    let other = json!({"name": "somebody", "password": "guess"});
    let other = desk.send(Method::POST, SESSION, None, &other).await;
    assert_eq!(other.code(), "identity.wrong_credentials");
}

#[tokio::test]
async fn a_name_that_is_not_there_looks_like_a_wrong_password() {
    let desk = Desk::empty().await;
    let answers = [
        desk.send(
            Method::POST,
            SESSION,
            None,
            &json!({"name": "admin", "password": "x"}),
        )
        .await,
        desk.send(
            Method::POST,
            SESSION,
            None,
            &json!({"name": "nobody", "password": "x"}),
        )
        .await,
    ];
    assert_eq!(answers[0].json(), answers[1].json());
}

#[tokio::test]
async fn a_form_of_another_site_cannot_sign_in_or_change_anything() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    for (method, path) in [
        (Method::POST, SESSION),
        (Method::DELETE, SESSION),
        (Method::POST, "/api/v1/accessions"),
    ] {
        let forged =
            request(method.clone(), path, Some(&cookie)).header(header::CONTENT_TYPE, "application/json");
        let answer = desk.ask(forged.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(answer.code(), "identity.csrf_proof_missing");
    }
    assert_eq!(
        desk.get(SESSION, Some(&cookie)).await.json()["viewer"]["kind"],
        "staff"
    );
}

#[tokio::test]
async fn an_invented_cookie_is_nobody() {
    let desk = Desk::empty().await;
    for cookie in [
        "lantai_session=",
        "lantai_session=x",
        "lantai_session=%00; a",
        "=;;=",
    ] {
        assert_eq!(
            desk.get("/api/v1/overview", Some(cookie)).await.status,
            StatusCode::UNAUTHORIZED,
            "{cookie}"
        );
    }
}
