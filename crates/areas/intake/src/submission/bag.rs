//! A BagIt bag (RFC 8493).

use super::{Opening, Submission};
use crate::error::IntakeError;
use crate::tally::Tally;

/// Opens a bag.
pub(super) fn open(
    opening: &Opening,
    _tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    Err(IntakeError::KindUnknown { path: opening.path.clone(), reason: String::new() })
}
