//! EPUB (W3C EPUB 3, IDPF OPF 2): the chapters of a book in the order of its spine.

use super::flow::Flow;
use super::html::{decode_markup, html_text};
use super::markup::Node;
use super::package::{Package, resolve};
use super::{Context, Input, ReadError};
use std::collections::HashMap;

/// Chapters and entries of the list of files.
const MAX_ITEMS: usize = 100_000;

/// The list of contents of a book.
#[derive(Debug, Default)]
struct Book {
    /// Members by their identifier, with their type.
    items: HashMap<String, (String, String)>,
    /// Identifiers in the order of reading.
    spine: Vec<String>,
    told: Vec<(&'static str, String)>,
}

/// Reads a book.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut package = Package::open(input, context.limits())?;
    let root = root_of(&mut package)?;
    let book = book(&mut package, &root)?;
    for (name, value) in &book.told {
        context.told(name, value);
    }
    context.text_step("", serde_json::Map::new());
    let mut read_any = false;
    for identifier in &book.spine {
        let Some((target, mime)) = book.items.get(identifier) else {
            continue;
        };
        if !matches!(
            mime.as_str(),
            "application/xhtml+xml" | "text/html" | "application/x-dtbook+xml" | ""
        ) {
            continue;
        }
        let member = resolve(&root, target).and_then(|name| package.find(&name));
        let bytes = match member.map(|member| package.read(&member)) {
            Some(Ok(Some(bytes))) => bytes,
            Some(Err(error)) if error.ends_all() => return Err(error),
            Some(Err(error)) => {
                context.omit(error.code(), format!("{target}: {error}"));
                continue;
            }
            _ => {
                context.omit("reading.damaged", format!("the chapter {target} is missing"));
                continue;
            }
        };
        read_any = true;
        let page = html_text(&decode_markup(&bytes, None));
        let mut flow = Flow::new(context);
        flow.set_label(&page.title)?;
        flow.lines(&page.lines)?;
        flow.end_page()?;
    }
    if read_any {
        Ok(())
    } else {
        Err(ReadError::damaged("the book has no chapters"))
    }
}

/// The member that lists the contents.
fn root_of(package: &mut Package<'_>) -> Result<String, ReadError> {
    let mut root = None;
    package.walk("META-INF/container.xml", &mut |node| {
        if let Node::Open(tag) = node
            && tag.name() == "rootfile"
        {
            root = root.take().or_else(|| tag.attribute("full-path"));
        }
        Ok(())
    })?;
    root.and_then(|root| package.find(&root))
        .ok_or_else(|| ReadError::damaged("the book does not say where its contents are listed"))
}

fn book(package: &mut Package<'_>, root: &str) -> Result<Book, ReadError> {
    let mut book = Book::default();
    let mut told: Option<(&'static str, String)> = None;
    package.walk(root, &mut |node| {
        match node {
            Node::Open(tag) => match tag.name() {
                "item" if book.items.len() < MAX_ITEMS => {
                    let identifier = tag.attribute("id").unwrap_or_default();
                    let target = percent_decoded(&tag.attribute("href").unwrap_or_default());
                    let mime = tag.attribute("media-type").unwrap_or_default();
                    book.items.insert(identifier, (target, mime));
                }
                "itemref" if book.spine.len() < MAX_ITEMS => {
                    book.spine.extend(tag.attribute("idref"));
                }
                name => told = told_name(name).map(|name| (name, String::new())),
            },
            Node::Text(text) => {
                if let Some((_, value)) = &mut told {
                    value.push_str(text);
                }
            }
            Node::Close(_) => book.told.extend(told.take()),
        }
        Ok(())
    })?;
    Ok(book)
}

fn told_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "title" => "title",
        "creator" => "author",
        "publisher" => "publisher",
        "date" => "date",
        "language" => "language",
        "identifier" => "identifier",
        "subject" => "keywords",
        "description" => "description",
        _ => return None,
    })
}

/// The name of a member from an address: without its fragment, `%20` as a blank.
fn percent_decoded(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value.filter(|_| *first == b'%') {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_names_of_members() {
        assert_eq!(percent_decoded("a%20b/%E5%9D%9D.xhtml#x"), "a b/坝.xhtml");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%FF"), "%FF");
    }
}
