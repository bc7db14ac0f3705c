//! The list of exceptions, as the pages ask for it.

use crate::desk::{Answer, Cookie, Desk, encode, request};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

const ACCESSIONS: &str = "/api/v1/accessions";
/// A PNG picture of one pixel.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDAT\x78\x9c\x63\0\x01\0\0\x05\0\x01\x0d\x0a\x2d\xb4\0\0\0\0IEND\xae\x42\x60\x82";

fn code(number: u32) -> String {
    format!("J901-WS·2019·Y-{number:04}")
}

/// Hands three records in whose catalogue names no files, and five scans of which one has a code as its name.
async fn waiting(desk: &Desk, cookie: Cookie<'_>) -> String {
    let body = json!({"name": "扫描件", "fonds": "J901", "kind": "auto", "files": 0, "bytes": 0});
    let announced = desk.send(Method::POST, ACCESSIONS, cookie, &body).await;
    let id = announced.json()["id"].as_str().unwrap().to_owned();
    let mut rows = vec!["档号,题名,保管期限,门类".to_owned()];
    rows.extend((1..=3).map(|number| format!("{},关于{number}号事项的通知,永久,文书", code(number))));
    let files = [
        ("catalogue.csv".to_owned(), rows.join("\n").into_bytes()),
        (format!("扫描/{}.txt", code(1)), "第一号".as_bytes().to_vec()),
        ("扫描/IMG_0001.png".to_owned(), PICTURE.to_vec()),
        ("扫描/IMG_0002.png".to_owned(), PICTURE.to_vec()),
        ("扫描/IMG_0003.png".to_owned(), PICTURE.to_vec()),
        (
            "扫描/样张.html".to_owned(),
            b"<html><script>alert(1)</script></html>".to_vec(),
        ),
    ];
    for (path, content) in files {
        let address = format!("{ACCESSIONS}/{id}/files?path={}", encode(&path));
        let put = request(Method::PUT, &address, cookie).header("x-lantai-csrf", "1");
        let answer = desk.ask(put.body(Body::from(content)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}: {}", answer.text());
    }
    let submit = format!("{ACCESSIONS}/{id}/submit");
    desk.send(Method::POST, &submit, cookie, &json!({})).await;
    desk.archive.worker().run_until_idle().await.unwrap();
    let accession = desk.get(&format!("{ACCESSIONS}/{id}"), cookie).await.json();
    assert_eq!(accession["state"], "pending_review", "{accession:#}");
    id
}

async fn list(desk: &Desk, cookie: Cookie<'_>, id: &str, query: &str) -> Vec<Value> {
    let answer = desk
        .get(&format!("{ACCESSIONS}/{id}/exceptions{query}"), cookie)
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

fn number_of(list: &[Value], file: &str) -> u64 {
    let found = list.iter().find(|entry| entry["file"] == file).unwrap();
    found["number"].as_u64().unwrap()
}

async fn decide(desk: &Desk, cookie: Cookie<'_>, id: &str, number: u64, body: Value) -> Answer {
    let path = format!("{ACCESSIONS}/{id}/exceptions/{number}/decision");
    desk.send(Method::PUT, &path, cookie, &body).await
}

#[tokio::test]
async fn a_list_is_settled_and_the_package_goes_on() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let id = waiting(&desk, cookie).await;
    let exceptions = format!("{ACCESSIONS}/{id}/exceptions");
    let all = list(&desk, cookie, &id, "").await;
    assert_eq!(all.len(), 4);
    assert!(
        all.iter()
            .all(|file| file["state"] == "open" && file["why"] == "no_record")
    );
    assert_eq!(list(&desk, cookie, &id, "?q=img&limit=2").await.len(), 2);
    assert_eq!(
        list(&desk, cookie, &id, &format!("?folder={}", encode("扫描")))
            .await
            .len(),
        4
    );
    assert_eq!(list(&desk, cookie, &id, "?state=assigned").await.len(), 0);
    let page = desk.get(&format!("{exceptions}?limit=3"), cookie).await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        list(&desk, cookie, &id, &format!("?limit=3&cursor={cursor}"))
            .await
            .len(),
        1
    );

    let first = number_of(&all, "扫描/IMG_0001.png");
    let content = desk.get(&format!("{exceptions}/{first}/content"), cookie).await;
    assert_eq!(
        (content.header(header::CONTENT_TYPE), content.body.as_slice()),
        ("image/png", PICTURE)
    );
    let page = number_of(&all, "扫描/样张.html");
    let content = desk.get(&format!("{exceptions}/{page}/content"), cookie).await;
    assert_eq!(content.header(header::CONTENT_TYPE), "application/octet-stream");
    assert_eq!(content.header(header::CONTENT_DISPOSITION), "attachment");
    assert!(
        content
            .header(header::CONTENT_SECURITY_POLICY)
            .contains("sandbox")
    );

    let found = desk
        .get(&format!("{exceptions}/records?q={}", encode("0002")), cookie)
        .await
        .json();
    assert_eq!(
        found["items"],
        json!([{"code": code(2), "title": "关于2号事项的通知", "files": 0}])
    );

    let unknown = decide(&desk, cookie, &id, first, json!({"assign_to": code(9)})).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (StatusCode::BAD_REQUEST, "intake.record_unknown")
    );
    let nameless = decide(&desk, cookie, &id, first, json!({"leave_out": ""})).await;
    assert_eq!(nameless.code(), "intake.reason_needed");
    let decided = decide(&desk, cookie, &id, first, json!({"assign_to": code(1)}))
        .await
        .json();
    assert_eq!(
        (&decided["state"], &decided["assigned_to"]),
        (&json!("assigned"), &json!(code(1)))
    );
    assert_eq!(decided["by"], "admin");
    let undone = decide(&desk, cookie, &id, first, json!({"undo": true}))
        .await
        .json();
    assert_eq!(undone["state"], "open");
    decide(&desk, cookie, &id, first, json!({"assign_to": code(1)})).await;

    let many = format!("{exceptions}/decisions");
    let like = json!({"folder": "扫描", "like": first, "only_try": true});
    let tried = desk.send(Method::POST, &many, cookie, &like).await.json();
    let refused: Vec<&Value> = tried["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["refused"])
        .collect();
    assert_eq!(refused.iter().filter(|reason| reason.is_null()).count(), 2);
    assert_eq!(
        list(&desk, cookie, &id, "?state=open").await.len(),
        3,
        "it was only tried"
    );
    let like = json!({"folder": "扫描", "like": first});
    desk.send(Method::POST, &many, cookie, &like).await;
    let unclear = desk
        .send(Method::POST, &many, cookie, &json!({"folder": ""}))
        .await;
    assert_eq!(unclear.status, StatusCode::BAD_REQUEST);

    let summary = desk.get(&format!("{exceptions}/summary"), cookie).await.json();
    let expected = json!({
        "open": 1, "assigned": 3, "left_out": 0, "task": 1, "decided": false,
        "folders": [{"folder": "扫描", "open": 1}],
    });
    assert_eq!(summary, expected);
    let confirm = format!("{ACCESSIONS}/{id}/tasks/1/decision");
    let yes = json!({"passed": true, "note": ""});
    let early = desk.send(Method::POST, &confirm, cookie, &yes).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (StatusCode::CONFLICT, "intake.exceptions_open")
    );
    decide(&desk, cookie, &id, page, json!({"leave_out": "样张"})).await;
    let confirmed = desk.send(Method::POST, &confirm, cookie, &yes).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text());
    assert_eq!(confirmed.json()["kind"], "attachment");
    let late = decide(&desk, cookie, &id, page, json!({"undo": true})).await;
    assert_eq!(
        (late.status, late.code().as_str()),
        (StatusCode::CONFLICT, "intake.task_decided")
    );
    desk.archive.worker().run_until_idle().await.unwrap();

    let accession = desk.get(&format!("{ACCESSIONS}/{id}"), cookie).await.json();
    assert_eq!(
        (&accession["state"], &accession["files"]),
        (&json!("accepted"), &json!(4)),
        "{accession:#}"
    );
    let brought = desk
        .get(&format!("{ACCESSIONS}/{id}/records"), cookie)
        .await
        .json();
    let files = |number: u32| {
        let records = brought["items"].as_array().unwrap();
        let record = records
            .iter()
            .find(|record| record["code"] == code(number))
            .unwrap();
        record["files"].as_array().unwrap().len()
    };
    assert_eq!((files(1), files(2), files(3)), (2, 1, 1));
    let gone = desk.get(&format!("{exceptions}/{first}/content"), cookie).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "it is read in its record now");
    assert_eq!(
        list(&desk, cookie, &id, "?state=left_out").await.len(),
        1,
        "the list stays to be read"
    );
}

#[tokio::test]
async fn a_list_is_for_the_staff() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let id = waiting(&desk, Some(&cookie)).await;
    let exceptions = format!("{ACCESSIONS}/{id}/exceptions");
    for path in ["", "/summary", "/records?q=1", "/1/content"] {
        let answer = desk.get(&format!("{exceptions}{path}"), None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let decided = decide(&desk, None, &id, 1, json!({"leave_out": "x"})).await;
    assert_eq!(decided.status, StatusCode::UNAUTHORIZED);
    let many = json!({"folder": "", "decision": {"leave_out": "x"}});
    let decided = desk
        .send(Method::POST, &format!("{exceptions}/decisions"), None, &many)
        .await;
    assert_eq!(decided.status, StatusCode::UNAUTHORIZED);
}
