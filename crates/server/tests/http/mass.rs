//! What waits for a person, what is corrected, what comes twice, in pieces or in one request, and its receipt.

use crate::desk::{Answer, Cookie, Desk, OPEN, encode, request, write_package};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lantai_intake::receipt::{ReceiptVerdict, verify};
use lantai_vault::Algorithm;
use serde_json::{Value, json};
use std::path::Path;

const ACCESSIONS: &str = "/api/v1/accessions";
const UPLOADS: &str = "/api/v1/uploads";

fn announcement(name: &str) -> Value {
    json!({"name": name, "fonds": "J901", "kind": "auto", "files": 0, "bytes": 0})
}

async fn upload(desk: &Desk, cookie: Cookie<'_>, id: &str, path: &str, content: Vec<u8>) -> Answer {
    let address = format!("{ACCESSIONS}/{id}/files?path={}", encode(path));
    let request = request(Method::PUT, &address, cookie).header("x-lantai-csrf", "1");
    desk.ask(request.body(Body::from(content)).unwrap()).await
}

/// Announces, uploads and hands in every file of a folder; what becomes of it is for the worker.
async fn hand_in(desk: &Desk, cookie: Cookie<'_>, body: &Value, folder: &Path) -> String {
    let announced = desk.send(Method::POST, ACCESSIONS, cookie, body).await;
    assert_eq!(announced.status, StatusCode::CREATED, "{}", announced.text());
    let id = announced.json()["id"].as_str().unwrap().to_owned();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let answer = upload(desk, cookie, &id, name, std::fs::read(&path).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{name}: {}", answer.text());
    }
    let submit = format!("{ACCESSIONS}/{id}/submit");
    let submitted = desk.send(Method::POST, &submit, cookie, &json!({})).await;
    assert_eq!(submitted.status, StatusCode::ACCEPTED, "{}", submitted.text());
    id
}

async fn accession(desk: &Desk, cookie: Cookie<'_>, id: &str) -> Value {
    desk.get(&format!("{ACCESSIONS}/{id}"), cookie).await.json()
}

