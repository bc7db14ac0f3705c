//! What every route shares: its door, who asks, how errors look, how lists are paged.
//!
//! An [`Api`] takes an operation only together with a [`Door`] that says who may use it; the door stands in the
//! description of the interface (`x-lantai-door`), where tests and readers find it. What somebody sees behind a door is
//! asked of the [`Asker`].

mod api;
pub mod limits;
mod page;
mod problem;
mod told;
mod viewer;

pub use api::{Api, DOOR, Door, FRESH};
pub use page::{Cursor, Page};
pub use problem::{Problem, ProblemBody};
pub use told::{Hidden, ProblemCode, Told};
pub use viewer::{Asker, Proved};
