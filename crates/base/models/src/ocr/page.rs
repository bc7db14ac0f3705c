//! From lines that were read to a page.

use super::ctc::Written;
use super::layout::Part;
use super::order::reading_order;
use super::rectangle::Rectangle;
use super::seals::is_red;
use super::sheet::Sheet;
use lantai_domain::reading::{
    Direction, LineRole, PageBox, PageQuality, PageUnit, ReadLine, ReadPage, TextSource,
};

/// A line that was read.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) place: Rectangle,
    pub(crate) written: Written,
}

/// How the writing of a page runs: as most of it does, by length.
pub(crate) fn direction<'a>(lines: impl Iterator<Item = &'a Rectangle>) -> Direction {
    let (mut level, mut upright) = (0.0, 0.0);
    for line in lines {
        let more = line.length - line.thickness;
        if line.is_upright() {
            upright += more;
        } else {
            level += more;
        }
    }
    if upright > level {
        Direction::Vertical
    } else {
        Direction::Horizontal
    }
}

/// Puts lines in order and gives each its role.
pub(crate) fn assemble(
    sheet: &Sheet<'_>,
    lines: Vec<Line>,
    skew: f32,
    direction: Direction,
    parts: &[Part],
    seals: &[PageBox],
    quality: PageQuality,
) -> ReadPage {
    let level: Vec<PageBox> = lines.iter().map(|line| levelled(&line.place, skew)).collect();
    let mut slots: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
    let lines: Vec<ReadLine> = reading_order(&level, direction)
        .into_iter()
        .filter_map(|index| slots.get_mut(index)?.take())
        .map(|line| {
            let place = clipped(line.place.bounds(), sheet.width() as f32, sheet.height() as f32);
            ReadLine {
                offsets: line.written.offsets(),
                confidence: line.written.confidence,
                direction: if line.place.is_upright() {
                    Direction::Vertical
                } else {
                    Direction::Horizontal
                },
                role: role(sheet, &place, parts, seals),
                text: line.written.text,
                place: Some(place),
            }
        })
        .collect();
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    ReadPage {
        n: 1,
        start: 0,
        text: texts.join("\n"),
        source: if lines.is_empty() {
            TextSource::None
        } else {
            TextSource::Recognised
        },
        lines,
        width: sheet.width() as f32,
        height: sheet.height() as f32,
        unit: PageUnit::Pixel,
        label: None,
        quality: Some(quality),
    }
}

/// The box of a line on the page turned so that its lines are level.
fn levelled(line: &Rectangle, skew: f32) -> PageBox {
    let (sine, cosine) = (-skew).sin_cos();
    let (x, y) = line.centre;
    Rectangle {
        centre: (x * cosine - y * sine, x * sine + y * cosine),
        angle: line.angle - skew,
        ..*line
    }
    .bounds()
}

fn clipped(place: PageBox, width: f32, height: f32) -> PageBox {
    let (left, top) = (place.x.clamp(0.0, width), place.y.clamp(0.0, height));
    PageBox {
        x: left,
        y: top,
        width: (place.x + place.width).clamp(left, width) - left,
        height: (place.y + place.height).clamp(top, height) - top,
    }
}

fn role(sheet: &Sheet<'_>, place: &PageBox, parts: &[Part], seals: &[PageBox]) -> LineRole {
    let (x, y) = (place.x + place.width / 2.0, place.y + place.height / 2.0);
    let holds = |part: &PageBox| {
        (part.x..=part.x + part.width).contains(&x) && (part.y..=part.y + part.height).contains(&y)
    };
    if seals.iter().any(holds) && is_red(sheet, place) {
        return LineRole::Seal;
    }
    parts
        .iter()
        .find(|part| holds(&part.place))
        .map_or(LineRole::Body, |part| part.role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::DynamicImage;

    fn line(text: &str, centre: (f32, f32), angle: f32) -> Line {
        Line {
            place: Rectangle {
                centre,
                length: 200.0,
                thickness: 20.0,
                angle,
            },
            written: Written {
                text: text.to_owned(),
                middles: vec![0.25, 0.75],
                confidence: 0.9,
            },
        }
    }

    #[test]
    fn lines_of_a_skewed_page_are_ordered_as_if_level() {
        let picture = DynamicImage::new_luma8(1000, 400);
        let sheet = Sheet::of(&picture);
        // 0.1 radian clockwise: the right piece of the first row lies lower than the left piece of the second
        let lines = vec![
            line("丙乙", (150.0, 90.0), 0.1),
            line("甲乙", (550.0, 95.0), 0.1),
            line("甲甲", (150.0, 55.0), 0.1),
        ];
        let direction = direction(lines.iter().map(|line| &line.place));
        let page = assemble(&sheet, lines, 0.1, direction, &[], &[], PageQuality::default());
        assert_eq!(page.text, "甲甲\n甲乙\n丙乙");
        assert_eq!(page.source, TextSource::Recognised);
        let first = &page.lines[0];
        assert_eq!(first.offsets, [0.0, 0.5]);
        let place = first.place.unwrap();
        assert!(
            place.height > 20.0 && place.x > 45.0 && place.x < 55.0,
            "{place:?}"
        );
    }

    #[test]
    fn boxes_stay_on_the_page() {
        let place = clipped([-5.0, 390.0, 30.0, 40.0].into(), 100.0, 400.0);
        assert_eq!(<[f32; 4]>::from(place), [0.0, 390.0, 25.0, 10.0]);
    }
}
