//! ISO base media: MP4, MOV, M4A, 3GP, HEIC. Boxes are walked; samples that the tables place beyond the end of the
//! file are missing.

use super::source::{Source, big, four_letters, milliseconds, narrow};
use super::{Depth, FaultKind, FileProperties};
use std::io;

/// Boxes walked over.
const MAX_BOXES: usize = 20_000;
/// Bytes of the index read.
const MAX_INDEX: u64 = 64 << 20;

pub(crate) fn examine(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let (mut offset, mut has_index) = (0_u64, false);
    for _ in 0..MAX_BOXES {
        if offset >= source.size() {
            break;
        }
        let header = source.at(offset, 16)?;
        let Some((name, begin, length)) = box_of(&header, source.size() - offset) else {
            properties.fault(
                FaultKind::Truncated,
                format!("inside of the head of a box at {offset}"),
            );
            return Ok(properties);
        };
        if length < begin {
            // QuickTime closes lists with a zero
            properties.fault(FaultKind::Damaged, format!("a box of {length} bytes at {offset}"));
            return Ok(properties);
        }
        if offset.saturating_add(length) > source.size() {
            properties.fault(
                FaultKind::Truncated,
                format!("inside of the box {} at {offset}", four_letters(&name)),
            );
            if name != *b"moov" {
                offset = offset.saturating_add(length);
                continue;
            }
        }
        if matches!(&name, b"moov" | b"meta" | b"moof") {
            has_index = true;
        }
        if name == *b"moov" {
            let index = source.at(
                offset + begin,
                usize::try_from((length - begin).min(MAX_INDEX)).unwrap_or(0),
            )?;
            let mut ends = 0;
            boxes(&index, 0, &mut properties, &mut ends);
            if ends > source.size() {
                properties.fault(
                    FaultKind::Truncated,
                    format!("samples end at {ends}, the file at {}", source.size()),
                );
            }
        }
        offset = offset.saturating_add(length);
    }
    if !has_index && !properties.has(FaultKind::Truncated) {
        properties.fault(FaultKind::Truncated, "the index of the film is missing");
    }
    Ok(properties)
}

/// Name, length of the head, and length of a box.
fn box_of(header: &[u8], rest: u64) -> Option<([u8; 4], u64, u64)> {
    let name = header.get(4..8)?.try_into().ok()?;
    Some(match big(header, 0, 4)? {
        0 => (name, 8, rest),
        1 => (name, 16, big(header, 8, 8)?),
        length => (name, 8, length),
    })
}

/// Walks over the boxes of the index. `ends` becomes the end of the last chunk of samples that a table names.
fn boxes(bytes: &[u8], depth: usize, properties: &mut FileProperties, ends: &mut u64) {
    let mut at = 0_usize;
    for _ in 0..MAX_BOXES {
        let Some(header) = bytes.get(at..).filter(|rest| rest.len() >= 8) else {
            return;
        };
        let Some((name, begin, length)) = box_of(header, header.len() as u64) else {
            return;
        };
        let (Ok(begin), Ok(length)) = (usize::try_from(begin), usize::try_from(length)) else {
            return;
        };
        if length < begin {
            return;
        }
        let body = header.get(begin..length.min(header.len())).unwrap_or_default();
        match &name {
            b"trak" | b"mdia" | b"minf" | b"stbl" if depth < 8 => boxes(body, depth + 1, properties, ends),
            b"mvhd" => {
                let (units, duration) = if body.first() == Some(&1) {
                    (big(body, 20, 4), big(body, 24, 8))
                } else {
                    (big(body, 12, 4), big(body, 16, 4))
                };
                properties.duration_ms = duration
                    .zip(units)
                    .and_then(|(duration, units)| milliseconds(duration, units));
            }
            b"stsd" => {
                if let Some(codec) = body.get(12..16) {
                    note_sample_entry(codec, body, properties);
                }
            }
            b"stco" => *ends = (*ends).max(last_of(body, 4).saturating_add(1)),
            b"co64" => *ends = (*ends).max(last_of(body, 8).saturating_add(1)),
            _ => {}
        }
        at = at.saturating_add(length);
    }
}

/// The greatest of a table of offsets.
fn last_of(body: &[u8], width: usize) -> u64 {
    let table = body.get(8..).unwrap_or_default();
    let numbers = table.chunks_exact(width).filter_map(|entry| big(entry, 0, width));
    numbers.max().unwrap_or_default()
}

/// `body` begins with version and count; the entry is at byte 8: size, name, six bytes, index, then what it holds.
fn note_sample_entry(codec: &[u8], body: &[u8], properties: &mut FileProperties) {
    let codec = four_letters(codec);
    if matches!(codec.as_str(), "encv" | "enca" | "drmi" | "drms") {
        properties.encrypted = true;
        properties.fault(FaultKind::Encrypted, "its samples are encrypted");
    }
    let is_sound = matches!(
        codec.as_str(),
        "mp4a"
            | "alac"
            | "samr"
            | "sawb"
            | "ac-3"
            | "ec-3"
            | "twos"
            | "sowt"
            | "opus"
            | "flac"
            | "mp3"
            | ".mp3"
            | "enca"
            | "raw"
            | "ulaw"
            | "alaw"
            | "ima4"
    );
    if is_sound {
        properties.channels = big(body, 32, 2).and_then(|count| u16::try_from(count).ok());
        properties.sample_rate = big(body, 40, 2).and_then(narrow);
    } else if let (Some(width), Some(height)) = (big(body, 40, 2), big(body, 42, 2))
        && properties.width.is_none()
        && width > 0
    {
        properties.width = narrow(width);
        properties.height = narrow(height);
    }
    properties.codec(codec);
}
