//! A server of files for tests: HTTP/1.1, one answer a connection, parts of files, and breaking off once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct State {
    files: HashMap<String, Vec<u8>>,
    /// Answers that end too early, once.
    broken: HashMap<String, usize>,
    /// The part that each answered question asked for.
    ranges: Vec<String>,
    /// What was sent along with questions: their heads and bodies.
    sent: Vec<(String, String)>,
}

/// The server; it ends with its test.
pub struct Served {
    state: Arc<Mutex<State>>,
    port: u16,
}

#[expect(dead_code, reason = "each suite uses a part of it")]
impl Served {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, Arc::clone(&shared)));
            }
        });
        Self { state, port }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn put(&self, path: &str, bytes: Vec<u8>) {
        self.state.lock().unwrap().files.insert(path.to_owned(), bytes);
    }

    pub fn break_after(&self, path: &str, bytes: usize) {
        self.state.lock().unwrap().broken.insert(path.to_owned(), bytes);
    }

    pub fn sent(&self) -> Vec<(String, String)> {
        self.state.lock().unwrap().sent.clone()
    }

    pub fn ranges(&self) -> Vec<String> {
        self.state.lock().unwrap().ranges.clone()
    }
}

async fn answer(mut connection: TcpStream, state: Arc<Mutex<State>>) {
    let mut read = Vec::new();
    let mut buffer = [0; 1024];
    while !is_whole(&read) {
        match connection.read(&mut buffer).await {
            Ok(more) if more > 0 => read.extend_from_slice(&buffer[..more]),
            _ => return,
        }
    }
    let (head, body) = parts(&read).unwrap();
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let range = header(&head, "range");
    let bytes = {
        let mut state = state.lock().unwrap();
        state.sent.push((head, body));
        prepared(&mut state, &path, &range)
    };
    connection.write_all(&bytes).await.unwrap();
    connection.shutdown().await.unwrap();
}

fn parts(read: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(read);
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.to_owned(), body.to_owned()))
}

fn is_whole(read: &[u8]) -> bool {
    parts(read).is_some_and(|(head, body)| {
        let length = header(&head, "content-length");
        body.len() >= length.parse().unwrap_or(0)
    })
}

fn header(head: &str, name: &str) -> String {
    let found = head
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_default().to_owned()
}

fn prepared(state: &mut State, path: &str, range: &str) -> Vec<u8> {
    let Some(file) = state.files.get(path).cloned() else {
        return b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    };
    state.ranges.push(range.to_owned());
    let from = range
        .strip_prefix("bytes=")
        .and_then(|range| range.strip_suffix('-'))
        .and_then(|from| from.parse::<usize>().ok());
    let status = match from {
        Some(from) => format!(
            "206 Partial Content\r\ncontent-range: bytes {from}-{}/{}",
            file.len() - 1,
            file.len()
        ),
        None => "200 OK".to_owned(),
    };
    let body = &file[from.unwrap_or(0)..];
    let sent = state.broken.remove(path).unwrap_or(body.len());
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body[..sent]].concat()
}
