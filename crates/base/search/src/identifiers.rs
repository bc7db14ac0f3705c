//! Codes, document numbers and titles as exact terms.

use lantai_domain::document_number::DocumentNumber;

use crate::fold::fold_char;
use crate::units::{UnitKind, units};

/// Longest exact term in characters; codes and numbers are far shorter, longer titles are cut.
pub const MAX_CHARS: usize = 200;

/// One spelling for the spellings of an archival code (档号): width, case, dots and dashes unified, spaces
/// dropped.
pub fn fold_code(code: &str) -> String {
    code.chars()
        .map(fold_char)
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '·' | '•' | '・' | '･' | '‧' | '∙' | '⋅' | '.' | '．' | '。' | '˙' | '_' => '·',
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' | '─' | 'ー' => '-',
            other => other,
        })
        .take(MAX_CHARS)
        .collect()
}

/// Whether a word of a query looks like an archival code or the beginning of one: `J001-WS·2019`, `1-2-33`.
/// Dates are recognised before this is asked.
pub fn looks_like_code(word: &str) -> bool {
    let folded = fold_code(word.trim_end_matches(['*', '＊']));
    let has = |wanted: fn(char) -> bool| folded.chars().any(wanted);
    folded.len() >= 3
        && folded.starts_with(|c: char| c.is_ascii_alphanumeric())
        && folded
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '·'))
        && has(|c| c.is_ascii_digit())
        && (has(|c| c == '-') || (has(|c| c == '·') && has(|c| c.is_ascii_lowercase())))
}

/// The term of a code.
pub fn code_term(code: &str) -> String {
    format!("c:{}", fold_code(code))
}

/// The term of a code the record had before.
pub fn former_code_term(code: &str) -> String {
    format!("f:{}", fold_code(code))
}

/// A document number in its normal spelling; as it stands when it is none.
pub fn normal_number(number: &str) -> String {
    number
        .parse::<DocumentNumber>()
        .map_or_else(|_| number.trim().to_owned(), |read| read.normalised())
}

/// The term of a document number, for all its spellings. Of one that the domain cannot read only letters,
/// ideographs and digits count; year and serial number are kept apart.
pub fn number_term(number: &str) -> String {
    let normal = normal_number(number);
    let mut term = String::from("d:");
    let mut last_end = 0;
    for unit in units(&normal).take(MAX_CHARS) {
        let apart = unit.start > last_end;
        last_end = unit.end;
        match unit.kind {
            UnitKind::Single(character) => {
                if apart && character.is_ascii_digit() && term.ends_with(|c: char| c.is_ascii_digit()) {
                    term.push('-');
                }
                term.push(character);
            }
            UnitKind::Word(word) => term.push_str(&word),
        }
    }
    term
}

/// The term of a whole title.
pub fn title_term(title: &str) -> String {
    let mut term = String::from("t:");
    for unit in units(title).take(MAX_CHARS) {
        match unit.kind {
            UnitKind::Single(character) => term.push(character),
            UnitKind::Word(word) => term.push_str(&word),
        }
    }
    term
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_code_are_one() {
        for code in [
            "Q007-WS·2019-D30-0001",
            "q007-ws.2019-d30-0001",
            "Ｑ００７－ＷＳ•２０１９－Ｄ３０－０００１",
        ] {
            assert_eq!(code_term(code), "c:q007-ws·2019-d30-0001");
        }
    }

    #[test]
    fn codes_are_recognised_and_words_are_not() {
        for code in [
            "J001-WS·2019-Y-BGT-0001",
            "Q007-WS·2019*",
            "q007-ws",
            "L001-LS_1909-Y-0034",
        ] {
            assert!(looks_like_code(code), "{code}");
        }
        for text in ["12", "国发〔1981〕88号", "粮食", "covid", "*", "-", "2019.5", ""] {
            assert!(!looks_like_code(text), "{text}");
        }
    }

    #[test]
    fn spellings_of_a_number_are_one_and_two_numbers_are_two() {
        for spelling in ["國發[１９８１]88號", "国发(1981)第88号", "国发〔1981〕088号"] {
            assert_eq!(
                number_term("国发〔1981〕88号"),
                number_term(spelling),
                "{spelling}"
            );
        }
        assert_ne!(number_term("国发〔1981〕88号"), number_term("国发〔198〕188号"));
    }
}
