//! One page: its text, or the announcement of its picture.

use super::super::context::Context;
use super::super::error::ReadError;
use super::extras;
use super::lines::{Frame, LineBuilder};
use super::picture::PdfPicture;
use super::soundness::{self, Inventory};
use lantai_domain::reading::{PageUnit, ReadPage, TextSource};
use pdfium_render::prelude::{
    PdfPage, PdfPageObject, PdfPageObjectCommon, PdfPageObjectsCommon, PdfQuadPoints,
};

/// Objects of a page looked at.
const MAX_OBJECTS: usize = 5_000;
/// Forms inside forms looked into.
const MAX_FORMS: usize = 4;

/// A page of nothing.
pub(super) fn nothing() -> ReadPage {
    ReadPage {
        unit: PageUnit::Point,
        source: TextSource::None,
        ..ReadPage::default()
    }
}

/// Reads a page; `title` is what the outline calls it.
pub(super) fn read(
    page: &PdfPage<'_>,
    title: Option<&String>,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let frame = Frame::of(page);
    let (width, height) = frame.size();
    let mut builder = LineBuilder::new(frame);
    let most = context.limits().page_characters;
    match page.text() {
        Ok(text) => {
            for glyph in text.chars().iter().take(most) {
                builder.take(glyph.unicode_value(), || {
                    let bounds = glyph.loose_bounds().ok()?;
                    Some([
                        bounds.left().value,
                        bounds.bottom().value,
                        bounds.right().value,
                        bounds.top().value,
                    ])
                });
            }
            builder.end_line();
        }
        Err(error) => {
            let number = context.next_number();
            let detail = format!("the text of the page cannot be taken: {error}");
            context.omit_at("reading.page_damaged", detail, Some((number, number)));
        }
    }
    let (readable, meaningless) = (builder.readable, builder.meaningless);
    let mut inventory = Inventory::default();
    if soundness::needs_look(readable, meaningless) {
        let objects = page.objects();
        let mut left = MAX_OBJECTS;
        let area = (width * height).max(1.0);
        for number in 0..objects.len() {
            let Ok(object) = objects.get(number) else { break };
            count(&object, &frame, area, MAX_FORMS, &mut left, &mut inventory);
            if left == 0 {
                break;
            }
        }
    }
    let is_picture = soundness::needs_recognition(readable, meaningless, &inventory);
    let mut lines = builder.lines;
    if is_picture && soundness::is_garbled(readable, meaningless) {
        lines.clear();
        let number = context.next_number();
        let detail = "its characters mean nothing: a font has no Unicode map";
        context.omit_at("reading.no_unicode_map", detail, Some((number, number)));
    }
    extras::annotations(page, &frame, &mut lines);
    let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let text = text.join("\n");
    let read = ReadPage {
        source: if text.is_empty() {
            TextSource::None
        } else {
            TextSource::File
        },
        text,
        lines,
        width,
        height,
        unit: PageUnit::Point,
        label: title.cloned(),
        ..ReadPage::default()
    };
    if is_picture {
        let mut picture = PdfPicture::new(page, width, height, context.limits().picture_pixels);
        return context.picture_page(read, &mut picture);
    }
    context.page(read)
}

/// Adds an object to the inventory of its page.
fn count(
    object: &PdfPageObject<'_>,
    frame: &Frame,
    area: f32,
    depth: usize,
    left: &mut usize,
    inventory: &mut Inventory,
) {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return;
    }
    match object {
        PdfPageObject::Image(_) => {
            let share = object.bounds().map(|bounds| visible_area(&bounds, frame) / area);
            inventory.covered = (inventory.covered + share.unwrap_or_default()).min(1.0);
        }
        PdfPageObject::Text(_) => inventory.texts += 1,
        PdfPageObject::Path(_) | PdfPageObject::Shading(_) => inventory.paths += 1,
        PdfPageObject::XObjectForm(form) => {
            if depth == 0 {
                return;
            }
            for number in 0..form.len() {
                let Ok(inner) = form.get(number) else { break };
                // places inside a form are its own; what matters is what there is
                match &inner {
                    PdfPageObject::Image(_) => {
                        let share = object.bounds().map(|bounds| visible_area(&bounds, frame) / area);
                        inventory.covered = inventory.covered.max(share.unwrap_or_default().min(1.0));
                        *left = left.saturating_sub(1);
                    }
                    _ => count(&inner, frame, area, depth - 1, left, inventory),
                }
                if *left == 0 {
                    return;
                }
            }
        }
        PdfPageObject::Unsupported(_) => {}
    }
}

/// The area of an object that lies on its page.
fn visible_area(bounds: &PdfQuadPoints, frame: &Frame) -> f32 {
    let place = frame.place_of(&bounds.to_rect());
    let (width, height) = frame.size();
    let across = (place.x + place.width).min(width) - place.x.max(0.0);
    let down = (place.y + place.height).min(height) - place.y.max(0.0);
    across.max(0.0) * down.max(0.0)
}
