//! From records to slides.
//!
//! A file that was saved many times holds old slides beside new ones. The last edit leads to a directory, the
//! directory to the document, the document to its slides in their order.

use super::record::{Record, kind, records};
use crate::reading::compound::{index, u32_at};
use crate::reading::flow::split_lines;
use lantai_domain::reading::LineRole;
use std::collections::{HashMap, HashSet};

/// Edits that are followed back.
const MAX_EDITS: usize = 10_000;
/// Objects of the directory.
const MAX_OBJECTS: usize = 1_000_000;
/// Slides.
const MAX_SLIDES: usize = 100_000;

/// A slide.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Slide {
    /// Its title.
    pub title: String,
    /// Its lines.
    pub lines: Vec<(String, LineRole)>,
    /// The notes of the speaker.
    pub notes: Vec<String>,
}

/// All slides.
#[derive(Debug, Default)]
pub(super) struct Deck {
    pub slides: Vec<Slide>,
    pub is_encrypted: bool,
    /// Whether the directory was broken, and slides were looked for one by one.
    pub is_scanned: bool,
}

/// Reads the slides; `edit` is where the last edit is told.
pub(super) fn deck(bytes: &[u8], edit: Option<usize>) -> Deck {
    let mut deck = Deck::default();
    let objects = edit.and_then(|edit| directory(bytes, edit, &mut deck.is_encrypted));
    if deck.is_encrypted {
        return deck;
    }
    let listed = objects.and_then(|(objects, document)| {
        let at = *objects.get(&document)?;
        let document = Record::at(bytes, at).filter(|record| record.kind == kind::DOCUMENT)?;
        Some(listed_slides(bytes, document, &objects))
    });
    match listed {
        Some(slides) => deck.slides = slides,
        None => {
            deck.is_scanned = true;
            deck.slides = records(bytes)
                .filter(|record| record.kind == kind::SLIDE)
                .take(MAX_SLIDES)
                .map(|record| slide(record, &[]))
                .collect();
        }
    }
    deck
}

/// Where the objects lie, by number, and the number of the document.
fn directory(bytes: &[u8], edit: usize, is_encrypted: &mut bool) -> Option<(HashMap<u32, usize>, u32)> {
    let mut objects = HashMap::new();
    let mut document = None;
    let mut seen = HashSet::new();
    let mut next = edit;
    while next != 0 && seen.insert(next) && seen.len() <= MAX_EDITS {
        let edit = Record::at(bytes, next).filter(|record| record.kind == kind::USER_EDIT)?;
        document = document.or_else(|| u32_at(edit.content, 16));
        *is_encrypted |= edit.content.len() >= 32;
        let place = index(u32_at(edit.content, 12)?);
        let list = Record::at(bytes, place).filter(|record| record.kind == kind::PERSIST_DIRECTORY)?;
        let mut at = 0;
        while let Some(head) = u32_at(list.content, at) {
            at += 4;
            for step in 0..head >> 20 {
                let Some(offset) = u32_at(list.content, at) else {
                    break;
                };
                at += 4;
                if objects.len() < MAX_OBJECTS {
                    // the newest edit comes first
                    objects.entry((head & 0xf_ffff) + step).or_insert(index(offset));
                }
            }
        }
        next = index(u32_at(edit.content, 8)?);
    }
    Some((objects, document?))
}

