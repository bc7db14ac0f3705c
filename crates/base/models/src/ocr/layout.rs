//! What the parts of a page are: titles, tables, captions, what stands above and below every page.

use super::sheet::{Norm, Sheet};
use crate::error::ModelError;
use crate::names::PAGE_LAYOUT;
use crate::runtime::Session;
use lantai_domain::reading::{LineRole, PageBox};
use ort::value::TensorRef;

/// The model's input.
const WIDTH: usize = 608;
const HEIGHT: usize = 800;
/// Cells of the model's four outputs, in pixels of its input.
const STRIDES: [usize; 4] = [8, 16, 32, 64];
/// Classes: text, title, figure, figure_caption, table, table_caption, header, footer, reference, equation.
const CLASSES: usize = 10;
/// Steps in which the distance of an edge is given.
const DISTANCES: usize = 8;
/// Below this it is no part.
const LEAST_SCORE: f32 = 0.5;
/// Two parts of a kind that share more than this are one.
const MOST_SHARED: f32 = 0.5;
/// Parts of a page that are compared.
const MAX_PARTS: usize = 2_000;

/// A part of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) role: LineRole,
    pub(crate) place: PageBox,
    class: usize,
    score: f32,
}

/// Tells the parts of a page.
#[derive(Debug)]
pub(crate) struct Layout {
    session: Session,
}

impl Layout {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// The parts of a page in its pixels that are more than running text, the surest first.
    pub(crate) fn parts(&mut self, sheet: &Sheet<'_>) -> Result<Vec<Part>, ModelError> {
        let refused = |error: ort::Error| ModelError::answer(PAGE_LAYOUT, error);
        let whole = (0, 0, sheet.width(), sheet.height());
        let planes = sheet.planes(whole, WIDTH, HEIGHT, Norm::IMAGENET);
        let input =
            TensorRef::from_array_view(([1_usize, 3, HEIGHT, WIDTH], planes.as_slice())).map_err(refused)?;
        let outputs = self.session.run(ort::inputs![input]).map_err(refused)?;
        if outputs.len() < 2 * STRIDES.len() {
            return Err(ModelError::answer(
                PAGE_LAYOUT,
                format!("{} outputs", outputs.len()),
            ));
        }
        let (x, y) = (
            sheet.width() as f32 / WIDTH as f32,
            sheet.height() as f32 / HEIGHT as f32,
        );
        let mut found = Vec::new();
        for (number, stride) in STRIDES.into_iter().enumerate() {
            let (_, scores) = outputs[number].try_extract_tensor::<f32>().map_err(refused)?;
            let (_, edges) = outputs[number + STRIDES.len()]
                .try_extract_tensor::<f32>()
                .map_err(refused)?;
            found.extend(cells(scores, edges, stride).map(|part| Part {
                place: PageBox {
                    x: part.place.x * x,
                    y: part.place.y * y,
                    width: part.place.width * x,
                    height: part.place.height * y,
                },
                ..part
            }));
        }
        Ok(distinct(found))
    }
}

fn cells<'a>(scores: &'a [f32], edges: &'a [f32], stride: usize) -> impl Iterator<Item = Part> + 'a {
    let per_row = WIDTH.div_ceil(stride);
    let rows = scores
        .chunks_exact(CLASSES)
        .zip(edges.chunks_exact(4 * DISTANCES));
    rows.enumerate().filter_map(move |(cell, (scores, edges))| {
        let (class, score) = scores
            .iter()
            .copied()
            .enumerate()
            .max_by(|one, other| one.1.total_cmp(&other.1))?;
        let role = role_of(class).filter(|_| score >= LEAST_SCORE)?;
        let middle = |at: usize| (at as f32 + 0.5) * stride as f32;
        let (x, y) = (middle(cell % per_row), middle(cell / per_row));
        let mut distances = edges
            .chunks_exact(DISTANCES)
            .map(|edge| expected(edge) * stride as f32);
        let (left, top, right, bottom) = (
            distances.next()?,
            distances.next()?,
            distances.next()?,
            distances.next()?,
        );
        Some(Part {
            role,
            place: PageBox {
                x: x - left,
                y: y - top,
                width: left + right,
                height: top + bottom,
            },
            class,
            score,
        })
    })
}

fn role_of(class: usize) -> Option<LineRole> {
    match class {
        1 => Some(LineRole::Heading),
        3 | 5 => Some(LineRole::Caption),
        4 => Some(LineRole::Table),
        6 | 7 => Some(LineRole::Margin),
        _ => None,
    }
}

/// The mean of a distribution over 0, 1, 2… that is given by logarithms.
fn expected(logarithms: &[f32]) -> f32 {
    let largest = logarithms.iter().copied().fold(f32::MIN, f32::max);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (place, value) in logarithms.iter().enumerate() {
        let weight = (value - largest).exp();
        sum += weight;
        weighted += weight * place as f32;
    }
    weighted / sum.max(f32::MIN_POSITIVE)
}

/// One of each crowd of parts of a kind, the surest.
fn distinct(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by(|one, other| other.score.total_cmp(&one.score));
    parts.truncate(MAX_PARTS);
    let mut kept: Vec<Part> = Vec::new();
    for part in parts {
        let is_known = kept
            .iter()
            .any(|known| known.class == part.class && shared(&known.place, &part.place) > MOST_SHARED);
        if !is_known {
            kept.push(part);
        }
    }
    kept
}

/// The common area as a share of the area of both.
fn shared(one: &PageBox, other: &PageBox) -> f32 {
    let overlap = |begin: f32, length: f32, other: f32, other_length: f32| {
        ((begin + length).min(other + other_length) - begin.max(other)).max(0.0)
    };
    let common =
        overlap(one.x, one.width, other.x, other.width) * overlap(one.y, one.height, other.y, other.height);
    common / (one.width * one.height + other.width * other.height - common).max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_becomes_a_part_around_its_middle() {
        let mut scores = vec![0.0; 2 * CLASSES];
        scores[CLASSES + 4] = 0.9;
        let mut edges = vec![-50.0; 2 * 4 * DISTANCES];
        for edge in 0..4 {
            edges[4 * DISTANCES + edge * DISTANCES + edge] = 50.0;
        }
        let parts: Vec<Part> = cells(&scores, &edges, 64).collect();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].role, LineRole::Table);
        let place = parts[0].place;
        // middle of the second cell is (96, 32); edges lie 0, 64, 128, 192 away
        assert_eq!(
            (place.x, place.y, place.width, place.height),
            (96.0, -32.0, 128.0, 256.0)
        );
    }

    #[test]
    fn of_a_crowd_the_surest_stays() {
        let part = |x: f32, class, score| Part {
            role: LineRole::Heading,
            place: [x, 0.0, 100.0, 20.0].into(),
            class,
            score,
        };
        let kept = distinct(vec![
            part(0.0, 1, 0.6),
            part(5.0, 1, 0.9),
            part(5.0, 4, 0.7),
            part(300.0, 1, 0.8),
        ]);
        let places: Vec<(f32, usize)> = kept.iter().map(|part| (part.place.x, part.class)).collect();
        assert_eq!(places, [(5.0, 1), (300.0, 1), (5.0, 4)]);
    }
}
