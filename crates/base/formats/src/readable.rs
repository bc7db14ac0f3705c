//! Whether a file can be opened, as far as a light look tells (check U-2.2 of the four-property checks).
//!
//! No page is drawn and no sound played: markers at both ends, sizes that a header states, directories of
//! containers, passwords. What passes here can still be broken inside; what fails here is broken for sure.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::DecoderResult;

use crate::identify::{Basis, FormatKind, Identification, OleDirectory, ReadSeek, Warning, ZipDirectory};
use crate::text;

/// Bytes looked at from each end.
const WINDOW: u64 = 64 * 1024;
/// Bytes of a text decoded.
const MAX_TEXT_BYTES: u64 = 256 * 1024 * 1024;
/// Boxes of a film walked over.
const MAX_BOXES: usize = 10_000;

/// The outcome of the look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readability {
    /// Nothing speaks against opening it.
    Readable,
    /// It cannot be opened, or not whole.
    Unreadable {
        /// Why.
        reason: UnreadableReason,
    },
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableReason {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// A password is needed.
    #[error("the file is encrypted")]
    Encrypted,
    /// The end is missing.
    #[error("the file is cut off")]
    Truncated,
    /// The structure contradicts itself.
    #[error("the file is damaged")]
    Damaged,
    /// A text with bytes that mean nothing in any encoding we know.
    #[error("the text cannot be decoded")]
    Undecodable,
    /// The extension claims a format whose marks the content lacks.
    #[error("the content is not what the extension claims")]
    NotWhatItClaims,
}

impl UnreadableReason {
    /// Stable name for programs, manuals and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "formats.empty",
            Self::Encrypted => "formats.encrypted",
            Self::Truncated => "formats.truncated",
            Self::Damaged => "formats.damaged",
            Self::Undecodable => "formats.undecodable",
            Self::NotWhatItClaims => "formats.not_what_it_claims",
        }
    }
}

type Finding = Option<UnreadableReason>;

/// Formats that are encrypted by name: Word and Office files with a password.
const ENCRYPTED: [&str; 3] = ["fmt/754", "fmt/755", "fmt/494"];

/// Looks whether a file of `size` bytes can be opened as what it was identified to be. An error means that
/// reading failed, and says nothing about the file.
pub fn check_readable<R: Read + Seek>(
    identification: &Identification,
    size: u64,
    reader: &mut R,
) -> io::Result<Readability> {
    Ok(match look(identification, size, reader)? {
        Some(reason) => Readability::Unreadable { reason },
        None => Readability::Readable,
    })
}

fn look(identification: &Identification, size: u64, reader: &mut dyn ReadSeek) -> io::Result<Finding> {
    if size == 0 {
        return Ok(Some(UnreadableReason::Empty));
    }
    let puid = identification.puid.as_deref().unwrap_or_default();
    if ENCRYPTED.contains(&puid) {
        return Ok(Some(UnreadableReason::Encrypted));
    }
    let head = read_part(reader, 0, WINDOW)?;
    let tail = read_part(reader, size.saturating_sub(WINDOW), WINDOW)?;
    let lacks_marks = identification.basis == Basis::Extension
        && identification.warnings.contains(&Warning::SignatureMissing);
    let finding = match head.as_slice() {
        [b'P', b'K', 3 | 5, ..] => zip(reader, size),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => ole(reader),
        [0xFF, 0xD8, 0xFF, ..] => Ok(jpeg(&tail)),
        [0x89, b'P', b'N', b'G', ..] => Ok(png(&head, &tail)),
        [b'G', b'I', b'F', b'8', ..] => Ok(gif(&tail)),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => tiff(&head, size, reader),
        [b'R', b'I', b'F', b'F', ..] => Ok(riff(&head, size)),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => film(reader, size),
        _ if identification.mime.as_deref() == Some("application/pdf") => {
            if contains(head.get(..1024).unwrap_or(&head), b"%PDF-") {
                pdf(&head, &tail, size, reader)
            } else {
                Ok(Some(UnreadableReason::NotWhatItClaims))
            }
        }
        _ if identification.basis == Basis::Text || is_text(identification) => decode(&head, reader),
        _ => Ok(None),
    }?;
    Ok(finding.or(lacks_marks.then_some(UnreadableReason::NotWhatItClaims)))
}

fn is_text(identification: &Identification) -> bool {
    identification.charset.is_some()
        && matches!(
            identification.kind,
            FormatKind::Text | FormatKind::Data | FormatKind::Web | FormatKind::Mail
        )
}

fn read_part(reader: &mut dyn ReadSeek, from: u64, length: u64) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn contains(window: &[u8], mark: &[u8]) -> bool {
    memchr::memmem::find(window, mark).is_some()
}

