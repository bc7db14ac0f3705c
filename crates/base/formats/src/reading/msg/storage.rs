//! A message as a compound file (MS-OXMSG).

use super::message::{File, Message};
use super::property::{Properties, Value, id};
use crate::reading::ReadError;
use crate::reading::compound::{Compound, u16_at, u32_at, u64_at};
use std::io::{Read, Seek};

/// Recipients and attachments that are read, each.
const MAX_CHILDREN: usize = 10_000;
/// Where the properties of fixed length lie.
const FIXED: &str = "__properties_version1.0";
/// Where a message in the message lies in its attachment.
const INNER: &str = "__substg1.0_3701000D";

/// Reads a message.
pub(super) fn read<R: Read + Seek>(file: &mut Compound<R>) -> Result<Message, ReadError> {
    if !file.has_stream(FIXED) {
        return Err(ReadError::damaged("the compound file holds no message"));
    }
    let mut message = Message {
        properties: properties(file, "", 32)?,
        ..Message::default()
    };
    let names = file.names("");
    let recipients = names
        .iter()
        .filter(|name| name.starts_with("__recip_version1.0_"));
    for name in recipients.take(MAX_CHILDREN) {
        message.recipients.push(properties(file, name, 8)?);
    }
    let attachments = names
        .iter()
        .filter(|name| name.starts_with("__attach_version1.0_"));
    for name in attachments.take(MAX_CHILDREN) {
        let folder = name;
        let inner = format!("{folder}/{INNER}");
        let embedded = if !file.names(&inner).is_empty() {
            embedded(file, &inner)
        } else {
            Ok(None)
        };
        let properties = properties(file, folder, 8)?;
        message.files.push(match embedded {
            Ok(embedded) => File {
                properties,
                embedded,
                fault: None,
            },
            Err(error) => File {
                properties,
                embedded: None,
                fault: Some(error),
            },
        });
    }
    Ok(message)
}

/// A message or an object in the message, as a file of its own.
fn embedded<R: Read + Seek>(
    file: &mut Compound<R>,
    storage: &str,
) -> Result<Option<(Vec<u8>, bool)>, ReadError> {
    let is_message = file.has_stream(&format!("{storage}/{FIXED}"));
    let bytes = file.copy_storage(storage, |path, mut bytes| {
        // the header of a message at the top is eight bytes longer than that of one inside
        if is_message && path == FIXED && bytes.len() >= 24 {
            bytes.splice(24..24, [0; 8]);
        }
        bytes
    })?;
    Ok(Some((bytes, is_message)))
}

fn properties<R: Read + Seek>(
    file: &mut Compound<R>,
    folder: &str,
    header: usize,
) -> Result<Properties, ReadError> {
    let mut properties = Properties::default();
    let fixed = file.stream(&format!("{folder}/{FIXED}"))?.unwrap_or_default();
    for entry in fixed.get(header..).unwrap_or_default().chunks_exact(16) {
        let (Some(kind), Some(id)) = (u16_at(entry, 0), u16_at(entry, 2)) else {
            continue;
        };
        let value = match kind {
            0x0002 => u16_at(entry, 8).map(|number| Value::Number(number.into())),
            0x0003 => u32_at(entry, 8).map(Value::Number),
            0x0040 => u64_at(entry, 8).map(Value::Time),
            _ => None,
        };
        if let Some(value) = value {
            properties.insert(id, value);
        }
    }
    for name in file.names(folder) {
        let Some((id, kind)) = stream_name(&name).filter(|(id, _)| is_read(*id)) else {
            continue;
        };
        let path = format!("{folder}/{name}");
        if !file.has_stream(&path) {
            continue;
        }
        if let Some(value) = file.stream(&path)?.and_then(|bytes| Value::of(kind, bytes)) {
            properties.insert(id, value);
        }
    }
    Ok(properties)
}

/// `__substg1.0_0037001F`: identifier and type.
fn stream_name(name: &str) -> Option<(u16, u16)> {
    let digits = name
        .strip_prefix("__substg1.0_")
        .filter(|digits| digits.len() == 8)?;
    let number = |range| u16::from_str_radix(digits.get(range)?, 16).ok();
    Some((number(0..4)?, number(4..8)?))
}

/// Whether a property of variable length is of use.
fn is_read(wanted: u16) -> bool {
    matches!(
        wanted,
        id::SUBJECT
            | id::SENT_FOR_NAME
            | id::SENT_FOR_ADDRESS
            | id::TRANSPORT_HEADERS
            | id::SENDER_NAME
            | id::SENDER_ADDRESS
            | id::DISPLAY_BCC
            | id::DISPLAY_CC
            | id::DISPLAY_TO
            | id::BODY
            | id::RTF_COMPRESSED
            | id::BODY_HTML
            | id::MESSAGE_ID
            | id::REFERENCES
            | id::IN_REPLY_TO
            | id::DISPLAY_NAME
            | id::ADDRESS
            | id::ATTACH_DATA
            | id::ATTACH_NAME
            | id::ATTACH_LONG_NAME
            | id::ATTACH_MIME
            | id::SMTP_ADDRESS
            | id::SENDER_SMTP
    )
}
