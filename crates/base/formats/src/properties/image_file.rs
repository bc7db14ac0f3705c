//! Images: size, resolution, colours from their heads, and the structure walked to its end mark. JPEG, PNG, GIF, BMP,
//! WebP, JPEG 2000; TIFF has a file of its own.

use super::pixels;
use super::source::{Source, WINDOW, big, little, narrow};
use super::{Colour, Depth, ExamineLimits, FaultKind, FileProperties, tiff_file};
use std::io::{self, Read};

/// Chunks and segments walked over.
const MAX_SEGMENTS: usize = 1_000_000;
/// Segments of a JPEG; photographs have some hundreds.
const MAX_JPEG_SEGMENTS: usize = 20_000;
/// The beginning of a JPEG 2000 file.
const JP2: &[u8] = &[0, 0, 0, 12, b'j', b'P', b' ', b' '];
/// The beginning of a bare JPEG 2000 codestream.
const J2K: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];

/// Whether one of these walkers knows the beginning.
pub(crate) fn is_image(head: &[u8]) -> bool {
    matches!(
        head,
        [0xFF, 0xD8, 0xFF, ..]
            | [0x89, b'P', b'N', b'G', ..]
            | [b'G', b'I', b'F', b'8', ..]
            | [b'I', b'I', 42 | 43, 0, ..]
            | [b'M', b'M', 0, 42 | 43, ..]
            | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..]
    ) || is_bmp(head)
        || head.starts_with(JP2)
        || head.starts_with(J2K)
}

fn is_bmp(head: &[u8]) -> bool {
    head.starts_with(b"BM") && matches!(little(head, 14, 4), Some(12 | 40 | 52 | 56 | 64 | 108 | 124))
}

pub(crate) fn examine(
    source: &mut Source<'_>,
    head: &[u8],
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        pages: Some(1),
        ..FileProperties::default()
    };
    match head {
        [0xFF, 0xD8, ..] => jpeg(source, &mut properties)?,
        [0x89, ..] => png(source, &mut properties)?,
        [b'G', ..] => gif(source, &mut properties)?,
        [b'I' | b'M', b'I' | b'M', ..] => tiff_file::walk(source, head, &mut properties)?,
        [b'R', ..] => webp(source, head, &mut properties),
        [b'B', ..] => bmp(source, head, &mut properties),
        _ => jpeg_2000(source, head, &mut properties)?,
    }
    if !properties.has(FaultKind::Damaged)
        && (properties.width.unwrap_or(0) == 0 || properties.height.unwrap_or(0) == 0)
    {
        properties.fault(FaultKind::Damaged, "it states no size");
    }
    if properties.is_whole() {
        pixels::decode(source, limits, &mut properties)?;
    }
    Ok(properties)
}

fn per_inch(value: u64, unit_is_centimetre: bool) -> Option<u32> {
    let value = if unit_is_centimetre {
        value.checked_mul(254)? / 100
    } else {
        value
    };
    narrow(value).filter(|dpi| *dpi > 1)
}

fn jpeg(source: &mut Source<'_>, properties: &mut FileProperties) -> io::Result<()> {
    let mut offset = 2_u64;
    for _ in 0..MAX_JPEG_SEGMENTS {
        let header = source.at(offset, 4)?;
        let (Some(0xFF), Some(marker)) = (header.first().copied(), header.get(1).copied()) else {
            let kind = if header.len() < 2 {
                FaultKind::Truncated
            } else {
                FaultKind::Damaged
            };
            properties.fault(kind, format!("no segment at byte {offset}"));
            return Ok(());
        };
        match marker {
            0xFF => offset += 1,
            0xD9 => return Ok(()),
            0x01 | 0xD0..=0xD8 => offset += 2,
            _ => {
                let length = big(&header, 2, 2).unwrap_or_default();
                if length < 2 || offset + 2 + length > source.size() {
                    properties.fault(
                        FaultKind::Truncated,
                        format!("inside of a segment at byte {offset}"),
                    );
                    return Ok(());
                }
                jpeg_segment(source, marker, offset + 4, length - 2, properties)?;
                offset += 2 + length;
                if marker == 0xDA {
                    let Some(next) = after_scan(source, offset)? else {
                        properties.fault(FaultKind::Truncated, "the picture does not come to its end mark");
                        return Ok(());
                    };
                    offset = next;
                }
            }
        }
    }
    properties.fault(
        FaultKind::Damaged,
        format!("more than {MAX_JPEG_SEGMENTS} segments"),
    );
    Ok(())
}

