//! From a map of where writing is to lines: patches that hang together, and the rectangles around them.

use super::rectangle::{Rectangle, around, hull, smallest};

/// From here on a pixel of the map belongs to writing.
const WRITING: u8 = 77;
/// Mean of the map under a patch, below which it is no writing.
const PATCH: f32 = 0.55;
/// How far the model draws a line's patch thinner than the line: `area × this / outline` is put on at every side.
const UNCLIP: f32 = 1.7;
/// Patches thinner than this many pixels of the map are dirt.
const THINNEST: f32 = 3.0;
/// A patch so many times longer than thick says itself how it lies; others lie as the page.
const LONG: f32 = 4.0;
/// A page of more patches than this is noise.
const MAX_PATCHES: usize = 20_000;

/// How probable it is that a pixel belongs to the middle of a line, 0 to 255.
#[derive(Debug, Clone)]
pub(crate) struct WritingMap {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<u8>,
}

/// A stretch of a row of the map.
#[derive(Debug, Clone, Copy)]
struct Run {
    y: usize,
    begin: usize,
    end: usize,
    patch: usize,
}

/// A patch that hangs together.
#[derive(Debug, Clone, Default)]
struct Patch {
    points: Vec<(f32, f32)>,
    sum: f32,
    count: f32,
}

/// The lines on the map: rectangles in pixels of the map.
pub(crate) fn lines(map: &WritingMap) -> Vec<Rectangle> {
    let outlines: Vec<Vec<(f32, f32)>> = patches(map)
        .into_iter()
        .filter(|patch| patch.sum / (patch.count.max(1.0) * 255.0) >= PATCH)
        .map(|patch| hull(patch.points))
        .collect();
    let found: Vec<(Rectangle, Vec<(f32, f32)>)> = outlines
        .into_iter()
        .filter_map(|outline| Some((smallest(&outline)?, outline)))
        .filter(|(rectangle, _)| rectangle.thickness >= THINNEST)
        .collect();
    let skew = skew(found.iter().map(|(rectangle, _)| rectangle));
    found
        .into_iter()
        .filter_map(|(rectangle, outline)| {
            if rectangle.length > LONG * rectangle.thickness {
                return Some(rectangle);
            }
            let level = around(&outline, skew)?;
            if level.thickness > level.length {
                Some(level.crossed())
            } else {
                Some(level)
            }
        })
        .map(|rectangle| {
            let (length, thickness) = (rectangle.length, rectangle.thickness);
            rectangle.grown(length * thickness * UNCLIP / (2.0 * (length + thickness)))
        })
        .collect()
}

/// The turn of the lines of a page in radians, clockwise positive, by its long lines; level or upright, whichever.
pub(crate) fn skew<'a>(lines: impl Iterator<Item = &'a Rectangle>) -> f32 {
    let mut angles: Vec<(f32, f32)> = lines
        .filter(|line| line.length > LONG * line.thickness)
        .map(|line| {
            let angle = if line.is_upright() {
                line.angle - std::f32::consts::FRAC_PI_2
            } else {
                line.angle
            };
            (angle, line.length)
        })
        .collect();
    angles.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half: f32 = angles.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut passed = 0.0;
    for (angle, length) in angles {
        passed += length;
        if passed >= half {
            return angle;
        }
    }
    0.0
}

fn patches(map: &WritingMap) -> Vec<Patch> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut above: std::ops::Range<usize> = 0..0;
    for y in 0..map.height {
        let begin = runs.len();
        for (left, right) in row_runs(map, y) {
            let mut patch = None;
            for upper in runs.get(above.clone()).unwrap_or(&[]) {
                // runs that touch, also at a corner
                if upper.begin > right || left > upper.end {
                    continue;
                }
                let root = root_of(&mut parents, upper.patch);
                match patch {
                    None => patch = Some(root),
                    Some(known) if known != root => {
                        let (low, high) = (root.min(known), root.max(known));
                        if let Some(parent) = parents.get_mut(high) {
                            *parent = low;
                        }
                        patch = Some(low);
                    }
                    Some(_) => {}
                }
            }
            let patch = patch.unwrap_or_else(|| {
                parents.push(parents.len());
                parents.len() - 1
            });
            runs.push(Run {
                y,
                begin: left,
                end: right,
                patch,
            });
        }
        above = begin..runs.len();
    }
    let mut found: Vec<Patch> = vec![Patch::default(); parents.len()];
    for run in &runs {
        let root = root_of(&mut parents, run.patch);
        let Some(patch) = found.get_mut(root) else {
            continue;
        };
        let y = run.y as f32;
        patch.points.push((run.begin as f32, y));
        patch.points.push(((run.end - 1) as f32, y));
        let row = run.y * map.width;
        let values = map.values.get(row + run.begin..row + run.end).unwrap_or(&[]);
        patch.sum += values.iter().map(|value| f32::from(*value)).sum::<f32>();
        patch.count += values.len() as f32;
    }
    found.retain(|patch| !patch.points.is_empty());
    found.truncate(MAX_PATCHES);
    found
}

