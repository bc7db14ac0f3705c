//! Tells speech from silence (语音活动检测): Silero's model, or loudness where it is not installed.

use super::stretches::FRAME;
use crate::error::ModelError;
use crate::names;
use crate::runtime::{Runtime, Session, SessionOptions};
use crate::store::ModelStore;
use ort::value::TensorRef;

const FILE: &str = "silero_vad_16k_op15.onnx";
/// Samples of the frame before that the model sees again.
const CONTEXT: usize = 64;
/// Numbers that the model remembers from frame to frame.
const STATE: usize = 2 * 128;

/// Says of frame after frame how likely it is that somebody speaks.
pub trait VoiceActivity {
    /// How likely speech is in the next [`FRAME`] samples, 0 to 1.
    ///
    /// # Errors
    ///
    /// [`ModelError::Answer`].
    fn likelihood(&mut self, frame: &[f32]) -> Result<f32, ModelError>;

    /// Forgets what was heard, for another recording.
    fn reset(&mut self);

    /// Name of the model in `rules/models.toml`, or `loudness`.
    fn name(&self) -> &'static str;
}

/// Silero's model.
#[derive(Debug)]
pub struct Silero {
    session: Session,
    /// The end of the frame before, then the frame.
    input: Vec<f32>,
    state: Vec<f32>,
}

impl Silero {
    /// Opens the model.
    ///
    /// # Errors
    ///
    /// As [`ModelStore::file`] and [`Runtime::session`].
    pub fn open(runtime: &Runtime, store: &ModelStore) -> Result<Self, ModelError> {
        let session = runtime.session(
            &store.file(names::VOICE_ACTIVITY, FILE)?,
            SessionOptions::default(),
        )?;
        Ok(Self {
            session,
            input: vec![0.0; CONTEXT + FRAME],
            state: vec![0.0; STATE],
        })
    }

    fn run(&mut self, frame: &[f32]) -> Result<f32, ort::Error> {
        self.input.copy_within(FRAME.., 0);
        self.input[CONTEXT..].fill(0.0);
        let count = frame.len().min(FRAME);
        self.input[CONTEXT..CONTEXT + count].copy_from_slice(&frame[..count]);
        let outputs = self.session.run(ort::inputs![
            "input" => TensorRef::from_array_view(([1, CONTEXT + FRAME], self.input.as_slice()))?,
            "state" => TensorRef::from_array_view(([2_usize, 1, 128], self.state.as_slice()))?,
            "sr" => TensorRef::from_array_view(((), [16_000_i64].as_slice()))?,
        ])?;
        let state = outputs["stateN"].try_extract_tensor::<f32>()?.1;
        if state.len() == STATE {
            self.state.copy_from_slice(state);
        }
        let likelihood = outputs["output"].try_extract_tensor::<f32>()?.1.first().copied();
        Ok(likelihood.unwrap_or_default())
    }
}

impl VoiceActivity for Silero {
    fn likelihood(&mut self, frame: &[f32]) -> Result<f32, ModelError> {
        self.run(frame)
            .map_err(|error| ModelError::answer(names::VOICE_ACTIVITY, error))
    }

    fn reset(&mut self) {
        self.input.fill(0.0);
        self.state.fill(0.0);
    }

    fn name(&self) -> &'static str {
        names::VOICE_ACTIVITY
    }
}

/// Takes for speech what is clearly louder than the quietest that was heard. Music is speech to it.
#[derive(Debug)]
pub struct Loudness {
    /// Loudness of the quietest frames, in decibels below the greatest.
    floor: f32,
}

impl Default for Loudness {
    fn default() -> Self {
        Self { floor: -60.0 }
    }
}

impl VoiceActivity for Loudness {
    fn likelihood(&mut self, frame: &[f32]) -> Result<f32, ModelError> {
        let level = decibels(frame);
        // the floor falls at once and rises slowly: six decibels a second at most
        self.floor = if level < self.floor {
            level.max(-90.0)
        } else {
            (self.floor + 0.2).min(level).min(-30.0)
        };
        let above = level - self.floor.max(-65.0);
        Ok((above / 24.0).clamp(0.0, 1.0))
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn name(&self) -> &'static str {
        "loudness"
    }
}

/// Loudness of samples: 0 for the greatest, −120 for nothing.
pub fn decibels(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|value| value * value).sum::<f32>() / samples.len().max(1) as f32;
    if power > 1e-12 {
        10.0 * power.log10()
    } else {
        -120.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_out_of_the_noise_is_taken_for_speech() {
        let mut loudness = Loudness::default();
        let quiet = vec![0.002_f32; FRAME];
        let loud: Vec<f32> = (0..FRAME).map(|at| (at as f32 * 0.1).sin() * 0.2).collect();
        let mut of = |frame: &[f32], times: usize| {
            (0..times)
                .map(|_| loudness.likelihood(frame).unwrap())
                .fold(0.0, |_, last| last)
        };
        assert!(of(&quiet, 100) < 0.35);
        assert!(of(&loud, 30) > 0.5);
        assert!(of(&quiet, 30) < 0.35);
    }

    #[test]
    fn nothing_is_quieter_than_anything() {
        assert_eq!(decibels(&[]), -120.0);
        assert_eq!(decibels(&[0.0; 10]), -120.0);
        assert!((decibels(&[1.0; 10])).abs() < 1e-5);
    }
}
