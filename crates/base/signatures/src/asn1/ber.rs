//! Elements whose end is marked instead of stated (BER), rewritten with stated lengths.

use super::{CONSTRUCTED, Malformed, header};
use std::borrow::Cow;

/// Depth of elements.
const DEEPEST: usize = 32;

/// The first element of these bytes with every length stated. What states its lengths already is not touched: signed
/// parts keep their bytes.
pub(crate) fn definite(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    let (element, _) = walk(bytes, 0)?;
    Ok(element)
}

/// The first element made definite, and how many bytes it had.
fn walk(bytes: &[u8], depth: usize) -> Result<(Cow<'_, [u8]>, usize), Malformed> {
    if depth > DEEPEST {
        return Err(Malformed("elements lie too deep inside one another"));
    }
    let (tag, begin, length) = header(bytes)?;
    let Some(length) = length else {
        if tag & CONSTRUCTED == 0 {
            return Err(Malformed("a length without an end where it must have one"));
        }
        let (mut content, mut at) = (Vec::new(), begin);
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            if rest.starts_with(&[0, 0]) {
                return Ok((Cow::Owned(element(tag, &content)), at + 2));
            }
            let (inner, used) = walk(rest, depth + 1)?;
            content.extend_from_slice(&inner);
            at += used;
        }
    };
    let end = begin
        .checked_add(length)
        .filter(|end| *end <= bytes.len())
        .ok_or(Malformed("an element reaches beyond the end"))?;
    let whole = bytes.get(..end).unwrap_or_default();
    if tag & CONSTRUCTED == 0 {
        return Ok((Cow::Borrowed(whole), end));
    }
    let (mut parts, mut at, mut changed) = (Vec::new(), begin, false);
    while at < end {
        let (inner, used) = walk(bytes.get(at..end).unwrap_or_default(), depth + 1)?;
        changed |= matches!(inner, Cow::Owned(_));
        parts.push(inner);
        at += used;
    }
    if !changed {
        return Ok((Cow::Borrowed(whole), end));
    }
    Ok((Cow::Owned(element(tag, &parts.concat())), end))
}

/// An element with its length stated.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len();
    if length < 0x80 {
        bytes.push(length as u8);
    } else {
        let digits: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect();
        bytes.push(0x80 | digits.len() as u8);
        bytes.extend(digits);
    }
    bytes.extend_from_slice(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_ends_become_stated_lengths() {
        let marked = [
            0x30, 0x80, 0x24, 0x80, 4, 1, 7, 4, 1, 8, 0, 0, 2, 1, 5, 0, 0, 0xFF,
        ];
        let stated = [0x30, 11, 0x24, 6, 4, 1, 7, 4, 1, 8, 2, 1, 5];
        assert_eq!(&*definite(&marked).unwrap(), stated);
        assert!(matches!(definite(&stated).unwrap(), Cow::Borrowed(_)));
        assert!(definite(&marked[..10]).is_err());
        assert!(definite(&[0x30, 0x80].repeat(100_000)).is_err());
    }
}
