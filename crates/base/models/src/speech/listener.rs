//! Cuts a recording into windows of speech of at most 30 seconds, and names what lies between.
//!
//! Several stretches of speech share a window, one behind the other without the silence between them: a window costs the
//! same, however much is said in it.

use crate::error::ModelError;
use crate::sound::RATE;
use crate::sound::activity::{VoiceActivity, decibels};
use crate::sound::stretches::{FRAME, Stretch, StretchFinder, StretchRules};
use lantai_domain::reading::{Segment, SegmentKind};
use std::collections::VecDeque;

/// Samples of a window.
pub(super) const WINDOW: usize = 30 * RATE;
/// Pauses from so many seconds on are told.
pub(super) const TOLD_PAUSE: f64 = 2.0;
/// What is louder than this, in decibels, and no speech, is a noise.
const NOISE: f32 = -45.0;

/// A part of a window: where it lies in it and in the recording, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    at: usize,
    start: u64,
    length: usize,
}

/// Speech that is to be transcribed at once.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) samples: Vec<f32>,
    pieces: VecDeque<Piece>,
}

impl Window {
    /// Its length in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / RATE as f64
    }

    /// Whether a stretch of so many samples still fits.
    fn has_room(&self, samples: usize) -> bool {
        self.samples.is_empty() || self.samples.len() + samples <= WINDOW
    }

    fn push(&mut self, start: u64, samples: &[f32]) {
        self.pieces.push_back(Piece {
            at: self.samples.len(),
            start,
            length: samples.len(),
        });
        self.samples.extend_from_slice(samples);
    }

    /// The second of the recording that a second of the window is, and the number of the part in which it lies. An
    /// end belongs to the part that it ends.
    pub(super) fn second(&self, second: f64, is_end: bool) -> (f64, usize) {
        let at = (second.max(0.0) * RATE as f64).round() as usize;
        let after = |piece: &Piece| if is_end { piece.at < at } else { piece.at <= at };
        let number = self.pieces.partition_point(after).saturating_sub(1);
        let Some(piece) = self.pieces.get(number) else {
            return (second, 0);
        };
        let inside = at.saturating_sub(piece.at).min(piece.length);
        ((piece.start + inside as u64) as f64 / RATE as f64, number)
    }

    /// The seconds of the recording of a word, which lies in one part. The time of a word begins where the one before
    /// ends, so that one which reaches over a cut is spoken behind it, unless there is hardly anything of it.
    pub(super) fn word(&self, start: f64, end: f64) -> (f64, f64) {
        const HARDLY: f64 = 0.1;
        let (first, part) = self.second(start, false);
        let (last, end_part) = self.second(end, true);
        let (Some(before), Some(behind)) = (self.pieces.get(part), self.pieces.get(end_part)) else {
            return (first, last.max(first));
        };
        if part >= end_part {
            return (first, last.max(first));
        }
        let second = |samples: u64| samples as f64 / RATE as f64;
        if end - second(behind.at as u64) < HARDLY {
            (first, second(before.start + before.length as u64))
        } else {
            (second(behind.start), last)
        }
    }

    /// Takes away what was transcribed; the second of the recording up to which everything is told.
    pub(super) fn drop_front(&mut self, seconds: f64) -> f64 {
        let (until, _) = self.second(seconds, true);
        let count = ((seconds * RATE as f64).round() as usize).min(self.samples.len());
        self.samples.drain(..count);
        for piece in &mut self.pieces {
            let before = count.saturating_sub(piece.at).min(piece.length);
            piece.start += before as u64;
            piece.length -= before;
            piece.at = piece.at.saturating_sub(count);
        }
        self.pieces.retain(|piece| piece.length > 0);
        until
    }
}

/// Listens to a recording and fills windows.
pub(super) struct Listener<'a> {
    voice: &'a mut dyn VoiceActivity,
    finder: StretchFinder,
    /// The sample from which on the finder counts.
    from: u64,
    /// Samples from `origin` on; what is needed no longer is dropped.
    samples: Vec<f32>,
    origin: u64,
    /// The next sample that is judged.
    judged: u64,
    /// Loudness of the frames since the last speech.
    levels: Vec<f32>,
    /// Where the last speech ended.
    quiet_since: u64,
    /// Pauses that are not told yet.
    pub(super) pauses: VecDeque<Segment>,
    pub(super) window: Window,
    /// Stretches that had no room in the window.
    waiting: VecDeque<(u64, Vec<f32>)>,
}