fn jpeg_segment(
    source: &mut Source<'_>,
    marker: u8,
    begin: u64,
    length: u64,
    properties: &mut FileProperties,
) -> io::Result<()> {
    match marker {
        0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
            let frame = source.at(begin, 6)?;
            properties.bits = frame.first().map(|bits| u16::from(*bits));
            properties.height = big(&frame, 1, 2).and_then(narrow);
            properties.width = big(&frame, 3, 2).and_then(narrow);
            properties.colour = frame
                .get(5)
                .map(|parts| if *parts == 1 { Colour::Grey } else { Colour::Colour });
        }
        0xE0 => {
            let jfif = source.at(begin, 14)?;
            if jfif.starts_with(b"JFIF\0") {
                let least = big(&jfif, 8, 2).min(big(&jfif, 10, 2)).unwrap_or_default();
                properties.resolution_dpi = match jfif.get(7) {
                    Some(1) => per_inch(least, false),
                    Some(2) => per_inch(least, true),
                    _ => None,
                };
            }
        }
        0xE1 => {
            let length = usize::try_from(length).unwrap_or_default();
            let exif = source.at(begin, length.min(WINDOW))?;
            if let Some(body) = exif.strip_prefix(b"Exif\0\0")
                && properties.resolution_dpi.is_none()
            {
                properties.resolution_dpi = tiff_file::resolution(body);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Where the first marker after a scan lies; `None` at the end of the file.
fn after_scan(source: &mut Source<'_>, begin: u64) -> io::Result<Option<u64>> {
    let reader = source.from(begin)?;
    let mut buffer = vec![0; WINDOW];
    let (mut offset, mut after_ff) = (begin, false);
    loop {
        let count = match reader.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if count == 0 {
            return Ok(None);
        }
        let part = buffer.get(..count).unwrap_or_default();
        let is_marker = |byte: u8| !matches!(byte, 0 | 0xD0..=0xD7 | 0xFF);
        if after_ff && part.first().is_some_and(|byte| is_marker(*byte)) {
            return Ok(Some(offset - 1));
        }
        for at in memchr::memchr_iter(0xFF, part) {
            if part.get(at + 1).is_some_and(|byte| is_marker(*byte)) {
                return Ok(Some(offset + at as u64));
            }
        }
        after_ff = part.last() == Some(&0xFF);
        offset += count as u64;
    }
}

fn png(source: &mut Source<'_>, properties: &mut FileProperties) -> io::Result<()> {
    let mut offset = 8_u64;
    let mut has_pixels = false;
    for _ in 0..MAX_SEGMENTS {
        let header = source.at(offset, 8)?;
        let (Some(length), Some(name)) = (big(&header, 0, 4), header.get(4..8)) else {
            properties.fault(FaultKind::Truncated, "it does not come to its end mark");
            return Ok(());
        };
        let end = offset + 12 + length;
        if end > source.size() {
            properties.fault(
                FaultKind::Truncated,
                format!("inside of a chunk at byte {offset}"),
            );
            return Ok(());
        }
        if checksum(source, offset + 4, length + 4)? != big(&source.at(end - 4, 4)?, 0, 4) {
            properties.fault(
                FaultKind::Damaged,
                format!("wrong checksum of a chunk at byte {offset}"),
            );
        }
        if offset == 8 && name != b"IHDR" {
            properties.fault(FaultKind::Damaged, "no header");
            return Ok(());
        }
        match name {
            b"IHDR" => {
                let body = source.at(offset + 8, 13)?;
                properties.width = big(&body, 0, 4).and_then(narrow);
                properties.height = big(&body, 4, 4).and_then(narrow);
                properties.bits = body.get(8).map(|bits| u16::from(*bits));
                properties.colour = body.get(9).map(|kind| match kind {
                    0 if properties.bits == Some(1) => Colour::Bilevel,
                    0 | 4 => Colour::Grey,
                    _ => Colour::Colour,
                });
            }
            b"pHYs" => {
                let body = source.at(offset + 8, 9)?;
                let least = big(&body, 0, 4).min(big(&body, 4, 4)).unwrap_or_default();
                if body.get(8) == Some(&1) {
                    // dots per metre, rounded to whole dots per inch
                    properties.resolution_dpi = narrow((least * 254 + 5_000) / 10_000).filter(|dpi| *dpi > 1);
                }
            }
            b"IDAT" => has_pixels = true,
            b"IEND" => {
                if !has_pixels {
                    properties.fault(FaultKind::Damaged, "no pixels");
                }
                return Ok(());
            }
            _ => {}
        }
        offset = end;
    }
    Ok(())
}

/// CRC-32 of a part of the file.
fn checksum(source: &mut Source<'_>, begin: u64, length: u64) -> io::Result<Option<u64>> {
    let mut reader = source.from(begin)?.take(length);
    let mut sum = flate2::Crc::new();
    let mut buffer = vec![0; WINDOW.min(usize::try_from(length).unwrap_or(WINDOW))];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(Some(u64::from(sum.sum())));
        }
        sum.update(buffer.get(..count).unwrap_or_default());
    }
}

fn gif(source: &mut Source<'_>, properties: &mut FileProperties) -> io::Result<()> {
    let screen = source.at(0, 13)?;
    properties.width = little(&screen, 6, 2).and_then(narrow);
    properties.height = little(&screen, 8, 2).and_then(narrow);
    properties.bits = Some(8);
    properties.colour = Some(Colour::Colour);
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            3_u64 << ((flags & 7) + 1)
        }
    };
    let mut offset = 13 + table(screen.get(10).copied().unwrap_or_default());
    let (mut pages, mut blocks) = (0, 0);
    for _ in 0..MAX_SEGMENTS {
        let block = source.at(offset, 10)?;
        match block.first() {
            Some(b';') => {
                properties.pages = Some(pages);
                return Ok(());
            }
            Some(b'!') => offset += 2,
            Some(b',') => {
                pages += 1;
                offset += 11 + table(block.get(9).copied().unwrap_or_default());
            }
            Some(_) => {
                properties.fault(FaultKind::Damaged, format!("no block at byte {offset}"));
                return Ok(());
            }
            None => break,
        }
        // sub-blocks, up to an empty one
        blocks += 1;
        let mut ended = false;
        while let Some(length) = source.at(offset, 1)?.first().copied() {
            offset += 1 + u64::from(length);
            blocks += 1;
            if blocks > MAX_SEGMENTS {
                properties.fault(FaultKind::TooLarge, format!("more than {MAX_SEGMENTS} blocks"));
                return Ok(());
            }
            if length == 0 {
                ended = true;
                break;
            }
        }
        if !ended {
            break;
        }
    }
    properties.fault(FaultKind::Truncated, "it does not come to its end mark");
    Ok(())
}