async fn work(desk: &Desk) {
    desk.archive.worker().run_until_idle().await.unwrap();
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// A package of three texts with a fault that a person may accept at transfer: a file left behind by an operating
/// system.
fn with_a_major_fault(desk: &Desk, name: &str) -> std::path::PathBuf {
    let package = desk.folder.path().join(name);
    std::fs::create_dir_all(&package).unwrap();
    let mut rows = vec!["档号,题名,保管期限,门类,电子文件".to_owned()];
    for number in 1..=3 {
        rows.push(format!(
            "J901-WS·2019·Y-{number:04},关于{number}号事项的通知,永久,文书,{number}.txt"
        ));
        std::fs::write(
            package.join(format!("{number}.txt")),
            format!("关于{number}号事项的通知\n"),
        )
        .unwrap();
    }
    std::fs::write(package.join("catalogue.csv"), rows.join("\n")).unwrap();
    std::fs::write(package.join("Thumbs.db"), b"left behind").unwrap();
    package
}

/// A person may accept its major faults.
fn asking(name: &str) -> Value {
    let mut body = announcement(name);
    body["majors"] = json!("ask");
    body["stage"] = json!("transfer");
    body
}

async fn answer(desk: &Desk, cookie: Cookie<'_>, id: &str, number: u64, passed: bool, note: &str) -> Answer {
    let path = format!("{ACCESSIONS}/{id}/tasks/{number}/decision");
    let body = json!({"passed": passed, "note": note});
    desk.send(Method::POST, &path, cookie, &body).await
}

async fn tasks(desk: &Desk, cookie: Cookie<'_>, id: &str) -> Vec<Value> {
    let tasks = desk.get(&format!("{ACCESSIONS}/{id}/tasks"), cookie).await;
    tasks.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_person_decides_and_nothing_is_a_holding_before() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let package = with_a_major_fault(&desk, "package");
    let id = hand_in(&desk, cookie, &asking("事项"), &package).await;
    work(&desk).await;
    let waiting = accession(&desk, cookie, &id).await;
    assert_eq!(waiting["state"], "pending_review", "{waiting}");
    assert_eq!(waiting["finished_at"], Value::Null);
    assert_eq!(desk.get("/api/v1/overview", cookie).await.json()["records"], 0);
    let receipt = format!("{ACCESSIONS}/{id}/receipt");
    assert_eq!(desk.get(&receipt, cookie).await.code(), "intake.not_ended");

    let open = desk.get("/api/v1/accession-tasks", cookie).await.json();
    let open = open["items"].as_array().unwrap().clone();
    assert_eq!(open.len() as u64, waiting["open_tasks"].as_u64().unwrap());
    assert!(open.iter().all(|task| task["accession"] == json!(id)));
    let faults: Vec<&Value> = open.iter().filter(|task| task["kind"] == "fault").collect();
    assert!(faults.iter().any(|task| task["check"] == "S-2.1"), "{open:?}");
    let number = faults[0]["number"].as_u64().unwrap();
    let refused = answer(&desk, cookie, &id, number, true, "  ").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::BAD_REQUEST, "intake.reason_needed")
    );
    for task in tasks(&desk, cookie, &id).await {
        let number = task["number"].as_u64().unwrap();
        let decided = answer(&desk, cookie, &id, number, true, "looked at it").await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
        assert_eq!(decided.json()["decision"]["by"], "admin");
        let again = answer(&desk, cookie, &id, number, false, "no").await;
        assert_eq!(again.code(), "intake.task_decided");
    }
    work(&desk).await;
    let accepted = accession(&desk, cookie, &id).await;
    assert_eq!(accepted["state"], "accepted", "{accepted}");
    assert_eq!(desk.get("/api/v1/overview", cookie).await.json()["records"], 3);
    assert_eq!(
        tasks(&desk, cookie, &id).await[0]["decision"]["note"],
        "looked at it"
    );
    assert_eq!(
        answer(&desk, cookie, &id, 1, true, "x").await.code(),
        "intake.wrong_state"
    );
    let staging = desk.folder.path().join("archive/vault/staging");
    assert_eq!((count(&staging), count(desk.archive.workspace())), (0, 0));

    let note = desk.get(&receipt, cookie).await.text();
    let key = desk.archive.journal_key().unwrap();
    let read = verify(note.as_bytes(), &key).unwrap();
    assert_eq!((read.verdict, read.items), (ReceiptVerdict::Accepted, 3));
    assert_eq!(
        read.package.unwrap().value,
        accepted["package"]["value"].as_str().unwrap()
    );
    assert!(read.decisions > 0);
    let changed = note.replace("\"items\": 3", "\"items\": 4");
    assert_ne!(changed, note);
    assert_eq!(
        verify(changed.as_bytes(), &key).unwrap_err().code(),
        "intake.receipt"
    );
    let document = desk.get(&format!("{receipt}?form=document"), cookie).await.text();
    let signature = desk
        .get(&format!("{receipt}?form=signature"), cookie)
        .await
        .text();
    assert!(verify(format!("{document}\n{signature}").as_bytes(), &key).is_ok());
}

#[tokio::test]
async fn what_a_person_refuses_goes_back_whole() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let package = with_a_major_fault(&desk, "package");
    let id = hand_in(&desk, cookie, &asking("事项"), &package).await;
    work(&desk).await;
    for task in tasks(&desk, cookie, &id).await {
        let number = task["number"].as_u64().unwrap();
        answer(&desk, cookie, &id, number, false, "take it out").await;
    }
    work(&desk).await;
    let returned = accession(&desk, cookie, &id).await;
    assert_eq!(returned["state"], "returned");
    assert!(returned["blockers"].as_u64().unwrap() > 0);
    assert_eq!(desk.get("/api/v1/overview", cookie).await.json()["records"], 0);
    let staging = desk.folder.path().join("archive/vault/staging");
    assert_eq!((count(&staging), count(desk.archive.workspace())), (0, 0));
    let note = desk
        .get(&format!("{ACCESSIONS}/{id}/receipt"), cookie)
        .await
        .text();
    let read = verify(note.as_bytes(), &desk.archive.journal_key().unwrap()).unwrap();
    assert_eq!(read.verdict, ReceiptVerdict::Returned);
}

