//! No secret is written anywhere: a whole service at work, with a log of everything, and then a search through its log and
//! through every file that it left.

use crate::run::{GRAIN_TEXT, Place, files_below};
use crate::service::Server;
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;

const WRONG_PASSWORD: &str = "Wrong-Password-7c1f9e52";
const PROOF: &str = "Csrf-Proof-41d8a3b6";
const TOKEN: &str = "Bearer-Token-e90b27c4";
const FOREIGN_COOKIE: &str = "Foreign-Cookie-58f3d1a0";
const SESSION: &str = "/api/v1/session";

/// What a server answers to somebody who sends JSON.
fn send(server: &Server, method: &str, path: &str, cookie: &str, body: &Value) -> (String, Value, String) {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Lantai-Csrf", PROOF),
        ("Cookie", cookie),
        ("Idempotency-Key", "secrets"),
        // whoever signs in with a cookie needs none: it is not looked at, and not told either
        if cookie.is_empty() {
            ("Authorization", bearer.as_str())
        } else {
            ("Accept", "application/json")
        },
    ];
    let (head, text) = server.ask(method, path, &headers, body.to_string().as_bytes());
    let status = head.lines().next().unwrap().to_owned();
    let cookie = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie: "))
        .map(|line| line["set-cookie: ".len()..].split(';').next().unwrap().to_owned());
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    (status, body, cookie.unwrap_or_default())
}

/// Signs in; who must choose another password does. The cookie, and the passwords used.
fn sign_in(server: &Server, password: &str) -> (String, Vec<String>) {
    let body = json!({"name": "admin", "password": password});
    let (status, session, cookie) = send(server, "POST", SESSION, "", &body);
    assert!(status.contains("200"), "{status} {session}");
    let mut passwords = vec![password.to_owned()];
    if session["password_must_change"] != true {
        return (cookie, passwords);
    }
    let own = format!("Own-{password}-荻川");
    let (status, answer, renewed) = send(
        server,
        "PUT",
        "/api/v1/account/password",
        &cookie,
        &json!({"new": own}),
    );
    assert!(status.contains("200"), "{status} {answer}");
    passwords.push(own);
    (renewed, passwords)
}

/// Announces a package, uploads its files, and hands it in.
fn take_in(server: &Server, cookie: &str, package: &Path) {
    let announced = json!({"name": "荻川县移交", "fonds": "Q001", "kind": "auto", "files": 4, "bytes": 1000});
    let (status, accession, _) = send(server, "POST", "/api/v1/accessions", cookie, &announced);
    assert!(status.contains("20"), "{status} {accession}");
    let path = format!("/api/v1/accessions/{}", accession["id"].as_str().unwrap());
    for (file, bytes) in files_below(package) {
        let name = file.strip_prefix(package).unwrap().to_str().unwrap().to_owned();
        let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let headers = [("X-Lantai-Csrf", PROOF), ("Cookie", cookie)];
        let address = format!("{path}/files?path={name}");
        let (head, body) = server.ask("PUT", &address, &headers, &bytes);
        assert!(head.contains("204"), "{head} {body}");
    }
    let (status, answer, _) = send(server, "POST", &format!("{path}/submit"), cookie, &json!({}));
    assert!(status.contains("202"), "{status} {answer}");
    // it lasts until the package is taken in
    let (head, events) = server.ask("GET", &format!("{path}/progress"), &[("Cookie", cookie)], b"");
    assert!(
        head.contains("200") && events.contains("\"accepted\""),
        "{head} {events}"
    );
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[track_caller]
fn not_in(secrets: &[(&str, &str)], place: &str, bytes: &[u8]) {
    for (what, secret) in secrets {
        assert!(!holds(bytes, secret), "{what} is in {place}");
    }
}

#[test]
fn no_secret_is_left_in_log_audit_trail_or_journal() {
    let place = Place::empty();
    let first = place.data().join("admin-password");
    let password = std::fs::read_to_string(&first).unwrap().trim().to_owned();
    let log = place.path().join("log");
    let server = Server::start_with(
        &place,
        File::create(&log).unwrap().into(),
        &[("LANTAI_LOG", "trace")],
    );
    let wrong = json!({"name": "admin", "password": WRONG_PASSWORD});
    let foreign = format!("other={FOREIGN_COOKIE}; lantai_session={FOREIGN_COOKIE}");
    assert!(send(&server, "POST", SESSION, "", &wrong).0.contains("401"));
    assert!(
        send(&server, "GET", SESSION, &foreign, &json!({}))
            .0
            .contains("200")
    );
    // a password that stands where a name should be, and one in the address
    let confused = json!({"name": WRONG_PASSWORD, "password": WRONG_PASSWORD});
    assert!(send(&server, "POST", SESSION, "", &confused).0.contains("401"));
    let typed = format!("/api/v1/fonds?password={WRONG_PASSWORD}");
    server.get(&typed);
    let (cookie, passwords) = sign_in(&server, &password);
    take_in(&server, &cookie, &place.package());
    let record = "/api/v1/records/Q001-WS%C2%B71985%C2%B7D30-0002";
    let (status, read, _) = send(&server, "GET", record, &cookie, &Value::Null);
    assert!(status.contains("200"), "{status} {read}");
    assert!(
        send(&server, "DELETE", SESSION, &cookie, &json!({}))
            .0
            .contains("204")
    );
    assert_eq!(server.end(), Some(0));

    let session = cookie.split_once('=').unwrap().1;
    assert!(session.len() > 20 && !FOREIGN_COOKIE.contains(session));
    let mut secrets = vec![
        ("a wrong password", WRONG_PASSWORD),
        ("the session's cookie", session),
        ("a cookie of somebody else", FOREIGN_COOKIE),
        ("the proof against forged requests", PROOF),
        ("an authorization header", TOKEN),
    ];
    secrets.extend(passwords.iter().map(|password| ("a password", password.as_str())));
    let text = std::fs::read(&log).unwrap();
    for proof in ["\"level\":\"DEBUG\"", "http.request"] {
        assert!(holds(&text, proof), "the log tells everything: {proof}");
    }
    not_in(&secrets, "the log", &text);
    // neither is what is not open
    not_in(
        &[("the text of a closed record", GRAIN_TEXT.trim())],
        "the log",
        &text,
    );
    let mut trail = String::new();
    for (path, bytes) in files_below(&place.data()) {
        if path.file_name().unwrap().to_str().unwrap().ends_with("-password") {
            continue;
        }
        not_in(&secrets, path.to_str().unwrap(), &bytes);
        if path.parent().unwrap().ends_with("audit") {
            trail.push_str(&String::from_utf8(bytes).unwrap());
        }
    }
    for told in ["\"sign_in\"", "\"failure\"", "\"sign_out\"", "\"get_record\""] {
        assert!(trail.contains(told), "the audit trail tells of it: {told}");
    }
}
