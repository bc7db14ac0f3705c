//! The tokens of Whisper: pieces of UTF-8, languages, times.

use crate::error::ModelError;
use crate::names;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// A token.
pub(super) type Token = u32;

/// End of what is said. Every token below it is a piece of text.
pub(super) const END: Token = 50257;
/// Begins an answer.
pub(super) const START: Token = 50258;
/// Asks for what is said, in its own language.
pub(super) const TRANSCRIBE: Token = 50359;
/// Nobody speaks.
pub(super) const NO_SPEECH: Token = 50362;
/// No times are wanted.
pub(super) const NO_TIMES: Token = 50363;
/// The time 0.00; every next one is 0.02 seconds later.
pub(super) const TIMES: Token = 50364;
/// Tokens in all: 1501 times end it.
pub(super) const TOKENS: usize = 51865;
/// A blank, with which no answer begins.
pub(super) const BLANK: Token = 220;

/// What the file `config.json` beside the weights says.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    /// Heads of the decoder (layer, head) whose attention follows the sound.
    pub(super) alignment_heads: Vec<(usize, usize)>,
    pub(super) lang_ids: Vec<Token>,
    pub(super) suppress_ids: Vec<Token>,
}

/// Pieces of text and languages.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The bytes of every piece of text.
    pieces: Vec<Vec<u8>>,
    /// ISO 639-1 of the tokens from [`START`] + 1 on.
    languages: Vec<String>,
}

impl Vocabulary {
    /// Reads `vocabulary.txt`, a token a line.
    ///
    /// # Errors
    ///
    /// [`ModelError::Io`] and [`ModelError::Format`].
    pub(super) fn read(path: &Path) -> Result<Self, ModelError> {
        let text = std::fs::read_to_string(path).map_err(|source| ModelError::Io {
            what: "read",
            path: path.to_path_buf(),
            source,
        })?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, ModelError> {
        let wrong = |reason: &str| ModelError::format(names::SPEECH, reason);
        let letters = letters();
        let mut pieces = Vec::new();
        let mut languages = Vec::new();
        // a line may hold characters that other programs take for line ends
        for (number, line) in text.split('\n').enumerate().take(TRANSCRIBE as usize - 1) {
            if number < END as usize {
                let bytes: Option<Vec<u8>> =
                    line.chars().map(|letter| letters.get(&letter).copied()).collect();
                pieces.push(bytes.ok_or_else(|| wrong("a token is no text"))?);
            } else if number > START as usize {
                let code = line.strip_prefix("<|").and_then(|rest| rest.strip_suffix("|>"));
                languages.push(code.ok_or_else(|| wrong("a language has no name"))?.to_owned());
            }
        }
        if pieces.len() < END as usize || languages.is_empty() {
            return Err(wrong("the vocabulary ends early"));
        }
        Ok(Self { pieces, languages })
    }

    /// The bytes of a piece of text; nothing for every other token.
    pub(super) fn bytes(&self, token: Token) -> &[u8] {
        self.pieces
            .get(token as usize)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// What tokens say.
    pub(super) fn text(&self, tokens: &[Token]) -> String {
        let bytes: Vec<u8> = tokens
            .iter()
            .flat_map(|token| self.bytes(*token))
            .copied()
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The token of a language of ISO 639-1, such as `zh`.
    pub(super) fn language(&self, code: &str) -> Option<Token> {
        let at = self.languages.iter().position(|language| language == code)?;
        Some(START + 1 + at as Token)
    }

    /// The language of a token.
    pub(super) fn language_code(&self, token: Token) -> Option<&str> {
        let at = token.checked_sub(START + 1)?;
        self.languages.get(at as usize).map(String::as_str)
    }
}

/// Tokens are written in letters that stand for bytes: printable ones for themselves, the others for letters from
/// U+0100 on, in order.
fn letters() -> HashMap<char, u8> {
    let mut next = 0x100_u32;
    (0..=u8::MAX)
        .map(|byte| {
            let printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
            let letter = if printable {
                char::from(byte)
            } else {
                next += 1;
                char::from_u32(next - 1).unwrap_or_default()
            };
            (letter, byte)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The token of a byte in [`vocabulary`].
    fn of_byte(byte: u8) -> Token {
        Token::from(byte)
    }

    fn vocabulary() -> Vocabulary {
        // bytes first, as in the real one, then a few pieces
        let mut letters: Vec<(u8, char)> = letters()
            .into_iter()
            .map(|(letter, byte)| (byte, letter))
            .collect();
        letters.sort_unstable();
        let mut lines: Vec<String> = letters.iter().map(|(_, letter)| letter.to_string()).collect();
        let joined = |text: &str| {
            text.bytes()
                .map(|byte| letters[usize::from(byte)].1)
                .collect::<String>()
        };
        lines.extend([joined("th"), joined("the"), joined(" the"), joined("水")]);
        lines.resize(END as usize, joined("zzzz"));
        lines.extend(["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>"].map(str::to_owned));
        Vocabulary::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn tokens_are_bytes_and_bytes_are_text() {
        let vocabulary = vocabulary();
        // t+h+e, a blank, 水 as one token, 库 as its three bytes
        let mut tokens = vec![257, of_byte(b' '), 259];
        tokens.extend("库".bytes().map(of_byte));
        assert_eq!(vocabulary.text(&tokens), "the 水库");
        assert_eq!(vocabulary.text(&[END, START]), "");
    }

    #[test]
    fn languages_are_known_by_their_code() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.language("zh"), Some(50260));
        assert_eq!(vocabulary.language_code(50259), Some("en"));
        assert_eq!(vocabulary.language("xx"), None);
    }

    #[test]
    fn a_short_vocabulary_is_refused() {
        assert!(Vocabulary::parse("a\nb").is_err());
        assert!(Vocabulary::parse("").is_err());
    }
}
