//! How connections begin, on real sockets; the times are short, so that nobody waits.

use super::authority::{Authority, Files};
use super::client::{AT_LAST, Client, H2, HTTP_1_1, get, http1, http2, protocol, shown, whole};
use axum::Router;
use axum::routing::get as route;
use lantai_domain::{Clock, SystemClock};
use lantai_server::{Looked, Pace, Times, Tls, TlsVersion, Transport, listen};
use serde_json::json;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::rustls::version::{TLS12, TLS13};

pub struct Service {
    pub root: Authority,
    pub files: Files,
    pub tls: Arc<Tls>,
    pub address: SocketAddr,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

pub fn times() -> Times {
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

/// Times that nobody in a test meets.
pub fn patient() -> Times {
    let pace = Pace {
        patience: AT_LAST,
        bytes: 64,
    };
    Times {
        header: AT_LAST,
        body: pace,
        answer: pace,
        ..times()
    }
}

impl Service {
    pub async fn start(times: Times, minimum: TlsVersion, app: Router) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::in_folder(folder.path());
        let root = Authority::root("root");
        files.hold(&root.issue());
        let mut settings = files.settings();
        settings.minimum = minimum;
        let tls = Arc::new(Tls::open(&settings, Path::new("/nowhere"), SystemClock.now()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let transport = Transport::Tls(Arc::clone(&tls));
        tokio::spawn(listen(listener, transport, app, times, stopping));
        Self {
            root,
            files,
            tls,
            address,
            _stop: stop,
            _folder: folder,
        }
    }

    async fn usual(times: Times) -> Self {
        let app = Router::new().route("/", route(|| async { "here" }));
        Self::start(times, TlsVersion::Tls12, app).await
    }

    /// A connection that speaks no TLS.
    async fn plainly(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }
}

/// Everything until the other side ends.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // a connection that is broken off is an end as well
    let _ = tokio::time::timeout(AT_LAST, stream.read_to_end(&mut bytes))
        .await
        .unwrap();
    bytes
}

#[tokio::test]
async fn both_versions_and_both_protocols_are_spoken() {
    let service = Service::usual(patient()).await;
    for version in [&TLS13, &TLS12] {
        for (offered, chosen) in [
            (&[H2, HTTP_1_1][..], Some(H2)),
            (&[HTTP_1_1][..], Some(HTTP_1_1)),
            (&[][..], None),
        ] {
            let client = Client::new(&service.root, &[version], offered);
            let stream = client.connect(service.address).await.unwrap();
            assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
            assert_eq!(protocol(&stream), chosen);
            let answer = if chosen == Some(H2) {
                let (mut sender, _) = http2(stream).await;
                sender.send_request(get("https://localhost/")).await
            } else {
                http1(stream).await.send_request(get("/")).await
            };
            let answer = whole(answer.unwrap()).await;
            assert_eq!(
                (answer.status().as_u16(), &answer.body()[..]),
                (200, &b"here"[..])
            );
        }
    }
}

#[tokio::test]
async fn a_minimum_of_1_3_refuses_1_2() {
    let app = Router::new().route("/", route(|| async { "here" }));
    let service = Service::start(patient(), TlsVersion::Tls13, app).await;
    let older = Client::new(&service.root, &[&TLS12], &[HTTP_1_1]);
    let error = older.connect(service.address).await.unwrap_err();
    assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    let newer = Client::new(&service.root, &[&TLS13], &[HTTP_1_1]);
    assert!(newer.connect(service.address).await.is_ok());
}

#[tokio::test]
async fn tls_1_1_is_refused() {
    let service = Service::usual(patient()).await;
    // a hello of TLS 1.1: one cipher suite of its time, no compression; groups and signatures as we would have them
    let mut body = vec![3, 2];
    body.extend([7; 32]);
    body.extend([0, 0, 2, 0xc0, 0x13, 1, 0]);
    body.extend([
        0, 22, 0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3, 0, 11, 0, 2, 1, 0,
    ]);
    let mut hello = vec![22, 3, 1, 0, u8::try_from(body.len() + 4).unwrap(), 1, 0, 0];
    hello.push(u8::try_from(body.len()).unwrap());
    hello.extend(body);
    let mut stream = service.plainly(&hello).await;
    let answer = rest(&mut stream).await;
    // an alert, fatal: protocol_version
    assert_eq!((answer[0], &answer[answer.len() - 2..]), (21, &[2, 70][..]));
}

#[tokio::test]
async fn whoever_trusts_somebody_else_goes_away_and_the_next_is_served() {
    let service = Service::usual(patient()).await;
    let stranger = Client::usual(&Authority::root("root"), &[HTTP_1_1]);
    let error = stranger.connect(service.address).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let elsewhere = Client::usual(&service.root, &[HTTP_1_1]).looking_for("dag.example.cn");
    let error = elsewhere.connect(service.address).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let honest = Client::usual(&service.root, &[HTTP_1_1]);
    assert!(honest.connect(service.address).await.is_ok());
}

#[tokio::test]
async fn plain_http_is_told_to_come_with_tls() {
    let service = Service::usual(patient()).await;
    let request = b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd";
    let mut stream = service.plainly(request).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(AT_LAST, stream.read_to_end(&mut answer));
    read.await.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
    assert!(head.contains("application/problem+json"));
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&body["code"], &body["status"]),
        (&json!("http.tls_only"), &json!(400))
    );
    // noise that is neither is ended as well
    let mut noise = service.plainly(&[0; 64]).await;
    let answer = rest(&mut noise).await;
    assert!(answer.is_empty() || answer[0] == 21, "{answer:?}");
}

