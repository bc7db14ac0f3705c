//! One run of the model after the other.

use super::super::Vector;
use super::container::Container;
use super::graph::{INPUT, OUTPUT};
use crate::error::ModelError;
use crate::names::PASSAGE_VECTORS;
use crate::runtime::{Runtime, Session, SessionOptions};
use ort::value::Tensor;
use std::sync::Arc;

/// The model on one thread.
///
/// Texts are run one by one: at some hundred places a run the products are large enough to keep a processor busy, no
/// place is filled with nothing, and memory does not grow with a batch.
pub(super) struct Encoder {
    session: Session,
    container: Arc<Container>,
    /// What is added to the embedded piece at each place.
    places: Vec<f32>,
}

impl Encoder {
    pub(super) fn open(
        runtime: &Runtime,
        model: &[u8],
        container: Arc<Container>,
    ) -> Result<Self, ModelError> {
        let shape = &container.shape;
        let unreadable = |reason: String| ModelError::format(PASSAGE_VECTORS, reason);
        let floats = |name, count| container.floats(name, count).map_err(unreadable);
        let mut places = floats("emb.pos", shape.places * shape.width)?;
        let kinds = floats("emb.type", 2 * shape.width)?;
        for place in places.chunks_exact_mut(shape.width) {
            place
                .iter_mut()
                .zip(&kinds)
                .for_each(|(number, kind)| *number += kind);
        }
        let session = runtime.session_from_bytes(PASSAGE_VECTORS, model, &[], SessionOptions::default())?;
        Ok(Self {
            session,
            container,
            places,
        })
    }

    /// The vector of a text in pieces. One that is longer than a run is cut, and the runs count by their lengths.
    pub(super) fn vector(&mut self, pieces: &[u32]) -> Result<Vector, ModelError> {
        let longest = self.container.shape.places - 2;
        let mut sum = vec![0.0; self.container.shape.width];
        let no_pieces: [&[u32]; 1] = [&[]];
        let runs: Vec<&[u32]> = match pieces.is_empty() {
            true => no_pieces.to_vec(),
            false => pieces.chunks(longest).collect(),
        };
        for run in runs {
            let weight = run.len().max(1) as f32;
            let mean = self.run(run)?;
            sum.iter_mut()
                .zip(mean)
                .for_each(|(sum, number)| *sum += weight * number);
        }
        Vector::of(sum).ok_or_else(|| ModelError::answer(PASSAGE_VECTORS, "its vector has no direction"))
    }

    fn run(&mut self, pieces: &[u32]) -> Result<Vec<f32>, ModelError> {
        let width = self.container.shape.width;
        let marks = self.container.marks;
        let all = [marks.begin]
            .into_iter()
            .chain(pieces.iter().copied())
            .chain([marks.end]);
        let length = pieces.len() + 2;
        let mut embedded = self.places[..length * width].to_vec();
        for (piece, row) in all.zip(embedded.chunks_exact_mut(width)) {
            self.container.add_word(piece, row);
        }
        let failed = |error: ort::Error| ModelError::answer(PASSAGE_VECTORS, error);
        let input = Tensor::from_array(([1, length, width], embedded)).map_err(failed)?;
        let outputs = self.session.run(ort::inputs![INPUT => input]).map_err(failed)?;
        let output = outputs
            .get(OUTPUT)
            .ok_or_else(|| ModelError::answer(PASSAGE_VECTORS, "it has no output"))?;
        let (_, numbers) = output.try_extract_tensor::<f32>().map_err(failed)?;
        match numbers.len() == width {
            true => Ok(numbers.to_vec()),
            false => Err(ModelError::answer(
                PASSAGE_VECTORS,
                format!("its vector has {} numbers", numbers.len()),
            )),
        }
    }
}
