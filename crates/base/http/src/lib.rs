//! What every route shares: who asks, how errors look, how lists are paged.
//!
//! A route says what it needs in the types of its arguments: [`Asker`] for whoever asks, [`Staff`] for members of the
//! staff only. A route without either serves nothing that depends on rights.

mod page;
mod problem;
mod viewer;

pub use page::{Cursor, Page};
pub use problem::{Problem, ProblemBody};
pub use viewer::{Asker, CsrfProof, Staff};
