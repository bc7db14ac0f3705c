//! The readers, called by name.

use super::context::Context;
use super::dispatch::Reader;
use super::error::ReadError;
use super::input::Input;
use super::{
    bridge, email, epub, html, image_page, markdown, mbox, msg, ofd, old_office, ooxml, opendocument, pdf,
};
use super::{plain, rtf, sheets, web_archive, xps};

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
