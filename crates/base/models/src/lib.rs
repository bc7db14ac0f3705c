//! Machine models (模型) behind ports: where their weights come from, and what they answer.
//!
//! - [`manifest`]: which files there are, with their digests and where they can be had (`rules/models.toml`)
//! - [`store`]: the folder in which they lie, and whether they are whole
//! - [`fetch`]: getting them from a folder, a mirror or a package registry
//! - [`runtime`]: the library that runs them
//! - [`ocr`]: reading what is written on the picture of a page
//! - [`graph`]: models written in memory, for weights that come without a graph
//! - [`vectors`]: passages and questions as points in a space of meanings
//!
//! Every model is optional. A missing one is said by name and never an accident; each port can be answered by a
//! service of the site instead. Weights are accepted by their SHA-256 only (`rules/models.toml`).

mod error;
pub mod fetch;
pub mod graph;
pub mod manifest;
pub mod names;
pub mod ocr;
pub mod runtime;
pub mod store;
pub mod vectors;

pub use error::ModelError;
pub use manifest::Manifest;
pub use runtime::{Runtime, Session, SessionOptions};
pub use store::ModelStore;
