//! Slow and too many clients, on real sockets; the times are short, so that nobody waits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use lantai_server::{Pace, Times, Transport, listen};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// However slow this machine is, what should end has ended by then.
const AT_LAST: Duration = Duration::from_secs(60);

fn times() -> Times {
    let pace = Pace {
        patience: Duration::from_millis(300),
        bytes: 64,
    };
    Times {
        header: Duration::from_millis(300),
        body: pace,
        answer: pace,
        header_bytes: 16_384,
        connections: 64,
    }
}

fn app() -> Router {
    // more than what the machine holds back for a client that does not read
    let much = Bytes::from(vec![b'x'; 64 << 20]);
    Router::new()
        .route("/", get(|| async { "here" }))
        .route("/much", get(move || async move { much }))
        .route("/take", post(|body: Bytes| async move { body.len().to_string() }))
}

async fn start(times: Times) -> (SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(listen(listener, Transport::Plain, app(), times, stopping));
    (address, stop, serving)
}

/// Everything until the other side ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // a connection that is broken off is an end as well
    let _ = tokio::time::timeout(AT_LAST, stream.read_to_end(&mut bytes))
        .await
        .unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn a_head_that_never_ends_is_ended() {
    let (address, _stop, _serving) = start(times()).await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ")
        .await
        .unwrap();
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert!(!rest(&mut slow).await.contains("200 OK"));
    assert!(!rest(&mut silent).await.contains("200 OK"));
    let mut honest = TcpStream::connect(address).await.unwrap();
    honest
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(rest(&mut honest).await.ends_with("here"));
}

#[tokio::test]
async fn a_body_that_trickles_is_ended_and_a_slow_honest_one_is_taken() {
    let (address, _stop, _serving) = start(times()).await;
    let mut trickling = TcpStream::connect(address).await.unwrap();
    trickling
        .write_all(b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        .await
        .unwrap();
    let (mut reading, mut writing) = trickling.into_split();
    // a byte now and then is no progress
    let trickle = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(AT_LAST, reading.read_to_end(&mut bytes))
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("200 OK"));
    drop(reading);
    tokio::time::timeout(AT_LAST, trickle).await.unwrap().unwrap();

    let mut honest = TcpStream::connect(address).await.unwrap();
    honest
        .write_all(b"POST /take HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n")
        .await
        .unwrap();
    for _ in 0..10 {
        honest.write_all(&[b'x'; 100]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(rest(&mut honest).await.ends_with("1000"));
}

#[tokio::test]
async fn whoever_does_not_take_their_answer_is_ended() {
    let (address, stop, serving) = start(times()).await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    deaf.write_all(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 16];
    deaf.read_exact(&mut first).await.unwrap();
    // it reads no further; the end of the service does not wait for it
    stop.send(true).unwrap();
    tokio::time::timeout(AT_LAST, serving).await.unwrap().unwrap();
    assert!(rest(&mut deaf).await.len() < 64 << 20);
}

#[tokio::test]
async fn too_great_a_head_is_refused() {
    let (address, _stop, _serving) = start(times()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let great = format!("GET / HTTP/1.1\r\nHost: x\r\nX-a: {}\r\n\r\n", "a".repeat(40_000));
    // it may be ended before all of it is sent
    let _ = stream.write_all(great.as_bytes()).await;
    assert!(!rest(&mut stream).await.contains("200 OK"));
}

#[tokio::test]
async fn an_end_lets_answers_finish() {
    let (address, stop, serving) = start(times()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 1];
    stream.read_exact(&mut first).await.unwrap();
    stop.send(true).unwrap();
    assert!(rest(&mut stream).await.ends_with("here"));
    tokio::time::timeout(AT_LAST, serving).await.unwrap().unwrap();
}
