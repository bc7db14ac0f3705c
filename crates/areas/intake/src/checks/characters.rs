//! Check: characters that no metadata may hold.

use super::Record;
use crate::rules::Characters;
use crate::tally::Tally;
use encoding_rs::GB18030;
use std::collections::HashSet;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Forbidden characters told of one value.
const TOLD: usize = 5;

/// What is forbidden, ready to be looked up.
pub(super) struct Forbidden {
    controls: HashSet<char>,
    more: HashSet<char>,
    symbols: HashSet<char>,
}

impl Forbidden {
    pub fn new(rules: &Characters) -> Self {
        Self {
            controls: rules.allowed_controls.chars().collect(),
            more: rules.forbidden.chars().collect(),
            symbols: rules.allowed_symbols.chars().collect(),
        }
    }

    /// Looks at every value of a record.
    pub fn check(&self, record: &Record<'_>, tally: &mut Tally) {
        let values = record.item.elements.iter().chain(&record.item.other);
        let mut tested = 0;
        for (element, value) in values.filter(|(_, value)| !value.is_empty()) {
            // the text of a record is its content, and stays as it is
            if element == "full_text" {
                continue;
            }
            tested += 1;
            let found = self.find(value);
            if found.is_empty() {
                continue;
            }
            tally.fault("A-2.5", "intake.character_forbidden", |finding| {
                record
                    .place(finding, element)
                    .expected("no control, private-use, unassigned or replacement characters, no symbols outside the list")
                    .found(found.join("; "))
                    .mend("write the character that is meant; a character that has no code yet is described in words")
            });
        }
        tally.tested("A-2.5", tested);
    }

    /// The forbidden characters of a value, each with its code point and place.
    fn find(&self, value: &str) -> Vec<String> {
        if value.bytes().all(|byte| (0x20..0x7F).contains(&byte)) && self.more.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (place, character) in value.chars().enumerate() {
            let Some(why) = self.why(character) else { continue };
            if found.len() == TOLD {
                found.push("…".to_owned());
                break;
            }
            found.push(format!(
                "U+{:04X} at character {}: {why}",
                u32::from(character),
                place + 1
            ));
        }
        found
    }

    fn why(&self, character: char) -> Option<&'static str> {
        if self.more.contains(&character) {
            return Some("forbidden by the profile");
        }
        match character {
            '\u{FFFD}' => return Some("replacement character: something was lost before"),
            // most of what is written: no table needed
            '\u{20}'..='\u{7E}' | '\u{4E00}'..='\u{9FA5}' => return None,
            _ => {}
        }
        match character.general_category() {
            GeneralCategory::Control if !self.controls.contains(&character) => Some("control character"),
            GeneralCategory::PrivateUse => Some("private-use character"),
            GeneralCategory::Unassigned => Some("unassigned character"),
            _ if self.is_odd_symbol(character) => Some("symbol outside the list"),
            _ => None,
        }
    }

    /// A symbol in two bytes of GB 18030, rows 1 to 9, that is neither letter nor number nor listed punctuation.
    fn is_odd_symbol(&self, character: char) -> bool {
        if character.is_alphanumeric() || character.is_ascii() || self.symbols.contains(&character) {
            return false;
        }
        let mut buffer = [0; 4];
        let (bytes, _, unmappable) = GB18030.encode(character.encode_utf8(&mut buffer));
        !unmappable && matches!(bytes.as_ref(), [0xA1..=0xA9, _])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::CheckRules;

    fn forbidden() -> Forbidden {
        Forbidden::new(&CheckRules::builtin().unwrap().characters)
    }

    #[test]
    fn texts_of_any_script_are_allowed() {
        let forbidden = forbidden();
        for text in [
            "关于开展档案开放审核工作的通知（试行）〔2020〕1号",
            "ＷＳ·２０２０，—— “引号”《书名》",
            "བོད་ཡིག ئۇيغۇرچە ᠮᠣᠩᠭᠣᠯ ꆈꌠꉙ",
            "𠀀𪚥 é ① Ⅱ 第一行\n第二行",
        ] {
            assert_eq!(forbidden.find(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_is_forbidden_is_named_with_its_place() {
        let forbidden = forbidden();
        assert_eq!(
            forbidden.find("通\u{E000}知"),
            ["U+E000 at character 2: private-use character"]
        );
        for text in [
            "\u{7}",
            "\u{FFFD}",
            "\u{10FFFE}",
            "\u{F0000}",
            "\u{378}",
            "\u{85}",
        ] {
            assert_eq!(forbidden.find(text).len(), 1, "{text:?}");
        }
        assert!(
            forbidden.find("图形╳").len() == 1,
            "box drawing is a symbol outside the list"
        );
        assert_eq!(forbidden.find(&"\u{7}".repeat(40)).len(), TOLD + 1);
    }

    #[test]
    fn an_archive_may_forbid_more() {
        let mut rules = CheckRules::builtin().unwrap().characters;
        rules.forbidden = "#".to_owned();
        assert_eq!(Forbidden::new(&rules).find("a#").len(), 1);
    }
}
