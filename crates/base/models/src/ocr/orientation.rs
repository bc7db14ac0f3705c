//! How a page lies.

use super::sheet::{Norm, Sheet};
use crate::error::ModelError;
use crate::names::PAGE_ORIENTATION;
use crate::runtime::Session;
use ort::value::TensorRef;

/// Side of the model's input.
const SIDE: usize = 224;
/// The model looks at the middle of the page: this share of its shorter side.
const MIDDLE: f32 = 224.0 / 256.0;

/// Tells how a page lies.
#[derive(Debug)]
pub(crate) struct Orientation {
    session: Session,
}

/// How probable it is that the page is to be turned clockwise by 0, 90, 180, 270 degrees to stand upright.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Turns([f32; 4]);

/// The turns there are, in degrees clockwise.
pub(crate) const TURNS: [u16; 4] = [0, 90, 180, 270];

impl Turns {
    /// The likeliest turn and how probable it is.
    pub(crate) fn best(&self) -> (u16, f32) {
        let turns = TURNS.into_iter().zip(self.0);
        turns.fold((0, 0.0), |best, turn| if turn.1 > best.1 { turn } else { best })
    }
}

impl Orientation {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    pub(crate) fn turns(&mut self, sheet: &Sheet<'_>) -> Result<Turns, ModelError> {
        let refused = |error: ort::Error| ModelError::answer(PAGE_ORIENTATION, error);
        let side = ((sheet.width().min(sheet.height()) as f32 * MIDDLE) as usize).max(1);
        let part = (
            sheet.width().saturating_sub(side) / 2,
            sheet.height().saturating_sub(side) / 2,
            side,
            side,
        );
        let planes = sheet.planes(part, SIDE, SIDE, Norm::IMAGENET);
        let input =
            TensorRef::from_array_view(([1_usize, 3, SIDE, SIDE], planes.as_slice())).map_err(refused)?;
        let outputs = self.session.run(ort::inputs![input]).map_err(refused)?;
        let (_, values) = outputs[0].try_extract_tensor::<f32>().map_err(refused)?;
        // the classes are how the page lies, clockwise
        match values {
            [lies_0, lies_90, lies_180, lies_270] => Ok(Turns([*lies_0, *lies_270, *lies_180, *lies_90])),
            _ => Err(ModelError::answer(
                PAGE_ORIENTATION,
                format!("{} classes", values.len()),
            )),
        }
    }
}
