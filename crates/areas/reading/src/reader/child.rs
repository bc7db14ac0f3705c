//! The child's side: one question after the other, each answered by lines until it says that it is done.

use super::protocol::{Line, Question, Understood, Work};
use super::tools::{Tools, left_out};
use crate::understanding::{Tools as UnderstandingTools, understand};
use image::{DynamicImage, GrayImage, RgbImage};
use lantai_domain::reading::{
    Omission, PageBox, PageUnit, ReadPage, ReadPart, Reading, Step, TextSource, Told,
};
use lantai_formats::identify::FormatKind;
use lantai_formats::properties::Claim;
use lantai_formats::reading::{
    ExtractOptions, PagePicture, PartChoice, PartHead, Picture, Pixels, ReadError, Sink, extract,
};
use lantai_models::film::{self, FilmLimits};
use lantai_models::sound::{self, SoundLimits};
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Dots an inch at which pages are recognised.
const RESOLUTION: f32 = 300.0;
/// Bytes of a reading that is understood.
const MAX_READING: u64 = 1 << 30;

/// Answers questions until there are no more. After a panic it says so and ends, for its memory is not to be trusted.
///
/// # Errors
/// Where whoever asked listens no longer.
pub fn run_read_child(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut tools = Tools::default();
    for line in input.lines() {
        let line = line?;
        let mut teller = Teller {
            output: &mut output,
            failed: None,
        };
        let answered = catch_unwind(AssertUnwindSafe(|| answer(&line, &mut tools, &mut teller)));
        if let Some(error) = teller.failed {
            return Err(error);
        }
        match answered {
            Ok(()) => teller.tell(&Line::Done),
            Err(payload) => {
                let words = payload.downcast_ref::<String>().cloned();
                let words = words.or_else(|| payload.downcast_ref::<&str>().map(|words| (*words).to_owned()));
                teller.tell(&Line::Panicked(words.unwrap_or_else(|| "a panic".to_owned())));
                break;
            }
        }
        if let Some(error) = teller.failed {
            return Err(error);
        }
    }
    Ok(())
}

/// Tells lines, and remembers that nobody listens.
struct Teller<'w> {
    output: &'w mut dyn Write,
    failed: Option<io::Error>,
}

impl Teller<'_> {
    fn tell(&mut self, line: &Line) {
        if self.failed.is_some() {
            return;
        }
        let told = serde_json::to_string(line)
            .map_err(io::Error::from)
            .and_then(|text| {
                self.output.write_all(text.as_bytes())?;
                self.output.write_all(b"\n")?;
                self.output.flush()
            });
        self.failed = told.err();
    }

    fn refuse(&mut self, code: &str, detail: String) {
        self.tell(&Line::Refused {
            code: code.to_owned(),
            detail,
        });
    }
}

fn answer(line: &str, tools: &mut Tools, teller: &mut Teller<'_>) {
    let question: Question = match serde_json::from_str(line) {
        Ok(question) => question,
        Err(error) => return teller.refuse("reading.question", error.to_string()),
    };
    let Some(path) = question.path() else {
        return teller.refuse("reading.question", "no path".to_owned());
    };
    if let Err(error) = tools.use_paths(&question.tools) {
        return teller.refuse(error.code(), error.to_string());
    }
    match &question.work {
        Work::Understand => understand_file(&path, tools, teller),
        Work::Read {
            claim,
            from_page,
            from_second,
            ..
        } => match claim.kind {
            FormatKind::Sound => hear(&path, &question, *from_second, tools, teller),
            FormatKind::Video => {
                look(&path, &question, teller);
                hear(&path, &question, *from_second, tools, teller);
            }
            _ => read_document(&path, claim, &question, *from_page, tools, teller),
        },
    }
}

fn read_document(
    path: &Path,
    claim: &Claim,
    question: &Question,
    from_page: u32,
    tools: &mut Tools,
    teller: &mut Teller<'_>,
) {
    let options = ExtractOptions {
        pdfium: tools.pdfium(),
        libreoffice: question.tools.libreoffice.clone(),
        scratch: Some(question.tools.scratch.clone()),
        pages: (from_page > 1).then_some(from_page..u32::MAX),
        identifier: tools.identifier(),
        program: question.program.clone(),
    };
    if options.libreoffice.is_some() {
        // another program may be started, and is silent
        teller.tell(&Line::Busy);
    }
    let mut sink = Telling {
        tools,
        teller,
        program: &question.program,
        open: Vec::new(),
        pages: 0,
        told_missing: false,
    };
    let read = extract(path, claim, &options, &question.limits, &mut sink);
    match read {
        Ok(()) | Err(ReadError::Stopped) => {}
        Err(error) => teller.refuse(error.code(), error.to_string()),
    }
}

