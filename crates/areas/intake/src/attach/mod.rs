//! Attaching files to metadata by rules (挂接), where a catalogue names no files.
//!
//! The engine is pure: it knows the codes of a package, is asked about one file after the other, and says the record,
//! or why there is none. It never guesses: a near miss is an exception with the codes that it resembles.

mod derived;
mod name;
mod package;
mod page_codes;
mod rules;
mod unattached;

pub use derived::DerivedRule;
pub use name::Normaliser;
pub(crate) use package::{AttachKit, AttachedFiles, Unattached};
pub use page_codes::PageCodeReader;
pub use rules::{AttachRule, AttachRules, AttachRulesError, PageCodeRules, PagesRead};
pub use unattached::{
    Candidate, CandidateSource, FileDecision, UnattachedFile, UnattachedState, WhyUnattached,
};

use std::cell::Cell;
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
    /// One rule says several records, and no other says one.
    Several {
        /// The rule.
        rule: AttachRule,
        /// The records that it says.
        codes: Vec<String>,
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
    /// Codes by their normal form; where two have the same, a name cannot tell them apart.
    codes: HashMap<String, Vec<String>>,
    /// Lengths of the normal forms, longest first.
    lengths: Vec<usize>,
    manifest: HashMap<String, String>,
    /// What the pages say that a file belongs to.
    page_codes: HashMap<String, Vec<String>>,
    /// How many codes may still be compared for likeness: a help for a person is not worth hours.
    comparisons: Cell<usize>,
}

/// What one rule says of a file: no record, one, or several.
type Said = Vec<String>;

impl Attacher {
    /// Codes compared for likeness in one package.
    const COMPARISONS: usize = 50_000_000;

