//! `serve`: the address, what answers there, and that nobody else may write meanwhile.

use crate::run::{BRIDGE, Place, binary};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(place: &Place) -> Self {
        let mut command = binary();
        command
            .args(["serve", "--json", "--port", "0", "--data"])
            .arg(place.data());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let url = told["url"].as_str().unwrap().to_owned();
        let address = url
            .strip_prefix("http://")
            .unwrap()
            .trim_end_matches('/')
            .to_owned();
        Self { child, address }
    }

    /// Status line and body.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_tells_its_address_and_answers_there() {
    let place = Place::filled();
    let server = Server::start(&place);
    let (status, body) = server.get("/api/v1/health");
    assert!(status.contains("200") && body.contains("true"), "{status} {body}");
    let (status, body) = server.get("/api/v1/search?q=%E6%9F%B3%E6%B9%BE%E5%A4%A7%E6%A1%A5");
    assert!(status.contains("200") && body.contains(BRIDGE), "{status} {body}");
    let (status, _) = server.get("/api/v1/records/Q001-WS%C2%B71985%C2%B7D30-0002");
    assert!(status.contains("404"), "the public is served: {status}");
    let (status, body) = server.get("/");
    // the pages are built by another tool, and may not have been
    assert!(
        status.contains("200") && body.contains("<html") || body.contains("http.pages_missing"),
        "{status}"
    );
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let place = Place::filled();
    let server = Server::start(&place);
    let package = place.package();
    for (command, more) in [
        ("work", &["--until-idle"] as &[&str]),
        ("ingest", &[package.to_str().unwrap()]),
        ("rebuild", &[]),
        ("serve", &["--port", "0"]),
    ] {
        assert_eq!(place.on_data(command, more).refused(), "data.in_use", "{command}");
    }
    assert_eq!(place.on_data("search", &["柳湾大桥"]).ended(0)["total"], 2);
    assert_eq!(place.on_data("record", &[BRIDGE]).status, 0);
    assert!(server.get("/api/v1/health").0.contains("200"));
}

#[test]
fn it_ends_when_it_is_asked_to_and_gives_the_folder_back() {
    let place = Place::filled();
    let mut server = Server::start(&place);
    let asked = Command::new("sh")
        .arg("-c")
        .arg(format!("kill -TERM {}", server.child.id()))
        .status()
        .unwrap();
    assert!(asked.success());
    let ended = server.child.wait().unwrap();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(place.on_data("work", &["--until-idle"]).status, 0);
}
