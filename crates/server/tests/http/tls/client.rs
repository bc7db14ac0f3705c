//! Whoever speaks TLS with the service.

use super::authority::Authority;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

/// However slow this machine is, what should end has ended by then.
pub const AT_LAST: Duration = Duration::from_secs(60);
pub const H2: &[u8] = b"h2";
pub const HTTP_1_1: &[u8] = b"http/1.1";

/// What a client trusts and speaks.
pub struct Client {
    config: ClientConfig,
    name: &'static str,
}

impl Client {
    pub fn new(trusts: &Authority, versions: &[&'static SupportedProtocolVersion], alpn: &[&[u8]]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(trusts.der()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        config.resumption = Resumption::disabled();
        Self {
            config,
            name: "localhost",
        }
    }

    /// One that speaks every version and asks for these protocols.
    pub fn usual(trusts: &Authority, alpn: &[&[u8]]) -> Self {
        Self::new(trusts, &[&TLS13, &TLS12], alpn)
    }

    /// The same; it expects somebody else.
    pub fn looking_for(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub async fn connect(&self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from(self.name).unwrap();
        let connecting = TlsConnector::from(Arc::new(self.config.clone())).connect(name, stream);
        tokio::time::timeout(AT_LAST, connecting).await.unwrap()
    }
}

/// The certificate that the other side showed.
pub fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    let certificates = stream.get_ref().1.peer_certificates().unwrap();
    certificates[0].clone().into_owned()
}

pub fn protocol(stream: &TlsStream<TcpStream>) -> Option<&[u8]> {
    stream.get_ref().1.alpn_protocol()
}

/// A connection on which one asks with HTTP/1.1.
pub async fn http1(stream: TlsStream<TcpStream>) -> http1::SendRequest<Body> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// A connection on which one asks with HTTP/2; what is given back besides resolves when it has ended.
pub async fn http2(
    stream: TlsStream<TcpStream>,
) -> (
    http2::SendRequest<Body>,
    tokio::task::JoinHandle<hyper::Result<()>>,
) {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    (sender, tokio::spawn(connection))
}

/// The whole of an answer.
pub async fn whole(response: Response<hyper::body::Incoming>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap();
    Response::from_parts(parts, body)
}

pub fn get(uri: &str) -> Request<Body> {
    let request = Request::builder().uri(uri).header("host", "localhost");
    request.body(Body::empty()).unwrap()
}
