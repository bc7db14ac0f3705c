//! Lengths, boxes and matrices as OFD writes them: millimetres from the upper left corner.

use lantai_domain::reading::PageBox;

/// A matrix `a b c d e f`: x' = ax + cy + e, y' = bx + dy + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f32; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// As it is written; what is no matrix is none.
    pub(super) fn parse(written: &str) -> Option<Self> {
        let numbers = numbers(written);
        <[f32; 6]>::try_from(numbers.get(..6)?).ok().map(Self)
    }

    /// This one first, then the other.
    pub(super) fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    pub(super) fn apply(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The matrix that takes it back; `None` where it flattens everything.
    pub(super) fn inverse(self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let determinant = a * d - b * c;
        if !determinant.is_finite() || determinant.abs() < 1e-9 {
            return None;
        }
        Some(Self([
            d / determinant,
            -b / determinant,
            -c / determinant,
            a / determinant,
            (c * f - d * e) / determinant,
            (b * e - a * f) / determinant,
        ]))
    }

    /// The box around a rectangle after the matrix.
    pub(super) fn around(self, left: f32, top: f32, right: f32, bottom: f32) -> PageBox {
        let corners =
            [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| self.apply(x, y));
        let x = corners.map(|corner| corner.0);
        let y = corners.map(|corner| corner.1);
        let least = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
        let most = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
        PageBox {
            x: least(x),
            y: least(y),
            width: most(x) - least(x),
            height: most(y) - least(y),
        }
    }
}

/// Numbers between spaces or commas; what is none ends the list.
pub(super) fn numbers(written: &str) -> Vec<f32> {
    written
        .split([' ', ',', '\t', '\n', '\r'])
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse::<f32>().ok().filter(|number| number.is_finite()))
        .take(64)
        .collect()
}

/// A box `x y width height`.
pub(super) fn parse_box(written: &str) -> Option<PageBox> {
    let numbers = numbers(written);
    <[f32; 4]>::try_from(numbers.get(..4)?).ok().map(PageBox::from)
}

/// Distances between characters (`DeltaX`, 11.3): numbers, and `g 5 3.2` for five times 3.2.
pub(super) fn parse_deltas(written: &str, most: usize) -> Vec<f32> {
    let mut deltas = Vec::new();
    let mut parts = written.split_whitespace();
    while let Some(part) = parts.next() {
        if deltas.len() >= most {
            break;
        }
        if part == "g" {
            let count: usize = parts
                .next()
                .and_then(|count| count.parse().ok())
                .unwrap_or_default();
            let delta: f32 = parts
                .next()
                .and_then(|delta| delta.parse().ok())
                .unwrap_or_default();
            deltas.extend(std::iter::repeat_n(delta, count.min(most - deltas.len())));
        } else if let Ok(delta) = part.parse::<f32>() {
            deltas.push(delta);
        } else {
            break;
        }
    }
    deltas.retain(|delta| delta.is_finite());
    deltas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_may_be_repeated_and_never_beyond_the_characters() {
        assert_eq!(parse_deltas("1 g 3 2.5 4", 10), [1.0, 2.5, 2.5, 2.5, 4.0]);
        assert_eq!(parse_deltas("g 4000000000 1", 5).len(), 5);
        assert_eq!(parse_deltas("x", 5), [] as [f32; 0]);
    }

    #[test]
    fn matrices_are_joined_and_inverted() {
        let turned = Matrix::parse("0 1 -1 0 10 20").unwrap();
        let moved = turned.then(Matrix::shift(1.0, 2.0));
        assert_eq!(moved.apply(1.0, 0.0), (11.0, 23.0));
        let (x, y) = moved.inverse().unwrap().apply(11.0, 23.0);
        assert!((x - 1.0).abs() < 1e-4 && y.abs() < 1e-4);
        assert_eq!(Matrix::parse("1 2"), None);
        assert_eq!(Matrix([0.0; 6]).inverse(), None);
    }
}
