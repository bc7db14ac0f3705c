//! From how likely speech is in every frame to stretches of speech and of silence.

use super::RATE;

/// Samples of a frame: 32 milliseconds.
pub const FRAME: usize = 512;

/// When speech begins and ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StretchRules {
    /// From this likelihood on somebody speaks.
    pub speech: f32,
    /// Below this one nobody does; between them it stays as it was.
    pub silence: f32,
    /// Seconds that silence lasts before a stretch is over.
    pub pause: f64,
    /// Shorter stretches are noises, in seconds.
    pub shortest: f64,
    /// Longer ones are cut, at the least likely frame of their second half, in seconds.
    pub longest: f64,
    /// Seconds that are added before and behind, so that the first and last sound are whole.
    pub margin: f64,
}

impl Default for StretchRules {
    fn default() -> Self {
        Self {
            speech: 0.5,
            silence: 0.35,
            pause: 0.6,
            shortest: 0.2,
            longest: 28.0,
            margin: 0.3,
        }
    }
}

/// A stretch in which somebody speaks, in samples from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first sample.
    pub start: u64,
    /// The sample after its last.
    pub end: u64,
}

impl Stretch {
    /// Its length in samples.
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Finds stretches while the likelihoods come in.
#[derive(Debug)]
pub struct StretchFinder {
    rules: StretchRules,
    /// Frames seen.
    frame: u64,
    /// Where the stretch began that is open, in frames.
    open: Option<u64>,
    /// Where the silence began that may end it.
    quiet: Option<u64>,
    /// The likelihoods of the open stretch.
    heights: Vec<f32>,
    /// Where the last stretch ended, with its margin, in samples.
    last_end: u64,
}

impl StretchFinder {
    /// A finder at the beginning of a recording.
    pub fn new(rules: StretchRules) -> Self {
        Self {
            rules,
            frame: 0,
            open: None,
            quiet: None,
            heights: Vec::new(),
            last_end: 0,
        }
    }

    /// Takes the likelihood of the next frame; a stretch that is over.
    pub fn push(&mut self, likelihood: f32) -> Option<Stretch> {
        let frame = self.frame;
        self.frame += 1;
        let Some(start) = self.open else {
            if likelihood >= self.rules.speech {
                self.open = Some(frame);
                self.heights.clear();
                self.heights.push(likelihood);
            }
            return None;
        };
        self.heights.push(likelihood);
        if likelihood >= self.rules.speech {
            self.quiet = None;
        } else if likelihood < self.rules.silence {
            let since = *self.quiet.get_or_insert(frame);
            if frame + 1 - since >= frames(self.rules.pause) {
                self.open = None;
                self.quiet = None;
                return self.close(start, since);
            }
        }
        if frame + 1 - start >= frames(self.rules.longest - 2.0 * self.rules.margin).max(4) {
            return self.cut(start);
        }
        None
    }

    /// The stretch that is still open at the end.
    pub fn finish(&mut self) -> Option<Stretch> {
        let start = self.open.take()?;
        let end = self.quiet.take().unwrap_or(self.frame);
        self.close(start, end)
    }

    /// The first sample that may still become part of a stretch. What lies before it is needed no longer.
    pub fn needed_from(&self) -> u64 {
        let from = self.open.unwrap_or(self.frame) * FRAME as u64;
        from.saturating_sub(samples(self.rules.margin)).max(self.last_end)
    }

    fn close(&mut self, start: u64, end: u64) -> Option<Stretch> {
        if end.saturating_sub(start) < frames(self.rules.shortest) {
            return None;
        }
        let margin = samples(self.rules.margin);
        let stretch = Stretch {
            start: (start * FRAME as u64).saturating_sub(margin).max(self.last_end),
            end: (end * FRAME as u64 + margin).min(self.frame * FRAME as u64),
        };
        self.last_end = stretch.end;
        Some(stretch)
    }

