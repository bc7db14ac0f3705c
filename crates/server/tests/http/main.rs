//! The whole application, asked in process as nobody and as a member of the staff.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod accessions;
mod audit;
mod audit_upkeep;
mod desk;
mod encryption;
mod exceptions;
mod files;
mod filing;
mod limits;
mod mass;
mod moved_clock;
mod opening;
mod people;
mod quality;
mod reports;
mod rights;
mod session;
mod tls;
mod who_may_what;
