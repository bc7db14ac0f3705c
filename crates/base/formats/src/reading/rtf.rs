//! Rich Text Format (Microsoft's specification 1.9.1), read in one pass over its bytes.
//!
//! The reader keeps the text of the document, of headers, footers, notes and text boxes, and what the document says of
//! itself; pictures, embedded objects and everything marked as ignorable is passed over. Groups nested beyond a limit
//! are read as if they were not nested.

mod charset;
mod document;
mod lexer;
mod words;

pub(super) use charset::code_page;
pub(super) use document::rtf_text;

use super::flow::Flow;
use super::{Context, Input, ReadError};

/// Reads a document.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().document_bytes)?;
    context.text_step("", serde_json::Map::new());
    let document = rtf_text(&bytes);
    for (name, value) in &document.told {
        context.told(name, value);
    }
    if !document.is_whole {
        context.omit("reading.damaged", "the document ends before its groups do");
    }
    let mut flow = Flow::new(context);
    for page in &document.pages {
        flow.lines(page)?;
        flow.end_page_even_if_empty()?;
    }
    Ok(())
}