fn bmp(source: &Source<'_>, head: &[u8], properties: &mut FileProperties) {
    let is_old = little(head, 14, 4) == Some(12);
    let (width, height, bits) = if is_old {
        (little(head, 18, 2), little(head, 20, 2), little(head, 24, 2))
    } else {
        let signed = little(head, 22, 4)
            .and_then(narrow)
            .map(|height| u64::from((height as i32).unsigned_abs()));
        (little(head, 18, 4), signed, little(head, 28, 2))
    };
    properties.width = width.and_then(narrow);
    properties.height = height.and_then(narrow);
    properties.bits = bits.and_then(|bits| u16::try_from(bits).ok());
    properties.colour = Some(if bits == Some(1) {
        Colour::Bilevel
    } else {
        Colour::Colour
    });
    if !is_old {
        properties.resolution_dpi = little(head, 38, 4)
            .and_then(|metre| narrow((metre * 254 + 5_000) / 10_000))
            .filter(|dpi| *dpi > 1);
    }
    let is_plain = is_old || matches!(little(head, 30, 4), Some(0 | 3));
    let pixels = little(head, 10, 4).unwrap_or_default();
    if let (Some(width), Some(height), Some(bits), true) = (width, height, bits, is_plain) {
        let line = width.saturating_mul(bits).div_ceil(32).saturating_mul(4);
        let end = line.saturating_mul(height).saturating_add(pixels);
        if end > source.size() {
            properties.fault(FaultKind::Truncated, format!("{} bytes of {end}", source.size()));
        }
    }
}

