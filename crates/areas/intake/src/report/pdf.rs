//! The report as PDF/A-2b, laid out on A4.

use super::ReportData;
use super::fonts::{self, FontData, FontError};
use super::sheet::{Block, Cell, TITLE, blocks};
use jiff::Timestamp;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};
use ttf_parser::Face;

/// Points of an A4 page.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 46.0;
const BOTTOM: f32 = 56.0;
const SIZE: f32 = 9.5;
const SMALL: f32 = 7.0;
const LEADING: f32 = 1.4;
const PADDING: f32 = 3.5;
/// Characters of one cell that are printed.
const CELL_CHARACTERS: usize = 400;
const BLACK: (u8, u8, u8) = (17, 17, 17);
const GREY: (u8, u8, u8) = (90, 90, 90);
const RED: (u8, u8, u8) = (155, 28, 28);

/// Why a PDF could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// There is no font.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The program that writes PDF refused.
    #[error("the PDF cannot be written: {0}")]
    Write(String),
}

impl PdfError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Font(error) => error.code(),
            Self::Write(_) => "intake.report_pdf",
        }
    }
}

/// The report as PDF.
pub fn pdf(report: &ReportData) -> Result<Vec<u8>, PdfError> {
    let data = fonts::find()?;
    let pages = {
        let face = Face::parse(&data.bytes, data.index).map_err(|_| unreadable())?;
        Layout::new(&face).pages(report)
    };
    draw(report, &data, &pages)
}

fn unreadable() -> FontError {
    FontError::Unreadable {
        family: "for Chinese".to_owned(),
    }
}

/// Something at its place on a page.
enum Mark {
    Text {
        x: f32,
        y: f32,
        size: f32,
        colour: (u8, u8, u8),
        text: String,
    },
    Line {
        from: (f32, f32),
        to: (f32, f32),
        colour: (u8, u8, u8),
        width: f32,
    },
}

