//! What `bag-info.txt` tells about the bag (RFC 8493 §2.2.2).

use std::io::{self, Read};

use super::fault::{BagFault, FaultKind};
use super::lines::Lines;

/// The most labels that are read: hostile input must not fill the memory.
const MAX_LABELS: usize = 100_000;

/// Labels and values in the order of the file; labels may repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct BagInfo(Vec<(String, String)>);

impl BagInfo {
    /// All labels and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(label, value)| (label.as_str(), value.as_str()))
    }

    /// The first value of a label, whose case does not matter.
    pub fn value(&self, label: &str) -> Option<&str> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(label))
            .map(|(_, value)| value)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn read(
        lines: &mut Lines<impl Read>,
        file: &str,
        faults: &mut Vec<BagFault>,
    ) -> io::Result<Self> {
        let mut info: Vec<(String, String)> = Vec::new();
        while let Some(line) = lines.next_line()? {
            if !line.is_sound {
                faults.push(BagFault::new(FaultKind::Encoding, file).line(line.number));
                continue;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            let continued = info.last_mut().filter(|_| line.text.starts_with([' ', '\t']));
            if let Some((_, value)) = continued {
                value.push(' ');
                value.push_str(line.text.trim());
                continue;
            }
            match line.text.split_once(':') {
                Some((label, value)) if !label.trim().is_empty() && info.len() < MAX_LABELS => {
                    info.push((label.trim().to_owned(), value.trim().to_owned()));
                }
                _ => faults.push(BagFault::new(FaultKind::InfoForm, file).line(line.number)),
            }
        }
        Ok(Self(info))
    }

    /// `Payload-Oxum`: bytes and files of the payload; an error if it is there but malformed.
    pub(super) fn oxum(&self) -> Option<Result<(u64, u64), &str>> {
        let text = self.value("Payload-Oxum")?;
        let numbers = text.split_once('.').and_then(|(bytes, files)| {
            let number = |digits: &str| {
                digits
                    .bytes()
                    .all(|digit| digit.is_ascii_digit())
                    .then(|| digits.parse().ok())
            };
            Some((number(bytes).flatten()?, number(files).flatten()?))
        });
        Some(numbers.ok_or(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (BagInfo, Vec<BagFault>) {
        let mut faults = Vec::new();
        let mut lines = Lines::new(text.as_bytes(), encoding_rs::UTF_8);
        (
            BagInfo::read(&mut lines, "bag-info.txt", &mut faults).unwrap(),
            faults,
        )
    }

    #[test]
    fn labels_keep_their_order_and_long_values_are_joined() {
        let (info, faults) = read("Source-Organization: 档案馆\r\nNote: a\r\n  b\r\n\tc\nnote :  d\n");
        assert!(faults.is_empty());
        let all: Vec<_> = info.iter().collect();
        assert_eq!(
            all,
            [
                ("Source-Organization", "档案馆"),
                ("Note", "a b c"),
                ("note", "d")
            ]
        );
        assert_eq!(info.value("NOTE"), Some("a b c"));
    }

    #[test]
    fn lines_without_a_label_are_faults() {
        let (_, faults) = read(" starts with space\nno label\n: empty\nA: b\n");
        assert_eq!(
            faults.iter().map(|fault| fault.line).collect::<Vec<_>>(),
            [Some(1), Some(2), Some(3)]
        );
    }

    #[test]
    fn the_oxum_is_two_numbers() {
        assert_eq!(read("Payload-Oxum: 58.2").0.oxum(), Some(Ok((58, 2))));
        assert_eq!(read("Payload-Oxum: 58").0.oxum(), Some(Err("58")));
        assert_eq!(read("Payload-Oxum: +5.1").0.oxum(), Some(Err("+5.1")));
        assert_eq!(read("A: b").0.oxum(), None);
    }
}