#[tokio::test]
async fn a_corrected_package_is_linked_with_the_one_that_was_returned() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let package = with_a_major_fault(&desk, "package");
    std::fs::remove_file(package.join("3.txt")).unwrap();
    let first = hand_in(&desk, cookie, &announcement("一"), &package).await;
    let mut body = announcement("二");
    body["corrects"] = json!(first);
    let early = desk.send(Method::POST, ACCESSIONS, cookie, &body).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (StatusCode::CONFLICT, "intake.not_returned")
    );
    work(&desk).await;
    assert_eq!(accession(&desk, cookie, &first).await["state"], "returned");

    let corrected = desk.folder.path().join("corrected");
    write_package(&corrected);
    std::fs::write(corrected.join("名册.txt"), b"").unwrap();
    let second = hand_in(&desk, cookie, &body, &corrected).await;
    work(&desk).await;
    let second_one = accession(&desk, cookie, &second).await;
    assert_eq!(
        (&second_one["state"], &second_one["corrects"]),
        (&json!("returned"), &json!(first))
    );
    let changes = desk
        .get(&format!("{ACCESSIONS}/{second}/changes"), cookie)
        .await
        .json();
    assert_eq!(changes["before"], json!(first));
    let mended: Vec<&Value> = changes["faults"].as_array().unwrap().iter().collect();
    let of = |change: &str, code: &str| {
        mended
            .iter()
            .any(|fault| fault["change"] == change && fault["code"] == code)
    };
    assert!(
        of("mended", "intake.file_missing") && of("mended", "intake.extra_file"),
        "{changes}"
    );
    assert!(of("new", "formats.empty"), "{changes}");

    write_package(&corrected);
    let mut body = announcement("三");
    body["corrects"] = json!(second);
    let third = hand_in(&desk, cookie, &body, &corrected).await;
    work(&desk).await;
    for id in [&first, &second, &third] {
        let attempts = desk
            .get(&format!("{ACCESSIONS}/{id}/attempts"), cookie)
            .await
            .json();
        let attempts = attempts["items"].as_array().unwrap().clone();
        let ids: Vec<&str> = attempts.iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&first, &second, &third]);
        let digests: std::collections::BTreeSet<&str> = attempts
            .iter()
            .map(|one| one["package"]["value"].as_str().unwrap())
            .collect();
        assert_eq!(digests.len(), 3, "each attempt's digest is kept");
    }
    assert_eq!(
        accession(&desk, cookie, &first).await["corrected_by"],
        json!([second])
    );
    assert_eq!(accession(&desk, cookie, &third).await["state"], "accepted");
}

fn tus(
    method: Method,
    path: &str,
    cookie: Cookie<'_>,
    headers: &[(&str, String)],
    body: Vec<u8>,
) -> axum::http::Request<Body> {
    let mut request = request(method, path, cookie)
        .header("x-lantai-csrf", "1")
        .header("tus-resumable", "1.0.0");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Body::from(body)).unwrap()
}

fn pair(key: &str, value: &str) -> String {
    format!("{key} {}", BASE64_STANDARD.encode(value))
}

async fn begin(desk: &Desk, cookie: Cookie<'_>, accession: &str, path: &str, length: usize) -> Answer {
    let metadata = format!("{},{}", pair("accession", accession), pair("path", path));
    let headers = [
        ("upload-length", length.to_string()),
        ("upload-metadata", metadata),
    ];
    desk.ask(tus(Method::POST, UPLOADS, cookie, &headers, Vec::new()))
        .await
}

async fn piece(
    desk: &Desk,
    cookie: Cookie<'_>,
    at: &str,
    offset: usize,
    bytes: &[u8],
    checksum: Option<String>,
) -> Answer {
    let mut headers = vec![
        ("upload-offset", offset.to_string()),
        ("content-type", "application/offset+octet-stream".to_owned()),
    ];
    headers.extend(checksum.map(|checksum| ("upload-checksum", checksum)));
    desk.ask(tus(Method::PATCH, at, cookie, &headers, bytes.to_vec()))
        .await
}

async fn stands_at(desk: &Desk, cookie: Cookie<'_>, at: &str) -> String {
    let answer = desk.ask(tus(Method::HEAD, at, cookie, &[], Vec::new())).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.header("upload-offset").to_owned()
}

fn sha256(bytes: &[u8]) -> String {
    let digest = hex_bytes(&Algorithm::Sha256.of(bytes));
    format!("sha256 {}", BASE64_STANDARD.encode(digest))
}

