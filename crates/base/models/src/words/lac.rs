//! The embedded model: Baidu LAC 2, a recurrent network over characters with a conditional random field behind it.

use super::sentences::cut_sentences;
use super::table::{numbers_of, pairs, square_table};
use super::viterbi::Transitions;
use super::word::{Tag, Tagger, Word};
use crate::names::WORDS as NAME;
use crate::{ModelError, ModelStore, Runtime, Session, SessionOptions};
use ort::value::TensorRef;
use std::collections::HashMap;
use std::path::Path;

const GRAPH: &str = "lac_encoder.onnx";
/// A sentence that the model sees at once has at most this many characters.
const LONGEST: usize = 240;
/// The list of characters has this entry for those it lacks.
const UNKNOWN: &str = "OOV";
/// Most bytes of a file besides the graph.
const MOST_BYTES: u64 = 16 << 20;

/// Cuts texts into words and tells what they are.
///
/// Not cheap to open (32 MB of weights): one a process is enough. One thread, some 60 MB of memory.
pub struct Words {
    session: Session,
    /// Number of each character that the model knows.
    characters: HashMap<char, i64>,
    unknown: i64,
    /// Wide and traditional characters as the model knows them.
    folded: HashMap<char, char>,
    /// Tag of each label, and whether it begins a word.
    labels: Vec<(Tag, bool)>,
    transitions: Transitions,
    digest: Option<String>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Words")
            .field("characters", &self.characters.len())
            .field("labels", &self.labels.len())
            .finish_non_exhaustive()
    }
}

impl Words {
    /// Opens the model of the store.
    ///
    /// # Errors
    ///
    /// [`ModelError::Missing`] where it is not installed, the errors of [`ModelStore::file`] and [`Runtime::session`],
    /// [`ModelError::Format`] where one of its files cannot be understood.
    pub fn open(runtime: &Runtime, store: &ModelStore) -> Result<Self, ModelError> {
        let file = |name: &str| store.file(NAME, name);
        let digest = store.digest(NAME, GRAPH)?.to_owned();
        let mut words = Self::from_files(
            runtime,
            &file(GRAPH)?,
            &file("word.dic")?,
            &file("q2b.dic")?,
            &file("tag.dic")?,
            &file("lac_crf_transitions.npy")?,
        )?;
        words.digest = Some(digest);
        Ok(words)
    }

    fn from_files(
        runtime: &Runtime,
        graph: &Path,
        characters: &Path,
        folded: &Path,
        tags: &Path,
        transitions: &Path,
    ) -> Result<Self, ModelError> {
        let session = runtime.session(graph, SessionOptions::default())?;
        let (width, scores) = square_table(NAME, &read(transitions)?)?;
        let transitions = Transitions::new(width, scores)
            .ok_or_else(|| ModelError::format(NAME, "its table of steps is none"))?;
        let text = read_text(characters)?;
        let numbers = numbers_of(&text);
        let unknown = numbers.get(UNKNOWN).copied().ok_or_else(|| {
            ModelError::format(NAME, "its list of characters has no entry for unknown ones")
        })?;
        let characters = numbers
            .into_iter()
            .filter_map(|(entry, number)| Some((only_char(entry)?, number)))
            .collect();
        let folded = pairs(&read_text(folded)?)
            .filter_map(|(from, to)| Some((only_char(from)?, only_char(to)?)))
            .collect();
        // Labels without a name, the two ends among them, begin a noun.
        let mut labels = vec![(Tag::Noun, true); width];
        for (number, name) in pairs(&read_text(tags)?) {
            let place = number
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|number| labels.get_mut(number));
            if let Some(label) = place {
                let (tag, begins) = match name.rsplit_once('-') {
                    Some((tag, part)) => (tag, part != "I"),
                    None => (name, true),
                };
                *label = (Tag::from_name(tag), begins);
            }
        }
        Ok(Self {
            session,
            characters,
            unknown,
            folded,
            labels,
            transitions,
            digest: None,
        })
    }

    /// The words of each text with what they are, in order; line ends belong to no word, everything else to one.
    /// Places are characters of each text. Texts of any length: they are cut at the ends of sentences.
    ///
    /// # Errors
    ///
    /// [`ModelError::Answer`] where the model does not answer as it should.
    pub fn tag(&mut self, texts: &[&str]) -> Result<Vec<Vec<Word>>, ModelError> {
        texts.iter().map(|text| self.tag_text(text)).collect()
    }

    fn tag_text(&mut self, text: &str) -> Result<Vec<Word>, ModelError> {
        let chars: Vec<char> = text.chars().collect();
        let mut words = Vec::new();
        for (start, end) in cut_sentences(&chars, LONGEST) {
            let sentence = chars.get(start..end).unwrap_or_default();
            for (from, to, tag) in self.tag_sentence(sentence)? {
                words.push(Word {
                    text: sentence.get(from..to).unwrap_or_default().iter().collect(),
                    start: start + from,
                    end: start + to,
                    tag,
                });
            }
        }
        Ok(words)
    }

    /// First character, the one behind the last, and the tag of each word of a sentence.
    fn tag_sentence(&mut self, sentence: &[char]) -> Result<Vec<(usize, usize, Tag)>, ModelError> {
        let numbers: Vec<i64> = sentence.iter().map(|c| self.number(*c)).collect();
        let length = [i64::try_from(numbers.len()).map_err(|error| ModelError::answer(NAME, error))?];
        let answer = |error: ort::Error| ModelError::answer(NAME, error);
        let inputs = ort::inputs! {
            "token_ids" => TensorRef::from_array_view(([1_usize, numbers.len()], numbers.as_slice())).map_err(answer)?,
            "length" => TensorRef::from_array_view(([1_usize], length.as_slice())).map_err(answer)?,
        };
        let outputs = self.session.run(inputs).map_err(answer)?;
        let first = outputs.values().next();
        let scores = first.ok_or_else(|| ModelError::answer(NAME, "it gave nothing"))?;
        let (_, scores) = scores.try_extract_tensor::<f32>().map_err(answer)?;
        if scores.len() != numbers.len() * self.transitions.labels() {
            return Err(ModelError::answer(
                NAME,
                "its scores have another shape than the sentence",
            ));
        }
        let mut words: Vec<(usize, usize, Tag)> = Vec::new();
        for (at, label) in self.transitions.best(scores).into_iter().enumerate() {
            let (tag, begins) = self.labels.get(label).copied().unwrap_or((Tag::Noun, true));
            match words.last_mut() {
                Some(word) if !begins => word.1 = at + 1,
                _ => words.push((at, at + 1, tag)),
            }
        }
        Ok(words)
    }

    fn number(&self, c: char) -> i64 {
        let known = self.folded.get(&c).copied().unwrap_or(c);
        self.characters.get(&known).copied().unwrap_or(self.unknown)
    }
}

impl Tagger for Words {
    fn tag(&mut self, texts: &[&str]) -> Result<Vec<Vec<Word>>, ModelError> {
        Self::tag(self, texts)
    }

    fn name(&self) -> &str {
        NAME
    }

    fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    fn trust(&self) -> f32 {
        1.0
    }
}

fn only_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    let failed = |source| ModelError::Io {
        what: "read",
        path: path.to_path_buf(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        return Err(ModelError::format(NAME, "one of its lists is far too long"));
    }
    std::fs::read(path).map_err(failed)
}

fn read_text(path: &Path) -> Result<String, ModelError> {
    String::from_utf8(read(path)?).map_err(|_| ModelError::format(NAME, "one of its lists is not in UTF-8"))
}
