//! The double quality check over the network: three persons, one lot, and nobody sees what is not for them.

use crate::desk::{Answer, Desk};
use axum::http::{Method, StatusCode};
use lantai_domain::Role;
use serde_json::{Value, json};

const LOTS: &str = "/api/v1/quality/lots";

/// A signed-in inspector.
async fn person(desk: &Desk, name: &str) -> String {
    desk.member(name, &[Role::Archivist, Role::QualityInspector])
        .await
}

async fn accession(desk: &Desk, cookie: &str) -> String {
    let list = desk.get("/api/v1/accessions", Some(cookie)).await.json();
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn mark(desk: &Desk, cookie: &str, lot: &str, item: u64, classes: &[&str]) -> Answer {
    let defects: Vec<Value> = classes.iter().map(|class| json!({"class": class})).collect();
    let path = format!("{LOTS}/{lot}/items/{item}/mark");
    desk.send(Method::PUT, &path, Some(cookie), &json!({"defects": defects}))
        .await
}

async fn post(desk: &Desk, cookie: &str, path: &str) -> Answer {
    desk.send(Method::POST, path, Some(cookie), &json!({})).await
}

#[tokio::test]
async fn a_lot_goes_its_whole_way_and_keeps_its_secrets_until_both_are_done() {
    let desk = Desk::small().await;
    let admin = desk.sign_in().await;
    let (li, wang, zhao) = (
        person(&desk, "li").await,
        person(&desk, "wang").await,
        person(&desk, "zhao").await,
    );
    let rules = desk.get("/api/v1/quality/rules", Some(&li)).await.json();
    assert!(
        rules["defects"]
            .as_array()
            .unwrap()
            .iter()
            .any(|defect| defect["code"] == "missing_page")
    );
    let new = json!({"accession": accession(&desk, &admin).await, "plan": "whole", "name": "石门渠抽检"});
    let preview = desk
        .send(Method::POST, "/api/v1/quality/previews", Some(&admin), &new)
        .await;
    let plan = preview.json()["plan"].clone();
    assert_eq!(plan["sample_size"], plan["lot_size"], "{}", preview.text());
    let pieces = plan["sample_size"].as_u64().unwrap();
    assert!(pieces >= 3);
    let lot = desk.send(Method::POST, LOTS, Some(&admin), &new).await;
    assert_eq!(lot.status, StatusCode::CREATED, "{}", lot.text());
    let lot = lot.json()["id"].as_str().unwrap().to_owned();
    let at = |rest: &str| format!("{LOTS}/{lot}{rest}");

    // nobody marks without a seat
    let refused = mark(&desk, &li, &lot, 1, &[]).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "quality.no_seat")
    );
    for cookie in [&li, &wang] {
        assert_eq!(post(&desk, cookie, &at("/seat")).await.status, StatusCode::OK);
    }
    assert_eq!(
        post(&desk, &zhao, &at("/seat")).await.code(),
        "quality.seats_taken"
    );
    let next = desk.get(&at("/next"), Some(&li)).await.json();
    assert_eq!(next["number"], 1);

    for item in 1..=pieces {
        let classes: &[&str] = if item == 2 { &["blur"] } else { &[] };
        assert_eq!(mark(&desk, &li, &lot, item, classes).await.status, StatusCode::OK);
    }
    assert_eq!(post(&desk, &li, &at("/submission")).await.status, StatusCode::OK);
    assert_eq!(mark(&desk, &li, &lot, 1, &[]).await.code(), "quality.wrong_state");
    // wang, zhao and the administrator are told how far li is, and never what he marked
    for cookie in [&wang, &zhao, &admin] {
        let items = desk.get(&at("/items"), Some(cookie)).await;
        assert!(!items.text().contains("blur"), "{}", items.text());
        for path in ["/disputed", "/report"] {
            assert_eq!(
                desk.get(&at(path), Some(cookie)).await.code(),
                "quality.wrong_state"
            );
        }
        let shown = desk.get(&at(""), Some(cookie)).await;
        assert_eq!(shown.json()["seats"][0]["marked"], pieces);
        assert!(!shown.text().contains("blur"));
    }
    assert!(desk.get(&at("/items"), Some(&li)).await.text().contains("blur"));

    for item in 1..=pieces {
        mark(&desk, &wang, &lot, item, &[]).await;
    }
    let undone = desk
        .send(Method::DELETE, &at("/items/3/mark"), Some(&wang), &json!({}))
        .await;
    assert_eq!(undone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        post(&desk, &wang, &at("/submission")).await.code(),
        "quality.incomplete"
    );
    mark(&desk, &wang, &lot, 3, &["skew"]).await;
    mark(&desk, &wang, &lot, 3, &[]).await;
    let submitted = post(&desk, &wang, &at("/submission")).await.json();
    assert_eq!(
        (&submitted["state"], &submitted["disputed"]),
        (&json!("arbitrating"), &json!(1))
    );

    let disputed = desk.get(&at("/disputed"), Some(&zhao)).await.json();
    assert_eq!(disputed[0]["number"], 2);
    assert_eq!(disputed[0]["marks"].as_array().unwrap().len(), 2);
    assert_eq!(
        post(&desk, &admin, &at("/conclusion")).await.code(),
        "quality.incomplete"
    );
    post(&desk, &zhao, &at("/seat")).await;
    assert_eq!(
        mark(&desk, &wang, &lot, 2, &[]).await.code(),
        "quality.wrong_state"
    );
    assert_eq!(
        mark(&desk, &zhao, &lot, 2, &["blur"]).await.status,
        StatusCode::OK
    );
    let ended = post(&desk, &admin, &at("/conclusion")).await;
    assert_eq!(ended.json()["state"], "returned", "{}", ended.text());
    let report = desk.get(&at("/report"), Some(&li)).await.json();
    assert_eq!(report["defective"][0]["marks"].as_array().unwrap().len(), 3);
    assert_eq!(report["lot"]["conclusion"]["tally"][1]["defective"], 1);

    // what was concluded is in vault, journal and catalogue alike
    let found = lantai_server::verify(
        &desk.archive.data,
        &desk.archive.config,
        lantai_preservation::Scope::ALL,
        lantai_testkit::noon(),
        std::sync::Arc::new(lantai_vault::NoProgress),
    )
    .await
    .unwrap();
    assert!(found.ok, "{:#?}", found.problems);
    let overview = desk.get("/api/v1/overview", Some(&admin)).await.json();
    assert_eq!(
        overview["journal"]["checked_at"],
        lantai_testkit::noon().to_string()
    );
    assert_eq!(overview["journal"]["checked_sound"], true);
    let list = desk.get(LOTS, Some(&li)).await.json();
    assert_eq!(list["items"][0]["id"].as_str(), Some(lot.as_str()));
}

#[tokio::test]
async fn what_cannot_be_drawn_is_named() {
    let desk = Desk::small().await;
    let admin = desk.sign_in().await;
    let id = accession(&desk, &admin).await;
    let send = async |body: Value| desk.send(Method::POST, LOTS, Some(&admin), &body).await.code();
    assert_eq!(
        send(json!({"accession": id, "plan": "none"})).await,
        "quality.plan_unknown"
    );
    assert_eq!(
        send(json!({"accession": id, "plan": "whole", "code_prefix": "Z999"})).await,
        "quality.lot_empty"
    );
    assert_eq!(
        send(json!({"accession": "019a0000-0000-7000-8000-000000000000", "plan": "whole"})).await,
        "access.not_found"
    );
    let named = |names: &[&str]| json!({"accession": id, "plan": "whole", "inspectors": names});
    assert_eq!(send(named(&["li"])).await, "quality.two_inspectors");
    assert_eq!(send(named(&["li", "li"])).await, "quality.same_person");
    assert_eq!(send(named(&["li", "local"])).await, "quality.received_it");
    assert_eq!(
        send(json!({"accession": id, "plan": "whole", "deadline": "soon"})).await,
        "quality.deadline"
    );
}
