//! The header of a TAR entry: POSIX ustar, GNU, star, and the form before all of them.

use super::refusal::{Fault, Refusal};

/// TAR is made of blocks of this size.
pub(super) const BLOCK_BYTES: usize = 512;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TarKind {
    File,
    Folder,
    /// A folder of an incremental backup, with a list of names as its content.
    ListedFolder,
    SymbolicLink,
    HardLink,
    Device,
    /// A name of GNU for the next entry.
    LongName,
    /// A link target of GNU for the next entry.
    LongLink,
    /// Attributes of POSIX for the next entry.
    Attributes,
    /// Attributes of POSIX for all entries that follow.
    GlobalAttributes,
    Sparse,
    /// The rest of a file that began in another volume.
    Continued,
    /// The label of a volume.
    Label,
    Other(u8),
}

/// A header as it stands there.
#[derive(Debug)]
pub(super) struct TarHeader {
    pub kind: TarKind,
    pub name: Vec<u8>,
    /// Where a link leads.
    pub target: Vec<u8>,
    pub size: u64,
    pub modified: Option<i64>,
}

/// Whether the sum over a header fits. Two ways to add are in use: bytes with and without sign.
pub(super) fn checksum_fits(block: &[u8; BLOCK_BYTES]) -> bool {
    let Some(stored) = block.get(148..156).and_then(octal) else {
        return false;
    };
    let (mut unsigned, mut signed) = (0_i64, 0_i64);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        unsigned += i64::from(byte);
        signed += i64::from(byte.cast_signed());
    }
    [unsigned, signed].contains(&stored)
}

/// Whether a block is the header of a TAR entry, as far as its bytes tell.
pub(super) fn is_header(block: &[u8]) -> bool {
    if block.get(257..262) == Some(b"ustar") {
        return true;
    }
    let Some(block) = block.first_chunk::<BLOCK_BYTES>() else {
        return false;
    };
    // the form before POSIX has no mark: every number must be one, and those that are always written be there
    let has_digits = |at, length| field(block, at, length).iter().any(u8::is_ascii_digit);
    block.first().is_some_and(|byte| *byte != 0)
        && [(100, 8), (124, 12), (136, 12), (148, 8)]
            .iter()
            .all(|(at, length)| has_digits(*at, *length) && number(field(block, *at, *length)).is_some())
        && checksum_fits(block)
}

impl TarHeader {
    /// Reads a header.
    pub fn parse(block: &[u8; BLOCK_BYTES]) -> Result<Self, Refusal> {
        let damaged = |found: &str| Refusal::whole(Fault::Damaged, "a header of an entry", found);
        if !checksum_fits(block) {
            return Err(damaged("one with a wrong checksum"));
        }
        let size = number(field(block, 124, 12)).and_then(|size| u64::try_from(size).ok());
        let size = size.ok_or_else(|| damaged("one without a size"))?;
        let mut name = Vec::new();
        // GNU keeps times where POSIX keeps the front of a long name, and star both
        if field(block, 257, 6) == b"ustar\0" {
            let is_star = field(block, 508, 4) == b"tar\0";
            let front = text(field(block, 345, if is_star { 131 } else { 155 }));
            if !front.is_empty() {
                name.extend_from_slice(front);
                name.push(b'/');
            }
        }
        name.extend_from_slice(text(field(block, 0, 100)));
        let kind = match block.get(156) {
            Some(b'\0' | b'0' | b'7') if name.ends_with(b"/") => TarKind::Folder,
            Some(b'\0' | b'0' | b'7') => TarKind::File,
            Some(b'1') => TarKind::HardLink,
            Some(b'2') => TarKind::SymbolicLink,
            Some(b'3' | b'4' | b'6') => TarKind::Device,
            Some(b'5') => TarKind::Folder,
            Some(b'D') => TarKind::ListedFolder,
            Some(b'L') => TarKind::LongName,
            Some(b'K') => TarKind::LongLink,
            Some(b'x' | b'X') => TarKind::Attributes,
            Some(b'g') => TarKind::GlobalAttributes,
            Some(b'S') => TarKind::Sparse,
            Some(b'M') => TarKind::Continued,
            Some(b'V') => TarKind::Label,
            other => TarKind::Other(other.copied().unwrap_or(0)),
        };
        Ok(Self {
            kind,
            name,
            target: text(field(block, 157, 100)).to_vec(),
            size,
            modified: number(field(block, 136, 12)),
        })
    }
}

