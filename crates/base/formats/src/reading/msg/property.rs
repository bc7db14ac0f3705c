//! Properties of messages (MS-OXPROPS), whatever they were read from.

use crate::reading::compound::utf16;
use crate::reading::mime::decode_charset;
use crate::reading::rtf::code_page;
use crate::text::detect_charset;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// Identifiers of the properties that are read.
pub(super) mod id {
    pub(in crate::reading::msg) const SUBJECT: u16 = 0x0037;
    pub(in crate::reading::msg) const SUBMIT_TIME: u16 = 0x0039;
    pub(in crate::reading::msg) const SENT_FOR_NAME: u16 = 0x0042;
    pub(in crate::reading::msg) const SENT_FOR_ADDRESS: u16 = 0x0065;
    pub(in crate::reading::msg) const TRANSPORT_HEADERS: u16 = 0x007d;
    pub(in crate::reading::msg) const RECIPIENT_TYPE: u16 = 0x0c15;
    pub(in crate::reading::msg) const SENDER_NAME: u16 = 0x0c1a;
    pub(in crate::reading::msg) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(in crate::reading::msg) const DISPLAY_BCC: u16 = 0x0e02;
    pub(in crate::reading::msg) const DISPLAY_CC: u16 = 0x0e03;
    pub(in crate::reading::msg) const DISPLAY_TO: u16 = 0x0e04;
    pub(in crate::reading::msg) const DELIVERY_TIME: u16 = 0x0e06;
    pub(in crate::reading::msg) const BODY: u16 = 0x1000;
    pub(in crate::reading::msg) const RTF_COMPRESSED: u16 = 0x1009;
    pub(in crate::reading::msg) const BODY_HTML: u16 = 0x1013;
    pub(in crate::reading::msg) const MESSAGE_ID: u16 = 0x1035;
    pub(in crate::reading::msg) const REFERENCES: u16 = 0x1039;
    pub(in crate::reading::msg) const IN_REPLY_TO: u16 = 0x1042;
    pub(in crate::reading::msg) const DISPLAY_NAME: u16 = 0x3001;
    pub(in crate::reading::msg) const ADDRESS: u16 = 0x3003;
    pub(in crate::reading::msg) const CREATION_TIME: u16 = 0x3007;
    pub(in crate::reading::msg) const ATTACH_DATA: u16 = 0x3701;
    pub(in crate::reading::msg) const ATTACH_NAME: u16 = 0x3704;
    pub(in crate::reading::msg) const ATTACH_LONG_NAME: u16 = 0x3707;
    pub(in crate::reading::msg) const ATTACH_MIME: u16 = 0x370e;
    pub(in crate::reading::msg) const SMTP_ADDRESS: u16 = 0x39fe;
    pub(in crate::reading::msg) const INTERNET_CODE_PAGE: u16 = 0x3fde;
    pub(in crate::reading::msg) const LOCALE: u16 = 0x3ff1;
    pub(in crate::reading::msg) const MESSAGE_CODE_PAGE: u16 = 0x3ffd;
    pub(in crate::reading::msg) const SENDER_SMTP: u16 = 0x5d01;
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text in the code page of the message (type 001E).
    Bytes8(Vec<u8>),
    /// Text in UTF-16 (type 001F).
    Unicode(String),
    /// Bytes (type 0102).
    Binary(Vec<u8>),
    /// A number.
    Number(u32),
    /// A time in steps of 100 nanoseconds from 1601.
    Time(u64),
}

impl Value {
    /// A value of variable length by its type; `None`: it is none that is read.
    pub(super) fn of(kind: u16, bytes: Vec<u8>) -> Option<Self> {
        Some(match kind {
            0x001e => Self::Bytes8(bytes),
            0x001f => Self::Unicode(utf16(&bytes)),
            0x0102 | 0x000d => Self::Binary(bytes),
            _ => return None,
        })
    }
}

/// The properties of a message, a recipient or an attachment.
#[derive(Debug, Default)]
pub(super) struct Properties {
    values: BTreeMap<u16, Value>,
}

