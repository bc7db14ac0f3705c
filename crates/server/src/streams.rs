//! The answers under way on one connection of HTTP/2, where a client may keep many waiting at once and yet be alive.
//!
//! Below HTTP/2 the connection always moves: a client that takes nothing of its answers still acknowledges. So each answer
//! is watched by itself: from when a part of it was handed over until the next part is asked for, we wait for the client. A
//! connection on which nothing is under way is ended after a while, like one of HTTP/1.

use crate::pace::{Pace, Waiting};
use axum::body::{Body, HttpBody};
use hyper::body::{Bytes, Frame, SizeHint};
use std::collections::HashMap;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Why a connection is to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing has been asked for a while.
    Idle,
    /// Answers are not taken, or nothing was ever asked.
    TooSlow,
}

#[derive(Debug)]
struct State {
    begun: u64,
    under_way: HashMap<u64, Waiting>,
    idle_since: Instant,
}

/// What is under way on a connection.
#[derive(Debug)]
pub(crate) struct Streams {
    idle: Duration,
    pace: Pace,
    state: Mutex<State>,
}

impl Streams {
    /// A connection may be without requests for `idle`; answers are taken at `pace`.
    pub fn new(idle: Duration, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            idle,
            pace,
            state: Mutex::new(State {
                begun: 0,
                under_way: HashMap::new(),
                idle_since: Instant::now(),
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has come; it is under way until what is given back is dropped.
    pub fn begin(self: &Arc<Self>) -> Stream {
        let mut state = self.state();
        state.begun += 1;
        let number = state.begun;
        state.under_way.insert(number, Waiting::new(self.pace));
        Stream {
            streams: Arc::clone(self),
            number,
        }
    }

    /// Resolves when the connection is to be ended.
    pub async fn watch(&self) -> Ending {
        loop {
            match self.look() {
                Ok(pause) => sleep(pause).await,
                Err(ending) => return ending,
            }
        }
    }

    /// How long nothing can become wrong, or what is wrong.
    fn look(&self) -> Result<Duration, Ending> {
        let state = self.state();
        if let Some(left) = state.under_way.values().map(Waiting::left).min() {
            return match left.is_zero() {
                true => Err(Ending::TooSlow),
                false => Ok(left.min(self.idle)),
            };
        }
        let left = self.idle.saturating_sub(state.idle_since.elapsed());
        match (left.is_zero(), state.begun) {
            (false, _) => Ok(left),
            (true, 0) => Err(Ending::TooSlow),
            (true, _) => Err(Ending::Idle),
        }
    }
}

/// One request under way.
#[derive(Debug)]
pub(crate) struct Stream {
    streams: Arc<Streams>,
    number: u64,
}

impl Stream {
    fn of(&self, change: impl FnOnce(&mut Waiting)) {
        if let Some(waiting) = self.streams.state().under_way.get_mut(&self.number) {
            change(waiting);
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut state = self.streams.state();
        state.under_way.remove(&self.number);
        if state.under_way.is_empty() {
            state.idle_since = Instant::now();
        }
    }
}

/// The body of an answer that is watched.
#[derive(Debug)]
pub(crate) struct WatchedBody {
    body: Body,
    stream: Stream,
    handed_over: usize,
}

impl WatchedBody {
    pub fn new(body: Body, stream: Stream) -> Self {
        Self {
            body,
            stream,
            handed_over: 0,
        }
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        // whoever asks for more has taken what was handed over
        let taken = mem::take(&mut this.handed_over);
        this.stream.of(|waiting| waiting.moved(taken));
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            this.handed_over = frame.data_ref().map_or(0, Bytes::len);
            this.stream.of(Waiting::begin);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
