//! PDF through the library PDFium: lines with places, pages that are pictures, properties, outline, form fields,
//! annotations, attachments.
//!
//! One page is open at a time. A page whose text is missing, tiny beside a picture that covers it, or made of
//! characters that mean nothing (a font without a Unicode map) is announced as a picture; an invisible layer that a
//! scanning program laid over its picture is text like any other.

mod extras;
mod library;
mod lines;
mod page;
mod picture;
mod soundness;
mod xfa;

use super::context::Context;
use super::error::ReadError;
use super::input::Input;
use pdfium_render::prelude::{PdfDocument, PdfFormType, Pdfium};
use std::fs::File;
use std::sync::Arc;

/// Up to this size a document is read into memory, which is faster than asking for pieces of it.
const IN_MEMORY: u64 = 64 << 20;

/// Reads a PDF.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let path = context.options().pdfium.as_deref();
    let pdfium = library::load(path)?;
    match input.path() {
        Some(path) if input.size() > IN_MEMORY => {
            let document = pdfium.load_pdf_from_reader(File::open(path)?, None);
            let document = document.map_err(|error| library::refusal(&error))?;
            read_document(&document, context)?;
            attachments(&document, context)
        }
        _ => {
            let bytes = input.whole(context.limits().document_bytes)?;
            let document = open(pdfium, &bytes)?;
            read_document(&document, context)?;
            let is_xfa = document.form().is_some_and(|form| {
                matches!(
                    form.form_type(),
                    PdfFormType::XfaFull | PdfFormType::XfaForeground
                )
            });
            if is_xfa {
                xfa::read(Arc::new(bytes.to_vec()), context)?;
            }
            attachments(&document, context)
        }
    }
}

fn open<'a>(pdfium: &'a Pdfium, bytes: &'a [u8]) -> Result<PdfDocument<'a>, ReadError> {
    pdfium
        .load_pdf_from_byte_slice(bytes, None)
        .map_err(|error| library::refusal(&error))
}

fn read_document(document: &PdfDocument<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let count = document.pages().len();
    if count <= 0 {
        return Err(ReadError::damaged("it has no page"));
    }
    context.text_step("pdfium", serde_json::Map::new());
    if context.wants_rest() {
        extras::tell_properties(document, context);
    }
    let titles = extras::outline(document);
    let mut failed = 0_i32;
    for index in 0..count {
        if !context.wants_next_page() {
            context.skip_page();
            continue;
        }
        match document.pages().get(index) {
            Ok(page) => page::read(&page, titles.get(&index), context)?,
            Err(error) => {
                failed = failed.saturating_add(1);
                let number = context.next_number();
                let detail = format!("page {} cannot be opened: {error}", index.saturating_add(1));
                context.omit_at("reading.page_damaged", detail, Some((number, number)));
                context.page(page::nothing())?;
            }
        }
    }
    if failed == count {
        return Err(ReadError::damaged("none of its pages can be opened"));
    }
    Ok(())
}

fn attachments(document: &PdfDocument<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    if context.wants_rest() {
        extras::attachments(document, context)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
