//! Checks I-3.1, I-3.2 and I-4.2, as far as names and numbers tell: the parts of a record, its attachments, its files.

use super::Record;
use super::values::shortened;
use crate::rules::{CheckRules, ComponentWords};
use crate::submission::SubmittedFile;
use crate::tally::Tally;
use lantai_domain::FileRole;
use std::collections::BTreeSet;
use std::path::Path;

/// What a file is to its record, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Component {
    /// The text itself.
    Main,
    /// 附件.
    Attachment,
    /// 处理单.
    HandlingForm,
    /// 定稿 and earlier.
    Manuscript,
}

impl Component {
    fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Attachment => "attachment",
            Self::HandlingForm => "handling_form",
            Self::Manuscript => "manuscript",
        }
    }

    /// By the words of the rules, which must stand apart in the name: a notice about attachments is none.
    pub fn of(name: &str, words: &ComponentWords) -> Self {
        let last = name.rsplit('/').next().unwrap_or(name);
        let stem = last
            .rsplit_once('.')
            .map_or(last, |(stem, _)| stem)
            .to_lowercase();
        let kinds = [
            (Self::Attachment, &words.attachment),
            (Self::HandlingForm, &words.handling_form),
            (Self::Manuscript, &words.manuscript),
        ];
        let found = kinds
            .into_iter()
            .find(|(_, words)| words.iter().any(|word| stands_apart(&stem, word)));
        found.map_or(Self::Main, |(kind, _)| kind)
    }
}

fn stands_apart(stem: &str, word: &str) -> bool {
    const NUMERALS: &str = "一二三四五六七八九十";
    let apart = |character: Option<char>| {
        character.is_none_or(|character| !character.is_alphabetic() || NUMERALS.contains(character))
    };
    stem.match_indices(word).any(|(place, _)| {
        let before = stem.get(..place).and_then(|text| text.chars().next_back());
        let after = stem
            .get(place + word.len()..)
            .and_then(|text| text.chars().next());
        apart(before) && apart(after)
    })
}

/// The three checks.
pub(super) fn check(record: &Record<'_>, rules: &CheckRules, tally: &mut Tally) {
    let content: Vec<&SubmittedFile> = record
        .item
        .files
        .iter()
        .filter(|file| file.role == FileRole::Content)
        .collect();
    let components: Vec<Component> = content
        .iter()
        .map(|file| match record.item.is_plain_file {
            true => Component::Main,
            false => Component::of(&file.name, &rules.components),
        })
        .collect();
    whole(record, rules, &components, tally);
    attachments(record, &components, tally);
    stated(record, tally);
}

fn whole(record: &Record<'_>, rules: &CheckRules, components: &[Component], tally: &mut Tally) {
    let file_is_missing = record.item.files_stated.unwrap_or(0) > 0;
    if components.is_empty() {
        // a file that is named and not there is told as that, not as a record without content
        if record.is_structured() && !file_is_missing {
            tally.tested("I-3.1", 1);
            tally.fault("I-3.1", "intake.content_missing", |finding| {
                finding
                    .record(record.label)
                    .expected("the main text")
                    .found("no content file")
                    .mend("add the record itself; a package hands over records, not entries")
            });
        }
        return;
    }
    tally.tested("I-3.1", 1);
    if !components.contains(&Component::Main) {
        tally.fault("I-3.1", "intake.main_text_missing", |finding| {
            finding
                .record(record.label)
                .expected("the main text")
                .found(format!(
                    "{} files, all of them attachments, forms or drafts by their names",
                    components.len()
                ))
                .mend("add the main text, or name the file that is the main text by the record's code")
        });
    }
    for rule in &rules.component_rules {
        let fits = |wanted: &[String], value: Option<&str>| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|one| one == value))
        };
        let category = record
            .described
            .description
            .as_ref()
            .map(|known| known.category.as_str());
        if !fits(&rule.document_types, record.value("document_type"))
            || !fits(&rule.categories, category)
            || !fits(&rule.retention, record.value("retention_period"))
        {
            continue;
        }
        for demanded in &rule.demands {
            if components.iter().all(|component| component.name() != demanded) {
                tally.fault("I-3.1", "intake.component_missing", |finding| {
                    finding
                        .record(record.label)
                        .expected(format!("{demanded}, as the rule {} demands", rule.id))
                        .found("no file with such a name")
                        .mend("add the component")
                });
            }
        }
    }
}

fn attachments(record: &Record<'_>, components: &[Component], tally: &mut Tally) {
    let present = present(components);
    if let Some(stated) = record.value("x_attachments") {
        let count = count_stated(stated);
        tally.tested("I-3.2", 1);
        if count > present {
            tally.fault("I-3.2", "intake.attachment_missing", |finding| {
                record
                    .place(finding, "x_attachments")
                    .expected(format!("{count} attachments"))
                    .found(format!("{present} files that may be attachments"))
                    .mend("add the attachments that are missing")
            });
        }
        return;
    }
    if components.is_empty() {
        return;
    }
    for element in ["annotation", "abstract"] {
        let Some(text) = record.value(element) else {
            continue;
        };
        if let Some((count, place)) = named_in_text(text) {
            tally.tested("I-3.2", 1);
            if count > present {
                tally.question("I-3.2", "intake.attachments_unclear", |finding| {
                    record
                        .place(finding, element)
                        .expected(format!(
                            "{count} attachments, as the element says: {}",
                            shortened(&place)
                        ))
                        .found(format!("{present} files that may be attachments"))
                        .mend("look whether the attachments are inside the main text; otherwise add them")
                });
            }
        }
    }
}