/// Hands on what stands in a document, and recognises what is a picture.
struct Telling<'t, 'w> {
    tools: &'t mut Tools,
    teller: &'t mut Teller<'w>,
    program: &'t str,
    open: Vec<ReadPart>,
    pages: u32,
    told_missing: bool,
}

impl Telling<'_, '_> {
    fn go_on(&self) -> Result<(), ReadError> {
        match self.teller.failed {
            Some(_) => Err(ReadError::Stopped),
            None => Ok(()),
        }
    }

    /// The page with what is written on its picture; what it had of its own where nothing can be recognised.
    fn recognise(&mut self, page: ReadPage, picture: &mut dyn PagePicture) -> ReadPage {
        self.teller.tell(&Line::Busy);
        let ocr = match self.tools.ocr() {
            Ok(ocr) => ocr,
            Err(error) => {
                if !std::mem::replace(&mut self.told_missing, true) {
                    self.teller.tell(&Line::Omit(left_out("recognition", &error)));
                }
                return unrecognised(page);
            }
        };
        let omitted = |code: &str, detail: String| Omission {
            step: "recognition".to_owned(),
            code: code.to_owned(),
            detail,
            range: Some((page.n, page.n)),
        };
        let rendered = match picture.render(RESOLUTION, Pixels::Grey) {
            Ok(rendered) => rendered,
            Err(error) => {
                self.teller
                    .tell(&Line::Omit(omitted(error.code(), error.to_string())));
                return unrecognised(page);
            }
        };
        let resolution = rendered.resolution;
        let Some(pixels) = pixels_of(rendered) else {
            self.teller.tell(&Line::Omit(omitted(
                "reading.damaged",
                "the picture has not the pixels that it says".to_owned(),
            )));
            return unrecognised(page);
        };
        match ocr.read(&pixels, resolution) {
            Ok(read) => {
                for (model, digest) in ocr.models() {
                    self.teller.tell(&Line::Step(Box::new(Step {
                        step: "recognition".to_owned(),
                        program: self.program.to_owned(),
                        model: Some((*model).to_owned()),
                        digest: Some(digest.clone()),
                        ..Step::default()
                    })));
                }
                joined(page, read)
            }
            Err(error) => {
                self.teller
                    .tell(&Line::Omit(omitted(error.code(), error.to_string())));
                unrecognised(page)
            }
        }
    }
}

fn unrecognised(mut page: ReadPage) -> ReadPage {
    if page.text.is_empty() {
        page.source = TextSource::None;
    }
    page
}

fn pixels_of(picture: Picture) -> Option<DynamicImage> {
    let Picture {
        width,
        height,
        pixels,
        bytes,
        ..
    } = picture;
    match pixels {
        Pixels::Grey => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
        Pixels::Rgb => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
    }
}

/// The page of the document with the text of its picture, its boxes in the document's own unit. Where the picture had
/// to be turned, the page is told as it stands upright, in pixels.
fn joined(page: ReadPage, read: ReadPage) -> ReadPage {
    let is_turned = read.quality.is_some_and(|quality| quality.turned != 0);
    let keeps_pixels = is_turned || page.unit == PageUnit::Pixel || page.width <= 0.0 || read.width <= 0.0;
    if keeps_pixels {
        return ReadPage {
            n: page.n,
            label: page.label,
            source: TextSource::Recognised,
            ..read
        };
    }
    let (across, down) = (page.width / read.width, page.height / read.height.max(1.0));
    let mut lines = read.lines;
    for line in &mut lines {
        line.place = line.place.map(|place| PageBox {
            x: place.x * across,
            y: place.y * down,
            width: place.width * across,
            height: place.height * down,
        });
    }
    ReadPage {
        text: read.text,
        lines,
        quality: read.quality,
        source: TextSource::Recognised,
        ..page
    }
}

impl Sink for Telling<'_, '_> {
    fn page(&mut self, page: ReadPage) -> Result<(), ReadError> {
        self.pages = self.pages.max(page.n);
        self.teller.tell(&Line::Page(Box::new(page)));
        self.go_on()
    }

    fn picture_page(&mut self, page: ReadPage, picture: &mut dyn PagePicture) -> Result<(), ReadError> {
        let page = self.recognise(page, picture);
        self.page(page)
    }

