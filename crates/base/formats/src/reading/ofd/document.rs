//! One document of an OFD: its pages one after the other, then what lies beside them.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::markup::Node;
use super::super::package::{self, Package};
use super::geometry::{Matrix, parse_box};
use super::page::Content;
use super::picture::OfdPicture;
use super::tags::Wanted;
use super::{MISSING, Pictures, Seen, find, locate, text};
use lantai_domain::reading::{LineRole, PageBox, PageUnit, ReadLine, ReadPage, TextSource};
use std::collections::HashMap;

/// Fewer characters than this on a page that a picture covers are not its text.
const FEW: usize = 40;
/// Pages, templates and annotations of one document.
const MAX_REFERENCES: usize = 200_000;
/// Pages whose text may be kept for looking up what an annotation or a tag means.
const A4: PageBox = PageBox {
    x: 0.0,
    y: 0.0,
    width: 210.0,
    height: 297.0,
};

/// What the root of a document says.
#[derive(Debug, Default)]
pub(super) struct Document {
    name: String,
    size: Option<PageBox>,
    /// Identifier and place.
    pages: Vec<(String, String)>,
    templates: HashMap<String, String>,
    resources: Vec<String>,
    annotations: Option<String>,
    attachments: Option<String>,
    tags: Option<String>,
    /// Titles of the outline by identifier of the page.
    titles: HashMap<String, String>,
}

