//! Names of subjects and issuers.

use crate::asn1::{Element, Malformed, Reader, SET};
use std::fmt;

/// Bytes of one value that are kept.
const LONGEST: usize = 200;

/// A distinguished name: attributes with their values.
#[derive(Debug, Clone, Default)]
pub struct Name {
    attributes: Vec<(String, String)>,
    whole: Vec<u8>,
}

impl Name {
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut attributes = Vec::new();
        for set in element.inside().all()? {
            if set.tag != SET {
                return Err(Malformed("a name that is none"));
            }
            for pair in set.inside().all()? {
                let mut pair: Reader<'_> = pair.inside();
                attributes.push((pair.oid()?, pair.next()?.text()));
            }
        }
        Ok(Self {
            attributes,
            whole: element.whole.to_vec(),
        })
    }

    /// The name in DER.
    pub(crate) fn der(&self) -> &[u8] {
        &self.whole
    }

    /// Whether two names mean the same: kinds of strings, capitals and spaces aside (RFC 5280, 7.1).
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.whole == other.whole
            || (self.attributes.len() == other.attributes.len()
                && !self.attributes.is_empty()
                && self
                    .attributes
                    .iter()
                    .zip(&other.attributes)
                    .all(|(one, two)| one.0 == two.0 && folded(&one.1) == folded(&two.1)))
    }
}

fn folded(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn short(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "email",
        _ => return None,
    })
}

impl fmt::Display for Name {
    /// The most particular attribute first, such as `CN=示例县档案馆, O=…, C=CN`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for (oid, value) in self.attributes.iter().rev() {
            let comma = if is_first { "" } else { ", " };
            is_first = false;
            // names come from outside: no control characters, no end
            let value: String = value
                .chars()
                .filter(|letter| !letter.is_control())
                .take(LONGEST)
                .collect();
            write!(out, "{comma}{}={value}", short(oid).unwrap_or(oid))?;
        }
        Ok(())
    }
}
