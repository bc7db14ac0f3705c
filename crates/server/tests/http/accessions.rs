//! Packages that come over the network.

use crate::desk::{Answer, Cookie, Desk, encode, request, write_package};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const ACCESSIONS: &str = "/api/v1/accessions";

async fn announce(desk: &Desk, cookie: Cookie<'_>, key: &str) -> Answer {
    let body = json!({"name": "石门渠档案", "fonds": "J901", "kind": "auto", "files": 6, "bytes": 1000});
    let request = request(Method::POST, ACCESSIONS, cookie)
        .header("x-lantai-csrf", "1")
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    desk.ask(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn upload(desk: &Desk, cookie: Cookie<'_>, id: &str, path: &str, content: Vec<u8>) -> Answer {
    let address = format!("{ACCESSIONS}/{id}/files?path={}", encode(path));
    let request = request(Method::PUT, &address, cookie).header("x-lantai-csrf", "1");
    desk.ask(request.body(Body::from(content)).unwrap()).await
}

/// Announces and uploads every file of a folder.
async fn upload_folder(desk: &Desk, cookie: Cookie<'_>, folder: &std::path::Path) -> String {
    let id = announce(desk, cookie, "one").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let answer = upload(desk, cookie, &id, name, std::fs::read(&path).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{name}: {}", answer.text());
    }
    id
}

#[tokio::test]
async fn an_uploaded_package_is_examined_while_one_watches_and_ends_accepted() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let package = desk.folder.path().join("package");
    write_package(&package);
    let id = upload_folder(&desk, Some(&cookie), &package).await;
    let path = format!("{ACCESSIONS}/{id}");
    let submitted = desk
        .send(Method::POST, &format!("{path}/submit"), Some(&cookie), &json!({}))
        .await;
    assert_eq!(
        (submitted.status, submitted.json()["state"].as_str()),
        (StatusCode::ACCEPTED, Some("checking"))
    );

    let worker = desk.archive.worker();
    let watching = format!("{path}/progress");
    let (worked, watched) = tokio::join!(worker.run_until_idle(), desk.get(&watching, Some(&cookie)));
    worked.unwrap();
    let events = watched.text();
    let names: Vec<&str> = events
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    assert_eq!(names.last(), Some(&"done"), "{events}");
    assert_eq!(names.iter().filter(|name| **name == "done").count(), 1);
    let last = events
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .next_back()
        .unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(
        (&last["state"], &last["stage"]),
        (&json!("accepted"), &json!("done"))
    );

    let accession = desk.get(&path, Some(&cookie)).await.json();
    assert_eq!(
        (&accession["items"], &accession["blockers"]),
        (&json!(3), &json!(0))
    );
    assert_eq!(accession["records"].as_array().unwrap().len(), 3);
    assert!(!accession["checks"].as_array().unwrap().is_empty());
    // what was handed in cannot be changed, handed in again or dropped
    for answer in [
        upload(&desk, Some(&cookie), &id, "late.txt", b"late".to_vec()).await,
        desk.send(Method::POST, &format!("{path}/submit"), Some(&cookie), &json!({}))
            .await,
        desk.send(Method::DELETE, &path, Some(&cookie), &json!({})).await,
    ] {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::CONFLICT, "intake.wrong_state")
        );
    }
}

#[tokio::test]
async fn no_path_leaves_the_package() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let id = announce(&desk, Some(&cookie), "one").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        "../out.txt",
        "/etc/out.txt",
        "a/../../out.txt",
        "..",
        "",
        "a/\0b",
        "a//../../b",
    ] {
        let answer = upload(&desk, Some(&cookie), &id, path, b"x".to_vec()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path:?}");
        assert_eq!(answer.code(), "intake.path_escape", "{path:?}");
    }
    let uploads = desk.folder.path().join("archive/uploads").join(&id);
    let left: Vec<_> = std::fs::read_dir(&uploads)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["package"]);
    assert_eq!(std::fs::read_dir(uploads.join("package")).unwrap().count(), 0);
}

#[tokio::test]
async fn the_same_key_makes_one_accession_which_may_be_dropped() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let first = announce(&desk, Some(&cookie), "one").await;
    let again = announce(&desk, Some(&cookie), "one").await;
    assert_eq!(
        (first.status, again.status),
        (StatusCode::CREATED, StatusCode::CREATED)
    );
    assert_eq!(first.json()["id"], again.json()["id"]);
    let other = announce(&desk, Some(&cookie), "two").await.json();
    assert_ne!(first.json()["id"], other["id"]);

    let path = format!("{ACCESSIONS}/{}", other["id"].as_str().unwrap());
    let dropped = desk.send(Method::DELETE, &path, Some(&cookie), &json!({})).await;
    assert_eq!(dropped.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.get(&path, Some(&cookie)).await.status, StatusCode::NOT_FOUND);
    let listed = desk.get(ACCESSIONS, Some(&cookie)).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_fonds_number_that_is_none_is_refused_before_anything_is_made() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let body = json!({"name": "x", "fonds": "../..", "kind": "auto", "files": 1, "bytes": 1});
    let answer = desk.send(Method::POST, ACCESSIONS, Some(&cookie), &body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), "domain.fonds_number");
    assert_eq!(
        desk.get(ACCESSIONS, Some(&cookie)).await.json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn the_findings_of_a_faulty_package_are_read_page_by_page() {
    let desk = Desk::empty().await;
    let cookie = desk.sign_in().await;
    let package = desk.folder.path().join("package");
    write_package(&package);
    // two files are gone and one is empty
    std::fs::remove_file(package.join("批复.txt")).unwrap();
    std::fs::remove_file(package.join("图.svg")).unwrap();
    std::fs::write(package.join("名册.txt"), b"").unwrap();
    let id = upload_folder(&desk, Some(&cookie), &package).await;
    let path = format!("{ACCESSIONS}/{id}");
    desk.send(Method::POST, &format!("{path}/submit"), Some(&cookie), &json!({}))
        .await;
    desk.archive.worker().run_until_idle().await.unwrap();
    let accession = desk.get(&path, Some(&cookie)).await.json();
    assert_eq!(accession["state"], "returned");
    assert_eq!(
        desk.get("/api/v1/overview", Some(&cookie)).await.json()["records"],
        0,
        "something was kept"
    );

    let whole = desk.get(&format!("{path}/findings"), Some(&cookie)).await.json();
    let whole = whole["items"].as_array().unwrap().clone();
    assert!(whole.len() >= 2, "{whole:?}");
    let mut walked = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = desk
            .get(&format!("{path}/findings?limit=1{cursor}"), Some(&cookie))
            .await
            .json();
        walked.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, whole);
    let blockers = desk
        .get(&format!("{path}/findings?severity=blocker"), Some(&cookie))
        .await
        .json();
    let blockers = blockers["items"].as_array().unwrap().len();
    assert_eq!(accession["blockers"], blockers);
    let nonsense = desk
        .get(&format!("{path}/findings?cursor=x"), Some(&cookie))
        .await;
    assert_eq!(nonsense.code(), "http.cursor");
    let nonsense = desk
        .get(&format!("{path}/findings?severity=terrible"), Some(&cookie))
        .await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}
