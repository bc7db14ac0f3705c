//! Reads the weights of a model as CTranslate2 lays them out (`model.bin`, version 6).
//!
//! Little-endian: version (u32), name of the architecture, revision (u32), number of variables (u32), then for each its
//! name, number of extents (u8), extents (u32 each), kind (u8: 0 float32, 1 int8, 2 int16, 3 int32, 4 float16), number
//! of bytes (u32) and the bytes. Names are a length (u16) with a final zero. Aliases follow, which Whisper needs not.

use crate::error::ModelError;
use crate::names;
use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::Path;

/// More variables than any such model has.
const MOST_VARIABLES: u32 = 10_000;
const LONGEST_NAME: u16 = 512;
const MOST_EXTENTS: u8 = 4;
const FLOAT32: u8 = 0;
const FLOAT16: u8 = 4;

/// The weights of a model by name.
#[derive(Debug)]
pub(super) struct Weights {
    variables: HashMap<String, Variable>,
}

/// One tensor.
#[derive(Debug)]
struct Variable {
    shape: Vec<usize>,
    kind: u8,
    bytes: Vec<u8>,
}

/// A matrix or vector in half precision, as it lies in the file.
#[derive(Debug)]
pub(super) struct Halves {
    pub(super) shape: Vec<usize>,
    /// Two bytes a number.
    pub(super) bytes: Vec<u8>,
}

impl Halves {
    /// Its numbers from `from` on.
    pub(super) fn numbers(&self, from: usize, count: usize) -> impl Iterator<Item = f32> + '_ {
        let bytes = self.bytes.get(from * 2..(from + count) * 2).unwrap_or_default();
        bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| half(u16::from_le_bytes(*pair)))
    }
}

fn wrong(reason: impl ToString) -> ModelError {
    ModelError::format(names::SPEECH, reason)
}

impl Weights {
    /// Reads a file. Memory follows what is in the file, never what it says of itself.
    ///
    /// # Errors
    ///
    /// [`ModelError::Io`] and [`ModelError::Format`].
    pub(super) fn read(path: &Path) -> Result<Self, ModelError> {
        let file = std::fs::File::open(path).map_err(|source| ModelError::Io {
            what: "read",
            path: path.to_path_buf(),
            source,
        })?;
        Self::parse(&mut BufReader::with_capacity(1 << 20, file))
    }

    fn parse(input: &mut impl Read) -> Result<Self, ModelError> {
        let version = u32::from_le_bytes(bytes(input)?);
        if version != 6 {
            return Err(wrong(format!("version {version} instead of 6")));
        }
        let name = text(input)?;
        if name != "WhisperSpec" {
            return Err(wrong(format!("architecture {name} instead of WhisperSpec")));
        }
        let _revision: [u8; 4] = bytes(input)?;
        let count = u32::from_le_bytes(bytes(input)?);
        if count > MOST_VARIABLES {
            return Err(wrong(format!("{count} variables")));
        }
        let mut variables = HashMap::new();
        for _ in 0..count {
            let name = text(input)?;
            let variable = variable(input).map_err(|error| wrong(format!("{name}: {error}")))?;
            variables.insert(name, variable);
        }
        Ok(Self { variables })
    }

    /// Whether there is a variable of the name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// A whole number such as `encoder/num_heads`.
    pub(super) fn number(&self, name: &str) -> Result<usize, ModelError> {
        let variable = self
            .variables
            .get(name)
            .ok_or_else(|| wrong(format!("no {name}")))?;
        let mut wide = [0_u8; 8];
        let width = variable.bytes.len().min(8);
        wide[..width].copy_from_slice(&variable.bytes[..width]);
        usize::try_from(u64::from_le_bytes(wide)).map_err(wrong)
    }

    /// Takes a variable out, which frees its place; its shape must be the expected one.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Halves, ModelError> {
        let variable = self.take_any(name)?;
        if variable.shape != shape {
            return Err(wrong(format!(
                "{name} is {:?} instead of {shape:?}",
                variable.shape
            )));
        }
        Ok(variable)
    }

    /// Takes a variable out, whatever its shape.
    pub(super) fn take_any(&mut self, name: &str) -> Result<Halves, ModelError> {
        let variable = self
            .variables
            .remove(name)
            .ok_or_else(|| wrong(format!("no {name}")))?;
        if variable.kind != FLOAT16 {
            return Err(wrong(format!("{name} is not in half precision")));
        }
        Ok(Halves {
            shape: variable.shape,
            bytes: variable.bytes,
        })
    }
}

fn bytes<const N: usize>(input: &mut impl Read) -> Result<[u8; N], ModelError> {
    let mut buffer = [0; N];
    input.read_exact(&mut buffer).map_err(wrong)?;
    Ok(buffer)
}

