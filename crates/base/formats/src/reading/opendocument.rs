//! OpenDocument (ISO/IEC 26300) and the format of OpenOffice before it: texts, presentations, drawings, and tables kept
//! as one XML file.

mod content;

use super::flow::Flow;
use super::markup::{self, Node};
use super::package::Package;
use super::{Context, Input, ReadError};
use content::Content;
use std::io::Cursor;

/// Bytes of a document kept as one XML file.
const FLAT_BYTES: u64 = 256 << 20;

/// Reads a document.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let depth = context.limits().xml_depth;
    let mut content = Content::default();
    if !input.head(2)?.starts_with(b"PK") {
        let bytes = input.whole(FLAT_BYTES.min(context.limits().document_bytes))?;
        let text = super::html::decode_markup(&bytes, None);
        let result = markup::walk(Cursor::new(text.as_bytes()), depth, &mut |node| {
            content.take(node);
            Ok(())
        });
        return tell(content, result, context);
    }
    let mut package = Package::open(input, context.limits())?;
    if is_encrypted(&mut package)? {
        return Err(ReadError::Encrypted);
    }
    for member in ["meta.xml", "styles.xml"] {
        let walked = package.walk(member, &mut |node| {
            content.take(node);
            Ok(())
        });
        match walked {
            Err(error) if error.ends_all() => return Err(error),
            Err(error) => context.omit(error.code(), format!("{member}: {error}")),
            Ok(_) => {}
        }
    }
    let result = package.walk("content.xml", &mut |node| {
        content.take(node);
        Ok(())
    });
    let result = result.and_then(|is_there| {
        if is_there {
            Ok(())
        } else {
            Err(ReadError::damaged("there is no member content.xml"))
        }
    });
    tell(content, result, context)
}

/// Tells what was read, also where the document breaks off.
fn tell(content: Content, result: Result<(), ReadError>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let content = content.finish();
    match result {
        Err(error) if error.ends_all() || content.pages.is_empty() => return Err(error),
        Err(error) => context.omit(error.code(), error.to_string()),
        Ok(()) => {}
    }
    for (name, value) in &content.told {
        context.told(name, value);
    }
    context.text_step("", serde_json::Map::new());
    let mut flow = Flow::new(context);
    for page in &content.pages {
        flow.set_label(&page.label)?;
        flow.lines(&page.lines)?;
        flow.end_page_even_if_empty()?;
    }
    Ok(())
}

fn is_encrypted(package: &mut Package<'_>) -> Result<bool, ReadError> {
    let mut is_encrypted = false;
    let walked = package.walk("META-INF/manifest.xml", &mut |node| {
        if let Node::Open(tag) = node {
            is_encrypted |= tag.name() == "encryption-data";
        }
        Ok(())
    });
    match walked {
        Err(error) if error.ends_all() => Err(error),
        // a document without a sound manifest can still be read
        _ => Ok(is_encrypted),
    }
}
