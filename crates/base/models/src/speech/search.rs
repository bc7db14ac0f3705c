//! Finds the likeliest answer, token by token.

use super::guards;
use super::model::{Heard, Memory, Model};
use super::rules::{Allowed, Rules};
use super::vocabulary::{END, NO_SPEECH, TOKENS, Token};
use crate::error::ModelError;

/// Tokens of one answer at most.
const LONGEST: usize = 224;

/// What was said in a window.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// Pieces of text between times.
    pub(super) tokens: Vec<Token>,
    /// Sum of the logarithms of likelihood of all tokens and of the end.
    pub(super) sum: f64,
    /// How likely it is that nobody speaks.
    pub(super) no_speech: f32,
    /// It said one thing again and again, and was stopped.
    pub(super) looped: bool,
}

impl Answer {
    /// Mean logarithm of likelihood a token.
    pub(super) fn average(&self) -> f64 {
        self.sum / (self.tokens.len() + 1) as f64
    }
}

/// Random numbers that are the same for the same window.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Between 0 and 1.
    fn throw(&mut self) -> f32 {
        // Marsaglia's xorshift with 64 bits
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// One window that is being answered.
pub(super) struct Search<'a> {
    pub(super) model: &'a mut Model,
    pub(super) heard: &'a Heard,
    /// What the answer follows; behind its first token it is said whether anybody speaks.
    pub(super) prompt: &'a [Token],
    pub(super) rules: &'a Rules,
}

/// An answer that is not ended yet.
#[derive(Debug, Clone)]
struct Beam {
    tokens: Vec<Token>,
    sum: f64,
}

impl Beam {
    fn average(&self) -> f64 {
        self.sum / (self.tokens.len() + 1) as f64
    }
}

impl Search<'_> {
    fn begin(&mut self) -> Result<(Memory, Vec<f32>, f32), ModelError> {
        let mut memory = self.model.begin()?;
        let last = self.prompt.len().saturating_sub(1);
        let said = self
            .model
            .say(self.heard, &mut memory, &[self.prompt], &[0], &[0, last], false)?;
        let (first, next) = said.likelihoods.split_at(TOKENS);
        let no_speech = (first[NO_SPEECH as usize] - log_sum(first)).exp();
        Ok((memory, next.to_vec(), no_speech))
    }

    /// Follows the `width` likeliest beginnings side by side.
    pub(super) fn widest(&mut self, width: usize) -> Result<Answer, ModelError> {
        let (mut memory, mut likelihoods, no_speech) = self.begin()?;
        let mut beams = vec![Beam {
            tokens: Vec::new(),
            sum: 0.0,
        }];
        let mut ended: Vec<Beam> = Vec::new();
        let mut looped = false;
        for _ in 0..LONGEST {
            let mut next = Vec::new();
            for (at, (beam, row)) in beams.iter().zip(likelihoods.chunks_exact_mut(TOKENS)).enumerate() {
                let allowed = self.rules.after(&beam.tokens);
                let total = restrict(row, &allowed, self.rules);
                for (token, likelihood) in greatest(row, width + 1) {
                    next.push((beam.sum + f64::from(likelihood - total), at, token));
                }
            }
            next.sort_by(|left, right| right.0.total_cmp(&left.0));
            let mut kept: Vec<(usize, Beam)> = Vec::new();
            for (sum, at, token) in next {
                if kept.len() == width || !sum.is_finite() {
                    break;
                }
                let mut tokens = beams[at].tokens.clone();
                if token == END {
                    ended.push(Beam { tokens, sum });
                    continue;
                }
                tokens.push(token);
                kept.push((at, Beam { tokens, sum }));
            }
            looped = kept.first().is_some_and(|(_, beam)| guards::loops(&beam.tokens));
            // sums only fall: what runs behind the best end will hardly come before it
            let best_end = ended.iter().map(Beam::average).fold(f64::NEG_INFINITY, f64::max);
            let is_decided = !ended.is_empty() && kept.iter().all(|(_, beam)| beam.average() <= best_end);
            if ended.len() >= width || kept.is_empty() || looped || is_decided {
                beams = kept.into_iter().map(|(_, beam)| beam).collect();
                break;
            }
            let parents: Vec<usize> = kept.iter().map(|(at, _)| *at).collect();
            beams = kept.into_iter().map(|(_, beam)| beam).collect();
            if memory_is_full(&beams, self.prompt, self.model) {
                break;
            }
            let last: Vec<&[Token]> = beams
                .iter()
                .map(|beam| &beam.tokens[beam.tokens.len() - 1..])
                .collect();
            likelihoods = self
                .model
                .say(self.heard, &mut memory, &last, &parents, &[0], false)?
                .likelihoods;
        }
        let candidates = if ended.is_empty() { beams } else { ended };
        let best = candidates
            .into_iter()
            .max_by(|left, right| left.average().total_cmp(&right.average()));
        let Some(best) = best else {
            return Ok(Answer {
                no_speech,
                ..Answer::default()
            });
        };
        Ok(Answer {
            looped: looped && guards::loops(&best.tokens),
            tokens: best.tokens,
            sum: best.sum,
            no_speech,
        })
    }

    /// Draws token after token, the likelier the oftener; the higher the temperature, the bolder.
    pub(super) fn drawn(&mut self, temperature: f32, dice: &mut Dice) -> Result<Answer, ModelError> {
        let (mut memory, mut row, no_speech) = self.begin()?;
        let mut answer = Answer {
            no_speech,
            ..Answer::default()
        };
        for _ in 0..LONGEST {
            let allowed = self.rules.after(&answer.tokens);
            let total = restrict(&mut row, &allowed, self.rules);
            let token = draw(&row, temperature, dice);
            answer.sum += f64::from(row[token as usize] - total);
            if token == END {
                break;
            }
            answer.tokens.push(token);
            answer.looped = guards::loops(&answer.tokens);
            if answer.looped || self.prompt.len() + answer.tokens.len() >= self.model.sizes.reach {
                break;
            }
            row = self
                .model
                .say(self.heard, &mut memory, &[&[token]], &[0], &[0], false)?
                .likelihoods;
        }
        Ok(answer)
    }
}

