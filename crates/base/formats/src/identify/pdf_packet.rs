//! The metadata packet of a long PDF, which may lie anywhere in it and says whether it claims to be PDF/A.

use std::io::{self, Read, SeekFrom};

use super::identifier::ReadSeek;

/// Bytes of a PDF searched for its metadata packet.
const MAX_PACKET_SEARCH: u64 = 32 * 1024 * 1024;
/// Bytes of the packet kept on each side of the claim.
const PACKET_BYTES: usize = 16 * 1024;

/// Whether the beginning is that of a PDF.
pub(super) fn is_pdf(head: &[u8]) -> bool {
    memchr::memmem::find(&head[..head.len().min(1024)], b"%PDF-").is_some()
}

/// The neighbourhood of the first `pdfaid:part` (the claim to be PDF/A) or PDF/X or PDF/UA mark in a long PDF.
pub(super) fn find(reader: &mut dyn ReadSeek, size: u64) -> io::Result<Vec<u8>> {
    const MARKS: [&[u8]; 2] = [b"pdfaid:part", b"pdfuaid:part"];
    const STEP: usize = 1024 * 1024;
    let mut searched = 0;
    let mut window: Vec<u8> = Vec::new();
    reader.seek(SeekFrom::Start(0))?;
    while searched < size.min(MAX_PACKET_SEARCH) {
        let keep = window.len().saturating_sub(PACKET_BYTES);
        window.drain(..keep);
        let before = window.len();
        (&mut *reader).take(STEP as u64).read_to_end(&mut window)?;
        if window.len() == before {
            break;
        }
        searched += (window.len() - before) as u64;
        let found = MARKS
            .iter()
            .filter_map(|mark| memchr::memmem::find(&window, mark))
            .min();
        if let Some(position) = found {
            (&mut *reader)
                .take(PACKET_BYTES as u64)
                .read_to_end(&mut window)?;
            let from = position.saturating_sub(PACKET_BYTES);
            let to = window.len().min(position + PACKET_BYTES);
            return Ok(window[from..to].to_vec());
        }
    }
    Ok(Vec::new())
}
