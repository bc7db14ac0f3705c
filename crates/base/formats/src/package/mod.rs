//! Packages as they lie on disk: what kind, which files, and references that must stay inside.

mod kind;
mod name;
mod walk;

pub use kind::{PackageKind, detect_kind};
pub use name::{LogicalName, PathEscape, resolve_inside};
pub use walk::{FileClass, FoundFile, Walk, WalkError, is_junk_name, walk};
