//! From tokens to the text of a document.

use super::charset::{code_page, decode_run, font_charset};
use super::lexer::{Lexer, Token};
use super::words::{Destination, character, destination};
use crate::reading::flow::Lines;
use encoding_rs::Encoding;
use lantai_domain::reading::LineRole;
use std::collections::HashMap;

/// Groups in one another whose settings are kept.
const MAX_DEPTH: usize = 1_000;
/// Fonts kept.
const MAX_FONTS: usize = 10_000;
/// Pages that may be empty one after the other.
const MAX_PAGES: usize = 100_000;

/// The text of a document.
#[derive(Debug)]
pub(in crate::reading) struct RtfText {
    /// Its lines, by hard page breaks.
    pub pages: Vec<Lines>,
    /// What it says of itself.
    pub told: Vec<(&'static str, String)>,
    /// Whether all groups were closed.
    pub is_whole: bool,
}

/// The text of a document.
pub(in crate::reading) fn rtf_text(bytes: &[u8]) -> RtfText {
    let mut document = Document::default();
    let mut lexer = Lexer::new(bytes);
    while let Some(token) = lexer.next() {
        match token {
            Token::Word("bin", Some(count)) => lexer.pass_over(usize::try_from(count).unwrap_or(0)),
            token => document.take(token),
        }
        if document.is_ended {
            break;
        }
    }
    document.finish()
}

#[derive(Clone, Copy)]
struct State {
    destination: Destination,
    /// What was the destination outside `\upr`, whose `\ud` holds the same text again in Unicode.
    outside: Destination,
    font: Option<i32>,
    /// Bytes that follow a `\u` for readers that know no Unicode.
    fallback: usize,
    is_hidden: bool,
    is_row: bool,
}

struct Document {
    state: State,
    stack: Vec<State>,
    /// Groups that are open beyond those kept.
    beyond: usize,
    is_ignorable: bool,
    is_ended: bool,
    encoding: &'static Encoding,
    fonts: HashMap<i32, Option<&'static Encoding>>,
    default_font: Option<i32>,
    /// Bytes not decoded yet, all of one font.
    bytes: Vec<u8>,
    /// Bytes to be passed over after `\u`.
    to_skip: usize,
    /// The first half of a character beyond the basic plane.
    surrogate: Option<u16>,
    line: String,
    margin: String,
    value: String,
    lines: Lines,
    pages: Vec<Lines>,
    told: Vec<(&'static str, String)>,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            state: State {
                destination: Destination::Body,
                outside: Destination::Body,
                font: None,
                fallback: 1,
                is_hidden: false,
                is_row: false,
            },
            stack: Vec::new(),
            beyond: 0,
            is_ignorable: false,
            is_ended: false,
            encoding: encoding_rs::WINDOWS_1252,
            fonts: HashMap::new(),
            default_font: None,
            bytes: Vec::new(),
            to_skip: 0,
            surrogate: None,
            line: String::new(),
            margin: String::new(),
            value: String::new(),
            lines: Lines::default(),
            pages: Vec::new(),
            told: Vec::new(),
        }
    }
}

impl Document {
    fn take(&mut self, token: Token<'_>) {
        let is_ignorable = std::mem::take(&mut self.is_ignorable);
        match token {
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Byte(byte) => self.text(&[byte]),
            Token::Text(text) => self.text(text),
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Word(word, number) => {
                self.to_skip = 0;
                self.word(word, number, is_ignorable);
            }
        }
    }

