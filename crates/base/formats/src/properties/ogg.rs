//! Ogg: the first packets of its streams, and the granule position of the last page.

use super::source::{Source, WINDOW, little, milliseconds, narrow};
use super::{Depth, FaultKind, FileProperties};
use std::io;

pub(crate) fn examine(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let head = source.at(0, 4096)?;
    let mut skip = 0;
    let mut at = 0_usize;
    // all streams announce themselves in pages at the very beginning
    while let Some(page) = head.get(at..).filter(|page| page.starts_with(b"OggS")) {
        let Some((body, length)) = page_body(page) else {
            break;
        };
        if page.get(5).is_none_or(|flags| flags & 2 == 0) {
            break;
        }
        note_codec(body, &mut properties, &mut skip);
        at += length;
    }
    let tail = source.tail(WINDOW)?;
    let Some(last) = memchr::memmem::rfind(&tail, b"OggS").and_then(|at| tail.get(at..)) else {
        return Ok(properties.broken(FaultKind::Damaged, "no page near the end"));
    };
    match page_body(last) {
        Some((_, length)) if length > last.len() => {
            properties.fault(FaultKind::Truncated, "inside of the last page");
        }
        None => properties.fault(FaultKind::Truncated, "inside of the head of the last page"),
        Some(_) if last.get(5).is_some_and(|flags| flags & 4 == 0) => {
            properties.fault(FaultKind::Truncated, "the last page does not end its stream");
        }
        Some(_) => {}
    }
    if let (Some(samples), Some(rate)) = (little(last, 6, 8), properties.sample_rate) {
        properties.duration_ms = milliseconds(samples.saturating_sub(skip), u64::from(rate));
    }
    Ok(properties)
}

/// What is there of the body of a page, and the length of the page.
fn page_body(page: &[u8]) -> Option<(&[u8], usize)> {
    let segments = usize::from(*page.get(26)?);
    let sizes = page.get(27..27 + segments)?;
    let length = sizes.iter().map(|size| usize::from(*size)).sum::<usize>();
    let begin = 27 + segments;
    let end = begin + length;
    Some((page.get(begin..end.min(page.len())).unwrap_or_default(), end))
}

fn note_codec(body: &[u8], properties: &mut FileProperties, skip: &mut u64) {
    let codec = match body {
        [1, b'v', b'o', b'r', b'b', b'i', b's', ..] => {
            properties.channels = body.get(11).map(|count| u16::from(*count));
            properties.sample_rate = little(body, 12, 4).and_then(narrow);
            "vorbis"
        }
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..] => {
            properties.channels = body.get(9).map(|count| u16::from(*count));
            *skip = little(body, 10, 2).unwrap_or_default();
            // positions of Opus always count 48 000 a second
            properties.sample_rate = Some(48_000);
            "opus"
        }
        [0x80, b't', b'h', b'e', b'o', b'r', b'a', ..] => "theora",
        [0x7F, b'F', b'L', b'A', b'C', ..] => "flac",
        [b'S', b'p', b'e', b'e', b'x', ..] => {
            properties.sample_rate = little(body, 36, 4).and_then(narrow);
            "speex"
        }
        _ => return,
    };
    properties.codec(codec.to_owned());
}
