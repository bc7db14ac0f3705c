//! The lines of a page, in the order in which the page draws them.

use lantai_domain::reading::{Direction, LineRole, PageBox, ReadLine};
use pdfium_render::prelude::{PdfPage, PdfPageRenderRotation, PdfRect};

/// A hyphen at which a word was divided, as the library writes it.
const DIVISION: [u32; 2] = [0x02, 0xFFFE];
/// Share of the height of a page at either end where page numbers stand.
const MARGIN: f32 = 0.09;

/// From the coordinates of a page to distances from its upper left corner as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    left: f32,
    bottom: f32,
    right: f32,
    top: f32,
    rotation: u16,
}

impl Frame {
    pub(super) fn of(page: &PdfPage<'_>) -> Self {
        let bounds = page.boundaries().bounding().map(|found| found.bounds);
        let bounds = bounds.unwrap_or_else(|_| page.page_size());
        let rotation = match page.rotation() {
            Ok(PdfPageRenderRotation::Degrees90) => 90,
            Ok(PdfPageRenderRotation::Degrees180) => 180,
            Ok(PdfPageRenderRotation::Degrees270) => 270,
            _ => 0,
        };
        Self::new(
            [
                bounds.left().value,
                bounds.bottom().value,
                bounds.right().value,
                bounds.top().value,
            ],
            rotation,
        )
    }

    /// A page between these edges, `[left, bottom, right, top]`, turned clockwise when shown.
    pub(super) fn new([left, bottom, right, top]: [f32; 4], rotation: u16) -> Self {
        Self {
            left,
            bottom,
            right,
            top,
            rotation,
        }
    }

    /// Width and height of the page as it is shown.
    pub(super) fn size(&self) -> (f32, f32) {
        let (width, height) = ((self.right - self.left).abs(), (self.top - self.bottom).abs());
        if self.rotation.is_multiple_of(180) {
            (width, height)
        } else {
            (height, width)
        }
    }

    fn point(&self, x: f32, y: f32) -> (f32, f32) {
        match self.rotation {
            90 => (y - self.bottom, x - self.left),
            180 => (self.right - x, y - self.bottom),
            270 => (self.top - y, self.right - x),
            _ => (x - self.left, self.top - y),
        }
    }

    /// The rectangle `[left, bottom, right, top]` of the page's coordinates as a box.
    pub(super) fn place(&self, [left, bottom, right, top]: [f32; 4]) -> PageBox {
        let (ax, ay) = self.point(left, top);
        let (bx, by) = self.point(right, bottom);
        PageBox {
            x: ax.min(bx),
            y: ay.min(by),
            width: (ax - bx).abs(),
            height: (ay - by).abs(),
        }
    }

    pub(super) fn place_of(&self, rect: &PdfRect) -> PageBox {
        self.place([
            rect.left().value,
            rect.bottom().value,
            rect.right().value,
            rect.top().value,
        ])
    }
}

/// One character with its box in the coordinates of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) character: char,
    /// `[left, bottom, right, top]`; `None` for what the library put in between (spaces).
    pub(super) bounds: Option<[f32; 4]>,
}

/// Gathers glyphs into lines.
#[derive(Debug)]
pub(super) struct LineBuilder {
    frame: Frame,
    glyphs: Vec<Glyph>,
    high: Option<u32>,
    pub(super) lines: Vec<ReadLine>,
    /// Characters that are none: private use, replacement, control.
    pub(super) meaningless: usize,
    /// Characters that are neither space nor meaningless.
    pub(super) readable: usize,
}

impl LineBuilder {
    pub(super) fn new(frame: Frame) -> Self {
        Self {
            frame,
            glyphs: Vec::new(),
            high: None,
            lines: Vec::new(),
            meaningless: 0,
            readable: 0,
        }
    }

    /// Takes the next code unit of the page; `bounds` is asked for only where it matters.
    pub(super) fn take(&mut self, code: u32, bounds: impl FnOnce() -> Option<[f32; 4]>) {
        if matches!(code, 0x0A | 0x0D) {
            self.end_line();
            return;
        }
        let code = match (self.high.take(), code) {
            (_, 0xD800..=0xDBFF) => {
                self.high = Some(code);
                return;
            }
            (Some(high), 0xDC00..=0xDFFF) => 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00),
            (_, code) if DIVISION.contains(&code) => u32::from('-'),
            (_, code) => code,
        };
        let character = char::from_u32(code).unwrap_or('\u{FFFD}');
        let is_space = character.is_whitespace();
        if is_meaningless(character) {
            self.meaningless += 1;
            if character.is_control() {
                return;
            }
        } else if !is_space {
            self.readable += 1;
        }
        let bounds = if is_space { None } else { bounds() };
        let character = if is_space { ' ' } else { character };
        self.glyphs.push(Glyph { character, bounds });
    }

    pub(super) fn end_line(&mut self) {
        let glyphs = std::mem::take(&mut self.glyphs);
        let is_empty = glyphs.iter().all(|glyph| glyph.character == ' ');
        if !is_empty {
            self.lines.push(line_of(&glyphs, &self.frame));
        }
        self.glyphs = glyphs;
        self.glyphs.clear();
    }
}