impl<'a> Listener<'a> {
    /// Listens from a sample of the recording on.
    pub(super) fn new(voice: &'a mut dyn VoiceActivity, from: u64) -> Self {
        voice.reset();
        Self {
            voice,
            finder: StretchFinder::new(StretchRules::default()),
            from,
            samples: Vec::new(),
            origin: from,
            judged: from,
            levels: Vec::new(),
            quiet_since: from,
            pauses: VecDeque::new(),
            window: Window::default(),
            waiting: VecDeque::new(),
        }
    }

    /// Takes samples; whether the window is full.
    pub(super) fn push(&mut self, samples: &[f32]) -> Result<bool, ModelError> {
        self.samples.extend_from_slice(samples);
        let mut at = (self.judged - self.origin) as usize;
        while at + FRAME <= self.samples.len() {
            self.judge(at)?;
            at += FRAME;
        }
        let needed = (self.from + self.finder.needed_from()).max(self.origin);
        let surplus = ((needed - self.origin) as usize).min(at);
        // moved seldom, not for every piece
        if surplus > 4 * RATE {
            self.samples.drain(..surplus);
            self.origin += surplus as u64;
        }
        Ok(!self.waiting.is_empty())
    }

    /// Takes the end; whether the window is full.
    pub(super) fn finish(&mut self) -> Result<bool, ModelError> {
        let rest = (self.origin + self.samples.len() as u64 - self.judged) as usize;
        if rest > 0 {
            self.samples.resize(self.samples.len() + FRAME - rest, 0.0);
            self.judge((self.judged - self.origin) as usize)?;
        }
        if let Some(stretch) = self.finder.finish() {
            self.take(stretch);
        }
        let end = self
            .judged
            .saturating_sub(if rest > 0 { (FRAME - rest) as u64 } else { 0 });
        self.pause(end);
        Ok(!self.waiting.is_empty())
    }

    /// Moves waiting stretches into the window as far as there is room.
    pub(super) fn refill(&mut self) {
        while let Some((start, samples)) = self.waiting.pop_front() {
            if !self.window.has_room(samples.len()) {
                self.waiting.push_front((start, samples));
                return;
            }
            self.window.push(start, &samples);
        }
    }

