//! The list of exceptions (挂接异常清单): files of a package that attach to no record, or to several, or whose page says
//! something else than their name. The accession waits; a person assigns each file or leaves it out; then the records
//! that were given files are staged anew, and everything else is accepted as it was staged before.

mod assign;
mod decide;
mod keep;
mod read;

pub(crate) use assign::{Assigning, assigned_batch, is_assigned_part};
pub use decide::{Chosen, Decided, ExceptionsDesk, Wanted, WantedOfMany};
pub use keep::WaitingRecord;
pub(crate) use keep::{file_path, keep_loose, search_records};
pub(crate) use read::{ReadLoose, read_loose};
