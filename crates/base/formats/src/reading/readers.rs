//! The readers, called by name.

use super::context::Context;
use super::dispatch::Reader;
use super::error::ReadError;
use super::input::Input;
use super::{bridge, email, epub, html, markdown, mbox, msg, old_office, opendocument, plain, rtf, web_archive};

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
        Reader::OldWord => old_office::word::read(input, context),
        Reader::OldSlides => old_office::slides::read(input, context),
        Reader::OpenDocument => opendocument::read(input, context),
        Reader::Epub => epub::read(input, context),
        Reader::Email => email::read(input, context),
        Reader::Mbox => mbox::read(input, context),
        Reader::OutlookMessage => msg::read(input, context),
        Reader::WebArchive => web_archive::read(input, context),
        Reader::Html => html::read(input, context),
        Reader::Markdown => markdown::read(input, context),
        Reader::Rtf => rtf::read(input, context),
        Reader::Plain => plain::read(input, context),
        Reader::Bridge => bridge::read(input, context),
    }
}
