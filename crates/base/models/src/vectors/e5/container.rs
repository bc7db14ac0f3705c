//! The file of the weights, `E5S1`: numbers of the shape, pieces of words with their scores, what characters are
//! replaced by, a list of tensors, and the tensors. Numbers are little-endian.

use std::collections::HashMap;
use std::ops::Range;

const MAGIC: &[u8] = b"E5S1";
/// Weights in a block, which share a scale.
pub(super) const BLOCK: usize = 32;
/// Bytes of a block: a scale of 16 bits and 32 weights of 4.
pub(super) const BLOCK_BYTES: usize = 18;

/// The shape of the model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    /// Numbers for each place.
    pub(super) width: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Numbers inside the second half of a layer.
    pub(super) inner: usize,
    pub(super) vocabulary: usize,
    /// Places that a run can have.
    pub(super) places: usize,
    /// Added to a variance before its root is divided by.
    pub(super) epsilon: f32,
}

/// Numbers of the pieces that mean no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) begin: u32,
    pub(super) end: u32,
    pub(super) unknown: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Floats,
    Blocks,
}

#[derive(Debug)]
struct Tensor {
    kind: Kind,
    count: usize,
    at: Range<usize>,
}

/// The file, looked through.
#[derive(Debug)]
pub(super) struct Container {
    bytes: Vec<u8>,
    pub(super) shape: Shape,
    pub(super) marks: Marks,
    /// Ends of the pieces in their text.
    ends: Vec<u32>,
    pub(super) scores: Vec<f32>,
    text: Range<usize>,
    /// Characters and what they are replaced by, in the order of the characters.
    pub(super) replacements: Vec<(u32, Vec<u32>)>,
    tensors: HashMap<String, Tensor>,
    words: Range<usize>,
}

/// Reads what a header says, never beyond the file.
struct Reader<'bytes> {
    bytes: &'bytes [u8],
    at: usize,
}

impl<'bytes> Reader<'bytes> {
    fn take(&mut self, length: usize) -> Result<&'bytes [u8], String> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let Some(end) = end else {
            return Err(format!("it ends before byte {} and {length} more", self.at));
        };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| "it ends".to_owned())
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn length(&mut self) -> Result<usize, String> {
        usize::try_from(self.u32()?).map_err(|error| error.to_string())
    }

    fn long(&mut self) -> Result<usize, String> {
        usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|error| error.to_string())
    }

    fn words<T>(&mut self, count: usize, read: impl Fn([u8; 4]) -> T) -> Result<Vec<T>, String> {
        let bytes = self.take(count.checked_mul(4).ok_or("a count is too large")?)?;
        let (words, _) = bytes.as_chunks::<4>();
        Ok(words.iter().map(|word| read(*word)).collect())
    }
}

impl Container {
    /// Looks a file through.
    ///
    /// # Errors
    ///
    /// Says what is not as it should be. Nothing is taken into memory that the file does not have.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, String> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if reader.take(4)? != MAGIC {
            return Err("it does not begin with E5S1".to_owned());
        }
        let version = reader.u32()?;
        if version != 1 {
            return Err(format!("it is of version {version}"));
        }
        let [width, layers, heads, inner, vocabulary, places] = [
            reader.length()?,
            reader.length()?,
            reader.length()?,
            reader.length()?,
            reader.length()?,
            reader.length()?,
        ];
        let _kinds_of_segments = reader.u32()?;
        let epsilon = f32::from_le_bytes(reader.array()?);
        let block = reader.length()?;
        let shape = Shape {
            width,
            layers,
            heads,
            inner,
            vocabulary,
            places,
            epsilon,
        };
        check_shape(&shape, block)?;
        let count = reader.length()?;
        let begin = reader.u32()?;
        let end = reader.u32()?;
        let _padding = reader.u32()?;
        let unknown = reader.u32()?;
        let length = reader.long()?;
        let mut ends = reader.words(count.saturating_add(1), u32::from_le_bytes)?;
        if ends.first() != Some(&0)
            || !ends.is_sorted()
            || ends.last().map(|end| *end as usize) != Some(length)
        {
            return Err("its pieces of words do not fill their text".to_owned());
        }
        ends.remove(0);
        let scores = reader.words(count, f32::from_le_bytes)?;
        if count > vocabulary || [begin, end, unknown].iter().any(|mark| *mark as usize >= count) {
            return Err("its pieces of words do not fit the model".to_owned());
        }
        let text = reader.at..reader.at.saturating_add(length);
        reader.take(length)?;
        let replacements = replacements(&mut reader)?;
        let tensors = tensors(&mut reader)?;
        let mut container = Self {
            shape,
            marks: Marks { begin, end, unknown },
            ends,
            scores,
            text,
            replacements,
            tensors,
            words: 0..0,
            bytes,
        };
        let words = container.tensor("emb.word", Kind::Blocks, vocabulary * width)?;
        container.words = words;
        Ok(container)
    }

    /// Bytes of the pieces of words, in the order of their numbers.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let text = &self.bytes[self.text.clone()];
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| text.get(start as usize..*end as usize).unwrap_or_default())
    }

    /// A tensor of floats.
    ///
    /// # Errors
    ///
    /// Says that it is missing or of another size.
    pub(super) fn floats(&self, name: &str, count: usize) -> Result<Vec<f32>, String> {
        let at = self.tensor(name, Kind::Floats, count)?;
        let (words, _) = self.bytes[at].as_chunks::<4>();
        Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }

    /// A tensor of blocks.
    ///
    /// # Errors
    ///
    /// As [`Container::floats`].
    pub(super) fn blocks(&self, name: &str, count: usize) -> Result<&[[u8; BLOCK_BYTES]], String> {
        let at = self.tensor(name, Kind::Blocks, count)?;
        Ok(self.bytes[at].as_chunks().0)
    }

    /// Adds the row of a piece of a word to `row`, which is as wide as the model.
    pub(super) fn add_word(&self, piece: u32, row: &mut [f32]) {
        let (blocks, _) = self.bytes[self.words.clone()].as_chunks::<BLOCK_BYTES>();
        let each = self.shape.width / BLOCK;
        let from = (piece as usize).min(self.shape.vocabulary - 1) * each;
        for (block, numbers) in blocks[from..from + each].iter().zip(row.chunks_exact_mut(BLOCK)) {
            let scale = scale_of(block);
            let (low, high) = numbers.split_at_mut(BLOCK / 2);
            for ((byte, low), high) in block[2..].iter().zip(low).zip(high) {
                *low += (f32::from(byte & 15) - 8.0) * scale;
                *high += (f32::from(byte >> 4) - 8.0) * scale;
            }
        }
    }

    fn tensor(&self, name: &str, kind: Kind, count: usize) -> Result<Range<usize>, String> {
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| format!("it has no tensor {name}"))?;
        if tensor.kind != kind || tensor.count != count {
            return Err(format!("its tensor {name} is not of the size that it should be"));
        }
        Ok(tensor.at.clone())
    }
}

