//! The one gate: who may do what with which record, decided by policies that an archivist can read.
//!
//! A [`Gate`] is a policy file made ready (`rules/access.cedar`, in the language Cedar). It is asked in three ways that
//! agree with each other by construction: [`Gate::decide`] for one record, [`Gate::decide_here`] for what concerns no
//! record, and [`Gate::filter`] for all records at once, as rules that the index and the catalogue can apply.
//! Whoever asks does so under one of their hats ([`Hat`]): the public's, a reader's, or a post they hold.

mod cases;
mod gate;
mod gatekeeper;
mod policy;
mod table;
mod world;

pub use gate::{Gate, PolicyText};
pub use gatekeeper::Gatekeeper;
pub use policy::PolicyError;
