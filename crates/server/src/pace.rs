//! Clients that are slow on purpose: whoever keeps us waiting must make progress meanwhile.
//!
//! Only time in which we wait for the client counts, and it counts anew whenever enough bytes have come: a slow honest line
//! goes on for hours, one byte now and then does not.

use axum::body::HttpBody;
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How much must come within how much waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Waiting allowed until enough has come.
    pub patience: Duration,
    /// How many bytes are enough.
    pub bytes: u64,
}

impl Pace {
    /// So many bytes a second at least, looked at over `patience`.
    pub fn new(patience: Duration, bytes_per_second: u64) -> Self {
        Self {
            patience,
            bytes: bytes_per_second.saturating_mul(patience.as_secs()).max(1),
        }
    }
}

/// The time spent waiting since enough bytes have come last.
#[derive(Debug)]
pub(crate) struct Waiting {
    pace: Pace,
    waited: Duration,
    bytes: u64,
    since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Waiting {
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            waited: Duration::ZERO,
            bytes: 0,
            since: None,
            alarm: None,
        }
    }

    /// Something came, or went.
    pub fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.alarm = None;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.bytes >= self.pace.bytes {
            self.waited = Duration::ZERO;
            self.bytes = 0;
        }
    }

    /// Nothing moves from now on.
    pub fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// What is left of the patience; nothing: it has lasted too long.
    pub fn left(&self) -> Duration {
        let now = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.pace.patience.saturating_sub(self.waited + now)
    }

    /// Nothing moves. Ready: it has lasted too long.
    fn poll_too_slow(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.begin();
        let left = self.left();
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(left)));
        alarm.as_mut().poll(cx)
    }
}

/// The body of a request whose client must keep a pace.
#[derive(Debug)]
pub(crate) struct PacedBody {
    body: Incoming,
    waiting: Waiting,
}

impl PacedBody {
    pub fn new(body: Incoming, pace: Pace) -> Self {
        Self {
            body,
            waiting: Waiting::new(pace),
        }
    }
}

impl HttpBody for PacedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.waiting.moved(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                ready!(this.waiting.poll_too_slow(cx));
                Poll::Ready(Some(Err(too_slow().into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the other side is too slow")
}

/// A connection whose client must take what it asked for at a pace.
#[derive(Debug)]
pub(crate) struct PacedStream<S> {
    stream: S,
    waiting: Waiting,
}

impl<S> PacedStream<S> {
    pub fn new(stream: S, pace: Pace) -> Self {
        Self {
            stream,
            waiting: Waiting::new(pace),
        }
    }

    fn paced(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.waiting.moved(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                ready!(self.waiting.poll_too_slow(cx));
                Poll::Ready(Err(too_slow()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PacedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PacedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.paced(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.paced(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx).map_ok(|()| 0);
        self.paced(cx, flushed).map_ok(|_| ())
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
