//! Text as words, for ranking.
//!
//! Words lose finds that pairs of characters keep, so they never decide whether a record is found; they
//! say how well it fits.

use std::sync::OnceLock;

use jieba_rs::Jieba;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::fold::fold;

/// Words are cut from the beginning of a text only: behind it they hardly change the rank, and cutting
/// is the costliest step of indexing.
const MAX_CHARS: usize = 20_000;
const MAX_WORD_BYTES: usize = 192;

fn dictionary() -> &'static Jieba {
    static DICTIONARY: OnceLock<Jieba> = OnceLock::new();
    DICTIONARY.get_or_init(Jieba::new)
}

/// The words of a text, folded, in order; numbers and words of letters whole.
pub fn words(text: &str) -> Vec<String> {
    let begin = match text.char_indices().nth(MAX_CHARS) {
        Some((byte, _)) => &text[..byte],
        None => text,
    };
    let folded = fold(begin);
    dictionary()
        .cut(&folded, false)
        .into_iter()
        .map(|cut| cut.word)
        .filter(|word| word.chars().any(char::is_alphanumeric) && word.len() <= MAX_WORD_BYTES)
        .map(str::to_owned)
        .collect()
}

/// Cuts text into words for the engine.
#[derive(Clone, Default)]
pub struct WordTokenizer;

/// The stream of a [`WordTokenizer`].
pub struct WordStream {
    words: std::vec::IntoIter<String>,
    token: Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream {
        WordStream {
            words: words(text).into_iter(),
            token: Token::default(),
        }
    }
}

impl TokenStream for WordStream {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text = word;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts_give_the_same_words() {
        assert_eq!(words("關於糧食收購的通知"), words("关于粮食收购的通知"));
        assert!(words("关于粮食收购的通知").contains(&"粮食".to_owned()));
    }

    #[test]
    fn numbers_and_letters_stay_whole_and_signs_go() {
        assert_eq!(words("ＧＤＰ，1981"), ["gdp", "1981"]);
        assert!(words("，。！ 　").is_empty());
    }

    #[test]
    fn a_very_long_text_is_bounded() {
        assert!(words(&"粮食".repeat(50_000)).len() <= MAX_CHARS);
    }
}
