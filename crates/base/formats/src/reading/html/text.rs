//! From the tokens of a page to its lines.

use crate::reading::flow::Lines;
use html5ever::tendril::{SliceExt as _, StrTendril};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, CharacterTokens, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult,
    Tokenizer, TokenizerOpts,
};
use lantai_domain::reading::LineRole;
use std::cell::RefCell;

/// Bytes given to the tokenizer at once.
const CHUNK: usize = 64 * 1024;
/// Characters of a title; one that was never closed would be the whole page.
const TITLE_CHARACTERS: usize = 1_000;
/// Values of `<meta>` kept.
const META: usize = 16;

/// What a page says.
#[derive(Debug, Default)]
pub(in crate::reading) struct HtmlText {
    /// Its title.
    pub title: String,
    /// What it says of itself, by names of [`lantai_domain::reading::Told`].
    pub meta: Vec<(&'static str, String)>,
    /// Its text.
    pub lines: Lines,
}

/// The text of a page, or of a piece of one.
pub(in crate::reading) fn html_text(html: &str) -> HtmlText {
    let beginning = html.get(..html.floor_char_boundary(1024)).unwrap_or_default();
    let sink = Sink(RefCell::new(Writer {
        is_xhtml: beginning.contains("<?xml") || beginning.contains("XHTML"),
        ..Writer::default()
    }));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(rest.ceil_char_boundary(CHUNK.min(rest.len())));
        queue.push_back(piece.to_tendril());
        let _result = tokenizer.feed(&queue);
        rest = more;
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Sink(RefCell<Writer>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.0.borrow_mut();
        match token {
            CharacterTokens(text) => {
                writer.characters(&text);
                TokenSinkResult::Continue
            }
            TagToken(tag) if tag.kind == StartTag => writer.begin(&tag),
            TagToken(tag) if tag.kind == EndTag => {
                writer.end(&tag.name);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// An element whose content is not shown, and how many of its name are open inside it.
struct Hidden {
    name: String,
    depth: usize,
}

#[derive(Default)]
struct Writer {
    page: HtmlText,
    line: String,
    is_xhtml: bool,
    hidden: Option<Hidden>,
    is_in_title: bool,
    /// How many elements are open whose line ends are the author's.
    kept: usize,
    tables: usize,
    /// Whether the line has cells.
    has_cells: bool,
    heading: bool,
    caption: bool,
    /// White space that stands before the next letter: none, a blank, or a line end of the source.
    space: Option<char>,
}

impl Writer {
    fn begin(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if self
            .hidden
            .as_ref()
            .is_some_and(|hidden| hidden.name == name && is_ended_by_next(name))
        {
            self.hidden = None;
        }
        if let Some(hidden) = &mut self.hidden {
            if hidden.name == name && !tag.self_closing {
                hidden.depth += 1;
            }
            return raw_kind(name)
                .filter(|_| !self.closes_itself(tag))
                .map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
        }
        if is_never_shown(name) || is_hidden(tag) {
            if !is_void(name) && !self.closes_itself(tag) {
                self.hidden = Some(Hidden {
                    name: name.to_owned(),
                    depth: 1,
                });
            }
            return raw_kind(name)
                .filter(|_| !self.closes_itself(tag))
                .map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
        }
        match name {
            "title" if self.page.title.is_empty() && !self.closes_itself(tag) => {
                self.is_in_title = true;
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "textarea" | "xmp" | "listing" | "pre" => {
                self.end_line();
                self.kept += 1;
            }
            "br" => self.break_line(),
            "meta" => self.meta(tag),
            "table" => {
                self.end_line();
                self.tables += 1;
            }
            "td" | "th" => self.begin_cell(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_line();
                self.heading = true;
            }
            "caption" | "figcaption" => {
                self.end_line();
                self.caption = true;
            }
            "plaintext" => return TokenSinkResult::Plaintext,
            name if is_block(name) => self.end_line(),
            _ => {}
        }
        match raw_kind(name).filter(|_| !self.closes_itself(tag)) {
            Some(kind) => TokenSinkResult::RawData(kind),
            None => TokenSinkResult::Continue,
        }
    }

    /// `<script/>` closes itself in XHTML, and in HTML it does not.
    fn closes_itself(&self, tag: &Tag) -> bool {
        tag.self_closing && self.is_xhtml
    }

    fn end(&mut self, name: &str) {
        if let Some(hidden) = &mut self.hidden {
            if hidden.name == name {
                hidden.depth -= 1;
                if hidden.depth == 0 {
                    self.hidden = None;
                }
                return;
            }
            let is_ended = is_ended_by_next(&hidden.name)
                && matches!(
                    name,
                    "table" | "ul" | "ol" | "dl" | "select" | "div" | "body" | "html"
                );
            if !is_ended {
                return;
            }
            self.hidden = None;
        }
        match name {
            "title" => self.is_in_title = false,
            "textarea" | "xmp" | "listing" | "pre" => {
                self.end_line();
                self.kept = self.kept.saturating_sub(1);
            }
            "table" => {
                self.end_line();
                self.tables = self.tables.saturating_sub(1);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_line();
                self.heading = false;
            }
            "caption" | "figcaption" => {
                self.end_line();
                self.caption = false;
            }
            "td" | "th" => {}
            name if is_block(name) => self.end_line(),
            _ => {}
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| attribute.value.to_string())
        };
        let Some(content) = attribute("content").filter(|_| self.page.meta.len() < META) else {
            return;
        };
        let name = match attribute("name")
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "author" | "dc.creator" => "author",
            "description" | "dc.description" => "description",
            "keywords" | "dc.subject" => "keywords",
            "date" | "dc.date" => "date",
            "generator" => "generator",
            _ => return,
        };
        self.page.meta.push((name, content));
    }

    fn characters(&mut self, text: &StrTendril) {
        if self.hidden.is_some() {
            return;
        }
        if self.is_in_title {
            return self.title(text);
        }
        if self.kept > 0 {
            for letter in text.chars() {
                match letter {
                    '\n' => self.break_line(),
                    '\r' => {}
                    letter => self.line.push(letter),
                }
            }
            return;
        }
        for letter in text.chars() {
            match letter {
                '\n' | '\r' => self.space = Some('\n'),
                ' ' | '\t' | '\u{c}' => self.space = self.space.or(Some(' ')),
                letter => self.letter(letter),
            }
        }
    }

    fn title(&mut self, text: &str) {
        for word in text.split_inclusive(char::is_whitespace) {
            if self.page.title.chars().count() >= TITLE_CHARACTERS {
                // never closed: the rest is the page
                self.line.push_str(word);
                continue;
            }
            self.page.title.push_str(word);
        }
    }

    fn letter(&mut self, letter: char) {
        if let Some(space) = self.space.take()
            && let Some(last) = self.line.chars().last().filter(|last| *last != '\t')
        {
            // a line end of the source between Chinese characters is no blank
            let is_joined = space == '\n' && is_wide(last) && is_wide(letter);
            if !is_joined {
                self.line.push(' ');
            }
        }
        self.line.push(if letter == '\u{a0}' { ' ' } else { letter });
    }

    fn begin_cell(&mut self) {
        self.space = None;
        if !self.line.is_empty() {
            self.line.push('\t');
            self.has_cells = true;
        }
    }

    /// Ends the line if there is one.
    fn end_line(&mut self) {
        self.space = None;
        if !self.line.trim().is_empty() {
            self.break_line();
        }
        self.line.clear();
        self.has_cells = false;
    }

    /// Ends the line, also an empty one.
    fn break_line(&mut self) {
        self.space = None;
        let role = match () {
            () if self.heading => LineRole::Heading,
            () if self.caption => LineRole::Caption,
            () if self.tables > 0 && self.has_cells => LineRole::Table,
            () => LineRole::Body,
        };
        self.page.lines.push(&self.line, role);
        self.line.clear();
        self.has_cells = false;
    }

    fn finish(mut self) -> HtmlText {
        self.end_line();
        let words: Vec<&str> = self.page.title.split_whitespace().collect();
        self.page.title = words.join(" ");
        self.page
    }
}

/// Characters between which no blank stands: those of Chinese and Japanese and their punctuation.
fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Elements whose content is not markup, whoever shows it.
fn raw_kind(name: &str) -> Option<RawKind> {
    Some(match name {
        "script" => RawKind::ScriptData,
        "style" | "iframe" | "noembed" | "xmp" => RawKind::Rawtext,
        "textarea" => RawKind::Rcdata,
        _ => return None,
    })
}

fn is_never_shown(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "iframe" | "noembed" | "template" | "datalist"
    )
}

/// Elements whose end need not be written.
fn is_ended_by_next(name: &str) -> bool {
    matches!(name, "p" | "li" | "tr" | "td" | "th" | "dt" | "dd" | "option")
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether the element says itself that it is not shown.
fn is_hidden(tag: &Tag) -> bool {
    tag.attrs.iter().any(|attribute| match &*attribute.name.local {
        "hidden" => !attribute.value.eq_ignore_ascii_case("until-found"),
        "style" => {
            let style: String = attribute
                .value
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .map(|letter| letter.to_ascii_lowercase())
                .collect();
            style.contains("display:none")
                || style.contains("visibility:hidden")
                || style.contains("mso-hide:all")
        }
        _ => false,
    })
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figure"
            | "footer"
            | "form"
            | "frameset"
            | "head"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "noframes"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "search"
            | "section"
            | "select"
            | "summary"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(html: &str) -> String {
        html_text(html).lines.to_text()
    }

    #[test]
    fn what_is_shown_is_text() {
        let page = html_text(
            "<html><head><title>关于\n 大坝</title><meta name=Author content=张三><style>p{}</style></head>\
             <body onload='x()'><h1>通 知</h1><p>各单位：<br>大坝\n验收  合格&nbsp;A&amp;B</p><script>var a='<p>no</p>'</script>\
             <noscript>yes</noscript><p><div style='DISPLAY : none'><div>no</div>no</div>end</body>",
        );
        assert_eq!(page.title, "关于 大坝");
        assert_eq!(page.meta, [("author", "张三".to_owned())]);
        assert_eq!(
            page.lines.to_text(),
            "通 知\n各单位：\n大坝验收 合格 A&B\nyes\nend"
        );
        assert_eq!(page.lines.of_role(LineRole::Heading), ["通 知"]);
    }

    #[test]
    fn rows_of_tables_are_lines() {
        let page =
            html_text("<table><caption>表一</caption><tr><th>年<th>题名<tr><td>1954<td><a>通知</a></table>x");
        assert_eq!(page.lines.to_text(), "表一\n年\t题名\n1954\t通知\nx");
        assert_eq!(page.lines.of_role(LineRole::Table).len(), 2);
    }

    #[test]
    fn what_was_never_closed_does_no_harm() {
        assert_eq!(text("a<script>b"), "a");
        assert_eq!(
            text("<?xml version='1.0'?><html xmlns='x'><script src='y'/><p>a</p>"),
            "a"
        );
        assert_eq!(text("<pre>a\n  b</pre>c"), "a\n  b\nc");
        assert!(text(&format!("<title>{}", "word ".repeat(5_000))).len() > 10_000);
        assert_eq!(text(&"<div>".repeat(100_000)), "");
        assert_eq!(text("<p hidden>a<p>b<ul><li hidden>c</ul>d"), "b\nd");
        assert_eq!(text("<img hidden>a<b hidden>b</b>c<!-- d -->"), "ac");
    }

    proptest! {
        #[test]
        fn text_between_tags_is_kept_whole(words in proptest::collection::vec("[a-z大坝]{1,8}", 1..8)) {
            let html: String = words.iter().map(|word| format!("<p class=x>{word}</p>\n<script>{word}</script>")).collect();
            prop_assert_eq!(text(&html), words.join("\n"));
        }

        #[test]
        fn nothing_makes_it_fall(html in "[<>/a-z =!'\"&;\\-]{0,200}") {
            let _text = html_text(&html);
        }
    }
}