#[tokio::test]
async fn slow_handshakes_are_cut() {
    let service = Service::usual(times()).await;
    let mut silent = service.plainly(&[]).await;
    let mut half = service.plainly(&[22, 3, 1, 2, 0, 1]).await;
    let mut talker = service.plainly(b"G").await;
    assert_eq!(rest(&mut silent).await, b"");
    assert_eq!(rest(&mut half).await, b"");
    assert!(rest(&mut talker).await.starts_with(b"HTTP/1.1 400"));
    // whoever has shaken hands and then says nothing is ended too, in both protocols
    for alpn in [H2, HTTP_1_1] {
        let client = Client::usual(&service.root, &[alpn]);
        let mut stream = client.connect(service.address).await.unwrap();
        let mut bytes = Vec::new();
        let _ = tokio::time::timeout(AT_LAST, stream.read_to_end(&mut bytes))
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("200"));
    }
}

#[tokio::test]
async fn a_handshake_takes_a_place_among_the_connections() {
    let times = Times {
        connections: 1,
        ..times()
    };
    let service = Service::usual(times).await;
    let silent = service.plainly(&[]).await;
    let client = Client::usual(&service.root, &[HTTP_1_1]);
    // the only place is free again when the silent one has been cut
    let stream = client.connect(service.address).await.unwrap();
    let ended = silent.into_std().unwrap().read(&mut [0]);
    assert!(matches!(ended, Ok(0)), "{ended:?}");
    let answer = http1(stream).await.send_request(get("/")).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn new_certificates_are_used_at_once_and_connections_go_on() {
    let service = Service::usual(patient()).await;
    let client = Client::usual(&service.root, &[HTTP_1_1]);
    let before = client.connect(service.address).await.unwrap();
    let first = shown(&before);
    let mut before = http1(before).await;

    let renewed = service.root.issue();
    service.files.hold(&renewed);
    assert!(matches!(service.tls.look(SystemClock.now()), Looked::Replaced));
    let after = client.connect(service.address).await.unwrap();
    assert_eq!(shown(&after), renewed.der);
    assert_ne!(first, renewed.der);
    assert_eq!(before.send_request(get("/")).await.unwrap().status(), 200);

    service.files.put(&service.files.key(), "no key", 0o600);
    assert!(matches!(service.tls.look(SystemClock.now()), Looked::Kept(_)));
    let still = client.connect(service.address).await.unwrap();
    assert_eq!(shown(&still), renewed.der);
    let answer = http1(still).await.send_request(get("/")).await.unwrap();
    assert_eq!(answer.status(), 200);
}
