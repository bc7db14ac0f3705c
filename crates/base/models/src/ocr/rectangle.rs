//! Rectangles that may lie askew.

use lantai_domain::reading::PageBox;
use std::f32::consts::{FRAC_PI_2, PI};

/// A rectangle that may lie askew, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Its middle.
    pub centre: (f32, f32),
    /// Its extent in the direction of `angle`.
    pub length: f32,
    /// Its extent across.
    pub thickness: f32,
    /// Where its lines run, in radians: 0 to the right, π/2 downwards.
    pub angle: f32,
}

impl Rectangle {
    /// The corner where the first line begins, the way along a line, the way from line to line; each way as long as
    /// the rectangle.
    pub(crate) fn axes(&self) -> ((f32, f32), (f32, f32), (f32, f32)) {
        let (sine, cosine) = self.angle.sin_cos();
        let along = (cosine * self.length, sine * self.length);
        let across = (-sine * self.thickness, cosine * self.thickness);
        let origin = (
            self.centre.0 - (along.0 + across.0) / 2.0,
            self.centre.1 - (along.1 + across.1) / 2.0,
        );
        (origin, along, across)
    }

    /// The upright box around it.
    pub fn bounds(&self) -> PageBox {
        let (_, along, across) = self.axes();
        let width = along.0.abs() + across.0.abs();
        let height = along.1.abs() + across.1.abs();
        PageBox {
            x: self.centre.0 - width / 2.0,
            y: self.centre.1 - height / 2.0,
            width,
            height,
        }
    }

    /// The same, larger by so much on every side.
    #[must_use]
    pub(crate) fn grown(self, margin: f32) -> Self {
        Self {
            length: self.length + 2.0 * margin,
            thickness: self.thickness + 2.0 * margin,
            ..self
        }
    }

    /// The same on a page of another scale.
    #[must_use]
    pub(crate) fn scaled(self, x: f32, y: f32) -> Self {
        let (sine, cosine) = self.angle.sin_cos();
        Self {
            centre: (self.centre.0 * x, self.centre.1 * y),
            length: self.length * (cosine * x).hypot(sine * y),
            thickness: self.thickness * (sine * x).hypot(cosine * y),
            angle: (sine * y).atan2(cosine * x),
        }
    }

    /// A stretch of it around a place along it (0 to 1), so long.
    #[must_use]
    pub(crate) fn stretch(self, place: f32, length: f32) -> Self {
        let (origin, along, across) = self.axes();
        Self {
            centre: (
                origin.0 + along.0 * place + across.0 / 2.0,
                origin.1 + along.1 * place + across.1 / 2.0,
            ),
            length,
            ..self
        }
    }

    /// The same place, read from its other end.
    #[must_use]
    pub(crate) fn reversed(self) -> Self {
        Self {
            angle: self.angle + PI,
            ..self
        }
    }

    /// The same place with lines running across: from level to downwards, or back.
    #[must_use]
    pub(crate) fn crossed(self) -> Self {
        let angle = if self.is_upright() {
            self.angle - FRAC_PI_2
        } else {
            self.angle + FRAC_PI_2
        };
        Self {
            length: self.thickness,
            thickness: self.length,
            angle,
            ..self
        }
    }

    /// Whether its lines run rather down than to the right.
    pub(crate) fn is_upright(&self) -> bool {
        self.angle.sin().abs() > self.angle.cos().abs()
    }
}

