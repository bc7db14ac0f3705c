//! What is attached to a message.

use crate::reading::mime::{ContentType, Entity, Header, decode_transfer};
use crate::reading::web_archive::with_stated_charset;
use crate::reading::{Context, ReadError};
use std::borrow::Cow;

/// A file in a message.
#[derive(Debug)]
pub(super) struct Attachment<'a> {
    /// Its name.
    pub name: String,
    /// Its type as the sender says.
    pub mime: String,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> Attachment<'a> {
    /// The content of a part; `number` names it where the sender did not.
    pub(super) fn of(part: &Entity<'a>, content_type: &ContentType, body: &'a [u8], number: usize) -> Self {
        let bytes = decode_transfer(body, part.header.transfer_encoding());
        let bytes = match bytes {
            Cow::Borrowed(bytes) => with_stated_charset(bytes, content_type),
            Cow::Owned(bytes) => match with_stated_charset(&bytes, content_type) {
                Cow::Borrowed(_) => Cow::Owned(bytes),
                Cow::Owned(decoded) => Cow::Owned(decoded),
            },
        };
        let name = part
            .header
            .file_name()
            .unwrap_or_else(|| name_of(&part.header, content_type, &bytes, number));
        Self {
            name,
            mime: content_type.name.clone(),
            bytes,
        }
    }
}

/// A name for what has none: the address of a page, the subject of a message, else a number.
fn name_of(header: &Header, content_type: &ContentType, bytes: &[u8], number: usize) -> String {
    if let Some(location) = header.texts("content-location").next() {
        return location;
    }
    if is_message(content_type) {
        let (inner, _) = Header::split(bytes, 64 * 1024);
        let subject = inner.texts("subject").next();
        return subject.map_or_else(
            || format!("message-{number}.eml"),
            |subject| format!("{subject}.eml"),
        );
    }
    let ending = match content_type.name.as_str() {
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/rtf" | "application/rtf" => "rtf",
        "application/pdf" => "pdf",
        "image/jpeg" | "image/pjpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/tiff" => "tif",
        _ => "bin",
    };
    format!("part-{number}.{ending}")
}

/// Whether a part is a message.
pub(super) fn is_message(content_type: &ContentType) -> bool {
    matches!(
        content_type.name.as_str(),
        "message/rfc822" | "message/global" | "message/news"
    )
}

/// Has attachments read.
pub(super) fn tell_attachments(
    attachments: &[Attachment<'_>],
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    attachments
        .iter()
        .try_for_each(|attachment| context.part(&attachment.name, &attachment.mime, &attachment.bytes))
}
