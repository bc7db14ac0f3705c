//! Names of persons: titles cut off, characters that the model left out taken in, what is no name left out.

use super::FoundName;
use super::piece::{Basis, Piece, Row};
use super::rules::PersonRules;
use lantai_domain::reading::EntityKind;
use lantai_models::words::Tag;

/// Characters that go on with the sentence behind a name; they are not its last character.
const AFTER_A_NAME: &str =
    "的是在说等曾为与及和同将已于从对向把被到去来也都又就则任给让叫著编写摄译画题之、，。：；！？";

/// Cuts titles off: 江主席, 乔石委员长, 特雷莎修女.
pub(super) fn cut_titles(row: &mut Row<'_>, rules: &PersonRules) {
    row.split(|row, _, piece| {
        if piece.tag != Tag::Person {
            return None;
        }
        let text = row.text(piece.start, piece.end);
        let title = rules
            .titles
            .iter()
            .find(|title| text.len() > title.len() && text.ends_with(title.as_str()))?;
        let cut = piece.end - title.chars().count();
        let name = row.text(piece.start, cut);
        if cut - piece.start == 1 && !rules.begins_with_surname(&name) {
            return Some(vec![piece.named(Tag::Noun, Basis::Model)]);
        }
        Some(vec![
            Piece {
                end: cut,
                basis: Basis::ModelAndForm,
                ..*piece
            },
            Piece {
                start: cut,
                ..piece.named(Tag::Noun, Basis::Model)
            },
        ])
    });
}

/// Joins what the model cut: 傅全|有, 查|阜西, 穆罕默德·舒克利·|阿亚西.
pub(super) fn join_parts(row: &mut Row<'_>, rules: &PersonRules) {
    row.join(|row, index| {
        let first = row.pieces.get(index)?;
        let second = row.pieces.get(index + 1)?;
        let (left, right) = (row.text_at(index), row.text_at(index + 1));
        let joined = Some((2, Tag::Person, Basis::Joined));
        if first.tag == Tag::Person
            && (left.ends_with('·') || right.starts_with('·'))
            && second.tag != Tag::Punctuation
        {
            return joined;
        }
        // A surname that stands as a word, and a given name.
        let alone =
            first.length() == 1 && matches!(first.tag, Tag::Noun | Tag::Person | Tag::Verb | Tag::ProperNoun);
        if alone && second.tag == Tag::Person && second.length() <= 2 && rules.begins_with_surname(&left) {
            let complete =
                second.length() == 2 && rules.begins_with_surname(&right) && first.tag == Tag::Verb;
            return joined.filter(|_| !complete);
        }
        // The last character of a given name that stands as a word, before a mark or a title.
        let short = first.tag == Tag::Person && first.length() == 2 && rules.begins_with_surname(&left);
        let rest = second.length() == 1
            && second.tag != Tag::Punctuation
            && right
                .chars()
                .all(|c| !AFTER_A_NAME.contains(c) && c.is_alphabetic());
        let after = row.text_at(index + 2);
        let ends =
            row.tag_at(index + 2).is_none_or(|tag| tag == Tag::Punctuation) || rules.titles.contains(&after);
        (short && rest && ends).then_some((2, Tag::Person, Basis::Joined))
    });
}

/// Takes for persons the known ones inside longer words, and leaves out what is none.
pub(super) fn correct(row: &mut Row<'_>, rules: &PersonRules) {
    row.split(|row, index, piece| {
        if piece.tag != Tag::Person {
            return None;
        }
        let text = row.text(piece.start, piece.end);
        let trimmed = text.trim_end_matches('·');
        let piece = Piece {
            end: piece.start + trimmed.chars().count(),
            ..*piece
        };
        let noun = || Some(vec![piece.named(Tag::Noun, Basis::Model)]);
        if rules.never.contains(trimmed) || trimmed.is_empty() {
            return noun();
        }
        let titled = rules.titles.contains(&row.text_at(index + 1))
            || index
                .checked_sub(1)
                .is_some_and(|before| rules.titles_before.contains(&row.text_at(before)));
        let length = piece.length();
        let surname = rules.begins_with_surname(trimmed);
        if length == 1 && !(titled && surname) {
            return noun();
        }
        let formed = titled || rules.is_foreign(trimmed) || (surname && (2..=4).contains(&length));
        let basis = match piece.basis {
            Basis::Model if formed => Basis::ModelAndForm,
            basis => basis,
        };
        Some(vec![Piece { basis, ..piece }])
    });
}

/// Finds known persons inside words of other kinds: 马克思主义, 论邓小平理论.
pub(super) fn find_known(row: &mut Row<'_>, rules: &PersonRules) {
    row.split(|row, _, piece| {
        if piece.tag == Tag::Person || piece.length() < 2 {
            return None;
        }
        super::cut_out(row, piece, &rules.known, Tag::Person)
    });
}

/// A name of a classical text without the verb behind it that the model took in: 魏廷珍|題, 邵又|云. What is one character
/// then is no name.
pub(super) fn without_verb(chars: &[char], name: FoundName, rules: &PersonRules) -> Option<FoundName> {
    if name.kind != EntityKind::Person {
        return Some(name);
    }
    let mut end = name.end;
    while end > name.start && chars.get(end - 1).is_some_and(|c| rules.no_name_ends.contains(c)) {
        end -= 1;
    }
    (end >= name.start + 2).then_some(FoundName { end, ..name })
}

/// Names behind an office in a classical text, first character and the one behind the last: 两江总督|张人骏|奏.
pub(super) fn behind_offices(chars: &[char], rules: &PersonRules) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let stands = |office: &&String| {
            office
                .chars()
                .enumerate()
                .all(|(n, c)| chars.get(at + n) == Some(&c))
        };
        let Some(office) = rules.offices.iter().find(stands) else {
            at += 1;
            continue;
        };
        let start = at + office.chars().count();
        let ends = |length: &usize| {
            chars
                .get(start + length)
                .is_some_and(|c| rules.after_names.contains(c))
        };
        let length = [2, 3].into_iter().find(ends).filter(|length| {
            let name = chars.get(start..start + length).unwrap_or_default();
            let plain = name
                .iter()
                .all(|c| c.is_alphabetic() && !rules.after_names.contains(c));
            let office = rules
                .offices
                .iter()
                .any(|office| name.iter().collect::<String>().ends_with(office.as_str()));
            plain && !office && name.first().is_some_and(|first| !rules.not_names.contains(first))
        });
        at = start + length.unwrap_or(0);
        if let Some(length) = length {
            found.push((start, start + length));
        }
    }
    found
}
