//! Words of a text with their part of speech, and the port of whoever finds them.

use crate::ModelError;

/// What a word is: its part of speech, or what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    /// A person (人名).
    Person,
    /// A place (地名).
    Place,
    /// An institution or body (机构).
    Organisation,
    /// A time or date (时间).
    Time,
    /// A noun.
    Noun,
    /// A proper noun of another kind.
    ProperNoun,
    /// The title of a work (作品名).
    Work,
    /// A word of place: 院内, 沿海.
    Locality,
    /// A word of direction: 上, 以内.
    Direction,
    /// A verb.
    Verb,
    /// A verb used as a noun: 工作, 管理.
    VerbalNoun,
    /// A verb used as an adverb.
    VerbalAdverb,
    /// An adjective.
    Adjective,
    /// An adjective used as an adverb.
    AdjectivalAdverb,
    /// An adjective used as a noun.
    AdjectivalNoun,
    /// An adverb.
    Adverb,
    /// A number, alone or with its measure.
    Number,
    /// A measure.
    Measure,
    /// A pronoun.
    Pronoun,
    /// A preposition.
    Preposition,
    /// A conjunction.
    Conjunction,
    /// A particle.
    Particle,
    /// Another function word.
    Function,
    /// Punctuation and blanks.
    Punctuation,
}

/// Every tag with its short name, as the models and dictionaries write it.
const NAMES: [(&str, Tag); 24] = [
    ("PER", Tag::Person),
    ("LOC", Tag::Place),
    ("ORG", Tag::Organisation),
    ("TIME", Tag::Time),
    ("n", Tag::Noun),
    ("nz", Tag::ProperNoun),
    ("nw", Tag::Work),
    ("s", Tag::Locality),
    ("f", Tag::Direction),
    ("v", Tag::Verb),
    ("vn", Tag::VerbalNoun),
    ("vd", Tag::VerbalAdverb),
    ("a", Tag::Adjective),
    ("ad", Tag::AdjectivalAdverb),
    ("an", Tag::AdjectivalNoun),
    ("d", Tag::Adverb),
    ("m", Tag::Number),
    ("q", Tag::Measure),
    ("r", Tag::Pronoun),
    ("p", Tag::Preposition),
    ("c", Tag::Conjunction),
    ("u", Tag::Particle),
    ("xc", Tag::Function),
    ("w", Tag::Punctuation),
];

impl Tag {
    /// The tag with this short name: those of LAC, and those of the dictionary of jieba (`nr`, `ns`, `nt`, `t`).
    /// A name that nobody knows is a noun.
    pub fn from_name(name: &str) -> Self {
        if let Some((_, tag)) = NAMES.iter().find(|(short, _)| *short == name) {
            return *tag;
        }
        let begins = |letters: &str| name.starts_with(letters);
        match () {
            () if begins("nr") => Self::Person,
            () if begins("eng") => Self::ProperNoun,
            () if begins("ns") => Self::Place,
            () if begins("nt") => Self::Organisation,
            () if begins("t") => Self::Time,
            () if begins("v") => Self::Verb,
            () if begins("a") || begins("b") || begins("z") => Self::Adjective,
            () if begins("d") => Self::Adverb,
            () if begins("m") => Self::Number,
            () if begins("q") => Self::Measure,
            () if begins("r") => Self::Pronoun,
            () if begins("p") => Self::Preposition,
            () if begins("c") => Self::Conjunction,
            () if begins("u") || begins("y") || begins("e") || begins("o") => Self::Particle,
            () if begins("f") => Self::Direction,
            () if begins("s") => Self::Locality,
            () if begins("w") || begins("x") => Self::Punctuation,
            () => Self::Noun,
        }
    }

    /// Its short name, as LAC writes it.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, tag)| *tag == self)
            .map_or("n", |(short, _)| short)
    }

    /// Whether it names a person, a place or a body.
    pub fn is_name(self) -> bool {
        matches!(self, Self::Person | Self::Place | Self::Organisation)
    }
}

/// A word at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As written.
    pub text: String,
    /// Its first character in the text that was given.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
    /// What it is.
    pub tag: Tag,
}

/// Whoever cuts texts into words and tells what they are: the embedded model, the dictionary, a stand-in of tests.
pub trait Tagger: Send {
    /// The words of each text, in order, without gaps: together they are the text.
    fn tag(&mut self, texts: &[&str]) -> Result<Vec<Vec<Word>>, ModelError>;

    /// Its name for the provenance: the model's name in `rules/models.toml`, or the library.
    fn name(&self) -> &str;

    /// SHA-256 of the model's weights, where it has any.
    fn digest(&self) -> Option<&str>;

    /// How far its names can be trusted, from 0 to 1: what the confidence of each found name is multiplied with.
    fn trust(&self) -> f32;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tags_are_read_back() {
        for (name, tag) in NAMES {
            assert_eq!(Tag::from_name(name), tag);
            assert_eq!(tag.name(), name);
        }
        for (name, tag) in [
            ("nrt", Tag::Person),
            ("ns", Tag::Place),
            ("nt", Tag::Organisation),
            ("t", Tag::Time),
            ("vg", Tag::Verb),
            ("uj", Tag::Particle),
            ("x", Tag::Punctuation),
            ("ng", Tag::Noun),
            ("eng", Tag::ProperNoun),
        ] {
            assert_eq!(Tag::from_name(name), tag, "{name}");
        }
    }
}
