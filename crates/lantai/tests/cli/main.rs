//! The command line as a contract: every command on a temporary folder, its JSON field by field, its exit status.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod bench;
mod containers;
mod corpus;
mod examine;
mod give_out;
mod keep;
mod keys;
mod models;
mod receipts;
mod run;
mod secrets;
mod serve;
mod service;
mod start;
mod take_in;
mod tls;
mod travel;