impl Properties {
    /// Adds a property; text in Unicode goes before text in a code page.
    pub(super) fn insert(&mut self, id: u16, value: Value) {
        let is_better = match self.values.get(&id) {
            Some(Value::Unicode(_)) => matches!(value, Value::Unicode(_)),
            _ => true,
        };
        if is_better {
            self.values.insert(id, value);
        }
    }

    /// A number.
    pub(super) fn number(&self, id: u16) -> Option<u32> {
        match self.values.get(&id) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A time.
    pub(super) fn time(&self, id: u16) -> Option<u64> {
        match self.values.get(&id) {
            Some(Value::Time(time)) => Some(*time),
            _ => None,
        }
    }

    /// Bytes, also those of a text.
    pub(super) fn bytes(&self, id: u16) -> Option<&[u8]> {
        match self.values.get(&id) {
            Some(Value::Binary(bytes) | Value::Bytes8(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Takes bytes out.
    pub(super) fn take_bytes(&mut self, id: u16) -> Option<Vec<u8>> {
        match self.values.remove(&id) {
            Some(Value::Binary(bytes) | Value::Bytes8(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Text that is not blank.
    pub(super) fn text(&self, id: u16, charset: Charset) -> Option<String> {
        let text = match self.values.get(&id)? {
            Value::Unicode(text) => text.clone(),
            Value::Bytes8(bytes) => {
                let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
                charset.decode(bytes)
            }
            _ => return None,
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// The texts in a code page, one after the other.
    fn joined_bytes(&self) -> Vec<u8> {
        let mut joined = Vec::new();
        for value in self.values.values() {
            if let Value::Bytes8(bytes) = value
                && !bytes.is_ascii()
            {
                joined.extend_from_slice(bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default());
                joined.push(b'\n');
            }
        }
        joined
    }
}

/// The encoding of the texts in a code page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charset(&'static Encoding);

impl Charset {
    /// What the message says, unless its texts have no meaning in it; else what its texts tell.
    pub(super) fn of<'a>(message: &Properties, others: impl Iterator<Item = &'a Properties>) -> Self {
        let mut bytes = message.joined_bytes();
        for other in others {
            bytes.extend(other.joined_bytes());
        }
        let number = |id| message.number(id).and_then(|page| i32::try_from(page).ok());
        let stated = [
            number(id::MESSAGE_CODE_PAGE).and_then(code_page),
            number(id::INTERNET_CODE_PAGE).and_then(code_page),
            message.number(id::LOCALE).and_then(code_page_of_locale),
        ];
        // the Western code page is stated where nothing is known
        let stated = stated.into_iter().flatten().filter(|encoding| {
            *encoding != encoding_rs::WINDOWS_1252
                && encoding
                    .decode_without_bom_handling_and_without_replacement(&bytes)
                    .is_some()
        });
        let mut stated = stated;
        Self(stated.next().unwrap_or_else(|| detect_charset(&bytes).encoding()))
    }

    /// The name of the encoding.
    pub(super) fn name(self) -> &'static str {
        self.0.name()
    }

    fn decode(self, bytes: &[u8]) -> String {
        decode_charset(bytes, Some(self.0.name()))
    }
}

/// The code page that goes with the language of a machine.
pub(in crate::reading) fn code_page_of_locale(locale: u32) -> Option<&'static Encoding> {
    let language = locale & 0xffff;
    let number = match (language & 0x3ff, language) {
        (_, 0x0404 | 0x0c04 | 0x1404) => 950,
        (0x04, _) => 936,
        (0x11, _) => 932,
        (0x12, _) => 949,
        (0x19 | 0x22 | 0x23 | 0x02 | 0x2f, _) => 1251,
        (0x08, _) => 1253,
        (0x1f, _) => 1254,
        (0x0d, _) => 1255,
        (0x01 | 0x29 | 0x20, _) => 1256,
        (0x25..=0x27, _) => 1257,
        (0x2a, _) => 1258,
        (0x1e, _) => 874,
        (0x05 | 0x0e | 0x15 | 0x18 | 0x1a | 0x1b | 0x24 | 0x1c, _) => 1250,
        _ => return None,
    };
    code_page(number)
}
