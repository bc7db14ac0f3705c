//! What is in a file (智能识别): its text with places, spoken words with times, names, and how each was come by.
//!
//! A reading is a result of machines: a derivative beside the untouched file, never a word of a person. It can be made
//! anew at any time, and says which program, which model and which settings it comes from. The shape is the one that
//! `lantai read --json` prints.

use crate::ids::RecordId;
use serde::{Deserialize, Serialize};

/// A rectangle on a page.
///
/// Written as `[x, y, width, height]`, measured from the upper left corner of the page in the unit of its page (pixels
/// of a picture; points, a 72nd of an inch, of a PDF, millimetres of an OFD: see [`ReadPage::unit`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; 4]", into = "[f32; 4]")]
pub struct PageBox {
    /// Distance from the left edge.
    pub x: f32,
    /// Distance from the upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl From<[f32; 4]> for PageBox {
    fn from([x, y, width, height]: [f32; 4]) -> Self {
        Self { x, y, width, height }
    }
}

impl From<PageBox> for [f32; 4] {
    fn from(place: PageBox) -> Self {
        [place.x, place.y, place.width, place.height]
    }
}

/// What the boxes of a page are measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageUnit {
    /// Pixels of the page's picture as it is shown upright.
    #[default]
    Pixel,
    /// Points of 1/72 inch.
    Point,
    /// Millimetres.
    Millimetre,
}

/// How a line runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From left to right.
    #[default]
    Horizontal,
    /// From top to bottom; columns follow each other from the right (竖排).
    Vertical,
}

/// What a line belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineRole {
    /// Running text.
    #[default]
    Body,
    /// A title or heading.
    Heading,
    /// A cell of a table.
    Table,
    /// Writing in a seal (印章).
    Seal,
    /// What stands above or below every page: running titles, page numbers.
    Margin,
    /// The words below a picture or table.
    Caption,
}

/// One line, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadLine {
    /// Its words.
    pub text: String,
    /// Where it stands; `None` where the format knows no places.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PageBox>,
    /// How sure the reader is, 0 to 1; 1 where the text is the file's own.
    pub confidence: f32,
    /// How it runs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Direction,
    /// What it belongs to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub role: LineRole,
    /// Where each character begins along the line, from 0 to 1 of its length, where that is known; as many as `text`
    /// has characters. Marks a word inside its line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offsets: Vec<f32>,
}

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    /// It stands in the file as text.
    #[default]
    File,
    /// It was recognised on a picture (文字识别).
    Recognised,
    /// Nothing was to be read.
    None,
}

/// How good the picture of a page is. The numbers are those that the quality check of digitisation uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PageQuality {
    /// Dots per inch that the file claims; `None`: it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<f32>,
    /// Sharpness: the variance of the Laplacian of the grey page scaled to 1000 pixels of width; higher is sharper.
    pub sharpness: f32,
    /// Difference of the 95th and 5th hundredth of brightness, 0 to 1.
    pub contrast: f32,
    /// Turn of the lines in degrees, clockwise positive, after the page was set upright.
    pub skew: f32,
    /// Share of dark pixels, 0 to 1.
    pub ink: f32,
    /// Nothing is on it.
    pub is_blank: bool,
    /// By how much the picture was turned clockwise to stand upright: 0, 90, 180 or 270 degrees.
    pub turned: u16,
}

/// One page, sheet, slide or section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadPage {
    /// Its number, from 1.
    pub n: u32,
    /// Where its text begins in the text of the whole, in characters.
    pub start: usize,
    /// Its text: its lines joined by line feeds, paragraphs as the format has them.
    pub text: String,
    /// Its lines in reading order; empty where the format knows no lines.
    pub lines: Vec<ReadLine>,
    /// Its width; 0 where unknown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub width: f32,
    /// Its height; 0 where unknown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub height: f32,
    /// The unit of width, height and boxes.
    #[serde(default)]
    pub unit: PageUnit,
    /// Where its text comes from.
    #[serde(default)]
    pub source: TextSource,
    /// The name of a sheet, the title of a slide or section, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How good its picture is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<PageQuality>,
}

/// What a stretch of sound is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SegmentKind {
    /// Somebody speaks.
    #[default]
    Speech,
    /// Nothing is heard.
    Silence,
    /// What was said just before, said again: a fault of the recording or of the machine.
    Repeated,
    /// Music or noise.
    Noise,
}