fn text(input: &mut impl Read) -> Result<String, ModelError> {
    let length = u16::from_le_bytes(bytes(input)?);
    if length == 0 || length > LONGEST_NAME {
        return Err(wrong("a name without end"));
    }
    let mut name = vec![0; usize::from(length)];
    input.read_exact(&mut name).map_err(wrong)?;
    name.pop();
    String::from_utf8(name).map_err(wrong)
}

fn variable(input: &mut impl Read) -> Result<Variable, ModelError> {
    let [extents] = bytes(input)?;
    if extents > MOST_EXTENTS {
        return Err(wrong(format!("{extents} extents")));
    }
    let shape = (0..extents)
        .map(|_| Ok(u32::from_le_bytes(bytes(input)?) as usize))
        .collect::<Result<Vec<_>, ModelError>>()?;
    let [kind] = bytes(input)?;
    let width = match kind {
        FLOAT32 | 3 => 4,
        1 => 1,
        2 | FLOAT16 => 2,
        other => return Err(wrong(format!("kind {other}"))),
    };
    let length = u32::from_le_bytes(bytes(input)?);
    let expected = shape
        .iter()
        .try_fold(width, |product: usize, extent| product.checked_mul(*extent));
    if expected != Some(length as usize) {
        return Err(wrong(format!("{length} bytes for {shape:?}")));
    }
    let mut content = Vec::new();
    let read = input
        .by_ref()
        .take(u64::from(length))
        .read_to_end(&mut content)
        .map_err(wrong)?;
    if read != length as usize {
        return Err(wrong("the file ends early"));
    }
    Ok(Variable {
        shape,
        kind,
        bytes: content,
    })
}

/// A number in half precision (IEEE 754 binary16).
pub(super) fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    match exponent {
        // too small for the exponent: so many 2⁻²⁴
        0 => f32::from_bits(sign | (fraction as f32 * 5.960_464_5e-8).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(of: &str) -> Vec<u8> {
        let mut bytes = (of.len() as u16 + 1).to_le_bytes().to_vec();
        bytes.extend(of.as_bytes());
        bytes.push(0);
        bytes
    }

    fn file(variables: &[(&str, &[u32], u8, &[u8])]) -> Vec<u8> {
        let mut bytes = 6_u32.to_le_bytes().to_vec();
        bytes.extend(name("WhisperSpec"));
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend((variables.len() as u32).to_le_bytes());
        for (variable, shape, kind, content) in variables {
            bytes.extend(name(variable));
            bytes.push(shape.len() as u8);
            bytes.extend(shape.iter().flat_map(|extent| extent.to_le_bytes()));
            bytes.push(*kind);
            bytes.extend((content.len() as u32).to_le_bytes());
            bytes.extend(*content);
        }
        bytes.extend(0_u32.to_le_bytes());
        bytes
    }

    #[test]
    fn variables_are_read_by_name_and_shape() {
        let content = [0x00, 0x3c, 0x00, 0xc0];
        let bytes = file(&[
            ("a/weight", &[1, 2], FLOAT16, &content),
            ("a/heads", &[], 2, &[8, 0]),
        ]);
        let mut weights = Weights::parse(&mut bytes.as_slice()).unwrap();
        assert_eq!(weights.number("a/heads").unwrap(), 8);
        let taken = weights.take("a/weight", &[1, 2]).unwrap();
        assert_eq!(taken.numbers(0, 2).collect::<Vec<_>>(), [1.0, -2.0]);
        assert!(!weights.has("a/weight"));
        assert!(weights.take("a/weight", &[1, 2]).is_err());
    }

    #[test]
    fn halves_are_what_the_standard_says() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x8000, -0.0),
        ];
        for (bits, value) in cases {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0x7c00), f32::INFINITY);
    }

    #[test]
    fn a_length_that_lies_takes_no_memory() {
        let mut bytes = file(&[("a", &[u32::MAX / 2], FLOAT16, &[])]);
        let length = bytes.len();
        // the length of the content says four billion
        bytes[length - 8..length - 4].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
        assert!(Weights::parse(&mut bytes.as_slice()).is_err());
    }

    proptest! {
        #[test]
        fn rubbish_is_refused(mut noise in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..100, byte in any::<u8>()) {
            prop_assert!(Weights::parse(&mut noise.as_slice()).is_err() || noise.len() > 20);
            noise.clear();
            let mut bytes = file(&[("a/weight", &[1, 2], FLOAT16, &[0, 60, 0, 192])]);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            // whatever comes, it comes back
            let _ = Weights::parse(&mut bytes.as_slice());
            prop_assert!(Weights::parse(&mut &bytes[..at.min(bytes.len() - 5)]).is_err());
        }
    }
}
