//! Slides of PowerPoint 97 to 2003 (MS-PPT): text by slide, with its notes and comments.

mod deck;
mod record;

use crate::reading::compound::{Compound, index, tell_summary, u32_at};
use crate::reading::flow::Flow;
use crate::reading::{Context, Input, ReadError};
use deck::deck;
use lantai_domain::reading::LineRole;

/// The mark of encrypted slides in the stream `Current User`.
const ENCRYPTED: u32 = 0xf3d1_c4df;

/// Reads slides.
pub(in crate::reading) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    if !input.head(8)?.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(ReadError::NoReader);
    }
    let limit = context.limits().document_bytes;
    let mut file = Compound::open(input.reader()?, limit)?;
    let user = file.stream("Current User")?.unwrap_or_default();
    if u32_at(&user, 12) == Some(ENCRYPTED) || file.has_stream("EncryptedSummary") {
        return Err(ReadError::Encrypted);
    }
    // documents for two generations of the program keep the newer one in a storage
    let document = match file.stream("PP97_DUALSTORAGE/PowerPoint Document")? {
        Some(document) => document,
        None => file
            .stream("PowerPoint Document")?
            .ok_or_else(|| ReadError::damaged("there is no stream PowerPoint Document"))?,
    };
    let deck = deck(&document, u32_at(&user, 16).map(index));
    if deck.is_encrypted {
        return Err(ReadError::Encrypted);
    }
    tell_summary(&mut file, context);
    context.text_step("", serde_json::Map::new());
    if deck.is_scanned {
        context.omit(
            "reading.damaged",
            "the directory of the slides is broken: they were looked for one by one",
        );
    }
    let mut flow = Flow::new(context);
    for slide in &deck.slides {
        flow.set_label(&slide.title)?;
        for (line, role) in &slide.lines {
            flow.line(line, *role)?;
        }
        for line in &slide.notes {
            flow.line(line, LineRole::Body)?;
        }
        flow.end_page_even_if_empty()?;
    }
    Ok(())
}
