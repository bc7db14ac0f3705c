//! The records of a ZIP file as APPNOTE 6.3.10 lays them out; nothing judged yet.

use super::little_endian::{u16_at, u32_at, u64_at};

pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
pub(super) const CENTRAL: &[u8] = b"PK\x01\x02";
pub(super) const END: &[u8] = b"PK\x05\x06";
pub(super) const END_64: &[u8] = b"PK\x06\x06";
pub(super) const LOCATOR_64: &[u8] = b"PK\x06\x07";
pub(super) const DESCRIPTOR: &[u8] = b"PK\x07\x08";

/// Fixed parts, in bytes.
pub(super) const LOCAL_BYTES: usize = 30;
pub(super) const CENTRAL_BYTES: usize = 46;
pub(super) const END_BYTES: usize = 22;

const IS_ENCRYPTED: u16 = 1;
const HAS_DESCRIPTOR: u16 = 1 << 3;
const IS_PATCH: u16 = 1 << 5;
const IS_STRONGLY_ENCRYPTED: u16 = 1 << 6;
const IS_UTF8: u16 = 1 << 11;
const IS_MASKED: u16 = 1 << 13;

/// What a header says of an entry; the local and the central one say it alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    pub flags: u16,
    pub method: u16,
    pub crc32: u32,
    pub compressed: u64,
    pub size: u64,
}

impl Facts {
    pub fn is_encrypted(self) -> bool {
        self.flags & (IS_ENCRYPTED | IS_STRONGLY_ENCRYPTED | IS_MASKED) != 0 || self.method == 99
    }

    pub fn has_descriptor(self) -> bool {
        self.flags & HAS_DESCRIPTOR != 0
    }

    pub fn is_utf8(self) -> bool {
        self.flags & IS_UTF8 != 0
    }

    /// The name of the method where it is not one of those agreed: stored and deflate.
    pub fn method_refused(self) -> Option<String> {
        let name = match self.method {
            0 | 8 if self.flags & IS_PATCH != 0 => "patch data",
            0 | 8 => return None,
            1 => "shrink",
            2..=5 => "reduce",
            6 => "implode",
            9 => "deflate64",
            12 => "bzip2",
            14 => "LZMA",
            20 | 93 => "zstandard",
            94 => "MP3",
            95 => "XZ",
            96 => "JPEG variant",
            97 => "WavPack",
            98 => "PPMd",
            other => return Some(format!("method {other}")),
        };
        Some(name.to_owned())
    }
}

/// The local header of an entry.
#[derive(Debug)]
pub(super) struct LocalHeader {
    pub facts: Facts,
    pub name_length: usize,
    pub extra_length: usize,
}

impl LocalHeader {
    /// Reads the fixed part, whose signature was looked at; [`LocalHeader::widen`] does the rest.
    pub fn parse(fixed: &[u8]) -> Option<Self> {
        Some(Self {
            facts: Facts {
                flags: u16_at(fixed, 6)?,
                method: u16_at(fixed, 8)?,
                crc32: u32_at(fixed, 14)?,
                compressed: u64::from(u32_at(fixed, 18)?),
                size: u64::from(u32_at(fixed, 22)?),
            },
            name_length: usize::from(u16_at(fixed, 26)?),
            extra_length: usize::from(u16_at(fixed, 28)?),
        })
    }

    /// Takes sizes of more than 32 bits from the extra field.
    pub fn widen(&mut self, extra: &[u8]) {
        let facts = &mut self.facts;
        widen(extra, &mut [&mut facts.size, &mut facts.compressed]);
    }
}

/// An entry of the central directory.
#[derive(Debug)]
pub(super) struct ZipEntry {
    pub facts: Facts,
    /// The name as stored.
    pub raw_name: Box<[u8]>,
    /// The name in the Unicode field (Info-ZIP 0x7075), where it belongs to the name stored.
    pub unicode_name: Option<String>,
    /// Where the local header lies.
    pub offset: u64,
    /// Volume that it lies on.
    pub volume: u16,
    /// Mode of UNIX, where it was packed there.
    pub unix_mode: Option<u32>,
    /// Seconds since 1970.
    pub modified: Option<i64>,
}

