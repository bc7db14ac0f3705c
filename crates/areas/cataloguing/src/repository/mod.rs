//! The catalogue's tables: records, fonds, segments, and batches under way.

pub mod batches;
pub mod clear;
pub mod fonds;
pub mod records;
pub mod segments;
mod visible;
