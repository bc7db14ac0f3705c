//! What comes in from outside: formats of files, text in any encoding, catalogues and packages.
//!
//! - [`identify`]: which format a file is in, by PRONOM
//! - [`text`]: text and file names in whatever encoding
//!
//! Everything read here is hostile until proven otherwise: readers have limits, never panic, and never follow a
//! name out of its folder.

pub mod identify;
pub mod text;