/// Lengths of name, extra field and comment after the fixed part of a central header.
pub(super) fn central_lengths(fixed: &[u8]) -> Option<(usize, usize, usize)> {
    let length = |at| u16_at(fixed, at).map(usize::from);
    Some((length(28)?, length(30)?, length(32)?))
}

impl ZipEntry {
    /// Reads a central header.
    pub fn parse(fixed: &[u8], raw_name: &[u8], extra: &[u8]) -> Option<Self> {
        let mut facts = Facts {
            flags: u16_at(fixed, 8)?,
            method: u16_at(fixed, 10)?,
            crc32: u32_at(fixed, 16)?,
            compressed: u64::from(u32_at(fixed, 20)?),
            size: u64::from(u32_at(fixed, 24)?),
        };
        let mut offset = u64::from(u32_at(fixed, 42)?);
        let mut volume = u64::from(u16_at(fixed, 34)?);
        widen(extra, &mut [&mut facts.size, &mut facts.compressed, &mut offset]);
        if volume == u64::from(u16::MAX) {
            // the volume of a large file stands in the extra field; a file of one volume has none but 0 there
            volume = 0;
        }
        let made_on_unix = matches!(u16_at(fixed, 4)? >> 8, 3 | 19);
        let unix_mode = made_on_unix
            .then(|| u32_at(fixed, 38))
            .flatten()
            .map(|it| it >> 16);
        let modified = utc_time(extra)
            .or_else(|| dos_time(u16_at(fixed, 14).unwrap_or(0), u16_at(fixed, 12).unwrap_or(0)));
        Some(Self {
            facts,
            unicode_name: unicode_name(extra, raw_name),
            raw_name: raw_name.into(),
            offset,
            volume: u16::try_from(volume).unwrap_or(u16::MAX),
            unix_mode,
            modified,
        })
    }

    pub fn is_folder(&self) -> bool {
        self.raw_name.ends_with(b"/")
    }
}

/// The fields of an extra field by their numbers.
fn extra_fields(extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let (id, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let data = rest.get(4..4 + length)?;
        rest = rest.get(4 + length..)?;
        Some((id, data))
    })
}

/// Replaces values that stand at their 32-bit limit by those of the Zip64 field, in its order.
fn widen(extra: &[u8], values: &mut [&mut u64]) {
    let Some((_, data)) = extra_fields(extra).find(|(id, _)| *id == 1) else {
        return;
    };
    let mut at = 0;
    for value in values {
        if **value == u64::from(u32::MAX)
            && let Some(wide) = u64_at(data, at)
        {
            **value = wide;
            at += 8;
        }
    }
}

/// The Unicode name of Info-ZIP, if its checksum says that it belongs to the name stored.
fn unicode_name(extra: &[u8], raw_name: &[u8]) -> Option<String> {
    let (_, data) = extra_fields(extra).find(|(id, _)| *id == 0x7075)?;
    let (version, crc32) = (*data.first()?, u32_at(data, 1)?);
    let name = std::str::from_utf8(data.get(5..)?).ok()?;
    (version == 1 && crc32 == crc32fast::hash(raw_name) && !name.is_empty()).then(|| name.to_owned())
}

/// The time of change in the extended timestamp (Info-ZIP 0x5455).
fn utc_time(extra: &[u8]) -> Option<i64> {
    let (_, data) = extra_fields(extra).find(|(id, _)| *id == 0x5455)?;
    if data.first()? & 1 == 0 {
        return None;
    }
    u32_at(data, 1).map(|seconds| i64::from(seconds.cast_signed()))
}

