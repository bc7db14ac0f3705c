//! Content files as they are given out.

use crate::desk::{Answer, Desk, HTML, OPEN, SVG, TEXT, encode, record, request};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::Value;

/// The file of the open record whose name ends so.
async fn url_of(desk: &Desk, ending: &str) -> String {
    let body = desk.get(&record(OPEN), None).await.json();
    let files = body["files"].as_array().unwrap().clone();
    let is_wanted = |file: &&Value| file["name"].as_str().unwrap().ends_with(ending);
    let file = files
        .iter()
        .find(is_wanted)
        .unwrap_or_else(|| panic!("no {ending} among {files:?}"));
    file["url"].as_str().unwrap().to_owned()
}

async fn range(desk: &Desk, url: &str, range: &str) -> Answer {
    let request = request(Method::GET, url, None).header(header::RANGE, range);
    let request = request.header(header::ACCEPT_ENCODING, "gzip, br");
    desk.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_file_comes_back_byte_for_byte_and_under_its_name() {
    let desk = Desk::small().await;
    let url = url_of(&desk, "请示.txt").await;
    let shown = desk.get(&url, None).await;
    assert_eq!((shown.status, shown.text().as_str()), (StatusCode::OK, TEXT));
    assert!(shown.header(header::CONTENT_TYPE).starts_with("text/plain"));
    let name = format!("filename*=UTF-8''{}", encode("请示.txt"));
    assert_eq!(
        shown.header(header::CONTENT_DISPOSITION),
        format!("inline; {name}")
    );
    let saved = desk.get(&format!("{url}?download=true"), None).await;
    assert_eq!(
        saved.header(header::CONTENT_DISPOSITION),
        format!("attachment; {name}")
    );
    assert_eq!(saved.body, TEXT.as_bytes());
    for place in ["0", "99"] {
        let answer = desk.get(&format!("{}/files/{place}", record(OPEN)), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{place}");
    }
    let text = desk.get(&format!("{}/text", record(OPEN)), None).await.json();
    assert_eq!(text["text"].as_str().unwrap().trim(), TEXT.trim());
}

#[tokio::test]
async fn a_range_is_that_part_of_the_file() {
    let desk = Desk::small().await;
    let url = url_of(&desk, "请示.txt").await;
    let part = range(&desk, &url, "bytes=3-8").await;
    assert_eq!(
        (part.status, part.text().as_str()),
        (StatusCode::PARTIAL_CONTENT, "门乡")
    );
    assert_eq!(
        part.header(header::CONTENT_RANGE),
        format!("bytes 3-8/{}", TEXT.len())
    );
    let end = range(&desk, &url, "bytes=-1").await;
    assert_eq!(
        (end.status, end.text().as_str()),
        (StatusCode::PARTIAL_CONTENT, "\n")
    );
    let outside = range(&desk, &url, "bytes=100000-").await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(
        outside.header(header::CONTENT_RANGE),
        format!("bytes */{}", TEXT.len())
    );
}

#[tokio::test]
async fn nothing_in_a_file_runs_in_the_reader_s_browser() {
    let desk = Desk::small().await;
    for (ending, content) in [(".html", HTML), (".svg", SVG)] {
        let answer = desk.get(&url_of(&desk, ending).await, None).await;
        assert_eq!(answer.text(), content);
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            "application/octet-stream",
            "{ending}"
        );
        assert!(
            answer
                .header(header::CONTENT_DISPOSITION)
                .starts_with("attachment; "),
            "{ending}"
        );
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.contains("sandbox") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
}

#[tokio::test]
async fn pages_and_answers_carry_their_protection() {
    let desk = Desk::small().await;
    for path in ["/", "/workbench/", "/api/v1/session", "/api/v1/no/such/thing"] {
        let answer = desk.get(path, None).await;
        assert!(
            answer
                .header(header::CONTENT_SECURITY_POLICY)
                .contains("default-src 'self'"),
            "{path}"
        );
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin", "{path}");
    }
}