fn is_meaningless(character: char) -> bool {
    matches!(character, '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
        || (character.is_control() && !character.is_whitespace())
}

/// A line of glyphs.
fn line_of(glyphs: &[Glyph], frame: &Frame) -> ReadLine {
    let last = glyphs
        .iter()
        .rposition(|glyph| glyph.character != ' ')
        .map_or(0, |at| at + 1);
    let first = glyphs
        .iter()
        .position(|glyph| glyph.character != ' ')
        .unwrap_or_default();
    let glyphs = glyphs.get(first..last).unwrap_or_default();
    let text: String = glyphs.iter().map(|glyph| glyph.character).collect();
    let mut around: Option<[f32; 4]> = None;
    for bounds in glyphs.iter().filter_map(|glyph| glyph.bounds) {
        around = Some(match around {
            None => bounds,
            Some([left, bottom, right, top]) => [
                left.min(bounds[0]),
                bottom.min(bounds[1]),
                right.max(bounds[2]),
                top.max(bounds[3]),
            ],
        });
    }
    let place = around.map(|around| frame.place(around));
    let count = glyphs.len();
    let direction = match place {
        Some(place) if count > 2 && place.height > place.width * 2.0 => Direction::Vertical,
        _ => Direction::Horizontal,
    };
    let role = match place {
        Some(place) if is_margin(&text, &place, frame.size().1) => LineRole::Margin,
        _ => LineRole::Body,
    };
    ReadLine {
        offsets: place
            .map(|place| offsets(glyphs, frame, &place, direction))
            .unwrap_or_default(),
        text,
        place,
        confidence: 1.0,
        direction,
        role,
    }
}

/// Where each character begins along its line.
fn offsets(glyphs: &[Glyph], frame: &Frame, line: &PageBox, direction: Direction) -> Vec<f32> {
    let (begin, length) = match direction {
        Direction::Horizontal => (line.x, line.width),
        Direction::Vertical => (line.y, line.height),
    };
    if length <= 0.0 {
        return Vec::new();
    }
    // a space has no box: it begins where the glyph before it ends
    let mut end = begin;
    glyphs
        .iter()
        .map(|glyph| {
            let place = glyph.bounds.map(|bounds| frame.place(bounds));
            let at = match (place, direction) {
                (Some(place), Direction::Horizontal) => {
                    end = place.x + place.width;
                    place.x
                }
                (Some(place), Direction::Vertical) => {
                    end = place.y + place.height;
                    place.y
                }
                (None, _) => end,
            };
            ((at - begin) / length).clamp(0.0, 1.0)
        })
        .collect()
}

/// Whether a line is a page number: it stands at an end of the page and says nothing but a number.
fn is_margin(text: &str, place: &PageBox, height: f32) -> bool {
    if height <= 0.0 || text.chars().count() > 16 {
        return false;
    }
    let is_at_end = place.y + place.height < height * MARGIN || place.y > height * (1.0 - MARGIN);
    let mut has_number = false;
    let says_number = text.chars().all(|character| {
        has_number |= character.is_numeric();
        character.is_numeric() || " -–—·/第页共,.".contains(character)
    });
    is_at_end && says_number && has_number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(codes: &[u32], frame: Frame) -> LineBuilder {
        let mut builder = LineBuilder::new(frame);
        for (number, code) in codes.iter().enumerate() {
            let left = number as f32 * 10.0;
            builder.take(*code, || Some([left, 700.0, left + 10.0, 712.0]));
        }
        builder.end_line();
        builder
    }

    const A4: [f32; 4] = [0.0, 0.0, 595.0, 842.0];

    #[test]
    fn lines_end_where_the_page_says_and_have_places_and_offsets() {
        let codes: Vec<u32> = "大坝\r\nab c".chars().map(u32::from).collect();
        let built = built(&codes, Frame::new(A4, 0));
        let texts: Vec<&str> = built.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["大坝", "ab c"]);
        let place = built.lines[0].place.unwrap();
        assert_eq!(<[f32; 4]>::from(place), [0.0, 130.0, 20.0, 12.0]);
        assert_eq!(built.lines[0].offsets, [0.0, 0.5]);
        assert_eq!(built.lines[1].offsets.len(), 4);
    }

    #[test]
    fn meaningless_characters_are_counted() {
        let built = built(
            &[0xE001, 0xFFFD, 1, 0x41, 0xD840, 0xDC0B, 0x02],
            Frame::new(A4, 0),
        );
        assert_eq!((built.meaningless, built.readable), (3, 3));
        assert_eq!(built.lines[0].text, "\u{E001}\u{FFFD}A𠀋-");
    }

    #[test]
    fn boxes_follow_the_turn_of_the_page() {
        let rect = [10.0, 20.0, 30.0, 25.0];
        let boxes = [0, 90, 180, 270]
            .map(|turn| <[f32; 4]>::from(Frame::new([0.0, 0.0, 100.0, 200.0], turn).place(rect)));
        assert_eq!(boxes[0], [10.0, 175.0, 20.0, 5.0]);
        assert_eq!(boxes[1], [20.0, 10.0, 5.0, 20.0]);
        assert_eq!(boxes[2], [70.0, 20.0, 20.0, 5.0]);
        assert_eq!(boxes[3], [175.0, 70.0, 5.0, 20.0]);
    }

    #[test]
    fn page_numbers_stand_in_the_margin() {
        let at = |y| PageBox {
            x: 290.0,
            y,
            width: 20.0,
            height: 10.0,
        };
        assert!(is_margin("- 3 -", &at(810.0), 842.0));
        assert!(is_margin("第3页", &at(10.0), 842.0));
        assert!(!is_margin("3", &at(400.0), 842.0));
        assert!(!is_margin("附件3", &at(810.0), 842.0));
    }
}
