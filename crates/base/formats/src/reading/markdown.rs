//! Markdown (CommonMark with tables, footnotes and strike-through): the words without their marks.

use super::flow::{Flow, Lines};
use super::html::html_text;
use super::{Context, Input, ReadError};
use crate::text::decode_text;
use lantai_domain::reading::LineRole;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Reads a text in Markdown.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().document_bytes)?;
    context.text_step("", serde_json::Map::new());
    let page = markdown_text(&decode_text(&bytes).text);
    context.told("title", &page.title);
    let mut flow = Flow::new(context);
    flow.lines(&page.lines)?;
    flow.end_page()
}

#[derive(Default)]
struct Markdown {
    /// Its first heading.
    title: String,
    lines: Lines,
    line: String,
    role: LineRole,
    html: String,
}

fn markdown_text(text: &str) -> Markdown {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut page = Markdown::default();
    for event in Parser::new_ext(text, options) {
        page.take(event);
    }
    page.end_line();
    page
}

impl Markdown {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                let mut lines = text.split('\n');
                self.line.push_str(lines.next().unwrap_or_default());
                for line in lines {
                    self.lines.push(&self.line, self.role);
                    self.line = line.to_owned();
                }
            }
            Event::Html(html) => self.html.push_str(&html),
            // tags alone say nothing
            Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
            Event::SoftBreak | Event::HardBreak | Event::Rule => self.end_line(),
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.end_line();
                self.role = LineRole::Heading;
            }
            Tag::TableRow | Tag::TableHead => {
                self.end_line();
                self.role = LineRole::Table;
            }
            Tag::TableCell if !self.line.is_empty() => self.line.push('\t'),
            Tag::Paragraph | Tag::Item | Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::FootnoteDefinition(_) => {
                self.end_line();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                if self.title.is_empty() {
                    self.title = self.line.trim().to_owned();
                }
                self.end_line();
                self.role = LineRole::Body;
            }
            TagEnd::TableRow | TagEnd::TableHead => {
                self.end_line();
                self.role = LineRole::Body;
            }
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.html);
                self.lines.append(html_text(&html).lines);
            }
            TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock => self.end_line(),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.lines.push(&self.line, self.role);
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_are_no_text() {
        let page = markdown_text(
            "# 大坝 *验收*\n\n请[各单位](http://x)参加\n第二行\n\n- 甲\n  - 乙\n\n| 年 | 题名 |\n|--|--|\n| 1954 | `通知` |\n\n\
             <div>块<script>no()</script></div>\n\n![图](data:x)\n",
        );
        assert_eq!(page.title, "大坝 验收");
        assert_eq!(
            page.lines.to_text(),
            "大坝 验收\n请各单位参加\n第二行\n甲\n乙\n年\t题名\n1954\t通知\n块\n图"
        );
        assert_eq!(page.lines.of_role(LineRole::Table).len(), 2);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(text in "[\\[\\]()*_`#>|\\n a-b!<~-]{0,300}") {
            let _page = markdown_text(&text);
        }
    }
}
