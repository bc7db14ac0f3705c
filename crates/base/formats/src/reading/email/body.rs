//! What a message says, and what is attached to it.

use super::attachment::{Attachment, is_message};
use super::flowed::unflow;
use super::uu;
use crate::reading::flow::Lines;
use crate::reading::html::{decode_markup, html_text};
use crate::reading::mime::{Body, ContentType, Entity, decode_charset, decode_transfer};
use std::borrow::Cow;

/// The content of a message.
#[derive(Debug, Default)]
pub(super) struct Content<'a> {
    /// What it says.
    pub lines: Lines,
    /// What is attached.
    pub attachments: Vec<Attachment<'a>>,
}

impl<'a> Content<'a> {
    /// The content of a message.
    pub(super) fn of(message: &Entity<'a>) -> Self {
        let mut content = Self::default();
        content.add(message, "text/plain", Place::Alone);
        content
    }

    fn add(&mut self, part: &Entity<'a>, default_type: &str, place: Place) {
        let content_type = part.header.content_type(default_type);
        match &part.body {
            Body::Leaf(body) => self.add_leaf(part, &content_type, body, place),
            Body::Multipart {
                preamble,
                parts,
                epilogue,
            } if parts.is_empty() => {
                // parts were promised and there are none: what there is, is the message
                for text in [preamble, epilogue] {
                    let text = decode_charset(text, content_type.parameter("charset"));
                    self.lines.push_text(&text);
                }
            }
            Body::Multipart { parts, .. } if content_type.is("multipart/alternative") => {
                self.add_alternatives(parts);
            }
            Body::Multipart { parts, .. } => {
                let (default_type, place) = match content_type.name.as_str() {
                    "multipart/digest" => ("message/rfc822", Place::Among),
                    "multipart/related" => ("text/plain", Place::Related),
                    _ => ("text/plain", Place::Among),
                };
                for part in parts {
                    self.add(part, default_type, place);
                }
            }
        }
    }

    fn add_leaf(&mut self, part: &Entity<'a>, content_type: &ContentType, body: &'a [u8], place: Place) {
        let disposition = part.header.disposition();
        let is_attached = disposition.name == "attachment"
            || (part.header.file_name().is_some() && disposition.name != "inline" && place != Place::Alone);
        let is_dress = matches!(
            content_type.name.as_str(),
            "text/css" | "text/javascript" | "application/javascript"
        );
        if is_dress && place == Place::Related {
            return;
        }
        if !is_attached && is_shown(content_type) {
            return self.add_text(part, content_type, body);
        }
        if place == Place::Alone
            && !is_attached
            && !content_type.is("multipart/")
            && content_type.name.starts_with("text/")
        {
            return self.add_text(part, content_type, body);
        }
        if body.trim_ascii().is_empty() {
            return;
        }
        let attachment = Attachment::of(part, content_type, body, self.attachments.len() + 1);
        self.attachments.push(attachment);
    }

    fn add_text(&mut self, part: &Entity<'a>, content_type: &ContentType, body: &'a [u8]) {
        let bytes = decode_transfer(body, part.header.transfer_encoding());
        let charset = content_type.parameter("charset");
        if is_marked_up(content_type) {
            self.lines
                .append(html_text(&decode_markup(&bytes, charset)).lines);
            return;
        }
        let mut text = decode_charset(&bytes, charset);
        if content_type
            .parameter("format")
            .is_some_and(|format| format.eq_ignore_ascii_case("flowed"))
        {
            let drops_blank = content_type
                .parameter("delsp")
                .is_some_and(|delsp| delsp.eq_ignore_ascii_case("yes"));
            text = unflow(&text, drops_blank);
        }
        let (text, files) = uu::cut_out(text);
        self.lines.push_text(&text);
        self.attachments.extend(files.into_iter().map(|file| Attachment {
            name: file.name,
            mime: String::new(),
            bytes: Cow::Owned(file.bytes),
        }));
    }

