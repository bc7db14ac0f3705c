//! The rules of formats as they are written down: one shape for the rule files and for what PRONOM publishes.

use std::fmt::Write as _;

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

impl RuleFile {
    /// The file as TOML that reads back to the same rules.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = format!("version = {}\n", quoted(&self.version));
        for format in &self.format {
            format.write(&mut text);
        }
        text
    }
}

impl RuleFormat {
    fn write(&self, text: &mut String) {
        let mut line = |key: &str, value: String| {
            // writing into a string cannot fail
            let _ = writeln!(text, "{key} = {value}");
        };
        line("\n[[format]]\npuid", quoted(&self.puid));
        line("name", quoted(&self.name));
        for (key, value) in [("version", &self.version), ("mime", &self.mime)] {
            if let Some(value) = value {
                line(key, quoted(value));
            }
        }
        if !self.extensions.is_empty() {
            line("extensions", list(&self.extensions));
        }
        if !self.over.is_empty() {
            line("over", list(&self.over));
        }
        if !self.signatures.is_empty() {
            let rows: String = self
                .signatures
                .iter()
                .map(|row| format!("    {},\n", list(row)))
                .collect();
            line("signatures", format!("[\n{rows}]"));
        }
        for container in &self.container {
            container.write(text);
        }
    }
}

impl RuleContainer {
    fn write(&self, text: &mut String) {
        let kind = match self.container {
            ContainerType::Zip => "zip",
            ContainerType::Ole2 => "ole2",
        };
        let _ = write!(text, "[[format.container]]\ntype = \"{kind}\"\nmembers = [\n");
        for member in &self.members {
            let path = quoted(&member.path);
            let _ = match member.patterns.as_slice() {
                [] => writeln!(text, "    {{ path = {path} }},"),
                patterns => writeln!(text, "    {{ path = {path}, match = {} }},", list(patterns)),
            };
        }
        text.push_str("]\n");
    }
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}
