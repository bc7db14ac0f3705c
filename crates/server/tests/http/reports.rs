//! The report of the four-property checks as a file.

use crate::desk::{Answer, Desk, encode, request};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};

async fn accepted(desk: &Desk, cookie: &str) -> String {
    let list = desk.get("/api/v1/accessions", Some(cookie)).await.json();
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn accepting(desk: &Desk, path: &str, cookie: &str, accept: &str) -> Answer {
    let request = request(Method::GET, path, Some(cookie)).header(header::ACCEPT, accept);
    desk.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_report_of_an_accession_is_had_in_three_forms() {
    let desk = Desk::small().await;
    let admin = desk.sign_in().await;
    let id = accepted(&desk, &admin).await;
    let path = format!("/api/v1/accessions/{id}/report");
    assert_eq!(desk.get(&path, None).await.status, StatusCode::UNAUTHORIZED);
    let none = "/api/v1/accessions/0190b0c0-0000-7000-8000-0000000000aa/report";
    assert_eq!(desk.get(none, Some(&admin)).await.status, StatusCode::NOT_FOUND);
    let form = desk.get(&format!("{path}?as=docx"), Some(&admin)).await;
    assert_eq!(form.status, StatusCode::BAD_REQUEST);

    let json = desk.get(&path, Some(&admin)).await;
    assert_eq!(json.header(header::CONTENT_TYPE), "application/json");
    let report = json.json();
    let institution = desk.archive.config.institution.clone();
    assert_eq!(report["heading"], institution.as_str());
    assert_eq!(
        (&report["verdict"], &report["report_id"]),
        (&"passed".into(), &id.as_str().into())
    );
    assert!(report["results"].as_array().unwrap().len() > 30);

    let page = accepting(&desk, &path, &admin, "text/html,*/*;q=0.8").await;
    assert!(page.header(header::CONTENT_TYPE).starts_with("text/html"));
    assert!(
        page.header(header::CONTENT_SECURITY_POLICY)
            .contains("default-src 'none'")
    );
    assert!(page.header(header::CONTENT_DISPOSITION).starts_with("inline;"));
    assert!(page.text().contains(&institution) && page.text().contains("四性检测报告"));

    let printed = desk.get(&format!("{path}?as=pdf"), Some(&admin)).await;
    if printed.status == StatusCode::SERVICE_UNAVAILABLE {
        assert_eq!(printed.code(), "intake.font_missing");
        println!("the PDF is not looked at: no font for Chinese is installed");
        return;
    }
    assert_eq!(printed.header(header::CONTENT_TYPE), "application/pdf");
    let disposition = printed.header(header::CONTENT_DISPOSITION);
    assert!(disposition.starts_with(&format!(
        "attachment; filename=\"report-{id}.pdf\"; filename*=UTF-8''"
    )));
    assert!(disposition.contains(&encode("四性检测报告-")), "{disposition}");
    assert!(printed.body.starts_with(b"%PDF-1.7") && printed.body.trim_ascii_end().ends_with(b"%%EOF"));
}

#[tokio::test]
async fn what_was_not_tested_has_no_report() {
    let desk = Desk::empty().await;
    let admin = desk.sign_in().await;
    let body = serde_json::json!({"name": "未交", "fonds": "J901", "kind": "auto", "files": 1, "bytes": 3});
    let begun = desk
        .send(Method::POST, "/api/v1/accessions", Some(&admin), &body)
        .await
        .json();
    let path = format!(
        "/api/v1/accessions/{}/report?as=pdf",
        begun["id"].as_str().unwrap()
    );
    let refused = desk.get(&path, Some(&admin)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "intake.not_ended")
    );
}
