//! Listening to a child: with patience while it recognises, with little while it only parses.

use super::protocol::Line;
use lantai_sandbox::{Child, ChildError};
use std::time::Duration;

/// How long a child may be silent while it reads what stands in a file.
const SILENCE: Duration = Duration::from_secs(60);
/// How long it may be silent after it said that something takes its time: a page of forty megapixels, half a minute of
/// speech, another program.
const BUSY_SILENCE: Duration = Duration::from_secs(300);

/// Hands on the lines of an answer until its end, or until `is_over`.
pub(super) fn listen(
    child: &mut Child,
    is_over: &dyn Fn() -> bool,
    mut each: impl FnMut(Line),
) -> Result<(), ChildError> {
    let mut patience = SILENCE;
    loop {
        let line = child.answer_unless(patience, is_over)?;
        let line: Line =
            serde_json::from_str(&line).map_err(|error| ChildError::crashed(error.to_string()))?;
        patience = SILENCE;
        match line {
            Line::Done => return Ok(()),
            Line::Busy => patience = BUSY_SILENCE,
            Line::Panicked(detail) => return Err(ChildError::crashed(detail)),
            line => each(line),
        }
    }
}
