//! Which element a column heading means, by `rules/catalogue-columns.toml`.

use std::collections::HashMap;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

const BUILTIN_RULES: &str = include_str!("../../../../../rules/catalogue-columns.toml");

/// Element that identifies the entry; a catalogue without it is none.
pub const ARCHIVAL_CODE: &str = "archival_code";

/// Why the rules for headings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ColumnRulesError {
    /// Not TOML, or a key of the wrong kind.
    #[error("the rules for catalogue headings cannot be read")]
    Syntax(#[source] toml::de::Error),
    /// One heading for two elements.
    #[error("the heading {heading} stands for {first} and for {second}")]
    Ambiguous {
        /// The heading.
        heading: String,
        /// Element that has it.
        first: String,
        /// Element that claims it too.
        second: String,
    },
}

impl ColumnRulesError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "catalogue.rules_syntax",
            Self::Ambiguous { .. } => "catalogue.rules_ambiguous",
        }
    }
}

/// One element that a catalogue may have a column for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementRule {
    /// Identifier, such as `archival_code`.
    pub id: String,
    /// Number in DA/T 46-2009, such as `M8`.
    pub number: Option<String>,
    /// Headings; the first is written on export.
    pub headings: Vec<String>,
}

/// The headings that are known.
#[derive(Debug, Clone)]
pub struct ColumnRules {
    version: String,
    elements: Vec<ElementRule>,
    by_heading: HashMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    version: String,
    element: Vec<ElementRule>,
}

impl ColumnRules {
    /// The rules that ship with the program.
    pub fn builtin() -> Result<Self, ColumnRulesError> {
        Self::from_toml(BUILTIN_RULES)
    }

    /// Rules from a file in the form of `rules/catalogue-columns.toml`.
    pub fn from_toml(text: &str) -> Result<Self, ColumnRulesError> {
        let file: RuleFile = toml::from_str(text).map_err(ColumnRulesError::Syntax)?;
        let mut by_heading: HashMap<String, usize> = HashMap::new();
        for (index, element) in file.element.iter().enumerate() {
            // The identifier is a heading too, so that what we export can be read again.
            for heading in element.headings.iter().chain([&element.id]) {
                match by_heading.insert(normalise_heading(heading), index) {
                    Some(first) if first != index => {
                        return Err(ColumnRulesError::Ambiguous {
                            heading: heading.clone(),
                            first: file
                                .element
                                .get(first)
                                .map(|it| it.id.clone())
                                .unwrap_or_default(),
                            second: element.id.clone(),
                        });
                    }
                    _ => {}
                }
            }
        }
        Ok(Self {
            version: file.version,
            elements: file.element,
            by_heading,
        })
    }

    /// Version of the rules.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All elements in the order of the rules.
    pub fn elements(&self) -> &[ElementRule] {
        &self.elements
    }

    /// The element that a heading means.
    pub fn element_of(&self, heading: &str) -> Option<&str> {
        let normalised = normalise_heading(heading);
        let index = self.by_heading.get(&normalised).or_else(|| {
            // 档号（必填）: what stands in brackets is a note of whoever made the form.
            let (before, _) = normalised.split_once(['(', '[', '【'])?;
            self.by_heading.get(before)
        })?;
        self.elements.get(*index).map(|element| element.id.as_str())
    }
}

fn normalise_heading(heading: &str) -> String {
    heading
        .nfkc()
        .filter(|letter| {
            !letter.is_whitespace() && !matches!(letter, '*' | ':' | '_' | '-' | '.' | '\u{feff}')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_in_every_spelling() {
        let rules = ColumnRules::builtin().unwrap();
        for heading in [
            "档号",
            " 档 号 ",
            "档号（必填）",
            "档号*",
            "ARCHIVAL CODE",
            "archival_code",
            "\u{feff}档号",
        ] {
            assert_eq!(rules.element_of(heading), Some(ARCHIVAL_CODE), "{heading}");
        }
        assert_eq!(rules.element_of("文号"), Some("document_number"));
        assert_eq!(rules.element_of("ＳＨＡ－２５６"), Some("digest_sha256"));
        assert_eq!(
            rules.element_of("机构（问题）"),
            Some("organizational_structure_or_function")
        );
        assert_eq!(rules.element_of("合成字段"), None);
    }

    #[test]
    fn a_heading_cannot_stand_for_two_elements() {
        let rules = "version = \"1\"\n[[element]]\nid = \"a\"\nheadings = [\"题名\"]\n\
                     [[element]]\nid = \"b\"\nheadings = [\"题 名\"]\n";
        assert_eq!(
            ColumnRules::from_toml(rules).unwrap_err().code(),
            "catalogue.rules_ambiguous"
        );
    }
}
