//! The lists of `rules/names.toml`, made ready for looking up.

use serde::Deserialize;
use std::collections::HashSet;

/// What the rules say of names.
#[derive(Debug, Clone)]
pub struct NameRules {
    pub(super) persons: PersonRules,
    pub(super) places: PlaceRules,
    pub(super) organisations: OrganisationRules,
}

#[derive(Debug, Clone)]
pub(super) struct PersonRules {
    pub surnames: HashSet<char>,
    pub compound_surnames: Vec<String>,
    /// The longest first.
    pub titles: Vec<String>,
    pub titles_before: HashSet<String>,
    /// The longest first.
    pub offices: Vec<String>,
    pub after_names: HashSet<char>,
    pub not_names: HashSet<char>,
    pub no_name_ends: HashSet<char>,
    pub transliteration: HashSet<char>,
    pub known: Vec<String>,
    pub never: HashSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct PlaceRules {
    pub nation_letters: HashSet<char>,
    pub province_letters: HashSet<char>,
    pub not_letters: HashSet<String>,
    pub letters_after: HashSet<char>,
    pub letters_before: HashSet<String>,
    /// The longest first.
    pub known: Vec<String>,
    pub always: HashSet<String>,
    pub peoples: HashSet<String>,
    pub divisions: Vec<String>,
    pub division_ends: Vec<String>,
    pub tails: HashSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct OrganisationRules {
    /// The longest first.
    pub endings: Vec<String>,
    pub weak: HashSet<String>,
    pub not_endings: HashSet<String>,
    pub bare: HashSet<String>,
    pub openings: HashSet<String>,
    pub congresses: HashSet<String>,
    pub never: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(
        dead_code,
        reason = "the version is for people and for the provenance, which reads it from the text"
    )]
    version: String,
    persons: PersonLists,
    places: PlaceLists,
    organisations: OrganisationLists,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonLists {
    surnames: String,
    compound_surnames: Vec<String>,
    titles: Vec<String>,
    titles_before: Vec<String>,
    offices: Vec<String>,
    after_names: String,
    not_names: String,
    no_name_ends: String,
    transliteration: String,
    known: Vec<String>,
    never: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceLists {
    nation_letters: String,
    province_letters: String,
    not_letters: Vec<String>,
    letters_after: String,
    letters_before: Vec<String>,
    known: Vec<String>,
    always: Vec<String>,
    peoples: Vec<String>,
    divisions: Vec<String>,
    division_ends: Vec<String>,
    tails: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationLists {
    endings: Vec<String>,
    weak: Vec<String>,
    not_endings: Vec<String>,
    bare: Vec<String>,
    short: Vec<String>,
    openings: Vec<String>,
    congresses: Vec<String>,
    never: Vec<String>,
}

impl NameRules {
    /// Reads the lists as `rules/names.toml` has them.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        Ok(Self {
            persons: PersonRules {
                surnames: letters(&file.persons.surnames),
                compound_surnames: file.persons.compound_surnames,
                titles: longest_first(file.persons.titles),
                titles_before: set(file.persons.titles_before),
                offices: longest_first(file.persons.offices),
                after_names: letters(&file.persons.after_names),
                not_names: letters(&file.persons.not_names),
                no_name_ends: letters(&file.persons.no_name_ends),
                transliteration: letters(&file.persons.transliteration),
                known: longest_first(file.persons.known),
                never: set(file.persons.never),
            },
            places: PlaceRules {
                nation_letters: letters(&file.places.nation_letters),
                province_letters: letters(&file.places.province_letters),
                not_letters: set(file.places.not_letters),
                letters_after: letters(&file.places.letters_after),
                letters_before: set(file.places.letters_before),
                known: longest_first(file.places.known),
                always: set(file.places.always),
                peoples: set(file.places.peoples),
                divisions: longest_first(file.places.divisions),
                division_ends: longest_first(file.places.division_ends),
                tails: set(file.places.tails),
            },
            organisations: OrganisationRules {
                endings: longest_first(file.organisations.endings),
                weak: set(file.organisations.weak),
                not_endings: set(file.organisations.not_endings),
                bare: file
                    .organisations
                    .bare
                    .into_iter()
                    .chain(file.organisations.short)
                    .collect(),
                openings: set(file.organisations.openings),
                congresses: set(file.organisations.congresses),
                never: set(file.organisations.never),
            },
        })
    }
}

impl PersonRules {
    /// Whether a name may begin so: with a surname of one character or more.
    pub fn begins_with_surname(&self, name: &str) -> bool {
        self.compound_surnames
            .iter()
            .any(|one| name.starts_with(one.as_str()))
            || name
                .chars()
                .next()
                .is_some_and(|first| self.surnames.contains(&first))
    }

    /// Whether it looks like a foreign name written by sound.
    pub fn is_foreign(&self, name: &str) -> bool {
        name.contains('·')
            || (name.chars().count() > 2 && name.chars().all(|c| self.transliteration.contains(&c)))
    }
}

impl PlaceRules {
    /// The longest known place with which a text begins.
    pub fn known_at_start(&self, text: &str) -> Option<&str> {
        self.known
            .iter()
            .map(String::as_str)
            .find(|one| text.starts_with(one))
    }
}

impl OrganisationRules {
    /// Whether the name of a body may end so.
    pub fn ends_a_body(&self, text: &str) -> bool {
        !self.not_endings.contains(text) && self.endings.iter().any(|ending| text.ends_with(ending.as_str()))
    }
}

fn letters(text: &str) -> HashSet<char> {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn set(words: Vec<String>) -> HashSet<String> {
    words.into_iter().collect()
}

/// So that the first that fits is the longest.
fn longest_first(mut words: Vec<String>) -> Vec<String> {
    words.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
    words.dedup();
    words
}

impl NameRules {
    /// Whether words are the name of a body, going by their ending or a list.
    pub fn is_body(&self, name: &str) -> bool {
        let bodies = &self.organisations;
        bodies.bare.contains(name) || (bodies.ends_a_body(name) && !bodies.never.contains(name))
    }
}
