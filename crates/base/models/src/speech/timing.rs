//! When every word is spoken: some heads of the model look where in the sound they are.

use super::model::{Heard, Model};
use super::network::POSITIONS;
use super::vocabulary::{END, NO_TIMES, Token, Vocabulary};
use crate::error::ModelError;

/// Positions a second.
const PER_SECOND: f64 = 50.0;
/// Neighbours among which the middle one is taken.
const NEIGHBOURS: usize = 7;
/// Languages that put no blanks between words.
const WITHOUT_BLANKS: [&str; 7] = ["zh", "ja", "th", "lo", "my", "yue", "bo"];

/// A word with its place in the answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timed {
    pub(super) text: String,
    /// How many tokens it has.
    pub(super) tokens: usize,
    pub(super) start: f64,
    pub(super) end: f64,
}

/// Times the words of an answer. `prompt` begins it (start, language, task), `text` has no times in it, `seconds` is
/// how long the window is.
pub(super) fn times(
    model: &mut Model,
    heard: &Heard,
    heads: &[(usize, usize)],
    prompt: &[Token],
    text: &[Token],
    words: &[(String, usize)],
    seconds: f64,
) -> Result<Vec<Timed>, ModelError> {
    let mut tokens = prompt.to_vec();
    tokens.push(NO_TIMES);
    tokens.extend(text);
    tokens.push(END);
    if text.is_empty() || tokens.len() > model.sizes.reach {
        return Ok(Vec::new());
    }
    let mut memory = model.begin()?;
    let said = model.say(heard, &mut memory, &[&tokens], &[0], &[0], true)?;
    // the row of a token asks for the next one
    let rows = prompt.len()..prompt.len() + text.len() + 1;
    let columns = ((seconds * PER_SECOND).ceil() as usize).clamp(1, POSITIONS);
    let mut sum = vec![0.0_f32; rows.len() * columns];
    let (width, head_width) = (model.sizes.width, model.sizes.head());
    for (layer, head) in heads {
        let Some(asked) = said.asked.get(*layer) else {
            continue;
        };
        let key = heard.key(*layer)?;
        let key = key.get(head * POSITIONS * head_width..).unwrap_or_default();
        let mut weights = Vec::with_capacity(sum.len());
        for row in rows.clone() {
            let asked = asked.get(row * width + head * head_width..).unwrap_or_default();
            let looks = key
                .chunks_exact(head_width)
                .take(columns)
                .map(|key| dot(&asked[..head_width.min(asked.len())], key));
            let looks: Vec<f32> = looks.map(|value| value / (head_width as f32).sqrt()).collect();
            weights.extend(shares(&looks));
        }
        sharpen(&mut weights, columns);
        for (sum, weight) in sum.iter_mut().zip(&weights) {
            *sum += weight;
        }
    }
    let begins = path(&sum, columns);
    let mut timed = Vec::with_capacity(words.len());
    let mut at = 0;
    for (word, count) in words {
        let time = |row: usize| {
            begins
                .get(row)
                .map_or(seconds, |column| *column as f64 / PER_SECOND)
        };
        let (start, end) = (time(at), time(at + count));
        timed.push(Timed {
            text: word.clone(),
            tokens: *count,
            start,
            end: end.max(start),
        });
        at += count;
    }
    Ok(timed)
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (left, right) in left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0) {
        for (at, sum) in sums.iter_mut().enumerate() {
            *sum += left[at] * right[at];
        }
    }
    sums.iter().sum()
}

