//! `serve` with certificates of one's own.

use crate::run::{Place, binary, finish};
use crate::service::Server;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

fn put(path: &Path, text: &str, mode: u32) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(mode)).unwrap();
    std::fs::rename(&new, path).unwrap();
}

/// Gives a place another certificate and key.
fn certify(place: &Place) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = place.data().join("tls");
    std::fs::create_dir_all(&folder).unwrap();
    put(&folder.join("key.pem"), &signing_key.serialize_pem(), 0o600);
    put(&folder.join("chain.pem"), &cert.pem(), 0o644);
    cert.der().clone()
}

/// An archive that is served with its own certificate.
fn certified() -> (Place, CertificateDer<'static>) {
    let place = Place::empty();
    let certificate = certify(&place);
    let file = place.data().join("lantai.toml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("\n[tls]\ncertificate = \"tls/chain.pem\"\nkey = \"tls/key.pem\"\n");
    std::fs::write(&file, text).unwrap();
    (place, certificate)
}

/// Asks for the health of a server that shows exactly this certificate; `None`: it shows another.
fn health(server: &Server, certificate: &CertificateDer<'static>) -> Option<String> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(session, TcpStream::connect(&server.address).unwrap());
    let request = "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Waits until it is so; however slow this machine is, it is by then.
#[track_caller]
fn at_last(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::yield_now();
    }
}

#[test]
fn it_tells_an_https_address_and_reads_its_certificate_again_when_told_to() {
    let (place, certificate) = certified();
    let log = place.path().join("log");
    let server = Server::start_with(&place, File::create(&log).unwrap().into(), &[]);
    assert!(server.told["url"].as_str().unwrap().starts_with("https://"));
    assert!(
        server.told["certificates_end"]
            .as_str()
            .unwrap()
            .starts_with("4096-")
    );
    let answer = health(&server, &certificate).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security"));
    let (head, body) = server.ask("GET", "/", &[], b"");
    assert!(
        head.contains("400") && body.contains("http.tls_only"),
        "{head} {body}"
    );

    // a key that does not fit is told by name, and changes nothing
    let key = place.data().join("tls/key.pem");
    put(&key, &KeyPair::generate().unwrap().serialize_pem(), 0o600);
    server.signal("HUP");
    let told = |code: &str| {
        let lines = BufReader::new(File::open(&log).unwrap()).lines();
        lines.map_while(Result::ok).any(|line| line.contains(code))
    };
    at_last(|| told("tls.key_differs"));
    assert!(health(&server, &certificate).is_some());
    let renewed = certify(&place);
    server.signal("HUP");
    at_last(|| health(&server, &renewed).is_some());
    assert!(
        health(&server, &certificate).is_none(),
        "the old one is shown no more"
    );
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_cannot_be_used_stops_the_start_by_name() {
    let (place, _) = certified();
    let serve = || {
        let data = place.data_text();
        finish(binary().args(["serve", "--json", "--port", "0", "--data", &data])).refused()
    };
    let key = place.data().join("tls/key.pem");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(serve(), "tls.key_open");
    std::fs::remove_file(&key).unwrap();
    assert_eq!(serve(), "tls.unreadable");
    // whoever does not serve needs no certificate
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
}
