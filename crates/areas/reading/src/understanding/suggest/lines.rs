//! The lines of a document as its layout has them.

use super::super::flow::line_places;
use lantai_domain::reading::{LineRole, ReadPage, Reading};

/// More lines are not looked at from the beginning, and as many from the end.
const MOST: usize = 60;

/// A line with words on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// First character in the whole text, blanks left out.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
    /// Its words without the blanks that only space them out: 几 个 问 题 is 几个问题.
    pub text: String,
    /// As written.
    pub raw: String,
    /// A heading by its layout.
    pub heading: bool,
    /// Height of the line on its page; 0 where unknown.
    pub height: f32,
}

/// Lines at the beginning and at the end of a text.
pub(super) struct Lines {
    pub first: Vec<Line>,
    pub last: Vec<Line>,
}

impl Lines {
    pub fn of(reading: &Reading) -> Self {
        let whole: Vec<char> = reading.text.chars().collect();
        let mut first = Vec::new();
        for page in &reading.pages {
            if first.len() >= MOST {
                break;
            }
            first.extend(lines_of(page, &whole));
        }
        let mut last: Vec<Line> = Vec::new();
        for page in reading.pages.iter().rev() {
            if last.len() >= MOST {
                break;
            }
            let mut lines = lines_of(page, &whole);
            lines.append(&mut last);
            last = lines;
        }
        first.truncate(MOST);
        let surplus = last.len().saturating_sub(MOST);
        last.drain(..surplus);
        Self { first, last }
    }
}

fn lines_of(page: &ReadPage, whole: &[char]) -> Vec<Line> {
    let places = line_places(page.start, &page.text);
    let known = places.len() == page.lines.len();
    places
        .into_iter()
        .enumerate()
        .filter_map(|(index, (start, end))| {
            let read = page.lines.get(index).filter(|_| known);
            if read.is_some_and(|line| matches!(line.role, LineRole::Margin | LineRole::Seal)) {
                return None;
            }
            let chars = whole.get(start..end)?;
            let before = chars.iter().take_while(|c| c.is_whitespace()).count();
            let after = chars.iter().rev().take_while(|c| c.is_whitespace()).count();
            if before == chars.len() {
                return None;
            }
            let raw: String = chars.get(before..chars.len() - after)?.iter().collect();
            Some(Line {
                start: start + before,
                end: end - after,
                text: without_spacing(&raw),
                raw,
                heading: read.is_some_and(|line| line.role == LineRole::Heading),
                height: read.and_then(|line| line.place).map_or(0.0, |place| place.height),
            })
        })
        .collect()
}

/// Leaves out blanks beside Chinese characters; words of letters keep theirs.
pub(super) fn without_spacing(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let wide = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii() && !c.is_whitespace());
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if !c.is_whitespace() {
            kept.push(*c);
            at += 1;
            continue;
        }
        let blanks = chars
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|c| c.is_whitespace())
            .count();
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + blanks);
        if before.is_some() && after.is_some() && !wide(before) && !wide(after) {
            kept.push(' ');
        }
        at += blanks;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_that_space_words_out_go() {
        assert_eq!(without_spacing("几 个 问 题 的 通 知"), "几个问题的通知");
        assert_eq!(without_spacing(" the  quick　fox "), "the quick fox");
        assert_eq!(without_spacing("关于 WTO 的 报告"), "关于WTO的报告");
    }

    #[test]
    fn lines_know_their_place_in_the_whole() {
        let mut reading = Reading::default();
        for text in ["一\n  标 题 \n", "末 行"] {
            reading.push_page(ReadPage {
                text: text.to_owned(),
                ..ReadPage::default()
            });
        }
        let whole: Vec<char> = reading.text.chars().collect();
        let lines = Lines::of(&reading);
        assert_eq!(lines.first.len(), 3);
        for line in lines.first.iter().chain(&lines.last) {
            assert_eq!(whole[line.start..line.end].iter().collect::<String>(), line.raw);
        }
        assert_eq!(lines.last[2].text, "末行");
    }
}
