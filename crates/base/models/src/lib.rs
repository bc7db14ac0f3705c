//! Machine models (模型) behind ports: where their weights come from, and what they answer.
//!
//! Every model is optional. A missing one is said by name and never an accident; each port can be answered by a
//! service of the site instead. Weights are accepted by their SHA-256 only (`rules/models.toml`).

pub mod graph;
