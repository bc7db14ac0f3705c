//! MPEG audio: frames are walked from the first to the last.

use super::source::{Source, big};
use super::{Depth, FaultKind, FileProperties};
use std::io;

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// Bytes without a frame after which it is given up.
const MAX_LOST: u64 = 16 << 20;

/// Kilobits a second: MPEG 1 layers I, II, III, MPEG 2 layer I, MPEG 2 layers II and III.
const RATES: [[u32; 15]; 5] = [
    [
        0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
    ],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

struct Frame {
    length: u64,
    samples: u64,
    rate: u32,
    channels: u16,
    layer: u8,
}

pub(crate) fn examine(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let mut offset = after_tag(source)?;
    let (mut samples, mut frames, mut lost) = (0_u64, 0_u64, 0_u64);
    let mut rate = 0;
    let mut chunk = (offset, source.at(offset, CHUNK)?);
    while offset < source.size() {
        if offset + 4 > chunk.0 + chunk.1.len() as u64 {
            chunk = (offset, source.at(offset, CHUNK)?);
        }
        let at = usize::try_from(offset - chunk.0).unwrap_or(usize::MAX);
        let header = chunk
            .1
            .get(at..at.saturating_add(4).min(chunk.1.len()))
            .unwrap_or_default();
        if matches!(
            header,
            [b'T', b'A', b'G', _] | [b'A', b'P', b'E', b'T'] | [b'L', b'Y', b'R', b'I']
        ) {
            break;
        }
        let Some(frame) = frame(header) else {
            lost += 1;
            offset += 1;
            if lost > MAX_LOST {
                return Ok(properties.broken(FaultKind::Damaged, format!("{lost} bytes between frames")));
            }
            continue;
        };
        if frames == 0 {
            rate = frame.rate;
            properties.sample_rate = Some(frame.rate);
            properties.channels = Some(frame.channels);
            properties.codecs = vec![format!("mp{}", frame.layer)];
        }
        frames += 1;
        samples += frame.samples;
        offset += frame.length;
    }
    if frames == 0 {
        return Ok(properties.broken(FaultKind::Damaged, "no frame of sound"));
    }
    properties.duration_ms = super::source::milliseconds(samples, u64::from(rate));
    if offset > source.size() {
        properties.fault(FaultKind::Truncated, "inside of the last frame");
    }
    if lost * 20 > source.size() {
        properties.fault(FaultKind::Damaged, format!("{lost} bytes between frames"));
    }
    Ok(properties)
}

/// Where the sound begins: after an ID3 tag.
fn after_tag(source: &mut Source<'_>) -> io::Result<u64> {
    let tag = source.at(0, 10)?;
    if !tag.starts_with(b"ID3") {
        return Ok(0);
    }
    let size = tag
        .iter()
        .skip(6)
        .fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7F));
    let has_footer = tag.get(5).is_some_and(|flags| flags & 0x10 != 0);
    Ok(10 + size + if has_footer { 10 } else { 0 })
}

fn frame(header: &[u8]) -> Option<Frame> {
    let word = big(header, 0, 4)?;
    if word >> 21 != 0x7FF {
        return None;
    }
    let bits = |shift: u32, mask: u64| usize::try_from(word >> shift & mask).unwrap_or_default();
    let (version, layer) = (bits(19, 3), 4 - bits(17, 3));
    if version == 1 || layer == 4 {
        return None;
    }
    let is_first = version == 3;
    let table = match (is_first, layer) {
        (true, layer) => layer - 1,
        (false, 1) => 3,
        (false, _) => 4,
    };
    let kilobits = *RATES.get(table)?.get(bits(12, 15))?;
    let rate = *[44_100_u32, 48_000, 32_000].get(bits(10, 3))? >> [2, 0, 1, 0].get(version)?;
    if kilobits == 0 {
        return None;
    }
    let padding = bits(9, 1) as u32;
    let (samples, length) = match layer {
        1 => (384, (12_000 * kilobits / rate + padding) * 4),
        3 if !is_first => (576, 72_000 * kilobits / rate + padding),
        _ => (1152, 144_000 * kilobits / rate + padding),
    };
    Some(Frame {
        length: u64::from(length),
        samples,
        rate,
        channels: if bits(6, 3) == 3 { 1 } else { 2 },
        layer: layer as u8,
    })
}
