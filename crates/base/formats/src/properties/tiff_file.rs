//! TIFF and BigTIFF: the directories of all pages are walked; strips and tiles must lie in the file.

use super::source::{Source, big, little, narrow};
use super::{Colour, FaultKind, FileProperties};
use std::io;

/// Pages walked over.
const MAX_PAGES: u64 = 100_000;
/// Entries of a directory.
const MAX_ENTRIES: u64 = 4_096;
/// Bytes of tables of offsets read, over all pages.
const MAX_TABLES: u64 = 64 << 20;

/// Byte order and width of offsets.
#[derive(Clone, Copy)]
struct Form {
    is_little: bool,
    is_big: bool,
}

impl Form {
    fn of(head: &[u8]) -> Self {
        let is_little = head.first() == Some(&b'I');
        let form = Self {
            is_little,
            is_big: false,
        };
        Self {
            is_big: form.number(head, 2, 2) == Some(43),
            ..form
        }
    }

    fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        if self.is_little {
            little(bytes, at, length)
        } else {
            big(bytes, at, length)
        }
    }

    fn offset_bytes(self) -> usize {
        if self.is_big { 8 } else { 4 }
    }

    fn entry_bytes(self) -> u64 {
        if self.is_big { 20 } else { 12 }
    }
}

/// Bytes of a value of a type.
fn width_of(kind: u64) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

/// An entry of a directory.
struct Entry {
    tag: u64,
    kind: u64,
    count: u64,
    value: Vec<u8>,
}

impl Entry {
    fn parse(form: Form, bytes: &[u8]) -> Option<Self> {
        let offset_bytes = form.offset_bytes();
        Some(Self {
            tag: form.number(bytes, 0, 2)?,
            kind: form.number(bytes, 2, 2)?,
            count: form.number(bytes, 4, offset_bytes)?,
            value: bytes.get(4 + offset_bytes..4 + 2 * offset_bytes)?.to_vec(),
        })
    }

    /// The bytes of its values, inside of the entry or where it points; `None` where they are missing.
    fn bytes(&self, form: Form, source: &mut Source<'_>, left: &mut u64) -> io::Result<Option<Vec<u8>>> {
        let length = self.count.saturating_mul(width_of(self.kind) as u64);
        if length <= self.value.len() as u64 {
            return Ok(Some(self.value.clone()));
        }
        let offset = form
            .number(&self.value, 0, form.offset_bytes())
            .unwrap_or_default();
        if offset.saturating_add(length) > source.size() {
            return Ok(None);
        }
        let wanted = length.min(*left);
        *left -= wanted;
        let wanted = usize::try_from(wanted).unwrap_or_default();
        source.at(offset, wanted).map(Some)
    }

    fn first(&self, form: Form) -> Option<u64> {
        form.number(&self.value, 0, width_of(self.kind).min(self.value.len()))
    }
}

/// Walks over all pages.
pub(crate) fn walk(source: &mut Source<'_>, head: &[u8], properties: &mut FileProperties) -> io::Result<()> {
    let form = Form::of(head);
    let mut offset = form
        .number(head, if form.is_big { 8 } else { 4 }, form.offset_bytes())
        .unwrap_or_default();
    let (mut pages, mut left) = (0, MAX_TABLES);
    let mut seen = std::collections::HashSet::new();
    while offset != 0 && pages < MAX_PAGES {
        if !seen.insert(offset) {
            properties.fault(FaultKind::Damaged, "its pages follow one another in a circle");
            break;
        }
        let count_bytes = if form.is_big { 8 } else { 2 };
        let Some(count) = form.number(&source.at(offset, count_bytes)?, 0, count_bytes) else {
            properties.fault(
                FaultKind::Truncated,
                format!("the directory of page {} lies beyond the end", pages + 1),
            );
            break;
        };
        let length = count.min(MAX_ENTRIES) * form.entry_bytes();
        let begin = offset + count_bytes as u64;
        let table = source.at(
            begin,
            usize::try_from(length).unwrap_or_default() + form.offset_bytes(),
        )?;
        if count == 0 || count > MAX_ENTRIES {
            properties.fault(FaultKind::Damaged, format!("a directory of {count} entries"));
            break;
        }
        let entry_bytes = usize::try_from(form.entry_bytes()).unwrap_or(12);
        let entries: Vec<Entry> = table
            .chunks_exact(entry_bytes)
            .take(usize::try_from(count).unwrap_or_default())
            .filter_map(|bytes| Entry::parse(form, bytes))
            .collect();
        if (entries.len() as u64) < count {
            properties.fault(FaultKind::Truncated, "inside of a directory");
            break;
        }
        pages += 1;
        page(source, form, &entries, pages, &mut left, properties)?;
        if left == 0 {
            properties.fault(
                FaultKind::TooLarge,
                "its tables of strips are larger than is read",
            );
            break;
        }
        offset = form
            .number(
                &table,
                usize::try_from(length).unwrap_or_default(),
                form.offset_bytes(),
            )
            .unwrap_or_default();
    }
    if pages == 0 && properties.faults.is_empty() {
        properties.fault(FaultKind::Damaged, "no page in it");
    }
    properties.pages = Some(pages);
    Ok(())
}