    fn open(&mut self) {
        self.flush();
        self.to_skip = 0;
        if self.stack.len() < MAX_DEPTH {
            self.stack.push(self.state);
        } else {
            self.beyond += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.to_skip = 0;
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let Some(before) = self.stack.pop() else {
            // a brace too many
            return;
        };
        let ended = self.state;
        self.state = before;
        self.is_ended = self.stack.is_empty();
        if ended.destination == before.destination {
            return;
        }
        match ended.destination {
            Destination::Told(name) => {
                let value = std::mem::take(&mut self.value);
                let value = value.trim();
                if !value.is_empty() {
                    self.told.push((name, value.to_owned()));
                }
            }
            Destination::Margin => self.end_line(LineRole::Margin),
            _ => {}
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.is_ignorable = true,
            b'~' => self.push(' '),
            b'_' => self.push('-'),
            b'\\' | b'{' | b'}' => self.text(&[symbol]),
            b'\r' | b'\n' => self.end_paragraph(),
            // an optional hyphen, marks of an index
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>, is_ignorable: bool) {
        if let Some(to) = destination(word) {
            return self.enter(word, to);
        }
        if is_ignorable {
            self.state.destination = Destination::Nowhere;
            return;
        }
        if let Some(letter) = character(word) {
            return self.push(letter);
        }
        match word {
            "u" => self.unicode(number.unwrap_or(0)),
            "uc" => self.state.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(0).min(100),
            "par" | "line" => self.end_paragraph(),
            "row" | "nestrow" => self.end_line(LineRole::Table),
            "page" => self.end_page(),
            "sect" => self.end_page(),
            "plain" => {
                self.set_font(None);
                self.state.is_hidden = false;
            }
            "v" => {
                self.flush();
                self.state.is_hidden = number != Some(0);
            }
            "intbl" => self.state.is_row = true,
            "pard" => self.state.is_row = false,
            "f" => self.set_font(number),
            "deff" => self.default_font = number,
            "fcharset" => self.font_encoding(number.and_then(font_charset)),
            "cpg" => self.font_encoding(number.and_then(code_page)),
            "ansicpg" => self.set_encoding(number.and_then(code_page)),
            "mac" => self.set_encoding(Some(encoding_rs::MACINTOSH)),
            _ => {}
        }
    }

    fn enter(&mut self, word: &str, to: Destination) {
        self.flush();
        let here = self.state.destination;
        match word {
            "upr" => self.state.outside = here,
            "ud" => {
                self.state.destination = self.state.outside;
                return;
            }
            _ => {}
        }
        // inside what goes nowhere only a shown result comes back
        if here == Destination::Nowhere
            && !matches!(word, "result" | "shptxt")
            && !matches!(to, Destination::Told(_))
        {
            return;
        }
        self.state.destination = to;
        if matches!(to, Destination::Told(_)) {
            self.value.clear();
        }
    }

    fn set_encoding(&mut self, encoding: Option<&'static Encoding>) {
        self.flush();
        self.encoding = encoding.unwrap_or(self.encoding);
    }

    fn set_font(&mut self, font: Option<i32>) {
        self.flush();
        self.state.font = font;
        if self.state.destination == Destination::Fonts
            && let Some(font) = font
            && self.fonts.len() < MAX_FONTS
        {
            self.fonts.insert(font, None);
        }
    }

    fn font_encoding(&mut self, encoding: Option<&'static Encoding>) {
        if self.state.destination != Destination::Fonts {
            return;
        }
        let font = self.state.font.and_then(|font| self.fonts.get_mut(&font));
        if let Some(known) = font {
            *known = encoding;
        }
    }

    fn text(&mut self, text: &[u8]) {
        let skipped = self.to_skip.min(text.len());
        self.to_skip -= skipped;
        let is_kept = !matches!(self.state.destination, Destination::Nowhere | Destination::Fonts);
        if is_kept && !self.state.is_hidden {
            self.bytes
                .extend_from_slice(text.get(skipped..).unwrap_or_default());
        }
    }

    /// Decodes the bytes that wait.
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let font = self.state.font.or(self.default_font);
        let encoding = font.and_then(|font| self.fonts.get(&font).copied()).flatten();
        let text = decode_run(&bytes, encoding, self.encoding);
        self.target().push_str(&text);
        self.bytes = bytes;
        self.bytes.clear();
    }

    fn target(&mut self) -> &mut String {
        match self.state.destination {
            Destination::Told(_) => &mut self.value,
            Destination::Margin => &mut self.margin,
            _ => &mut self.line,
        }
    }

    fn push(&mut self, letter: char) {
        self.flush();
        let is_kept = !matches!(self.state.destination, Destination::Nowhere | Destination::Fonts);
        if is_kept && !self.state.is_hidden {
            self.target().push(letter);
        }
    }

    /// `\uN`: a unit of UTF-16, as a signed number.
    fn unicode(&mut self, number: i32) {
        let before = self.surrogate.take();
        self.to_skip = self.state.fallback;
        let Ok(unit) = u16::try_from(number & 0xffff) else {
            return;
        };
        if (0xd800..0xdc00).contains(&unit) {
            self.surrogate = Some(unit);
            self.flush();
            return;
        }
        let letter = match before {
            Some(before) => char::decode_utf16([before, unit]).next().and_then(Result::ok),
            // marks of symbol fonts lie in the private area
            None => char::from_u32(u32::from(unit)),
        };
        let to_skip = self.to_skip;
        self.push(letter.unwrap_or('\u{fffd}'));
        self.to_skip = to_skip;
    }

    fn end_paragraph(&mut self) {
        self.flush();
        match self.state.destination {
            Destination::Margin => self.end_line(LineRole::Margin),
            // lines in a cell
            Destination::Body if self.state.is_row && !self.line.is_empty() => self.line.push(' '),
            Destination::Body => self.end_line(LineRole::Body),
            Destination::Told(_) => self.value.push(' '),
            _ => {}
        }
    }

    fn end_line(&mut self, role: LineRole) {
        self.flush();
        if role == LineRole::Margin {
            let margin = std::mem::take(&mut self.margin);
            if !margin.trim().is_empty() {
                self.lines.push(&margin, role);
            }
            return;
        }
        if matches!(self.state.destination, Destination::Nowhere | Destination::Fonts) {
            return;
        }
        let line = std::mem::take(&mut self.line);
        self.lines.push(&line, role);
    }

    fn end_page(&mut self) {
        if self.state.destination != Destination::Body {
            return;
        }
        self.flush();
        if !self.line.is_empty() {
            self.end_line(LineRole::Body);
        }
        if self.pages.len() < MAX_PAGES {
            self.pages.push(std::mem::take(&mut self.lines));
        }
    }

    fn finish(mut self) -> RtfText {
        self.state.destination = Destination::Body;
        if !self.bytes.is_empty() || !self.line.is_empty() {
            self.end_line(LineRole::Body);
        }
        if !self.lines.is_blank() || self.pages.is_empty() {
            self.pages.push(self.lines);
        }
        RtfText {
            pages: self.pages,
            told: self.told,
            is_whole: self.stack.is_empty() && self.beyond == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(rtf: &[u8]) -> String {
        let pages: Vec<String> = rtf_text(rtf).pages.iter().map(Lines::to_text).collect();
        pages.join("\u{c}")
    }

    #[test]
    fn text_in_code_pages_and_unicode() {
        let rtf = b"{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}{\\f1\\fcharset0 A;}}\
            \\f0\\'b4\\'f3\\'b0\\'d3\\f1 caf\\'e9 \\'b4\\'f3\\par \\uc1\\u22823?\\u-10179?\\u-8704?\\uc2\\u22365\\'b0\\'d3!\\~x\\par}junk";
        assert_eq!(text(rtf), "大坝café 大\n大😀坝! x");
    }

    #[test]
    fn what_is_no_text_is_passed_over() {
        let rtf = b"{\\rtf1{\\info{\\title A B}{\\author C}{\\*\\company D}}{\\stylesheet{\\s1 no;}}{\\*\\unknown no}{\\pict\\bin5 }{}{}\
            0102}{\\header top\\par}one{\\field{\\*\\fldinst HYPERLINK no}{\\fldrslt link}}{\\v hidden}\\page two{\\*\\shpinst{\\sp{\\sn no}\
            {\\sv no}}{\\shptxt box\\par}}{\\object{\\*\\objdata 00}{\\result shown}}}";
        let read = rtf_text(rtf);
        assert_eq!(text(rtf), "top\nonelink\u{c}twobox\nshown");
        assert_eq!(
            read.told,
            [
                ("title", "A B".to_owned()),
                ("author", "C".to_owned()),
                ("organisation", "D".to_owned())
            ]
        );
        assert!(read.is_whole);
        assert_eq!(read.pages[0].of_role(LineRole::Margin), ["top"]);
    }

    #[test]
    fn rows_are_lines_with_cells() {
        let read = rtf_text(b"{\\rtf1 a\\par\\intbl 1\\par 2\\cell 3\\cell\\row\\pard b\\par}");
        let page = &read.pages[0];
        assert_eq!(page.to_text(), "a\n1 2\t3\nb");
        assert_eq!(page.of_role(LineRole::Table), ["1 2\t3"]);
    }

    #[test]
    fn deep_and_broken_documents_are_read_to_their_end() {
        let deep = format!("{{\\rtf1 {}x", "{".repeat(100_000));
        let read = rtf_text(deep.as_bytes());
        assert!(!read.is_whole);
        assert_eq!(text(deep.as_bytes()), "x");
        assert_eq!(text(b"{\\rtf1 a\\bin99999999 b"), "a");
        assert_eq!(text(b"{\\rtf1 {\\upr{a}{\\*\\ud{b}}}}"), "b");
    }

    proptest! {
        #[test]
        fn any_text_written_in_unicode_comes_back(words in proptest::collection::vec("[ -\\[\\]-z大坝😀é]{1,12}", 1..5)) {
            let mut rtf = "{\\rtf1\\uc0 ".to_owned();
            for word in &words {
                for unit in word.encode_utf16() {
                    rtf.push_str(&format!("\\u{} ", i32::from(unit.cast_signed())));
                }
                rtf.push_str("\\par ");
            }
            rtf.push('}');
            let expected: Vec<&str> = words.iter().map(|word| word.trim_end()).collect();
            prop_assert_eq!(text(rtf.as_bytes()).replace(['\n', ' '], ""), expected.join("").replace(' ', ""));
        }

        #[test]
        fn nothing_makes_it_fall(rtf in "[{}\\\\a-z0-9'*~ -]{0,300}") {
            let _text = rtf_text(rtf.as_bytes());
        }
    }
}
