//! Words of a text (分词) with their part of speech, and the names among them.
//!
//! Two taggers stand behind one port: the embedded model LAC, and the dictionary of jieba where the model is missing.

mod dictionary;
mod lac;
mod sentences;
mod table;
mod viterbi;
mod word;

pub use dictionary::DictionaryTagger;
pub use lac::Words;
pub use sentences::cut_sentences;
pub use word::{Tag, Tagger, Word};
