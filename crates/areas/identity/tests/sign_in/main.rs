//! Signing in, on SQLite and on PostgreSQL, with a clock that moves only when it is told to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod authenticator;
mod entering;
mod factors;
mod passkeys;
mod passwords;
mod provider;
mod tables;
mod world;
