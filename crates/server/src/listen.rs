//! Listening: connections with time limits on both sides, and an end that lets answers finish.

use crate::limits::Limits;
use crate::pace::{Pace, PacedBody, PacedStream};
use crate::streams::{Ending, Streams, WatchedBody};
use crate::tls::{Tls, greet};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use lantai_identity::audit::routes::PeerAddress;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// How long answers under way may take after the program was asked to end.
const FAREWELL: Duration = Duration::from_secs(10);
/// Lines of the head of a request at most.
const MOST_HEADERS: usize = 100;
/// Requests at once on one connection of HTTP/2.
const MOST_STREAMS: u32 = 100;
/// Bytes that one answer of HTTP/2 may hold back for a client that does not take them.
const HELD_BACK: usize = 64 << 10;

/// The times a client may take; parameters, so that tests need not wait.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For the head of a request.
    pub header: Duration,
    /// For its body.
    pub body: Pace,
    /// For taking the answer.
    pub answer: Pace,
    /// Bytes of the head.
    pub header_bytes: usize,
    /// Connections at once.
    pub connections: usize,
}

impl From<&Limits> for Times {
    fn from(limits: &Limits) -> Self {
        let seconds = |seconds: u64| Duration::from_secs(seconds.max(1));
        Self {
            header: seconds(limits.header_seconds),
            body: Pace::new(seconds(limits.body_seconds), limits.body_bytes_per_second),
            answer: Pace::new(seconds(limits.answer_seconds), limits.body_bytes_per_second),
            header_bytes: limits.header_bytes.max(8_192),
            connections: limits.connections.max(1),
        }
    }
}

/// What is spoken below HTTP.
#[derive(Debug, Clone)]
pub enum Transport {
    /// Nothing: on this machine, or behind another one that speaks TLS.
    Plain,
    /// TLS with certificates of our own.
    Tls(Arc<Tls>),
}

/// The version of HTTP that both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// Serves connections until `stopping` says so; then answers under way are finished.
pub async fn listen(
    listener: TcpListener,
    transport: Transport,
    router: Router,
    times: Times,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(times.connections));
    let mut connections = JoinSet::new();
    loop {
        // nobody more is let in while all places are taken: they wait at the door of the machine
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let (place, accepted) = tokio::select! {
            () = async { drop(stopping.wait_for(|stopped| *stopped).await) } => break,
            accepted = accepted => match accepted {
                Some(accepted) => accepted,
                None => break,
            },
            Some(_) = connections.join_next() => continue,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // too many open files, or a client that has gone: others may still be served
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (router, mut stopping) = (router.clone(), stopping.clone());
        let transport = transport.clone();
        connections.spawn(async move {
            // answers are small and many: waiting to fill packets only delays them
            let _ = stream.set_nodelay(true);
            match transport {
                Transport::Plain => {
                    serve_one(stream, Protocol::Http1, peer, router, times, stopping).await;
                }
                Transport::Tls(tls) => {
                    let greeted = tokio::select! {
                        greeted = greet(stream, &tls, times.header) => greeted,
                        () = async { drop(stopping.wait_for(|stopped| *stopped).await) } => None,
                    };
                    if let Some((stream, protocol)) = greeted {
                        serve_one(stream, protocol, peer, router, times, stopping).await;
                    }
                }
            }
            drop(place);
        });
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, finished).await.is_err() {
        tracing::warn!("some answers were not taken in time and are broken off");
    }
}

async fn serve_one<S>(
    stream: S,
    protocol: Protocol,
    peer: SocketAddr,
    router: Router,
    times: Times,
    mut stopping: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let streams = Streams::new(times.header, times.answer);
    let begun = Arc::clone(&streams);
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        let stream = begun.begin();
        let mut request = request.map(|body| Body::new(PacedBody::new(body, times.body)));
        request.extensions_mut().insert(PeerAddress(peer.ip()));
        async move {
            let response: Response<Body> = router
                .oneshot(request)
                .await
                .unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(response.map(|body| WatchedBody::new(body, stream)))
        }
    });
    let builder = builder(protocol, &times);
    let stream = TokioIo::new(PacedStream::new(stream, times.answer));
    let connection = builder.serve_connection(stream, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { drop(stopping.wait_for(|stopped| *stopped).await) } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        // the other protocol looks after this itself: one answer after the other
        ending = streams.watch(), if protocol == Protocol::Http2 => match ending {
            Ending::Idle => {
                connection.as_mut().graceful_shutdown();
                let farewell = tokio::time::timeout(times.answer.patience, connection).await;
                farewell.unwrap_or(Ok(()))
            }
            Ending::TooSlow => {
                tracing::debug!("a connection is broken off: the other side is too slow");
                Ok(())
            }
        },
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended early");
    }
}

fn builder(protocol: Protocol, times: &Times) -> Builder<TokioExecutor> {
    let builder = Builder::new(TokioExecutor::new());
    let mut builder = match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(times.header)
        .max_headers(MOST_HEADERS)
        .max_buf_size(times.header_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(times.header_bytes).unwrap_or(u32::MAX))
        .max_send_buf_size(HELD_BACK)
        .keep_alive_interval(times.header)
        .keep_alive_timeout(times.header);
    builder
}
