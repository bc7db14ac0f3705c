//! What may follow: times in pairs around every stretch of text, never backwards.

use super::vocabulary::{BLANK, END, NO_TIMES, START, TIMES, TOKENS, Token};

/// The first time is at most one second.
const LATEST_FIRST: Token = 50;

/// Rules of one window.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// What never follows: signs that are not spoken, tokens of the prompt.
    never: Vec<Token>,
    /// The last possible time.
    last_time: Token,
}

/// What may follow some tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowed {
    text: bool,
    end: bool,
    /// No blank: it is the beginning.
    beginning: bool,
    times: (Token, Token),
}

impl Rules {
    /// Rules of a window of so many seconds.
    pub(super) fn new(never: &[Token], seconds: f64) -> Self {
        let mut never = never.to_vec();
        never.extend(START..TIMES);
        never.push(NO_TIMES);
        let ticks = (seconds.clamp(0.0, 30.0) * 50.0).ceil() as Token;
        Self {
            never,
            last_time: (TIMES + ticks).min(TOKENS as Token - 1),
        }
    }

    /// What may follow an answer so far.
    pub(super) fn after(&self, tokens: &[Token]) -> Allowed {
        let is_time = |token: Option<&Token>| token.is_some_and(|token| *token >= TIMES);
        let Some(last) = tokens.last() else {
            return Allowed {
                text: false,
                end: false,
                beginning: true,
                times: (TIMES, self.last_time.min(TIMES + LATEST_FIRST)),
            };
        };
        let time_before = tokens
            .iter()
            .rev()
            .find(|token| **token >= TIMES)
            .copied()
            .unwrap_or(TIMES);
        let last_is_time = *last >= TIMES;
        // the first of all stands for the end of nothing
        let pair = last_is_time && (tokens.len() < 2 || is_time(tokens.get(tokens.len() - 2)));
        let times = match (last_is_time, pair) {
            (true, true) => (TIMES + 1, TIMES),
            // the beginning of the next may be the end of this one
            (true, false) => (time_before, self.last_time),
            (false, _) => (time_before + 1, self.last_time),
        };
        Allowed {
            text: !last_is_time || pair,
            end: true,
            beginning: false,
            times,
        }
    }
}

impl Allowed {
    /// Makes impossible what may not follow.
    pub(super) fn forbid(&self, row: &mut [f32], rules: &Rules) {
        for token in &rules.never {
            if let Some(place) = row.get_mut(*token as usize) {
                *place = f32::NEG_INFINITY;
            }
        }
        if !self.text {
            row[..END as usize].fill(f32::NEG_INFINITY);
        }
        if !self.end {
            row[END as usize] = f32::NEG_INFINITY;
        }
        if self.beginning {
            row[BLANK as usize] = f32::NEG_INFINITY;
        }
        let (first, last) = (self.times.0 as usize, self.times.1 as usize + 1);
        let end = row.len();
        row[(TIMES as usize).min(end)..first.min(end)].fill(f32::NEG_INFINITY);
        row[last.max(first).min(end)..].fill(f32::NEG_INFINITY);
    }

    /// Text (with the end) and times.
    pub(super) fn split<'a>(&self, row: &'a [f32]) -> (&'a [f32], &'a [f32]) {
        row.split_at((TIMES as usize).min(row.len()))
    }

    /// As [`Self::split`], to be changed.
    pub(super) fn split_mut<'a>(&self, row: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
        let at = (TIMES as usize).min(row.len());
        row.split_at_mut(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn possible(tokens: &[Token]) -> (bool, bool, Option<(Token, Token)>) {
        let rules = Rules::new(&[5], 10.0);
        let mut row = vec![0.0; TOKENS];
        rules.after(tokens).forbid(&mut row, &rules);
        assert_eq!(row[5], f32::NEG_INFINITY);
        assert!(
            row[START as usize..TIMES as usize]
                .iter()
                .all(|value| *value < 0.0)
        );
        let times: Vec<Token> = (TIMES..TOKENS as Token)
            .filter(|token| row[*token as usize] == 0.0)
            .collect();
        let span = times.first().copied().zip(times.last().copied());
        (row[100] == 0.0, row[END as usize] == 0.0, span)
    }

    #[test]
    fn an_answer_begins_with_an_early_time() {
        assert_eq!(possible(&[]), (false, false, Some((TIMES, TIMES + 50))));
    }

    #[test]
    fn text_follows_a_beginning_and_a_time_follows_text() {
        assert_eq!(possible(&[TIMES]), (true, true, None));
        let later = Some((TIMES + 1, TIMES + 500));
        assert_eq!(possible(&[TIMES, 100]), (true, true, later));
    }

    #[test]
    fn an_end_is_followed_by_a_beginning_or_the_end_of_all() {
        assert_eq!(
            possible(&[TIMES, 100, TIMES + 40]),
            (false, true, Some((TIMES + 40, TIMES + 500)))
        );
        assert_eq!(
            possible(&[TIMES, 100, TIMES + 40, TIMES + 40]),
            (true, true, None)
        );
    }
}
