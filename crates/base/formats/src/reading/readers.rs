//! The readers, called by name.

use super::context::Context;
use super::dispatch::Reader;
use super::error::ReadError;
use super::input::Input;
use super::{image_page, ofd, ooxml, pdf, sheets, xps};

/// Reads a document with one reader.
pub(super) fn read(reader: Reader, input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    match reader {
        Reader::Pdf => pdf::read(input, context),
        Reader::Ofd => ofd::read(input, context),
        Reader::Word => ooxml::read_word(input, context),
        Reader::Sheets => sheets::read(input, context),
        Reader::Slides => ooxml::read_slides(input, context),
        Reader::Visio => ooxml::read_visio(input, context),
        Reader::Xps => xps::read(input, context),
        Reader::Image => image_page::read(input, context),
        Reader::Encrypted => Err(ReadError::Encrypted),
        // below: the modules of mail, web and plain text
        Reader::OldWord => Err(ReadError::NoReader),
        Reader::OldSlides => Err(ReadError::NoReader),
        Reader::OpenDocument => Err(ReadError::NoReader),
        Reader::Epub => Err(ReadError::NoReader),
        Reader::Email => Err(ReadError::NoReader),
        Reader::Mbox => Err(ReadError::NoReader),
        Reader::OutlookMessage => Err(ReadError::NoReader),
        Reader::WebArchive => Err(ReadError::NoReader),
        Reader::Html => Err(ReadError::NoReader),
        Reader::Markdown => Err(ReadError::NoReader),
        Reader::Rtf => Err(ReadError::NoReader),
        Reader::Plain => Err(ReadError::NoReader),
        Reader::Bridge => Err(ReadError::NoReader),
    }
}
