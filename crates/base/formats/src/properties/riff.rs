//! RIFF, RF64 and IFF: WAV, AVI, AIFF. Chunks are walked; what they say of their length is held against the file.

use super::source::{Source, big, four_letters, little, milliseconds, narrow};
use super::{Depth, FaultKind, FileProperties};
use std::io;

/// Chunks walked over.
const MAX_CHUNKS: usize = 100_000;

pub(crate) fn examine(source: &mut Source<'_>, head: &[u8]) -> io::Result<FileProperties> {
    match (head.get(..4), head.get(8..12)) {
        (Some(b"FORM"), Some(b"AIFF" | b"AIFC")) => aiff(source),
        (Some(b"RIFF" | b"RF64"), Some(b"WAVE")) => wave(source),
        (Some(b"RIFF"), Some(b"AVI ")) => avi(source),
        (Some(b"RIFF"), Some(_)) => {
            let mut properties = FileProperties {
                depth: Depth::Structure,
                ..FileProperties::default()
            };
            check_length(source, &mut properties)?;
            Ok(properties)
        }
        _ => Ok(FileProperties::default()),
    }
}

/// Recorders that were writing to a pipe leave the size open.
fn check_length(source: &mut Source<'_>, properties: &mut FileProperties) -> io::Result<()> {
    let stated = little(&source.at(4, 4)?, 0, 4).unwrap_or_default();
    if !matches!(stated, 0 | 0xFFFF_FFFF) && stated + 8 > source.size() + 1 {
        properties.fault(
            FaultKind::Truncated,
            format!("{} bytes of {}", source.size(), stated + 8),
        );
    }
    Ok(())
}

/// A chunk: name, where its data begins, its length as stated.
type Chunk = ([u8; 4], u64, u64);

/// The chunk at an offset.
fn chunk_at(
    source: &mut Source<'_>,
    offset: u64,
    read: fn(&[u8], usize, usize) -> Option<u64>,
) -> io::Result<Option<Chunk>> {
    let header = source.at(offset, 8)?;
    let name = header.get(..4).and_then(|name| name.try_into().ok());
    Ok(name
        .zip(read(&header, 4, 4))
        .map(|(name, length)| (name, offset + 8, length)))
}

fn wave(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    check_length(source, &mut properties)?;
    let (mut offset, mut bytes_per_second, mut data, mut wide) = (12, 0, None, None);
    for _ in 0..MAX_CHUNKS {
        let Some((name, begin, length)) = chunk_at(source, offset, little)? else {
            break;
        };
        match &name {
            b"ds64" => wide = little(&source.at(begin, 28)?, 8, 8),
            b"fmt " => {
                let format = source.at(begin, 40)?;
                bytes_per_second = note_wave_format(&format, &mut properties);
            }
            b"data" => {
                data = Some((
                    begin,
                    if length == 0xFFFF_FFFF {
                        wide.unwrap_or(0)
                    } else {
                        length
                    },
                ))
            }
            _ => {}
        }
        let length = if name == *b"data" && length == 0xFFFF_FFFF {
            wide.unwrap_or(length)
        } else {
            length
        };
        offset = begin.saturating_add(length).saturating_add(length & 1);
        if offset >= source.size() {
            break;
        }
    }
    let Some((begin, length)) = data else {
        return Ok(properties.broken(FaultKind::Damaged, "no sound in it"));
    };
    let there = source.size().saturating_sub(begin);
    if length > there && !properties.has(FaultKind::Truncated) {
        properties.fault(
            FaultKind::Truncated,
            format!("{there} bytes of sound of {length}"),
        );
    }
    properties.duration_ms = milliseconds(
        if length == 0 { there } else { length.min(there) },
        bytes_per_second,
    );
    Ok(properties)
}

/// Fills in what a WAVEFORMAT says; bytes a second.
fn note_wave_format(format: &[u8], properties: &mut FileProperties) -> u64 {
    let mut tag = little(format, 0, 2).unwrap_or_default();
    if tag == 0xFFFE {
        tag = little(format, 24, 2).unwrap_or_default();
    }
    properties.codec(match tag {
        1 => "pcm".to_owned(),
        3 => "pcm_float".to_owned(),
        2 | 0x11 => "adpcm".to_owned(),
        6 => "alaw".to_owned(),
        7 => "mulaw".to_owned(),
        0x55 => "mp3".to_owned(),
        other => format!("wave-{other:04x}"),
    });
    properties.channels = little(format, 2, 2).and_then(|count| u16::try_from(count).ok());
    properties.sample_rate = little(format, 4, 4).and_then(narrow);
    properties.bits = little(format, 14, 2)
        .and_then(|bits| u16::try_from(bits).ok())
        .filter(|bits| *bits > 0);
    little(format, 8, 4).unwrap_or_default()
}