fn page(
    source: &mut Source<'_>,
    form: Form,
    entries: &[Entry],
    number: u64,
    left: &mut u64,
    properties: &mut FileProperties,
) -> io::Result<()> {
    let find = |tag: u64| entries.iter().find(|entry| entry.tag == tag);
    let first = |tag: u64| find(tag).and_then(|entry| entry.first(form));
    if number == 1 {
        properties.width = first(256).and_then(narrow);
        properties.height = first(257).and_then(narrow);
        let bits = match find(258) {
            Some(entry) => entry
                .bytes(form, source, left)?
                .and_then(|bytes| form.number(&bytes, 0, 2)),
            None => Some(1),
        };
        properties.bits = bits.and_then(|bits| u16::try_from(bits).ok());
        properties.colour = Some(match first(262) {
            Some(0 | 1) if bits == Some(1) => Colour::Bilevel,
            Some(0 | 1) => Colour::Grey,
            _ => Colour::Colour,
        });
        let mut dots = None;
        for tag in [282, 283] {
            if let Some(entry) = find(tag)
                && let Some(bytes) = entry.bytes(form, source, left)?
            {
                dots = [dots, rational(form, &bytes)]
                    .into_iter()
                    .flatten()
                    .reduce(f64::min);
            }
        }
        properties.resolution_dpi = dots_per_inch(dots, first(296));
    }
    let tables = [(273, 279), (324, 325)];
    let mut has_pixels = false;
    for (offsets, counts) in tables {
        let (Some(offsets), Some(counts)) = (find(offsets), find(counts)) else {
            continue;
        };
        has_pixels = true;
        let (Some(offset_table), Some(count_table)) = (
            offsets.bytes(form, source, left)?,
            counts.bytes(form, source, left)?,
        ) else {
            properties.fault(
                FaultKind::Truncated,
                format!("the table of strips of page {number} lies beyond the end"),
            );
            continue;
        };
        let (wide, narrow) = (width_of(offsets.kind), width_of(counts.kind));
        let ends = offset_table
            .chunks_exact(wide)
            .zip(count_table.chunks_exact(narrow))
            .take(usize::try_from(offsets.count).unwrap_or(usize::MAX));
        let ends = ends.filter_map(|(offset, count)| {
            Some(
                form.number(offset, 0, wide)?
                    .saturating_add(form.number(count, 0, narrow)?),
            )
        });
        let end = ends.max().unwrap_or_default();
        if end > source.size() {
            properties.fault(
                FaultKind::Truncated,
                format!("page {number} ends at byte {end}, the file at {}", source.size()),
            );
        }
    }
    if !has_pixels && find(513).is_none() && find(330).is_none() {
        properties.fault(FaultKind::Damaged, format!("page {number} has no pixels"));
    }
    Ok(())
}

fn rational(form: Form, bytes: &[u8]) -> Option<f64> {
    let (above, below) = (form.number(bytes, 0, 4)?, form.number(bytes, 4, 4)?);
    (below > 0).then(|| above as f64 / below as f64)
}

fn dots_per_inch(dots: Option<f64>, unit: Option<u64>) -> Option<u32> {
    let dots = match unit {
        Some(3) => dots? * 2.54,
        Some(1) => return None,
        _ => dots?,
    };
    (dots > 1.5 && dots < 1e6).then_some(dots.round() as u32)
}

/// The resolution that the first directory of a small TIFF in memory states, as in Exif.
pub(crate) fn resolution(body: &[u8]) -> Option<u32> {
    let form = Form::of(body);
    let offset = usize::try_from(form.number(body, 4, 4)?).ok()?;
    let count = usize::try_from(form.number(body, offset, 2)?).ok()?;
    let (mut dots, mut unit) = (None, None);
    for number in 0..count.min(256) {
        let at = offset + 2 + number * 12;
        match form.number(body, at, 2)? {
            282 | 283 => {
                let value = usize::try_from(form.number(body, at + 8, 4)?).ok()?;
                let found = rational(form, body.get(value..)?);
                dots = [dots, found].into_iter().flatten().reduce(f64::min);
            }
            296 => unit = form.number(body, at + 8, 2),
            _ => {}
        }
    }
    dots_per_inch(dots, unit)
}
