//! The rules of attaching: `rules/attach.toml`.

use crate::rule_file::lay_over;
use lantai_formats::page_code::Symbol;
use serde::{Deserialize, Serialize};
use std::path::Path;

const BUILTIN: &str = include_str!("../../../../../rules/attach.toml");

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
    /// A barcode or QR code on its page, or on the page that begins its record (封面条码), has the archival code.
    PageCode,
}

impl AttachRule {
    /// Identifier used in rules and interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::CodeInName => "code_in_name",
            Self::CodeInside => "code_inside",
            Self::CodeInFolder => "code_in_folder",
            Self::PageCode => "page_code",
        }
    }
}

/// Which pages are looked at for codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PagesRead {
    /// The first picture of every folder; all files of the folder belong to the record that it names.
    FirstOfFolder,
    /// Every picture; in the order of names a page with a code begins a record, and the files behind it belong to
    /// the same record until the next code, or to the end of the folder.
    Every,
}

/// The rules of codes on pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageCodeRules {
    /// Which pages are looked at.
    pub read: PagesRead,
    /// Kinds of symbols that are looked for.
    pub symbols: Vec<Symbol>,
    /// How the archival code stands in the text of a symbol: `{code}` is the code, `*` is anything.
    pub patterns: Vec<String>,
    /// Pictures with more pixels are not looked at, in millions.
    pub most_megapixels: u32,
    /// Longest time for one picture, in seconds.
    pub most_seconds: u64,
}

impl PageCodeRules {
    /// The archival code in the text of a symbol; `None` where no pattern has it, so that the symbol speaks of
    /// something else.
    pub fn code_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        let text = text.trim();
        let found = self.patterns.iter().find_map(|pattern| matched(pattern, text))?;
        Some(found.trim()).filter(|code| !code.is_empty())
    }
}

/// What stands at `{code}` where a text is as the pattern says.
fn matched<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    let (before, behind) = pattern.split_once("{code}")?;
    let rest = match before.strip_prefix('*') {
        // the last occurrence: what stands before the code may be anything
        Some("") => text,
        Some(mark) => text.rsplit_once(mark)?.1,
        None => text.strip_prefix(before)?,
    };
    match behind.strip_suffix('*') {
        Some("") => Some(rest),
        Some(mark) => Some(rest.split_once(mark)?.0),
        None => rest.strip_suffix(behind),
    }
}

/// Why the rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AttachRulesError {
    /// The file is no TOML, or says something that is not known.
    #[error("the rules of attaching cannot be read")]
    Unreadable(#[source] toml::de::Error),
    /// A pattern does not say where the code stands.
    #[error("the pattern {pattern:?} of a code on a page has no {{code}}")]
    Pattern {
        /// The pattern.
        pattern: String,
    },
    /// The file cannot be opened.
    #[error("the rules of attaching cannot be opened")]
    Disk(#[source] std::io::Error),
}

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
    papers: Vec<String>,
    page_code: PageCodeRules,
}

impl AttachRules {
    /// The rules of an archive: those of the program, with `attach.toml` of a folder laid over them.
    pub fn of_folder(folder: &Path) -> Result<Self, AttachRulesError> {
        match std::fs::read_to_string(folder.join("attach.toml")) {
            Ok(own) => Self::laid_over(&own),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::builtin(),
            Err(source) => Err(AttachRulesError::Disk(source)),
        }
    }

    /// The rules that come with the program, with those of an archive laid over them.
    pub fn laid_over(own: &str) -> Result<Self, AttachRulesError> {
        let read = |text: &str| toml::from_str::<toml::Value>(text).map_err(AttachRulesError::Unreadable);
        let mut rules = read(BUILTIN)?;
        lay_over(&mut rules, read(own)?);
        Self::sound(rules.try_into().map_err(AttachRulesError::Unreadable)?)
    }

    fn sound(rules: Self) -> Result<Self, AttachRulesError> {
        let without = |pattern: &&String| !pattern.contains("{code}");
        match rules.page_code.patterns.iter().find(without) {
            Some(pattern) => Err(AttachRulesError::Pattern {
                pattern: pattern.clone(),
            }),
            None => Ok(rules),
        }
    }

    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, AttachRulesError> {
        Self::parse(BUILTIN)
    }

    /// Reads rules.
    pub fn parse(text: &str) -> Result<Self, AttachRulesError> {
        Self::sound(toml::from_str(text).map_err(AttachRulesError::Unreadable)?)
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

    /// Whether a file of this name is a paper of the package itself, which belongs to no record.
    pub fn is_paper(&self, file: &str) -> bool {
        let name = file
            .rsplit_once('/')
            .map_or(file, |(_, name)| name)
            .to_lowercase();
        self.papers.iter().any(|paper| name.starts_with(paper.as_str()))
    }

    /// Whether codes on pages are asked for, and then by which rules.
    pub fn page_code(&self) -> Option<&PageCodeRules> {
        self.order
            .contains(&AttachRule::PageCode)
            .then_some(&self.page_code)
    }
}
