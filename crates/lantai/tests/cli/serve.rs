//! `serve`: the address, what answers there, and that nobody else may write meanwhile.

use crate::run::{BRIDGE, Place};
use crate::service::Server;

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
    assert_eq!(Server::start(&place).end(), Some(0));
    assert_eq!(place.on_data("work", &["--until-idle"]).status, 0);
}
