//! Where writing is: the model's map of a page, and the lines on it.

use super::components::{WritingMap, lines};
use super::rectangle::Rectangle;
use super::sheet::{Norm, Sheet};
use crate::error::ModelError;
use crate::names::OCR_DETECTION;
use crate::runtime::Session;
use ort::value::TensorRef;

/// Sides of the model's input are multiples of this.
const GRAIN: usize = 32;
/// The longer side at which a page of usual shape is looked at.
const LONG_SIDE: f32 = 1280.0;
/// The shorter side at which a scroll or a strip is looked at.
const SHORT_SIDE: f32 = 960.0;
/// A page so many times longer than wide is a scroll or a strip.
const SCROLL: f32 = 2.0;
/// Small pictures are looked at up to so many times larger.
const MOST_GROWTH: f32 = 2.0;
/// The model is given no more than this side at once; larger maps are put together.
const TILE: usize = 1280;
/// What neighbouring tiles share.
const OVERLAP: usize = 128;
/// Pixels of the largest map.
const MAX_MAP: f32 = 16_000_000.0;
/// Lines thinner than this many pixels of the map are looked for again on a larger one,
const THIN: f32 = 11.0;
/// so that they get this thick.
const COMFORTABLE: f32 = 18.0;

/// Finds lines of writing.
#[derive(Debug)]
pub(crate) struct Detector {
    session: Session,
}

impl Detector {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// The lines of a page in its pixels, in no order.
    pub(crate) fn lines(&mut self, sheet: &Sheet<'_>) -> Result<Vec<Rectangle>, ModelError> {
        let scale = first_scale(sheet.width() as f32, sheet.height() as f32);
        let (found, thickness) = self.lines_at(sheet, scale)?;
        let larger = capped(
            (scale * COMFORTABLE / thickness.max(1.0)).min(1.0),
            sheet.width() as f32,
            sheet.height() as f32,
        );
        if thickness > 0.0 && thickness < THIN && larger > scale * 1.2 {
            return Ok(self.lines_at(sheet, larger)?.0);
        }
        Ok(found)
    }

    /// Lines found at a scale, and how thick they are on the map at the median.
    fn lines_at(&mut self, sheet: &Sheet<'_>, scale: f32) -> Result<(Vec<Rectangle>, f32), ModelError> {
        let map = self.map(sheet, scale)?;
        let found = lines(&map);
        let mut thicknesses: Vec<f32> = found.iter().map(|line| line.thickness).collect();
        thicknesses.sort_by(f32::total_cmp);
        let thickness = thicknesses.get(thicknesses.len() / 2).copied().unwrap_or(0.0);
        let (x, y) = (
            sheet.width() as f32 / map.width as f32,
            sheet.height() as f32 / map.height as f32,
        );
        // a pixel of the map is a square, its place the middle of it
        let found = found.into_iter().map(|line| {
            Rectangle {
                centre: (line.centre.0 + 0.5, line.centre.1 + 0.5),
                ..line
            }
            .scaled(x, y)
        });
        Ok((found.collect(), thickness))
    }

    fn map(&mut self, sheet: &Sheet<'_>, scale: f32) -> Result<WritingMap, ModelError> {
        let side = |pixels: usize| ((pixels as f32 * scale / GRAIN as f32).round() as usize).max(1) * GRAIN;
        let (width, height) = (side(sheet.width()), side(sheet.height()));
        let mut map = WritingMap {
            width,
            height,
            values: vec![0; width * height],
        };
        for (top, tile_height) in tiles(height) {
            for (left, tile_width) in tiles(width) {
                let place = |at: usize, map: usize, page: usize| (at * page / map).min(page);
                let (x0, x1) = (
                    place(left, width, sheet.width()),
                    place(left + tile_width, width, sheet.width()),
                );
                let (y0, y1) = (
                    place(top, height, sheet.height()),
                    place(top + tile_height, height, sheet.height()),
                );
                let part = (x0, y0, (x1 - x0).max(1), (y1 - y0).max(1));
                let planes = sheet.planes(part, tile_width, tile_height, Norm::HALF);
                let answer = self.ask(&planes, tile_width, tile_height)?;
                put(&mut map, &answer, (left, top), (tile_width, tile_height));
            }
        }
        Ok(map)
    }

