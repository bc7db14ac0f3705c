//! Vectors without a model, for tests: texts that share pairs of characters are near each other.

use super::{PassageVectors, Vector};
use crate::error::ModelError;
use sha2::{Digest, Sha256};

/// How many numbers a vector has.
const DIMENSIONS: usize = 64;

/// The same answer to the same text, always.
#[derive(Debug, Clone, Copy, Default)]
pub struct FakeVectors;

impl FakeVectors {
    fn vector(text: &str) -> Vector {
        let characters: Vec<char> = text
            .chars()
            .filter(|character| character.is_alphanumeric())
            .collect();
        // never the zero vector, which has no direction
        let mut numbers = vec![1e-3; DIMENSIONS];
        for pair in characters.windows(2) {
            let digest = Sha256::digest(pair.iter().collect::<String>());
            numbers[usize::from(digest[0]) % DIMENSIONS] += 1.0;
        }
        Vector::of(numbers.clone()).unwrap_or(Vector(numbers))
    }
}

impl PassageVectors for FakeVectors {
    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn passages(&mut self, texts: &[&str]) -> Result<Vec<Vector>, ModelError> {
        Ok(texts.iter().map(|text| Self::vector(text)).collect())
    }

    fn query(&mut self, text: &str) -> Result<Vector, ModelError> {
        Ok(Self::vector(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shares_words_is_nearer_than_what_does_not() {
        let mut fake = FakeVectors;
        let passages = fake
            .passages(&["大坝工程验收合格", "春节期间食堂停业", ""])
            .unwrap();
        let query = fake.query("大坝验收").unwrap();
        assert!(query.cosine(&passages[0]) > query.cosine(&passages[1]) + 0.1);
        assert_eq!(query, fake.query("大坝验收").unwrap());
        assert_eq!(passages[2].numbers().len(), fake.dimensions());
    }
}
