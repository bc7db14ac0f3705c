//! What a PDF has besides pages: properties, outline, form fields, annotations, attachments.

use super::super::context::Context;
use super::super::error::ReadError;
use super::lines::Frame;
use lantai_domain::reading::{LineRole, ReadLine};
use pdfium_render::prelude::{
    PdfDocument, PdfDocumentMetadataTagType, PdfFormField, PdfFormFieldCommon, PdfPage, PdfPageAnnotation,
    PdfPageAnnotationCommon,
};
use std::collections::BTreeMap;

/// Titles of the outline that are looked at.
const MAX_TITLES: usize = 20_000;
/// Annotations of one page.
const MAX_ANNOTATIONS: usize = 2_000;
/// Characters of one value or comment.
const MAX_VALUE: usize = 20_000;

/// Tells title, author and so on.
pub(super) fn tell_properties(document: &PdfDocument<'_>, context: &mut Context<'_>) {
    for tag in document.metadata().iter() {
        let (name, is_date) = match tag.tag_type() {
            PdfDocumentMetadataTagType::Title => ("title", false),
            PdfDocumentMetadataTagType::Author => ("author", false),
            PdfDocumentMetadataTagType::Subject => ("subject", false),
            PdfDocumentMetadataTagType::Keywords => ("keywords", false),
            PdfDocumentMetadataTagType::Creator => ("program", false),
            PdfDocumentMetadataTagType::Producer => ("producer", false),
            PdfDocumentMetadataTagType::CreationDate => ("created", true),
            PdfDocumentMetadataTagType::ModificationDate => ("modified", true),
        };
        let value = if is_date { date(tag.value()) } else { None };
        context.told(name, value.as_deref().unwrap_or(tag.value()));
    }
}

/// A date as PDF writes it (`D:20260131120000+08'00'`) in ISO 8601. `None` where it is another text.
fn date(written: &str) -> Option<String> {
    let rest = written.trim().trim_start_matches("D:");
    let digits = rest
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, zone) = rest.split_at(digits);
    let part = |from: usize, to: usize| digits.get(from..to);
    let day = match (part(0, 4)?, part(4, 6), part(6, 8)) {
        (year, Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        (year, Some(month), None) => format!("{year}-{month}"),
        (year, ..) => year.to_owned(),
    };
    let (Some(hour), Some(minute)) = (part(8, 10), part(10, 12)) else {
        return Some(day);
    };
    let second = part(12, 14).unwrap_or("00");
    let zone: String = match zone.chars().next() {
        Some('Z') => "Z".to_owned(),
        Some('+' | '-') => {
            let numbers: String = zone
                .chars()
                .skip(1)
                .filter(char::is_ascii_digit)
                .take(4)
                .collect();
            let sign = zone.get(..1)?;
            match (numbers.get(..2), numbers.get(2..4)) {
                (Some(hours), minutes) => format!("{sign}{hours}:{}", minutes.unwrap_or("00")),
                _ => String::new(),
            }
        }
        _ => String::new(),
    };
    Some(format!("{day}T{hour}:{minute}:{second}{zone}"))
}

/// The first title of the outline that leads to each page, by the page's number from 0.
pub(super) fn outline(document: &PdfDocument<'_>) -> BTreeMap<i32, String> {
    let mut titles = BTreeMap::new();
    for bookmark in document.bookmarks().iter().take(MAX_TITLES) {
        let page = bookmark.destination().and_then(|to| to.page_index().ok());
        let (Some(page), Some(title)) = (page, bookmark.title()) else {
            continue;
        };
        let title = cleaned(&title);
        if !title.is_empty() {
            titles.entry(page).or_insert(title);
        }
    }
    titles
}

/// Text without control characters, of a length that is borne.
fn cleaned(text: &str) -> String {
    let cleaned: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(MAX_VALUE)
        .collect();
    cleaned.trim().to_owned()
}

/// Adds values of form fields and words of annotations behind the lines of their page.
pub(super) fn annotations(page: &PdfPage<'_>, frame: &Frame, lines: &mut Vec<ReadLine>) {
    let annotations = page.annotations();
    let count = annotations.len();
    for number in (0..count).take(MAX_ANNOTATIONS) {
        let Ok(annotation) = annotations.get(number) else {
            continue;
        };
        // links and windows that pop up say nothing of their own
        let text = match &annotation {
            PdfPageAnnotation::Link(_) | PdfPageAnnotation::Popup(_) => None,
            _ => match annotation.as_form_field() {
                Some(field) => value(field),
                None => annotation.contents(),
            },
        };
        let Some(text) = text else { continue };
        let place = annotation.bounds().ok().map(|bounds| frame.place_of(&bounds));
        for part in text.split(['\r', '\n']) {
            let part = cleaned(part);
            if !part.is_empty() {
                lines.push(ReadLine {
                    text: part,
                    place,
                    confidence: 1.0,
                    role: LineRole::Body,
                    ..ReadLine::default()
                });
            }
        }
    }
}

/// What a person wrote into a field of a form.
fn value(field: &PdfFormField<'_>) -> Option<String> {
    match field {
        PdfFormField::Text(field) => field.value(),
        PdfFormField::ComboBox(field) => field.value(),
        PdfFormField::ListBox(field) => field.value(),
        PdfFormField::Checkbox(checkbox) if checkbox.is_checked().unwrap_or(false) => {
            checkbox.name().map(|name| format!("☑ {name}"))
        }
        PdfFormField::RadioButton(button) if button.is_checked().unwrap_or(false) => button.group_value(),
        _ => None,
    }
}

/// Hands on the files that are attached.
pub(super) fn attachments(document: &PdfDocument<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let attachments = document.attachments();
    for number in attachments.as_range() {
        let Ok(attachment) = attachments.get(number) else {
            continue;
        };
        let name = attachment.name();
        if attachment.len() as u64 > context.limits().part_bytes {
            context.omit(
                "reading.part_too_large",
                format!("{name}: {} bytes", attachment.len()),
            );
            continue;
        }
        match attachment.save_to_bytes() {
            Ok(bytes) => context.part(&name, "", &bytes)?,
            Err(error) => context.omit("reading.part_damaged", format!("{name}: {error}")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_put_into_iso_8601() {
        let cases = [
            ("D:20260131120005+08'00'", Some("2026-01-31T12:00:05+08:00")),
            ("D:20260131120005Z", Some("2026-01-31T12:00:05Z")),
            ("D:20260131", Some("2026-01-31")),
            ("2026", Some("2026")),
            ("yesterday", None),
        ];
        for (written, expected) in cases {
            assert_eq!(date(written).as_deref(), expected, "{written}");
        }
    }
}
