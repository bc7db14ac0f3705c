//! TLS: what can be used, how connections begin, what slow and wrong clients get, and the whole application over it.

mod authority;
mod beginnings;
mod client;
mod files;
mod many_at_once;
mod whole;
