//! Matroska and WebM: the elements of the segment are walked, clusters skipped over.

use super::source::{Source, big, narrow};
use super::{Depth, FaultKind, FileProperties};
use std::io;

const MAX_ELEMENTS: usize = 1_000_000;
/// Bytes of a description read.
const MAX_DESCRIPTION: u64 = 4 << 20;

const EBML: u64 = 0x1A45_DFA3;
const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_A966;
const TRACKS: u64 = 0x1654_AE6B;
const CLUSTER: u64 = 0x1F43_B675;
const TIMESTAMP_SCALE: u64 = 0x2A_D7B1;
const DURATION: u64 = 0x4489;
const CODEC: u64 = 0x86;
const WIDTH: u64 = 0xB0;
const HEIGHT: u64 = 0xBA;
const CHANNELS: u64 = 0x9F;
const RATE: u64 = 0xB5;
/// Track entry, video and audio: looked into.
const INNER: [u64; 3] = [0xAE, 0xE0, 0xE1];

pub(crate) fn examine(source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let mut offset = 0_u64;
    let mut has_cluster = false;
    let mut times = Times {
        scale: 1_000_000,
        duration: None,
    };
    for _ in 0..MAX_ELEMENTS {
        if offset >= source.size() {
            break;
        }
        let header = source.at(offset, 16)?;
        let Some((id, size, head)) = element(&header) else {
            properties.fault(FaultKind::Damaged, format!("no element at {offset}"));
            break;
        };
        let begin = offset + head as u64;
        let end = size.map(|size| begin.saturating_add(size));
        if let Some(end) = end.filter(|end| *end > source.size()) {
            properties.fault(FaultKind::Truncated, format!("{} bytes of {end}", source.size()));
        }
        match id {
            SEGMENT => {
                offset = begin;
                continue;
            }
            INFO | TRACKS => {
                let length =
                    usize::try_from(size.unwrap_or_default().min(MAX_DESCRIPTION)).unwrap_or_default();
                let body = source.at(begin, length)?;
                describe(&body, 0, &mut properties, &mut times);
            }
            CLUSTER => has_cluster = true,
            EBML => {}
            _ => {}
        }
        // a live recording leaves the size of clusters open: they are stepped into
        offset = end.unwrap_or(begin);
    }
    if !has_cluster && !properties.has(FaultKind::Truncated) {
        properties.fault(FaultKind::Truncated, "no cluster in it");
    }
    properties.duration_ms = times.milliseconds();
    Ok(properties)
}

struct Times {
    scale: u64,
    duration: Option<f64>,
}

impl Times {
    fn milliseconds(&self) -> Option<u64> {
        let milliseconds = self.duration? * self.scale as f64 / 1_000_000.0;
        (milliseconds.is_finite() && milliseconds >= 0.0).then_some(milliseconds as u64)
    }
}

/// Identifier, size where it is stated, and length of the head.
fn element(bytes: &[u8]) -> Option<(u64, Option<u64>, usize)> {
    let id_length = bytes.first()?.leading_zeros() as usize + 1;
    if id_length > 4 {
        return None;
    }
    let id = big(bytes, 0, id_length)?;
    let length = bytes.get(id_length)?.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let mask = (1_u64 << (7 * length)) - 1;
    let size = big(bytes, id_length, length)? & mask;
    Some((id, (size != mask).then_some(size), id_length + length))
}

fn describe(bytes: &[u8], depth: usize, properties: &mut FileProperties, times: &mut Times) {
    let mut at = 0_usize;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((id, Some(size), head)) = element(rest) else {
            return;
        };
        let length = usize::try_from(size).unwrap_or(usize::MAX);
        let body = rest
            .get(head..head.saturating_add(length).min(rest.len()))
            .unwrap_or_default();
        let number = big(body, 0, body.len().min(8)).unwrap_or_default();
        match id {
            _ if INNER.contains(&id) && depth < 4 => describe(body, depth + 1, properties, times),
            TIMESTAMP_SCALE => times.scale = number,
            DURATION => times.duration = float(body),
            CODEC => properties.codec(
                String::from_utf8_lossy(body.get(..body.len().min(64)).unwrap_or_default()).into_owned(),
            ),
            WIDTH => properties.width = narrow(number),
            HEIGHT => properties.height = narrow(number),
            CHANNELS => properties.channels = u16::try_from(number).ok(),
            RATE => properties.sample_rate = float(body).map(|rate| rate as u32),
            _ => {}
        }
        at = at.saturating_add(head).saturating_add(length);
    }
}

fn float(body: &[u8]) -> Option<f64> {
    match body.len() {
        4 => Some(f64::from(f32::from_be_bytes(body.try_into().ok()?))),
        8 => Some(f64::from_be_bytes(body.try_into().ok()?)),
        _ => None,
    }
}
