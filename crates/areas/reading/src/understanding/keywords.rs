//! Subject words (主题词): what the document names itself, else the nouns that stand out.

use super::rules::KeywordRules;
use lantai_models::words::{Tag, Word};
use std::collections::HashMap;

/// A subject word with the place of its first use.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keyword {
    pub text: String,
    pub start: usize,
    pub end: usize,
    /// From 0 to 1.
    pub confidence: f32,
    /// The document names it as a subject word.
    pub told: bool,
}

/// Subject words behind a label such as 主题词：, up to the end of the line.
pub(super) fn told(chars: &[char], rules: &KeywordRules) -> Vec<Keyword> {
    let text: String = chars.iter().collect();
    let mut words = Vec::new();
    for label in &rules.labels {
        let Some(byte) = text.rfind(label.as_str()) else {
            continue;
        };
        let start = text.get(..byte).map_or(0, |before| before.chars().count()) + label.chars().count();
        let marks = chars
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|c| ": ：　".contains(**c))
            .count();
        let mut at = start + marks;
        if marks == 0 {
            continue;
        }
        let mut word_start = at;
        while let Some(c) = chars.get(at) {
            let separates = " 　、，,；;\t".contains(*c);
            if separates || *c == '\n' {
                push(chars, word_start, at, &mut words);
                word_start = at + 1;
            }
            if *c == '\n' || at > start + 200 {
                break;
            }
            at += 1;
        }
        if at == chars.len() {
            push(chars, word_start, at, &mut words);
        }
        break;
    }
    words
}

fn push(chars: &[char], start: usize, end: usize, words: &mut Vec<Keyword>) {
    let text: String = chars.get(start..end).unwrap_or_default().iter().collect();
    if (2..=20).contains(&text.chars().count()) {
        words.push(Keyword {
            text,
            start,
            end,
            confidence: 0.9,
            told: true,
        });
    }
}

/// A word or two in a row, how often, where first, and whether in the title.
struct Candidate {
    count: usize,
    start: usize,
    end: usize,
    words: usize,
    in_title: bool,
}

/// The nouns that stand out: often used, in the title, early, long, and not the words of every office.
pub(super) fn salient(words: &[Word], title: &str, rules: &KeywordRules, most: usize) -> Vec<Keyword> {
    let mut candidates: HashMap<String, Candidate> = HashMap::new();
    for (index, word) in words.iter().enumerate() {
        if !is_subject(word, rules) {
            continue;
        }
        count(&mut candidates, word.text.clone(), word.start, word.end, 1, title);
        let Some(next) = words.get(index + 1).filter(|next| next.start == word.end) else {
            continue;
        };
        let noun = matches!(next.tag, Tag::Noun | Tag::ProperNoun | Tag::VerbalNoun)
            && next.text.chars().count() >= 2;
        if noun && word.text.chars().count() + next.text.chars().count() <= 9 {
            count(
                &mut candidates,
                format!("{}{}", word.text, next.text),
                word.start,
                next.end,
                2,
                title,
            );
        }
    }
    let singles: HashMap<String, usize> = candidates
        .iter()
        .filter(|(_, one)| one.words == 1)
        .map(|(text, one)| (text.clone(), one.count))
        .collect();
    let length = words.last().map_or(1, |word| word.end.max(1)) as f32;
    let mut ranked: Vec<(f32, String, Candidate)> = candidates
        .into_iter()
        .filter(|(text, one)| one.words == 1 || holds_together(text, one, &singles))
        .map(|(text, one)| {
            let early = 1.0 - 0.5 * (one.start as f32 / length);
            let letters = text.chars().count() as f32;
            let title = if one.in_title { 2.5 } else { 1.0 };
            let score = (1.0 + (one.count as f32).ln()) * letters.powf(0.9) * title * early;
            (score, text, one)
        })
        .filter(|(_, _, one)| one.count > 1 || one.in_title)
        .collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    let mut chosen: Vec<Keyword> = Vec::new();
    for (_, text, one) in ranked {
        if chosen.len() == most {
            break;
        }
        // Of a word and a longer one that holds it the better ranked stays.
        if chosen
            .iter()
            .any(|known| known.text.contains(&text) || text.contains(&known.text))
        {
            continue;
        }
        chosen.push(Keyword {
            text,
            start: one.start,
            end: one.end,
            confidence: if one.in_title { 0.6 } else { 0.4 },
            told: false,
        });
    }
    chosen
}

fn is_subject(word: &Word, rules: &KeywordRules) -> bool {
    let length = word.text.chars().count();
    matches!(word.tag, Tag::Noun | Tag::ProperNoun | Tag::VerbalNoun)
        && (2..=8).contains(&length)
        && word.text.chars().all(char::is_alphabetic)
        && !rules.common.contains(&word.text)
}

/// Two words are one subject where they mostly stand together.
fn holds_together(text: &str, pair: &Candidate, singles: &HashMap<String, usize>) -> bool {
    let first = singles
        .iter()
        .filter(|(word, _)| text.starts_with(word.as_str()))
        .map(|(_, count)| *count)
        .max();
    let often = first.is_some_and(|count| pair.count * 2 >= count);
    often && (pair.count > 1 || pair.in_title)
}

fn count(
    candidates: &mut HashMap<String, Candidate>,
    text: String,
    start: usize,
    end: usize,
    words: usize,
    title: &str,
) {
    let in_title = title.contains(text.as_str());
    let candidate = candidates.entry(text).or_insert(Candidate {
        count: 0,
        start,
        end,
        words,
        in_title,
    });
    candidate.count += 1;
}

#[cfg(test)]
mod tests {
    use super::super::rules::UnderstandingRules;
    use super::*;

    #[test]
    fn the_words_that_the_document_names_are_taken() {
        let rules = UnderstandingRules::builtin().unwrap();
        let chars: Vec<char> = "正文。\n主题词：气象 网络　复函\n抄送：某局".chars().collect();
        let words = told(&chars, &rules.keywords);
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["气象", "网络", "复函"]);
        assert_eq!(
            chars[words[0].start..words[0].end].iter().collect::<String>(),
            "气象"
        );
        assert_eq!(told(&['主', '题', '词'], &rules.keywords), []);
    }

    #[test]
    fn nouns_that_stand_out_come_first_and_words_of_every_office_not_at_all() {
        let rules = UnderstandingRules::builtin().unwrap();
        let mut at = 0;
        let words: Vec<Word> = [
            "档案", "工作", "水库", "大坝", "水库", "大坝", "档案", "验收", "工作",
        ]
        .map(|text| {
            let word = Word {
                text: text.to_owned(),
                start: at,
                end: at + 2,
                tag: Tag::Noun,
            };
            at += 2;
            word
        })
        .into();
        let found = salient(&words, "水库大坝验收", &rules.keywords, 3);
        assert_eq!(found[0].text, "水库大坝");
        assert!(found.iter().all(|word| word.text != "工作"));
    }
}