/// Date and time of DOS; `None` for a date that there is not.
fn dos_time(date: u16, time: u16) -> Option<i64> {
    let (year, month, day) = (
        1980 + i64::from(date >> 9),
        i64::from(date >> 5 & 15),
        i64::from(date & 31),
    );
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let (hour, minute, second) = (
        i64::from(time >> 11),
        i64::from(time >> 5 & 63),
        i64::from(time & 31) * 2,
    );
    // days since 1970 of a date in the Gregorian calendar, with years that begin in March
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// The end record with what its Zip64 form adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndRecord {
    pub entries: u64,
    pub directory_bytes: u64,
    pub directory_offset: u64,
    pub volume: u32,
    pub directory_volume: u32,
}

impl EndRecord {
    pub fn parse(record: &[u8]) -> Option<Self> {
        Some(Self {
            entries: u64::from(u16_at(record, 10)?),
            directory_bytes: u64::from(u32_at(record, 12)?),
            directory_offset: u64::from(u32_at(record, 16)?),
            volume: u32::from(u16_at(record, 4)?),
            directory_volume: u32::from(u16_at(record, 6)?),
        })
    }

    /// Whether a value stands at its limit, so that the Zip64 record must say more.
    pub fn is_wide(&self) -> bool {
        self.entries == u64::from(u16::MAX)
            || self.directory_bytes == u64::from(u32::MAX)
            || self.directory_offset == u64::from(u32::MAX)
    }

    pub fn parse_64(record: &[u8]) -> Option<Self> {
        Some(Self {
            entries: u64_at(record, 32)?,
            directory_bytes: u64_at(record, 40)?,
            directory_offset: u64_at(record, 48)?,
            volume: u32_at(record, 16)?,
            directory_volume: u32_at(record, 20)?,
        })
    }
}

/// Whether bytes behind the data of an entry are its data descriptor. There are four forms: with and without
/// signature, sizes of 32 and of 64 bits; the one that fits is returned with its length.
pub(super) fn descriptor_length(bytes: &[u8], facts: Facts) -> Option<usize> {
    for start in [if bytes.starts_with(DESCRIPTOR) { 4 } else { 0 }, 0] {
        if u32_at(bytes, start) != Some(facts.crc32) {
            continue;
        }
        let sizes = (u32_at(bytes, start + 4), u32_at(bytes, start + 8));
        let narrow = (sizes.0.map(u64::from), sizes.1.map(u64::from));
        if narrow == (Some(facts.compressed), Some(facts.size)) {
            return Some(start + 12);
        }
        let wide = (u64_at(bytes, start + 4), u64_at(bytes, start + 12));
        if wide == (Some(facts.compressed), Some(facts.size)) {
            return Some(start + 20);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_dos_are_seconds() {
        // 2018-06-15 12:30:10
        assert_eq!(
            dos_time(38 << 9 | 6 << 5 | 15, 12 << 11 | 30 << 5 | 5),
            Some(1_529_065_810)
        );
        assert_eq!(dos_time(33, 0), Some(315_532_800));
        assert_eq!(dos_time(0, 0), None);
    }

    #[test]
    fn every_form_of_a_descriptor_is_known_and_a_contradiction_is_none() {
        let facts = Facts {
            flags: 8,
            method: 8,
            crc32: 0x0807_4b50,
            compressed: 5,
            size: 7,
        };
        let narrow = [0x0807_4b50_u32, 5, 7].map(u32::to_le_bytes).concat();
        let wide = [
            &0x0807_4b50_u32.to_le_bytes()[..],
            &5_u64.to_le_bytes(),
            &7_u64.to_le_bytes(),
        ]
        .concat();
        assert_eq!(
            descriptor_length(&narrow, facts),
            Some(12),
            "a checksum that looks like the signature"
        );
        assert_eq!(
            descriptor_length(&[DESCRIPTOR, &narrow].concat(), facts),
            Some(16)
        );
        assert_eq!(descriptor_length(&wide, facts), Some(20));
        assert_eq!(descriptor_length(&[DESCRIPTOR, &wide].concat(), facts), Some(24));
        assert_eq!(descriptor_length(&narrow, Facts { size: 8, ..facts }), None);
        assert_eq!(descriptor_length(&[], facts), None);
    }
}