/// Shares of the attention, which sum to one.
fn shares(values: &[f32]) -> Vec<f32> {
    let most = values
        .iter()
        .fold(f32::NEG_INFINITY, |most, value| most.max(*value));
    let powers: Vec<f32> = values.iter().map(|value| (value - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// Brings every column to mean 0 and deviation 1, so that it stands out which word looks there, then takes the middle
/// of neighbours along each row.
fn sharpen(weights: &mut [f32], columns: usize) {
    let rows = weights.len() / columns.max(1);
    for column in 0..columns {
        let of = |row: usize| weights[row * columns + column];
        let mean = (0..rows).map(of).sum::<f32>() / rows as f32;
        let spread = (0..rows).map(|row| (of(row) - mean).powi(2)).sum::<f32>() / rows as f32;
        let deviation = spread.sqrt().max(1e-6);
        for row in 0..rows {
            weights[row * columns + column] = (weights[row * columns + column] - mean) / deviation;
        }
    }
    let half = NEIGHBOURS / 2;
    for row in weights.chunks_exact_mut(columns) {
        let before = row.to_vec();
        for (at, place) in row.iter_mut().enumerate() {
            // beyond the edges lies the mirror image
            let mut near: [f32; NEIGHBOURS] = std::array::from_fn(|offset| {
                let index = (at + offset) as isize - half as isize;
                let index = index.unsigned_abs();
                let last = before.len() - 1;
                before[if index > last {
                    (2 * last).saturating_sub(index)
                } else {
                    index
                }]
            });
            *place = middle(&mut near);
        }
    }
}

/// The middle one of neighbours: pairs are put in order until it is known, without a branch.
fn middle(near: &mut [f32; NEIGHBOURS]) -> f32 {
    const PAIRS: [(usize, usize); 13] = [
        (0, 5),
        (0, 3),
        (1, 6),
        (2, 4),
        (0, 1),
        (3, 5),
        (2, 6),
        (2, 3),
        (3, 6),
        (4, 5),
        (1, 4),
        (1, 3),
        (3, 4),
    ];
    for (low, high) in PAIRS {
        let (left, right) = (near[low], near[high]);
        near[low] = if left < right { left } else { right };
        near[high] = if left < right { right } else { left };
    }
    near[NEIGHBOURS / 2]
}

/// The dearest way through the table from its first to its last cell, going on by a row, a column or both; at which
/// column every row begins (动态时间规整).
fn path(gains: &[f32], columns: usize) -> Vec<usize> {
    let rows = gains.len() / columns.max(1);
    if rows == 0 {
        return Vec::new();
    }
    // 0: from the upper left, 1: from above, 2: from the left
    let mut steps = vec![2_u8; rows * columns];
    let mut above = vec![f32::NEG_INFINITY; columns + 1];
    above[0] = 0.0;
    let mut line = vec![f32::NEG_INFINITY; columns + 1];
    for row in 0..rows {
        line[0] = f32::NEG_INFINITY;
        for column in 0..columns {
            let (both, down, right) = (above[column], above[column + 1], line[column]);
            let (value, step) = if both >= down && both >= right {
                (both, 0)
            } else if down >= right {
                (down, 1)
            } else {
                (right, 2)
            };
            line[column + 1] = value + gains[row * columns + column];
            steps[row * columns + column] = step;
        }
        std::mem::swap(&mut above, &mut line);
    }
    let mut begins = vec![0; rows];
    let (mut row, mut column) = (rows - 1, columns - 1);
    loop {
        begins[row] = column;
        match steps[row * columns + column] {
            0 if row > 0 && column > 0 => {
                row -= 1;
                column -= 1;
            }
            1 if row > 0 => row -= 1,
            2 if column > 0 => column -= 1,
            _ => break,
        }
    }
    begins
}

/// Cuts tokens into words: where a language puts blanks, at blanks, else wherever a character ends. Signs stay with
/// the word before them.
pub(super) fn words(vocabulary: &Vocabulary, tokens: &[Token], language: &str) -> Vec<(String, usize)> {
    let blanks = !WITHOUT_BLANKS.contains(&language);
    let mut words: Vec<(String, usize)> = Vec::new();
    let mut bytes = Vec::new();
    let mut count = 0;
    for (at, token) in tokens.iter().enumerate() {
        bytes.extend_from_slice(vocabulary.bytes(*token));
        count += 1;
        let whole = std::str::from_utf8(&bytes);
        // four bytes are the longest character
        let broken = whole.is_err() && (bytes.len() > 8 || at + 1 == tokens.len());
        if whole.is_err() && !broken {
            continue;
        }
        let piece = String::from_utf8_lossy(&bytes).into_owned();
        let begins = if blanks { piece.starts_with(' ') } else { true };
        let sign = !piece.trim().is_empty() && !piece.chars().any(char::is_alphanumeric);
        match words.last_mut() {
            Some(last) if !begins || sign => {
                last.0 += &piece;
                last.1 += count;
            }
            _ => words.push((piece, count)),
        }
        bytes.clear();
        count = 0;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_follows_what_shines() {
        // three words at columns 0-2, 3-6 and 7-9
        let columns = 10;
        let mut gains = vec![-1.0; 3 * columns];
        for (row, span) in [(0, 0..3), (1, 3..7), (2, 7..10)] {
            for column in span {
                gains[row * columns + column] = 1.0;
            }
        }
        assert_eq!(path(&gains, columns), [0, 3, 7]);
        assert_eq!(path(&[], 4), Vec::<usize>::new());
        assert_eq!(path(&[0.0; 3], 1), [0, 0, 0]);
    }

    #[test]
    fn the_middle_is_that_of_a_sorted_row() {
        // a network that is right for all rows of zeros and ones is right for all rows
        for bits in 0_u32..1 << NEIGHBOURS {
            let mut near: [f32; NEIGHBOURS] = std::array::from_fn(|at| (bits >> at & 1) as f32);
            let expected = if bits.count_ones() as usize > NEIGHBOURS / 2 {
                1.0
            } else {
                0.0
            };
            assert_eq!(middle(&mut near), expected, "{bits:b}");
        }
    }

    #[test]
    fn sharpening_takes_out_what_every_word_looks_at() {
        let columns = 30;
        let mut weights = vec![0.01; 2 * columns];
        for row in 0..2 {
            // both look at the end, one of them also at the middle
            weights[row * columns + 29] = 5.0;
        }
        weights[10..20].fill(0.5);
        sharpen(&mut weights, columns);
        assert!(weights[29].abs() < 0.01);
        assert!(weights[15] > 0.9 && weights[columns + 15] < -0.9);
    }
}