fn field(block: &[u8; BLOCK_BYTES], at: usize, length: usize) -> &[u8] {
    block.get(at..at + length).unwrap_or_default()
}

/// Bytes up to the first NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in octal digits, or in the binary form of GNU for what octal cannot hold. An empty field is 0.
fn number(field: &[u8]) -> Option<i64> {
    let (first, rest) = field.split_first()?;
    if first & 0x80 == 0 {
        return octal(field);
    }
    // two's complement, whose first bit only marks the form
    let is_negative = first & 0x40 != 0;
    let front = if is_negative {
        i64::from(*first) - 0x100
    } else {
        i64::from(first & 0x7f)
    };
    rest.iter().try_fold(front, |number, byte| {
        number.checked_mul(256)?.checked_add(i64::from(*byte))
    })
}

fn octal(field: &[u8]) -> Option<i64> {
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0_i64, |number, byte| match byte {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add(i64::from(byte - b'0')),
        _ => None,
    })
}

/// Attributes of an extended header (POSIX pax) that we look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes {
    pub path: Option<Vec<u8>>,
    pub target: Option<Vec<u8>>,
    pub size: Option<u64>,
    pub modified: Option<i64>,
    pub is_sparse: bool,
}

impl Attributes {
    /// Reads records `length key=value\n`.
    pub fn parse(mut rest: &[u8]) -> Result<Self, Refusal> {
        let mut attributes = Self::default();
        while !rest.is_empty() && rest.first() != Some(&0) {
            let (key, value, after) = record(rest)
                .ok_or_else(|| Refusal::whole(Fault::Damaged, "attributes of an entry", "broken ones"))?;
            match key {
                b"path" => attributes.path = Some(value.to_vec()),
                b"linkpath" => attributes.target = Some(value.to_vec()),
                b"size" => attributes.size = Some(plain_number(value)?),
                b"mtime" => attributes.modified = seconds(value),
                key if key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize" => {
                    attributes.is_sparse = true
                }
                _ => {}
            }
            rest = after;
        }
        Ok(attributes)
    }

    /// These attributes, and where they are silent the others.
    pub fn or(self, other: &Self) -> Self {
        Self {
            path: self.path.or_else(|| other.path.clone()),
            target: self.target.or_else(|| other.target.clone()),
            size: self.size.or(other.size),
            modified: self.modified.or(other.modified),
            is_sparse: self.is_sparse || other.is_sparse,
        }
    }
}

fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..space)?).ok()?.parse().ok()?;
    let content = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = content.iter().position(|byte| *byte == b'=')?;
    Some((
        content.get(..equals)?,
        content.get(equals + 1..)?,
        bytes.get(length..)?,
    ))
}

fn plain_number(value: &[u8]) -> Result<u64, Refusal> {
    let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| Refusal::whole(Fault::Damaged, "a size among the attributes", "something else"))
}

/// Seconds of a time that may have a fraction.
fn seconds(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    text.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_both_forms_are_read() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b" 17 \0"), Some(0o17));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(number(&[0xff; 12]), Some(-1));
        assert_eq!(number(b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(number(b"12a4567\0"), None);
    }

    #[test]
    fn attributes_are_read_and_broken_ones_are_named() {
        let attributes =
            Attributes::parse("21 path=档案/a.txt\n19 mtime=1441.6250\n14 size=12345\n".as_bytes()).unwrap();
        assert_eq!(attributes.path.as_deref(), Some("档案/a.txt".as_bytes()));
        assert_eq!((attributes.size, attributes.modified), (Some(12345), Some(1441)));
        assert!(Attributes::parse(b"22 GNU.sparse.major=1\n").unwrap().is_sparse);
        for broken in [
            &b"99 path=a\n"[..],
            b"path=a\n",
            b"3 x",
            b"0 a=b\n",
            b"12 size=-100\n",
        ] {
            assert!(Attributes::parse(broken).is_err(), "{broken:?}");
        }
    }
}
