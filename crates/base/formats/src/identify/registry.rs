//! The formats we know and how they are told apart, read from a rule file.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::pattern::{Pattern, Place};
use super::pattern_language::PatternError;

/// The rule file that ships with the program.
const BUILTIN_RULES: &str = include_str!("../../../../../rules/formats.toml");

/// What a format holds, as far as checks, pages and readers need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatKind {
    /// Pages of text: layout files, word processing, slides, e-books.
    Document,
    /// Tables of an office program.
    Spreadsheet,
    /// Vectors in two or three dimensions.
    Drawing,
    /// Pixels.
    Image,
    /// Sound.
    Sound,
    /// Moving pictures.
    Video,
    /// A container of other files, or one compressed file.
    Archive,
    /// The image of a disk or disc.
    DiskImage,
    /// Web pages and web archives.
    Web,
    /// Messages and mailboxes.
    Mail,
    /// Structured data: XML, JSON, tables, databases, geodata.
    Data,
    /// Plain text.
    Text,
    /// A font.
    Font,
    /// Something that runs: programs, scripts, installers (check S of the four-property checks refuses it).
    Executable,
    /// Anything else.
    Other,
}

/// Why a rule file of formats cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not TOML, or a key of the wrong kind.
    #[error("the format rules cannot be read")]
    Syntax(#[source] toml::de::Error),
    /// A byte pattern that the language does not have.
    #[error("the format {puid} has a pattern that cannot be read")]
    Pattern {
        /// The format that holds it.
        puid: String,
        /// What is wrong with it.
        #[source]
        source: PatternError,
    },
    /// Two formats with one identifier.
    #[error("the format {0} is described twice")]
    Duplicate(String),
    /// A priority over a format that is not described.
    #[error("the format {puid} claims to stand over {over}, which is not described")]
    UnknownOver {
        /// The format with the claim.
        puid: String,
        /// The format that is missing.
        over: String,
    },
}

impl RegistryError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "formats.rules_syntax",
            Self::Pattern { .. } => "formats.rules_pattern",
            Self::Duplicate(_) => "formats.rules_duplicate",
            Self::UnknownOver { .. } => "formats.rules_unknown_over",
        }
    }
}

/// One format as the rules describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Identifier of PRONOM such as `fmt/18`, or `local/…`.
    pub puid: String,
    /// Name of the format.
    pub name: String,
    /// Version of the format, where it has one.
    pub version: Option<String>,
    /// MIME type, where one is known.
    pub mime: Option<String>,
    /// Usual extensions, lower case, without the dot.
    pub extensions: Vec<String>,
    /// What it holds.
    pub kind: FormatKind,
    /// Whether it may be filed and transferred (GB/T 18894-2016 8.3, DA/T 92-2022 annex B).
    pub filing: bool,
    /// Whether it is fit for keeping as it is.
    pub long_term: bool,
    /// Whether its content can be recognised; if not, only its extension tells.
    pub has_signature: bool,
}

/// The kind of container that members are looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ContainerType {
    Zip,
    Ole2,
}