fn listed_slides(bytes: &[u8], document: Record<'_>, objects: &HashMap<u32, usize>) -> Vec<Slide> {
    let object = |number: u32, wanted: u16| {
        let record = Record::at(bytes, *objects.get(&number)?)?;
        (record.kind == wanted).then_some(record)
    };
    let list = |instance| {
        document
            .children()
            .find(|record| record.kind == kind::SLIDE_LIST && record.instance == instance)
    };
    // notes, by the number that their slide names
    let mut notes: HashMap<u32, Record<'_>> = HashMap::new();
    for entry in list(2).into_iter().flat_map(Record::children) {
        if entry.kind == kind::SLIDE_PERSIST
            && let (Some(place), Some(number)) = (u32_at(entry.content, 0), u32_at(entry.content, 12))
            && let Some(record) = object(place, kind::NOTES)
        {
            notes.insert(number, record);
        }
    }
    let mut entries: Vec<(u32, Vec<Text>)> = Vec::new();
    for entry in list(0).into_iter().flat_map(Record::children) {
        if entry.kind == kind::SLIDE_PERSIST && entries.len() < MAX_SLIDES {
            entries.push((u32_at(entry.content, 0).unwrap_or(0), Vec::new()));
            continue;
        }
        match (entry.kind, entries.last_mut()) {
            (kind::TEXT_HEADER, Some((_, texts))) => texts.push(Text {
                kind: u32_at(entry.content, 0).unwrap_or(4),
                text: String::new(),
            }),
            (_, Some((_, texts))) => {
                if let (Some(text), Some(last)) = (entry.text(), texts.last_mut()) {
                    last.text = text;
                }
            }
            _ => {}
        }
    }
    let mut slides = Vec::new();
    for (place, outline) in &entries {
        let Some(record) = object(*place, kind::SLIDE) else {
            slides.push(Slide::default().with(outline));
            continue;
        };
        let mut slide = slide(record, outline);
        let atom = record.children().find(|child| child.kind == kind::SLIDE_ATOM);
        let number = atom.and_then(|atom| u32_at(atom.content, 16));
        if let Some(notes) = number
            .filter(|number| *number != 0)
            .and_then(|number| notes.get(&number))
        {
            slide.notes = notes_of(*notes);
        }
        slides.push(slide);
    }
    // what masters say in their own words stands on every slide; it is told once
    let masters = list(1)
        .into_iter()
        .flat_map(Record::children)
        .filter(|entry| entry.kind == kind::SLIDE_PERSIST);
    let masters = masters.filter_map(|entry| {
        let place = u32_at(entry.content, 0)?;
        object(place, kind::MASTER).or_else(|| object(place, kind::SLIDE))
    });
    if let Some(first) = slides.first_mut() {
        first.lines.extend(
            masters
                .flat_map(words_of_master)
                .map(|line| (line, LineRole::Margin)),
        );
    }
    slides
}

/// The lines of the shapes of a master that are no placeholders.
fn words_of_master(master: Record<'_>) -> Vec<String> {
    let mut found = Vec::new();
    master.walk(&mut |shape, _| {
        if shape.kind != kind::SHAPE {
            return;
        }
        let (mut is_placeholder, mut words) = (false, Vec::new());
        shape.walk(&mut |child, _| {
            is_placeholder |= child.kind == kind::PLACEHOLDER;
            if matches!(child.kind, kind::TEXT_CHARS | kind::TEXT_BYTES) {
                words.extend(lines(&child.text().unwrap_or_default()).filter(|line| line != "*"));
            }
        });
        if !is_placeholder {
            found.append(&mut words);
        }
    });
    found
}

/// A text of the outline or of a shape.
#[derive(Debug, Clone, Default)]
struct Text {
    /// 0 and 6: title; 1, 5, 7, 8: body; 2: notes; 4: other.
    kind: u32,
    text: String,
}

impl Text {
    fn is_title(&self) -> bool {
        matches!(self.kind, 0 | 6)
    }
}

/// A slide with the texts of its shapes; those that stand in the outline are only named there.
fn slide(record: Record<'_>, outline: &[Text]) -> Slide {
    let mut texts: Vec<Text> = Vec::new();
    let mut margins: Vec<String> = Vec::new();
    let mut used = HashSet::new();
    record.walk(&mut |child, parent| match child.kind {
        kind::TEXT_HEADER => texts.push(Text {
            kind: u32_at(child.content, 0).unwrap_or(4),
            text: String::new(),
        }),
        kind::OUTLINE_REFERENCE => {
            let number = u32_at(child.content, 0).map_or(usize::MAX, index);
            if let Some(text) = outline.get(number)
                && used.insert(number)
            {
                texts.push(text.clone());
            }
        }
        kind::TEXT_CHARS | kind::TEXT_BYTES => {
            let text = child.text().unwrap_or_default();
            match texts.last_mut().filter(|last| last.text.is_empty()) {
                Some(last) => last.text = text,
                None => texts.push(Text { kind: 4, text }),
            }
        }
        // the author of a comment stands before it
        kind::STRING if parent == kind::COMMENT && child.instance <= 1 => texts.push(Text {
            kind: 4,
            text: child.text().unwrap_or_default(),
        }),
        kind::STRING if parent == kind::MARGINS => margins.extend(child.text()),
        _ => {}
    });
    // what no shape shows stands only in the outline
    let unused = outline
        .iter()
        .enumerate()
        .filter(|(number, _)| !used.contains(number));
    texts.extend(unused.map(|(_, text)| text.clone()));
    let mut slide = Slide::default().with(&texts);
    let margins = margins.iter().flat_map(|text| lines(text));
    slide.lines.extend(margins.map(|line| (line, LineRole::Margin)));
    slide
}

impl Slide {
    fn with(mut self, texts: &[Text]) -> Self {
        for text in texts {
            let role = if text.is_title() {
                LineRole::Heading
            } else {
                LineRole::Body
            };
            if text.is_title() && self.title.is_empty() {
                self.title = lines(&text.text).collect::<Vec<_>>().join(" ");
            }
            self.lines.extend(lines(&text.text).map(|line| (line, role)));
        }
        self
    }
}