/// A word and its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpokenWord {
    /// The word.
    pub text: String,
    /// Begins, in seconds.
    pub start: f64,
    /// Ends, in seconds.
    pub end: f64,
}

/// A stretch of a recording.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Begins, in seconds from the beginning of the recording.
    pub start: f64,
    /// Ends.
    pub end: f64,
    /// What is said; empty where nobody speaks.
    pub text: String,
    /// Where `text` begins in the text of the whole, in characters.
    #[serde(default)]
    pub at: usize,
    /// What it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: SegmentKind,
    /// Who speaks, as a number from 1, where that was told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<u32>,
    /// How sure the reader is, 0 to 1.
    #[serde(default)]
    pub confidence: f32,
    /// Its words, where their times are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<SpokenWord>,
}

/// A change of scene in a film.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Begins, in seconds.
    pub start: f64,
    /// Ends.
    pub end: f64,
    /// The picture that stands for it is taken at this second.
    pub key_frame: f64,
}

/// What a found name or number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A person (人名).
    Person,
    /// A place (地名).
    Place,
    /// An institution or body (机构).
    Organisation,
    /// A date (日期); its value is the day, month or year in ISO 8601.
    Date,
    /// The number of a document (文号); its value is the canonical spelling.
    DocumentNumber,
    /// A sum of money (金额); its value is a decimal number and its currency.
    Amount,
}

/// A name, date or number in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// As it is written.
    pub text: String,
    /// What it means in a normal form: `1911-12-05`, `1954`, `国发〔1954〕12号`.
    pub value: String,
    /// First character in the text of the whole.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// How sure the machine is, 0 to 1.
    pub confidence: f32,
}

/// What of a description a machine may suggest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestedElement {
    /// Title proper (题名).
    Title,
    /// Author (责任者).
    Author,
    /// Date (日期).
    Date,
    /// Document number (文件编号).
    DocumentNumber,
    /// Subject words (主题词); one suggestion a word.
    Keyword,
    /// Abstract (摘要).
    Summary,
    /// Name of a person (人名).
    Person,
    /// Name of a place (地名).
    Place,
    /// Language.
    Language,
}

impl SuggestedElement {
    /// Its word in catalogue and interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Author => "author",
            Self::Date => "date",
            Self::DocumentNumber => "document_number",
            Self::Keyword => "keyword",
            Self::Summary => "summary",
            Self::Person => "person",
            Self::Place => "place",
            Self::Language => "language",
        }
    }
}

/// A place in the text that speaks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// First character in the text of the whole.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
}

/// What a machine would write into the description; a person takes it, alters it, or leaves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Which element.
    pub element: SuggestedElement,
    /// The proposed value.
    pub value: String,
    /// Where in the text it comes from.
    pub evidence: Vec<Evidence>,
    /// Name of the rule or model.
    pub by: String,
    /// How sure it is, 0 to 1.
    pub confidence: f32,
}

/// One step by which something was come by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What was done: `text_layer`, `recognition`, `speech`, `words`, `entities`, `vectors`….
    pub step: String,
    /// The program or library, with its version, such as `lantai 0.1.0` or `pdfium 7500`.
    pub program: String,
    /// The model's name in `rules/models.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// SHA-256 of the model's weights, lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Settings that matter to the result.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Processor seconds that it took.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cpu_seconds: f32,
}

/// A step that was not done, or a part that could not be read, and why. Nothing is left out in silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omission {
    /// The step, as in [`Step::step`].
    pub step: String,
    /// Stable code of the reason, such as `reading.model_missing`.
    pub code: String,
    /// What happened, for a person.
    pub detail: String,
    /// Pages (from 1) or seconds that it concerns; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(u32, u32)>,
}

/// How a reading was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// SHA-256 of the file that was read, lower-case hexadecimal.
    pub source_sha256: String,
    /// Its format (PUID), where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub puid: Option<String>,
    /// When, in RFC 3339; set by whoever has the clock.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub made_at: String,
    /// What was done, in order.
    pub steps: Vec<Step>,
    /// What was not done, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Omission>,
}

