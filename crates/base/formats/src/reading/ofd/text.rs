//! Text objects of a page, joined into lines.

use super::geometry::Matrix;
use lantai_domain::reading::{Direction, LineRole, PageBox, ReadLine};

/// Part of the size of a character that stands above its base line.
const ABOVE: f32 = 0.86;
/// Part below.
const BELOW: f32 = 0.14;

/// A run of characters with their places.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) text: String,
    /// The box of each character.
    boxes: Vec<PageBox>,
    direction: Direction,
    size: f32,
}

/// How a text object writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// From the object to the page.
    pub(super) matrix: Matrix,
    /// Size of a character, in millimetres.
    pub(super) size: f32,
    /// Width of characters, 1 for as designed.
    pub(super) across: f32,
}

impl Run {
    /// The characters of one `TextCode` that begins at a place.
    pub(super) fn new(text: &str, style: Style, x: f32, y: f32, right: &[f32], down: &[f32]) -> Self {
        let (mut x, mut y, mut boxes) = (x, y, Vec::new());
        let is_down =
            right.iter().all(|delta| delta.abs() < 1e-6) && down.iter().any(|delta| delta.abs() > 1e-6);
        for (number, character) in text.chars().enumerate() {
            let width = natural_width(character) * style.size * style.across;
            let (top, bottom) = (y - style.size * ABOVE, y + style.size * BELOW);
            boxes.push(style.matrix.around(x, top, x + width, bottom));
            match (right.get(number), down.get(number)) {
                (None, None) => {
                    if is_down {
                        y += style.size;
                    } else {
                        x += width;
                    }
                }
                (right, down) => {
                    x += right.copied().unwrap_or_default();
                    y += down.copied().unwrap_or_default();
                }
            }
        }
        let (first, last) = (boxes.first().copied(), boxes.last().copied());
        let direction = match (first, last) {
            (Some(first), Some(last))
                if boxes.len() > 1 && (last.y - first.y).abs() > (last.x - first.x).abs() * 2.0 =>
            {
                Direction::Vertical
            }
            _ => Direction::Horizontal,
        };
        Self {
            text: text.to_owned(),
            size: boxes.first().map_or(style.size, |first| first.height),
            boxes,
            direction,
        }
    }

    /// Whether the other goes on where this one ends, on the same line; with a space between them or not.
    fn goes_on(&self, next: &Self) -> Option<bool> {
        let (end, begin) = (self.boxes.last()?, next.boxes.first()?);
        if self.direction == Direction::Vertical || next.direction == Direction::Vertical {
            return None;
        }
        let is_level = (end.y + end.height - begin.y - begin.height).abs() < self.size.max(next.size) * 0.35;
        let gap = begin.x - (end.x + end.width);
        let size = self.size.max(next.size);
        if !is_level || gap < -size || gap > size * 1.5 {
            return None;
        }
        let touches_latin = [self.text.chars().last(), next.text.chars().next()]
            .iter()
            .flatten()
            .any(|character| character.is_ascii_alphanumeric());
        Some(gap > size * if touches_latin { 0.25 } else { 0.8 })
    }

    fn append(&mut self, next: Self, with_space: bool) {
        if with_space && let (Some(end), Some(begin)) = (self.boxes.last(), next.boxes.first()) {
            let x = end.x + end.width;
            self.text.push(' ');
            let space = PageBox {
                x,
                width: (begin.x - x).max(0.0),
                ..*end
            };
            self.boxes.push(space);
        }
        self.text.push_str(&next.text);
        self.boxes.extend(next.boxes);
    }

    fn into_line(self, role: LineRole) -> Option<ReadLine> {
        let text = self.text.trim_end();
        if text.trim().is_empty() {
            return None;
        }
        let boxes = self.boxes.get(..text.chars().count())?;
        let mut around = *boxes.first()?;
        for place in boxes {
            let right = (around.x + around.width).max(place.x + place.width);
            let bottom = (around.y + around.height).max(place.y + place.height);
            around.x = around.x.min(place.x);
            around.y = around.y.min(place.y);
            around.width = right - around.x;
            around.height = bottom - around.y;
        }
        let offsets = boxes
            .iter()
            .map(|place| match self.direction {
                Direction::Horizontal => ((place.x - around.x) / around.width.max(0.001)).clamp(0.0, 1.0),
                Direction::Vertical => ((place.y - around.y) / around.height.max(0.001)).clamp(0.0, 1.0),
            })
            .collect();
        Some(ReadLine {
            text: text.to_owned(),
            place: Some(around),
            confidence: 1.0,
            direction: self.direction,
            role,
            offsets,
        })
    }
}

/// Width of a character as a part of its size, where the file does not say.
fn natural_width(character: char) -> f32 {
    if character.is_ascii() { 0.5 } else { 1.0 }
}

/// Joins runs that go on on the same line.
pub(super) fn lines(runs: Vec<Run>, role: LineRole) -> Vec<ReadLine> {
    let (mut lines, mut open): (Vec<ReadLine>, Option<Run>) = (Vec::new(), None);
    for run in runs {
        open = Some(match open.take() {
            None => run,
            Some(mut line) => match line.goes_on(&run) {
                Some(with_space) => {
                    line.append(run, with_space);
                    line
                }
                None => {
                    lines.extend(line.into_line(role));
                    run
                }
            },
        });
    }
    lines.extend(open.and_then(|line| line.into_line(role)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, x: f32, y: f32) -> Run {
        let style = Style {
            matrix: Matrix::IDENTITY,
            size: 4.0,
            across: 1.0,
        };
        Run::new(text, style, x, y, &[], &[])
    }

    #[test]
    fn characters_set_one_by_one_become_one_line() {
        let lines = lines(
            vec![
                run("大", 10.0, 20.0),
                run("坝", 14.1, 20.0),
                run("合同", 10.0, 30.0),
            ],
            LineRole::Body,
        );
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["大坝", "合同"]);
        let place = lines[0].place.unwrap();
        assert!((place.x - 10.0).abs() < 0.01 && (place.width - 8.1).abs() < 0.01);
        assert_eq!(lines[0].offsets.len(), 2);
    }

    #[test]
    fn what_stands_apart_is_another_line() {
        let lines = lines(
            vec![run("单价", 10.0, 20.0), run("金额", 60.0, 20.0)],
            LineRole::Body,
        );
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_column_is_vertical() {
        let style = Style {
            matrix: Matrix::IDENTITY,
            size: 4.0,
            across: 1.0,
        };
        let run = Run::new("奏折", style, 10.0, 20.0, &[0.0], &[4.0]);
        let lines = lines(vec![run], LineRole::Body);
        assert_eq!(lines[0].direction, Direction::Vertical);
        assert_eq!(lines[0].offsets, [0.0, 0.5]);
    }
}
