//! The readers, called by name.

use super::context::Context;
use super::dispatch::Reader;
use super::error::ReadError;
use super::input::Input;

/// Reads a document with one reader.
pub(super) fn read(reader: Reader, input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let _ = (input, &context);
    match reader {
        Reader::Pdf => Err(ReadError::NoReader),
        Reader::Ofd => Err(ReadError::NoReader),
        Reader::Word => Err(ReadError::NoReader),
        Reader::Sheets => Err(ReadError::NoReader),
        Reader::Slides => Err(ReadError::NoReader),
        Reader::Visio => Err(ReadError::NoReader),
        Reader::Xps => Err(ReadError::NoReader),
        Reader::Image => Err(ReadError::NoReader),
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
