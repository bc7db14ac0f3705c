//! The exact bytes that a signature was made over: canonical forms of a part of the document, as a stream.

use crate::safe_xml::{SafeReader, StartTag, XmlAttribute, XmlEvent, XmlFault, XmlLimits};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

/// A part of the document that can be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignedPart {
    /// The 被签名对象 with this place among all of them, in the order of their start tags, from 0.
    Object(usize),
    /// The 电子签名 with this place among all of them, from 0: what a lock covers.
    Signature(usize),
}

impl SignedPart {
    fn name(self) -> &'static str {
        match self {
            Self::Object(_) => "被签名对象",
            Self::Signature(_) => "电子签名",
        }
    }

    fn place(self) -> usize {
        match self {
            Self::Object(place) | Self::Signature(place) => place,
        }
    }
}

/// How a part is written before it is signed; 签名规则 says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CanonicalForm {
    /// Canonical XML 1.0, without comments.
    Inclusive,
    /// Exclusive XML Canonicalization 1.0, without comments.
    Exclusive,
    /// Only the texts in the order of the document, each 编码数据 preceded by its identifiers.
    Texts,
}

impl CanonicalForm {
    /// All forms, the one that is most likely first.
    pub const ALL: [Self; 3] = [Self::Exclusive, Self::Inclusive, Self::Texts];

    /// The form that a rule names; `None` where it does not say.
    pub fn of_rule(rule: &str) -> Option<Self> {
        let rule = rule.to_lowercase();
        if rule.contains("exclusive") || rule.contains("exc-c14n") || rule.contains("排他") {
            return Some(Self::Exclusive);
        }
        let is_canonical = ["canonical", "c14n", "规范化"]
            .iter()
            .any(|word| rule.contains(word));
        is_canonical.then_some(Self::Inclusive)
    }
}

/// Writes the canonical form of a part of a package. Says whether the part is there.
pub fn write_canonical(
    path: &Path,
    part: SignedPart,
    form: CanonicalForm,
    sink: &mut dyn Write,
) -> Result<bool, XmlFault> {
    let file = File::open(path).map_err(XmlFault::Io)?;
    let limits = XmlLimits {
        depth: 512,
        ..XmlLimits::STREAM
    };
    let mut reader = SafeReader::new(BufReader::new(file), limits)?;
    let mut writer = Canonical {
        form,
        scopes: Vec::new(),
        open: 0,
        sink,
    };
    let (mut seen, mut is_found) = (0, false);
    while let Some(event) = reader.next_event()? {
        match event {
            XmlEvent::Start(tag) => {
                let is_part = tag.name.local == part.name();
                let begins = writer.open == 0 && !is_found && is_part && seen == part.place();
                seen += usize::from(is_part);
                is_found |= begins;
                writer.enter(tag, begins).map_err(XmlFault::Io)?;
            }
            XmlEvent::Text(text) => writer.text(text).map_err(XmlFault::Io)?,
            XmlEvent::End(name) => {
                let prefix = name.prefix.clone();
                let name = name.local.clone();
                writer.leave(&prefix, &name).map_err(XmlFault::Io)?;
            }
            XmlEvent::Instruction { target, data } => {
                writer.instruction(target, data).map_err(XmlFault::Io)?
            }
        }
    }
    Ok(is_found)
}

/// What an element declares, and what was already written for it.
struct Scope {
    declared: BTreeMap<String, String>,
    rendered: BTreeMap<String, String>,
    kept: Vec<XmlAttribute>,
}

struct Canonical<'a> {
    form: CanonicalForm,
    scopes: Vec<Scope>,
    /// Elements of the part that are open.
    open: usize,
    sink: &'a mut dyn Write,
}

