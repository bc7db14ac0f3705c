//! The rules of formats as they are written down: one shape for the rule files and for what PRONOM publishes.

use serde::Deserialize;

use super::registry::{FormatKind, LongTerm};

/// A rule file: formats and how they are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    /// Version of the rules.
    pub(crate) version: String,
    /// The formats, in the order of the file.
    pub(crate) format: Vec<RuleFormat>,
}

/// One format of a rule file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFormat {
    pub(crate) puid: String,
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) mime: Option<String>,
    #[serde(default)]
    pub(crate) extensions: Vec<String>,
    pub(crate) kind: Option<FormatKind>,
    pub(crate) filing: Option<bool>,
    pub(crate) long_term: Option<LongTerm>,
    #[serde(default)]
    pub(crate) over: Vec<String>,
    #[serde(default)]
    pub(crate) under: Vec<String>,
    #[serde(default)]
    pub(crate) signatures: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) container: Vec<RuleContainer>,
}

/// The kind of container that members are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ContainerType {
    /// A ZIP file.
    Zip,
    /// A compound file of the older office programs.
    Ole2,
}

/// Members that a container of a format has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleContainer {
    #[serde(rename = "type")]
    pub(crate) container: ContainerType,
    pub(crate) members: Vec<RuleMember>,
}

/// One member, and what its content must match.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleMember {
    pub(crate) path: String,
    #[serde(default, rename = "match")]
    pub(crate) patterns: Vec<String>,
}