/// Lays blocks out on pages.
struct Layout<'f> {
    face: &'f Face<'f>,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl<'f> Layout<'f> {
    fn new(face: &'f Face<'f>) -> Self {
        Self {
            face,
            pages: vec![Vec::new()],
            y: MARGIN,
        }
    }

    fn pages(mut self, report: &ReportData) -> Vec<Vec<Mark>> {
        if !report.heading.is_empty() {
            self.centred(&report.heading, 13.0, RED);
        }
        self.centred(TITLE.0, 18.0, BLACK);
        self.centred(TITLE.1, 9.0, GREY);
        self.y += 4.0;
        self.line((MARGIN, self.y), (PAGE.0 - MARGIN, self.y), RED, 1.2);
        self.y += 10.0;
        for block in blocks(report) {
            self.block(&block);
        }
        self.footers(report);
        self.pages
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn line(&mut self, from: (f32, f32), to: (f32, f32), colour: (u8, u8, u8), width: f32) {
        self.mark(Mark::Line {
            from,
            to,
            colour,
            width,
        });
    }

    fn put(&mut self, x: f32, y: f32, size: f32, colour: (u8, u8, u8), text: &str) {
        let text = self.shown(text);
        self.mark(Mark::Text {
            x,
            y,
            size,
            colour,
            text,
        });
    }

    /// The text with a sign for each character that the font lacks.
    fn shown(&self, text: &str) -> String {
        let has = |character: char| self.face.glyph_index(character).is_some();
        let characters = text.chars().filter(|character| !is_unseen(*character));
        characters
            .map(|character| if has(character) { character } else { '□' })
            .collect()
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let em = f32::from(self.face.units_per_em());
        let advance = |character: char| {
            let glyph = self
                .face
                .glyph_index(character)
                .or_else(|| self.face.glyph_index('□'));
            f32::from(
                glyph
                    .and_then(|glyph| self.face.glyph_hor_advance(glyph))
                    .unwrap_or(1000),
            )
        };
        text.chars()
            .filter(|character| !is_unseen(*character))
            .map(advance)
            .sum::<f32>()
            / em
            * size
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn need(&mut self, height: f32) {
        if self.y + height > PAGE.1 - BOTTOM {
            self.new_page();
        }
    }

    fn centred(&mut self, text: &str, size: f32, colour: (u8, u8, u8)) {
        for line in self.wrapped(text, size, PAGE.0 - 2.0 * MARGIN) {
            let x = (PAGE.0 - self.width(&line, size)) / 2.0;
            self.y += size * LEADING;
            self.put(x, self.y, size, colour, &line);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading { zh, en } => {
                self.need(70.0);
                self.y += 20.0;
                let end = MARGIN + self.width(zh, 12.0) + 6.0;
                self.put(MARGIN, self.y, 12.0, BLACK, zh);
                self.put(end, self.y, 8.5, GREY, en);
                self.y += 6.0;
            }
            Block::Text { zh, en } => {
                let width = PAGE.0 - 2.0 * MARGIN;
                self.y += 4.0;
                for (text, size, colour) in [(zh, SIZE + 0.5, BLACK), (en, SMALL + 0.5, GREY)] {
                    for line in self.wrapped(text, size, width) {
                        self.need(size * LEADING);
                        self.y += size * LEADING;
                        self.put(MARGIN, self.y, size, colour, &line);
                    }
                }
                self.y += 4.0;
            }
            Block::Table { head, widths, rows } => {
                if !head.is_empty() {
                    self.row(head, widths, true);
                }
                for row in rows {
                    if self.row(row, widths, false) {
                        // the head is told again on the new page, before the row that went there
                        if !head.is_empty() {
                            self.row(head, widths, true);
                        }
                        self.row(row, widths, false);
                    }
                }
            }
            Block::Signatures(lines) => {
                for pair in lines.chunks(2) {
                    self.need(56.0);
                    self.y += 44.0;
                    let half = (PAGE.0 - 2.0 * MARGIN - 24.0) / 2.0;
                    for (place, line) in pair.iter().enumerate() {
                        let x = if place == 0 { MARGIN } else { MARGIN + half + 24.0 };
                        self.put(x, self.y - 3.0, SIZE, BLACK, &line.zh);
                        let after = x + self.width(&line.zh, SIZE) + 4.0;
                        self.put(after, self.y - 3.0, SMALL, GREY, &line.en);
                        self.put(x + half - 86.0, self.y - 3.0, SIZE, BLACK, "日期：");
                        self.line((x, self.y), (x + half, self.y), BLACK, 0.6);
                    }
                }
            }
        }
    }

    /// A row of a table. `true`: it did not fit, a new page was begun and nothing was written.
    fn row(&mut self, cells: &[Cell], widths: &[f32], is_head: bool) -> bool {
        let whole = PAGE.0 - 2.0 * MARGIN;
        let mut laid = Vec::new();
        let mut height = 0.0_f32;
        for (cell, share) in cells.iter().zip(widths) {
            let width = whole * share;
            let lines = self.cell(cell, width - 2.0 * PADDING);
            let lines_height: f32 = lines.iter().map(|(_, size, _)| size * LEADING).sum();
            height = height.max(lines_height + 2.0 * PADDING);
            laid.push((width, lines));
        }
        let fits = self.y + height <= PAGE.1 - BOTTOM;
        if !fits && self.y > MARGIN + 60.0 {
            self.new_page();
            return if is_head {
                self.row(cells, widths, true)
            } else {
                true
            };
        }
        let top = self.y;
        let mut x = MARGIN;
        for (width, lines) in laid {
            let mut y = top + PADDING - 1.5;
            for (line, size, colour) in lines {
                y += size * LEADING;
                self.put(x + PADDING, y, size, colour, &line);
            }
            self.line((x, top), (x, top + height), GREY, 0.5);
            x += width;
        }
        self.line((x, top), (x, top + height), GREY, 0.5);
        self.line((MARGIN, top), (x, top), GREY, 0.5);
        self.line(
            (MARGIN, top + height),
            (x, top + height),
            GREY,
            if is_head { 0.9 } else { 0.5 },
        );
        self.y = top + height;
        false
    }

    fn cell(&self, cell: &Cell, width: f32) -> Vec<(String, f32, (u8, u8, u8))> {
        let colour = if cell.is_bad { RED } else { BLACK };
        let mut lines = Vec::new();
        for (text, size, colour) in [(&cell.zh, SIZE, colour), (&cell.en, SMALL, GREY)] {
            let mut shown: String = text.chars().take(CELL_CHARACTERS).collect();
            if text.chars().count() > CELL_CHARACTERS {
                shown.push('…');
            }
            for part in shown.lines() {
                lines.extend(
                    self.wrapped(part, size, width)
                        .into_iter()
                        .map(|line| (line, size, colour)),
                );
            }
        }
        lines
    }

    /// A text in lines: words of Latin letters stay together where they fit, Chinese breaks anywhere.
    fn wrapped(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut filled = 0.0_f32;
        for word in words(text) {
            let long = self.width(word, size);
            if filled + long > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            }
            if long <= width {
                line.push_str(word);
                filled += long;
                continue;
            }
            for character in word.chars() {
                let wide = self.width(character.encode_utf8(&mut [0; 4]), size);
                if filled + wide > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    filled = 0.0;
                }
                line.push(character);
                filled += wide;
            }
        }
        if !line.trim().is_empty() {
            lines.push(line);
        }
        lines
    }

    fn footers(&mut self, report: &ReportData) {
        let count = self.pages.len();
        let left = format!(
            "{} · {} {}",
            report.report_id, report.tool.name, report.tool.version
        );
        for number in 1..=count {
            let right = format!("第 {number} 页，共 {count} 页");
            let x = PAGE.0 - MARGIN - self.width(&right, 8.0);
            let y = PAGE.1 - 32.0;
            let (left, right) = (self.shown(&left), self.shown(&right));
            if let Some(page) = self.pages.get_mut(number - 1) {
                for (x, text) in [(MARGIN, left), (x, right)] {
                    page.push(Mark::Text {
                        x,
                        y,
                        size: 8.0,
                        colour: GREY,
                        text,
                    });
                }
            }
        }
    }
}

