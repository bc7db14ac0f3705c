//! Guards against what such models invent: one thing said again and again.

use super::vocabulary::{TIMES, Token};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write as _;

/// So many tokens of a loop make it one.
const LOOP_TOKENS: usize = 30;
/// The longest unit that is looked for.
const LONGEST_UNIT: usize = 30;
/// So often a unit is said again.
const LEAST_TIMES: usize = 4;
/// Characters of a loop in a text.
const LOOP_CHARACTERS: usize = 16;

/// Whether an answer ends in a loop. Times between the repetitions do not break it.
pub(super) fn loops(tokens: &[Token]) -> bool {
    let words: Vec<Token> = tokens
        .iter()
        .rev()
        .filter(|token| **token < TIMES)
        .take(LONGEST_UNIT * LEAST_TIMES + LOOP_TOKENS)
        .copied()
        .collect();
    (1..=LONGEST_UNIT).any(|unit| {
        let least = (unit * LEAST_TIMES).max(LOOP_TOKENS);
        words.len() >= least && (unit..least).all(|at| words[at] == words[at - unit])
    })
}

/// By how much a text can be packed: more than 2.4 is what no person says.
pub(super) fn density(text: &str) -> f64 {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = packed.write_all(text.as_bytes()).and_then(|()| packed.finish());
    // writing into memory does not fail
    packed.map_or(0.0, |packed| text.len() as f64 / packed.len().max(1) as f64)
}

/// The text with a loop in it said once; `None` where there is none.
pub(super) fn unlooped(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    for start in 0..letters.len() {
        for unit in 1..=(letters.len() - start) / LEAST_TIMES {
            let mut end = start + unit;
            while end < letters.len() && letters[end] == letters[end - unit] {
                end += 1;
            }
            if end - start >= (unit * LEAST_TIMES).max(LOOP_CHARACTERS) {
                let rest: String = letters[end..].iter().collect();
                let rest = unlooped(&rest).unwrap_or(rest);
                return Some(letters[..start + unit].iter().collect::<String>() + &rest);
            }
        }
    }
    None
}

/// Whether two texts say the same: signs and spaces do not count. A word or two may be said twice.
pub(super) fn same(left: &str, right: &str) -> bool {
    let bare = |text: &str| {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let (left, right) = (bare(left), bare(right));
    left == right && left.chars().count() >= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_of_any_length_is_found() {
        let unit: Vec<Token> = (10..17).collect();
        let mut tokens = vec![1, 2, 3];
        tokens.extend(unit.iter().cycle().take(35));
        assert!(loops(&tokens));
        assert!(!loops(&tokens[..20]));
        assert!(loops(&[4; 40]));
        assert!(!loops(&[4; 20]));
        assert!(!loops(&(0..200).collect::<Vec<_>>()));
        // each time with its times
        let timed: Vec<Token> = (0..10)
            .flat_map(|at| [TIMES + at * 9, 40, 41, 42, TIMES + at * 9 + 5])
            .collect();
        assert!(loops(&timed));
    }

    #[test]
    fn a_loop_is_said_once() {
        assert_eq!(
            unlooped(&format!("开始{}完", "我们走吧".repeat(9))).as_deref(),
            Some("开始我们走吧完")
        );
        assert_eq!(unlooped("哈哈哈哈哈"), None);
        assert_eq!(unlooped("一二三四五六七八九十一二三四五六七八九十"), None);
        assert_eq!(unlooped(""), None);
    }

    #[test]
    fn the_same_is_the_same_without_its_signs() {
        assert!(same("今天开大会。", "今天 开大会"));
        assert!(!same("对", "对"));
        assert!(!same("今天开大会", "今天开小会"));
    }

    #[test]
    fn a_loop_is_dense() {
        assert!(density(&"挖捡,".repeat(60)) > 2.4);
        assert!(density("欢迎大家来体验达摩院推出的语音识别模型") < 2.4);
        assert!(density("").is_finite());
    }
}
