//! FLAC: what STREAMINFO says, and whether frames follow to a plausible end.

use super::source::{Source, big, milliseconds, narrow};
use super::{Depth, FaultKind, FileProperties};
use std::io;

pub(crate) fn examine(source: &mut Source<'_>, head: &[u8]) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        codecs: vec!["flac".to_owned()],
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let (Some(word), Some(0)) = (big(head, 18, 8), head.get(4).map(|kind| kind & 0x7F)) else {
        return Ok(properties.broken(FaultKind::Damaged, "no stream information"));
    };
    let rate = word >> 44;
    properties.sample_rate = narrow(rate);
    properties.channels = u16::try_from((word >> 41 & 7) + 1).ok();
    properties.bits = u16::try_from((word >> 36 & 31) + 1).ok();
    let samples = word & 0xF_FFFF_FFFF;
    if samples > 0 {
        properties.duration_ms = milliseconds(samples, rate);
    }
    let mut offset = 4_u64;
    for _ in 0..256 {
        let block = source.at(offset, 4)?;
        let (Some(kind), Some(length)) = (block.first().copied(), big(&block, 1, 3)) else {
            return Ok(properties.broken(FaultKind::Truncated, "inside of the metadata"));
        };
        offset += 4 + length;
        if kind & 0x80 != 0 {
            break;
        }
    }
    if offset >= source.size() {
        return Ok(properties.broken(FaultKind::Truncated, "no sound follows the metadata"));
    }
    let first = source.at(offset, 2)?;
    if !matches!(first.as_slice(), [0xFF, 0xF8..=0xFB]) {
        return Ok(properties.broken(FaultKind::Damaged, "no frame follows the metadata"));
    }
    if samples > 0
        && let Some(end) = last_sample(source, head)?
        && end + 2 * big(head, 10, 2).unwrap_or(4096).max(4096) < samples
    {
        properties.fault(
            FaultKind::Truncated,
            format!("sound ends at sample {end} of {samples}"),
        );
    }
    Ok(properties)
}

/// The sample at which the last frame found near the end begins; the number of a frame is coded like UTF-8.
fn last_sample(source: &mut Source<'_>, head: &[u8]) -> io::Result<Option<u64>> {
    let tail = source.tail(super::source::WINDOW)?;
    let block = big(head, 8, 2).unwrap_or_default();
    let fixed = block == big(head, 10, 2).unwrap_or_default();
    let mut found = None;
    for at in memchr::memchr_iter(0xFF, &tail) {
        let Some(header) = tail.get(at..) else { break };
        let [_, second @ (0xF8 | 0xF9), _, _, rest @ ..] = header else {
            continue;
        };
        let Some((number, length)) = coded_number(rest) else {
            continue;
        };
        let extra = match header.get(2).map(|byte| byte >> 4) {
            Some(6) => 1,
            Some(7) => 2,
            _ => 0,
        } + match header.get(2).map(|byte| byte & 15) {
            Some(12) => 1,
            Some(13 | 14) => 2,
            _ => 0,
        };
        let checked = 4 + length + extra;
        let Some((covered, Some(sum))) = header.get(..checked).map(|part| (part, header.get(checked))) else {
            continue;
        };
        if crc8(covered) == *sum {
            let is_fixed = *second == 0xF8 && fixed;
            found = Some(if is_fixed {
                number.saturating_mul(block)
            } else {
                number
            });
        }
    }
    Ok(found)
}

fn coded_number(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = match first.leading_ones() {
        0 => return Some((u64::from(first), 1)),
        ones @ 2..=7 => ones as usize,
        _ => return None,
    };
    let mut number = u64::from(first) & ((1 << (7 - length.min(7))) - 1);
    for byte in bytes.get(1..length)? {
        if byte & 0xC0 != 0x80 {
            return None;
        }
        number = number << 6 | u64::from(byte & 0x3F);
    }
    Some((number, length))
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(
            sum ^ byte,
            |sum, _| if sum & 0x80 != 0 { sum << 1 ^ 7 } else { sum << 1 },
        )
    })
}
