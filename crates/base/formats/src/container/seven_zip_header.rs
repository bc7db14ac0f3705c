//! What the beginning of a 7z file announces, looked at before its header is expanded.
//!
//! The header of a 7z file is itself compressed, and says how large it becomes. The library believes it; so the
//! announcement is held against the limits first.

use std::io::{self, Read, Seek, SeekFrom};

use super::limits::Limits;
use super::little_endian::{u32_at, u64_at};
use super::refusal::{Fault, Refusal};

const SIGNATURE_HEADER_BYTES: u64 = 32;
const ENCODED_HEADER: u8 = 0x17;
const PACK_INFO: u8 = 6;
const UNPACK_INFO: u8 = 7;
const SIZES: u8 = 9;
const CHECKSUMS: u8 = 10;
const FOLDER: u8 = 11;
const UNPACK_SIZES: u8 = 12;
const END: u8 = 0;
/// Method of encryption: AES-256 with SHA-256.
pub(super) const AES: &[u8] = &[6, 0xf1, 7, 1];
/// Parts of a chain of decoders; more is no header of any program.
const MAX_CODERS: u64 = 32;

/// Looks at the announcement. `false`: there are no entries.
pub(super) fn check(
    source: &mut (impl Read + Seek),
    bytes: u64,
    limits: &Limits,
) -> io::Result<Result<bool, Refusal>> {
    source.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    source.take(SIGNATURE_HEADER_BYTES).read_to_end(&mut start)?;
    let numbers = (u32_at(&start, 8), u64_at(&start, 12), u64_at(&start, 20));
    let (Some(crc32), Some(offset), Some(length)) = numbers else {
        return Ok(Err(truncated("less than the first header")));
    };
    let announced = start.get(12..32).unwrap_or_default();
    if crc32fast::hash(announced) != crc32 {
        let found = if announced.iter().all(|byte| *byte == 0) {
            return Ok(Err(truncated("a container that was never finished")));
        } else {
            "a first header with a wrong checksum"
        };
        return Ok(Err(Refusal::whole(Fault::Damaged, "a first header", found)));
    }
    if length == 0 {
        return Ok(Ok(false));
    }
    let end = offset
        .checked_add(SIGNATURE_HEADER_BYTES)
        .and_then(|at| at.checked_add(length));
    match end {
        Some(end) if end == bytes => {}
        Some(end) if end < bytes => {
            let found = format!("{} bytes", bytes - end);
            return Ok(Err(Refusal::whole(
                Fault::TrailingBytes,
                "nothing after the header",
                found,
            )));
        }
        _ => return Ok(Err(truncated("a header behind the end"))),
    }
    if length > limits.seven_zip_header_bytes {
        return Ok(Err(header_too_large(limits, length)));
    }
    source.seek(SeekFrom::Start(SIGNATURE_HEADER_BYTES + offset))?;
    let mut header = Vec::new();
    source.take(length).read_to_end(&mut header)?;
    let Some((&ENCODED_HEADER, encoded)) = header.split_first() else {
        return Ok(Ok(true));
    };
    let Some(coding) = Coding::parse(&mut Cursor(encoded)) else {
        return Ok(Err(Refusal::whole(Fault::Damaged, "a header", "a broken one")));
    };
    if coding.is_encrypted {
        let found = "names locked with a password";
        return Ok(Err(Refusal::whole(
            Fault::Encrypted,
            "a container that anybody can open",
            found,
        )));
    }
    if coding.unpacked > limits.seven_zip_header_bytes {
        return Ok(Err(header_too_large(limits, coding.unpacked)));
    }
    Ok(Ok(true))
}

fn truncated(found: &str) -> Refusal {
    Refusal::whole(Fault::Truncated, "a header at the end", found)
}

fn header_too_large(limits: &Limits, found: u64) -> Refusal {
    Refusal::whole(
        Fault::TooLarge,
        format!("a header of at most {} bytes", limits.seven_zip_header_bytes),
        format!("{found} bytes"),
    )
}

/// How a header is packed.
struct Coding {
    /// The largest size announced.
    unpacked: u64,
    is_encrypted: bool,
}

impl Coding {
    fn parse(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut id = cursor.byte()?;
        if id == PACK_INFO {
            cursor.number()?;
            let streams = cursor.number()?;
            id = cursor.byte()?;
            if id == SIZES {
                cursor.numbers(streams)?;
                id = cursor.byte()?;
            }
            if id == CHECKSUMS {
                cursor.checksums(streams)?;
                id = cursor.byte()?;
            }
            if id != END {
                return None;
            }
            id = cursor.byte()?;
        }
        // one folder, not kept elsewhere
        if (id, cursor.byte()?, cursor.number()?, cursor.byte()?) != (UNPACK_INFO, FOLDER, 1, 0) {
            return None;
        }
        let coders = cursor
            .number()
            .filter(|coders| (1..=MAX_CODERS).contains(coders))?;
        let (mut ins, mut outs, mut is_encrypted) = (0_u64, 0_u64, false);
        for _ in 0..coders {
            let flags = cursor.byte()?;
            is_encrypted |= cursor.bytes(u64::from(flags & 15))? == AES;
            let (more_in, more_out) = if flags & 0x10 == 0 {
                (1, 1)
            } else {
                (cursor.number()?, cursor.number()?)
            };
            (ins, outs) = (ins.checked_add(more_in)?, outs.checked_add(more_out)?);
            if ins.max(outs) > MAX_CODERS {
                return None;
            }
            if flags & 0x20 != 0 {
                let length = cursor.number()?;
                cursor.bytes(length)?;
            }
        }
        let pairs = outs.checked_sub(1)?;
        cursor.numbers(2 * pairs)?;
        let packed = ins.checked_sub(pairs)?;
        if packed > 1 {
            cursor.numbers(packed)?;
        }
        if cursor.byte()? != UNPACK_SIZES {
            return None;
        }
        let mut unpacked = 0;
        for _ in 0..outs {
            unpacked = cursor.number()?.max(unpacked);
        }
        Some(Self {
            unpacked,
            is_encrypted,
        })
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    /// A number whose first byte says by its leading ones how many follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let mut number = 0;
        for place in 0..more {
            number |= u64::from(self.byte()?) << (8 * place);
        }
        let high = if more < 7 {
            u64::from(first) & (0x7f >> more)
        } else {
            0
        };
        Some(number | high << (8 * more).min(56))
    }

    fn numbers(&mut self, count: u64) -> Option<()> {
        (0..count).try_for_each(|_| self.number().map(|_| ()))
    }

    fn checksums(&mut self, count: u64) -> Option<()> {
        let defined = if self.byte()? == 0 {
            let bits = self.bytes(count.div_ceil(8))?;
            bits.iter().map(|byte| u64::from(byte.count_ones())).sum()
        } else {
            count
        };
        self.bytes(defined.checked_mul(4)?).map(|_| ())
    }
}
