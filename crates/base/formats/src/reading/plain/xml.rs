//! The text in an XML document of any kind: what stands between tags. Nothing is fetched, no entity is expanded, a
//! document type is passed over.

use crate::reading::flow::{Lines, split_lines};
use lantai_domain::reading::LineRole;
use quick_xml::Reader;
use quick_xml::events::Event;

/// What an XML document says.
#[derive(Debug, Default)]
pub(in crate::reading) struct XmlText {
    /// The title of a drawing (SVG).
    pub title: String,
    /// Its text.
    pub lines: Lines,
    /// Why it was not read to its end.
    pub fault: Option<String>,
}

/// What stood before a piece of text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Start,
    End,
    /// An end and then a start: the text belongs to another field.
    Between,
}

/// The text of a document.
pub(in crate::reading) fn xml_text(xml: &str) -> XmlText {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut text = XmlText::default();
    let mut line = String::new();
    let mut before = Before::Nothing;
    // how deep we are in an element that holds no text
    let mut hidden = 0_usize;
    let mut is_title = false;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                text.fault = Some(format!("byte {}: {error}", reader.error_position()));
                break;
            }
        };
        match event {
            Event::Start(tag) => {
                let name = local_name(&tag);
                if hidden > 0 || holds_no_text(name) {
                    hidden += 1;
                }
                is_title = name == "title" && text.title.is_empty();
                before = if before == Before::End {
                    Before::Between
                } else {
                    Before::Start
                };
            }
            Event::Empty(_) => before = Before::Between,
            Event::End(_) => {
                hidden = hidden.saturating_sub(1);
                is_title = false;
                before = Before::End;
            }
            Event::Text(content) if hidden == 0 => {
                if is_title {
                    text.title = content.trim().to_owned();
                }
                add(&mut text.lines, &mut line, &mut before, &content);
            }
            Event::CData(content) if hidden == 0 => add(&mut text.lines, &mut line, &mut before, &content),
            Event::GeneralRef(reference) if hidden == 0 => match letter_of(&reference) {
                Some(letter) => line.push(letter),
                // an entity of the document's own: left as it is written
                None => line.push_str(&format!("&{};", &*reference)),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    end_line(&mut text.lines, &mut line);
    text
}

fn add(lines: &mut Lines, line: &mut String, before: &mut Before, content: &str) {
    if content.trim().is_empty() {
        // blanks between tags; a line end between them parts fields
        if content.contains('\n') && *before == Before::End {
            *before = Before::Between;
        } else if *before != Before::Between && !line.is_empty() {
            line.push(' ');
        }
        return;
    }
    if *before == Before::Between {
        end_line(lines, line);
    }
    *before = Before::Nothing;
    let mut pieces = split_lines(content);
    line.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        end_line(lines, line);
        line.push_str(piece.trim_start());
    }
}

fn end_line(lines: &mut Lines, line: &mut String) {
    if !line.trim().is_empty() {
        lines.push(line.trim(), LineRole::Body);
    }
    line.clear();
}

/// The name of a tag without its prefix.
fn local_name(tag: &str) -> &str {
    let name = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// Scripts, styles, and content that is no text but bytes.
fn holds_no_text(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "binData"
            | "binary-data"
            | "binaryData"
            | "Base64"
            | "电子文件数据"
            | "编码数据"
    )
}

fn letter_of(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?).filter(|letter| !letter.is_control() || letter.is_whitespace());
    }
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_lines_and_words_with_marks_are_not_parted() {
        let read = xml_text(
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'boom'>]><a><题名>关于<b>大坝</b>验收 &amp; &#x5927;</题名>\
             <年>1954</年>\n<月/>12<c><![CDATA[<x>]]></c><script>no()</script>&e;</a>",
        );
        assert_eq!(read.lines.to_text(), "关于大坝验收 & 大\n1954\n12<x>&e;");
        assert_eq!(read.fault, None);
    }

    #[test]
    fn what_is_broken_is_read_up_to_there() {
        let read = xml_text("<a>one</b><b>two<c");
        assert!(read.lines.to_text().starts_with("one"));
        assert!(read.fault.is_some());
        let deep = "<a>".repeat(100_000);
        assert!(xml_text(&deep).lines.is_blank());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(xml in "[<>/a-z&;!\\[\\]?='\" -]{0,200}") {
            let _text = xml_text(&xml);
        }
    }
}
