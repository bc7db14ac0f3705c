//! Nobody may do what is for the staff, and the public never meets what is not open.

use crate::desk::{Desk, ENTRY_ONLY, OPEN, UNREVIEWED, encode, record, write_collection};
use axum::http::{Method, StatusCode};
use lantai_cataloguing::{RecordRepository, StoredRecord};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_other_operation_refuses_whoever_has_not_signed_in() {
    let desk = Desk::small().await;
    let document = desk.get("/api/v1/openapi.json", None).await.json();
    let mut seen = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            if operation["x-lantai-door"] == "anybody" {
                seen.insert(name);
                continue;
            }
            let address = path
                .replace("{code}", &encode(OPEN))
                .replace("{id}", "019a0000-0000-7000-8000-000000000000")
                .replace("{number}", "J901")
                .replace("{n}", "1")
                .replace("{name}", "nobody")
                .replace("{passkey}", "none")
                .replace("{session}", "none");
            assert!(
                !address.contains('{'),
                "this test knows no value for a parameter of {path}"
            );
            let method: Method = method.to_uppercase().parse().unwrap();
            // an answer to HEAD has no body that could name the refusal
            let has_body = method != Method::HEAD;
            let answer = desk.send(method, &address, None, &json!({})).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
            if has_body {
                assert_eq!(answer.code(), "identity.sign_in_needed", "{name}");
            }
            assert!(
                operation["responses"]["401"].is_object(),
                "{name} does not say that it may refuse"
            );
        }
    }
    // what is for everybody only reads, but for signing in and out
    seen.retain(|name| !name.starts_with("get ") && !name.starts_with("options "));
    let wanted = [
        "delete /api/v1/session",
        "post /api/v1/readers",
        "post /api/v1/session",
        "post /api/v1/session/passkey",
        "post /api/v1/session/passkey/options",
    ];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
}

#[tokio::test]
async fn what_is_not_reviewed_is_not_there_for_the_public() {
    let desk = Desk::small().await;
    let staff = desk.sign_in().await;
    let whole = desk.get(&record(UNREVIEWED), Some(&staff)).await;
    assert_eq!(whole.status, StatusCode::OK);
    let id = whole.json()["record"].as_str().unwrap().to_owned();
    let missing = desk.get(&record("J901-WS·1983-Y-0099"), None).await;
    for path in [record(UNREVIEWED), record(&id)] {
        for part in ["", "/text", "/files/1"] {
            let address = format!("{path}{part}");
            let answer = desk.get(&address, None).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
            assert_eq!(answer.body, missing.body, "not open and not there look the same");
            assert_eq!(
                desk.get(&address, Some(&staff)).await.status,
                StatusCode::OK,
                "{address}"
            );
        }
    }
}

