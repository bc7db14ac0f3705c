//! Custom tags (clause 16): fields of invoices and the like, which point to the objects that show their values.

use super::super::error::ReadError;
use super::super::markup::Node;
use super::super::package::Package;
use super::find;
use std::collections::HashMap;

/// Fields that are told.
const MAX_FIELDS: usize = 500;

/// Objects of pages whose text is wanted, because a tag points to them.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Field by identifier of the object; several objects may show one field.
    fields: HashMap<String, usize>,
    /// Name and value of each field.
    values: Vec<(String, String)>,
}

impl Wanted {
    /// Reads the tags of a document; `list` is the member that lists them.
    pub(super) fn read(package: &mut Package<'_>, list: &str) -> Result<Self, ReadError> {
        let mut wanted = Self::default();
        let (mut places, mut text) = (Vec::new(), String::new());
        package.walk(list, &mut |node| {
            match node {
                Node::Open(_) => text.clear(),
                Node::Text(part) => text.push_str(part),
                Node::Close("FileLoc") => places.push(text.trim().to_owned()),
                Node::Close(_) => {}
            }
            Ok(())
        })?;
        for place in places.iter().take(100) {
            if let Some(name) = find(package, list, place) {
                wanted.read_tags(package, &name)?;
            }
        }
        Ok(wanted)
    }

    fn read_tags(&mut self, package: &mut Package<'_>, name: &str) -> Result<(), ReadError> {
        let (mut open, mut text): (Vec<String>, String) = (Vec::new(), String::new());
        package.walk(name, &mut |node| {
            match node {
                Node::Open(tag) => {
                    text.clear();
                    open.push(tag.name().to_owned());
                }
                Node::Text(part) => text.push_str(part),
                Node::Close(name) => {
                    open.pop();
                    if name == "ObjectRef"
                        && let Some(field) = open.last()
                        && self.values.len() < MAX_FIELDS
                    {
                        let at = match self.values.iter().position(|(known, _)| known == field) {
                            Some(at) => at,
                            None => {
                                self.values.push((field.clone(), String::new()));
                                self.values.len() - 1
                            }
                        };
                        self.fields.insert(text.trim().to_owned(), at);
                    }
                    text.clear();
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The text of an object.
    pub(super) fn found(&mut self, id: &str, text: &str) {
        let field = self.fields.get(id).and_then(|at| self.values.get_mut(*at));
        if let Some((_, value)) = field {
            value.push_str(text);
        }
    }

    /// Names and values.
    pub(super) fn into_values(self) -> Vec<(String, String)> {
        self.values
    }
}