#[derive(Debug, Clone)]
pub(crate) struct MemberRule {
    pub(crate) path: String,
    pub(crate) patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
pub(crate) struct ContainerRule {
    pub(crate) format: usize,
    pub(crate) container: ContainerType,
    pub(crate) members: Vec<MemberRule>,
}

#[derive(Debug, Clone)]
pub(crate) struct SignatureRule {
    pub(crate) format: usize,
    pub(crate) patterns: Vec<Pattern>,
}

/// All formats of a rule file, ready for identification.
#[derive(Debug, Clone)]
pub struct Registry {
    version: String,
    formats: Vec<Format>,
    by_puid: HashMap<String, usize>,
    by_extension: HashMap<String, Vec<usize>>,
    /// For each format, those that step back where it matches too.
    over: Vec<Vec<usize>>,
    /// For each format, how many bytes its longest signature fixes.
    weights: Vec<usize>,
    signatures: Vec<SignatureRule>,
    /// Signatures by the first byte of the file, where they fix it.
    by_first_byte: BTreeMap<u8, Vec<usize>>,
    /// Signatures that do not.
    floating: Vec<usize>,
    containers: Vec<ContainerRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    version: String,
    format: Vec<RuleFormat>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFormat {
    puid: String,
    name: String,
    version: Option<String>,
    mime: Option<String>,
    #[serde(default)]
    extensions: Vec<String>,
    kind: FormatKind,
    #[serde(default)]
    filing: bool,
    #[serde(default)]
    long_term: bool,
    #[serde(default)]
    over: Vec<String>,
    #[serde(default)]
    signatures: Vec<Vec<String>>,
    #[serde(default)]
    container: Vec<RuleContainer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleContainer {
    #[serde(rename = "type")]
    container: ContainerType,
    members: Vec<RuleMember>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleMember {
    path: String,
    #[serde(default, rename = "match")]
    patterns: Vec<String>,
}

impl Registry {
    /// The rules that ship with the program. An error here is a fault of the program, found by its tests.
    pub fn builtin() -> Result<Self, RegistryError> {
        Self::from_toml(BUILTIN_RULES)
    }

    /// Rules from a file in the form that `rules/formats.toml` describes at its top.
    pub fn from_toml(text: &str) -> Result<Self, RegistryError> {
        let file: RuleFile = toml::from_str(text).map_err(RegistryError::Syntax)?;
        let mut by_puid = HashMap::with_capacity(file.format.len());
        for (index, rule) in file.format.iter().enumerate() {
            if by_puid.insert(rule.puid.clone(), index).is_some() {
                return Err(RegistryError::Duplicate(rule.puid.clone()));
            }
        }
        let mut registry = Self {
            version: file.version,
            formats: Vec::with_capacity(file.format.len()),
            by_puid,
            by_extension: HashMap::new(),
            over: Vec::with_capacity(file.format.len()),
            weights: Vec::with_capacity(file.format.len()),
            signatures: Vec::new(),
            by_first_byte: BTreeMap::new(),
            floating: Vec::new(),
            containers: Vec::new(),
        };
        for rule in file.format {
            registry.add(rule)?;
        }
        Ok(registry)
    }

    fn add(&mut self, rule: RuleFormat) -> Result<(), RegistryError> {
        let index = self.formats.len();
        let puid = rule.puid;
        let compile = |lines: &[String]| -> Result<Vec<Pattern>, RegistryError> {
            lines
                .iter()
                .map(|line| Pattern::parse(line))
                .collect::<Result<_, _>>()
                .map_err(|source| RegistryError::Pattern {
                    puid: puid.clone(),
                    source,
                })
        };
        let mut weight = 0;
        for lines in &rule.signatures {
            let mut patterns = compile(lines)?;
            weight = weight.max(patterns.iter().map(Pattern::weight).sum());
            // Cheap lines first: what the beginning says, then the end, then anywhere.
            patterns.sort_by_key(|pattern| match pattern.place() {
                Place::Head => 0,
                Place::Tail => 1,
                Place::Anywhere => 2,
            });
            let number = self.signatures.len();
            match patterns.iter().find_map(Pattern::first_byte) {
                Some(byte) => self.by_first_byte.entry(byte).or_default().push(number),
                None => self.floating.push(number),
            }
            self.signatures.push(SignatureRule {
                format: index,
                patterns,
            });
        }
        for container in &rule.container {
            let members = container
                .members
                .iter()
                .map(|member| {
                    Ok(MemberRule {
                        path: member.path.clone(),
                        patterns: compile(&member.patterns)?,
                    })
                })
                .collect::<Result<_, RegistryError>>()?;
            self.containers.push(ContainerRule {
                format: index,
                container: container.container,
                members,
            });
        }
        let mut over = Vec::with_capacity(rule.over.len());
        for other in &rule.over {
            let lower = self
                .by_puid
                .get(other)
                .ok_or_else(|| RegistryError::UnknownOver {
                    puid: puid.clone(),
                    over: other.clone(),
                })?;
            over.push(*lower);
        }
        self.over.push(over);
        self.weights.push(weight);
        for extension in &rule.extensions {
            self.by_extension
                .entry(extension.to_lowercase())
                .or_default()
                .push(index);
        }
        self.formats.push(Format {
            puid,
            name: rule.name,
            version: rule.version,
            mime: rule.mime,
            extensions: rule.extensions,
            kind: rule.kind,
            filing: rule.filing,
            long_term: rule.long_term,
            has_signature: !rule.signatures.is_empty() || !rule.container.is_empty(),
        });
        Ok(())
    }

    /// Version of the rules: a decision about a format names it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All formats in the order of the rules.
    pub fn formats(&self) -> &[Format] {
        &self.formats
    }

    /// The format with this identifier.
    pub fn format(&self, puid: &str) -> Option<&Format> {
        self.formats.get(*self.by_puid.get(puid)?)
    }

    pub(crate) fn at(&self, index: usize) -> Option<&Format> {
        self.formats.get(index)
    }

    pub(crate) fn with_extension(&self, extension: &str) -> &[usize] {
        self.by_extension.get(extension).map_or(&[], Vec::as_slice)
    }

    /// Signatures that a file with this first byte can match.
    pub(crate) fn candidates(&self, first_byte: u8) -> impl Iterator<Item = &SignatureRule> {
        let fixed = self.by_first_byte.get(&first_byte).map_or(&[][..], Vec::as_slice);
        fixed
            .iter()
            .chain(&self.floating)
            .filter_map(|number| self.signatures.get(*number))
    }

    pub(crate) fn containers(&self, container: ContainerType) -> impl Iterator<Item = &ContainerRule> {
        self.containers
            .iter()
            .filter(move |rule| rule.container == container)
    }

    /// Removes every format that a more special one of the list stands over.
    pub(crate) fn keep_most_special(&self, matched: &mut Vec<usize>) {
        matched.sort_unstable();
        matched.dedup();
        let all = matched.clone();
        matched.retain(|index| {
            !all.iter().any(|other| {
                other != index && self.over.get(*other).is_some_and(|lower| lower.contains(index))
            })
        });
        // Where the rules leave a choice, the longer signature comes first.
        matched.sort_by_key(|index| std::cmp::Reverse(self.weights.get(*index).copied().unwrap_or(0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_ship_can_be_read_and_are_many() {
        let registry = Registry::builtin().unwrap();
        assert!(registry.formats().len() >= 60, "{}", registry.formats().len());
        assert_eq!(registry.format("fmt/18").unwrap().version.as_deref(), Some("1.4"));
        assert_eq!(registry.format("local/ofd").unwrap().kind, FormatKind::Document);
    }

    #[test]
    fn faults_of_a_rule_file_are_named() {
        let code = |text: &str| Registry::from_toml(text).unwrap_err().code();
        let one = "[[format]]\npuid = \"a/1\"\nname = \"A\"\nkind = \"text\"\n";
        assert_eq!(code("version ="), "formats.rules_syntax");
        assert_eq!(
            code(&format!("version = \"1\"\n{one}{one}")),
            "formats.rules_duplicate"
        );
        assert_eq!(
            code(&format!("version = \"1\"\n{one}over = [\"b/1\"]\n")),
            "formats.rules_unknown_over"
        );
        assert_eq!(
            code(&format!("version = \"1\"\n{one}signatures = [[\"x\"]]\n")),
            "formats.rules_pattern"
        );
    }
}