impl Document {
    /// Reads the root of a document.
    pub(super) fn read(
        package: &mut Package<'_>,
        name: &str,
        context: &mut Context<'_>,
    ) -> Result<Self, ReadError> {
        let mut document = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let (mut text, mut title) = (String::new(), None);
        let walked = package.walk(name, &mut |node| {
            match node {
                Node::Open(tag) => {
                    text.clear();
                    let place = || Some((tag.attribute("ID")?, tag.attribute("BaseLoc")?));
                    match tag.name() {
                        "Page" if document.pages.len() < MAX_REFERENCES => document.pages.extend(place()),
                        "TemplatePage" if document.templates.len() < MAX_REFERENCES => {
                            document.templates.extend(place());
                        }
                        "OutlineElem" => title = tag.attribute("Title"),
                        "Dest" => {
                            if let (Some(title), Some(page)) = (title.take(), tag.attribute("PageID")) {
                                document.titles.entry(page).or_insert(title);
                            }
                        }
                        _ => {}
                    }
                }
                Node::Text(part) => text.push_str(part),
                Node::Close(name) => {
                    let value = text.trim().to_owned();
                    text.clear();
                    if value.is_empty() {
                        return Ok(());
                    }
                    match name {
                        "PhysicalBox" => document.size = document.size.or_else(|| parse_box(&value)),
                        "PublicRes" | "DocumentRes" => document.resources.push(value),
                        "Annotations" => document.annotations = Some(value),
                        "Attachments" => document.attachments = Some(value),
                        "CustomTags" => document.tags = Some(value),
                        _ => {}
                    }
                }
            }
            Ok(())
        });
        match walked {
            Err(error @ ReadError::Damaged { .. }) if !document.pages.is_empty() => {
                context.omit(error.code(), error.to_string());
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        Ok(document)
    }

    /// Tells all pages and what lies beside them. `false`: it has no page.
    pub(super) fn tell(
        mut self,
        package: &mut Package<'_>,
        context: &mut Context<'_>,
    ) -> Result<bool, ReadError> {
        let mut pictures = Pictures::new();
        for resource in std::mem::take(&mut self.resources) {
            self.resources_of(package, &self.name, &resource, &mut pictures, context)?;
        }
        let mut wanted = Wanted::default();
        if let Some(list) = self.tags.take() {
            match find(package, &self.name, &list) {
                Some(list) => match Wanted::read(package, &list) {
                    Ok(tags) => wanted = tags,
                    Err(error) if error.ends_all() => return Err(error),
                    Err(error) => context.omit(error.code(), error.to_string()),
                },
                None => context.omit(MISSING, format!("{list:?} is missing")),
            }
        }
        let annotations = self.annotations_by_page(package, context)?;
        let pages = std::mem::take(&mut self.pages);
        let count = pages.len();
        for (id, place) in pages {
            if !context.wants_next_page() {
                context.skip_page();
                continue;
            }
            self.page(
                package,
                &id,
                &place,
                &pictures,
                &annotations,
                &mut wanted,
                context,
            )?;
        }
        for (name, value) in wanted.into_values() {
            context.told(&name, &value);
        }
        if context.wants_rest() {
            self.attachments(package, context)?;
        }
        Ok(count > 0)
    }

    /// Notes the pictures that a file of resources defines.
    fn resources_of(
        &self,
        package: &mut Package<'_>,
        base: &str,
        reference: &str,
        pictures: &mut Pictures,
        context: &mut Context<'_>,
    ) -> Result<(), ReadError> {
        let Some(name) = locate(package, base, reference, context) else {
            context.omit(MISSING, format!("{reference:?} is missing"));
            return Ok(());
        };
        let (mut folder, mut id, mut text, mut found) = (String::new(), None, String::new(), Vec::new());
        let walked = package.walk(&name, &mut |node| {
            match node {
                Node::Open(tag) => {
                    text.clear();
                    match tag.name() {
                        "Res" => folder = tag.attribute("BaseLoc").unwrap_or_default(),
                        "MultiMedia" => id = tag.attribute("ID"),
                        _ => {}
                    }
                }
                Node::Text(part) => text.push_str(part),
                Node::Close("MediaFile") if found.len() < MAX_REFERENCES => {
                    found.extend(id.clone().map(|id| (id, text.trim().to_owned())));
                }
                Node::Close(_) => {}
            }
            Ok(())
        });
        note(walked, context)?;
        for (id, file) in found {
            let within =
                package::resolve(&name, &format!("{folder}/{file}")).and_then(|path| package.find(&path));
            match within.or_else(|| find(package, &name, &file)) {
                Some(member) => {
                    pictures.insert(id, member);
                }
                None => context.omit(MISSING, format!("the picture {file:?} is missing")),
            }
        }
        Ok(())
    }

    /// Members with annotations, by identifier of the page.
    fn annotations_by_page(
        &mut self,
        package: &mut Package<'_>,
        context: &mut Context<'_>,
    ) -> Result<HashMap<String, String>, ReadError> {
        let mut found = HashMap::new();
        let Some(list) = self.annotations.take() else {
            return Ok(found);
        };
        let Some(list) = locate(package, &self.name, &list, context) else {
            context.omit(MISSING, format!("{list:?} is missing"));
            return Ok(found);
        };
        let (mut page, mut text, mut pairs) = (None, String::new(), Vec::new());
        let walked = package.walk(&list, &mut |node| {
            match node {
                Node::Open(tag) => {
                    text.clear();
                    if tag.name() == "Page" {
                        page = tag.attribute("PageID");
                    }
                }
                Node::Text(part) => text.push_str(part),
                Node::Close("FileLoc") if pairs.len() < MAX_REFERENCES => {
                    pairs.extend(page.clone().map(|page| (page, text.trim().to_owned())));
                }
                Node::Close(_) => {}
            }
            Ok(())
        });
        note(walked, context)?;
        for (page, place) in pairs {
            match find(package, &list, &place) {
                Some(member) => {
                    found.insert(page, member);
                }
                None => context.omit(MISSING, format!("{place:?} is missing")),
            }
        }
        Ok(found)
    }

    #[expect(clippy::too_many_arguments, reason = "what one page needs of its document")]
    fn page(
        &self,
        package: &mut Package<'_>,
        id: &str,
        place: &str,
        pictures: &Pictures,
        annotations: &HashMap<String, String>,
        wanted: &mut Wanted,
        context: &mut Context<'_>,
    ) -> Result<(), ReadError> {
        let number = context.next_number();
        let range = Some((number, number));
        let Some(name) = locate(package, &self.name, place, context) else {
            context.omit_at(MISSING, format!("the page {place:?} is missing"), range);
            return context.page(self.shaped(None, id, Vec::new()));
        };
        let mut content = Content::default();
        note(content.read(package, &name, Matrix::IDENTITY, wanted), context)?;
        let (mut lines, mut seen) = (Vec::new(), Seen::new());
        let mut placed = Vec::new();
        for template in &content.templates {
            let Some(place) = self
                .templates
                .get(template)
                .filter(|_| seen.insert(template.clone()))
            else {
                continue;
            };
            match locate(package, &self.name, place, context) {
                Some(name) => {
                    let mut under = Content::default();
                    note(under.read(package, &name, Matrix::IDENTITY, wanted), context)?;
                    lines.extend(text::lines(under.runs, LineRole::Body));
                    placed.extend(under.pictures);
                }
                None => context.omit_at(MISSING, format!("the template {place:?} is missing"), range),
            }
        }
        let mut own = pictures.clone();
        for resource in &content.resources {
            self.resources_of(package, &name, resource, &mut own, context)?;
        }
        lines.extend(text::lines(content.runs, LineRole::Body));
        placed.extend(content.pictures);
        if let Some(member) = annotations.get(id) {
            let mut above = Content::default();
            note(above.read(package, member, Matrix::IDENTITY, wanted), context)?;
            lines.extend(text::lines(above.runs, LineRole::Body));
        }
        let lost = placed
            .iter()
            .filter(|picture| !own.contains_key(&picture.resource))
            .count();
        if lost > 0 {
            context.omit_at(
                MISSING,
                format!("{lost} pictures of the page are not there"),
                range,
            );
        }
        let page = self.shaped(content.size, id, lines);
        placed.retain(|picture| own.contains_key(&picture.resource));
        let covered: f32 = placed.iter().map(|picture| share(&picture.place, &page)).sum();
        let letters = page
            .text
            .chars()
            .filter(|character| !character.is_whitespace())
            .count();
        let is_picture = (letters < FEW && covered >= 0.5) || (letters == 0 && covered >= 0.04);
        if !is_picture {
            return context.page(page);
        }
        let mut picture = OfdPicture {
            width: page.width,
            height: page.height,
            most: context.limits().picture_pixels,
            package,
            placed: &placed,
            pictures: &own,
        };
        context.picture_page(page, &mut picture)
    }

    fn shaped(&self, size: Option<PageBox>, id: &str, lines: Vec<ReadLine>) -> ReadPage {
        let size = size.or(self.size).unwrap_or(A4);
        let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let text = text.join("\n");
        ReadPage {
            source: if text.is_empty() {
                TextSource::None
            } else {
                TextSource::File
            },
            text,
            lines,
            width: size.width,
            height: size.height,
            unit: PageUnit::Millimetre,
            label: self.titles.get(id).cloned(),
            ..ReadPage::default()
        }
    }

    fn attachments(&mut self, package: &mut Package<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
        let Some(list) = self.attachments.take() else {
            return Ok(());
        };
        let Some(list) = locate(package, &self.name, &list, context) else {
            context.omit(MISSING, format!("{list:?} is missing"));
            return Ok(());
        };
        let (mut name, mut text, mut files) = (String::new(), String::new(), Vec::new());
        let walked = package.walk(&list, &mut |node| {
            match node {
                Node::Open(tag) => {
                    text.clear();
                    if tag.name() == "Attachment" {
                        name = tag.attribute("Name").unwrap_or_default();
                    }
                }
                Node::Text(part) => text.push_str(part),
                Node::Close("FileLoc") if files.len() < MAX_REFERENCES => {
                    files.push((name.clone(), text.trim().to_owned()));
                }
                Node::Close(_) => {}
            }
            Ok(())
        });
        note(walked, context)?;
        for (name, place) in files {
            let Some(member) = locate(package, &list, &place, context) else {
                context.omit(MISSING, format!("the attachment {place:?} is missing"));
                continue;
            };
            let file = member.rsplit('/').next().unwrap_or(&member);
            // the name that people gave says what it is, the file's says its format
            let name = match name.as_str() {
                "" => file.to_owned(),
                name if name == file || file.starts_with(name) => file.to_owned(),
                name => format!("{name} ({file})"),
            };
            match package.read(&member) {
                Ok(Some(bytes)) => context.part(&name, "", &bytes)?,
                Ok(None) => {}
                Err(error) if error.ends_all() => return Err(error),
                Err(error) => context.omit(error.code(), error.to_string()),
            }
        }
        Ok(())
    }
}

/// Takes a fault of a member as an omission; the document goes on.
fn note(walked: Result<bool, ReadError>, context: &mut Context<'_>) -> Result<(), ReadError> {
    match walked {
        Ok(_) => Ok(()),
        Err(error) if error.ends_all() => Err(error),
        Err(error) => {
            context.omit(error.code(), error.to_string());
            Ok(())
        }
    }
}

/// Share of a page that a box covers.
fn share(place: &PageBox, page: &ReadPage) -> f32 {
    let across = (place.x + place.width).min(page.width) - place.x.max(0.0);
    let down = (place.y + place.height).min(page.height) - place.y.max(0.0);
    across.max(0.0) * down.max(0.0) / (page.width * page.height).max(1.0)
}