/// Points of the smallest convex outline around points, in order.
pub(crate) fn hull(mut points: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    points.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = (f32, f32)>| {
        let mut chain: Vec<(f32, f32)> = Vec::new();
        for point in points {
            while let [.., before, last] = chain.as_slice() {
                let turn =
                    (last.0 - before.0) * (point.1 - before.1) - (last.1 - before.1) * (point.0 - before.0);
                if turn > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut outline = half(&mut points.iter().copied());
    outline.extend(half(&mut points.iter().rev().copied()));
    outline
}

/// The smallest rectangle around an outline. Its lines run along its longer side, to the right or downwards.
pub(crate) fn smallest(outline: &[(f32, f32)]) -> Option<Rectangle> {
    let next = outline.iter().cycle().skip(1);
    outline
        .iter()
        .zip(next)
        .map(|(from, to)| (to.1 - from.1).atan2(to.0 - from.0))
        .filter_map(|angle| around(outline, angle))
        .min_by(|one, other| (one.length * one.thickness).total_cmp(&(other.length * other.thickness)))
        .map(|rectangle| {
            let (length, thickness, angle) = if rectangle.length >= rectangle.thickness {
                (rectangle.length, rectangle.thickness, rectangle.angle)
            } else {
                (rectangle.thickness, rectangle.length, rectangle.angle + FRAC_PI_2)
            };
            Rectangle {
                length,
                thickness,
                angle: reading_way(angle),
                ..rectangle
            }
        })
}

/// The rectangle around an outline whose lines run at an angle.
pub(crate) fn around(outline: &[(f32, f32)], angle: f32) -> Option<Rectangle> {
    let (sine, cosine) = angle.sin_cos();
    let mut bounds: Option<(f32, f32, f32, f32)> = None;
    for (x, y) in outline {
        let (along, across) = (x * cosine + y * sine, y * cosine - x * sine);
        bounds = Some(
            bounds.map_or((along, along, across, across), |(left, right, top, bottom)| {
                (
                    left.min(along),
                    right.max(along),
                    top.min(across),
                    bottom.max(across),
                )
            }),
        );
    }
    let (left, right, top, bottom) = bounds?;
    let (along, across) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
    Some(Rectangle {
        centre: (along * cosine - across * sine, along * sine + across * cosine),
        length: right - left,
        thickness: bottom - top,
        angle,
    })
}

/// The same direction so that lines run to the right or downwards: from -π/4 to 3π/4.
fn reading_way(angle: f32) -> f32 {
    (angle + PI / 4.0).rem_euclid(PI) - PI / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn corners(rectangle: &Rectangle) -> Vec<(f32, f32)> {
        let (origin, along, across) = rectangle.axes();
        [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
            .map(|(x, y)| {
                (
                    origin.0 + x * along.0 + y * across.0,
                    origin.1 + x * along.1 + y * across.1,
                )
            })
            .to_vec()
    }

    #[test]
    fn a_column_begins_at_its_upper_right_corner() {
        let column = Rectangle {
            centre: (5.0, 50.0),
            length: 100.0,
            thickness: 10.0,
            angle: FRAC_PI_2,
        };
        let (origin, along, across) = column.axes();
        assert!((origin.0 - 10.0).abs() < 1e-3 && origin.1.abs() < 1e-3);
        assert!((along.1 - 100.0).abs() < 1e-3 && (across.0 + 10.0).abs() < 1e-3);
        let bounds = column.bounds();
        assert!((bounds.width - 10.0).abs() < 1e-3 && (bounds.height - 100.0).abs() < 1e-3);
        assert!(!column.crossed().is_upright() && column.crossed().crossed().is_upright());
    }

    proptest! {
        #[test]
        fn the_smallest_rectangle_is_found_again(
            x in 0.0_f32..500.0, y in 0.0_f32..500.0, thickness in 5.0_f32..20.0, more in 3.0_f32..200.0,
            angle in -0.7_f32..2.3,
        ) {
            let rectangle = Rectangle { centre: (x, y), length: thickness + more, thickness, angle };
            let found = smallest(&hull(corners(&rectangle))).unwrap();
            prop_assert!((found.length - rectangle.length).abs() < 0.1, "{found:?}");
            prop_assert!((found.thickness - thickness).abs() < 0.1, "{found:?}");
            prop_assert!((found.angle - angle).abs() < 0.05, "{found:?}");
            prop_assert!((found.centre.0 - x).abs() < 0.1 && (found.centre.1 - y).abs() < 0.1);
        }

        #[test]
        fn no_points_harm(points in proptest::collection::vec((-5.0_f32..5.0, -5.0_f32..5.0), 0..12)) {
            let outline = hull(points);
            prop_assert_eq!(smallest(&outline).is_some(), !outline.is_empty());
        }
    }
}
