//! What a document in a compound file says of itself (MS-OLEPS).

use super::{Compound, file_time, index, u16_at, u32_at, u64_at, utf16};
use crate::reading::Context;
use crate::reading::mime::decode_charset;
use crate::reading::rtf::code_page;
use std::io::{Read, Seek};

/// Tells what a document says of itself (MS-OLEPS, `SummaryInformation`).
pub(in crate::reading) fn tell_summary<R: Read + Seek>(file: &mut Compound<R>, context: &mut Context<'_>) {
    let Ok(Some(bytes)) = file.stream("\u{5}SummaryInformation") else {
        return;
    };
    for (name, value) in summary(&bytes) {
        context.told(name, &value);
    }
}

/// Properties of a summary that are told: identifier and name.
const SUMMARY: &[(u32, &str)] = &[
    (2, "title"),
    (3, "subject"),
    (4, "author"),
    (5, "keywords"),
    (6, "comments"),
    (8, "last_author"),
    (12, "created"),
    (13, "modified"),
    (18, "program"),
];

fn summary(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let section = u32_at(bytes, 44).map_or(0, index);
    let count = u32_at(bytes, section.saturating_add(4)).unwrap_or(0).min(100);
    let offset = |wanted: u32| {
        (0..index(count)).find_map(|at| {
            let entry = section.checked_add(8)?.checked_add(at * 8)?;
            let is_it = u32_at(bytes, entry)? == wanted;
            is_it
                .then(|| section.checked_add(index(u32_at(bytes, entry + 4)?)))
                .flatten()
        })
    };
    let number = offset(1).and_then(|at| u16_at(bytes, at.checked_add(4)?));
    let charset = number.and_then(|page| code_page(i32::from(page)));
    let value = |at: usize| {
        let content = at.checked_add(8)?;
        match u32_at(bytes, at)? & 0xffff {
            0x1e => {
                let length = index(u32_at(bytes, at + 4)?);
                let text = bytes.get(content..content.checked_add(length)?)?;
                let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
                if number == Some(1200) {
                    return Some(utf16(bytes.get(content..content + length)?));
                }
                Some(decode_charset(text, charset.map(encoding_rs::Encoding::name)))
            }
            0x1f => {
                let length = index(u32_at(bytes, at + 4)?).checked_mul(2)?;
                Some(utf16(bytes.get(content..content.checked_add(length)?)?))
            }
            0x40 => file_time(u64_at(bytes, at + 4)?),
            _ => None,
        }
    };
    SUMMARY
        .iter()
        .filter_map(|(wanted, name)| Some((*name, offset(*wanted).and_then(value)?)))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_summary_in_any_code_page() {
        let text = encoding_rs::GB18030.encode("大坝").0;
        let mut bytes = vec![0; 48];
        bytes[44] = 48;
        bytes.extend([0, 0, 0, 0, 3, 0, 0, 0]);
        for (id, offset) in [(1_u32, 32_u32), (2, 40), (12, 56)] {
            bytes.extend(id.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend([2, 0, 0, 0, 0xa8, 3, 0, 0]);
        bytes.extend([0x1e, 0, 0, 0, 5, 0, 0, 0]);
        bytes.extend(&*text);
        bytes.extend([0, 0, 0, 0]);
        bytes.extend([0x40, 0, 0, 0]);
        bytes.extend(((11_644_473_600_u64 + 86_400) * 10_000_000).to_le_bytes());
        assert_eq!(
            summary(&bytes),
            [
                ("title", "大坝".to_owned()),
                ("created", "1970-01-02T00:00:00Z".to_owned())
            ]
        );
    }

    proptest! {
        #[test]
        fn no_summary_makes_it_fall(mut bytes in proptest::collection::vec(any::<u8>(), 48..200), places in proptest::collection::vec(0_usize..200, 0..6)) {
            bytes[44..48].copy_from_slice(&48_u32.to_le_bytes());
            for place in places {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = 2;
                }
            }
            let _summary = summary(&bytes);
        }
    }
}