/// Something that lies in a file and was read as a file of its own: an attachment, an archived page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadPart {
    /// Its name in the file, made harmless; an address for an archived page.
    pub name: String,
    /// Its MIME type, as the file says.
    pub mime: String,
    /// The page of the whole (from 1) at which its text begins; its pages follow the pages of the file itself.
    pub first_page: u32,
    /// How many pages of the whole are its own.
    pub pages: u32,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What the file says of itself: title, author, sender, subject, dates, as `name` and `value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which: `title`, `author`, `subject`, `from`, `to`, `date`….
    pub name: String,
    /// As written, decoded.
    pub value: String,
}

/// Everything that was understood of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The whole text: the texts of the pages, or of the segments, each ended by a line feed.
    pub text: String,
    /// Pages, slides, sheets.
    pub pages: Vec<ReadPage>,
    /// Stretches of a recording.
    pub segments: Vec<Segment>,
    /// Scenes of a film.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenes: Vec<Scene>,
    /// What lies in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ReadPart>,
    /// What the file says of itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
    /// Names, dates, numbers, in the order of the text.
    pub entities: Vec<Entity>,
    /// Language of the text (ISO 639-3: `cmn`, `lzh`, `eng`…) and script (ISO 15924: `Hans`, `Hant`, `Latn`…).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What it would write into the description.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
    /// How all this was come by.
    pub provenance: Provenance,
}

/// A language in a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    /// ISO 639-3.
    pub language: String,
    /// ISO 15924.
    pub script: String,
}

impl Reading {
    /// Adds a page behind the others; its number and its beginning are set.
    pub fn push_page(&mut self, mut page: ReadPage) {
        page.n = u32::try_from(self.pages.len()).map_or(u32::MAX, |count| count.saturating_add(1));
        page.start = self.end_of_text();
        self.text.push_str(&page.text);
        self.text.push('\n');
        self.pages.push(page);
    }

    /// Adds a stretch of a recording behind the others; where its text begins is set.
    pub fn push_segment(&mut self, mut segment: Segment) {
        segment.at = self.end_of_text();
        if !segment.text.is_empty() {
            self.text.push_str(&segment.text);
            self.text.push('\n');
        }
        self.segments.push(segment);
    }

    /// Characters of the text so far, without counting all of it again.
    fn end_of_text(&self) -> usize {
        let after_pages = self
            .pages
            .last()
            .map(|page| page.start + page.text.chars().count() + 1);
        let after_segments = self.segments.last().map(|segment| {
            let length = segment.text.chars().count();
            segment.at + if length == 0 { 0 } else { length + 1 }
        });
        after_pages.max(after_segments).unwrap_or(0)
    }

    /// The page at which a character of the text stands.
    pub fn page_at(&self, character: usize) -> Option<u32> {
        let after = self.pages.partition_point(|page| page.start <= character);
        self.pages.get(after.checked_sub(1)?).map(|page| page.n)
    }

    /// The second of the recording at which a character of the text is spoken.
    pub fn second_at(&self, character: usize) -> Option<f64> {
        let after = self.segments.partition_point(|segment| segment.at <= character);
        self.segments
            .get(after.checked_sub(1)?)
            .map(|segment| segment.start)
    }
}

/// Version of the form in which readings are kept.
pub const KEPT_READING_FORM: u32 = 1;

/// What was understood of one file of a record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReading {
    /// Path of the file in the record's object.
    pub path: String,
    /// What was understood.
    pub reading: Reading,
}

/// What was understood of a record, as it is kept beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptReading {
    /// Version of this form: [`KEPT_READING_FORM`].
    pub v: u32,
    /// The record.
    pub record: RecordId,
    /// The version of the record's object whose files were read.
    pub source_version: u32,
    /// The tools that it was made with, as a short name that changes with any of them.
    pub recipe: String,
    /// Its files, in the order of the record.
    pub files: Vec<FileReading>,
}

/// A place of a record's text: from a character on it stands on this page, or is heard from this second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TextPlace {
    /// The first character.
    pub start: usize,
    /// Number of the file among the record's files, from 0.
    pub file: u32,
    /// Page (from 1), or second.
    pub at: PlaceKind,
}

impl TextPlace {
    /// The page, from 1; `None` where it is a second.
    pub fn page(self) -> Option<u32> {
        match self.at {
            PlaceKind::Page(page) => Some(page),
            PlaceKind::Second(_) => None,
        }
    }

    /// The second; `None` where it is a page.
    pub fn second(self) -> Option<f64> {
        match self.at {
            PlaceKind::Second(second) => Some(second),
            PlaceKind::Page(_) => None,
        }
    }
}

/// A page or a second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A page, from 1.
    Page(u32),
    /// Seconds from the beginning.
    Second(f64),
}

/// The name of the reading of a record among the objects of the vault, beside the record's own object.
pub fn reading_object(record: RecordId) -> String {
    format!("urn:lantai:reading:{}", record.uuid())
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests;
