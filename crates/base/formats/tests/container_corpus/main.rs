//! Containers: sound ones are unpacked whole, evil ones are refused by name, and nothing is written beside the
//! quarantine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
#[path = "../corpus/mod.rs"]
mod corpus;
mod make;
mod mutations;
mod nested;
mod refusals;
mod sound;
mod suites;