fn memory_is_full(beams: &[Beam], prompt: &[Token], model: &Model) -> bool {
    beams
        .iter()
        .any(|beam| prompt.len() + beam.tokens.len() >= model.sizes.reach)
}

/// Makes impossible what may not follow; the logarithm of the sum of what remains.
fn restrict(row: &mut [f32], allowed: &Allowed, rules: &Rules) -> f32 {
    allowed.forbid(row, rules);
    let (text, times) = allowed.split(row);
    let (times_sum, text_greatest) = (log_sum(times), greatest_of(text));
    // if all times together are likelier than any text, a time follows
    if times_sum > text_greatest {
        allowed.split_mut(row).0.fill(f32::NEG_INFINITY);
        return times_sum;
    }
    log_sum(row)
}

fn draw(row: &[f32], temperature: f32, dice: &mut Dice) -> Token {
    let most = greatest_of(row);
    let weight = |value: &f32| ((value - most) / temperature).exp();
    let mut left = row.iter().map(weight).sum::<f32>() * dice.throw();
    let mut last = END;
    for (token, value) in (0..).zip(row) {
        if *value > f32::NEG_INFINITY {
            left -= weight(value);
            last = token;
            if left <= 0.0 {
                break;
            }
        }
    }
    last
}

fn greatest_of(row: &[f32]) -> f32 {
    // four at a time, which the compiler puts into one register
    let mut most = [f32::NEG_INFINITY; 16];
    let (chunks, rest) = row.as_chunks::<16>();
    for chunk in chunks {
        for (most, value) in most.iter_mut().zip(chunk) {
            *most = if *value > *most { *value } else { *most };
        }
    }
    most.iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |most, value| most.max(*value))
}

/// The logarithm of the sum of the exponentials.
fn log_sum(row: &[f32]) -> f32 {
    let most = greatest_of(row);
    if most == f32::NEG_INFINITY {
        return most;
    }
    let mut sums = [0.0_f32; 16];
    let (chunks, rest) = row.as_chunks::<16>();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += exponential(value - most);
        }
    }
    let rest: f32 = rest.iter().map(|value| exponential(value - most)).sum();
    most + (sums.iter().sum::<f32>() + rest).ln()
}

/// e to the power of a number that is not positive, to seven digits: 2 to the power of the whole part, times a
/// polynomial of the rest. Without a call, so that it runs over many numbers at once.
fn exponential(value: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let value = if value > -87.0 { value } else { -87.0 };
    let whole = (value * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let rest = value - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    let polynomial = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_67
                                + rest * (0.041_666_67 + rest * (0.008_333_33 + rest * 0.001_388_9)))));
    f32::from_bits(((whole as i32 + 127) << 23).cast_unsigned()) * polynomial
}

/// The `count` greatest, greatest first.
fn greatest(row: &[f32], count: usize) -> Vec<(Token, f32)> {
    let mut best: Vec<(Token, f32)> = Vec::with_capacity(count + 1);
    let mut least = f32::NEG_INFINITY;
    for (token, value) in (0..).zip(row) {
        if *value > least {
            let at = best.partition_point(|(_, other)| other >= value);
            best.insert(at, (token, *value));
            if best.len() > count {
                best.pop();
            }
            if best.len() == count {
                least = best.last().map_or(least, |(_, value)| *value);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_come_first() {
        let row = [1.0, 5.0, f32::NEG_INFINITY, 3.0, 5.0];
        assert_eq!(greatest(&row, 3), [(1, 5.0), (4, 5.0), (3, 3.0)]);
        assert!(greatest(&[f32::NEG_INFINITY; 4], 2).is_empty());
    }

    #[test]
    fn sums_are_those_of_the_library() {
        let row: Vec<f32> = (0..1000)
            .map(|at| ((at * 7919) % 613) as f32 * -0.05 + 3.0)
            .collect();
        let expected = row.iter().map(|value| f64::from(*value).exp()).sum::<f64>().ln();
        assert!((f64::from(log_sum(&row)) - expected).abs() < 1e-5);
        assert_eq!(log_sum(&[]), f32::NEG_INFINITY);
        assert_eq!(log_sum(&[f32::NEG_INFINITY; 20]), f32::NEG_INFINITY);
    }

    #[test]
    fn drawing_is_repeatable_and_keeps_to_what_is_possible() {
        let mut row = vec![f32::NEG_INFINITY; 100];
        row[7] = 1.0;
        row[9] = 1.0;
        let draws = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| draw(&row, 0.8, &mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(draws(3), draws(3));
        assert!(draws(3).iter().all(|token| [7, 9].contains(token)));
        assert!(draws(3).contains(&7) && draws(3).contains(&9));
    }
}