    fn told(&mut self, told: Told) {
        if self.open.is_empty() {
            self.teller.tell(&Line::Told(told));
        }
    }

    fn begin_part(&mut self, head: &PartHead, _bytes: &[u8]) -> Result<PartChoice, ReadError> {
        self.open.push(ReadPart {
            name: head.name.clone(),
            mime: head.mime.clone(),
            first_page: self.pages.saturating_add(1),
            pages: 0,
            bytes: head.bytes,
        });
        self.go_on()?;
        Ok(PartChoice::Read)
    }

    fn end_part(&mut self) {
        if let Some(mut part) = self.open.pop() {
            part.pages = self.pages.saturating_add(1).saturating_sub(part.first_page);
            self.teller.tell(&Line::Part(part));
        }
    }

    fn step(&mut self, step: Step) {
        self.teller.tell(&Line::Step(Box::new(step)));
    }

    fn omit(&mut self, omission: Omission) {
        self.teller.tell(&Line::Omit(omission));
    }
}

/// The scenes of a film.
fn look(path: &Path, question: &Question, teller: &mut Teller<'_>) {
    teller.tell(&Line::Busy);
    let Some(ffmpeg) = &question.tools.ffmpeg else {
        return teller.tell(&Line::Omit(Omission {
            step: film::STEP.to_owned(),
            code: "reading.ffmpeg_missing".to_owned(),
            detail: "scenes of films are told apart with ffmpeg, which is not installed".to_owned(),
            range: None,
        }));
    };
    match film::watch(path, ffmpeg, &FilmLimits::default()) {
        Ok(seen) => {
            for scene in seen.scenes {
                teller.tell(&Line::Scene(scene));
            }
            teller.tell(&Line::Step(Box::new(Step {
                step: film::STEP.to_owned(),
                program: "ffmpeg".to_owned(),
                ..Step::default()
            })));
            for omission in seen.omitted {
                teller.tell(&Line::Omit(omission));
            }
        }
        Err(error) => teller.tell(&Line::Omit(film::omission(&error))),
    }
}

/// Writes down what is said in a recording.
fn hear(path: &Path, question: &Question, from: f64, tools: &mut Tools, teller: &mut Teller<'_>) {
    teller.tell(&Line::Busy);
    let opened = sound::open(path, &SoundLimits::default(), question.tools.ffmpeg.as_deref());
    let mut source = match opened {
        Ok(source) => source,
        Err(error) => return teller.tell(&Line::Omit(error.omission())),
    };
    let speech = match tools.speech() {
        Ok(speech) => speech,
        Err(error) => return teller.tell(&Line::Omit(left_out("speech", &error))),
    };
    let heard = speech.transcribe(&mut *source, from..f64::INFINITY, &mut |segment| {
        teller.tell(&Line::Segment(segment));
        teller.tell(&Line::Busy);
    });
    match heard {
        Ok(transcript) => {
            for step in transcript.steps {
                teller.tell(&Line::Step(Box::new(step)));
            }
            for omission in transcript.omitted {
                teller.tell(&Line::Omit(omission));
            }
        }
        Err(error) => teller.tell(&Line::Omit(Omission {
            step: "speech".to_owned(),
            code: error.code().to_owned(),
            detail: error.to_string(),
            range: None,
        })),
    }
}

fn understand_file(path: &Path, tools: &mut Tools, teller: &mut Teller<'_>) {
    teller.tell(&Line::Busy);
    let mut reading = match read_reading(path) {
        Ok(reading) => reading,
        Err(error) => return teller.refuse("reading.question", error.to_string()),
    };
    if let Err(error) = tools.open_rules() {
        return teller.refuse(error.code(), error.to_string());
    }
    let Some(rules) = tools.rules() else { return };
    let (steps, omitted) = (reading.provenance.steps.len(), reading.provenance.omitted.len());
    let (tagger, omission) = tools.tagger();
    let mut at_hand = UnderstandingTools { tagger: Some(tagger) };
    understand(&mut reading, &mut at_hand, &rules);
    reading.provenance.omitted.extend(omission);
    let understood = Understood::of(reading, steps, omitted);
    teller.tell(&Line::Understood(Box::new(understood)));
}

fn read_reading(path: &Path) -> io::Result<Reading> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.len() > MAX_READING {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the reading is too large",
        ));
    }
    Ok(serde_json::from_reader(io::BufReader::new(file))?)
}
