//! The content of a page, a template or an annotation.

use super::super::error::ReadError;
use super::super::markup::{Node, Tag};
use super::super::package::Package;
use super::geometry::{Matrix, numbers, parse_box, parse_deltas};
use super::tags::Wanted;
use super::text::{Run, Style};
use lantai_domain::reading::PageBox;

/// Objects of one page that are kept.
const MAX_OBJECTS: usize = 200_000;
/// Characters of one piece of text.
const MAX_TEXT: usize = 200_000;

/// A picture on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    /// Identifier of its resource.
    pub(super) resource: String,
    /// From the unit square to the page.
    pub(super) matrix: Matrix,
    /// The box around it.
    pub(super) place: PageBox,
}

/// What a page draws.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) runs: Vec<Run>,
    pub(super) pictures: Vec<Placed>,
    pub(super) paths: usize,
    /// Templates that lie under it.
    pub(super) templates: Vec<String>,
    /// Its own files of resources.
    pub(super) resources: Vec<String>,
    /// Its own size.
    pub(super) size: Option<PageBox>,
}

/// An object that is open.
#[derive(Debug)]
struct Object {
    kind: Kind,
    matrix: Matrix,
    size: f32,
    across: f32,
    id: Option<String>,
    x: f32,
    y: f32,
    right: Vec<f32>,
    down: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Other,
}

impl Content {
    /// Reads a member into this content; `shift` moves all of it. `false`: the member is missing.
    pub(super) fn read(
        &mut self,
        package: &mut Package<'_>,
        name: &str,
        shift: Matrix,
        wanted: &mut Wanted,
    ) -> Result<bool, ReadError> {
        let mut reader = Reader {
            content: self,
            wanted,
            shifts: vec![shift],
            objects: Vec::new(),
            text: String::new(),
            collects: None,
        };
        package.walk(name, &mut |node| {
            reader.take(node);
            Ok(())
        })
    }
}

struct Reader<'a> {
    content: &'a mut Content,
    wanted: &'a mut Wanted,
    /// Of appearances and of the page itself.
    shifts: Vec<Matrix>,
    objects: Vec<Object>,
    text: String,
    /// The element whose text is gathered.
    collects: Option<&'static str>,
}

impl Reader<'_> {
    fn take(&mut self, node: Node<'_>) {
        match node {
            Node::Open(tag) => self.open(tag),
            Node::Text(part) => {
                if self.collects.is_some() && self.text.len() < MAX_TEXT {
                    self.text.push_str(part);
                }
            }
            Node::Close(name) => self.close(name),
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "Template" => self.content.templates.extend(tag.attribute("TemplateID")),
            "PageRes" => self.collect("PageRes"),
            "PhysicalBox" => self.collect("PhysicalBox"),
            "Appearance" => {
                let place = tag.attribute("Boundary").and_then(|written| parse_box(&written));
                let place = place.unwrap_or_default();
                let shift = Matrix::shift(place.x, place.y).then(self.shift());
                self.shifts.push(shift);
            }
            "TextObject" => {
                let object = self.object(tag, Kind::Text);
                self.objects.push(object);
            }
            "ImageObject" => {
                let object = self.object(tag, Kind::Other);
                let resource = tag.attribute("ResourceID").unwrap_or_default();
                if self.content.pictures.len() < MAX_OBJECTS {
                    self.content.pictures.push(Placed {
                        resource,
                        matrix: object.matrix,
                        place: object.matrix.around(0.0, 0.0, 1.0, 1.0),
                    });
                }
                self.objects.push(object);
            }
            "PathObject" | "CompositeObject" => {
                self.content.paths += 1;
                let object = self.object(tag, Kind::Other);
                self.objects.push(object);
            }
            "TextCode" => {
                if let Some(object) = self.objects.last_mut() {
                    let number = |name| {
                        let written = tag.attribute(name)?;
                        numbers(&written).first().copied()
                    };
                    object.x = number("X").unwrap_or(object.x);
                    object.y = number("Y").unwrap_or(object.y);
                    let deltas = |name| parse_deltas(&tag.attribute(name).unwrap_or_default(), MAX_TEXT);
                    object.right = deltas("DeltaX");
                    object.down = deltas("DeltaY");
                }
                self.collect("TextCode");
            }
            _ => {}
        }
    }

    fn collect(&mut self, name: &'static str) {
        self.text.clear();
        self.collects = Some(name);
    }

    fn shift(&self) -> Matrix {
        self.shifts.last().copied().unwrap_or(Matrix::IDENTITY)
    }

    fn object(&self, tag: &Tag<'_>, kind: Kind) -> Object {
        let place = tag.attribute("Boundary").and_then(|written| parse_box(&written));
        let place = place.unwrap_or_default();
        let own = tag.attribute("CTM").and_then(|written| Matrix::parse(&written));
        let number = |name| {
            let written = tag.attribute(name)?;
            numbers(&written).first().copied()
        };
        Object {
            kind,
            matrix: own
                .unwrap_or(Matrix::IDENTITY)
                .then(Matrix::shift(place.x, place.y))
                .then(self.shift()),
            size: number("Size").unwrap_or(3.5),
            across: number("HScale").unwrap_or(1.0),
            id: tag.attribute("ID"),
            x: 0.0,
            y: 0.0,
            right: Vec::new(),
            down: Vec::new(),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "TextObject" | "ImageObject" | "PathObject" | "CompositeObject" => {
                self.objects.pop();
            }
            "Appearance" => {
                self.shifts.pop();
            }
            _ if self.collects.is_some_and(|open| open == name) => self.collected(name),
            _ => {}
        }
    }

    fn collected(&mut self, name: &str) {
        self.collects = None;
        let text = std::mem::take(&mut self.text);
        match name {
            "PageRes" => self.content.resources.push(text.trim().to_owned()),
            "PhysicalBox" => self.content.size = self.content.size.or_else(|| parse_box(&text)),
            _ => {
                let Some(object) = self.objects.last().filter(|object| object.kind == Kind::Text) else {
                    return;
                };
                let text: String = text.chars().filter(|character| !character.is_control()).collect();
                if let Some(id) = &object.id {
                    self.wanted.found(id, &text);
                }
                if self.content.runs.len() < MAX_OBJECTS {
                    let style = Style {
                        matrix: object.matrix,
                        size: object.size,
                        across: object.across,
                    };
                    let run = Run::new(&text, style, object.x, object.y, &object.right, &object.down);
                    self.content.runs.push(run);
                }
            }
        }
    }
}
