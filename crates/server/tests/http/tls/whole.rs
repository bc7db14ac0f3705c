//! The whole application, served over TLS.

use super::authority::{Authority, Files};
use super::client::{AT_LAST, Client, H2, HTTP_1_1, get, http1, http2, shown, whole};
use crate::desk::{Desk, OPEN, TEXT, record};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lantai_server::{Served, TlsNotice, serve};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

/// A desk with certificates.
async fn desk_with(root: &Authority, redirect_from: Option<u16>) -> (Desk, Files) {
    let mut desk = Desk::small().await;
    let files = Files::in_folder(desk.folder.path());
    files.hold(&root.issue());
    let mut settings = files.settings();
    settings.redirect_from = redirect_from;
    desk.archive.config.tls = Some(settings);
    desk.archive.config.port = 0;
    (desk, files)
}

/// Serves the desk for as long as `work` goes on.
async fn while_served(desk: &Desk, reload: mpsc::Receiver<()>, work: impl AsyncFnOnce(Served)) {
    let (tell, told) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let ready = |served: &Served| drop(tell.send(served.clone()));
    let serving = serve(&desk.archive, false, ready, async { drop(stopped.await) }, reload);
    let asking = async {
        work(told.await.unwrap()).await;
        stop.send(()).unwrap();
    };
    let (served, ()) = tokio::join!(serving, asking);
    served.unwrap();
}

fn address(served: &Served) -> SocketAddr {
    let address = served.url.strip_prefix("https://").unwrap();
    address.trim_end_matches('/').parse().unwrap()
}

fn never() -> mpsc::Receiver<()> {
    mpsc::channel(1).1
}

#[tokio::test]
async fn the_whole_application_is_served_over_tls() {
    let root = Authority::root("root");
    let (desk, _files) = desk_with(&root, None).await;
    while_served(&desk, never(), async |served| {
        assert_eq!((served.redirect, &served.notices[..]), (None, &[][..]));
        let client = Client::usual(&root, &[HTTP_1_1]);
        let stream = client.connect(address(&served)).await.unwrap();
        let mut sender = http1(stream).await;
        let health = sender.send_request(get("/api/v1/health")).await.unwrap();
        let only_tls = health.headers()[header::STRICT_TRANSPORT_SECURITY].to_str();
        assert!(only_tls.unwrap().starts_with("max-age="));
        assert_eq!(whole(health).await.status(), StatusCode::OK);

        let body = json!({"name": "admin", "password": desk.password}).to_string();
        let request = Request::post("/api/v1/session")
            .header("host", "localhost")
            .header("x-lantai-csrf", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body));
        let answer = sender.send_request(request.unwrap()).await.unwrap();
        let answer = whole(answer).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(
            cookie.split("; ").any(|attribute| attribute == "Secure"),
            "{cookie}"
        );
        let mut request = get("/api/v1/session");
        let cookie = cookie.split(';').next().unwrap().parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookie);
        let answer = whole(sender.send_request(request).await.unwrap()).await;
        let session: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(session["viewer"]["kind"], "staff");

        let page = sender.send_request(get("/")).await.unwrap();
        let page = whole(page).await;
        // the pages are built by another tool, and may not have been
        let text = String::from_utf8_lossy(page.body()).into_owned();
        assert!(text.contains("<html") || text.contains("http.pages_missing"));
    })
    .await;
}

#[tokio::test]
async fn ranges_of_files_come_over_both_protocols() {
    let root = Authority::root("root");
    let (desk, _files) = desk_with(&root, None).await;
    let entry = desk.get(&record(OPEN), None).await.json();
    let files = entry["files"].as_array().unwrap();
    let is_text = |file: &&Value| file["name"].as_str().unwrap().ends_with("请示.txt");
    let path = files.iter().find(is_text).unwrap()["url"].as_str().unwrap();
    while_served(&desk, never(), async |served| {
        let ranged = |uri: String| {
            let mut request = get(&uri);
            let range = "bytes=3-8".parse().unwrap();
            request.headers_mut().insert(header::RANGE, range);
            request
        };
        let older = Client::usual(&root, &[HTTP_1_1]);
        let mut older = http1(older.connect(address(&served)).await.unwrap()).await;
        let newer = Client::usual(&root, &[H2]);
        let (mut newer, _) = http2(newer.connect(address(&served)).await.unwrap()).await;
        let answers = [
            older.send_request(ranged(path.to_owned())).await.unwrap(),
            newer
                .send_request(ranged(format!("https://localhost{path}")))
                .await
                .unwrap(),
        ];
        for answer in answers {
            let answer = whole(answer).await;
            assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
            assert_eq!(&answer.body()[..], "门乡".as_bytes());
            let range = answer.headers()[header::CONTENT_RANGE].to_str().unwrap();
            assert_eq!(range, format!("bytes 3-8/{}", TEXT.len()));
        }
    })
    .await;
}

