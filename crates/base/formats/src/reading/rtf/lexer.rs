//! Tokens of RTF.

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` with its number.
    Word(&'a str, Option<i32>),
    /// `\` and a character that is no letter.
    Symbol(u8),
    /// `\'hh`, a byte of the text.
    Byte(u8),
    /// Bytes of the text as they stand.
    Text(&'a [u8]),
}

/// Letters of the longest word.
const MAX_WORD: usize = 32;

/// Reads tokens; there is no document that it cannot read.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of the bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Passes over raw bytes (`\bin`).
    pub(super) fn pass_over(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.bytes.len());
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let first = *rest.first()?;
        if first == b'\'' {
            let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            let Some((high, low)) = digit(1).zip(digit(2)) else {
                self.at += 1;
                return Some(Token::Symbol(b'\''));
            };
            self.at += 3;
            return Some(Token::Byte(u8::try_from(high * 16 + low).unwrap_or(b'?')));
        }
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return Some(Token::Symbol(first));
        }
        let letters = rest
            .iter()
            .take(MAX_WORD)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let word = std::str::from_utf8(rest.get(..letters)?).unwrap_or_default();
        let after = rest.get(letters..).unwrap_or_default();
        let sign = usize::from(after.first() == Some(&b'-'));
        let digits = after
            .iter()
            .skip(sign)
            .take(10)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let length = if digits == 0 { 0 } else { sign + digits };
        let number = after
            .get(..length)
            .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
        self.at += letters + length;
        if self.rest().first() == Some(&b' ') {
            self.at += 1;
        }
        Some(Token::Word(word, number))
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.rest();
            match rest.first()? {
                b'{' => {
                    self.at += 1;
                    return Some(Token::Open);
                }
                b'}' => {
                    self.at += 1;
                    return Some(Token::Close);
                }
                b'\\' => {
                    self.at += 1;
                    return self.control();
                }
                // line ends between tokens mean nothing
                b'\r' | b'\n' | 0 => self.at += 1,
                _ => {
                    let length = rest
                        .iter()
                        .position(|byte| matches!(byte, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0))
                        .unwrap_or(rest.len());
                    self.at += length;
                    return rest.get(..length).map(Token::Text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_numbers_symbols_and_bytes() {
        let tokens: Vec<Token<'_>> = Lexer::new(b"{\\rtf1\\u-25\\b0  x\r\n\\'e9\\*\\'zz}").collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Word("rtf", Some(1)),
                Token::Word("u", Some(-25)),
                Token::Word("b", Some(0)),
                Token::Text(b" x"),
                Token::Byte(0xe9),
                Token::Symbol(b'*'),
                Token::Symbol(b'\''),
                Token::Text(b"zz"),
                Token::Close,
            ]
        );
    }

    proptest! {
        #[test]
        fn every_document_has_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Lexer::new(&bytes).count() <= bytes.len());
        }
    }
}