/// The scale of a block.
pub(super) fn scale_of(block: &[u8; BLOCK_BYTES]) -> f32 {
    half(u16::from_le_bytes([block[0], block[1]]))
}

/// A number of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 => sign * if fraction == 0.0 { f32::INFINITY } else { f32::NAN },
        _ => sign * (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

fn check_shape(shape: &Shape, block: usize) -> Result<(), String> {
    let inside = |value: usize, most: usize| (1..=most).contains(&value);
    let fits = block == BLOCK
        && inside(shape.width, 4096)
        && shape.width.is_multiple_of(BLOCK)
        && inside(shape.heads, 64)
        && shape.width.is_multiple_of(shape.heads)
        && inside(shape.layers, 64)
        && inside(shape.inner, 16_384)
        && shape.inner.is_multiple_of(BLOCK)
        && inside(shape.vocabulary, 1 << 21)
        && (3..=8192).contains(&shape.places)
        && shape.epsilon > 0.0;
    match fits {
        true => Ok(()),
        false => Err(format!("its shape is not understood: {shape:?}")),
    }
}

fn replacements(reader: &mut Reader<'_>) -> Result<Vec<(u32, Vec<u32>)>, String> {
    let count = reader.length()?;
    let length = reader.length()?;
    let mut inner = Reader {
        bytes: reader.take(length)?,
        at: 0,
    };
    let mut replacements = Vec::new();
    for _ in 0..count {
        let character = inner.u32()?;
        let [others] = inner.array()?;
        replacements.push((character, inner.words(usize::from(others), u32::from_le_bytes)?));
    }
    match replacements.is_sorted_by(|one, next| one.0 < next.0) {
        true => Ok(replacements),
        false => Err("its replacements are not in order".to_owned()),
    }
}

fn tensors(reader: &mut Reader<'_>) -> Result<HashMap<String, Tensor>, String> {
    let count = reader.u32()?;
    let mut tensors = HashMap::new();
    for _ in 0..count {
        let length = u16::from_le_bytes(reader.array()?);
        let name = String::from_utf8_lossy(reader.take(usize::from(length))?).into_owned();
        let [kind] = reader.array()?;
        let count = reader.length()?;
        let from = reader.long()?;
        let bytes = reader.long()?;
        let (kind, expected) = match kind {
            0 => (Kind::Floats, count.saturating_mul(4)),
            1 => (Kind::Blocks, count / BLOCK * BLOCK_BYTES),
            other => return Err(format!("its tensor {name} is of the unknown kind {other}")),
        };
        let end = from.saturating_add(bytes);
        if bytes != expected || end > reader.bytes.len() {
            return Err(format!("its tensor {name} does not lie in the file"));
        }
        tensors.insert(
            name,
            Tensor {
                kind,
                count,
                at: from..end,
            },
        );
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_16_bits_are_read_as_the_standard_says() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
        ] {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }

    #[test]
    fn what_is_no_container_is_refused_with_a_reason() {
        assert!(Container::parse(Vec::new()).unwrap_err().contains("ends"));
        assert!(
            Container::parse(b"GGUF....".to_vec())
                .unwrap_err()
                .contains("E5S1")
        );
        let mut lie = b"E5S1\x01\0\0\0".to_vec();
        for number in [384, 12, 12, 1536, 250_037, 512, 2] {
            lie.extend(u32::to_le_bytes(number));
        }
        lie.extend(1e-12f32.to_le_bytes());
        lie.extend(32u32.to_le_bytes());
        lie.extend(u32::MAX.to_le_bytes());
        lie.extend([0; 64]);
        assert!(Container::parse(lie).is_err());
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_refused_without_panic(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut bytes = b"E5S1\x01\0\0\0".to_vec();
            for number in [32u32, 1, 1, 32, 40, 8, 2] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(1e-12f32.to_le_bytes());
            bytes.extend(32u32.to_le_bytes());
            bytes.extend(tail);
            prop_assert!(Container::parse(bytes).is_err());
        }
    }
}
