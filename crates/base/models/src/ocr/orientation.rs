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
/// How the model's classes are turned, clockwise, in degrees.
const CLASSES: [u16; 4] = [0, 90, 180, 270];

/// Tells how a page lies.
#[derive(Debug)]
pub(crate) struct Orientation {
    session: Session,
}

/// What was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Turn {
    /// By how much the page is to be turned clockwise to stand upright: 0, 90, 180, 270.
    pub(crate) degrees: u16,
    /// How sure that is, 0 to 1.
    pub(crate) probability: f32,
}

impl Orientation {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    pub(crate) fn turn(&mut self, sheet: &Sheet<'_>) -> Result<Turn, ModelError> {
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
        CLASSES
            .iter()
            .zip(values)
            .max_by(|one, other| one.1.total_cmp(other.1))
            .map(|(lies, probability)| Turn {
                degrees: (360 - lies) % 360,
                probability: *probability,
            })
            .ok_or_else(|| ModelError::answer(PAGE_ORIENTATION, "no classes"))
    }
}
