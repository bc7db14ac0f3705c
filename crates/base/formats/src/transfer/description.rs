//! 说明文件.TXT: what the sender says of the package, one `name：value` a line.

use super::{TransferFault, TransferFaultKind};
use crate::text::decode_text;

/// Lines every package has.
const MANDATORY: [&str; 6] = [
    "移交单位",
    "内容描述",
    "起止档号",
    "档案数量",
    "软硬件环境",
    "数据量",
];
/// Lines that a package on a carrier has.
const CARRIER: [&str; 5] = ["离线载体参数", "载体编号", "载体数量", "制作单位", "检查单位"];
/// Bytes of the file that are read at most.
pub(super) const MOST_BYTES: u64 = 1024 * 1024;

/// What 说明文件 says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageDescription {
    /// Names and values in the order they were written.
    pub lines: Vec<(String, String)>,
    /// 档案数量.
    pub records: Option<u64>,
    /// 数据量, in bytes; `None` where it is written in another unit.
    pub bytes: Option<u64>,
}

impl PackageDescription {
    /// The value of a line, without spaces at its ends; an empty one is none.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.lines.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// First and last code of 起止档号.
    pub fn code_range(&self) -> Option<(&str, &str)> {
        let range = self.value("起止档号")?;
        let (first, last) = range.split_once('至').unwrap_or((range, range));
        Some((first.trim(), last.trim()))
    }

    /// Reads the file's bytes; `name` is for the faults.
    pub fn parse(bytes: &[u8], name: &str, faults: &mut Vec<TransferFault>) -> Self {
        let decoded = decode_text(bytes);
        let fault = |kind| TransferFault::new(kind).file(name);
        let is_accepted = matches!(decoded.charset, "UTF-8" | "US-ASCII" | "GB18030" | "GBK");
        if decoded.had_replacements || !is_accepted {
            faults.push(
                fault(TransferFaultKind::DescriptionEncoding)
                    .expected("UTF-8, GB 18030 or GB 2312")
                    .found(decoded.charset),
            );
        }
        let mut description = Self::default();
        for (line, number) in decoded.text.lines().zip(1_u64..) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let Some((key, value)) = line.split_once(['：', ':', '=']) else {
                // a value may go on in the next line
                match description.lines.last_mut() {
                    Some((_, value)) => {
                        value.push('\n');
                        value.push_str(line);
                    }
                    None => faults.push(
                        fault(TransferFaultKind::DescriptionLine)
                            .line(number)
                            .expected("name：value")
                            .found(shorten(line)),
                    ),
                }
                continue;
            };
            let key: String = key.chars().filter(|letter| !letter.is_whitespace()).collect();
            if description.lines.iter().any(|(known, _)| *known == key) {
                faults.push(
                    fault(TransferFaultKind::DescriptionFieldTwice)
                        .line(number)
                        .element(key),
                );
                continue;
            }
            description.lines.push((key, value.trim().to_owned()));
        }
        description.check(name, faults);
        description
    }

    fn check(&mut self, name: &str, faults: &mut Vec<TransferFault>) {
        let fault = |kind, element: &str| TransferFault::new(kind).file(name).element(element);
        for element in MANDATORY {
            if self.value(element).is_none() {
                let fault = fault(TransferFaultKind::DescriptionFieldMissing, element);
                faults.push(fault.expected("a value").found("nothing"));
            }
        }
        for element in CARRIER {
            if self.value(element).is_none() {
                faults.push(fault(TransferFaultKind::DescriptionCarrierField, element).found("nothing"));
            }
        }
        self.records = self.number("档案数量", whole_number, name, faults);
        self.bytes = self.number("数据量", bytes, name, faults);
    }

    fn number(
        &self,
        element: &str,
        read: fn(&str) -> Option<u64>,
        name: &str,
        faults: &mut Vec<TransferFault>,
    ) -> Option<u64> {
        let value = self.value(element)?;
        let number = read(value);
        if number.is_none() {
            let fault = TransferFault::new(TransferFaultKind::NumberNotUnderstood);
            let fault = fault.file(name).element(element);
            faults.push(fault.expected("a whole number").found(shorten(value)));
        }
        number
    }
}

/// A number with or without the unit 件, 卷 or 个 and with or without separators of thousands.
pub(super) fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches(['件', '卷', '个', '张']).trim();
    digits(text)
}

/// A number of bytes, with or without the unit.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let number = text
        .strip_suffix("字节")
        .or_else(|| text.strip_suffix(['B', 'b']))
        .unwrap_or(text);
    digits(number.trim())
}

fn digits(text: &str) -> Option<u64> {
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, ',' | '，'))
        .collect();
    let is_number = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { plain.parse().ok() } else { None }
}

/// The beginning of a text, for a report.
pub(super) fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(faults: &[TransferFault]) -> Vec<TransferFaultKind> {
        faults.iter().map(|fault| fault.kind).collect()
    }

    #[test]
    fn every_form_of_a_line_is_read() {
        let text = "移交单位：甲\n内容描述: 乙\n 起止档号 = A至B\n档案数量：1,200件\n数据量：318字节\n软硬件环境：无\n";
        for bytes in [
            text.as_bytes().to_vec(),
            encoding_rs::GB18030.encode(text).0.into_owned(),
        ] {
            let mut faults = Vec::new();
            let description = PackageDescription::parse(&bytes, "说明文件.TXT", &mut faults);
            assert_eq!((description.records, description.bytes), (Some(1200), Some(318)));
            assert_eq!(description.code_range(), Some(("A", "B")));
            assert!(faults.iter().all(|fault| fault.kind.is_warning()), "{faults:?}");
        }
    }

    #[test]
    fn what_is_missing_twice_or_no_number_is_named() {
        let mut faults = Vec::new();
        let text = "序言\n移交单位：甲\n移交单位：乙\n内容描述：\n起止档号：A\n档案数量：两件\n数据量：1.5GB";
        PackageDescription::parse(text.as_bytes(), "x", &mut faults);
        let found = kinds(&faults);
        for kind in [
            TransferFaultKind::DescriptionLine,
            TransferFaultKind::DescriptionFieldTwice,
            TransferFaultKind::DescriptionFieldMissing,
            TransferFaultKind::NumberNotUnderstood,
        ] {
            assert!(found.contains(&kind), "{kind:?} in {found:?}");
        }
        assert_eq!(
            found
                .iter()
                .filter(|kind| **kind == TransferFaultKind::NumberNotUnderstood)
                .count(),
            2
        );
    }
}