fn hex_bytes(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

#[tokio::test]
async fn files_come_in_pieces_and_every_refusal_has_its_name() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let options = desk
        .ask(tus(Method::OPTIONS, UPLOADS, cookie, &[], Vec::new()))
        .await;
    assert!(options.header("tus-extension").contains("checksum"));
    let package = desk.folder.path().join("package");
    write_package(&package);
    let announced = desk
        .send(Method::POST, ACCESSIONS, cookie, &announcement("片"))
        .await;
    let id = announced.json()["id"].as_str().unwrap().to_owned();
    for entry in std::fs::read_dir(&package).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let begun = begin(&desk, cookie, &id, name, bytes.len()).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
        assert!(!begun.header("upload-expires").is_empty());
        let at = begun.header("location").to_owned();
        let half = bytes.len() / 2;
        let first = piece(
            &desk,
            cookie,
            &at,
            0,
            &bytes[..half],
            Some(sha256(&bytes[..half])),
        )
        .await;
        assert_eq!(first.status, StatusCode::NO_CONTENT, "{}", first.text());
        // the same piece again, as a sender does whose connection broke off before the answer
        let twice = piece(&desk, cookie, &at, 0, &bytes[..half], None).await;
        assert_eq!(
            (twice.status, twice.code().as_str()),
            (StatusCode::CONFLICT, "intake.offset_differs")
        );
        let wrong = piece(&desk, cookie, &at, half, &bytes[half..], Some(sha256(b"other"))).await;
        assert_eq!(
            (wrong.status.as_u16(), wrong.code().as_str()),
            (460, "intake.checksum_differs")
        );
        assert_eq!(stands_at(&desk, cookie, &at).await, half.to_string());
        let submit = format!("{ACCESSIONS}/{id}/submit");
        let early = desk.send(Method::POST, &submit, cookie, &json!({})).await;
        assert_eq!(early.code(), "intake.uploads_unfinished");
        // a crash leaves bytes behind that were never acknowledged
        let part = format!("archive/uploads/{id}/{}.part", at.rsplit('/').next().unwrap());
        let part = desk.folder.path().join(part);
        let mut there = std::fs::read(&part).unwrap();
        there.extend_from_slice(b"never acknowledged");
        std::fs::write(&part, there).unwrap();
        let last = piece(&desk, cookie, &at, half, &bytes[half..], None).await;
        assert_eq!(last.status, StatusCode::NO_CONTENT, "{}", last.text());
        assert_eq!(last.header("upload-offset"), bytes.len().to_string());
    }
    let submit = format!("{ACCESSIONS}/{id}/submit");
    desk.send(Method::POST, &submit, cookie, &json!({})).await;
    work(&desk).await;
    assert_eq!(accession(&desk, cookie, &id).await["state"], "accepted");
    let text = desk
        .get(&format!("/api/v1/records/{}", encode(OPEN)), cookie)
        .await;
    assert_eq!(text.status, StatusCode::OK);
}

#[tokio::test]
async fn more_than_announced_another_version_and_a_dropped_upload() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let mut body = announcement("多");
    body["bytes"] = json!(10);
    let announced = desk.send(Method::POST, ACCESSIONS, cookie, &body).await;
    let id = announced.json()["id"].as_str().unwrap().to_owned();
    let much = begin(&desk, cookie, &id, "a.txt", 11).await;
    assert_eq!(
        (much.status, much.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "intake.too_much")
    );
    let much = upload(&desk, cookie, &id, "a.txt", vec![b'a'; 11]).await;
    assert_eq!(
        (much.status, much.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "intake.too_much")
    );
    let begun = begin(&desk, cookie, &id, "a.txt", 10).await;
    let at = begun.header("location").to_owned();
    let longer = piece(&desk, cookie, &at, 0, &[b'a'; 12], None).await;
    assert_eq!(
        (longer.status, longer.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "intake.too_much")
    );
    assert_eq!(stands_at(&desk, cookie, &at).await, "0");
    let old = request(Method::HEAD, &at, cookie).header("tus-resumable", "0.2.2");
    let old = desk.ask(old.body(Body::empty()).unwrap()).await;
    assert_eq!(old.status, StatusCode::PRECONDITION_FAILED);
    let escape = begin(&desk, cookie, &id, "../a.txt", 1).await;
    assert_eq!(escape.code(), "intake.path_escape");
    let dropped = desk.ask(tus(Method::DELETE, &at, cookie, &[], Vec::new())).await;
    assert_eq!(dropped.status, StatusCode::NO_CONTENT);
    let gone = desk.ask(tus(Method::HEAD, &at, cookie, &[], Vec::new())).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // its room is free again
    assert_eq!(
        upload(&desk, cookie, &id, "a.txt", vec![b'a'; 10]).await.status,
        StatusCode::NO_CONTENT
    );
}

