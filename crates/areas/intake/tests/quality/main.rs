//! The double quality check on its whole way, on SQLite and on PostgreSQL, with a real vault and journal.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens"
)]

mod desk;
mod rebuilding;
mod way;
