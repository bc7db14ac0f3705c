//! What formats hold, and which of them an archive takes: our lists over the identifiers of PRONOM.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::registry::{FormatKind, LongTerm, RegistryError};

/// The lists that ship with the program.
const BUILTIN_LISTS: &str = include_str!("../../../../../rules/format-lists.toml");

/// Lists by identifier.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormatLists {
    version: String,
    lists: Vec<FormatList>,
    kinds: Vec<KindRule>,
    list_of: HashMap<String, usize>,
    kind_of: HashMap<String, FormatKind>,
    /// The words of all kinds, searched for at once, and the kind of each.
    words: Option<AhoCorasick>,
    kind_of_word: Vec<usize>,
}

/// Formats that an archive treats alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatList {
    /// What people call them, such as `PDF/A`.
    pub name: String,
    /// Identifiers of the formats.
    pub puids: Vec<String>,
    /// Whether they may be filed and transferred (GB/T 18894-2016 8.3).
    pub filing: bool,
    /// Whether they may be kept as the only copy (DA/T 92-2022 annex B), in words.
    pub single_set: Option<String>,
    /// Whether they are fit for keeping long.
    pub long_term: LongTerm,
    /// What an archivist should know.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindRule {
    kind: FormatKind,
    #[serde(default)]
    puids: Vec<String>,
    #[serde(default)]
    mime: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    version: String,
    kind: Vec<KindRule>,
    list: Vec<FormatList>,
}

impl FormatLists {
    /// The lists that ship with the program.
    pub(crate) fn builtin() -> Result<Self, RegistryError> {
        Self::from_toml(BUILTIN_LISTS)
    }

    /// Lists from a file in the form that `rules/format-lists.toml` describes at its top.
    pub(crate) fn from_toml(text: &str) -> Result<Self, RegistryError> {
        let file: ListFile = toml::from_str(text).map_err(RegistryError::Syntax)?;
        let mut lists = Self {
            version: file.version,
            ..Self::default()
        };
        for (number, list) in file.list.iter().enumerate() {
            for puid in &list.puids {
                if lists.list_of.insert(puid.clone(), number).is_some() {
                    return Err(RegistryError::Duplicate(puid.clone()));
                }
            }
        }
        for rule in &file.kind {
            for puid in &rule.puids {
                if lists.kind_of.insert(puid.clone(), rule.kind).is_some() {
                    return Err(RegistryError::Duplicate(puid.clone()));
                }
            }
        }
        let mut words = Vec::new();
        for (number, rule) in file.kind.iter().enumerate() {
            words.extend(&rule.words);
            lists.kind_of_word.resize(words.len(), number);
        }
        lists.words = Some(AhoCorasick::new(words).map_err(RegistryError::Automaton)?);
        lists.lists = file.list;
        lists.kinds = file.kind;
        Ok(lists)
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The list that a format is on.
    pub(crate) fn list(&self, puid: &str) -> Option<&FormatList> {
        self.lists.get(*self.list_of.get(puid)?)
    }

    /// What a format holds: by its identifier, else by its MIME type, else by a word of its name.
    pub(crate) fn kind(&self, puid: &str, mime: Option<&str>, name: &str) -> FormatKind {
        if let Some(kind) = self.kind_of.get(puid) {
            return *kind;
        }
        let by_mime = mime.and_then(|mime| {
            let fits = |rule: &&KindRule| rule.mime.iter().any(|start| mime.starts_with(start));
            self.kinds.iter().find(fits)
        });
        by_mime
            .or_else(|| self.kind_by_word(&name.to_lowercase()))
            .map_or(FormatKind::Other, |rule| rule.kind)
    }

    fn kind_by_word(&self, name: &str) -> Option<&KindRule> {
        let found = self.words.as_ref()?.find_overlapping_iter(name);
        let whole = found.filter(|hit| is_whole(name, hit.start(), hit.end()));
        let kinds = whole.filter_map(|hit| self.kind_of_word.get(hit.pattern().as_usize()));
        self.kinds.get(*kinds.min()?)
    }
}

/// Whether what stands there in the name is not a part of longer words.
fn is_whole(name: &str, start: usize, end: usize) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let before = name.get(..start).and_then(|text| text.chars().next_back());
    let after = name.get(end..).and_then(|text| text.chars().next());
    !is_letter(before) && !is_letter(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_comes_from_identifier_then_mime_type_then_name() {
        let lists = FormatLists::from_toml(
            "version = \"1\"\nlist = []\n\
             [[kind]]\nkind = \"image\"\npuids = [\"a/1\"]\nmime = [\"image/\"]\nwords = [\"bitmap\"]\n\
             [[kind]]\nkind = \"sound\"\nwords = [\"audio\"]\n",
        )
        .unwrap();
        assert_eq!(lists.kind("a/1", Some("audio/x"), "Audio"), FormatKind::Image);
        assert_eq!(lists.kind("a/2", Some("image/x"), "Audio"), FormatKind::Image);
        assert_eq!(lists.kind("a/2", None, "An Audio File"), FormatKind::Sound);
        assert_eq!(lists.kind("a/2", None, "Audiobitmaps"), FormatKind::Other);
    }

    #[test]
    fn a_format_is_on_one_list_only() {
        let list = "[[list]]\nname = \"A\"\npuids = [\"a/1\"]\nfiling = true\nlong_term = \"yes\"\n";
        let fault = FormatLists::from_toml(&format!("version = \"1\"\nkind = []\n{list}{list}")).unwrap_err();
        assert_eq!(fault.code(), "formats.rules_duplicate");
    }
}