/// The head of what plain HTTP answers.
async fn plainly(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = tokio::time::timeout(AT_LAST, stream.read_to_string(&mut answer));
    read.await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn plain_http_sends_readers_on_where_that_is_configured() {
    let root = Authority::root("root");
    let (desk, _files) = desk_with(&root, Some(0)).await;
    while_served(&desk, never(), async |served| {
        let (port, redirect) = (address(&served).port(), served.redirect.unwrap());
        let get = "GET /workbench/?a=1 HTTP/1.1\r\nHost: dag.example.cn\r\nConnection: close\r\n\r\n";
        let answer = plainly(redirect, get).await;
        assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
        let location = format!("location: https://dag.example.cn:{port}/workbench/?a=1\r\n");
        assert!(answer.to_lowercase().contains(&location), "{answer}");
        let post = "POST /api/v1/session HTTP/1.1\r\nHost: dag.example.cn\r\nConnection: close\r\n\
                    Content-Length: 0\r\n\r\n";
        let answer = plainly(redirect, post).await;
        assert!(
            answer.starts_with("HTTP/1.1 403 ") && answer.contains("http.tls_only"),
            "{answer}"
        );
    })
    .await;
}

#[tokio::test]
async fn certificates_are_read_again_when_it_is_asked_for() {
    let root = Authority::root("root");
    let (desk, files) = desk_with(&root, None).await;
    let (reload, asked) = mpsc::channel(1);
    while_served(&desk, asked, async |served| {
        let client = Client::usual(&root, &[HTTP_1_1]);
        let renewed = root.issue();
        files.hold(&renewed);
        reload.send(()).await.unwrap();
        let used = async { while shown(&client.connect(address(&served)).await.unwrap()) != renewed.der {} };
        tokio::time::timeout(AT_LAST, used).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_unusable_stops_the_start_by_name_and_what_ends_soon_is_told() {
    let root = Authority::root("root");
    let (desk, files) = desk_with(&root, None).await;
    let before = async || {
        let told = Arc::new(Mutex::new(None));
        let ready = |served: &Served| *told.lock().unwrap() = Some(served.clone());
        let stopped = serve(&desk.archive, false, ready, async {}, never()).await;
        let served = told.lock().unwrap().take();
        stopped.map(|()| served.unwrap())
    };
    let other = root.issue();
    files.put(&files.key(), &other.key, 0o600);
    assert_eq!(before().await.unwrap_err().code(), "tls.key_differs");
    files.hold(&root.issue_until((2024, 1, 1)));
    assert_eq!(before().await.unwrap_err().code(), "tls.expired");

    let today = desk
        .archive
        .holdings
        .clock
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC);
    let soon = today.date().saturating_add(jiff::Span::new().days(20));
    let [month, day] = [soon.month(), soon.day()].map(|part| u8::try_from(part).unwrap());
    files.hold(&root.issue_until((i32::from(soon.year()), month, day)));
    let served = before().await.unwrap();
    assert!(served.certificates_end.is_some());
    assert!(matches!(
        served.notices[..],
        [TlsNotice::EndsSoon { days: 19, .. }]
    ));
}

#[tokio::test]
async fn without_certificates_plain_http_is_served_as_ever() {
    let mut desk = Desk::small().await;
    desk.archive.config.port = 0;
    while_served(&desk, never(), async |served| {
        let plain: SocketAddr = served.url["http://".len()..]
            .trim_end_matches('/')
            .parse()
            .unwrap();
        assert!(served.url.starts_with("http://") && served.certificates_end.is_none());
        let health = "GET /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let answer = plainly(plain, health).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("{\"ok\":true}"));
        assert!(
            !answer.to_lowercase().contains("strict-transport-security"),
            "nobody is kept to what is not served: {answer}"
        );
    })
    .await;
}