    /// Ends a stretch that is too long where speech is least likely, and begins the next one there.
    fn cut(&mut self, start: u64) -> Option<Stretch> {
        let half = self.heights.len() / 2;
        let lowest = (half..self.heights.len())
            .min_by(|left, right| self.heights[*left].total_cmp(&self.heights[*right]))
            .unwrap_or(half)
            .max(1);
        let place = start + lowest as u64;
        let stretch = Stretch {
            start: (start * FRAME as u64)
                .saturating_sub(samples(self.rules.margin))
                .max(self.last_end),
            end: place * FRAME as u64,
        };
        self.heights.drain(..lowest);
        self.open = Some(place);
        self.quiet = self.quiet.filter(|quiet| *quiet >= place);
        self.last_end = stretch.end;
        Some(stretch)
    }
}

fn frames(seconds: f64) -> u64 {
    (samples(seconds) as f64 / FRAME as f64).round() as u64
}

fn samples(seconds: f64) -> u64 {
    (seconds.max(0.0) * RATE as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(likelihoods: &[f32]) -> Vec<(f64, f64)> {
        let mut finder = StretchFinder::new(StretchRules::default());
        let mut found: Vec<Stretch> = likelihoods
            .iter()
            .filter_map(|value| finder.push(*value))
            .collect();
        found.extend(finder.finish());
        let second = |at: u64| (at as f64 / RATE as f64 * 100.0).round() / 100.0;
        found
            .iter()
            .map(|stretch| (second(stretch.start), second(stretch.end)))
            .collect()
    }

    fn parts(parts: &[(f64, f32)]) -> Vec<f32> {
        let frames = |seconds: f64| (seconds * RATE as f64 / FRAME as f64).round() as usize;
        parts
            .iter()
            .flat_map(|(seconds, value)| vec![*value; frames(*seconds)])
            .collect()
    }

    #[test]
    fn silence_around_speech_is_left_out_but_for_a_margin() {
        let found = find(&parts(&[(3.2, 0.1), (1.6, 0.9), (3.2, 0.1)]));
        assert_eq!(found, [(2.9, 5.1)]);
    }

    #[test]
    fn a_short_pause_does_not_end_a_stretch_and_a_long_one_does() {
        assert_eq!(
            find(&parts(&[(1.6, 0.9), (0.32, 0.1), (1.6, 0.9)])),
            [(0.0, 3.52)]
        );
        let found = find(&parts(&[(1.6, 0.9), (0.64, 0.1), (1.6, 0.9)]));
        assert_eq!(found.len(), 2);
        assert!(found[0].1 <= found[1].0, "{found:?}");
    }

    #[test]
    fn a_click_is_no_speech() {
        assert!(find(&parts(&[(2.0, 0.0), (0.1, 0.9), (2.0, 0.0)])).is_empty());
    }

    #[test]
    fn a_long_speech_is_cut_at_its_least_likely_frame() {
        let found = find(&parts(&[(20.0, 0.9), (0.2, 0.4), (20.0, 0.9)]));
        assert_eq!(found.len(), 2);
        assert!((found[0].1 - 20.0).abs() < 0.25, "{found:?}");
        assert_eq!(found[0].1, found[1].0);
    }

    proptest! {
        #[test]
        fn stretches_follow_each_other_and_are_never_too_long(
            likelihoods in proptest::collection::vec(0.0_f32..1.0, 0..4000),
            flat in any::<bool>(),
        ) {
            let likelihoods = if flat { vec![0.99; likelihoods.len()] } else { likelihoods };
            let mut finder = StretchFinder::new(StretchRules::default());
            let mut last = 0;
            let mut check = |stretch: Stretch, seen: u64| {
                prop_assert!(stretch.start >= last && !stretch.is_empty());
                prop_assert!(stretch.end <= seen);
                prop_assert!(stretch.len() <= 28 * RATE as u64);
                last = stretch.end;
                Ok(())
            };
            for (at, value) in likelihoods.iter().enumerate() {
                let needed = finder.needed_from();
                if let Some(stretch) = finder.push(*value) {
                    prop_assert!(stretch.start >= needed);
                    check(stretch, (at as u64 + 1) * FRAME as u64)?;
                }
            }
            if let Some(stretch) = finder.finish() {
                check(stretch, likelihoods.len() as u64 * FRAME as u64)?;
            }
        }
    }
}
