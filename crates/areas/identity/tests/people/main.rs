//! What the people of an archive promise, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod holdings;
mod office;
mod places;