/// Characters that are not printed: controls, and those that turn the direction of a line.
fn is_unseen(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Pieces of a text that stay together: words with the space after them, and single characters of other scripts.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (place, character) in text.char_indices() {
        let together = before.is_some_and(|before| {
            before.is_ascii() && character.is_ascii() && !(before == ' ' && character != ' ')
        });
        if place > start && !together {
            words.extend(text.get(start..place));
            start = place;
        }
        before = Some(character);
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

fn draw(report: &ReportData, data: &FontData, pages: &[Vec<Mark>]) -> Result<Vec<u8>, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish();
    let settings = SerializeSettings {
        configuration: configuration.map_err(|error| PdfError::Write(format!("{error:?}")))?,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    document.set_metadata(
        Metadata::new()
            .title(format!("{} {}", TITLE.0, report.package.name))
            .language("zh-CN".to_owned())
            .creator(format!("{} {}", report.tool.name, report.tool.version))
            .creation_date(date(report.finished)),
    );
    let bytes = std::sync::Arc::clone(&data.bytes);
    let font = Font::new(bytes.into(), data.index).ok_or_else(unreadable)?;
    for marks in pages {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).unwrap_or_default();
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            put(&mut surface, mark, &font);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error| PdfError::Write(format!("{error:?}")))
}

fn put(surface: &mut Surface<'_>, mark: &Mark, font: &Font) {
    let paint = |(red, green, blue): (u8, u8, u8)| rgb::Color::new(red, green, blue);
    match mark {
        Mark::Text {
            x,
            y,
            size,
            colour,
            text,
        } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill {
                paint: paint(*colour).into(),
                ..Fill::default()
            }));
            surface.draw_text(
                Point::from_xy(*x, *y),
                font.clone(),
                *size,
                text,
                false,
                TextDirection::LeftToRight,
            );
        }
        Mark::Line {
            from,
            to,
            colour,
            width,
        } => {
            // a thin box: it is drawn alike everywhere, and lines of the same table meet
            let half = width / 2.0;
            let (left, right) = (from.0.min(to.0) - half, from.0.max(to.0) + half);
            let (top, bottom) = (from.1.min(to.1) - half, from.1.max(to.1) + half);
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_ltrb(left, top, right, bottom) {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.set_stroke(None::<Stroke>);
                surface.set_fill(Some(Fill {
                    paint: paint(*colour).into(),
                    ..Fill::default()
                }));
                surface.draw_path(&path);
            }
        }
    }
}

fn date(at: Timestamp) -> DateTime {
    let day = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    DateTime::new(u16::try_from(day.year()).unwrap_or(1))
        .month(part(day.month()))
        .day(part(day.day()))
        .hour(part(day.hour()))
        .minute(part(day.minute()))
        .second(part(day.second()))
        .utc_offset_hour(0)
}
