//! What a text is cut into, for a vector each.
//!
//! A passage ends where a sentence ends, as near to [`USUAL`] characters as may be, and never passes from one page to
//! the next: it is the place that an answer leads to.

use lantai_domain::reading::ReadPage;

/// A passage ends with the first sentence behind so many characters.
const USUAL: usize = 200;
/// And before so many, if need be within a sentence.
const MOST: usize = 300;
/// A shorter rest of a page is joined to the passage before.
const REST: usize = 60;

/// A passage of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its first character in the text of the whole.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
    /// The page that it stands on, from 1; `None` in a text without pages.
    pub page: Option<u32>,
    /// Its words, without space around them.
    pub text: String,
}

/// Cuts the text of a reading; of pages where it has some, else as one. Passages follow each other and share nothing;
/// what has no letter and no figure is in none.
pub fn passages_of(text: &str, pages: &[ReadPage]) -> Vec<Passage> {
    let mut passages = Vec::new();
    if pages.is_empty() {
        cut(text, 0, None, &mut passages);
    }
    for page in pages {
        cut(&page.text, page.start, Some(page.n), &mut passages);
    }
    passages
}

fn cut(text: &str, offset: usize, page: Option<u32>, passages: &mut Vec<Passage>) {
    let characters: Vec<char> = text.chars().collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    while start < characters.len() {
        if characters[start].is_whitespace() {
            start += 1;
            continue;
        }
        let end = end_of_passage(&characters, start);
        ranges.push((start, end));
        start = end;
    }
    join_rest(&mut ranges);
    for (start, end) in ranges {
        let blank = characters[start..end]
            .iter()
            .rev()
            .take_while(|one| one.is_whitespace())
            .count();
        let end = end - blank;
        let words = &characters[start..end];
        if words.iter().any(|character| character.is_alphanumeric()) {
            passages.push(Passage {
                start: offset + start,
                end: offset + end,
                page,
                text: words.iter().collect(),
            });
        }
    }
}

/// Behind the first end of a sentence after [`USUAL`] characters; the last one before it where that is too far; or
/// between two words.
fn end_of_passage(characters: &[char], start: usize) -> usize {
    let rest = &characters[start..];
    if rest.len() <= USUAL {
        return characters.len();
    }
    let most = rest.len().min(MOST);
    let ends = |at: &usize| is_end_of_sentence(rest, *at);
    let after = (USUAL..=most).find(ends);
    let before = || (USUAL / 2..USUAL).rev().find(ends);
    let between = || (USUAL..=most).rev().find(|at| is_between_words(rest, *at));
    let end = after.or_else(before).or_else(between).unwrap_or(most);
    start + end
}

/// A short rest joins what is before it, where both stand side by side.
fn join_rest(ranges: &mut Vec<(usize, usize)>) {
    let [.., (start, end), (next, last)] = ranges[..] else {
        return;
    };
    if last - next < REST && last - start <= MOST + REST && next - end < REST {
        ranges.truncate(ranges.len() - 2);
        ranges.push((start, last));
    }
}

/// Whether a sentence ends just before `at`.
fn is_end_of_sentence(characters: &[char], at: usize) -> bool {
    let Some(last) = at.checked_sub(1).and_then(|at| characters.get(at)) else {
        return false;
    };
    let next = characters.get(at);
    // a closing mark belongs to the sentence before it
    if next.is_some_and(|next| is_closing(*next)) {
        return false;
    }
    let before = characters[..at].iter().rev().find(|one| !is_closing(**one));
    match before {
        Some('。' | '！' | '？' | '；' | '…' | '!' | '?' | ';' | '\n') => true,
        // a full stop within a number or an address ends nothing
        Some('.') => next.is_none_or(|next| next.is_whitespace()),
        _ => *last == '\n',
    }
}

fn is_between_words(characters: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| characters.get(at));
    before.is_some_and(|before| before.is_whitespace() || matches!(before, '，' | '、' | '：' | ',' | ':'))
}

fn is_closing(character: char) -> bool {
    matches!(
        character,
        '”' | '’' | '」' | '』' | '）' | '》' | '】' | ')' | ']' | '"'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::reading::Reading;
    use proptest::prelude::*;

    fn pages_of(texts: &[&str]) -> Reading {
        let mut reading = Reading::default();
        for text in texts {
            reading.push_page(ReadPage {
                text: (*text).to_owned(),
                ..ReadPage::default()
            });
        }
        reading
    }

    #[test]
    fn a_passage_ends_with_a_sentence_and_its_closing_mark() {
        let sentence = "水库大坝于一九五九年验收合格，王书记说：“大家辛苦了。”";
        let text = sentence.repeat(20);
        let passages = passages_of(&text, &[]);
        assert!(passages.len() > 1);
        for passage in &passages {
            assert!(
                passage.text.starts_with("水库") && passage.text.ends_with('”'),
                "{passage:?}"
            );
            assert!(
                (USUAL..=MOST).contains(&(passage.end - passage.start))
                    || passage.end == text.chars().count()
            );
        }
    }

    #[test]
    fn a_passage_stays_on_its_page() {
        let long = "验收合格。".repeat(60);
        let reading = pages_of(&["大坝", "", &long, "尾页"]);
        let passages = passages_of(&reading.text, &reading.pages);
        assert_eq!(passages[0].page, Some(1));
        assert!(passages.iter().all(|passage| passage.page != Some(2)));
        assert_eq!(
            passages
                .last()
                .map(|passage| (passage.page, passage.text.as_str())),
            Some((Some(4), "尾页"))
        );
        for passage in &passages {
            assert_eq!(reading.page_at(passage.start), passage.page);
            assert_eq!(reading.page_at(passage.end - 1), passage.page);
        }
    }

    #[test]
    fn a_figure_is_not_cut_at_its_point() {
        let text = format!(
            "{}The dam is 31.5 metres high. It was built in 1957. {}",
            "a ".repeat(95),
            "word ".repeat(60)
        );
        let passages = passages_of(&text, &[]);
        assert!(passages[0].text.ends_with("high."), "{}", passages[0].text);
    }

    #[test]
    fn a_short_rest_is_not_left_alone() {
        let text = format!("{}好。", "大坝工程验收合格，".repeat(22) + "质量良好。");
        let passages = passages_of(&text, &[]);
        assert_eq!(passages.len(), 1, "{passages:?}");
    }

    proptest! {
        #[test]
        fn passages_are_in_order_and_leave_out_no_word(text in "[大坝。，\n a.1“”…]{0,900}") {
            let passages = passages_of(&text, &[]);
            let characters: Vec<char> = text.chars().collect();
            let mut at = 0;
            for passage in &passages {
                prop_assert!(passage.start >= at && passage.end > passage.start);
                prop_assert!(passage.end - passage.start <= MOST + REST);
                prop_assert!(characters[at..passage.start].iter().all(|one| !one.is_alphanumeric()));
                let words: String = characters[passage.start..passage.end].iter().collect();
                prop_assert_eq!(&words, &passage.text);
                at = passage.end;
            }
            prop_assert!(characters[at..].iter().all(|one| !one.is_alphanumeric()));
        }
    }
}
