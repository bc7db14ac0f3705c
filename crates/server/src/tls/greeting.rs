//! The beginning of a connection: the handshake, within the time that a client may take.

use super::{H2, Tls};
use crate::listen::Protocol;
use axum::http::StatusCode;
use lantai_http::ProblemBody;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What is read of a request in plain HTTP, so that its answer arrives.
const MOST_BYTES: u64 = 64 << 10;

/// Shakes hands; `None`: there is nobody to talk to.
pub(crate) async fn greet(
    stream: TcpStream,
    tls: &Tls,
    patience: Duration,
) -> Option<(TlsStream<TcpStream>, Protocol)> {
    match tokio::time::timeout(patience, shake_hands(stream, tls)).await {
        Ok(Ok(greeted)) => Some(greeted),
        Ok(Err(error)) => {
            tracing::debug!(error = %error, "a handshake failed");
            None
        }
        Err(_) => {
            tracing::debug!("a handshake took too long");
            None
        }
    }
}

async fn shake_hands(mut stream: TcpStream, tls: &Tls) -> io::Result<(TlsStream<TcpStream>, Protocol)> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    // a handshake begins with the byte 22, a request in plain HTTP with a letter
    if first.iter().all(u8::is_ascii_alphabetic) {
        tell_of_tls(&mut stream).await?;
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "plain HTTP was spoken",
        ));
    }
    let stream = TlsAcceptor::from(tls.config()).accept(stream).await?;
    let protocol = match stream.get_ref().1.alpn_protocol() {
        Some(chosen) if chosen == H2 => Protocol::Http2,
        _ => Protocol::Http1,
    };
    Ok((stream, protocol))
}

/// Answers a request in plain HTTP with why it is not served.
async fn tell_of_tls(stream: &mut TcpStream) -> io::Result<()> {
    let status = StatusCode::BAD_REQUEST;
    let problem = ProblemBody {
        kind: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        code: "http.tls_only".to_owned(),
        detail: "this port speaks TLS: ask with https".to_owned(),
    };
    let body = serde_json::to_string(&problem)?;
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // a connection that is closed with something unread takes the answer along
    let mut rest = stream.take(MOST_BYTES);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}