    fn ask(&mut self, planes: &[f32], width: usize, height: usize) -> Result<Vec<u8>, ModelError> {
        let refused = |error: ort::Error| ModelError::answer(OCR_DETECTION, error);
        let input = TensorRef::from_array_view(([1_usize, 3, height, width], planes)).map_err(refused)?;
        let outputs = self.session.run(ort::inputs![input]).map_err(refused)?;
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(refused)?;
        if values.len() != width * height {
            return Err(ModelError::answer(
                OCR_DETECTION,
                format!("a map of shape {shape:?}"),
            ));
        }
        Ok(values.iter().map(|value| (value * 255.0) as u8).collect())
    }
}

/// Copies a tile into the map, without the rim that its neighbours see better.
fn put(map: &mut WritingMap, tile: &[u8], (left, top): (usize, usize), (width, height): (usize, usize)) {
    let rim = |begin: usize, length: usize, whole: usize| {
        let first = if begin > 0 { OVERLAP / 2 } else { 0 };
        let last = if begin + length < whole {
            length - OVERLAP / 2
        } else {
            length
        };
        (first, last)
    };
    let (first_x, last_x) = rim(left, width, map.width);
    let (first_y, last_y) = rim(top, height, map.height);
    for y in first_y..last_y {
        let at = (top + y) * map.width + left;
        let source = tile.get(y * width + first_x..y * width + last_x);
        let target = map.values.get_mut(at + first_x..at + last_x);
        if let (Some(source), Some(target)) = (source, target) {
            target.copy_from_slice(source);
        }
    }
}

/// Where tiles begin along a side, and how long they are.
fn tiles(side: usize) -> Vec<(usize, usize)> {
    if side <= TILE {
        return vec![(0, side)];
    }
    let many = (side - OVERLAP).div_ceil(TILE - OVERLAP);
    (0..many)
        .map(|number| ((number * (TILE - OVERLAP)).min(side - TILE), TILE))
        .collect()
}

fn first_scale(width: f32, height: f32) -> f32 {
    let (long, short) = (width.max(height).max(1.0), width.min(height).max(1.0));
    let wanted = if long > SCROLL * short {
        (SHORT_SIDE / short).min(1.0).max(LONG_SIDE / long)
    } else {
        LONG_SIDE / long
    };
    capped(wanted.min(MOST_GROWTH), width, height)
}

fn capped(scale: f32, width: f32, height: f32) -> f32 {
    scale.min((MAX_MAP / (width * height).max(1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_a_side_and_overlap() {
        assert_eq!(tiles(960), [(0, 960)]);
        for side in [1312_usize, 2560, 9600, 30_016] {
            let tiles = tiles(side);
            assert_eq!(tiles.last().map(|(begin, length)| begin + length), Some(side));
            assert!(tiles.windows(2).all(|pair| pair[1].0 > pair[0].0));
            assert!(
                tiles
                    .windows(2)
                    .all(|pair| pair[0].0 + pair[0].1 >= pair[1].0 + OVERLAP)
            );
        }
    }

    #[test]
    fn the_scale_is_bounded_for_any_page() {
        assert!((first_scale(2480.0, 3508.0) - 1280.0 / 3508.0).abs() < 1e-6);
        assert!((first_scale(100.0, 80.0) - 2.0).abs() < 1e-6);
        // a scroll keeps its writing legible
        assert!((first_scale(800.0, 8000.0) - 1.0).abs() < 1e-6);
        let scale = first_scale(1000.0, 1_000_000.0);
        assert!(scale * scale * 1e9 <= MAX_MAP * 1.01);
        assert!(first_scale(1.0, 1.0).is_finite());
    }

    #[test]
    fn a_tile_leaves_its_inner_rim_to_its_neighbour() {
        let mut map = WritingMap {
            width: 2000,
            height: 1,
            values: vec![0; 2000],
        };
        put(&mut map, &[1; 1280], (0, 0), (1280, 1));
        put(&mut map, &[2; 1280], (720, 0), (1280, 1));
        assert_eq!(map.values[783], 1);
        assert_eq!(map.values[784], 2);
        assert_eq!(map.values[1999], 2);
    }
}
