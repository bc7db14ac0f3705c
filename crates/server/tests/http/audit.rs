//! Whatever is not open leaves an event before it is shown, and is not shown where the event cannot be kept.

use crate::desk::{Desk, ENTRY_ONLY, OPEN, UNREVIEWED, record};
use axum::http::{Method, StatusCode};
use lantai_identity::audit::{AuditQuery, Export, ExportForm, verify};
use lantai_testkit::break_audit_trail;
use serde_json::{Value, json};

/// Every event, oldest first.
async fn events(desk: &Desk) -> Vec<Value> {
    desk.archive.audit.settle().await.unwrap();
    let database = desk.archive.holdings.database.clone();
    let mut export = Export::begin(database, AuditQuery::default(), ExportForm::JsonLines)
        .await
        .unwrap();
    let mut text = String::new();
    while let Some(piece) = export.next().await.unwrap() {
        text.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone());
    let mut events: Vec<Value> = lines.collect();
    events.reverse();
    events
}

fn told<'e>(events: &'e [Value], class: &str) -> Vec<&'e str> {
    let of_class = events.iter().filter(|event| event["class"] == class);
    of_class.map(|event| event["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_not_open_leaves_an_event_and_what_is_open_none() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    let before = events(&desk).await.len();
    for path in [
        record(OPEN),
        format!("{}/text", record(OPEN)),
        "/api/v1/fonds".to_owned(),
    ] {
        assert_eq!(
            desk.get(&path, Some(&cookie)).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    assert_eq!(
        events(&desk).await.len(),
        before,
        "what everybody may see is nobody's business"
    );

    for path in [
        record(UNREVIEWED),
        format!("{}/files/1?download=1", record(UNREVIEWED)),
    ] {
        assert_eq!(
            desk.get(&path, Some(&cookie)).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    let all = events(&desk).await;
    let new = &all[before..];
    assert_eq!(told(new, "read"), ["get_record"]);
    assert_eq!(told(new, "download"), ["get_record_file"]);
    assert_eq!(new[0]["actor"]["id"], "admin");
    assert_eq!(new[0]["object"]["archival_code"], UNREVIEWED);
    assert_eq!(new[0]["object"]["fonds"], "J901");
    assert!(new[0]["actor"]["role"].as_str().unwrap().contains("archivist"));
    assert!(new[0]["session"].as_str().unwrap().starts_with("session~"));
    assert!(verify(&desk.archive.holdings.database).await.unwrap().ok);
}

#[tokio::test]
async fn a_list_is_one_event_with_the_number_of_what_is_not_open() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    let before = events(&desk).await.len();
    desk.get("/api/v1/fonds/J901/records", Some(&cookie)).await;
    desk.get("/api/v1/fonds/J901/records", None).await;
    let all = events(&desk).await;
    assert_eq!(all.len(), before + 1, "the public saw nothing that is closed");
    let event = &all[before];
    assert_eq!(event["action"], "list_fonds_records");
    assert_eq!(
        event["count"], 1,
        "the unreviewed one; of the other its entry is open"
    );
    assert!(event["after_digest"].as_str().unwrap().starts_with("question~"));
}

#[tokio::test]
async fn refusals_are_told_with_what_was_refused() {
    let desk = Desk::small().await;
    let before = events(&desk).await.len();
    assert_eq!(
        desk.get(&record(UNREVIEWED), None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.get(&record("J999-WS·1983-Y-0002"), None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.get(&format!("{}/text", record(ENTRY_ONLY)), None)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        desk.get("/api/v1/overview", None).await.status,
        StatusCode::UNAUTHORIZED
    );
    let cookie = desk.sign_in().await;
    assert_eq!(
        desk.get("/api/v1/audit/events", Some(&cookie)).await.status,
        StatusCode::FORBIDDEN,
        "an archivist is no auditor"
    );
    let all = events(&desk).await;
    let refused: Vec<&Value> = all[before..]
        .iter()
        .filter(|event| event["class"] == "refusal")
        .collect();
    let named: Vec<(&str, &str)> = refused
        .iter()
        .map(|event| {
            (
                event["action"].as_str().unwrap(),
                event["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            ("get_record", "access.not_found"),
            ("get_record_text", "access.not_found"),
            ("get_overview", "identity.sign_in_needed"),
            ("list_audit_events", "identity.not_allowed"),
        ]
    );
    assert_eq!(refused[0]["object"]["archival_code"], UNREVIEWED);
    assert!(refused.iter().all(|event| event["outcome"] == "denied"));
}

#[tokio::test]
async fn a_change_and_its_event_are_one() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    let before = events(&desk).await.len();
    let path = format!("{}/opening", record(UNREVIEWED));
    let body = json!({"status": "controlled", "ground": "涉及个人隐私"});
    let answer = desk.send(Method::POST, &path, Some(&cookie), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let all = events(&desk).await;
    let new = &all[before..];
    assert_eq!(told(new, "change"), ["decide_opening"]);
    assert_eq!(new[0]["outcome"], "success");
    let digests = [&new[0]["before_digest"], &new[0]["after_digest"]];
    assert!(digests.iter().all(|digest| digest.as_str().unwrap().len() == 128));
    assert_ne!(digests[0], digests[1]);
    // what the rules refuse is told as a failure
    let answer = desk
        .send(
            Method::POST,
            &path,
            Some(&cookie),
            &json!({"status": "open", "ground": ""}),
        )
        .await;
    assert!(answer.status.is_client_error());
    let all = events(&desk).await;
    assert_eq!(all.last().unwrap()["outcome"], "failure");
}

#[tokio::test]
async fn signing_in_and_out_and_wrong_passwords_are_told() {
    let desk = Desk::empty().await;
    let before = events(&desk).await.len();
    let wrong = json!({"name": "admin", "password": "guess"});
    desk.send(Method::POST, "/api/v1/session", None, &wrong).await;
    let cookie = desk.sign_in().await;
    desk.send(Method::DELETE, "/api/v1/session", Some(&cookie), &json!({}))
        .await;
    let all = events(&desk).await;
    let new: Vec<(&str, &str)> = all[before..]
        .iter()
        .map(|event| {
            (
                event["action"].as_str().unwrap(),
                event["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        new,
        [
            ("sign_in", "failure"),
            ("sign_in", "success"),
            ("sign_out", "success")
        ]
    );
    let text = serde_json::to_string(&all).unwrap();
    assert!(
        !text.contains("guess") && !text.contains(&desk.password),
        "no secret is told"
    );
}

#[tokio::test]
async fn where_no_event_can_be_kept_nothing_closed_is_given_out_and_nothing_changed() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    break_audit_trail(&desk.archive.holdings.database).await;
    for path in [
        record(UNREVIEWED),
        format!("{}/files/1", record(UNREVIEWED)),
        "/api/v1/fonds/J901/records".to_owned(),
    ] {
        let answer = desk.get(&path, Some(&cookie)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.code(), "audit.unwritable");
        assert!(!answer.text().contains("石门"), "{path} gave something out");
    }
    let path = format!("{}/opening", record(UNREVIEWED));
    let body = json!({"status": "controlled", "ground": "涉及个人隐私"});
    let answer = desk.send(Method::POST, &path, Some(&cookie), &body).await;
    assert!(!answer.status.is_success());
    assert_eq!(answer.code(), "audit.unwritable");
    // what is open is read as ever
    assert_eq!(desk.get(&record(OPEN), None).await.status, StatusCode::OK);
    assert_eq!(
        desk.get(&record(OPEN), Some(&cookie)).await.status,
        StatusCode::OK
    );
}