fn avi(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    check_length(source, &mut properties)?;
    let Some((name, begin, length)) = chunk_at(source, 12, little)? else {
        return Ok(properties.broken(FaultKind::Damaged, "no list of streams"));
    };
    if name != *b"LIST" {
        return Ok(properties.broken(FaultKind::Damaged, "no list of streams"));
    }
    let list = source.at(begin, usize::try_from(length.min(1 << 20)).unwrap_or(1 << 20))?;
    if let Some(at) = memchr::memmem::find(&list, b"avih") {
        let per_frame = little(&list, at + 8, 4).unwrap_or_default();
        let frames = little(&list, at + 8 + 16, 4).unwrap_or_default();
        properties.duration_ms = Some(per_frame.saturating_mul(frames) / 1000);
        properties.width = little(&list, at + 8 + 32, 4).and_then(narrow);
        properties.height = little(&list, at + 8 + 36, 4).and_then(narrow);
    }
    for at in memchr::memmem::find_iter(&list, b"strh").take(16) {
        match list.get(at + 8..at + 16).map(|part| part.split_at(4)) {
            Some((b"vids", codec)) => properties.codec(four_letters(codec)),
            Some((b"auds", _)) => {
                let format = list.get(at..).and_then(|rest| {
                    let begin = memchr::memmem::find(rest, b"strf")?;
                    rest.get(begin + 8..)
                });
                note_wave_format(format.unwrap_or_default(), &mut properties);
            }
            _ => {}
        }
    }
    let mut offset = 12;
    let mut has_pictures = false;
    for _ in 0..MAX_CHUNKS {
        let Some((name, begin, length)) = chunk_at(source, offset, little)? else {
            break;
        };
        has_pictures |= name == *b"LIST" && source.at(begin, 4)? == b"movi";
        offset = begin.saturating_add(length).saturating_add(length & 1);
    }
    if !has_pictures {
        properties.fault(FaultKind::Damaged, "no pictures in it");
    }
    Ok(properties)
}

fn aiff(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let mut offset = 12;
    let mut has_sound = false;
    for _ in 0..MAX_CHUNKS {
        let Some((name, begin, length)) = chunk_at(source, offset, big)? else {
            break;
        };
        match &name {
            b"COMM" => {
                let common = source.at(begin, 26)?;
                properties.channels = big(&common, 0, 2).and_then(|count| u16::try_from(count).ok());
                properties.bits = big(&common, 6, 2).and_then(|bits| u16::try_from(bits).ok());
                let rate = extended(&common);
                properties.sample_rate = narrow(rate);
                properties.duration_ms = milliseconds(big(&common, 2, 4).unwrap_or_default(), rate);
                let codec = common.get(18..22).map_or_else(|| "pcm".to_owned(), four_letters);
                properties.codec(if length < 22 || codec == "none" || codec == "sowt" {
                    "pcm".to_owned()
                } else {
                    codec
                });
            }
            b"SSND" => has_sound = true,
            _ => {}
        }
        offset = begin.saturating_add(length).saturating_add(length & 1);
    }
    if offset > source.size() + 1 {
        properties.fault(
            FaultKind::Truncated,
            format!("{} bytes of {offset}", source.size()),
        );
    } else if !has_sound {
        properties.fault(FaultKind::Damaged, "no sound in it");
    }
    Ok(properties)
}

/// The whole part of a number of 80 bits, as AIFF writes rates.
fn extended(common: &[u8]) -> u64 {
    let exponent = big(common, 8, 2).unwrap_or_default() & 0x7FFF;
    let mantissa = big(common, 10, 8).unwrap_or_default();
    match (16_383 + 63_u64).checked_sub(exponent) {
        Some(shift @ 0..=63) => mantissa >> shift,
        _ => 0,
    }
}
