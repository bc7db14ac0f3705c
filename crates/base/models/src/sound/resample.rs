//! Brings sound of any rate to 16 000 samples a second, piece by piece.

use super::{RATE, SoundError};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

/// Rates that recordings have; what lies outside is a lie of a header.
const RATES: std::ops::RangeInclusive<u32> = 2_000..=384_000;
/// Samples that are converted at once.
const CHUNK: usize = 1024;

/// Converts one channel.
pub(super) struct Resampler {
    /// `None` where the rate is right already.
    inner: Option<Fft<f32>>,
    rate: u32,
    waiting: Vec<f32>,
    output: Vec<f32>,
    /// Samples of the delay that are still to be dropped.
    drop: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// # Errors
    ///
    /// The rate is none that a recording has.
    pub(super) fn new(rate: u32) -> Result<Self, SoundError> {
        let refused = |reason: String| SoundError::Broken { reason };
        if !RATES.contains(&rate) {
            return Err(refused(format!("{rate} samples a second")));
        }
        let inner = if rate as usize == RATE {
            None
        } else {
            let inner = Fft::new(rate as usize, RATE, CHUNK, 1, FixedSync::Input);
            Some(inner.map_err(|error| refused(error.to_string()))?)
        };
        let drop = inner.as_ref().map_or(0, rubato::Resampler::output_delay);
        let output = inner.as_ref().map_or(0, rubato::Resampler::output_frames_max);
        Ok(Self {
            inner,
            rate,
            waiting: Vec::new(),
            output: vec![0.0; output],
            drop,
            taken: 0,
            given: 0,
        })
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Takes samples and appends what is ready.
    pub(super) fn push(&mut self, samples: &[f32], into: &mut Vec<f32>) {
        if self.inner.is_none() {
            into.extend_from_slice(samples);
            return;
        }
        self.taken += samples.len() as u64;
        self.waiting.extend_from_slice(samples);
        let mut from = 0;
        while let Some(chunk) = self.inner.as_ref().map(rubato::Resampler::input_frames_next) {
            if self.waiting.len() - from < chunk {
                break;
            }
            self.convert(from, chunk, into);
            from += chunk;
        }
        self.waiting.drain(..from);
    }

    /// Appends the rest.
    pub(super) fn finish(&mut self, into: &mut Vec<f32>) {
        if self.inner.is_none() {
            return;
        }
        let whole = (self.taken as f64 * RATE as f64 / f64::from(self.rate)).round() as u64;
        let rest = self.waiting.len();
        self.convert(0, rest, into);
        self.waiting.clear();
        // the delay is longer than one chunk only for odd rates; the bound is never reached
        for _ in 0..1 + self.drop / 64 {
            if self.given >= whole {
                break;
            }
            self.convert(0, 0, into);
        }
        let surplus = self.given.saturating_sub(whole) as usize;
        into.truncate(into.len().saturating_sub(surplus));
        self.given = whole;
    }

    /// Converts `count` waiting samples from `from` on; fewer than a chunk are filled up with silence.
    fn convert(&mut self, from: usize, count: usize, into: &mut Vec<f32>) {
        let Some(inner) = &mut self.inner else { return };
        let input = &self.waiting[from..from + count];
        let capacity = self.output.len();
        let Ok(input) = InterleavedSlice::new(input, 1, count) else {
            return;
        };
        let Ok(mut output) = InterleavedSlice::new_mut(&mut self.output, 1, capacity) else {
            return;
        };
        let indexing = Indexing::new().partial_len(count);
        // sizes are those that the converter asks for, so that it has nothing to refuse
        let Ok((_, written)) = inner.process_into_buffer(&input, &mut output, Some(&indexing)) else {
            return;
        };
        let dropped = self.drop.min(written);
        self.drop -= dropped;
        into.extend_from_slice(&self.output[dropped..written]);
        self.given += (written - dropped) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, seconds: f64, pitch: f64) -> Vec<f32> {
        let count = (f64::from(rate) * seconds) as usize;
        let step = pitch * std::f64::consts::TAU / f64::from(rate);
        (0..count).map(|at| (at as f64 * step).sin() as f32).collect()
    }

    fn convert(rate: u32, samples: &[f32], piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut out = Vec::new();
        for piece in samples.chunks(piece) {
            resampler.push(piece, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn a_tone_keeps_its_pitch_length_and_place() {
        for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000] {
            let out = convert(rate, &tone(rate, 1.0, 440.0), 777);
            assert_eq!(out.len(), RATE, "{rate}");
            let expected = tone(16_000, 1.0, 440.0);
            // the edges have silence as their neighbour
            let worst = (1_000..15_000)
                .map(|at| (out[at] - expected[at]).abs())
                .fold(0.0, f32::max);
            // where the ratio is odd, the delay is not a whole number of samples: half of a longer one remains
            let half_a_sample = 440.0 * std::f32::consts::PI / rate.min(16_000) as f32;
            assert!(worst < 0.01 + half_a_sample, "{rate}: {worst}");
        }
    }

    #[test]
    fn pieces_do_not_matter() {
        let samples = tone(44_100, 0.3, 300.0);
        assert_eq!(convert(44_100, &samples, 13), convert(44_100, &samples, 100_000));
    }

    #[test]
    fn what_is_too_high_to_be_heard_does_not_come_back_lower() {
        let out = convert(48_000, &tone(48_000, 1.0, 12_000.0), 4_800);
        let loudest = out[1_000..15_000]
            .iter()
            .fold(0.0_f32, |most, value| most.max(value.abs()));
        assert!(loudest < 0.01, "{loudest}");
    }

    #[test]
    fn impossible_rates_are_refused() {
        for rate in [0, 1, 1_999, 384_001, u32::MAX] {
            assert!(Resampler::new(rate).is_err(), "{rate}");
        }
    }
}
