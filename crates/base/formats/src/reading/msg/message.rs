//! What a message says, told as that of any other mail program.

use super::lzfu::decompress;
use super::property::{Charset, Properties, id};
use crate::reading::compound::file_time;
use crate::reading::flow::{Flow, Lines};
use crate::reading::html::{decode_markup, html_text};
use crate::reading::mime::Header;
use crate::reading::rtf::rtf_text;
use crate::reading::{Context, ReadError};
use lantai_domain::reading::LineRole;

/// A message, before its texts are decoded.
#[derive(Debug, Default)]
pub(super) struct Message {
    /// Its own properties.
    pub properties: Properties,
    /// Those of whom it is sent to.
    pub recipients: Vec<Properties>,
    /// What is attached.
    pub files: Vec<File>,
    /// What could not be read.
    pub fault: Option<String>,
}

/// A file attached to a message.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Its properties.
    pub properties: Properties,
    /// What lies in it as a storage, as a file of its own, and whether that is a message.
    pub embedded: Option<(Vec<u8>, bool)>,
    /// Why it could not be read.
    pub fault: Option<ReadError>,
}

/// Tells a message.
pub(super) fn tell(message: Message, context: &mut Context<'_>) -> Result<(), ReadError> {
    let others = message
        .recipients
        .iter()
        .chain(message.files.iter().map(|file| &file.properties));
    let charset = Charset::of(&message.properties, others);
    if let Some(fault) = &message.fault {
        context.omit("reading.damaged", fault.clone());
    }
    let mut parameters = serde_json::Map::new();
    parameters.insert("attachments".to_owned(), message.files.len().into());
    context.text_step("", parameters);
    let head = head(&message, charset);
    for (_, name, value) in &head {
        context.told(name, value);
    }
    let body = body(&message.properties, charset);
    tell_page(&head, &body, context)?;
    for (at, file) in message.files.into_iter().enumerate() {
        tell_file(file, at + 1, charset, context)?;
    }
    Ok(())
}

/// The fields: how they are shown, how they are told, and what they say.
fn head(message: &Message, charset: Charset) -> Vec<(&'static str, &'static str, String)> {
    let properties = &message.properties;
    let text = |id| properties.text(id, charset);
    let header = text(id::TRANSPORT_HEADERS).map(|header| Header::split(header.as_bytes(), 1 << 20).0);
    let field = |name: &str| header.as_ref().and_then(|header| header.texts(name).next());
    let sender = person(
        text(id::SENDER_NAME).or_else(|| text(id::SENT_FOR_NAME)),
        text(id::SENDER_SMTP)
            .or_else(|| text(id::SENDER_ADDRESS))
            .or_else(|| text(id::SENT_FOR_ADDRESS)),
    );
    let recipients = |kind: u32, display: u16| {
        let named: Vec<String> = message
            .recipients
            .iter()
            .filter(|recipient| {
                recipient
                    .number(id::RECIPIENT_TYPE)
                    .is_none_or(|is| is & 0xf == kind)
            })
            .filter(|recipient| kind == 1 || recipient.number(id::RECIPIENT_TYPE).is_some())
            .filter_map(|recipient| {
                let text = |id| recipient.text(id, charset);
                person(
                    text(id::DISPLAY_NAME),
                    text(id::SMTP_ADDRESS).or_else(|| text(id::ADDRESS)),
                )
            })
            .collect();
        Some(named.join("; "))
            .filter(|named| !named.is_empty())
            .or_else(|| text(display))
    };
    let time = [id::SUBMIT_TIME, id::DELIVERY_TIME, id::CREATION_TIME]
        .into_iter()
        .find_map(|id| properties.time(id).and_then(file_time));
    let all = [
        ("From", "from", sender.or_else(|| field("from"))),
        ("To", "to", recipients(1, id::DISPLAY_TO).or_else(|| field("to"))),
        ("Cc", "cc", recipients(2, id::DISPLAY_CC).or_else(|| field("cc"))),
        ("", "bcc", recipients(3, id::DISPLAY_BCC)),
        ("Date", "date", field("date").or(time)),
        (
            "Subject",
            "subject",
            text(id::SUBJECT).map(|subject| subject.trim().to_owned()),
        ),
        (
            "",
            "message_id",
            text(id::MESSAGE_ID).or_else(|| field("message-id")),
        ),
        (
            "",
            "in_reply_to",
            text(id::IN_REPLY_TO).or_else(|| field("in-reply-to")),
        ),
        (
            "",
            "references",
            text(id::REFERENCES).or_else(|| field("references")),
        ),
    ];
    all.into_iter()
        .filter_map(|(shown, name, value)| Some((shown, name, value?)))
        .collect()
}

