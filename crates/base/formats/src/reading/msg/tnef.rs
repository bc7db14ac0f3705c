//! Messages wrapped up by Outlook for the way (MS-OXTNEF, `winmail.dat`).

use super::message::{File, Message};
use super::property::{Properties, Value, id};
use crate::reading::compound::{index, u16_at, u32_at, u64_at};

/// The first bytes.
pub(super) const MAGIC: &[u8] = &[0x78, 0x9f, 0x3e, 0x22];

/// Attributes that are read.
const SUBJECT: u32 = 0x0001_8004;
const BODY: u32 = 0x0002_800c;
const ATTACH_DATA: u32 = 0x0006_800f;
const ATTACH_TITLE: u32 = 0x0001_8010;
const ATTACH_BEGINS: u32 = 0x0006_9002;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const RECIPIENTS: u32 = 0x0006_9004;
const ATTACH_PROPERTIES: u32 = 0x0006_9005;
const CODE_PAGE: u32 = 0x0006_9007;

/// Attachments and recipients that are read, each.
const MAX_CHILDREN: usize = 10_000;
/// Values of one property.
const MAX_VALUES: u32 = 10_000;

/// Reads a message; what is broken off is told in it.
pub(super) fn read(bytes: &[u8]) -> Message {
    let mut message = Message::default();
    let mut at = 6;
    while at < bytes.len() {
        let Some((id, data)) = attribute(bytes, at) else {
            message.fault = Some(format!("what was wrapped up is broken at byte {at}"));
            return message;
        };
        take(&mut message, id, data);
        // level, identifier, length, data, checksum
        at += 1 + 4 + 4 + data.len() + 2;
    }
    message
}

fn attribute(bytes: &[u8], at: usize) -> Option<(u32, &[u8])> {
    let id = u32_at(bytes, at + 1)?;
    let length = index(u32_at(bytes, at + 5)?);
    let data = bytes.get(at + 9..(at + 9).checked_add(length)?)?;
    Some((id, data))
}

fn take(message: &mut Message, attribute: u32, data: &[u8]) {
    match attribute {
        SUBJECT => message
            .properties
            .insert(id::SUBJECT, Value::Bytes8(data.to_vec())),
        BODY => message.properties.insert(id::BODY, Value::Bytes8(data.to_vec())),
        CODE_PAGE => {
            if let Some(number) = u32_at(data, 0) {
                message
                    .properties
                    .insert(id::MESSAGE_CODE_PAGE, Value::Number(number));
            }
        }
        MESSAGE_PROPERTIES => {
            read_properties(data, 0, &mut message.properties);
        }
        RECIPIENTS => {
            let count = u32_at(data, 0).map_or(0, index).min(MAX_CHILDREN);
            let mut at = 4;
            for _ in 0..count {
                let mut recipient = Properties::default();
                let Some(end) = read_properties(data, at, &mut recipient) else {
                    break;
                };
                at = end;
                message.recipients.push(recipient);
            }
        }
        ATTACH_BEGINS if message.files.len() < MAX_CHILDREN => message.files.push(File::default()),
        ATTACH_DATA | ATTACH_TITLE | ATTACH_PROPERTIES => {
            let Some(file) = message.files.last_mut() else {
                return;
            };
            match attribute {
                ATTACH_DATA => file
                    .properties
                    .insert(id::ATTACH_DATA, Value::Binary(data.to_vec())),
                ATTACH_TITLE => file
                    .properties
                    .insert(id::ATTACH_NAME, Value::Bytes8(data.to_vec())),
                _ => {
                    read_properties(data, 0, &mut file.properties);
                }
            }
        }
        _ => {}
    }
}