fn pdf(head: &[u8], tail: &[u8], size: u64, reader: &mut dyn ReadSeek) -> io::Result<Finding> {
    if has_encrypt_key(head) || has_encrypt_key(tail) {
        return Ok(Some(UnreadableReason::Encrypted));
    }
    if !contains(tail, b"%%EOF") {
        return Ok(Some(UnreadableReason::Truncated));
    }
    let Some(position) = memchr::memmem::rfind(tail, b"startxref") else {
        return Ok(Some(UnreadableReason::Damaged));
    };
    let digits: Vec<u8> = tail
        .iter()
        .skip(position + 9)
        .skip_while(|byte| byte.is_ascii_whitespace())
        .take_while(|byte| byte.is_ascii_digit())
        .take(20)
        .copied()
        .collect();
    let Some(offset) = std::str::from_utf8(&digits)
        .ok()
        .and_then(|text| text.parse::<u64>().ok())
    else {
        return Ok(Some(UnreadableReason::Damaged));
    };
    if offset >= size {
        return Ok(Some(UnreadableReason::Truncated));
    }
    // Offset 0 is what linearised and some repaired files say; readers search then, and so may we.
    let table = read_part(reader, offset, 4096)?;
    Ok(has_encrypt_key(&table).then_some(UnreadableReason::Encrypted))
}

/// `/Encrypt 12 0 R` or `/Encrypt <<`, but not `/EncryptMetadata`.
fn has_encrypt_key(window: &[u8]) -> bool {
    memchr::memmem::find_iter(window, b"/Encrypt").any(|position| {
        let mut after = window
            .iter()
            .skip(position + 8)
            .skip_while(|byte| byte.is_ascii_whitespace());
        matches!(after.next(), Some(byte) if byte.is_ascii_digit() || *byte == b'<')
    })
}

fn jpeg(tail: &[u8]) -> Finding {
    (!contains(tail, &[0xFF, 0xD9])).then_some(UnreadableReason::Truncated)
}

fn png(head: &[u8], tail: &[u8]) -> Finding {
    if head.get(12..16) != Some(b"IHDR") {
        return Some(UnreadableReason::Damaged);
    }
    (!contains(tail, b"IEND")).then_some(UnreadableReason::Truncated)
}

fn gif(tail: &[u8]) -> Finding {
    let last = tail.len().saturating_sub(16);
    (!tail.get(last..).unwrap_or_default().contains(&b';')).then_some(UnreadableReason::Truncated)
}

fn tiff(head: &[u8], size: u64, reader: &mut dyn ReadSeek) -> io::Result<Finding> {
    let is_little = head.first() == Some(&b'I');
    let number = |bytes: &[u8]| {
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if is_little {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        }
    };
    let is_big = head.get(2..4).map(number) == Some(43);
    let Some(offset) = head.get(if is_big { 8..16 } else { 4..8 }).map(number) else {
        return Ok(Some(UnreadableReason::Truncated));
    };
    if offset < 8 {
        return Ok(Some(UnreadableReason::Damaged));
    }
    let (count_bytes, entry_bytes) = if is_big { (8, 20) } else { (2, 12) };
    if offset.saturating_add(count_bytes) > size {
        return Ok(Some(UnreadableReason::Truncated));
    }
    let count = number(&read_part(reader, offset, count_bytes)?);
    if count == 0 {
        return Ok(Some(UnreadableReason::Damaged));
    }
    let end = count.saturating_mul(entry_bytes).saturating_add(offset);
    Ok((end > size).then_some(UnreadableReason::Truncated))
}

fn riff(head: &[u8], size: u64) -> Finding {
    let stated = head
        .get(4..8)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes);
    match stated {
        // Recorders that were writing to a pipe leave the size open.
        Some(0 | u32::MAX) => None,
        Some(stated) if u64::from(stated) + 8 > size + 1 => Some(UnreadableReason::Truncated),
        Some(_) => None,
        None => Some(UnreadableReason::Truncated),
    }
}

fn zip(reader: &mut dyn ReadSeek, size: u64) -> io::Result<Finding> {
    let Some(directory) = ZipDirectory::read(reader, size)? else {
        return Ok(Some(UnreadableReason::Truncated));
    };
    if directory.entries.iter().any(|entry| entry.encrypted) {
        return Ok(Some(UnreadableReason::Encrypted));
    }
    let lies_outside = directory.entries.iter().any(|entry| entry.ends_after(size));
    Ok(lies_outside.then_some(UnreadableReason::Damaged))
}

