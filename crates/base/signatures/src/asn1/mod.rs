//! ASN.1 as signatures use it (ITU-T X.690): elements as slices of the bytes they came in, so that what was signed is
//! compared and digested exactly as it was written.
//!
//! The reader is bounded by its input: a length that reaches beyond the end is an error, nothing is allocated by a
//! length. Lengths of unknown end (BER) are made definite first, by [`definite`].

mod ber;
mod time;

pub(crate) use ber::definite;
pub(crate) use time::{generalized_time, time_of};

use std::borrow::Cow;

/// `BOOLEAN`.
pub(crate) const BOOLEAN: u8 = 0x01;
/// `INTEGER`.
pub(crate) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(crate) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `ENUMERATED`.
pub(crate) const ENUMERATED: u8 = 0x0A;
/// `SEQUENCE` and `SEQUENCE OF`.
pub(crate) const SEQUENCE: u8 = 0x30;
/// `SET` and `SET OF`.
pub(crate) const SET: u8 = 0x31;
/// The bit that says that there are elements inside.
const CONSTRUCTED: u8 = 0x20;

/// The tag of a context, constructed: `[number]` around elements.
pub(crate) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// The tag of a context, primitive: `[number]` in place of a value's own tag.
pub(crate) const fn context_value(number: u8) -> u8 {
    0x80 | number
}

/// The bytes are not what the form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// Its first byte.
    pub tag: u8,
    /// What is in it.
    pub content: &'a [u8],
    /// It with tag and length.
    pub whole: &'a [u8],
}

/// Elements one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element.
    pub fn next(&mut self) -> Result<Element<'a>, Malformed> {
        let (tag, header, length) = header(self.rest)?;
        let length = length.ok_or(Malformed("a length without an end where it must have one"))?;
        let end = header
            .checked_add(length)
            .ok_or(Malformed("a length beyond all measure"))?;
        let whole = self
            .rest
            .get(..end)
            .ok_or(Malformed("an element reaches beyond the end"))?;
        let content = whole.get(header..).unwrap_or_default();
        self.rest = self.rest.get(end..).unwrap_or_default();
        Ok(Element { tag, content, whole })
    }

    /// The next element, which must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let element = self.next()?;
        if element.tag != tag {
            return Err(Malformed("an element of another kind than the form has there"));
        }
        Ok(element)
    }

    /// The next element, if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            return self.next().map(Some);
        }
        Ok(None)
    }

    /// A reader of what is in the next element, which must be a sequence.
    pub fn sequence(&mut self) -> Result<Self, Malformed> {
        Ok(self.expect(SEQUENCE)?.inside())
    }

    /// The next element as an object identifier in dotted form.
    pub fn oid(&mut self) -> Result<String, Malformed> {
        self.expect(OBJECT_IDENTIFIER)?.oid()
    }

    /// All elements that are left.
    pub fn all(mut self) -> Result<Vec<Element<'a>>, Malformed> {
        let mut elements = Vec::new();
        while !self.is_empty() {
            elements.push(self.next()?);
        }
        Ok(elements)
    }
}

impl<'a> Element<'a> {
    /// The first element of these bytes.
    pub fn first(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Reader::new(bytes).next()
    }

    /// A reader of what is in it.
    pub fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// An object identifier in dotted form.
    pub fn oid(&self) -> Result<String, Malformed> {
        const WRONG: Malformed = Malformed("an object identifier that is none");
        if self.tag != OBJECT_IDENTIFIER || self.content.is_empty() || self.content.len() > 64 {
            return Err(WRONG);
        }
        let (mut text, mut arc, mut open) = (String::new(), 0_u64, false);
        for byte in self.content {
            arc = arc.checked_mul(128).ok_or(WRONG)? | u64::from(byte & 0x7F);
            open = byte & 0x80 != 0;
            if open {
                continue;
            }
            if text.is_empty() {
                let first = (arc / 40).min(2);
                text = format!("{first}.{}", arc - first * 40);
            } else {
                text.push_str(&format!(".{arc}"));
            }
            arc = 0;
        }
        if open { Err(WRONG) } else { Ok(text) }
    }