fn webp(source: &Source<'_>, head: &[u8], properties: &mut FileProperties) {
    let stated = little(head, 4, 4).unwrap_or_default() + 8;
    if stated > source.size() + 1 {
        properties.fault(
            FaultKind::Truncated,
            format!("{} bytes of {stated}", source.size()),
        );
    }
    properties.bits = Some(8);
    properties.colour = Some(Colour::Colour);
    let size = match head.get(12..16) {
        Some(b"VP8X") => (
            little(head, 24, 3).map(|less| less + 1),
            little(head, 27, 3).map(|less| less + 1),
        ),
        Some(b"VP8 ") => (
            little(head, 26, 2).map(|size| size & 0x3FFF),
            little(head, 28, 2).map(|size| size & 0x3FFF),
        ),
        Some(b"VP8L") => {
            let word = little(head, 21, 4);
            (
                word.map(|word| (word & 0x3FFF) + 1),
                word.map(|word| (word >> 14 & 0x3FFF) + 1),
            )
        }
        _ => (None, None),
    };
    properties.width = size.0.and_then(narrow);
    properties.height = size.1.and_then(narrow);
}

fn jpeg_2000(source: &mut Source<'_>, head: &[u8], properties: &mut FileProperties) -> io::Result<()> {
    let mut codestream = head.starts_with(J2K).then_some((0, source.size()));
    let mut offset = 0_u64;
    while codestream.is_none() && offset < source.size() {
        let header = source.at(offset, 16)?;
        let (Some(short), Some(name)) = (big(&header, 0, 4), header.get(4..8)) else {
            break;
        };
        let (begin, length) = match short {
            0 => (8, source.size() - offset),
            1 => (16, big(&header, 8, 8).unwrap_or_default()),
            short => (8, short),
        };
        if length < begin {
            properties.fault(FaultKind::Damaged, format!("a box of {length} bytes at {offset}"));
            return Ok(());
        }
        let end = offset.saturating_add(length);
        if end > source.size() {
            properties.fault(FaultKind::Truncated, format!("{} bytes of {end}", source.size()));
        }
        if name == b"jp2c" {
            codestream = Some((offset + begin, end.min(source.size())));
        }
        offset = end;
    }
    let Some((begin, end)) = codestream else {
        properties.fault(FaultKind::Truncated, "no picture in it");
        return Ok(());
    };
    // SOC, then SIZ: length, capabilities, size of the grid, offset of the picture in it
    let siz = source.at(begin, 44)?;
    let number = |at: usize| big(&siz, at, 4).unwrap_or_default();
    properties.width = narrow(number(8).saturating_sub(number(16)));
    properties.height = narrow(number(12).saturating_sub(number(20)));
    properties.colour = big(&siz, 40, 2).map(|parts| if parts < 3 { Colour::Grey } else { Colour::Colour });
    properties.bits = siz.get(42).map(|bits| u16::from(bits & 0x7F) + 1);
    if source.at(end.saturating_sub(2), 2)? != [0xFF, 0xD9] && !properties.has(FaultKind::Truncated) {
        properties.fault(
            FaultKind::Truncated,
            "the codestream does not come to its end mark",
        );
    }
    Ok(())
}