fn multipart(metadata: &Value, folder: &Path) -> Vec<u8> {
    let mut body = Vec::new();
    let head = "--frontier\r\ncontent-disposition: form-data; name=\"metadata\"\r\n\r\n";
    body.extend_from_slice(format!("{head}{metadata}\r\n").as_bytes());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let head = format!(
            "--frontier\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&std::fs::read(&path).unwrap());
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    body
}

async fn push(desk: &Desk, cookie: Cookie<'_>, key: &str, body: Vec<u8>) -> Answer {
    let request = request(Method::POST, ACCESSIONS, cookie)
        .header("x-lantai-csrf", "1")
        .header("idempotency-key", key)
        .header("content-type", "multipart/form-data; boundary=frontier");
    desk.ask(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_package_in_one_request_is_handed_in_once_however_often_it_is_sent() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let package = desk.folder.path().join("package");
    write_package(&package);
    let body = multipart(&announcement("推送"), &package);
    let whole = push(&desk, cookie, "same", body.clone()).await;
    assert_eq!(whole.status, StatusCode::ACCEPTED, "{}", whole.text());
    let id = whole.json()["id"].as_str().unwrap().to_owned();
    let again = push(&desk, cookie, "same", body.clone()).await;
    assert_eq!(again.json()["id"], json!(id));
    work(&desk).await;
    assert_eq!(accession(&desk, cookie, &id).await["state"], "accepted");
    let late = push(&desk, cookie, "same", body.clone()).await;
    assert_eq!(
        (late.json()["id"].as_str(), late.json()["state"].as_str()),
        (Some(id.as_str()), Some("accepted"))
    );
    // a sender that breaks off in the middle leaves nothing
    let broken = push(&desk, cookie, "broken", body[..body.len() - 40].to_vec()).await;
    assert_eq!(
        (broken.status, broken.code().as_str()),
        (StatusCode::BAD_REQUEST, "intake.upload_broke_off")
    );
    let listed = desk.get(ACCESSIONS, cookie).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_at_once_makes_one_accession() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let body = announcement("同时").to_string();
    let ask = || {
        let request = request(Method::POST, ACCESSIONS, cookie)
            .header("x-lantai-csrf", "1")
            .header("content-type", "application/json")
            .header("idempotency-key", "at once");
        desk.ask(request.body(Body::from(body.clone())).unwrap())
    };
    let answers = futures::future::join_all((0..8).map(|_| ask())).await;
    let ids: std::collections::BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.json()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 1);
    let uploads = desk.folder.path().join("archive/uploads");
    assert_eq!(count(&uploads), 1, "the others leave nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_packages_with_the_same_codes_at_once_one_is_accepted() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let cookie = Some(cookie.as_str());
    let package = desk.folder.path().join("package");
    write_package(&package);
    let one = hand_in(&desk, cookie, &announcement("甲"), &package).await;
    let two = hand_in(&desk, cookie, &announcement("乙"), &package).await;
    let (first, second) = (desk.archive.worker(), desk.archive.worker());
    let (a, b) = tokio::join!(first.run_until_idle(), second.run_until_idle());
    a.unwrap();
    b.unwrap();
    let states = [
        accession(&desk, cookie, &one).await,
        accession(&desk, cookie, &two).await,
    ];
    let mut names: Vec<&str> = states.iter().map(|one| one["state"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accepted", "returned"]);
    let loser = states.iter().find(|one| one["state"] == "returned").unwrap();
    let findings = format!("{ACCESSIONS}/{}/findings", loser["id"].as_str().unwrap());
    let findings = desk.get(&findings, cookie).await.json();
    assert!(
        findings["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["code"] == "intake.code_taken")
    );
    assert_eq!(desk.get("/api/v1/overview", cookie).await.json()["records"], 3);
}
