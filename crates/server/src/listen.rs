//! Listening: connections with time limits on both sides, and an end that lets answers finish.

use crate::limits::Limits;
use crate::pace::{Pace, PacedBody, PacedStream};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
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

/// Serves connections until `stopping` says so; then answers under way are finished.
pub async fn listen(
    listener: TcpListener,
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
        let (router, stopping) = (router.clone(), stopping.clone());
        connections.spawn(async move {
            // answers are small and many: waiting to fill packets only delays them
            let _ = stream.set_nodelay(true);
            serve_one(stream, peer, router, times, stopping).await;
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
    peer: SocketAddr,
    router: Router,
    times: Times,
    mut stopping: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        let mut request = request.map(|body| Body::new(PacedBody::new(body, times.body)));
        request.extensions_mut().insert(PeerAddress(peer.ip()));
        async move {
            Ok::<_, Infallible>(
                router
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {}),
            )
        }
    });
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(times.header)
        .max_headers(MOST_HEADERS)
        .max_buf_size(times.header_bytes);
    let stream = TokioIo::new(PacedStream::new(stream, times.answer));
    let connection = builder.serve_connection(stream, service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { drop(stopping.wait_for(|stopped| *stopped).await) } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended early");
    }
}
