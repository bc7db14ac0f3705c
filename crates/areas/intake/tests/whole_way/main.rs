//! Packages on their whole way into real stores: what is checked, what is refused, what survives a crash.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens"
)]

mod bad_input;
mod catalogue;
mod checks;
mod eark;
#[path = "../shared/eark_package.rs"]
mod eark_package;
mod encrypted;
mod exceptions;
mod faults;
mod house;
mod parts;
mod rebuilding;
mod verification;
