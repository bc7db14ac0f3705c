//! HTML: what a reader of the page sees as text. Scripts, styles and what is hidden are no text, and nothing runs.
//!
//! The tokens of the page are read one after the other, without a tree: pages nested without end cost nothing.

mod charset;
mod text;

pub(super) use charset::decode_markup;
pub(super) use text::{HtmlText, html_text};

use super::flow::Flow;
use super::{Context, Input, ReadError};

/// Reads a web page.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().document_bytes)?;
    context.text_step("", serde_json::Map::new());
    let page = html_text(&decode_markup(&bytes, None));
    tell(&page, context);
    let mut flow = Flow::new(context);
    flow.set_label(&page.title)?;
    flow.lines(&page.lines)?;
    flow.end_page()
}

/// Tells what a page says of itself.
pub(super) fn tell(page: &HtmlText, context: &mut Context<'_>) {
    context.told("title", &page.title);
    for (name, value) in &page.meta {
        context.told(name, value);
    }
}
