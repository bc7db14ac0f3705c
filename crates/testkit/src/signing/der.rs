//! Writing ASN.1 in DER.

use jiff::Timestamp;

/// An element with a tag.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    if content.len() < 0x80 {
        bytes.push(content.len() as u8);
    } else {
        let length = content.len().to_be_bytes();
        let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
        bytes.push(0x80 | digits.len() as u8);
        bytes.extend(digits);
    }
    bytes.extend_from_slice(content);
    bytes
}

/// A sequence.
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// A set, sorted as DER asks for.
pub fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = parts.to_vec();
    parts.sort();
    element(0x31, &parts.concat())
}

/// `[number]` around elements.
pub fn context(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xA0 | number, content)
}

/// A number.
pub fn integer(number: u64) -> Vec<u8> {
    let mut digits: Vec<u8> = number
        .to_be_bytes()
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    if digits.first().is_none_or(|byte| byte & 0x80 != 0) {
        digits.insert(0, 0);
    }
    element(2, &digits)
}

/// An octet string.
pub fn octets(bytes: &[u8]) -> Vec<u8> {
    element(4, bytes)
}

/// A bit string of whole bytes.
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    element(3, &[&[0], bytes].concat())
}

/// UTF-8 text.
pub fn text(text: &str) -> Vec<u8> {
    element(0x0C, text.as_bytes())
}

/// ASCII text.
pub fn ascii(text: &str) -> Vec<u8> {
    element(0x16, text.as_bytes())
}

/// Yes.
pub fn yes() -> Vec<u8> {
    element(1, &[0xFF])
}

/// Nothing.
pub fn null() -> Vec<u8> {
    element(5, &[])
}

/// A time, `GeneralizedTime`.
pub fn time(moment: Timestamp) -> Vec<u8> {
    element(0x18, moment.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes())
}

/// An object identifier, from its dotted form.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
    let first = arcs.first().copied().unwrap_or_default() * 40 + arcs.get(1).copied().unwrap_or_default();
    let mut content = Vec::new();
    for arc in std::iter::once(first).chain(arcs.into_iter().skip(2)) {
        let groups = (0..10).rev().map(|group| (arc >> (7 * group)) as u8 & 0x7F);
        let mut groups: Vec<u8> = groups.skip_while(|group| *group == 0).collect();
        if groups.is_empty() {
            groups.push(0);
        }
        let last = groups.len() - 1;
        content.extend(groups.iter().enumerate().map(
            |(place, group)| {
                if place == last { *group } else { group | 0x80 }
            },
        ));
    }
    element(6, &content)
}
