//! Child processes for readers that may break: limits that a child sets itself, lines asked and answered, a pool.
//!
//! Whatever reads files from outside with code of others runs in a child of this program. A file that brings its reader
//! down brings down one child; the child is replaced, and the fault has a name.
//!
//! ```text
//! Pool ── a place ──▶ Child ── one line, a question ──▶ the same program, bound by ChildLimits
//!                          ◀── lines, the answers ─────
//!                     killed when it is silent for too long; replaced after a fault, or after many questions
//! ```

mod child;
mod error;
mod limits;
mod pool;

pub use child::Child;
pub use error::ChildError;
pub use limits::ChildLimits;
pub use pool::{Pool, PoolOptions};
