//! What stands in a document (文本提取): its text page by page with places, what it says of itself, and the files inside it.
//!
//! [`extract`] finds out which reader a file goes to, and the reader tells a [`Sink`] what it meets, one page after
//! the other: nothing holds a document as a whole but what its format forces into memory.
//!
//! ```text
//! path + Claim ─▶ Reader ─▶ Context (limits, depth, numbers) ─▶ Sink: page · picture page · told · part · step · omission
//! ```
//!
//! A page that is a picture is announced with [`Sink::picture_page`] and a [`PagePicture`], by which the caller gets
//! its pixels while the document is still open, and recognises what is written on it. A file inside a file is read
//! between [`Sink::begin_part`] and [`Sink::end_part`], down to a depth.
//!
//! Documents are hostile. Readers of others run here (PDF, workbooks), so the caller puts all of it into a child
//! process with limits of time and memory; the limits in [`ReadLimits`] hold beside those.

mod bridge;
mod collector;
mod compound;
mod context;
mod dispatch;
mod email;
mod epub;
mod error;
mod flow;
mod html;
mod image_page;
mod input;
mod limits;
mod markdown;
mod markup;
mod mbox;
mod mime;
mod msg;
mod ofd;
mod old_office;
mod ooxml;
mod opendocument;
mod options;
mod package;
mod pdf;
mod picture;
mod plain;
mod readers;
mod rtf;
mod sheets;
mod sink;
mod web_archive;
mod xps;

pub use collector::Collector;
pub use context::Context;
pub use dispatch::{Reader, reader_for};
pub use error::ReadError;
pub use input::Input;
pub use limits::ReadLimits;
pub use options::ExtractOptions;
pub use picture::{EncodedPicture, PagePicture, Picture, Pixels};
pub use sink::{PartChoice, PartHead, Sink};

use crate::properties::Claim;
use std::path::Path;

/// Reads a document, and tells the sink what stands in it.
///
/// What cannot be read in part is told as an omission, and the rest goes on. An error means that nothing more is to
/// be had of the file; pages that were told before it are good.
pub fn extract(
    path: &Path,
    claim: &Claim,
    options: &ExtractOptions,
    limits: &ReadLimits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let input = Input::from_path(path)?;
    extract_input(&input, claim, options, limits, sink)
}

/// The same from an input, which may lie in memory.
pub fn extract_input(
    input: &Input<'_>,
    claim: &Claim,
    options: &ExtractOptions,
    limits: &ReadLimits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    if input.size() == 0 {
        return Err(ReadError::Empty);
    }
    let mut used = context::Used::default();
    let mut context = Context::new(claim, options, limits, sink, &mut used);
    match context.read(input) {
        Err(ReadError::Enough) => Ok(()),
        other => other,
    }
}

/// Reads a document with a reader that was chosen, whatever the document looks like.
pub fn extract_as(
    reader: Reader,
    input: &Input<'_>,
    claim: &Claim,
    options: &ExtractOptions,
    limits: &ReadLimits,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    if input.size() == 0 {
        return Err(ReadError::Empty);
    }
    let mut used = context::Used::default();
    let mut context = Context::new(claim, options, limits, sink, &mut used);
    match readers::read(reader, input, &mut context) {
        Err(ReadError::Enough) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