    /// Whether stretches wait for room.
    pub(super) fn is_full(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn judge(&mut self, at: usize) -> Result<(), ModelError> {
        let frame = self.samples.get(at..at + FRAME).unwrap_or_default();
        self.levels.push(decibels(frame));
        let likelihood = self.voice.likelihood(frame)?;
        self.judged += FRAME as u64;
        if let Some(stretch) = self.finder.push(likelihood) {
            self.take(stretch);
        }
        Ok(())
    }

    fn take(&mut self, stretch: Stretch) {
        let (start, end) = (stretch.start + self.from, stretch.end + self.from);
        self.pause(start);
        self.quiet_since = end;
        let keep = (self.judged.saturating_sub(end) as usize / FRAME).min(self.levels.len());
        self.levels.drain(..self.levels.len() - keep);
        let first = (start.saturating_sub(self.origin) as usize).min(self.samples.len());
        let last = (end.saturating_sub(self.origin) as usize).clamp(first, self.samples.len());
        let samples = self.samples[first..last].to_vec();
        if self.waiting.is_empty() && self.window.has_room(samples.len()) {
            self.window.push(start, &samples);
        } else {
            self.waiting.push_back((start, samples));
        }
    }

    /// Tells of a pause that ends here, if it was long.
    fn pause(&mut self, end: u64) {
        let (start, end) = (self.quiet_since, end.max(self.quiet_since));
        let seconds = (end - start) as f64 / RATE as f64;
        if seconds < TOLD_PAUSE {
            return;
        }
        let frames = ((end - start) as usize / FRAME).min(self.levels.len());
        let mut levels = self.levels[..frames].to_vec();
        levels.sort_by(f32::total_cmp);
        // loud for a good part of it, not for a click
        let loud = levels
            .get(levels.len() * 7 / 10)
            .is_some_and(|level| *level > NOISE);
        self.pauses.push_back(Segment {
            start: start as f64 / RATE as f64,
            end: end as f64 / RATE as f64,
            kind: if loud {
                SegmentKind::Noise
            } else {
                SegmentKind::Silence
            },
            confidence: 1.0,
            ..Segment::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes every sample above 0.1 for speech.
    struct Loud;

    impl VoiceActivity for Loud {
        fn likelihood(&mut self, frame: &[f32]) -> Result<f32, ModelError> {
            Ok(if frame.iter().any(|value| *value > 0.1) {
                1.0
            } else {
                0.0
            })
        }

        fn reset(&mut self) {}

        fn name(&self) -> &'static str {
            "loud"
        }
    }

    fn parts(parts: &[(f64, f32)]) -> Vec<f32> {
        parts
            .iter()
            .flat_map(|(seconds, value)| vec![*value; (seconds * RATE as f64) as usize])
            .collect()
    }

    type Spans = Vec<(f64, f64)>;

    /// Windows as lists of their parts in seconds, and pauses.
    fn listen(samples: &[f32], from: u64) -> (Vec<Spans>, Vec<(f64, f64, SegmentKind)>) {
        let mut voice = Loud;
        let mut listener = Listener::new(&mut voice, from);
        let mut windows = Vec::new();
        let mut empty = |listener: &mut Listener<'_>| {
            let second = |at: u64| at as f64 / RATE as f64;
            let window = &listener.window;
            windows.push(
                window
                    .pieces
                    .iter()
                    .map(|piece| (second(piece.start), second(piece.start + piece.length as u64)))
                    .collect(),
            );
            let whole = window.seconds();
            listener.window.drop_front(whole);
            listener.refill();
        };
        for piece in samples.chunks(7_000) {
            if listener.push(piece).unwrap() {
                empty(&mut listener);
            }
        }
        listener.finish().unwrap();
        while !listener.window.samples.is_empty() {
            empty(&mut listener);
        }
        let pauses = listener
            .pauses
            .iter()
            .map(|pause| (pause.start, pause.end, pause.kind))
            .collect();
        (windows, pauses)
    }

    #[test]
    fn silence_is_never_in_a_window_and_long_ones_are_told() {
        let (windows, pauses) = listen(
            &parts(&[(5.12, 0.0), (1.28, 0.5), (10.24, 0.0), (1.28, 0.5), (1.0, 0.0)]),
            0,
        );
        assert_eq!(windows.len(), 1);
        assert_eq!(windows[0].len(), 2);
        assert_eq!(pauses.len(), 2);
        assert!(
            (pauses[0].1 - 4.82).abs() < 0.05 && pauses[0].2 == SegmentKind::Silence,
            "{pauses:?}"
        );
        assert!(
            (pauses[1].0 - 6.7).abs() < 0.05 && (pauses[1].1 - 16.34).abs() < 0.05,
            "{pauses:?}"
        );
    }

    #[test]
    fn noise_without_speech_is_told_as_noise() {
        let (windows, pauses) = listen(&parts(&[(4.0, 0.05)]), 0);
        assert!(windows.is_empty());
        assert_eq!(pauses, [(0.0, 4.0, SegmentKind::Noise)]);
    }

    #[test]
    fn long_speech_fills_many_windows_without_loss() {
        let (windows, pauses) = listen(&parts(&[(100.0, 0.5)]), 16_000);
        assert!(pauses.is_empty());
        let all: Vec<(f64, f64)> = windows.concat();
        assert_eq!(all[0].0, 1.0);
        assert!((all[all.len() - 1].1 - 101.0).abs() < 0.05, "{all:?}");
        assert!(all.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert!(all.iter().all(|(start, end)| end - start <= 30.0));
    }

    #[test]
    fn seconds_of_a_window_are_seconds_of_the_recording() {
        let mut window = Window::default();
        window.push(10 * RATE as u64, &vec![0.0; 2 * RATE]);
        window.push(20 * RATE as u64, &vec![0.0; 3 * RATE]);
        assert_eq!(window.second(1.0, false), (11.0, 0));
        assert_eq!(window.second(2.0, false), (20.0, 1));
        assert_eq!(window.second(2.0, true), (12.0, 0));
        assert_eq!(window.second(9.0, true), (23.0, 1));
        assert_eq!(window.word(0.5, 1.0), (10.5, 11.0));
        assert_eq!(window.word(1.9, 2.5), (20.0, 20.5));
        assert_eq!(window.word(1.0, 2.05), (11.0, 12.0));
        assert_eq!(window.drop_front(2.5), 20.5);
        assert_eq!(window.second(0.5, false), (21.0, 0));
        assert_eq!(window.seconds(), 2.5);
        assert_eq!(window.drop_front(2.5), 23.0);
        assert!(window.samples.is_empty() && window.pieces.is_empty());
    }
}
