//! multilingual-e5-small: BERT with 12 layers of width 384, pieces of words of XLM-RoBERTa, mean of all places.
//!
//! Wang, L. et al. (2024): Multilingual E5 Text Embeddings. The weights lie in blocks of 32 with 4 bits each, as the
//! library has a kernel for, and are never made larger.

mod container;
mod encoder;
mod graph;
mod pieces;

use super::{PassageVectors, Vector};
use crate::error::ModelError;
use crate::names::PASSAGE_VECTORS;
use crate::runtime::Runtime;
use crate::store::ModelStore;
use container::Container;
use encoder::Encoder;
use pieces::Pieces;
use std::sync::Arc;

/// File of the weights.
const WEIGHTS: &str = "e5-small-q4.bin";
/// No more characters of one text are looked at; a passage has a few hundred.
const MAX_CHARACTERS: usize = 20_000;

/// The model, opened.
pub struct EmbeddedVectors {
    pieces: Arc<Pieces>,
    encoders: Vec<Encoder>,
    dimensions: usize,
}

impl EmbeddedVectors {
    /// Opens the model for so many texts at a time, each on a thread of its own. Each takes 30 MB besides the 90 MB
    /// that all share.
    ///
    /// # Errors
    ///
    /// [`ModelError::Missing`]: there are no vectors then; [`ModelError::Format`], [`ModelError::Session`]: the file is
    /// not what it should be.
    pub fn open(store: &ModelStore, workers: usize) -> Result<Self, ModelError> {
        let path = store.file(PASSAGE_VECTORS, WEIGHTS)?;
        let runtime = store.runtime()?;
        let bytes = std::fs::read(&path).map_err(|source| ModelError::Io {
            what: "read",
            path,
            source,
        })?;
        Self::from_bytes(&runtime, bytes, workers)
    }

    fn from_bytes(runtime: &Runtime, bytes: Vec<u8>, workers: usize) -> Result<Self, ModelError> {
        let unreadable = |reason| ModelError::format(PASSAGE_VECTORS, reason);
        let container = Container::parse(bytes).map_err(unreadable)?;
        let pieces = Arc::new(Pieces::new(&container).map_err(unreadable)?);
        let dimensions = container.shape.width;
        let model = graph::model_of(&container)?;
        let container = Arc::new(container);
        let encoders = (0..workers.max(1))
            .map(|_| Encoder::open(runtime, &model, Arc::clone(&container)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            pieces,
            encoders,
            dimensions,
        })
    }

    /// The pieces of words that a text is cut into, as the numbers that the model knows them by.
    pub fn pieces_of(&self, text: &str) -> Vec<u32> {
        self.pieces.of(text)
    }
}

fn encoded(
    pieces: &Pieces,
    encoder: &mut Encoder,
    prefix: &str,
    texts: &[&str],
) -> Result<Vec<Vector>, ModelError> {
    texts
        .iter()
        .map(|text| {
            let text = format!("{prefix}{}", beginning_of(text));
            encoder.vector(&pieces.of(&text))
        })
        .collect()
}

fn beginning_of(text: &str) -> &str {
    text.char_indices()
        .nth(MAX_CHARACTERS)
        .map_or(text, |(end, _)| &text[..end])
}

impl PassageVectors for EmbeddedVectors {
    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn passages(&mut self, texts: &[&str]) -> Result<Vec<Vector>, ModelError> {
        let each = texts.len().div_ceil(self.encoders.len()).max(1);
        let pieces = &*self.pieces;
        let parts = std::thread::scope(|scope| {
            let working: Vec<_> = self
                .encoders
                .iter_mut()
                .zip(texts.chunks(each))
                .map(|(encoder, texts)| scope.spawn(move || encoded(pieces, encoder, "passage: ", texts)))
                .collect();
            working
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|_| Err(stopped())))
                .collect::<Result<Vec<_>, _>>()
        })?;
        Ok(parts.into_iter().flatten().collect())
    }

    fn query(&mut self, text: &str) -> Result<Vector, ModelError> {
        let encoder = self.encoders.first_mut().ok_or_else(stopped)?;
        encoded(&self.pieces, encoder, "query: ", &[text])?
            .pop()
            .ok_or_else(stopped)
    }
}

fn stopped() -> ModelError {
    ModelError::answer(PASSAGE_VECTORS, "it stopped")
}