    /// Of the same text in several forms the plain one, else the last that has any text; of the others what is
    /// attached to them.
    fn add_alternatives(&mut self, parts: &[Entity<'a>]) {
        let mut contents: Vec<(bool, Self)> = Vec::new();
        for part in parts {
            let mut content = Self::default();
            content.add(part, "text/plain", Place::Related);
            let is_plain = part.header.content_type("text/plain").name == "text/plain";
            contents.push((is_plain, content));
        }
        let has_text = |(_, content): &(bool, Self)| !content.lines.is_blank();
        let plain = contents.iter().position(|content| content.0 && has_text(content));
        let chosen = plain.or_else(|| contents.iter().rposition(has_text));
        for (at, (_, content)) in contents.into_iter().enumerate() {
            if Some(at) == chosen {
                self.lines.append(content.lines);
            }
            self.attachments.extend(content.attachments);
        }
    }
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the message.
    Alone,
    /// Beside others.
    Among,
    /// Together with others it is one page.
    Related,
}

/// Whether a part is shown as text where it stands.
fn is_shown(content_type: &ContentType) -> bool {
    is_marked_up(content_type)
        || !is_message(content_type) && content_type.is("message/")
        || matches!(
            content_type.name.as_str(),
            "text/plain" | "text/rfc822-headers" | "text" | "text/unknown"
        )
}

fn is_marked_up(content_type: &ContentType) -> bool {
    matches!(
        content_type.name.as_str(),
        "text/html" | "application/xhtml+xml" | "text/enriched" | "text/richtext"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::mime::{MimeLimits, MimeParser};

    fn content(message: &str) -> (String, Vec<(String, String, usize)>) {
        let message = MimeParser::new(MimeLimits::default()).parse(message.as_bytes());
        let content = Content::of(&message);
        let attachments = content.attachments.into_iter();
        (
            content.lines.to_text(),
            attachments
                .map(|attachment| (attachment.name, attachment.mime, attachment.bytes.len()))
                .collect(),
        )
    }

    #[test]
    fn of_alternatives_the_plain_text_is_read() {
        let alternative = |plain: &str| {
            format!(
                "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\nContent-Type: multipart/related; \
                 boundary=c\n\n--c\nContent-Type: text/html; charset=utf-8\n\n<p>大坝<script>x</script>\n--c\nContent-Type: \
                 image/png; name=a.png\nContent-Transfer-Encoding: base64\n\nAAAA\n--c--\n--b--\n"
            )
        };
        let png = vec![("a.png".to_owned(), "image/png".to_owned(), 3)];
        assert_eq!(content(&alternative("plain")), ("plain".to_owned(), png.clone()));
        assert_eq!(content(&alternative(" ")), ("大坝".to_owned(), png));
    }

    #[test]
    fn what_is_attached_is_no_text() {
        let message = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Disposition: attachment; \
            filename*=utf-8''%E5%9D%9D.txt\n\nfile\n--b\nContent-Type: message/rfc822\n\nSubject: =?utf-8?B?5Z2d?=\n\ninner\n--b\n\
            Content-Type: message/delivery-status\n\nStatus: 5.0.0\n--b--";
        assert_eq!(
            content(message),
            (
                "one\nStatus: 5.0.0".to_owned(),
                vec![
                    ("坝.txt".to_owned(), "text/plain".to_owned(), 4),
                    ("坝.eml".to_owned(), "message/rfc822".to_owned(), 32)
                ]
            )
        );
    }

    #[test]
    fn a_message_without_the_parts_it_promised_is_read() {
        assert_eq!(
            content("Content-Type: multipart/mixed; boundary=b\n\nwords\n").0,
            "words"
        );
        assert_eq!(content("Content-Type: text/x-unknown\n\nwords\n").0, "words");
        assert_eq!(
            content("Content-Type: audio/x\nContent-Transfer-Encoding: base64\n\nAAAA")
                .1
                .len(),
            1
        );
    }
}
