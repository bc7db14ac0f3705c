//! Which prefix means which namespace, where (Namespaces in XML 1.0).

use std::sync::Arc;

/// The namespace of the prefix `xml`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of the prefix `xmlns`.
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The bindings in force.
pub(super) struct Namespaces {
    bindings: Vec<(String, Option<Arc<str>>)>,
    xml: Arc<str>,
}

impl Namespaces {
    pub fn new() -> Self {
        Self {
            bindings: Vec::new(),
            xml: Arc::from(XML),
        }
    }

    /// How many bindings there are, to come back to when the element ends.
    pub fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets what was bound since.
    pub fn release(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// Binds a prefix; the empty one is the default. Gives the namespace, or says what is wrong.
    pub fn bind(&mut self, prefix: &str, namespace: &str) -> Result<Arc<str>, &'static str> {
        if (prefix == "xml") != (namespace == XML) || prefix == "xmlns" || namespace == XMLNS {
            return Err("the prefixes xml and xmlns cannot be bound anew");
        }
        if namespace.is_empty() && !prefix.is_empty() {
            return Err("a prefix is bound to no namespace");
        }
        let known = self.bindings.iter().rev().filter_map(|(_, known)| known.as_ref());
        let shared = known
            .take(8)
            .find(|known| known.as_ref() == namespace)
            .cloned()
            .unwrap_or_else(|| Arc::from(namespace));
        let bound = (!namespace.is_empty()).then(|| shared.clone());
        self.bindings.push((prefix.to_owned(), bound));
        Ok(shared)
    }

    /// The namespace of a prefix; for the empty one `None` where there is no default.
    pub fn resolve(&self, prefix: &str) -> Result<Option<Arc<str>>, String> {
        if prefix == "xml" {
            return Ok(Some(self.xml.clone()));
        }
        let bound = self.bindings.iter().rev().find(|(known, _)| known == prefix);
        match bound {
            Some((_, namespace)) => Ok(namespace.clone()),
            None if prefix.is_empty() => Ok(None),
            None => Err(format!("the prefix {prefix} is bound to no namespace")),
        }
    }
}
