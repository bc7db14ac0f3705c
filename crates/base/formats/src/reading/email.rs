//! E-mail (RFC 5322, MIME): who wrote to whom, what is said, and what was attached. Web pages kept in one file (MHTML)
//! are messages as well.
//!
//! Of alternatives the plain text is read, else the HTML as text. Attachments and messages in the message are read
//! as files of their own.

mod attachment;
mod body;
mod flowed;
mod uu;

use super::flow::{Flow, Lines};
use super::mime::{Entity, Header, MimeLimits, MimeParser};
use super::{Context, Input, ReadError};
use attachment::tell_attachments;
use body::Content;
use lantai_domain::reading::LineRole;

/// The fields of a header that are told, and the names under which they are.
const FIELDS: &[(&str, &str)] = &[
    ("From", "from"),
    ("Sender", "sender"),
    ("Reply-To", "reply_to"),
    ("To", "to"),
    ("Cc", "cc"),
    ("Bcc", "bcc"),
    ("Date", "date"),
    ("Subject", "subject"),
    ("Message-ID", "message_id"),
    ("In-Reply-To", "in_reply_to"),
    ("References", "references"),
    ("Newsgroups", "newsgroups"),
];
/// Those of them that stand above the text, as every mail program shows them.
const SHOWN: &[&str] = &["From", "To", "Cc", "Date", "Newsgroups"];

/// Reads a message.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().document_bytes)?;
    let mut parser = MimeParser::new(MimeLimits::default());
    let message = parser.parse(&bytes);
    if parser.cut {
        context.omit(
            "reading.too_deep",
            "parts of the message are nested too deep or are too many",
        );
    }
    tell_header(&message.header, context);
    let content = Content::of(&message);
    let mut parameters = serde_json::Map::new();
    parameters.insert("attachments".to_owned(), content.attachments.len().into());
    context.text_step("", parameters);
    tell_page(&message, &content.lines, context)?;
    tell_attachments(&content.attachments, context)
}

fn tell_header(header: &Header, context: &mut Context<'_>) {
    for (field, name) in FIELDS {
        for value in header.texts(field).take(20) {
            context.told(name, &value);
        }
    }
}

fn tell_page(message: &Entity<'_>, body: &Lines, context: &mut Context<'_>) -> Result<(), ReadError> {
    let header = &message.header;
    let subject = header.texts("subject").next().unwrap_or_default();
    let mut lines = Lines::default();
    lines.push(&subject, LineRole::Heading);
    for field in SHOWN {
        for value in header.texts(field).take(20) {
            lines.push(&format!("{field}: {value}"), LineRole::Body);
        }
    }
    let mut flow = Flow::new(context);
    flow.set_label(&subject)?;
    flow.lines(&lines)?;
    if !body.is_blank() {
        flow.line("", LineRole::Body)?;
        flow.lines(body)?;
    }
    flow.end_page()
}
