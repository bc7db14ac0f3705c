//! The formats we know and how they are told apart, read from a rule file.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::automaton::{Automaton, Windows};
use super::format_lists::{FormatList, FormatLists};
use super::pattern::{Pattern, Place};
use super::pattern_language::PatternError;
use super::publication::{Newest, Publication, PublicationError, PublicationFault};
use super::rule_file::{ContainerType, RuleContainer, RuleFile, RuleFormat};

/// The facts of PRONOM that ship with the program.
const BUILTIN_PRONOM: &str = include_str!("../../../../../rules/pronom.txt");
/// Our own formats that ship with the program.
const BUILTIN_OURS: &str = include_str!("../../../../../rules/formats.toml");

/// What a format holds, as far as checks, pages and readers need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
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
    #[default]
    Other,
}

/// Whether a format is fit for keeping long (DA/T 92-2022 annex B, and by analogy).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongTerm {
    /// The best there is for what it holds.
    Preferred,
    /// As it is.
    Yes,
    /// Only with a copy in another format beside it.
    Convert,
    /// Not at all, or nothing is known of it.
    #[default]
    No,
}

impl LongTerm {
    /// Whether no copy in another format is needed beside it.
    pub fn is_fit(self) -> bool {
        matches!(self, Self::Preferred | Self::Yes)
    }
}