    /// The bytes of a bit string that has no odd bits.
    pub fn bits(&self) -> Result<&'a [u8], Malformed> {
        match (self.tag, self.content) {
            (BIT_STRING, [0, bits @ ..]) => Ok(bits),
            _ => Err(Malformed("a bit string that is none, or not of whole bytes")),
        }
    }

    /// The bytes of an octet string; BER may cut it into pieces.
    pub fn octets(&self) -> Result<Cow<'a, [u8]>, Malformed> {
        if self.tag == OCTET_STRING {
            return Ok(Cow::Borrowed(self.content));
        }
        if self.tag != OCTET_STRING | CONSTRUCTED {
            return Err(Malformed("no octet string where the form has one"));
        }
        let mut bytes = Vec::new();
        for piece in self.inside().all()? {
            if piece.tag != OCTET_STRING {
                return Err(Malformed("a piece of an octet string that is none"));
            }
            bytes.extend_from_slice(piece.content);
        }
        Ok(Cow::Owned(bytes))
    }

    /// The magnitude of an integer that is not negative, without leading zeros.
    pub fn unsigned(&self) -> Result<&'a [u8], Malformed> {
        let is_integer = matches!(self.tag, INTEGER | ENUMERATED);
        let is_negative = self.content.first().is_none_or(|byte| byte & 0x80 != 0);
        if !is_integer || is_negative {
            return Err(Malformed("no number of the kind that the form has there"));
        }
        let zeros = self.content.iter().take_while(|byte| **byte == 0).count();
        Ok(self.content.get(zeros..).unwrap_or_default())
    }

    /// A small number.
    pub fn small(&self) -> Result<u32, Malformed> {
        let bytes = self.unsigned()?;
        if bytes.len() > 4 {
            return Err(Malformed("a number that is too large"));
        }
        Ok(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// Text, whichever string it is.
    pub fn text(&self) -> String {
        match self.tag {
            // BMPString
            0x1E => {
                let units = self.content.chunks_exact(2);
                let units = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                let units: Vec<u16> = units.collect();
                String::from_utf16_lossy(&units)
            }
            // T61String, in practice Latin
            0x14 => self.content.iter().map(|byte| char::from(*byte)).collect(),
            _ => String::from_utf8_lossy(self.content).into_owned(),
        }
    }
}

/// Tag, length of tag and length, and the length that is stated; `None`: it ends where a mark says so.
fn header(bytes: &[u8]) -> Result<(u8, usize, Option<usize>), Malformed> {
    const SHORT: Malformed = Malformed("the bytes end in the middle of an element");
    let tag = *bytes.first().ok_or(SHORT)?;
    if tag & 0x1F == 0x1F {
        return Err(Malformed("a tag of a kind that signatures do not use"));
    }
    let first = *bytes.get(1).ok_or(SHORT)?;
    match first {
        0x80 => Ok((tag, 2, None)),
        0..0x80 => Ok((tag, 2, Some(usize::from(first)))),
        _ => {
            let count = usize::from(first & 0x7F);
            if count > 4 {
                return Err(Malformed("a length beyond all measure"));
            }
            let digits = bytes.get(2..2 + count).ok_or(SHORT)?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            Ok((tag, 2 + count, Some(length)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_are_read_in_dotted_form() {
        for (bytes, dotted) in [
            (&[6, 3, 0x55, 4, 3][..], "2.5.4.3"),
            (
                &[6, 8, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 1, 0x83, 0x75],
                "1.2.156.10197.1.501",
            ),
            (
                &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2],
                "1.2.840.113549.1.7.2",
            ),
        ] {
            assert_eq!(Reader::new(bytes).oid().unwrap(), dotted);
        }
        assert!(Reader::new(&[6, 2, 0x2A, 0x86]).oid().is_err());
    }

    #[test]
    fn a_length_that_lies_is_an_error() {
        assert!(
            Reader::new(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1])
                .next()
                .is_err()
        );
        assert!(Reader::new(&[0x30, 0x88, 1, 1, 1, 1, 1, 1, 1, 1]).next().is_err());
        assert!(Reader::new(&[0x30, 5, 1]).next().is_err());
        assert!(Reader::new(&[0x30]).next().is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_bring_the_reader_down(bytes: Vec<u8>) {
            if let Ok(element) = Element::first(&bytes) {
                let _ = (element.oid(), element.bits(), element.octets().is_ok(), element.small());
                let _ = (element.text(), time_of(&element), element.inside().all().is_ok());
            }
            let _ = definite(&bytes);
        }
    }
}
