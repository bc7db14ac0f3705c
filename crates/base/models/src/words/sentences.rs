//! Cutting a text into what the model sees at once.

/// Marks behind which a sentence ends.
const ENDS: &str = "。！？!?；;";
/// Marks at which a sentence that is too long is cut.
const PAUSES: &str = "，,、：:）)》”’ 　";

/// The stretches of a text that are tagged one by one, as first character and the one behind the last: sentences, cut
/// at pauses where one is longer than `longest` characters. Line ends lie between stretches, in none.
pub fn cut_sentences(chars: &[char], longest: usize) -> Vec<(usize, usize)> {
    let longest = longest.max(1);
    let mut stretches = Vec::new();
    let mut start = 0;
    for (at, c) in chars.iter().enumerate() {
        if *c == '\n' || *c == '\r' {
            push(chars, start, at, longest, &mut stretches);
            start = at + 1;
        } else if ENDS.contains(*c) {
            push(chars, start, at + 1, longest, &mut stretches);
            start = at + 1;
        }
    }
    push(chars, start, chars.len(), longest, &mut stretches);
    stretches
}

/// Adds a stretch, in parts where it is too long.
fn push(chars: &[char], mut start: usize, end: usize, longest: usize, stretches: &mut Vec<(usize, usize)>) {
    while end - start > longest {
        let part = chars.get(start..start + longest).unwrap_or_default();
        let pause = part.iter().rposition(|c| PAUSES.contains(*c));
        // A pause in the second half is better than a cut in the middle of a word.
        let length = pause.filter(|at| *at >= longest / 2).map_or(longest, |at| at + 1);
        stretches.push((start, start + length));
        start += length;
    }
    if start < end {
        stretches.push((start, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, longest: usize) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        cut_sentences(&chars, longest)
            .into_iter()
            .map(|(start, end)| chars[start..end].iter().collect())
            .collect()
    }

    #[test]
    fn sentences_end_at_marks_and_lines() {
        assert_eq!(cut("一。二！\n三\n\n", 100), ["一。", "二！", "三"]);
        assert_eq!(cut("", 100), Vec::<String>::new());
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_pause() {
        assert_eq!(cut("甲乙丙丁，戊己庚辛", 6), ["甲乙丙丁，", "戊己庚辛"]);
        assert_eq!(cut("甲乙丙丁戊己庚辛", 3), ["甲乙丙", "丁戊己", "庚辛"]);
    }

    proptest! {
        #[test]
        fn stretches_hold_every_character_but_line_ends(text in "[甲乙，。\n a]{0,80}", longest in 1..9_usize) {
            let whole: String = cut(&text, longest).concat();
            prop_assert_eq!(whole, text.replace('\n', ""));
            prop_assert!(cut(&text, longest).iter().all(|one| one.chars().count() <= longest));
        }
    }
}