#[tokio::test]
async fn where_only_the_entry_is_open_neither_text_nor_files_are() {
    let desk = Desk::small().await;
    let body = desk.get(&record(ENTRY_ONLY), None).await.json();
    assert_eq!(body["files"], json!([]));
    assert_eq!(
        (&body["has_text"], &body["summary"]),
        (&json!(false), &Value::Null)
    );
    for part in ["/text", "/files/1", "/files/1?download=true"] {
        let answer = desk.get(&format!("{}{part}", record(ENTRY_ONLY)), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{part}");
    }
    let by_text = search(&desk, "q=%E9%99%88%E9%98%BF%E7%A6%8F").await;
    assert_eq!(by_text["total"], 0, "a name in its text finds it");
    let staff = desk.sign_in().await;
    assert_eq!(
        desk.get(&format!("{}/files/1", record(ENTRY_ONLY)), Some(&staff))
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_public_gets_no_notes_of_the_staff() {
    let desk = Desk::small().await;
    let staff = desk.sign_in().await;
    let seen = desk.get(&record(OPEN), None).await.json();
    for field in ["location", "accession", "received_at"] {
        assert_eq!(seen[field], Value::Null, "{field}");
    }
    assert!(desk.get(&record(OPEN), Some(&staff)).await.json()["accession"].is_string());
    assert_eq!(
        desk.get(&format!("{}/events", record(OPEN)), None).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn no_answer_shows_or_counts_what_is_closed_in_the_whole_collection() {
    let desk = Desk::empty().await;
    let package = write_collection(desk.folder.path());
    desk.take_in(&package).await;
    let records = all_records(&desk).await;
    let (open, closed): (Vec<_>, Vec<_>) = records
        .iter()
        .partition(|stored| stored.record.open_status.kind().entry_is_public());
    assert!(
        open.len() > 200 && closed.len() > 20,
        "{} open, {} closed",
        open.len(),
        closed.len()
    );
    let open_codes: BTreeSet<String> = open.iter().map(|stored| code_of(stored)).collect();

    let everything = search(&desk, "limit=1").await;
    assert_eq!(everything["total"], open.len());
    for facet in ["fonds", "category", "open_status"] {
        assert_eq!(sum(&everything["facets"][facet]), open.len() as u64, "{facet}");
    }
    for status in ["unreviewed", "not_due", "delayed", "controlled"] {
        assert_eq!(
            search(&desk, &format!("open_status={status}")).await["total"],
            0,
            "{status}"
        );
    }
    for stored in closed {
        let code = code_of(stored);
        assert_eq!(
            desk.get(&record(&code), None).await.status,
            StatusCode::NOT_FOUND,
            "{code}"
        );
        for question in [&code, &stored.record.description.title] {
            let found = search(&desk, &format!("q={}&limit=100", encode(question))).await;
            let hits = found["hits"].as_array().unwrap();
            assert!(
                hits.iter()
                    .all(|hit| open_codes.contains(hit["code"].as_str().unwrap())),
                "{code}"
            );
        }
    }
    assert_eq!(codes_by_fonds(&desk).await, open_codes);
    for code in open_codes.iter().step_by(7) {
        let body = desk.get(&record(code), None).await.json();
        for side in ["previous", "next"] {
            let neighbour = body[side].as_str();
            assert!(
                neighbour.is_none_or(|neighbour| open_codes.contains(neighbour)),
                "{side} of {code}"
            );
        }
    }
}

async fn all_records(desk: &Desk) -> Vec<StoredRecord> {
    let mut reader = desk.archive.holdings.database.read().await.unwrap();
    RecordRepository(reader.conn())
        .page_of_all(None, 10_000)
        .await
        .unwrap()
}

fn code_of(stored: &StoredRecord) -> String {
    stored.record.description.code.to_string()
}

async fn search(desk: &Desk, query: &str) -> Value {
    let answer = desk.get(&format!("/api/v1/search?{query}"), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn sum(facet: &Value) -> u64 {
    facet
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value["count"].as_u64().unwrap())
        .sum()
}

/// Walks every fonds page by page; the number that a fonds tells is the number found.
async fn codes_by_fonds(desk: &Desk) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let fonds = desk.get("/api/v1/fonds", None).await.json();
    for fonds in fonds["items"].as_array().unwrap() {
        let path = format!(
            "/api/v1/fonds/{}/records?limit=7",
            fonds["number"].as_str().unwrap()
        );
        let mut cursor = String::new();
        let mut count = 0;
        loop {
            let page = desk.get(&format!("{path}{cursor}"), None).await.json();
            let items = page["items"].as_array().unwrap();
            count += items.len();
            codes.extend(items.iter().map(|item| item["code"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(fonds["records"], count, "{path}");
    }
    codes
}

#[tokio::test]
async fn nonsense_in_a_question_is_named() {
    let desk = Desk::small().await;
    let staff = desk.sign_in().await;
    for path in [
        "/api/v1/search",
        "/api/v1/fonds/J901/records",
        "/api/v1/accessions",
    ] {
        let answer = desk
            .get(&format!("{path}?cursor=%C2%A7%C2%A7"), Some(&staff))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "http.cursor"),
            "{path}"
        );
    }
    assert_eq!(
        desk.get("/api/v1/search?sort=upwards", None).await.code(),
        "access.query"
    );
    assert_eq!(
        desk.get("/api/v1/no/such/thing", None).await.status,
        StatusCode::NOT_FOUND
    );
}
