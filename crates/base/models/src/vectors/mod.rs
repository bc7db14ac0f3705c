//! Passages as vectors (语义向量), so that a question finds what means the same in other words.
//!
//! - [`EmbeddedVectors`]: multilingual-e5-small, run here
//! - [`VectorService`]: any service that answers `/v1/embeddings`
//! - [`fake::FakeVectors`]: for tests, without a model
//! - [`passages_of`]: what a text is cut into
//!
//! The model knows passages and questions apart by a word in front of them, which the ports add themselves.

mod e5;
pub mod fake;
mod passages;
mod service;

pub use e5::EmbeddedVectors;
pub use passages::{Passage, passages_of};
pub use service::{VectorService, VectorServiceOptions};

use crate::error::ModelError;

/// A point on the sphere of length one, so that the cosine of two is their product.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector(Vec<f32>);

impl Vector {
    /// The direction of some numbers; `None` where they have none: all zero, or one of them no number.
    pub fn of(mut numbers: Vec<f32>) -> Option<Self> {
        let length = numbers
            .iter()
            .map(|number| f64::from(*number).powi(2))
            .sum::<f64>()
            .sqrt();
        if !(length.is_finite() && length > 0.0) {
            return None;
        }
        let factor = (1.0 / length) as f32;
        numbers.iter_mut().for_each(|number| *number *= factor);
        Some(Self(numbers))
    }

    /// Its numbers.
    pub fn numbers(&self) -> &[f32] {
        &self.0
    }

    /// Its numbers, taken.
    pub fn into_numbers(self) -> Vec<f32> {
        self.0
    }

    /// How near two are in meaning: 1 the same, 0 nothing in common. Zero where they are of different models, which
    /// have different numbers of dimensions.
    pub fn cosine(&self, other: &Self) -> f32 {
        match self.0.len() == other.0.len() {
            true => self.0.iter().zip(&other.0).map(|(one, other)| one * other).sum(),
            false => 0.0,
        }
    }
}

/// What makes vectors.
pub trait PassageVectors {
    /// How many numbers a vector has.
    fn dimensions(&self) -> usize;

    /// The vectors of passages, in their order.
    ///
    /// # Errors
    ///
    /// [`ModelError::Answer`] where the model gives none.
    fn passages(&mut self, texts: &[&str]) -> Result<Vec<Vector>, ModelError>;

    /// The vector of a question.
    ///
    /// # Errors
    ///
    /// As [`PassageVectors::passages`].
    fn query(&mut self, text: &str) -> Result<Vector, ModelError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_has_length_one_and_nothing_has_no_direction() {
        let vector = Vector::of(vec![3.0, 4.0]).unwrap();
        assert_eq!(vector.numbers(), [0.6, 0.8]);
        assert!((vector.cosine(&vector) - 1.0).abs() < 1e-6);
        assert_eq!(vector.cosine(&Vector::of(vec![1.0]).unwrap()), 0.0);
        assert_eq!(Vector::of(vec![0.0, 0.0]), None);
        assert_eq!(Vector::of(vec![f32::NAN, 1.0]), None);
    }
}
