//! The text without the line ends that only the width of the page made, so that no name is cut by one.

use lantai_domain::reading::{ReadPage, Reading};

/// A line that fills this share of its page goes on in the next.
const FULL: f32 = 0.8;
/// What ends a paragraph even at the end of a full line.
const ENDS: &str = "。！？：；.!?:;";
/// What begins one.
const BEGINS: &str = "一二三四五六七八九十第（(〔[【《附•·●■◆—-123456789";

/// The text that is understood, and where each of its characters stands in the whole.
pub(super) struct Flow {
    pub chars: Vec<char>,
    pub text: String,
    /// Place of each character in the text of the whole.
    origin: Vec<usize>,
}

impl Flow {
    pub fn of(reading: &Reading) -> Self {
        let whole: Vec<char> = reading.text.chars().collect();
        let mut dropped = vec![false; whole.len()];
        for page in reading.pages.iter().filter(|page| !page.lines.is_empty()) {
            mark_soft_ends(page, &whole, &mut dropped);
        }
        let mut chars = Vec::with_capacity(whole.len());
        let mut origin = Vec::with_capacity(whole.len());
        for (at, c) in whole.iter().enumerate() {
            let soft = dropped.get(at).copied().unwrap_or(false);
            let next = whole.get(at + 1);
            match soft {
                false => chars.push(*c),
                // Words of letters keep a blank between them.
                true if chars.last().is_some_and(char::is_ascii_alphanumeric)
                    && next.is_some_and(char::is_ascii_alphanumeric) =>
                {
                    chars.push(' ');
                }
                true => continue,
            }
            origin.push(at);
        }
        let text = chars.iter().collect();
        Self { chars, text, origin }
    }

    /// Where a stretch of the flow stands in the whole; `None` for an empty one.
    pub fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = self.origin.get(start)?;
        let last = self.origin.get(end.checked_sub(1)?)?;
        (start < end).then_some((*first, last + 1))
    }
}

/// Marks the ends of lines behind which the sentence goes on.
fn mark_soft_ends(page: &ReadPage, whole: &[char], dropped: &mut [bool]) {
    let lines: Vec<(usize, usize)> = line_places(page.start, &page.text);
    let Some(widest) = lines.iter().map(|(start, end)| end - start).max() else {
        return;
    };
    for pair in lines.windows(2) {
        let [(start, end), (next, next_end)] = pair else {
            continue;
        };
        let share = (end - start) as f32 / widest.max(1) as f32;
        let last = end.checked_sub(1).and_then(|at| whole.get(at));
        let first = whole.get(*next).filter(|_| next < next_end);
        let goes_on = last.is_some_and(|c| !ENDS.contains(*c) && !c.is_whitespace())
            && first.is_some_and(|c| !BEGINS.contains(*c) && !c.is_whitespace());
        if share >= FULL
            && end - start >= 8
            && goes_on
            && whole.get(*end) == Some(&'\n')
            && let Some(mark) = dropped.get_mut(*end)
        {
            *mark = true;
        }
    }
}

/// First character and the one behind the last of each line of a text that begins at `start`.
pub(super) fn line_places(start: usize, text: &str) -> Vec<(usize, usize)> {
    let mut at = start;
    text.split('\n')
        .map(|line| {
            let place = (at, at + line.chars().count());
            at = place.1 + 1;
            place
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::reading::ReadLine;

    fn page(lines: &[&str]) -> Reading {
        let mut reading = Reading::default();
        reading.push_page(ReadPage {
            text: lines.join("\n"),
            lines: lines
                .iter()
                .map(|line| ReadLine {
                    text: (*line).to_owned(),
                    ..ReadLine::default()
                })
                .collect(),
            ..ReadPage::default()
        });
        reading
    }

    #[test]
    fn a_name_goes_on_over_the_end_of_a_full_line() {
        let flow = Flow::of(&page(&["请水利部会同中国科学院地理研", "究所办理。", "张三"]));
        assert_eq!(flow.text, "请水利部会同中国科学院地理研究所办理。\n张三\n");
        assert_eq!(flow.place(6, 16), Some((6, 17)));
        assert_eq!(flow.place(3, 3), None);
        assert_eq!(flow.place(0, 1000), None);
    }

    #[test]
    fn words_of_letters_keep_a_blank() {
        let flow = Flow::of(&page(&["the quick brown", "fox jumps"]));
        assert_eq!(flow.text, "the quick brown fox jumps\n");
    }

    #[test]
    fn a_text_without_lines_stays_as_it_is() {
        let mut reading = Reading::default();
        reading.push_page(ReadPage {
            text: "第一行文字很长很长很长\n第二行".to_owned(),
            ..ReadPage::default()
        });
        assert_eq!(Flow::of(&reading).text, reading.text);
    }
}
