//! Plain text in any encoding, read as a stream in pages of bounded size; tables of comma-separated values as rows,
//! subtitles as what is said, XML as the text in it.

mod cells;
mod letters;
mod subtitles;
mod xml;

pub(super) use subtitles::Cue;
pub(super) use xml::xml_text;

use super::flow::Flow;
use super::html::decode_markup;
use super::{Context, Input, ReadError};
use cells::{Cells, delimiter_of};
use lantai_domain::reading::LineRole;
use letters::Letters;
use std::io::Read;

/// Bytes by which the encoding is judged.
const BEGINNING: u64 = 1 << 20;
/// Bytes of an XML file that is held in memory; a larger one is read as plain text.
const XML_BYTES: u64 = 64 << 20;
/// Bytes of a file of subtitles.
const SUBTITLE_BYTES: u64 = 16 << 20;

/// Reads a text.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let head = input.head(BEGINNING)?;
    if is_xml(&head) && input.size() <= XML_BYTES.min(context.limits().document_bytes) {
        return read_xml(input, context);
    }
    let extension = input.extension();
    if matches!(extension.as_str(), "srt" | "vtt") && input.size() <= SUBTITLE_BYTES {
        let bytes = input.whole(SUBTITLE_BYTES)?;
        let cues = subtitles::cues(&crate::text::decode_text(&bytes).text);
        if !cues.is_empty() {
            context.text_step("", serde_json::Map::new());
            return read_cues(&cues, context);
        }
    }
    let charset = crate::text::detect_charset(&head);
    let mut parameters = serde_json::Map::new();
    parameters.insert("charset".to_owned(), charset.name().into());
    context.text_step("", parameters);
    let mut letters = Letters::new(input.reader()?, charset);
    let delimiter = match extension.as_str() {
        "csv" => Some(delimiter_of(&charset.decode(&head).text)),
        "tsv" | "tab" => Some('\t'),
        _ if context.claim().mime_is("text/csv") => Some(delimiter_of(&charset.decode(&head).text)),
        _ => None,
    };
    match delimiter {
        Some(delimiter) => read_rows(&mut letters, delimiter, context),
        None => read_lines(&mut letters, context),
    }
}

fn read_lines(letters: &mut Letters<impl Read>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut flow = Flow::new(context);
    let mut line = String::new();
    while let Some(piece) = letters.next_piece()? {
        for part in piece.split_inclusive(['\n', '\u{c}', '\r']) {
            let content = part.trim_end_matches(['\n', '\u{c}', '\r']);
            line.push_str(content);
            if content.len() == part.len() {
                // the line goes on in the next piece, unless it has no end at all
                if line.len() > 1 << 20 {
                    flow.line(&line, LineRole::Body)?;
                    line.clear();
                }
                continue;
            }
            if part.ends_with('\r') {
                // half of a line end, or the line end of an old machine
                line.push('\r');
                continue;
            }
            tell_line(&mut flow, &line)?;
            line.clear();
            if part.ends_with('\u{c}') {
                flow.end_page()?;
            }
        }
    }
    tell_line(&mut flow, &line)?;
    flow.end_page()
}

fn tell_line(flow: &mut Flow<'_, '_>, line: &str) -> Result<(), ReadError> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    line.split('\r')
        .try_for_each(|line| flow.line(line, LineRole::Body))
}

fn read_rows(
    letters: &mut Letters<impl Read>,
    delimiter: char,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let mut flow = Flow::new(context);
    let mut cells = Cells::new(delimiter);
    while let Some(piece) = letters.next_piece()? {
        for letter in piece.chars() {
            if let Some(row) = cells.take(letter) {
                flow.line(&row, LineRole::Table)?;
            }
        }
    }
    if let Some(row) = cells.finish() {
        flow.line(&row, LineRole::Table)?;
    }
    flow.end_page()
}

fn read_cues(cues: &[Cue], context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut flow = Flow::new(context);
    for cue in cues {
        for line in cue.text.lines() {
            flow.line(line, LineRole::Body)?;
        }
    }
    flow.end_page()
}

fn read_xml(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(XML_BYTES)?;
    context.text_step("", serde_json::Map::new());
    let read = xml_text(&decode_markup(&bytes, None));
    if let Some(fault) = read.fault {
        context.omit("reading.damaged", fault);
    }
    context.told("title", &read.title);
    let mut flow = Flow::new(context);
    flow.lines(&read.lines)?;
    flow.end_page()
}

/// Whether a text is XML by its beginning.
fn is_xml(head: &[u8]) -> bool {
    let beginning = decode_markup(head.get(..512).unwrap_or(head), None);
    let beginning = beginning.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    beginning.starts_with("<?xml") || beginning.starts_with("<svg") || beginning.starts_with("<!DOCTYPE svg")
}
