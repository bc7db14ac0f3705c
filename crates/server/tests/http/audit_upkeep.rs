//! The audit trail over time, through the application: alerts by rule, retirement by rule, and check S-4.4.

use crate::desk::{Answer, Desk, UNREVIEWED, record, request};
use crate::moved_clock::{app_of, stop_clock};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use jiff::SignedDuration;
use lantai_domain::{Clock, Role, SystemClock, Verdict};
use lantai_intake::{Checked, IntakeRules};
use lantai_server::{ArchiveTest, Limits, test_archive};
use lantai_testkit::alter_audit_event;
use lantai_vault::NoProgress;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const ALERTS: &str = "/api/v1/audit/alerts";
const RETIREMENTS: &str = "/api/v1/audit/retirements";

async fn ask(app: &Router, method: Method, path: &str, body: &Value) -> Answer {
    let request = request(method, path, None)
        .header("x-lantai-csrf", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()));
    let response = app.clone().oneshot(request.unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

async fn get(app: &Router, path: &str) -> Value {
    let answer = ask(app, Method::GET, path, &Value::Null).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

/// The administrator asks for what is the auditor's.
async fn be_refused(desk: &Desk, cookie: &str, times: usize) {
    for _ in 0..times {
        let answer = desk.get("/api/v1/audit/events", Some(cookie)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    desk.archive.audit.settle().await.unwrap();
    desk.archive.look_after_audit().await.unwrap();
}

fn of_refusals(alerts: &Value) -> Vec<&Value> {
    let alerts = alerts["items"].as_array().unwrap();
    alerts
        .iter()
        .filter(|alert| alert["rule"] == "many_refusals")
        .collect()
}

#[tokio::test]
async fn many_refusals_raise_an_alert_that_the_auditor_sees_and_acknowledges() {
    let mut desk = Desk::empty().await;
    let clock = stop_clock(&mut desk, Limits::default());
    let cookie = desk.sign_in().await;
    let auditor = app_of(&desk, Role::AuditAdmin);
    // nineteen, and nineteen more when the first are too long ago
    be_refused(&desk, &cookie, 19).await;
    clock.advance(SignedDuration::from_mins(11));
    be_refused(&desk, &cookie, 19).await;
    assert!(of_refusals(&get(&auditor, ALERTS).await).is_empty());
    be_refused(&desk, &cookie, 1).await;
    let alerts = get(&auditor, ALERTS).await;
    let [alert] = of_refusals(&alerts)[..] else {
        panic!("one alert: {alerts}")
    };
    assert_eq!(
        (&alert["subject_kind"], &alert["subject"], &alert["events"]),
        (&json!("actor"), &json!("admin"), &json!(20))
    );
    assert!(alert["zh"].as_str().unwrap().contains("越权"));
    // more of the same belong to it
    be_refused(&desk, &cookie, 5).await;
    let alerts = get(&auditor, ALERTS).await;
    let [alert] = of_refusals(&alerts)[..] else {
        panic!("still one: {alerts}")
    };
    assert_eq!(alert["events"], 25);

    // the security administrator sees it too, the archivist does not
    let security = app_of(&desk, Role::SecurityAdmin);
    assert_eq!(of_refusals(&get(&security, ALERTS).await).len(), 1);
    assert_eq!(
        desk.get(ALERTS, Some(&cookie)).await.status,
        StatusCode::FORBIDDEN
    );
    let path = format!("{ALERTS}/{}/acknowledgement", alert["id"].as_str().unwrap());
    let silent = ask(&auditor, Method::POST, &path, &json!({"reason": " "})).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reason = json!({"reason": "值班人员误操作，已告知"});
    let done = ask(&auditor, Method::POST, &path, &reason).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(done.json()["acknowledged_by"], "audit_admin");
    let again = ask(&auditor, Method::POST, &path, &reason).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let open = get(&auditor, &format!("{ALERTS}?open=true")).await;
    assert!(of_refusals(&open).is_empty());
}

#[tokio::test]
async fn what_its_rule_lets_go_is_retired_by_two_and_the_rest_is_proved() {
    let mut desk = Desk::empty().await;
    let clock = stop_clock(&mut desk, Limits::default());
    let cookie = desk.sign_in().await;
    be_refused(&desk, &cookie, 5).await;
    let auditor = app_of(&desk, Role::AuditAdmin);
    let security = app_of(&desk, Role::SecurityAdmin);
    let proof = async || get(&auditor, "/api/v1/audit/verification").await;
    let before = proof().await;
    assert_eq!((&before["ok"], &before["retired"]), (&json!(true), &json!(0)));
    let last = before["last"].as_u64().unwrap();
    let propose = async |up_to: u64| {
        let body = json!({"up_to": up_to, "reason": "保存期满"});
        ask(&auditor, Method::POST, RETIREMENTS, &body).await
    };
    // half a year is not over
    clock.advance(SignedDuration::from_hours(182 * 24));
    assert_eq!(get(&auditor, RETIREMENTS).await["may_go"], 0);
    let early = propose(last).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (StatusCode::CONFLICT, "audit.kept")
    );
    clock.advance(SignedDuration::from_hours(2 * 24));
    let may_go = get(&auditor, RETIREMENTS).await["may_go"].as_u64().unwrap();
    assert!(may_go >= last, "{may_go} of {last}");
    let up_to = last - 3;
    let proposed = propose(up_to).await;
    assert_eq!(proposed.status, StatusCode::CREATED, "{}", proposed.text());
    let id = proposed.json()["id"].as_str().unwrap().to_owned();
    let decision = format!("{RETIREMENTS}/{id}/decision");
    let agreed = json!({"is_agreed": true});
    // the auditor may not agree, least of all to their own proposal
    let own = ask(&auditor, Method::PUT, &decision, &agreed).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert_eq!(proof().await["retired"], 0, "nothing goes by itself");
    let done = ask(&security, Method::PUT, &decision, &agreed).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(done.json()["state"], "agreed");

    let after = proof().await;
    assert_eq!(
        (&after["ok"], &after["retired"], &after["problems"]),
        (&json!(true), &json!(up_to), &json!([]))
    );
    assert!(after["events"].as_u64().unwrap() + up_to == after["last"].as_u64().unwrap());
    let gone = format!("/api/v1/audit/events/{up_to}");
    let gone = ask(&auditor, Method::GET, &gone, &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    get(&auditor, &format!("/api/v1/audit/events/{}", up_to + 1)).await;
    // the trail goes on, and is proved with what follows
    let cookie = desk.sign_in().await;
    be_refused(&desk, &cookie, 2).await;
    let later = proof().await;
    assert_eq!(later["ok"], true);
    assert!(later["last"].as_u64().unwrap() > after["last"].as_u64().unwrap());
    let twice = ask(&security, Method::PUT, &decision, &agreed).await;
    assert_eq!(twice.code(), "audit.decided");
}

async fn tested(desk: &Desk) -> Checked {
    let rules = IntakeRules::builtin().unwrap();
    let test = ArchiveTest {
        rules: &rules,
        environment: None,
        deep: false,
        now: SystemClock.now(),
    };
    let (archive, progress) = (&desk.archive, Arc::new(NoProgress));
    test_archive(&archive.data, &archive.config, &test, progress)
        .await
        .unwrap()
}

fn outcome(checked: &Checked) -> &'static str {
    let authority = checked.checks.iter().find(|result| result.check == "S-4.4");
    authority.unwrap().outcome.name()
}

/// What the check of authority found, and where.
fn named(checked: &Checked) -> Vec<(&str, &str)> {
    let findings = checked.findings.iter();
    findings
        .filter(|finding| finding.check == "S-4.4")
        .map(|finding| {
            (
                finding.code.as_str(),
                finding.record.as_deref().unwrap_or_default(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_changed_line_of_the_trail_fails_the_check_of_authority_by_name() {
    let desk = Desk::small().await;
    let cookie = desk.sign_in().await;
    let read = desk.get(&record(UNREVIEWED), Some(&cookie)).await;
    assert_eq!(read.status, StatusCode::OK);
    desk.archive.rest().await.unwrap();
    let sound = tested(&desk).await;
    assert_eq!(outcome(&sound), "pass");

    let folder = desk.archive.data.join("vault/audit");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap();
    let file = file.unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"success\"", "\"failure\"", 1)).unwrap();
    let altered = tested(&desk).await;
    assert_eq!(outcome(&altered), "fail");
    assert_eq!(named(&altered), [("audit.file_altered", "audit event 1")]);
    std::fs::write(&file, text).unwrap();
    assert_eq!(outcome(&tested(&desk).await), "pass");

    let database = &desk.archive.holdings.database;
    alter_audit_event(database, 1, "\"success\"", "\"failure\"").await;
    let altered = tested(&desk).await;
    assert_eq!(outcome(&altered), "fail");
    assert_ne!(altered.verdict, Verdict::Passed);
    assert_eq!(named(&altered), [("audit.event_altered", "audit event 1")]);
}