/// Why a rule file of formats cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not TOML, or a key of the wrong kind.
    #[error("the format rules cannot be read")]
    Syntax(#[source] toml::de::Error),
    /// A line that is no fact about a format, by its number.
    #[error("line {0} of the facts of PRONOM cannot be read")]
    Line(usize),
    /// A byte pattern that the language does not have.
    #[error("the format {puid} has a pattern that cannot be read")]
    Pattern {
        /// The format that holds it.
        puid: String,
        /// What is wrong with it.
        #[source]
        source: PatternError,
    },
    /// Signatures too many or too long to be searched for at once.
    #[error("the signatures cannot be made ready for searching")]
    Automaton(#[source] aho_corasick::BuildError),
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
            Self::Line(_) => "formats.rules_line",
            Self::Pattern { .. } => "formats.rules_pattern",
            Self::Automaton(_) => "formats.rules_automaton",
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
    pub long_term: LongTerm,
    /// Whether its content can be recognised; if not, only its extension tells.
    pub has_signature: bool,
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

/// All formats of the rules, ready for identification.
#[derive(Debug, Clone)]
pub struct Registry {
    version: String,
    formats: Vec<Format>,
    lists: FormatLists,
    by_puid: HashMap<String, usize>,
    by_extension: HashMap<String, Vec<usize>>,
    /// For each format, those that step back where it matches too.
    over: Vec<Vec<usize>>,
    /// For each format, how many bytes its longest signature fixes.
    weights: Vec<usize>,
    signatures: Vec<SignatureRule>,
    automaton: Automaton,
    containers: Vec<ContainerRule>,
    /// Members of ZIP files that rules speak of.
    zip_paths: HashSet<String>,
}

impl Registry {
    /// The rules that ship with the program, made ready once. An error here is a fault of the program, found by
    /// its tests.
    pub fn builtin() -> Result<Arc<Self>, RegistryError> {
        static READY: OnceLock<Arc<Registry>> = OnceLock::new();
        if let Some(registry) = READY.get() {
            return Ok(Arc::clone(registry));
        }
        let registry = Arc::new(Self::assemble(read_pronom()?)?);
        Ok(Arc::clone(READY.get_or_init(|| registry)))
    }

    /// The rules that ship with the program, with the newest publications of PRONOM in `folder` in place of its
    /// own. A publication that cannot be used is told and left out; a folder that is not there is no fault.
    pub fn with_publications(folder: &Path) -> Result<(Arc<Self>, Vec<PublicationError>), RegistryError> {
        let newest = match Newest::of(folder) {
            Ok(newest) if newest.is_empty() => return Ok((Self::builtin()?, Vec::new())),
            Ok(newest) => newest,
            Err(fault) => return Ok((Self::builtin()?, vec![fault])),
        };
        let mut faults = Vec::new();
        let shipped = read_pronom()?;
        let mut rules = shipped.clone();
        newest.replace(&mut rules, &mut faults);
        if rules == shipped {
            return Ok((Self::builtin()?, faults));
        }
        match Self::assemble(rules) {
            Ok(registry) => Ok((Arc::new(registry), faults)),
            Err(fault) => {
                faults.push(PublicationError {
                    file: newest.blame(),
                    fault: PublicationFault::Rules(Box::new(fault)),
                });
                Ok((Self::builtin()?, faults))
            }
        }
    }

    /// A publication of PRONOM with our own formats and lists.
    pub fn from_publication(publication: &Publication) -> Result<Self, RegistryError> {
        Self::assemble(publication.rules().clone())
    }

    /// Rules from one file in the form that `rules/formats.toml` describes at its top, and nothing else.
    pub fn from_toml(text: &str) -> Result<Self, RegistryError> {
        Self::build(read_rules(text)?, FormatLists::default())
    }

    /// Facts of PRONOM, our own formats, our lists.
    fn assemble(pronom: RuleFile) -> Result<Self, RegistryError> {
        let mut rules = read_rules(BUILTIN_OURS)?;
        let lists = FormatLists::builtin()?;
        rules.version = format!(
            "{}, ours {}, lists {}",
            pronom.version,
            rules.version,
            lists.version()
        );
        rules.format.extend(pronom.format);
        Self::build(rules, lists)
    }

    fn build(rules: RuleFile, lists: FormatLists) -> Result<Self, RegistryError> {
        let mut by_puid = HashMap::with_capacity(rules.format.len());
        for (index, rule) in rules.format.iter().enumerate() {
            if by_puid.insert(rule.puid.clone(), index).is_some() {
                return Err(RegistryError::Duplicate(rule.puid.clone()));
            }
        }
        let mut registry = Self {
            version: rules.version,
            formats: Vec::with_capacity(rules.format.len()),
            lists,
            by_puid,
            by_extension: HashMap::new(),
            over: vec![Vec::new(); rules.format.len()],
            weights: Vec::with_capacity(rules.format.len()),
            signatures: Vec::new(),
            automaton: Automaton::default(),
            containers: Vec::new(),
            zip_paths: HashSet::new(),
        };
        for rule in rules.format {
            registry.add(rule)?;
        }
        registry.automaton = Automaton::new(
            registry
                .signatures
                .iter()
                .map(|signature| signature.patterns.as_slice()),
        )
        .map_err(RegistryError::Automaton)?;
        Ok(registry)
    }

    fn add(&mut self, rule: RuleFormat) -> Result<(), RegistryError> {
        let index = self.formats.len();
        let mut weight = 0;
        for lines in &rule.signatures {
            let mut patterns = compile(&rule.puid, lines)?;
            weight = weight.max(patterns.iter().map(Pattern::weight).sum());
            // Cheap lines first: what the beginning says, then the end, then anywhere.
            patterns.sort_by_key(|pattern| match pattern.place() {
                Place::Head => 0,
                Place::Tail => 1,
                Place::Anywhere => 2,
            });
            self.signatures.push(SignatureRule {
                format: index,
                patterns,
            });
        }
        for container in &rule.container {
            let rule = container_rule(&rule.puid, index, container)?;
            let inside = rule.members.iter().flat_map(|member| &member.patterns);
            weight = weight.max(inside.map(Pattern::weight).sum());
            if rule.container == ContainerType::Zip {
                let paths = rule.members.iter().map(|member| member.path.clone());
                self.zip_paths.extend(paths);
            }
            self.containers.push(rule);
        }
        for other in &rule.over {
            let lower = self.index_of(&rule.puid, other)?;
            self.stands_over(index, lower);
        }
        for other in &rule.under {
            let higher = self.index_of(&rule.puid, other)?;
            self.stands_over(higher, index);
        }
        self.weights.push(weight);
        for extension in &rule.extensions {
            let extension = extension.to_lowercase();
            self.by_extension.entry(extension).or_default().push(index);
        }
        let list = self.lists.list(&rule.puid);
        self.formats.push(Format {
            kind: rule
                .kind
                .unwrap_or_else(|| self.lists.kind(&rule.puid, rule.mime.as_deref(), &rule.name)),
            filing: rule
                .filing
                .unwrap_or_else(|| list.is_some_and(|list| list.filing)),
            long_term: rule
                .long_term
                .unwrap_or_else(|| list.map_or(LongTerm::No, |list| list.long_term)),
            has_signature: !rule.signatures.is_empty() || !rule.container.is_empty(),
            puid: rule.puid,
            name: rule.name,
            version: rule.version,
            mime: rule.mime,
            extensions: rule.extensions,
        });
        Ok(())
    }

    fn index_of(&self, puid: &str, other: &str) -> Result<usize, RegistryError> {
        let known = self.by_puid.get(other).copied();
        known.ok_or_else(|| RegistryError::UnknownOver {
            puid: puid.to_owned(),
            over: other.to_owned(),
        })
    }

    fn stands_over(&mut self, higher: usize, lower: usize) {
        if let Some(over) = self.over.get_mut(higher) {
            over.push(lower);
        }
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

    /// The list of an archive's formats that this one is on.
    pub fn list(&self, puid: &str) -> Option<&FormatList> {
        self.lists.list(puid)
    }

    pub(crate) fn at(&self, index: usize) -> Option<&Format> {
        self.formats.get(index)
    }

    pub(crate) fn with_extension(&self, extension: &str) -> &[usize] {
        self.by_extension.get(extension).map_or(&[], Vec::as_slice)
    }

    /// Signatures that a file with these windows can match; none that does is missing.
    pub(crate) fn candidates(&self, windows: Windows<'_>) -> impl Iterator<Item = &SignatureRule> {
        let numbers = self.automaton.candidates(windows);
        numbers
            .into_iter()
            .filter_map(|number| self.signatures.get(number))
    }

    /// The path, if a rule speaks of a member of a ZIP file with this name.
    pub(crate) fn zip_path(&self, name: &[u8]) -> Option<&str> {
        let path = self.zip_paths.get(std::str::from_utf8(name).ok()?);
        path.map(String::as_str)
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

fn read_pronom() -> Result<RuleFile, RegistryError> {
    RuleFile::from_lines(BUILTIN_PRONOM).map_err(RegistryError::Line)
}

fn read_rules(text: &str) -> Result<RuleFile, RegistryError> {
    toml::from_str(text).map_err(RegistryError::Syntax)
}

fn compile(puid: &str, lines: &[String]) -> Result<Vec<Pattern>, RegistryError> {
    let compiled: Result<_, _> = lines.iter().map(|line| Pattern::parse(line)).collect();
    compiled.map_err(|source| RegistryError::Pattern {
        puid: puid.to_owned(),
        source,
    })
}

fn container_rule(
    puid: &str,
    format: usize,
    container: &RuleContainer,
) -> Result<ContainerRule, RegistryError> {
    let members: Result<_, RegistryError> = container
        .members
        .iter()
        .map(|member| {
            Ok(MemberRule {
                path: member.path.clone(),
                patterns: compile(puid, &member.patterns)?,
            })
        })
        .collect();
    Ok(ContainerRule {
        format,
        container: container.container,
        members: members?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_ship_can_be_read_and_are_many() {
        let registry = Registry::builtin().unwrap();
        assert!(registry.formats().len() > 2_500, "{}", registry.formats().len());
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