fn notes_of(record: Record<'_>) -> Vec<String> {
    let mut found = Vec::new();
    record.walk(&mut |child, _| {
        if matches!(child.kind, kind::TEXT_CHARS | kind::TEXT_BYTES) {
            let text = child.text().unwrap_or_default();
            // the number of the slide stands as a mark
            found.extend(lines(&text).filter(|line| line != "*"));
        }
    });
    found
}

fn lines(text: &str) -> impl Iterator<Item = String> {
    split_lines(text)
        .map(|line| line.trim_end().replace('\u{a0}', " "))
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<String>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(head: u16, kind: u16, content: &[u8]) -> Vec<u8> {
        let mut bytes = [head.to_le_bytes(), kind.to_le_bytes()].concat();
        bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        bytes.extend(content);
        bytes
    }

    fn numbers(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// A document of one slide (object 2) with notes (object 3), in which an old slide lies about.
    fn document() -> (Vec<u8>, usize) {
        let outline = [
            record(0, kind::SLIDE_PERSIST, &numbers(&[2, 0, 1, 256])),
            record(0, kind::TEXT_HEADER, &numbers(&[0])),
            record(0, kind::TEXT_CHARS, &utf16("大坝\u{b}验收")),
            record(0, kind::TEXT_HEADER, &numbers(&[1])),
            record(0, kind::TEXT_BYTES, b"caf\xe9"),
        ]
        .concat();
        let notes = record(0, kind::SLIDE_PERSIST, &numbers(&[3, 0, 0, 77]));
        let lists = [
            record(0x0f, kind::SLIDE_LIST, &outline),
            record(0x2f, kind::SLIDE_LIST, &notes),
        ]
        .concat();
        let mut bytes = record(0x0f, kind::DOCUMENT, &lists);
        let slide_at = bytes.len();
        let box_of_text = [
            record(0, kind::TEXT_HEADER, &numbers(&[4])),
            record(0, kind::TEXT_CHARS, &utf16("框")),
        ]
        .concat();
        let shapes = [
            record(0x0f, 0xf00d, &record(0, kind::OUTLINE_REFERENCE, &numbers(&[0]))),
            record(0x0f, 0xf00d, &box_of_text),
        ]
        .concat();
        let slide = [
            record(0x02, kind::SLIDE_ATOM, &numbers(&[0, 0, 0, 0, 77, 0])),
            record(0x0f, 1036, &shapes),
        ]
        .concat();
        bytes.extend(record(0x0f, kind::SLIDE, &slide));
        let notes_at = bytes.len();
        bytes.extend(record(
            0x0f,
            kind::NOTES,
            &record(0, kind::TEXT_CHARS, &utf16("*\r备注")),
        ));
        bytes.extend(record(
            0x0f,
            kind::SLIDE,
            &record(0, kind::TEXT_CHARS, &utf16("old")),
        ));
        let list_at = bytes.len();
        let places = [
            0,
            u32::try_from(slide_at).unwrap(),
            u32::try_from(notes_at).unwrap(),
        ];
        bytes.extend(record(
            0,
            kind::PERSIST_DIRECTORY,
            &[numbers(&[3 << 20 | 1]), numbers(&places)].concat(),
        ));
        let edit_at = bytes.len();
        bytes.extend(record(
            0,
            kind::USER_EDIT,
            &numbers(&[0, 0, 0, u32::try_from(list_at).unwrap(), 1, 4, 0]),
        ));
        (bytes, edit_at)
    }

    #[test]
    fn slides_are_found_by_the_directory() {
        let (bytes, edit) = document();
        let deck = deck(&bytes, Some(edit));
        assert!(!deck.is_scanned);
        let heading = |line: &str| (line.to_owned(), LineRole::Heading);
        let body = |line: &str| (line.to_owned(), LineRole::Body);
        assert_eq!(
            deck.slides,
            [Slide {
                title: "大坝 验收".to_owned(),
                lines: vec![heading("大坝"), heading("验收"), body("框"), body("café")],
                notes: vec!["备注".to_owned()],
            }]
        );
    }

    #[test]
    fn without_a_directory_slides_are_looked_for() {
        let (bytes, edit) = document();
        let deck = deck(&bytes, Some(edit + 4));
        assert!(deck.is_scanned);
        assert_eq!(deck.slides.len(), 2);
        assert_eq!(deck.slides[0].lines, [("框".to_owned(), LineRole::Body)]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(changes in proptest::collection::vec((0_usize..500, any::<u8>()), 1..12), edit in 0_usize..500) {
            let (mut bytes, sound) = document();
            for (at, value) in changes {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            let _deck = deck(&bytes, Some(sound));
            let _deck = deck(&bytes, Some(edit));
        }
    }
}
