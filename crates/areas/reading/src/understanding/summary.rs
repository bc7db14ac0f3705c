//! Summary (摘要) of whole sentences of the text: those that share most words with the others.

use std::collections::HashSet;

/// A sentence of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sentence {
    pub start: usize,
    pub end: usize,
}

/// Marks behind which a sentence ends.
const ENDS: &str = "。！？!?；\n";
/// Shorter sentences and longer ones are not taken.
const LENGTHS: std::ops::RangeInclusive<usize> = 10..=160;

/// The sentences of a text, without blanks around them.
pub(super) fn sentences(chars: &[char]) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in 0..=chars.len() {
        let ends = chars.get(at).is_none_or(|c| ENDS.contains(*c));
        if !ends {
            continue;
        }
        let end = match chars.get(at) {
            Some('\n') | None => at,
            Some(_) => at + 1,
        };
        let stretch = chars.get(start..end).unwrap_or_default();
        let blank = stretch.iter().take_while(|c| c.is_whitespace()).count();
        if blank < stretch.len() {
            found.push(Sentence {
                start: start + blank,
                end,
            });
        }
        start = at + 1;
    }
    found
}

/// The sentences that say most of the text, in its order, at most `most` characters together.
///
/// `skip` says which stretches are no sentences of the text: title, addressee, signature. Of a `spoken` text each line
/// is a sentence: what is heard has no marks.
pub(super) fn summary(
    chars: &[char],
    most: usize,
    compared: usize,
    spoken: bool,
    skip: impl Fn(Sentence) -> bool,
) -> Vec<Sentence> {
    let all: Vec<Sentence> = sentences(chars)
        .into_iter()
        .filter(|one| {
            LENGTHS.contains(&(one.end - one.start)) && is_whole(chars, *one, spoken) && !skip(*one)
        })
        .take(compared)
        .collect();
    let pairs: Vec<HashSet<(char, char)>> = all.iter().map(|one| letter_pairs(chars, *one)).collect();
    let mut ranked: Vec<(f32, usize)> = pairs
        .iter()
        .enumerate()
        .map(|(index, own)| {
            let shared: f32 = pairs
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, other)| overlap(own, other))
                .sum();
            let place = if index == 0 {
                1.6
            } else {
                1.0 + 0.5 / (1.0 + index as f32)
            };
            let item = all.get(index).is_some_and(|one| is_item(chars, *one));
            ((shared + 0.01) * place * if item { 0.4 } else { 1.0 }, index)
        })
        .collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    let mut chosen: Vec<usize> = Vec::new();
    let mut length = 0;
    for (_, index) in ranked {
        let Some((one, own)) = all.get(index).zip(pairs.get(index)) else {
            continue;
        };
        let long = one.end - one.start;
        let repeats = chosen
            .iter()
            .filter_map(|known| pairs.get(*known))
            .any(|known| overlap(own, known) > 0.6);
        if length + long <= most && !repeats {
            length += long;
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen
        .into_iter()
        .filter_map(|index| all.get(index).copied())
        .collect()
}

/// Ends like a sentence, and is not a list of figures.
fn is_whole(chars: &[char], one: Sentence, spoken: bool) -> bool {
    let stretch = chars.get(one.start..one.end).unwrap_or_default();
    let letters = stretch.iter().filter(|c| c.is_alphabetic()).count();
    (spoken || stretch.last().is_some_and(|c| "。！？!?；".contains(*c))) && letters * 2 > stretch.len()
}

/// One of a list, or the heading of a part: 二、关于电力建设问题。（一）违规使用添加剂；
fn is_item(chars: &[char], one: Sentence) -> bool {
    let stretch = chars.get(one.start..one.end).unwrap_or_default();
    let numbered = |c: &char| "一二三四五六七八九十（(0123456789".contains(*c);
    let begins = stretch.iter().take_while(|c| numbered(c)).count();
    let marked = stretch.get(begins).is_some_and(|c| "、．.）)".contains(*c));
    let list = stretch.last() == Some(&'；');
    list || (begins > 0 && marked && stretch.len() < 40)
}

/// Neighbouring letters: a measure of shared words that needs no dictionary.
fn letter_pairs(chars: &[char], one: Sentence) -> HashSet<(char, char)> {
    let stretch = chars.get(one.start..one.end).unwrap_or_default();
    stretch
        .windows(2)
        .filter_map(|pair| match pair {
            [left, right] if left.is_alphabetic() && right.is_alphabetic() => Some((*left, *right)),
            _ => None,
        })
        .collect()
}

fn overlap(left: &HashSet<(char, char)>, right: &HashSet<(char, char)>) -> f32 {
    let shared = left.intersection(right).count() as f32;
    let size = ((left.len() * right.len()) as f32).sqrt();
    if size > 0.0 { shared / size } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, most: usize) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        summary(&chars, most, 100, false, |_| false)
            .into_iter()
            .map(|one| chars[one.start..one.end].iter().collect())
            .collect()
    }

    #[test]
    fn the_sentences_that_the_others_speak_of_are_taken_whole() {
        let text = "水库大坝安全关系下游人民。今天天气很好，大家很高兴地唱歌。水库大坝安全检查发现渗漏，下游人民已经转移。水库大坝安全加固工程开工。";
        let found = told(text, 60);
        assert!(
            found
                .iter()
                .all(|one| one.contains("大坝") && one.ends_with('。')),
            "{found:?}"
        );
        assert!(found.concat().chars().count() <= 60 && !found.is_empty());
    }

    #[test]
    fn nothing_is_told_of_nothing() {
        assert!(told("", 200).is_empty());
        assert!(told("。。。。。。\n\n\n1 2 3 4 5 6 7 8 9。", 200).is_empty());
        assert!(told("这一句比允许的长度还要长一些，所以不取。", 10).is_empty());
    }
}
