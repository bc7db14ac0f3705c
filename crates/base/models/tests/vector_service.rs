//! Vectors from a service: what it is asked, and what of its answers is taken.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod served;

use lantai_models::vectors::{VectorService, VectorServiceOptions};
use served::Served;
use std::time::Duration;

const PATH: &str = "/v1/embeddings";

async fn answering(answer: &str) -> (Served, VectorService) {
    let served = Served::start().await;
    served.put(PATH, answer.as_bytes().to_vec());
    let service = VectorService::new(VectorServiceOptions {
        url: served.address(PATH),
        model: "bge-m3".to_owned(),
        key: Some("the secret".to_owned()),
        passage_prefix: String::new(),
        query_prefix: "query: ".to_owned(),
        patience: Duration::from_secs(30),
    });
    (served, service.unwrap())
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts_and_at_length_one() {
    let (served, service) = answering(
        r#"{"object":"list","data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}]}"#,
    )
    .await;
    let vectors = service.passages(&["大坝", "食堂"]).await.unwrap();
    assert_eq!(vectors[0].numbers(), [0.6, 0.8]);
    assert_eq!(vectors[1].numbers(), [0.0, 1.0]);
    let sent = served.sent();
    let (head, body) = &sent[0];
    assert!(head.starts_with("POST /v1/embeddings") && head.contains("authorization: Bearer the secret"));
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"model": "bge-m3", "input": ["大坝", "食堂"], "encoding_format": "float"})
    );
    assert!(!format!("{service:?}").contains("secret"));
}

#[tokio::test]
async fn a_question_has_its_own_beginning() {
    let (served, service) = answering(r#"{"data":[{"index":0,"embedding":[1,0,0]}]}"#).await;
    assert_eq!(service.query("谁验收").await.unwrap().numbers(), [1.0, 0.0, 0.0]);
    assert!(served.sent()[0].1.contains("query: 谁验收"));
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_error_with_the_address() {
    for (answer, told) in [
        (
            r#"{"data":[{"index":0,"embedding":[1]}]}"#,
            "1 vectors for 2 texts",
        ),
        (
            r#"{"data":[{"index":0,"embedding":[0]},{"index":1,"embedding":[1]}]}"#,
            "no direction",
        ),
        (
            r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}"#,
            "different lengths",
        ),
        (r#"{"error":"model not found"}"#, "data"),
        ("<html>", "expected value"),
    ] {
        let (served, service) = answering(answer).await;
        let error = service.passages(&["一", "二"]).await.unwrap_err();
        assert_eq!(error.code(), "models.service");
        let text = error.to_string();
        assert!(
            text.contains(told) && text.contains(&served.address(PATH)),
            "{text}"
        );
        assert!(!text.contains("secret"));
    }
}

#[tokio::test]
async fn what_is_no_address_is_refused_at_once() {
    let options = |url: &str| VectorServiceOptions {
        url: url.to_owned(),
        model: String::new(),
        key: None,
        passage_prefix: String::new(),
        query_prefix: String::new(),
        patience: Duration::from_secs(1),
    };
    for url in ["", "vectors", "file:///etc/passwd"] {
        assert_eq!(
            VectorService::new(options(url)).unwrap_err().code(),
            "models.client"
        );
    }
    let nobody = VectorService::new(options("http://127.0.0.1:9/v1/embeddings")).unwrap();
    assert_eq!(nobody.query("大坝").await.unwrap_err().code(), "models.service");
}
