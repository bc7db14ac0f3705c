//! Reading archival codes out of names.

use super::rules::AttachRules;
use std::collections::HashMap;

/// Brings codes and names into the one form in which they are compared: capitals, narrow letters, one kind of dot and
/// one kind of hyphen, no spaces.
#[derive(Debug, Clone)]
pub struct Normaliser {
    replaced: HashMap<char, char>,
}

impl Normaliser {
    /// A normaliser by the rules.
    pub fn new(rules: &AttachRules) -> Self {
        let dots = rules.dots().chars().map(|letter| (letter, '·'));
        let hyphens = rules.hyphens().chars().map(|letter| (letter, '-'));
        Self {
            replaced: dots.chain(hyphens).collect(),
        }
    }

    /// The form in which a text is compared.
    pub fn normalise(&self, text: &str) -> String {
        text.chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| match self.replaced.get(&letter) {
                Some(replaced) => *replaced,
                None => narrow(letter).to_ascii_uppercase(),
            })
            .collect()
    }
}

/// The narrow form of a wide letter (U+FF01 to U+FF5E).
fn narrow(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(letter),
        _ => letter,
    }
}

/// A file's name without its folders and its extension.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit_once('/').map_or(file, |(_, name)| name);
    match name.rsplit_once('.') {
        // an extension is short and has no digit first: `Y.0001` is a code's end
        Some((stem, extension))
            if !stem.is_empty()
                && extension.len() <= 5
                && extension.starts_with(|letter: char| letter.is_ascii_alphabetic()) =>
        {
            stem
        }
        _ => name,
    }
}

/// A normal name without the page number behind it: `…-001`, `…·001`, `…(1)`.
pub(super) fn without_page(stem: &str, most_digits: usize) -> Option<(&str, u32)> {
    let (rest, digits) = match stem.strip_suffix(')') {
        Some(open) => open.rsplit_once('(')?,
        None => {
            let place = stem.rfind(['-', '·'])?;
            let separator = stem[place..].chars().next().map_or(1, char::len_utf8);
            (&stem[..place], &stem[place + separator..])
        }
    };
    let is_page =
        (1..=most_digits).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_page {
        return None;
    }
    Some((rest, digits.parse().ok()?))
}

/// Whether a letter before a code makes it part of something longer.
pub(super) fn joins(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '·')
}

/// Whether a code may end where this rest begins: at the end, before a page number, or before what joins nothing.
pub(super) fn ends(rest: &[char], most_digits: usize) -> bool {
    let Some(first) = rest.first() else { return true };
    if !joins(*first) {
        return true;
    }
    if !matches!(first, '-' | '·') {
        return false;
    }
    let digits = rest[1..]
        .iter()
        .take_while(|letter| letter.is_ascii_digit())
        .count();
    let behind = rest.get(1 + digits);
    (1..=most_digits).contains(&digits) && behind.is_none_or(|letter| !joins(*letter))
        // a title after a hyphen is no part of a code
        || digits == 0 && behind.is_some_and(|letter| !letter.is_ascii())
}

/// How many letters two texts differ in, where it is one or two. Only differences near the diagonal are looked at.
pub(super) fn distance_up_to_two(one: &str, other: &str) -> Option<usize> {
    const FAR: usize = 3;
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) >= FAR {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).map(|place| place.min(FAR)).collect();
    for (i, a) in one.iter().enumerate() {
        let (from, to) = (i.saturating_sub(2), (i + 3).min(other.len()));
        let mut diagonal = row[from];
        row[from] = if from == 0 { (i + 1).min(FAR) } else { FAR };
        for j in from..to {
            let above = if j == i + 2 { FAR } else { row[j + 1] };
            let substituted = diagonal + usize::from(*a != other[j]);
            diagonal = above;
            row[j + 1] = substituted.min(above + 1).min(row[j] + 1).min(FAR);
        }
    }
    row.last().copied().filter(|distance| (1..FAR).contains(distance))
}