/// How many of the files may be attachments: those that say so, or else all but one.
pub(crate) fn present(components: &[Component]) -> u64 {
    let by_name = components
        .iter()
        .filter(|component| **component == Component::Attachment)
        .count();
    let mains = components
        .iter()
        .filter(|component| **component == Component::Main)
        .count();
    u64::try_from(by_name.max(mains.saturating_sub(1))).unwrap_or(u64::MAX)
}

/// The number of attachments in an element of its own: a number, or a list of names.
fn count_stated(stated: &str) -> u64 {
    let number: String = stated.chars().take_while(char::is_ascii_digit).collect();
    let rest = stated.get(number.len()..).unwrap_or_default().trim();
    if let Ok(number) = number.parse::<u64>()
        && (rest.is_empty() || rest == "件" || rest == "个" || rest == "份")
    {
        return number;
    }
    let names = stated
        .split([';', '；', '\n'])
        .filter(|name| !name.trim().is_empty());
    u64::try_from(names.count()).unwrap_or(u64::MAX)
}

/// Attachments that a text names: a line that begins with 附件 and a colon, and the numbered list after it. How many,
/// and the line.
pub(crate) fn named_in_text(text: &str) -> Option<(u64, String)> {
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("附件") else {
            continue;
        };
        let Some(rest) = rest.trim_start().strip_prefix([':', '：']) else {
            continue;
        };
        let rest = rest.trim();
        if rest == "无" || rest == "无。" {
            return None;
        }
        let mut count = numbered(rest, 1);
        while count > 0
            && let Some(next) = lines.next_if(|line| numbered(line, count + 1) > count)
        {
            count = numbered(next, count + 1).max(count);
        }
        return Some((count.max(1), line.to_owned()));
    }
    None
}

/// The last number of a list that begins with `first` and goes up by one; 0 where there is none.
fn numbered(text: &str, first: u64) -> u64 {
    const MARKS: [&str; 5] = [".", "．", "、", ")", "）"];
    let mut next = first;
    let mut rest = text;
    loop {
        let ends = MARKS.iter().filter_map(|mark| {
            let sign = format!("{next}{mark}");
            rest.find(&sign).map(|place| place + sign.len())
        });
        let Some(end) = ends.min() else { return next - 1 };
        rest = rest.get(end..).unwrap_or_default();
        next += 1;
    }
}

fn stated(record: &Record<'_>, tally: &mut Tally) {
    let Some(stated) = record.item.files_stated else {
        return;
    };
    tally.tested("I-4.2", 1);
    let files: BTreeSet<&Path> = record
        .item
        .files
        .iter()
        .filter(|file| file.path.is_file())
        .map(|file| file.path.as_path())
        .collect();
    let present = u64::try_from(files.len()).unwrap_or(u64::MAX);
    if stated != present {
        tally.fault("I-4.2", "intake.files_stated", |finding| {
            finding
                .record(record.label)
                .expected(format!("{stated} files, as the metadata says"))
                .found(format!("{present} files"))
                .mend("add the files that are missing, or describe in the metadata what is there")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Component {
        Component::of(name, &CheckRules::builtin().unwrap().components)
    }

    #[test]
    fn a_name_says_what_a_file_is() {
        assert_eq!(of("a/Z001-WS·2020·Y-0001-001.txt"), Component::Main);
        assert_eq!(of("a/Z001-WS·2020·Y-0001-附件1.pdf"), Component::Attachment);
        assert_eq!(of("附件一.pdf"), Component::Attachment);
        assert_eq!(of("annex-2.pdf"), Component::Attachment);
        assert_eq!(of("关于附件管理的通知.pdf"), Component::Main);
        assert_eq!(
            of("x/发文处理单.ofd"),
            Component::Main,
            "the word does not stand apart"
        );
        assert_eq!(of("x/1-处理单.ofd"), Component::HandlingForm);
        assert_eq!(of("x_定稿.ofd"), Component::Manuscript);
    }

    #[test]
    fn attachments_are_counted_where_a_text_lists_them() {
        let count = |text: &str| named_in_text(text).map(|(count, _)| count);
        assert_eq!(count("正文。\n附件：1.名单\n2.表格\n3.说明\n\n某局"), Some(3));
        assert_eq!(count("附件：1.名单 2.表格"), Some(2));
        assert_eq!(count("附件：实施方案"), Some(1));
        assert_eq!(count("附件：无"), None);
        assert_eq!(count("见附件。"), None);
        assert_eq!(count("没有"), None);
    }

    #[test]
    fn attachments_are_stated_by_number_or_by_name() {
        assert_eq!(count_stated("2"), 2);
        assert_eq!(count_stated("2件"), 2);
        assert_eq!(count_stated("名单；表格；说明"), 3);
        assert_eq!(count_stated("2020年名单"), 1);
    }

    #[test]
    fn all_files_but_one_may_be_attachments() {
        use Component::{Attachment, Main};
        assert_eq!(present(&[Main]), 0);
        assert_eq!(present(&[Main, Main, Main]), 2);
        assert_eq!(present(&[Main, Attachment]), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_counting_panic(text in "[附件：1-3.、）\\n名]{0,60}") {
            named_in_text(&text);
            of(&text);
            count_stated(&text);
        }
    }
}
