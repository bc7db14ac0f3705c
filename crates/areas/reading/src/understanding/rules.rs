//! The rules of understanding: `rules/understanding.toml` and `rules/names.toml`.

use super::names::NameRules;
use serde::Deserialize;
use std::collections::HashSet;

const BUILTIN: &str = include_str!("../../../../../rules/understanding.toml");
const BUILTIN_NAMES: &str = include_str!("../../../../../rules/names.toml");

/// How a text is understood.
#[derive(Debug, Clone)]
pub struct UnderstandingRules {
    /// Says which version of the rules a result was made with.
    pub version: String,
    /// How much is looked at, and how much suggested.
    pub limits: UnderstandingLimits,
    pub(super) titles: TitleRules,
    pub(super) authors: AuthorRules,
    pub(super) keywords: KeywordRules,
    pub(super) currencies: CurrencyRules,
    /// Lists for names.
    pub names: NameRules,
}

/// How much is looked at, and how much suggested.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderstandingLimits {
    /// Characters of a text whose words are cut.
    pub characters: usize,
    /// Characters that the model sees at once.
    pub sentence: usize,
    /// Names, dates, numbers and sums of one text.
    pub entities: usize,
    /// Suggested subject words.
    pub keywords: usize,
    /// Suggested persons.
    pub persons: usize,
    /// Suggested places.
    pub places: usize,
    /// Characters of a summary.
    pub summary: usize,
    /// Sentences that are compared for a summary.
    pub sentences: usize,
}

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the rules of understanding in {file} cannot be read")]
pub struct UnderstandingRulesError {
    /// Which file.
    pub file: &'static str,
    /// What is wrong with it.
    #[source]
    pub source: toml::de::Error,
}

impl UnderstandingRulesError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "reading.rules_not_understood"
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TitleRules {
    pub kinds: Vec<String>,
    pub letterheads: Vec<String>,
    pub marks: Vec<String>,
    pub empty: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthorRules {
    pub acts: Vec<String>,
    pub memorial: Vec<String>,
    pub edicts: Vec<String>,
    pub edict_author: String,
    pub nobody: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeywordRules {
    pub common: HashSet<String>,
    pub labels: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CurrencyRules {
    /// Word and code, the longest word first.
    pub behind: Vec<(String, String)>,
    pub before: Vec<(String, String)>,
    pub silver: Vec<String>,
    pub not_yuan: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    limits: UnderstandingLimits,
    titles: TitleRules,
    authors: AuthorRules,
    keywords: KeywordRules,
    currencies: CurrencyRules,
}

impl UnderstandingRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, UnderstandingRulesError> {
        Self::parse(BUILTIN, BUILTIN_NAMES)
    }

    /// Rules in the form of `rules/understanding.toml` and `rules/names.toml`; what is `None` is the program's own.
    pub fn read(understanding: Option<&str>, names: Option<&str>) -> Result<Self, UnderstandingRulesError> {
        Self::parse(understanding.unwrap_or(BUILTIN), names.unwrap_or(BUILTIN_NAMES))
    }

    fn parse(understanding: &str, names: &str) -> Result<Self, UnderstandingRulesError> {
        let wrong = |file| move |source| UnderstandingRulesError { file, source };
        let mut file: File = toml::from_str(understanding).map_err(wrong("rules/understanding.toml"))?;
        let names = NameRules::parse(names).map_err(wrong("rules/names.toml"))?;
        let by_length = |left: &(String, String), right: &(String, String)| right.0.len().cmp(&left.0.len());
        file.currencies.behind.sort_by(by_length);
        file.currencies.before.sort_by(by_length);
        Ok(Self {
            version: file.version,
            limits: file.limits,
            titles: file.titles,
            authors: file.authors,
            keywords: file.keywords,
            currencies: file.currencies,
            names,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_program_are_sound() {
        let rules = UnderstandingRules::builtin().unwrap();
        assert!(rules.limits.characters > 10_000);
        assert!(
            rules
                .currencies
                .behind
                .iter()
                .all(|(word, code)| !word.is_empty() && code.len() == 3)
        );
    }

    #[test]
    fn wrong_rules_are_refused_with_the_name_of_their_file() {
        let error = UnderstandingRules::read(Some("version = 1"), None).unwrap_err();
        assert_eq!(
            (error.file, error.code()),
            ("rules/understanding.toml", "reading.rules_not_understood")
        );
        let error = UnderstandingRules::read(None, Some("")).unwrap_err();
        assert_eq!(error.file, "rules/names.toml");
    }
}
