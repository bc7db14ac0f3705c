//! What a file is like and whether it is whole: pages, size, colours, duration, codecs, encryption, macros, PDF/A
//! claim, encoding, and every fault met on the way (checks U-2.1, U-2.2, I-3.1 and U-4.2).
//!
//! ```text
//! own walkers, bounded, in this process: JPEG PNG GIF BMP TIFF WebP JP2 · WAV AIFF MP3 FLAC Ogg · MP4 MKV AVI · OLE2 · text · XML
//! readers of others, in a child process: PDF · what lies in a ZIP (OFD, OOXML, ODF) · decoding of pixels
//! ```
//!
//! [`needs_child`] says which way a file goes. Nothing here panics on purpose or takes memory by a lie in a header;
//! the readers of others are kept in a child all the same, because they are large.

mod fault;
mod file_properties;
mod film;
mod flac;
mod image_file;
mod matroska;
mod mp3;
mod ofd;
mod ofd_signatures;
mod office;
mod ogg;
mod ole_file;
mod pdf;
mod pdf_revisions;
mod pdf_signatures;
mod pdfa;
mod pdfa_objects;
mod pixels;
mod riff;
mod signed_parts;
mod source;
mod text_file;
mod tiff_file;
mod xml_file;
mod zip_file;

pub use fault::{Fault, FaultCheck, FaultKind, FaultWeight};
pub use file_properties::{Claim, Colour, Depth, ExamineLimits, FileProperties, PdfaClaim};
pub(crate) use ofd::join;
pub use signed_parts::{Blob, EmbeddedSignature, SignedBytes, SignedForm, SignedParts};

use crate::identify::{Identification, ReadSeek};
use source::Source;
use std::fs::File;
use std::io;
use std::path::Path;

/// XML up to this size is walked in this process: a single text node of it fits into memory without harm.
const SMALL_XML: u64 = 8 << 20;

/// Examines a file. An error means that reading failed, and says nothing about the file.
pub fn examine(
    identification: &Identification,
    path: &Path,
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    examine_claim(&Claim::from(identification), path, limits)
}

/// Examines a file of which only this is known.
pub fn examine_claim(claim: &Claim, path: &Path, limits: &ExamineLimits) -> io::Result<FileProperties> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    examine_content(claim, size, &mut file, limits)
}

/// Examines content of `size` bytes.
pub fn examine_content(
    claim: &Claim,
    size: u64,
    reader: &mut dyn ReadSeek,
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    if size == 0 {
        return Ok(FileProperties::default().broken(FaultKind::Empty, ""));
    }
    let mut source = Source::new(reader, size);
    let head = source.at(0, source::WINDOW)?;
    let mut properties = match family(claim, &head) {
        Family::Pdf => pdf::examine(&mut source, &head, limits),
        Family::Zip => zip_file::examine(claim, &mut source, limits),
        Family::Ole => ole_file::examine(claim, &mut source),
        Family::Image => image_file::examine(&mut source, &head, limits),
        Family::Riff => riff::examine(&mut source, &head),
        Family::Film => film::examine(&mut source),
        Family::Matroska => matroska::examine(&mut source),
        Family::Flac => flac::examine(&mut source, &head),
        Family::Ogg => ogg::examine(&mut source),
        Family::Mp3 => mp3::examine(&mut source),
        Family::Xml => xml_file::examine(&mut source, &head, limits),
        Family::Text => text_file::examine(&mut source, &head, limits),
        Family::Unknown => Ok(FileProperties::default()),
    }?;
    if claim.lacks_marks && properties.faults.is_empty() {
        properties.fault(FaultKind::NotWhatItClaims, "");
    }
    Ok(properties)
}

/// Whether a file is examined by readers of others, or takes memory by its size, so that a child process should do
/// it. `head` is the beginning of the file, some kilobytes are enough.
pub fn needs_child(claim: &Claim, head: &[u8], size: u64, limits: &ExamineLimits) -> bool {
    match family(claim, head) {
        Family::Pdf | Family::Zip => true,
        Family::Image => limits.decoded_pixels > 0,
        Family::Xml => size > SMALL_XML,
        _ => false,
    }
}

/// Which examiner a file goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Pdf,
    Zip,
    Ole,
    Image,
    Riff,
    Film,
    Matroska,
    Flac,
    Ogg,
    Mp3,
    Xml,
    Text,
    Unknown,
}

fn family(claim: &Claim, head: &[u8]) -> Family {
    match head {
        [b'P', b'K', 3 | 5, ..] => Family::Zip,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Family::Ole,
        _ if image_file::is_image(head) => Family::Image,
        [b'R', b'I', b'F', b'F' | b'X', ..] | [b'R', b'F', b'6', b'4', ..] | [b'F', b'O', b'R', b'M', ..] => {
            Family::Riff
        }
        [_, _, _, _, b'f', b't', b'y', b'p', ..]
        | [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..] => Family::Film,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Family::Matroska,
        [b'f', b'L', b'a', b'C', ..] => Family::Flac,
        [b'O', b'g', b'g', b'S', ..] => Family::Ogg,
        _ if claim.mime_is("application/pdf") || head.starts_with(b"%PDF-") => Family::Pdf,
        _ if claim.mime_is("audio/mpeg") || (head.starts_with(b"ID3") && !claim.is_text) => Family::Mp3,
        _ if xml_file::is_xml(claim, head) => Family::Xml,
        _ if claim.is_text => Family::Text,
        _ => Family::Unknown,
    }
}

/// A text string of a PDF: UTF-16 with a mark, UTF-8 with a mark, or one byte a letter.
pub(crate) fn pdf_text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, units @ ..] => {
            let units = units
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            String::from_utf16_lossy(&units.collect::<Vec<u16>>())
        }
        [0xEF, 0xBB, 0xBF, text @ ..] => String::from_utf8_lossy(text).into_owned(),
        text => text.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests;
