//! Character error rates.

use unicode_normalization::UnicodeNormalization;

/// The text in a common spelling: NFKC, without white space.
pub fn comparable(text: &str) -> Vec<char> {
    text.nfkc()
        .filter(|character| !character.is_whitespace())
        .collect()
}

/// Characters that must be put in, taken out or exchanged to make one text of the other.
pub fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, character) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        row[0] = left;
        for (column, with) in other.iter().enumerate() {
            let above = row[column + 1];
            let cost = (diagonal + usize::from(character != with))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            left = cost;
            row[column + 1] = cost;
        }
    }
    row[other.len()]
}