/// Stretches of writing in a row, each grown by the pixel above and left of it as the model's makers do, so that
/// thin bridges hold.
fn row_runs(map: &WritingMap, y: usize) -> Vec<(usize, usize)> {
    let row = |y: usize| map.values.get(y * map.width..(y + 1) * map.width).unwrap_or(&[]);
    let (here, above) = (row(y), if y > 0 { row(y - 1) } else { &[] });
    let is_writing = |x: usize| {
        let at = |line: &[u8]| line.get(x).is_some_and(|value| *value >= WRITING);
        at(here) || at(above)
    };
    let mut runs = Vec::new();
    let mut begin = None;
    let mut before = false;
    for x in 0..=map.width {
        let now = x < map.width && is_writing(x);
        let marked = x < map.width && (now || before);
        match (marked, begin) {
            (true, None) => begin = Some(x),
            (false, Some(first)) => {
                runs.push((first, x));
                begin = None;
            }
            _ => {}
        }
        before = now;
    }
    runs
}

fn root_of(parents: &mut [usize], mut patch: usize) -> usize {
    while let Some(parent) = parents.get(patch).copied() {
        if parent == patch {
            break;
        }
        let grand = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(patch) {
            *slot = grand;
        }
        patch = grand;
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(width: usize, height: usize, is_writing: impl Fn(usize, usize) -> bool) -> WritingMap {
        let values = (0..width * height)
            .map(|at| {
                if is_writing(at % width, at / width) {
                    230
                } else {
                    5
                }
            })
            .collect();
        WritingMap {
            width,
            height,
            values,
        }
    }

    #[test]
    fn two_lines_and_a_speck_are_two_lines() {
        let page = map(200, 100, |x, y| {
            ((20..180).contains(&x) && ((20..28).contains(&y) || (60..68).contains(&y)))
                || (x, y) == (100, 44)
        });
        let found = lines(&page);
        assert_eq!(found.len(), 2);
        let bounds = found[0].bounds();
        assert!(bounds.x < 20.0 && bounds.width > 160.0 && bounds.height > 14.0 && bounds.height < 30.0);
        assert!(!found[0].is_upright());
    }

    #[test]
    fn a_column_runs_downwards() {
        let found = lines(&map(60, 200, |x, y| {
            (20..30).contains(&x) && (10..190).contains(&y)
        }));
        assert_eq!(found.len(), 1);
        assert!(found[0].is_upright());
    }

    #[test]
    fn a_turned_line_says_its_angle() {
        let page = map(300, 120, |x, y| {
            let middle = 40.0 + x as f32 * 0.1;
            (30..270).contains(&x) && (y as f32 - middle).abs() < 5.0
        });
        let found = lines(&page);
        assert_eq!(found.len(), 1);
        assert!((found[0].angle - 0.1).abs() < 0.02, "{}", found[0].angle);
        assert!((skew(found.iter()) - 0.1).abs() < 0.02);
    }

    #[test]
    fn a_fork_is_one_patch() {
        // two prongs that meet at the bottom only
        let page = map(40, 40, |x, y| y >= 30 || !(10..30).contains(&x));
        assert_eq!(patches(&page).len(), 1);
    }

    proptest! {
        #[test]
        fn any_map_gives_rectangles_of_sane_size(values in proptest::collection::vec(0_u8..=255, 600)) {
            for line in lines(&WritingMap { width: 30, height: 20, values: values.clone() }) {
                prop_assert!(line.length.is_finite() && line.length < 200.0);
                prop_assert!(line.centre.0.is_finite() && line.angle.is_finite());
            }
        }
    }
}