fn person(name: Option<String>, address: Option<String>) -> Option<String> {
    // addresses inside an organisation's own directory say nothing to people
    let address = address.filter(|address| !address.starts_with("/O=") && !address.starts_with("/o="));
    match (name, address) {
        (Some(name), Some(address)) if !name.contains(&address) => {
            Some(format!("{} <{address}>", name.trim()))
        }
        (Some(name), _) => Some(name.trim().to_owned()),
        (None, address) => address,
    }
}

/// What the message says: as plain text, else as HTML, else as compressed RTF.
fn body(properties: &Properties, charset: Charset) -> Lines {
    let mut lines = Lines::default();
    if let Some(text) = properties.text(id::BODY, charset) {
        lines.push_text(&text);
    }
    if lines.is_blank() {
        let html = match properties.bytes(id::BODY_HTML) {
            Some(bytes) => {
                let page = properties
                    .number(id::INTERNET_CODE_PAGE)
                    .and_then(|page| i32::try_from(page).ok());
                let stated = page
                    .and_then(crate::reading::rtf::code_page)
                    .map(encoding_rs::Encoding::name);
                Some(decode_markup(bytes, stated.or(Some(charset.name()))))
            }
            None => properties.text(id::BODY_HTML, charset),
        };
        lines = html.map(|html| html_text(&html).lines).unwrap_or_default();
    }
    if lines.is_blank()
        && let Some(rtf) = properties.bytes(id::RTF_COMPRESSED).and_then(decompress)
    {
        for page in rtf_text(&rtf).pages {
            lines.append(page);
        }
    }
    lines
}

fn tell_page(
    head: &[(&'static str, &'static str, String)],
    body: &Lines,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let subject = head.iter().find(|(_, name, _)| *name == "subject");
    let subject = subject.map(|(_, _, value)| value.as_str()).unwrap_or_default();
    let mut flow = Flow::new(context);
    flow.set_label(subject)?;
    if !subject.is_empty() {
        flow.line(subject, LineRole::Heading)?;
    }
    for (shown, name, value) in head {
        if !shown.is_empty() && *name != "subject" {
            flow.line(&format!("{shown}: {value}"), LineRole::Body)?;
        }
    }
    if !body.is_blank() {
        flow.line("", LineRole::Body)?;
        flow.lines(body)?;
    }
    flow.end_page()
}

fn tell_file(
    mut file: File,
    number: usize,
    charset: Charset,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let text = |id| file.properties.text(id, charset);
    let name = text(id::ATTACH_LONG_NAME)
        .or_else(|| text(id::ATTACH_NAME))
        .or_else(|| text(id::DISPLAY_NAME))
        .unwrap_or_else(|| format!("part-{number}"));
    let mime = text(id::ATTACH_MIME).unwrap_or_default();
    if let Some(fault) = file.fault {
        context.omit(fault.code(), format!("{name}: {fault}"));
        return Ok(());
    }
    match file.embedded {
        Some((bytes, true)) => context.part(&format!("{name}.msg"), "application/vnd.ms-outlook", &bytes),
        Some((bytes, false)) => context.part(&name, &mime, &bytes),
        None => {
            let bytes = file.properties.take_bytes(id::ATTACH_DATA).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            context.part(&name, &mime, &bytes)
        }
    }
}