fn ole(reader: &mut dyn ReadSeek) -> io::Result<Finding> {
    Ok(match OleDirectory::read(reader)? {
        Some(directory) if directory.find("EncryptedPackage").is_some() => Some(UnreadableReason::Encrypted),
        Some(directory) if !directory.entries.is_empty() => None,
        _ => Some(UnreadableReason::Damaged),
    })
}

/// Walks over the boxes of MP4, MOV and their kin: all must lie in the file, one must be the index.
fn film(reader: &mut dyn ReadSeek, size: u64) -> io::Result<Finding> {
    let (mut offset, mut has_index) = (0_u64, false);
    for _ in 0..MAX_BOXES {
        if offset >= size {
            break;
        }
        let header = read_part(reader, offset, 16)?;
        let Some((length, kind)) = header.get(..8).and_then(|bytes| bytes.split_at_checked(4)) else {
            return Ok(Some(UnreadableReason::Truncated));
        };
        has_index |= matches!(kind, b"moov" | b"moof" | b"meta");
        let short = length.try_into().map(u32::from_be_bytes).unwrap_or_default();
        let length = match short {
            0 => size - offset,
            1 => {
                let Some(wide) = header.get(8..16).and_then(|bytes| bytes.try_into().ok()) else {
                    return Ok(Some(UnreadableReason::Truncated));
                };
                u64::from_be_bytes(wide)
            }
            short => u64::from(short),
        };
        if length < 8 {
            return Ok(Some(UnreadableReason::Damaged));
        }
        offset = offset.saturating_add(length);
    }
    if offset > size {
        return Ok(Some(UnreadableReason::Truncated));
    }
    Ok((!has_index).then_some(UnreadableReason::Damaged))
}

fn decode(head: &[u8], reader: &mut dyn ReadSeek) -> io::Result<Finding> {
    let charset = text::detect_charset(head);
    let mut decoder = charset.encoding().new_decoder_with_bom_removal();
    reader.seek(SeekFrom::Start(0))?;
    let mut limited = reader.take(MAX_TEXT_BYTES);
    let mut buffer = vec![0; 64 * 1024];
    let mut sink = String::with_capacity(256 * 1024);
    loop {
        let count = limited.read(&mut buffer)?;
        let is_last = count == 0 && limited.limit() > 0;
        sink.clear();
        let part = buffer.get(..count).unwrap_or_default();
        let (result, _) = decoder.decode_to_string_without_replacement(part, &mut sink, is_last);
        if matches!(result, DecoderResult::Malformed(..)) {
            return Ok(Some(UnreadableReason::Undecodable));
        }
        if count == 0 {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::identify::Identifier;

    fn outcome(name: &str, bytes: &[u8]) -> Option<UnreadableReason> {
        let identifier = Identifier::builtin().unwrap();
        let size = bytes.len() as u64;
        let found = identifier.identify(name, size, &mut Cursor::new(bytes)).unwrap();
        look(&found, size, &mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn whole_and_broken_files_are_told_apart() {
        let pdf = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\x01\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer <</Root 1 0 R>>\nstartxref\n29\n%%EOF\n";
        assert_eq!(outcome("a.pdf", pdf), None);
        assert_eq!(
            outcome("a.pdf", &pdf[..pdf.len() - 6]),
            Some(UnreadableReason::Truncated)
        );
        assert_eq!(
            outcome("a.pdf", b"\x00\x01\x02\xFF\xFE\xDD\x80\x80\x90"),
            Some(UnreadableReason::NotWhatItClaims)
        );
        let locked = b"%PDF-1.4\nxref\n0 1\ntrailer <</Encrypt 5 0 R>>\nstartxref\n9\n%%EOF\n";
        assert_eq!(outcome("a.pdf", locked), Some(UnreadableReason::Encrypted));
        let wav = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xAC\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0";
        assert_eq!(outcome("a.wav", wav), None);
        assert_eq!(outcome("a.wav", &wav[..40]), Some(UnreadableReason::Truncated));
        assert_eq!(outcome("a.txt", "永久".as_bytes()), None);
        assert_eq!(outcome("a.txt", b""), Some(UnreadableReason::Empty));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_content_makes_the_look_panic(
            start in prop::sample::select(vec![
                &b"%PDF-1.4"[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"II*\0", b"MM\0+", b"RIFF",
                b"\0\0\0\x08ftyp", b"\xFF\xD8\xFF", b"\x89PNG", b"GIF8", b"",
            ]),
            rest in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let bytes = [start, &rest].concat();
            let mut answer = crate::identify::unknown();
            answer.mime = Some("application/pdf".to_owned());
            let _ = look(&answer, bytes.len() as u64, &mut Cursor::new(&bytes)).unwrap();
        }
    }
}
