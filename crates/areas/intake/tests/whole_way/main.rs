//! Packages on their whole way into real stores: what is checked, what is refused, what survives a crash.

mod bad_input;
mod checks;
mod faults;
mod house;
mod rebuilding;
mod verification;