    /// An attacher that knows no codes yet.
    pub fn new(rules: AttachRules) -> Self {
        Self {
            normaliser: Normaliser::new(&rules),
            rules,
            codes: HashMap::new(),
            lengths: Vec::new(),
            manifest: HashMap::new(),
            page_codes: HashMap::new(),
            comparisons: Cell::new(Self::COMPARISONS),
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
        let same = self.codes.entry(normal).or_default();
        if !same.iter().any(|known| known == code) {
            same.push(code.to_owned());
        }
    }

    /// Adds a line of the package's own list: which record a file belongs to.
    pub fn add_to_manifest(&mut self, file: &str, code: &str) {
        self.manifest.insert(file.to_owned(), code.to_owned());
    }

    /// Adds what the pages say of a file: the codes on its own page, or on the page that begins its record.
    pub fn add_page_codes(&mut self, file: &str, codes: Vec<String>) {
        self.page_codes.insert(file.to_owned(), codes);
    }

    /// The record of a file, by its path in the package with `/` between folders.
    pub fn attach(&self, file: &str) -> Attachment {
        let mut said: Vec<(AttachRule, String)> = Vec::new();
        let mut several: Option<(AttachRule, Said)> = None;
        let mut page = None;
        for rule in self.rules.order() {
            let mut found = match rule {
                AttachRule::Manifest => self
                    .manifest
                    .get(file)
                    .map(|code| self.exact(code))
                    .unwrap_or_default(),
                AttachRule::CodeInName => {
                    let (found, number) = self.in_name(file);
                    page = number;
                    found
                }
                AttachRule::CodeInside => self.inside(file),
                AttachRule::CodeInFolder => self.in_folder(file),
                AttachRule::PageCode => self.on_page(file),
            };
            match found.len() {
                0 => {}
                1 => said.extend(found.pop().map(|code| (*rule, code))),
                _ => several = several.or(Some((*rule, found))),
            }
        }
        let codes: BTreeSet<&String> = said.iter().map(|(_, code)| code).collect();
        match (codes.len(), said.first(), several) {
            // several codes on a page contradict whatever a name says
            (1, _, Some((AttachRule::PageCode, codes))) => {
                said.extend(codes.into_iter().map(|code| (AttachRule::PageCode, code)));
                Attachment::Contradiction { said }
            }
            (1, Some((rule, code)), _) if self.codes.contains_key(&self.normaliser.normalise(code)) => {
                Attachment::To {
                    code: code.clone(),
                    rule: *rule,
                    page,
                }
            }
            // a page says a code that the catalogue does not have
            (1, _, _) => Attachment::Contradiction { said },
            (0, _, Some((rule, codes))) => Attachment::Several { rule, codes },
            (0, ..) => Attachment::Nothing {
                resembles: self.resembles(file),
            },
            _ => Attachment::Contradiction { said },
        }
    }

    fn exact(&self, text: &str) -> Said {
        self.codes
            .get(&self.normaliser.normalise(text))
            .cloned()
            .unwrap_or_default()
    }

    /// What the page says; a code that is not in the catalogue is said as it stands there.
    fn on_page(&self, file: &str) -> Said {
        let mut found = Said::new();
        for text in self.page_codes.get(file).into_iter().flatten() {
            let known = self.exact(text);
            let codes = if known.is_empty() {
                vec![text.clone()]
            } else {
                known
            };
            for code in codes {
                if !found.contains(&code) {
                    found.push(code);
                }
            }
        }
        found
    }

    fn in_name(&self, file: &str) -> (Said, Option<u32>) {
        let stem = self.normaliser.normalise(name::stem(file));
        if let Some(codes) = self.codes.get(&stem) {
            return (codes.clone(), None);
        }
        let found = name::without_page(&stem, self.rules.page_digits());
        match found.and_then(|(rest, page)| Some((self.codes.get(rest)?, page))) {
            Some((codes, page)) => (codes.clone(), Some(page)),
            None => (Said::new(), None),
        }
    }

    /// Codes anywhere in the name, each with no letter or digit before or behind it.
    fn inside(&self, file: &str) -> Said {
        let stem: Vec<char> = self.normaliser.normalise(name::stem(file)).chars().collect();
        let mut found = Said::new();
        let mut start = 0;
        while start < stem.len() {
            let begins = start == 0 || !name::joins(stem[start - 1]);
            let codes = begins.then(|| self.longest_at(&stem, start)).flatten();
            let Some((codes, length)) = codes else {
                start += 1;
                continue;
            };
            for code in codes {
                if !found.contains(code) {
                    found.push(code.clone());
                }
            }
            start += length;
        }
        found
    }

    /// The longest code at a place.
    fn longest_at(&self, stem: &[char], start: usize) -> Option<(&[String], usize)> {
        let left = stem.len() - start;
        for length in self.lengths.iter().copied().filter(|length| *length <= left) {
            let end = start + length;
            if !name::ends(&stem[end..], self.rules.page_digits()) {
                continue;
            }
            let text: String = stem[start..end].iter().collect();
            if let Some(codes) = self.codes.get(&text) {
                return Some((codes, length));
            }
        }
        None
    }

    fn in_folder(&self, file: &str) -> Said {
        let folders = file.rsplit_once('/').map_or("", |(folders, _)| folders);
        let codes = folders.rsplit('/').map(|folder| self.exact(folder));
        codes
            .into_iter()
            .find(|codes| !codes.is_empty())
            .unwrap_or_default()
    }

    /// At most three codes that differ from the name in one or two letters, for whoever decides.
    fn resembles(&self, file: &str) -> Vec<String> {
        const SHOWN: usize = 3;
        let left = self.comparisons.get();
        let compared = self.codes.len().min(left);
        self.comparisons.set(left - compared);
        let stem = self.normaliser.normalise(name::stem(file));
        let rest =
            name::without_page(&stem, self.rules.page_digits()).map_or(stem.as_str(), |(rest, _)| rest);
        let near = self.codes.iter().take(compared).filter_map(|(normal, codes)| {
            let distance =
                name::distance_up_to_two(normal, &stem).or_else(|| name::distance_up_to_two(normal, rest))?;
            Some((distance, codes.first()?.clone()))
        });
        let mut near: Vec<(usize, String)> = near.collect();
        near.sort();
        near.truncate(SHOWN);
        near.into_iter().map(|(_, code)| code).collect()
    }
}

#[cfg(test)]
mod tests;
