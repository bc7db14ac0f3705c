//! What can be done to records.

pub mod open_record;