/// Reads a list of properties; gives where it ends, `None` where it breaks off.
fn read_properties(data: &[u8], begin: usize, properties: &mut Properties) -> Option<usize> {
    let count = u32_at(data, begin)?;
    let mut at = begin + 4;
    for _ in 0..count {
        let kind = u16_at(data, at)?;
        let id = u16_at(data, at + 2)?;
        at += 4;
        if id >= 0x8000 {
            at = skip_name(data, at)?;
        }
        let is_list = kind & 0x1000 != 0;
        let kind = kind & 0x0fff;
        let length = match kind {
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => 4,
            0x0005..=0x0007 | 0x0014 | 0x0040 => 8,
            0x0048 => 16,
            0x001e | 0x001f | 0x000d | 0x0102 => 0,
            _ => return None,
        };
        let is_counted = is_list || length == 0;
        let values = if is_counted { u32_at(data, at)? } else { 1 };
        if values > MAX_VALUES {
            return None;
        }
        at += if is_counted { 4 } else { 0 };
        for _ in 0..values {
            let mut size = length;
            if length == 0 {
                size = index(u32_at(data, at)?);
                at += 4;
            }
            let content = data.get(at..at.checked_add(size)?)?;
            at = at.checked_add(size.checked_next_multiple_of(4)?)?;
            if !is_list && let Some(value) = value(kind, content) {
                properties.insert(id, value);
            }
        }
    }
    Some(at)
}

fn value(kind: u16, content: &[u8]) -> Option<Value> {
    match kind {
        0x0002 | 0x0003 => u32_at(content, 0).map(Value::Number),
        0x0040 => u64_at(content, 0).map(Value::Time),
        // an object begins with the identifier of what reads it
        0x000d => content.get(16..).map(|object| Value::Binary(object.to_vec())),
        kind => Value::of(kind, content.to_vec()),
    }
}

/// Passes over the name of a named property.
fn skip_name(data: &[u8], at: usize) -> Option<usize> {
    let at = at + 16;
    match u32_at(data, at)? {
        0 => Some(at + 8),
        _ => {
            let length = index(u32_at(data, at + 4)?);
            (at + 8).checked_add(length.checked_next_multiple_of(4)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::property::Charset;
    use super::*;
    use proptest::prelude::*;

    fn wrapped(attributes: &[(u32, &[u8])]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        for (id, data) in attributes {
            bytes.push(1);
            bytes.extend(id.to_le_bytes());
            bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            bytes.extend(*data);
            bytes.extend([0, 0]);
        }
        bytes
    }

    fn unicode(id: u16, text: &str) -> Vec<u8> {
        let text: Vec<u8> = text
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut bytes = [0x001f_u16.to_le_bytes(), id.to_le_bytes()].concat();
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        bytes.extend(&text);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn message_and_attachment_are_unwrapped() {
        let properties = [
            &2_u32.to_le_bytes()[..],
            &unicode(id::SUBJECT, "大坝"),
            &unicode(id::BODY, "验收"),
        ]
        .concat();
        let bytes = wrapped(&[
            (CODE_PAGE, &936_u32.to_le_bytes()),
            (SUBJECT, b"?\0"),
            (MESSAGE_PROPERTIES, &properties),
            (ATTACH_BEGINS, &[]),
            (ATTACH_TITLE, &encoding_rs::GB18030.encode("图.pdf\0").0),
            (ATTACH_DATA, b"bytes"),
        ]);
        let message = read(&bytes);
        let charset = Charset::of(
            &message.properties,
            message.files.iter().map(|file| &file.properties),
        );
        assert_eq!(
            message.properties.text(id::SUBJECT, charset).as_deref(),
            Some("大坝")
        );
        assert_eq!(
            message.files[0]
                .properties
                .text(id::ATTACH_NAME, charset)
                .as_deref(),
            Some("图.pdf")
        );
        assert_eq!(
            message.files[0].properties.bytes(id::ATTACH_DATA),
            Some(&b"bytes"[..])
        );
        assert!(read(&bytes[..bytes.len() - 4]).fault.is_some());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(data in proptest::collection::vec(prop_oneof![Just(0_u8), Just(0x1f), any::<u8>()], 0..200), id in prop_oneof![Just(MESSAGE_PROPERTIES), Just(RECIPIENTS), any::<u32>()]) {
            let _message = read(&wrapped(&[(ATTACH_BEGINS, &[]), (id, &data)]));
        }
    }
}
