//! Signing in and out.

use crate::desk::{Desk, request};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lantai_identity::SignInRepository;
use lantai_identity::sign_in::SignInSettings;
use lantai_server::Config;
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
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");

    let cookie = &answer.cookie();
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
async fn over_tls_the_cookie_is_bound_to_this_host_and_browsers_are_told_to_stay_with_tls() {
    let settings = SignInSettings {
        origin: "https://dag.example.cn".to_owned(),
        ..SignInSettings::default()
    };
    let desk = Desk::with(Config {
        sign_in: settings,
        ..Config::default()
    })
    .await;
    let body = json!({"name": "admin", "password": desk.password});
    let answer = desk.send(Method::POST, SESSION, None, &body).await;
    let cookie = answer.header(header::SET_COOKIE).to_owned();
    assert!(cookie.starts_with("__Host-lantai_session="), "{cookie}");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    assert!(
        answer
            .header(header::STRICT_TRANSPORT_SECURITY)
            .starts_with("max-age=")
    );
    // the plain name is another cookie, which a page over plain HTTP could have set
    let plain = cookie.split(';').next().unwrap().replace("__Host-", "");
    let seen = desk.get(SESSION, Some(&plain)).await.json();
    assert_eq!(seen["viewer"]["kind"], "public");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let desk = Desk::empty().await;
    for path in [SESSION, "/", "/workbench/", "/api/v1/nothing"] {
        let answer = desk.get(path, None).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"));
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(answer.headers.get(header::STRICT_TRANSPORT_SECURITY).is_none());
    }
}

#[tokio::test]
async fn guessing_locks_the_name_that_is_guessed_at_and_says_when_to_come_back() {
    let desk = Desk::empty().await;
    let wrong = json!({"name": "admin", "password": "guess"});
    for _ in 0..5 {
        let answer = desk.send(Method::POST, SESSION, None, &wrong).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNAUTHORIZED, "identity.wrong_credentials")
        );
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
    let locked = desk.send(Method::POST, SESSION, None, &wrong).await;
    assert_eq!(
        (locked.status, locked.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "identity.locked")
    );
    let seconds: u64 = locked.header(header::RETRY_AFTER).parse().unwrap();
    assert!((1..=900).contains(&seconds));
    let other = json!({"name": "somebody", "password": "guess"});
    let other = desk.send(Method::POST, SESSION, None, &other).await;
    assert_eq!(other.code(), "identity.wrong_credentials");
}

#[tokio::test]
async fn a_first_password_is_changed_before_anything_else() {
    let desk = Desk::empty().await;
    let mut work = desk.archive.holdings.database.begin_upkeep().await.unwrap();
    SignInRepository(work.conn())
        .demand_new_password("admin")
        .await
        .unwrap();
    work.commit().await.unwrap();
    let body = json!({"name": "admin", "password": desk.password});
    let half = desk.send(Method::POST, SESSION, None, &body).await.cookie();
    let seen = desk.get(SESSION, Some(&half)).await.json();
    assert_eq!(
        (
            &seen["viewer"]["kind"],
            &seen["password_must_change"],
            &seen["signing_in_as"]
        ),
        (&json!("public"), &json!(true), &json!("admin"))
    );
    for path in ["/api/v1/overview", "/api/v1/account"] {
        assert_eq!(
            desk.get(path, Some(&half)).await.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
    let weak = json!({"old": null, "new": "P@ssw0rd2026!"});
    let refused = desk
        .send(Method::PUT, "/api/v1/account/password", Some(&half), &weak)
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "identity.password_common")
    );
    let new = json!({"old": null, "new": "荻川县的旧城墙塌了一半"});
    let changed = desk
        .send(Method::PUT, "/api/v1/account/password", Some(&half), &new)
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let cookie = changed.cookie();
    assert_ne!(cookie, half);
    assert_eq!(
        desk.get("/api/v1/overview", Some(&cookie)).await.status,
        StatusCode::OK
    );
    assert_eq!(
        desk.get(SESSION, Some(&half)).await.json()["viewer"]["kind"],
        "public"
    );
}

#[tokio::test]
async fn sessions_are_listed_and_another_one_is_ended() {
    let desk = Desk::empty().await;
    let (one, other) = (desk.sign_in().await, desk.sign_in().await);
    let listed = desk.get("/api/v1/account/sessions", Some(&one)).await.json();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let that = items.iter().find(|item| item["is_this"] == false).unwrap();
    let path = format!("/api/v1/account/sessions/{}", that["id"].as_str().unwrap());
    let ended = desk.send(Method::DELETE, &path, Some(&one), &json!({})).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(
        desk.get(SESSION, Some(&other)).await.json()["viewer"]["kind"],
        "public"
    );
    let again = desk.send(Method::DELETE, &path, Some(&one), &json!({})).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::NOT_FOUND, "identity.not_in_account")
    );
}

#[tokio::test]
async fn without_another_provider_nobody_is_sent_anywhere() {
    let desk = Desk::empty().await;
    for path in [
        "/api/v1/session/provider",
        "/api/v1/session/provider/return?code=x&state=y",
    ] {
        let answer = desk.get(path, None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(
            answer.header(header::LOCATION),
            "/workbench/?refused=identity.no_provider"
        );
    }
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
