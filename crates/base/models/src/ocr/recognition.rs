//! What a line says.

use super::ctc::{Written, decode};
use super::rectangle::Rectangle;
use super::sheet::{Norm, Sheet};
use crate::error::ModelError;
use crate::names::OCR_RECOGNITION;
use crate::runtime::Session;
use ort::value::TensorRef;

/// Height of the model's input.
const HEIGHT: usize = 48;
/// The narrowest input.
const NARROWEST: usize = 32;
/// Lines that would be wider are read in parts: time and memory grow with width.
const WIDEST: usize = 2_000;
/// Parts of a long line are about so wide.
const PART: usize = 1_400;
/// How far from its place a cut may be moved to fall between two characters.
const CUT_RANGE: usize = 80;
/// A line is never taken for longer than so many times its thickness.
const LONGEST: f32 = 600.0;

/// Reads lines.
#[derive(Debug)]
pub(crate) struct Recogniser {
    session: Session,
    alphabet: Vec<String>,
}

impl Recogniser {
    /// The characters are named in the model itself, a line each; the space comes after them.
    pub(crate) fn new(session: Session) -> Result<Self, ModelError> {
        let named = session
            .metadata()
            .map_err(|error| ModelError::format(OCR_RECOGNITION, error))?
            .custom("character")
            .ok_or_else(|| ModelError::format(OCR_RECOGNITION, "it does not name its characters"))?;
        let mut alphabet: Vec<String> = named.split('\n').map(str::to_owned).collect();
        alphabet.push(" ".to_owned());
        Ok(Self { session, alphabet })
    }

    /// Reads what a rectangle covers. `width` is how wide the line is made, as a share of its natural width at the
    /// model's height: less is faster.
    pub(crate) fn read(
        &mut self,
        sheet: &Sheet<'_>,
        line: &Rectangle,
        width: f32,
    ) -> Result<Written, ModelError> {
        if line.length < 1.0 || line.thickness < 1.0 {
            return Ok(Written::default());
        }
        let ratio = (line.length / line.thickness).min(LONGEST);
        let pixels = ((HEIGHT as f32 * ratio * width).ceil() as usize).max(NARROWEST);
        let planes = sheet.straightened(line, pixels, HEIGHT, Norm::HALF);
        if pixels <= WIDEST {
            return Ok(self.ask(&planes, pixels)?.trimmed().with_noughts());
        }
        let mut parts = Vec::new();
        let cuts = cuts(&planes, pixels);
        for (begin, end) in cuts.iter().zip(cuts.iter().skip(1)) {
            let part: Vec<f32> = planes
                .chunks_exact(pixels)
                .flat_map(|row| row.get(*begin..*end).unwrap_or(&[]))
                .copied()
                .collect();
            let share = |at: usize| at as f32 / pixels as f32;
            parts.push((self.ask(&part, end - begin)?, share(*begin), share(*end)));
        }
        Ok(Written::join(parts).trimmed().with_noughts())
    }

    fn ask(&mut self, planes: &[f32], width: usize) -> Result<Written, ModelError> {
        let refused = |error: ort::Error| ModelError::answer(OCR_RECOGNITION, error);
        let input = TensorRef::from_array_view(([1_usize, 3, HEIGHT, width], planes)).map_err(refused)?;
        let outputs = self.session.run(ort::inputs![input]).map_err(refused)?;
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(refused)?;
        let classes = self.alphabet.len() + 1;
        if shape.last().copied() != i64::try_from(classes).ok() {
            let reason = format!("{shape:?} probabilities for {} characters", classes - 1);
            return Err(ModelError::answer(OCR_RECOGNITION, reason));
        }
        Ok(decode(values, classes, &self.alphabet))
    }
}

/// Where a long line is cut: its ends, and between them columns of pixels that differ least from top to bottom.
fn cuts(planes: &[f32], width: usize) -> Vec<usize> {
    let many = width.div_ceil(PART).max(1);
    let contrast = |x: usize| {
        let column = planes.iter().skip(x).step_by(width).take(HEIGHT);
        let (low, high) = column.fold((f32::MAX, f32::MIN), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
        high - low
    };
    let mut cuts = vec![0];
    for number in 1..many {
        let middle = number * width / many;
        let range = middle.saturating_sub(CUT_RANGE)..(middle + CUT_RANGE).min(width);
        let cut = range.min_by(|one, other| contrast(*one).total_cmp(&contrast(*other)));
        cuts.push(cut.unwrap_or(middle));
    }
    cuts.push(width);
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_where_nothing_is_written() {
        let width = 3000;
        let row: Vec<f32> = (0..width)
            .map(|x| {
                if (1010..1014).contains(&x) || (1990..1994).contains(&x) {
                    1.0
                } else {
                    -1.0
                }
            })
            .collect();
        let white = vec![1.0; width];
        let planes: Vec<f32> = (0..3 * HEIGHT)
            .flat_map(|y| if y % 2 == 0 { row.clone() } else { white.clone() })
            .collect();
        assert_eq!(cuts(&planes, width), [0, 1010, 1990, 3000]);
    }
}