impl Canonical<'_> {
    fn enter(&mut self, tag: &StartTag, begins: bool) -> io::Result<()> {
        let declared = tag
            .declarations
            .iter()
            .map(|declaration| (declaration.prefix.clone(), declaration.namespace.to_string()));
        let kept = tag
            .attributes
            .iter()
            .filter(|attribute| attribute.prefix == "xml")
            .cloned();
        self.scopes.push(Scope {
            declared: declared.collect(),
            rendered: BTreeMap::new(),
            kept: kept.collect(),
        });
        if self.open == 0 && !begins {
            return Ok(());
        }
        self.open += 1;
        if self.form == CanonicalForm::Texts {
            for name in ["编码数据ID", "引用编码数据ID"] {
                if let Some(value) = tag.attribute(name) {
                    self.sink.write_all(value.as_bytes())?;
                }
            }
            return Ok(());
        }
        self.write_start(tag, begins)
    }

    fn write_start(&mut self, tag: &StartTag, begins: bool) -> io::Result<()> {
        write!(self.sink, "<{}", qualified(&tag.name.prefix, &tag.name.local))?;
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        if self.form == CanonicalForm::Inclusive {
            wanted = self.in_scope();
        } else {
            let used = tag.attributes.iter().map(|attribute| attribute.prefix.as_str());
            let used = used.filter(|prefix| !prefix.is_empty());
            for prefix in used
                .chain([tag.name.prefix.as_str()])
                .filter(|prefix| *prefix != "xml")
            {
                wanted.insert(prefix.to_owned(), self.resolve(prefix));
            }
        }
        for (prefix, namespace) in &wanted {
            let before = self.rendered(prefix);
            // no default namespace needs no word, unless there was one
            if before.as_deref().unwrap_or_default() == namespace
                && (before.is_some() || namespace.is_empty())
            {
                continue;
            }
            let name = if prefix.is_empty() {
                "xmlns".to_owned()
            } else {
                format!("xmlns:{prefix}")
            };
            write!(self.sink, " {name}=\"{}\"", attribute_text(namespace))?;
            if let Some(scope) = self.scopes.last_mut() {
                scope.rendered.insert(prefix.clone(), namespace.clone());
            }
        }
        let mut attributes = tag.attributes.clone();
        if begins && self.form == CanonicalForm::Inclusive {
            // attributes of the namespace xml are inherited by the part
            for kept in self.scopes.iter().rev().skip(1).flat_map(|scope| &scope.kept) {
                let is_known = attributes
                    .iter()
                    .any(|known| known.prefix == "xml" && known.name == kept.name);
                if !is_known {
                    attributes.push(kept.clone());
                }
            }
        }
        attributes.sort_by(|one, other| {
            let key = |attribute: &XmlAttribute| {
                (
                    attribute.namespace.clone().unwrap_or_default(),
                    attribute.name.clone(),
                )
            };
            key(one).cmp(&key(other))
        });
        for attribute in &attributes {
            let name = qualified(&attribute.prefix, &attribute.name);
            write!(self.sink, " {name}=\"{}\"", attribute_text(&attribute.value))?;
        }
        self.sink.write_all(b">")
    }

    fn in_scope(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for scope in &self.scopes {
            all.extend(scope.declared.clone());
        }
        all.remove("xml");
        all
    }

    fn resolve(&self, prefix: &str) -> String {
        let found = self
            .scopes
            .iter()
            .rev()
            .find_map(|scope| scope.declared.get(prefix));
        found.cloned().unwrap_or_default()
    }

    fn rendered(&self, prefix: &str) -> Option<String> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.rendered.get(prefix))
            .cloned()
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if self.open == 0 {
            return Ok(());
        }
        if self.form == CanonicalForm::Texts || !text.contains(['&', '<', '>', '\r']) {
            return self.sink.write_all(text.as_bytes());
        }
        let escaped = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\r', "&#xD;");
        self.sink.write_all(escaped.as_bytes())
    }

    fn leave(&mut self, prefix: &str, name: &str) -> io::Result<()> {
        self.scopes.pop();
        if self.open == 0 {
            return Ok(());
        }
        self.open -= 1;
        if self.form == CanonicalForm::Texts {
            return Ok(());
        }
        write!(self.sink, "</{}>", qualified(prefix, name))
    }

    fn instruction(&mut self, target: &str, data: &str) -> io::Result<()> {
        if self.open == 0 || self.form == CanonicalForm::Texts {
            return Ok(());
        }
        let space = if data.is_empty() { "" } else { " " };
        write!(self.sink, "<?{target}{space}{data}?>")
    }
}

fn qualified(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}:{name}")
    }
}

fn attribute_text(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\t', "&#x9;")
        .replace('\n', "&#xA;")
        .replace('\r', "&#xD;")
}
