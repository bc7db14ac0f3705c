//! A server process, and asking it over plain HTTP.

use crate::run::{Place, binary};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A server that ends with the test.
pub struct Server {
    child: Child,
    /// What it told when it was ready.
    pub told: Value,
    /// Host and port.
    pub address: String,
}

impl Server {
    /// Serves a place, and says nothing about it.
    pub fn start(place: &Place) -> Self {
        Self::start_with(place, Stdio::null(), &[])
    }

    /// The same, with a place for its log, and variables of the environment.
    pub fn start_with(place: &Place, log: Stdio, variables: &[(&str, &str)]) -> Self {
        let mut command = binary();
        command
            .args(["serve", "--json", "--port", "0", "--data"])
            .arg(place.data())
            .envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let (_, address) = told["url"].as_str().unwrap().split_once("://").unwrap();
        let address = address.trim_end_matches('/').to_owned();
        Self { child, told, address }
    }

    /// Head and body of what is answered.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// Status line and body.
    pub fn get(&self, path: &str) -> (String, String) {
        let (head, body) = self.ask("GET", path, &[], b"");
        (head.lines().next().unwrap().to_owned(), body)
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -{name} {}", self.child.id()))
            .status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end and waits for it; the status it ended with.
    pub fn end(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
