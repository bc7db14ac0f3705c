//! What the model hears: loudness in 80 bands of pitch, a hundred times a second (对数梅尔频谱).

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Bands.
pub(super) const BANDS: usize = 80;
/// Samples from one frame to the next.
pub(super) const HOP: usize = 160;
/// Frames of a window of 30 seconds.
pub(super) const FRAMES: usize = 3000;
/// Samples of a frame.
const WIDTH: usize = 400;
const BINS: usize = WIDTH / 2 + 1;

/// Makes spectra.
pub(super) struct Mel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Of every band: its first bin, and the weights from there on.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Mel {
    pub(super) fn new() -> Self {
        let window = (0..WIDTH)
            .map(|at| {
                let angle = std::f64::consts::TAU * at as f64 / WIDTH as f64;
                (0.5 - 0.5 * angle.cos()) as f32
            })
            .collect();
        Self {
            transform: RealFftPlanner::new().plan_fft_forward(WIDTH),
            window,
            bands: bands(),
        }
    }

    /// The spectrum of at most 30 seconds, filled up with silence: [`BANDS`] rows of [`FRAMES`].
    pub(super) fn spectrum(&self, samples: &[f32]) -> Vec<f32> {
        let samples = &samples[..samples.len().min(FRAMES * HOP)];
        let mut rows = vec![-10.0_f32; BANDS * FRAMES];
        let mut frame = vec![0.0_f32; WIDTH];
        let mut bins = vec![Complex::new(0.0, 0.0); BINS];
        let mut scratch = self.transform.make_scratch_vec();
        let heard = (samples.len() + WIDTH / 2).div_ceil(HOP).min(FRAMES);
        for at in 0..heard {
            self.cut(samples, at, &mut frame);
            // lengths are those that the transform asks for
            if self
                .transform
                .process_with_scratch(&mut frame, &mut bins, &mut scratch)
                .is_err()
            {
                break;
            }
            for (band, (first, weights)) in self.bands.iter().enumerate() {
                let power: f32 = weights
                    .iter()
                    .zip(&bins[*first..])
                    .map(|(weight, bin)| weight * bin.norm_sqr())
                    .sum();
                rows[band * FRAMES + at] = power.max(1e-10).log10();
            }
        }
        let floor = rows.iter().fold(f32::MIN, |most, value| most.max(*value)) - 8.0;
        for value in &mut rows {
            *value = (value.max(floor) + 4.0) / 4.0;
        }
        rows
    }

    /// The samples around the middle of a frame; before the beginning lies its mirror image, behind the end silence.
    fn cut(&self, samples: &[f32], at: usize, frame: &mut [f32]) {
        let from = (at * HOP) as isize - (WIDTH / 2) as isize;
        for (offset, (place, weight)) in frame.iter_mut().zip(&self.window).enumerate() {
            let index = (from + offset as isize).unsigned_abs();
            *place = samples.get(index).copied().unwrap_or_default() * weight;
        }
    }
}

/// Triangles between pitches that are equally far from each other on Slaney's scale (linear below 1000 Hz, logarithmic
/// above), each of the same area.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let pitch = |mel: f64| {
        if mel < 15.0 {
            mel * 200.0 / 3.0
        } else {
            1000.0 * (6.4_f64.ln() / 27.0 * (mel - 15.0)).exp()
        }
    };
    // 8000 Hz on that scale
    let top = 15.0 + 27.0 * 8.0_f64.ln() / 6.4_f64.ln();
    let edges: Vec<f64> = (0..BANDS + 2)
        .map(|at| pitch(top * at as f64 / (BANDS + 1) as f64))
        .collect();
    let height = |low: f64, middle: f64, high: f64, bin: usize| {
        let frequency = bin as f64 * 16_000.0 / WIDTH as f64;
        let rise = (frequency - low) / (middle - low);
        let fall = (high - frequency) / (high - middle);
        rise.min(fall).max(0.0) * 2.0 / (high - low)
    };
    edges
        .windows(3)
        .map(|edge| {
            let heights: Vec<f64> = (0..BINS)
                .map(|bin| height(edge[0], edge[1], edge[2], bin))
                .collect();
            let first = heights.iter().position(|value| *value > 0.0).unwrap_or(0);
            let last = heights.iter().rposition(|value| *value > 0.0).unwrap_or(first);
            (
                first,
                heights[first..=last].iter().map(|value| *value as f32).collect(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bands_are_those_of_the_model() {
        let bands = bands();
        assert_eq!(bands.len(), BANDS);
        // figures of the published filter bank: the first band peaks at bin 1, the last ends below bin 200
        assert_eq!(bands[0].0, 1);
        assert!((bands[0].1[0] - 0.024_862_6).abs() < 1e-5, "{:?}", bands[0]);
        let (first, weights) = &bands[79];
        assert!(first + weights.len() <= BINS);
    }

    #[test]
    fn a_tone_is_heard_in_its_band_only() {
        let tone: Vec<f32> = (0..16_000)
            .map(|at| (at as f32 * 1000.0 * std::f32::consts::TAU / 16_000.0).sin())
            .collect();
        let rows = Mel::new().spectrum(&tone);
        let at = |band: usize| rows[band * FRAMES + 50];
        let loudest = (0..BANDS)
            .max_by(|left, right| at(*left).total_cmp(&at(*right)))
            .unwrap();
        // 1000 Hz is 15 of 45.2 on the scale
        assert!((26..=27).contains(&loudest), "{loudest}");
        // behind the tone it is silent
        assert!(rows[loudest * FRAMES + 50] - rows[loudest * FRAMES + 200] > 1.9);
    }

    #[test]
    fn silence_and_nothing_are_the_same() {
        let mel = Mel::new();
        assert_eq!(mel.spectrum(&[]), mel.spectrum(&[0.0; 1000]));
        assert!(mel.spectrum(&[]).iter().all(|value| (value + 1.5).abs() < 1e-6));
    }
}
