//! Attaching files to metadata by rules (挂接), where a catalogue names no files.
//!
//! The engine is pure: it knows the codes of a package, is asked about one file after the other, and says the record,
//! or why there is none. It never guesses: a near miss is an exception with the codes that it resembles.

mod name;
mod package;
mod rules;

pub use name::Normaliser;
pub(crate) use package::AttachedFiles;
pub use rules::{AttachRule, AttachRules, AttachRulesError};

use std::collections::{BTreeSet, HashMap};

/// What the rules say of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// It belongs to a record.
    To {
        /// 档号, as the catalogue has it.
        code: String,
        /// The first rule that said so.
        rule: AttachRule,
        /// The page that its name gives.
        page: Option<u32>,
    },
    /// Rules say different records.
    Contradiction {
        /// What each says.
        said: Vec<(AttachRule, String)>,
    },
    /// No rule says any.
    Nothing {
        /// Codes that its name resembles, for whoever decides.
        resembles: Vec<String>,
    },
}

/// Knows the codes of a package and finds the record of a file.
#[derive(Debug, Clone)]
pub struct Attacher {
    rules: AttachRules,
    normaliser: Normaliser,
    /// Codes by their normal form. `None`: two codes have the same, so that a name cannot tell them apart.
    codes: HashMap<String, Option<String>>,
    /// Lengths of the normal forms, longest first.
    lengths: Vec<usize>,
    manifest: HashMap<String, String>,
}

impl Attacher {
    /// An attacher that knows no codes yet.
    pub fn new(rules: AttachRules) -> Self {
        Self {
            normaliser: Normaliser::new(&rules),
            rules,
            codes: HashMap::new(),
            lengths: Vec::new(),
            manifest: HashMap::new(),
        }
    }

    /// Adds a record's code.
    pub fn add_code(&mut self, code: &str) {
        let normal = self.normaliser.normalise(code);
        if normal.is_empty() {
            return;
        }
        let length = normal.chars().count();
        if let Err(place) = self.lengths.binary_search_by(|known| length.cmp(known)) {
            self.lengths.insert(place, length);
        }
        self.codes
            .entry(normal)
            .and_modify(|known| {
                if known.as_deref() != Some(code) {
                    *known = None;
                }
            })
            .or_insert_with(|| Some(code.to_owned()));
    }

    /// Adds a line of the package's own list: which record a file belongs to.
    pub fn add_to_manifest(&mut self, file: &str, code: &str) {
        self.manifest.insert(file.to_owned(), code.to_owned());
    }

    /// The record of a file, by its path in the package with `/` between folders.
    pub fn attach(&self, file: &str) -> Attachment {
        let mut said: Vec<(AttachRule, String)> = Vec::new();
        let mut page = None;
        for rule in self.rules.order() {
            let found = match rule {
                AttachRule::Manifest => self.manifest.get(file).and_then(|code| self.exact(code)),
                AttachRule::CodeInName => self.in_name(file).map(|(code, number)| {
                    page = number;
                    code
                }),
                AttachRule::CodeInside => self.inside(file),
                AttachRule::CodeInFolder => self.in_folder(file),
            };
            said.extend(found.map(|code| (*rule, code)));
        }
        let codes: BTreeSet<&String> = said.iter().map(|(_, code)| code).collect();
        match (codes.len(), said.first()) {
            (1, Some((rule, code))) => Attachment::To {
                code: code.clone(),
                rule: *rule,
                page,
            },
            (0, _) | (_, None) => Attachment::Nothing {
                resembles: self.resembles(file),
            },
            _ => Attachment::Contradiction { said },
        }
    }

    fn exact(&self, text: &str) -> Option<String> {
        self.codes.get(&self.normaliser.normalise(text))?.clone()
    }

    fn in_name(&self, file: &str) -> Option<(String, Option<u32>)> {
        let stem = self.normaliser.normalise(name::stem(file));
        if let Some(code) = self.codes.get(&stem) {
            return Some((code.clone()?, None));
        }
        let (rest, page) = name::without_page(&stem, self.rules.page_digits())?;
        let code = self.codes.get(rest)?.clone()?;
        Some((code, Some(page)))
    }

    /// A code somewhere in the name, with no letter or digit before or behind it; two different ones say nothing.
    fn inside(&self, file: &str) -> Option<String> {
        let stem: Vec<char> = self.normaliser.normalise(name::stem(file)).chars().collect();
        let mut found: Option<String> = None;
        let mut start = 0;
        while start < stem.len() {
            let begins = start == 0 || !name::joins(stem[start - 1]);
            let code = begins.then(|| self.longest_at(&stem, start)).flatten();
            let Some((code, length)) = code else {
                start += 1;
                continue;
            };
            let code = code?;
            if found.as_ref().is_some_and(|known| *known != code) {
                return None;
            }
            found = Some(code);
            start += length;
        }
        found
    }

    /// The longest code at a place; the code itself is `None` where it cannot be told from another.
    fn longest_at(&self, stem: &[char], start: usize) -> Option<(Option<String>, usize)> {
        let left = stem.len() - start;
        for length in self.lengths.iter().copied().filter(|length| *length <= left) {
            let end = start + length;
            if !name::ends(&stem[end..], self.rules.page_digits()) {
                continue;
            }
            let text: String = stem[start..end].iter().collect();
            if let Some(code) = self.codes.get(&text) {
                return Some((code.clone(), length));
            }
        }
        None
    }

    fn in_folder(&self, file: &str) -> Option<String> {
        let (folders, _) = file.rsplit_once('/')?;
        folders.rsplit('/').find_map(|folder| self.exact(folder))
    }

    /// At most three codes that differ from the name in one or two letters, for whoever decides.
    fn resembles(&self, file: &str) -> Vec<String> {
        const SHOWN: usize = 3;
        /// Codes compared; a list for a person is not worth more time.
        const COMPARED: usize = 200_000;
        let stem = self.normaliser.normalise(name::stem(file));
        let rest =
            name::without_page(&stem, self.rules.page_digits()).map_or(stem.as_str(), |(rest, _)| rest);
        let near = self.codes.iter().take(COMPARED).filter_map(|(normal, code)| {
            let distance =
                name::distance_up_to_two(normal, &stem).or_else(|| name::distance_up_to_two(normal, rest))?;
            Some((distance, code.clone()?))
        });
        let mut near: Vec<(usize, String)> = near.collect();
        near.sort();
        near.truncate(SHOWN);
        near.into_iter().map(|(_, code)| code).collect()
    }
}

#[cfg(test)]
mod tests;
