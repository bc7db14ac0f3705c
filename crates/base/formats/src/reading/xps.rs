//! XML Paper Specification (ECMA-388): the glyphs of each fixed page with their places, in 96ths of an inch put into
//! points.

use super::context::Context;
use super::error::ReadError;
use super::input::Input;
use super::markup::{Node, Tag};
use super::ooxml;
use super::package::{Package, resolve};
use lantai_domain::reading::{PageBox, PageUnit, ReadLine, ReadPage, TextSource};

/// Points of a unit.
const UNIT: f32 = 0.75;
/// Pages, and pieces of text of one page.
const MAX_PAGES: usize = 200_000;

/// Reads a document.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut package = Package::open(input, context.limits())?;
    context.text_step("", serde_json::Map::new());
    if context.wants_rest() {
        ooxml::tell_properties(&mut package, context)?;
    }
    let start = package
        .relations("")?
        .into_iter()
        .find(|relation| relation.kind == "fixedrepresentation")
        .and_then(|relation| relation.target)
        .or_else(|| package.names_below("fixeddoc").into_iter().next())
        .ok_or_else(|| ReadError::damaged("its sequence of documents is missing"))?;
    let mut pages = 0;
    for document in sources(&mut package, &start, "DocumentReference")? {
        for page in sources(&mut package, &document, "PageContent")? {
            pages += 1;
            if context.wants_next_page() {
                read_page(&mut package, &page, context)?;
            } else {
                context.skip_page();
            }
        }
    }
    if pages == 0 {
        return Err(ReadError::damaged("it has no page"));
    }
    Ok(())
}

/// What the elements of a name in a part point to.
fn sources(package: &mut Package<'_>, part: &str, element: &str) -> Result<Vec<String>, ReadError> {
    let mut found = Vec::new();
    package.walk(part, &mut |node| {
        if let Node::Open(tag) = node
            && tag.name() == element
            && found.len() < MAX_PAGES
        {
            found.extend(tag.attribute("Source"));
        }
        Ok(())
    })?;
    Ok(found
        .into_iter()
        .filter_map(|source| package.find(&resolve(part, &source)?))
        .collect())
}

fn read_page(package: &mut Package<'_>, part: &str, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut page = ReadPage {
        unit: PageUnit::Point,
        ..ReadPage::default()
    };
    let mut lines: Vec<ReadLine> = Vec::new();
    let walked = package.walk(part, &mut |node| {
        let Node::Open(tag) = node else { return Ok(()) };
        match tag.name() {
            "FixedPage" => {
                page.width = number(tag, "Width").unwrap_or_default() * UNIT;
                page.height = number(tag, "Height").unwrap_or_default() * UNIT;
            }
            "Glyphs" => {
                let text = tag.attribute("UnicodeString").unwrap_or_default();
                // text that begins with a brace is written behind an empty pair
                let text = text.strip_prefix("{}").unwrap_or(&text);
                if !text.trim().is_empty() && lines.len() < MAX_PAGES {
                    join(&mut lines, text, place(tag, text));
                }
            }
            _ => {}
        }
        Ok(())
    });
    match walked {
        Err(error) if error.ends_all() => return Err(error),
        Err(error) => context.omit(error.code(), error.to_string()),
        Ok(_) => {}
    }
    let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    page.text = text.join("\n");
    page.source = if page.text.is_empty() {
        TextSource::None
    } else {
        TextSource::File
    };
    page.lines = lines;
    context.page(page)
}

fn number(tag: &Tag<'_>, name: &str) -> Option<f32> {
    let number: f32 = tag.attribute(name)?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

/// The box of a piece, near enough: half an em for a Latin letter. Pieces that are turned have none.
fn place(tag: &Tag<'_>, text: &str) -> Option<PageBox> {
    if tag.attribute("RenderTransform").is_some() {
        return None;
    }
    let (x, y) = (number(tag, "OriginX")?, number(tag, "OriginY")?);
    let size = number(tag, "FontRenderingEmSize")?;
    let ems: f32 = text
        .chars()
        .map(|character| if character.is_ascii() { 0.5 } else { 1.0 })
        .sum();
    Some(PageBox {
        x: x * UNIT,
        y: (y - size * 0.86) * UNIT,
        width: ems * size * UNIT,
        height: size * UNIT,
    })
}

/// Adds a piece to the last line, if it stands at the same height behind it; else begins a line.
fn join(lines: &mut Vec<ReadLine>, text: &str, place: Option<PageBox>) {
    if let (Some(line), Some(next)) = (lines.last_mut(), place)
        && let Some(before) = line.place
        && (before.y + before.height - next.y - next.height).abs() < before.height * 0.3
        && next.x >= before.x
    {
        let gap = next.x - before.x - before.width;
        let has_space = line.text.ends_with(' ') || text.starts_with(' ');
        if gap > next.height * 0.2 && !has_space {
            line.text.push(' ');
        }
        line.text.push_str(text);
        line.place = Some(PageBox {
            width: (next.x + next.width - before.x).max(before.width),
            ..before
        });
        return;
    }
    lines.push(ReadLine {
        text: text.trim().to_owned(),
        place,
        confidence: 1.0,
        ..ReadLine::default()
    });
}
