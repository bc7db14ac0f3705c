//! Decisions on opening, and what everybody sees the moment after.

use crate::desk::{Desk, OPEN, UNREVIEWED, encode, record};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

async fn decide(desk: &Desk, cookie: &str, code: &str, status: &str, ground: &str) -> (StatusCode, Value) {
    let body = json!({"status": status, "ground": ground});
    let answer = desk
        .send(
            Method::POST,
            &format!("{}/opening", record(code)),
            Some(cookie),
            &body,
        )
        .await;
    (answer.status, answer.json())
}

/// What the public sees of a record: whether it is found by its code, counted among all, and counted in its fonds.
async fn seen(desk: &Desk, code: &str) -> (bool, u64, u64) {
    let found = desk
        .get(&format!("/api/v1/search?q={}", encode(code)), None)
        .await
        .json();
    let is_found = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .any(|hit| hit["code"] == code);
    let all = desk.get("/api/v1/search", None).await.json();
    let fonds = desk.get("/api/v1/fonds/J901", None).await.json();
    (
        is_found,
        all["total"].as_u64().unwrap(),
        fonds["records"].as_u64().unwrap(),
    )
}

#[tokio::test]
async fn a_decision_counts_at_once_and_so_does_taking_it_back() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    assert_eq!(seen(&desk, UNREVIEWED).await, (false, 2, 2));

    let (status, body) = decide(&desk, &cookie, UNREVIEWED, "open", "满二十五年，经审核开放").await;
    assert_eq!((status, &body["open_status"]), (StatusCode::OK, &json!("open")));
    assert_eq!(body["open_ground"], "满二十五年，经审核开放");
    assert_eq!(seen(&desk, UNREVIEWED).await, (true, 3, 3));
    assert_eq!(
        desk.get(&format!("{}/files/1", record(UNREVIEWED)), None)
            .await
            .status,
        StatusCode::OK
    );

    let (status, _) = decide(&desk, &cookie, UNREVIEWED, "unreviewed", "撤销刚才的决定").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(seen(&desk, UNREVIEWED).await, (false, 2, 2));
    assert_eq!(
        desk.get(&record(UNREVIEWED), None).await.status,
        StatusCode::NOT_FOUND
    );

    let events = desk
        .get(&format!("{}/events", record(UNREVIEWED)), Some(&cookie))
        .await
        .json();
    let decisions = events["items"].as_array().unwrap().iter();
    let decisions = decisions.filter(|event| {
        event["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("opening"))
    });
    assert_eq!(decisions.count(), 2);
}

#[tokio::test]
async fn a_decision_without_ground_changes_nothing() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    for ground in ["", "  　"] {
        let (status, body) = decide(&desk, &cookie, UNREVIEWED, "open", ground).await;
        assert_eq!(status, StatusCode::CONFLICT, "{body}");
        assert!(
            body["code"].as_str().is_some_and(|code| !code.is_empty()),
            "{body}"
        );
    }
    assert_eq!(seen(&desk, UNREVIEWED).await, (false, 2, 2));
    let whole = desk.get(&record(UNREVIEWED), Some(&cookie)).await.json();
    assert_eq!(whole["open_status"], "unreviewed");
}

#[tokio::test]
async fn closing_hides_a_record_at_once_and_what_is_not_there_cannot_be_decided_on() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    let (status, body) = decide(&desk, &cookie, OPEN, "controlled", "涉及个人信息").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(seen(&desk, OPEN).await, (false, 1, 1));
    let (status, _) = decide(&desk, &cookie, "J901-WS·1983-Y-0099", "open", "x").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
