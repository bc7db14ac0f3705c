//! The two opened graphs, and what is remembered between two tokens.

use super::network::{Network, POSITIONS, Sizes};
use super::vocabulary::Token;
use super::weights::Halves;
use crate::error::ModelError;
use crate::names;
use crate::runtime::{Runtime, Session, SessionOptions};
use ort::session::SessionInputValue;
use ort::value::{DynValue, Tensor, TensorRef};
use std::borrow::Cow;

/// Hears and says.
pub(super) struct Model {
    hearing: Session,
    saying: Session,
    pub(super) sizes: Sizes,
    embeddings: Halves,
    places: Vec<f32>,
    /// Names of what was heard: key and value of every layer.
    heard_names: Vec<String>,
}

/// What was heard in a window: key and value of every layer.
pub(super) struct Heard(Vec<DynValue>);

/// What was said so far in every beam.
pub(super) struct Memory {
    past: Vec<DynValue>,
    /// Tokens so far.
    length: usize,
}

/// What comes next.
pub(super) struct Said {
    /// Unnormalised logarithms of likelihood: beams × wanted rows × all tokens.
    pub(super) likelihoods: Vec<f32>,
    /// What every layer asked of the sound, a row a token: beams × tokens × width. Empty unless it was wanted.
    pub(super) asked: Vec<Vec<f32>>,
}

fn wrong(error: impl ToString) -> ModelError {
    ModelError::answer(names::SPEECH, error)
}

impl Model {
    pub(super) fn open(runtime: &Runtime, network: Network, threads: usize) -> Result<Self, ModelError> {
        let options = SessionOptions {
            threads,
            ..SessionOptions::default()
        };
        let Network {
            sizes,
            hearing,
            saying,
            embeddings,
            places,
        } = network;
        let opened = runtime.session_from_bytes("speech (hearing)", &hearing, &[], options)?;
        drop(hearing);
        let saying = runtime.session_from_bytes("speech (saying)", &saying, &[], options)?;
        let heard_names = (0..sizes.layers)
            .flat_map(|layer| [format!("key_{layer}"), format!("value_{layer}")])
            .collect();
        Ok(Self {
            hearing: opened,
            saying,
            sizes,
            embeddings,
            places,
            heard_names,
        })
    }

    /// Hears a spectrum as [`super::mel::Mel::spectrum`] makes it.
    pub(super) fn hear(&mut self, spectrum: &[f32]) -> Result<Heard, ModelError> {
        let shape = [1, super::mel::BANDS, super::mel::FRAMES];
        let input = TensorRef::from_array_view((shape, spectrum)).map_err(wrong)?;
        let mut outputs = self
            .hearing
            .run(ort::inputs!["spectrum" => input])
            .map_err(wrong)?;
        let heard = self
            .heard_names
            .iter()
            .map(|name| outputs.remove(name).ok_or_else(|| wrong("an output is missing")));
        Ok(Heard(heard.collect::<Result<_, _>>()?))
    }

    /// Nothing said yet.
    pub(super) fn begin(&self) -> Result<Memory, ModelError> {
        let shape = [1, self.sizes.heads, 0, self.sizes.head()];
        let empty = || {
            Tensor::from_array((shape, Vec::<f32>::new()))
                .map(Tensor::into_dyn)
                .map_err(wrong)
        };
        Ok(Memory {
            past: (0..2 * self.sizes.layers)
                .map(|_| empty())
                .collect::<Result<_, _>>()?,
            length: 0,
        })
    }

    /// Appends tokens to every beam and says what may follow.
    ///
    /// `tokens` has a row of equal length for every new beam, `parents` says of every new beam which old one it goes
    /// on from, `wanted` after which of the new tokens the next one is asked for.
    pub(super) fn say(
        &mut self,
        heard: &Heard,
        memory: &mut Memory,
        tokens: &[&[Token]],
        parents: &[usize],
        wanted: &[usize],
        asked: bool,
    ) -> Result<Said, ModelError> {
        let (beams, count) = (tokens.len(), tokens.first().map_or(0, |row| row.len()));
        if memory.length + count > self.sizes.reach {
            return Err(wrong("more tokens than it can look back at"));
        }
        let hidden = self.embed(tokens, memory.length);
        let parents: Vec<i64> = parents.iter().map(|at| *at as i64).collect();
        let wanted: Vec<i64> = wanted.iter().map(|at| *at as i64).collect();
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = ort::inputs![
            "hidden" => TensorRef::from_array_view(([beams, count, self.sizes.width], hidden.as_slice())).map_err(wrong)?,
            "parents" => TensorRef::from_array_view(([beams], parents.as_slice())).map_err(wrong)?,
            "wanted" => TensorRef::from_array_view(([wanted.len()], wanted.as_slice())).map_err(wrong)?,
        ];
        for ((name, heard), past) in self.heard_names.iter().zip(&heard.0).zip(&memory.past) {
            inputs.push((Cow::Borrowed(name.as_str()), heard.into()));
            inputs.push((Cow::Owned(format!("past_{name}")), past.into()));
        }
        let mut outputs = self.saying.run(inputs).map_err(wrong)?;
        let mut take = |name: &str| outputs.remove(name).ok_or_else(|| wrong("an output is missing"));
        let past = self
            .heard_names
            .iter()
            .map(|name| take(&format!("new_{name}")))
            .collect::<Result<Vec<_>, _>>()?;
        let numbers = |value: DynValue| -> Result<Vec<f32>, ModelError> {
            Ok(value.try_extract_tensor::<f32>().map_err(wrong)?.1.to_vec())
        };
        let likelihoods = numbers(take("likelihoods")?)?;
        if likelihoods.len() != beams * wanted.len() * super::vocabulary::TOKENS {
            return Err(wrong("the likelihoods are too few"));
        }
        let layers = if asked { self.sizes.layers } else { 0 };
        let asked = (0..layers)
            .map(|layer| numbers(take(&format!("asked_{layer}"))?))
            .collect::<Result<_, _>>()?;
        memory.past = past;
        memory.length += count;
        Ok(Said { likelihoods, asked })
    }

    /// The rows of the tokens, with their places.
    fn embed(&self, tokens: &[&[Token]], from: usize) -> Vec<f32> {
        let width = self.sizes.width;
        let mut hidden = Vec::with_capacity(tokens.len() * tokens.first().map_or(0, |row| row.len()) * width);
        for row in tokens {
            for (at, token) in row.iter().enumerate() {
                let place = self.places.get((from + at) * width..).unwrap_or_default();
                let token = self.embeddings.numbers(*token as usize * width, width);
                hidden.extend(token.zip(place).map(|(token, place)| token + place));
            }
        }
        hidden
    }
}

impl Heard {
    /// The key of a layer: heads × positions × head.
    pub(super) fn key(&self, layer: usize) -> Result<&[f32], ModelError> {
        let value = self.0.get(2 * layer).ok_or_else(|| wrong("a layer is missing"))?;
        let (shape, numbers) = value.try_extract_tensor::<f32>().map_err(wrong)?;
        if shape.get(2).copied() != Some(POSITIONS as i64) {
            return Err(wrong("a key has another shape"));
        }
        Ok(numbers)
    }
}
