//! The rules of attaching: `rules/attach.toml`.

use serde::{Deserialize, Serialize};

/// How a file may say to which record it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachRule {
    /// A list in the package names it.
    Manifest,
    /// The archival code is the file's name, with a page number behind it or without.
    CodeInName,
    /// The archival code stands somewhere in the file's name.
    CodeInside,
    /// A folder that it lies in has the archival code as its name.
    CodeInFolder,
}

impl AttachRule {
    /// Identifier used in rules and interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::CodeInName => "code_in_name",
            Self::CodeInside => "code_inside",
            Self::CodeInFolder => "code_in_folder",
        }
    }
}

/// Why the rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the rules of attaching cannot be read")]
pub struct AttachRulesError(#[source] toml::de::Error);

impl AttachRulesError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        "intake.attach_rules"
    }
}

/// The rules of attaching.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachRules {
    version: String,
    order: Vec<AttachRule>,
    manifests: Vec<String>,
    dots: String,
    hyphens: String,
    page_digits: usize,
}

impl AttachRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, AttachRulesError> {
        Self::parse(include_str!("../../../../../rules/attach.toml"))
    }

    /// Reads rules.
    pub fn parse(text: &str) -> Result<Self, AttachRulesError> {
        toml::from_str(text).map_err(AttachRulesError)
    }

    /// Version of these rules.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The rules in the order in which they are asked.
    pub fn order(&self) -> &[AttachRule] {
        &self.order
    }

    /// Names that a package's own list may have.
    pub fn manifests(&self) -> &[String] {
        &self.manifests
    }

    /// Written instead of a code's middle dot.
    pub fn dots(&self) -> &str {
        &self.dots
    }

    /// Written instead of a code's hyphen.
    pub fn hyphens(&self) -> &str {
        &self.hyphens
    }

    /// Most digits of a page number.
    pub fn page_digits(&self) -> usize {
        self.page_digits
    }
}
