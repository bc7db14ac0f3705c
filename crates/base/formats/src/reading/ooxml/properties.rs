//! What an office document says of itself: core, extended and custom properties.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::markup::Node;
use super::super::package::Package;
use super::note;

/// Bytes of one value.
const MAX_VALUE: usize = 16 * 1024;

/// Tells the properties of a package.
pub(in super::super) fn tell(package: &mut Package<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let core = |name: &str| match name {
        "title" => Some("title"),
        "creator" => Some("author"),
        "subject" => Some("subject"),
        "keywords" => Some("keywords"),
        "description" => Some("summary"),
        "category" => Some("category"),
        "lastModifiedBy" => Some("modified_by"),
        "created" => Some("created"),
        "modified" => Some("modified"),
        _ => None,
    };
    let extended = |name: &str| match name {
        "Application" => Some("program"),
        "Company" => Some("organisation"),
        "Manager" => Some("manager"),
        _ => None,
    };
    let relations = package.relations("")?;
    let part = |kind: &str, usual: &str| {
        let named = relations.iter().find(|relation| relation.kind == kind);
        named
            .and_then(|relation| relation.target.clone())
            .unwrap_or_else(|| usual.to_owned())
    };
    tell_part(
        package,
        &part("core-properties", "docProps/core.xml"),
        &core,
        context,
    )?;
    tell_part(
        package,
        &part("extended-properties", "docProps/app.xml"),
        &extended,
        context,
    )?;
    tell_custom(
        package,
        &part("custom-properties", "docProps/custom.xml"),
        context,
    )
}

fn tell_part(
    package: &mut Package<'_>,
    part: &str,
    known: &dyn Fn(&str) -> Option<&'static str>,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let (mut text, mut told) = (String::new(), Vec::new());
    let walked = package.walk(part, &mut |node| {
        match node {
            Node::Open(_) => text.clear(),
            Node::Text(part) if text.len() < MAX_VALUE => text.push_str(part),
            Node::Text(_) => {}
            Node::Close(name) => {
                if let Some(name) = known(name) {
                    told.push((name, std::mem::take(&mut text)));
                }
            }
        }
        Ok(())
    });
    note(walked, context)?;
    for (name, value) in told {
        context.told(name, &value);
    }
    Ok(())
}

fn tell_custom(package: &mut Package<'_>, part: &str, context: &mut Context<'_>) -> Result<(), ReadError> {
    let (mut name, mut text, mut told) = (None, String::new(), Vec::new());
    let walked = package.walk(part, &mut |node| {
        match node {
            Node::Open(tag) if tag.name() == "property" => {
                name = tag.attribute("name");
                text.clear();
            }
            Node::Open(_) => {}
            Node::Text(part) if text.len() < MAX_VALUE => text.push_str(part),
            Node::Text(_) => {}
            Node::Close("property") => {
                // programs keep their own state there
                let name = name
                    .take()
                    .filter(|name| !name.starts_with('_') && told.len() < 100);
                told.extend(name.map(|name| (name, std::mem::take(&mut text))));
            }
            Node::Close(_) => {}
        }
        Ok(())
    });
    note(walked, context)?;
    for (name, value) in told {
        context.told(&name, &value);
    }
    Ok(())
}
