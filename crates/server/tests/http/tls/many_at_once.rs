//! HTTP/2: many requests on one connection, and clients that are slow within it.

use super::beginnings::{Service, patient, times};
use super::client::{AT_LAST, Client, H2, get, http2, whole};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::Request;
use axum::routing::{get as route, post};
use futures::StreamExt;
use futures::future::join_all;
use lantai_server::{Times, TlsVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MUCH: usize = 64 << 20;

async fn service(times: Times) -> Service {
    // more than what both sides hold back for whoever does not read
    let much = Bytes::from(vec![b'x'; MUCH]);
    let app = Router::new()
        .route(
            "/number/{number}",
            route(|Path(number): Path<String>| async move { number }),
        )
        .route("/much", route(move || async move { much }))
        .route("/take", post(|body: Bytes| async move { body.len().to_string() }));
    Service::start(times, TlsVersion::Tls12, app).await
}

#[tokio::test]
async fn many_requests_share_a_connection() {
    let service = service(patient()).await;
    let client = Client::usual(&service.root, &[H2]);
    let (sender, _) = http2(client.connect(service.address).await.unwrap()).await;
    let ask = |number: usize| {
        let mut sender = sender.clone();
        async move {
            let request = get(&format!("https://localhost/number/{number}"));
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(whole(answer).await.body(), &number.to_string());
        }
    };
    join_all((0..300).map(ask)).await;
    let answer = sender
        .clone()
        .send_request(get("https://localhost/much"))
        .await
        .unwrap();
    assert_eq!(whole(answer).await.body().len(), MUCH);
}

#[tokio::test]
async fn whoever_does_not_take_an_answer_is_ended_though_the_connection_lives() {
    let service = service(times()).await;
    let client = Client::usual(&service.root, &[H2]);
    let (mut sender, ended) = http2(client.connect(service.address).await.unwrap()).await;
    let untaken = sender.send_request(get("https://localhost/much")).await.unwrap();
    // it answers whatever the protocol asks, and takes nothing
    let _ = tokio::time::timeout(AT_LAST, ended).await.unwrap();
    drop(untaken);
}

#[tokio::test]
async fn a_body_that_trickles_is_ended() {
    let service = service(times()).await;
    let client = Client::usual(&service.root, &[H2]);
    let (mut sender, _) = http2(client.connect(service.address).await.unwrap()).await;
    let trickle = futures::stream::unfold((), |()| async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Some((Ok::<_, std::convert::Infallible>("x"), ()))
    });
    let request = Request::post("https://localhost/take")
        .body(Body::from_stream(trickle.boxed()))
        .unwrap();
    let answer = tokio::time::timeout(AT_LAST, sender.send_request(request))
        .await
        .unwrap();
    assert!(answer.is_err() || answer.unwrap().status() != 200);
}

#[tokio::test]
async fn a_connection_without_requests_is_ended_in_peace() {
    let service = service(times()).await;
    let client = Client::usual(&service.root, &[H2]);
    let (mut sender, ended) = http2(client.connect(service.address).await.unwrap()).await;
    let answer = sender
        .send_request(get("https://localhost/number/1"))
        .await
        .unwrap();
    assert_eq!(whole(answer).await.body(), "1");
    let ended = tokio::time::timeout(AT_LAST, ended).await.unwrap().unwrap();
    assert!(ended.is_ok(), "{ended:?}");
    assert!(sender.ready().await.is_err());
}

#[tokio::test]
async fn acknowledgements_keep_nobody_here() {
    let service = service(times()).await;
    let client = Client::usual(&service.root, &[H2]);
    let stream = client.connect(service.address).await.unwrap();
    let (mut reading, mut writing) = tokio::io::split(stream);
    writing
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let pinging = tokio::spawn(async move {
        let ping = b"\0\0\x08\x06\0\0\0\0\0abcdefgh";
        while writing.write_all(ping).await.is_ok() && writing.flush().await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(AT_LAST, reading.read_to_end(&mut bytes))
        .await
        .unwrap();
    tokio::time::timeout(AT_LAST, pinging).await.unwrap().unwrap();
}
