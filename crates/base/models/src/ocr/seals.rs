//! Red seals (印章) on a page in colours.

use super::sheet::{Norm, Sheet};
use lantai_domain::reading::PageBox;

/// The page is looked at with this width.
const WIDTH: usize = 800;
/// Side of the cells whose redness is taken together.
const CELL: usize = 8;
/// Red pixels that make a cell red.
const RED_PIXELS: usize = 4;
/// By how much red exceeds green and blue.
const REDNESS: f32 = 45.0;
/// A seal's smallest and largest side, as a share of the page's width.
const SIDES: (f32, f32) = (0.04, 0.4);
/// A seal is at most so many times longer than wide: red titles are longer.
const LONGEST: f32 = 1.7;
/// Share of red cells in the box of a seal.
const FILLED: f32 = 0.25;
/// Pixels of a line that are looked at, in each direction.
const SAMPLES: usize = 48;

/// Where seals are.
pub(crate) fn seals(sheet: &Sheet<'_>) -> Vec<PageBox> {
    if !sheet.is_coloured() || sheet.width() == 0 {
        return Vec::new();
    }
    let width = WIDTH.min(sheet.width());
    let scale = sheet.width() as f32 / width as f32;
    let height = ((sheet.height() as f32 / scale) as usize).clamp(1, 20 * WIDTH);
    let planes = sheet.planes((0, 0, sheet.width(), sheet.height()), width, height, Norm::HALF);
    let (columns, rows) = (width.div_ceil(CELL), height.div_ceil(CELL));
    let mut cells = vec![0_usize; columns * rows];
    let size = width * height;
    for at in 0..size {
        let value = |plane: usize| {
            planes
                .get(plane * size + at)
                .map_or(255.0, |value| (value + 1.0) * 127.5)
        };
        let (blue, green, red) = (value(0), value(1), value(2));
        if red - green > REDNESS
            && red - blue > REDNESS
            && let Some(cell) = cells.get_mut(at / width / CELL * columns + at % width / CELL)
        {
            *cell += 1;
        }
    }
    let mut is_red: Vec<bool> = cells.into_iter().map(|count| count >= RED_PIXELS).collect();
    let mut found = Vec::new();
    for start in 0..is_red.len() {
        if is_red.get(start) != Some(&true) {
            continue;
        }
        let (count, left, top, right, bottom) = take_patch(&mut is_red, columns, start);
        let side = |begin: usize, end: usize| (end + 1 - begin) as f32;
        let (across, down) = (side(left, right), side(top, bottom));
        let in_range = |cells: f32| {
            let share = cells * CELL as f32 / width as f32;
            (SIDES.0..=SIDES.1).contains(&share)
        };
        if in_range(across)
            && in_range(down)
            && across.max(down) <= LONGEST * across.min(down)
            && count as f32 >= FILLED * across * down
        {
            let unit = CELL as f32 * scale;
            found.push([left as f32 * unit, top as f32 * unit, across * unit, down * unit].into());
        }
    }
    // the star in the middle of a seal is none itself
    let seals: Vec<PageBox> = found.clone();
    found.retain(|inner: &PageBox| !seals.iter().any(|outer| lies_within(inner, outer)));
    found
}

fn lies_within(inner: &PageBox, outer: &PageBox) -> bool {
    inner != outer
        && inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

/// Takes the red cells that hang together with one: their number, and left, top, right, bottom.
fn take_patch(is_red: &mut [bool], columns: usize, start: usize) -> (usize, usize, usize, usize, usize) {
    let (mut count, mut left, mut top, mut right, mut bottom) = (0, usize::MAX, usize::MAX, 0, 0);
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        match is_red.get_mut(at) {
            Some(cell) if *cell => *cell = false,
            _ => continue,
        }
        let (x, y) = (at % columns, at / columns);
        count += 1;
        (left, top) = (left.min(x), top.min(y));
        (right, bottom) = (right.max(x), bottom.max(y));
        for near_y in y.saturating_sub(1)..=y + 1 {
            for near_x in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
                open.push(near_y * columns + near_x);
            }
        }
    }
    (count, left, top, right, bottom)
}

/// Whether what is written in a box is red rather than dark.
pub(crate) fn is_red(sheet: &Sheet<'_>, place: &PageBox) -> bool {
    let (mut red, mut dark) = (0_usize, 0_usize);
    for row in 0..SAMPLES {
        for column in 0..SAMPLES {
            let at = |begin: f32, length: f32, number: usize, most: usize| {
                let place = begin + length * (number as f32 + 0.5) / SAMPLES as f32;
                (place.max(0.0) as usize).min(most.saturating_sub(1))
            };
            let [r, g, b] = sheet
                .pixel(
                    at(place.x, place.width, column, sheet.width()),
                    at(place.y, place.height, row, sheet.height()),
                )
                .map(f32::from);
            if r - g > REDNESS && r - b > REDNESS {
                red += 1;
            } else if r.max(g).max(b) < 110.0 {
                dark += 1;
            }
        }
    }
    red > 2 * dark && red > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, Rgb, RgbImage};

    #[test]
    fn a_red_ring_is_a_seal_and_a_red_title_is_none() {
        let page = DynamicImage::ImageRgb8(RgbImage::from_fn(1600, 2200, |x, y| {
            let (dx, dy) = (x as f32 - 1200.0, y as f32 - 1800.0);
            let distance = dx.hypot(dy);
            let is_ring = (160.0..180.0).contains(&distance) || distance < 60.0;
            let is_seal_writing = (110.0..150.0).contains(&distance) && (x / 12) % 2 == 0;
            let is_title = (200..1400).contains(&x) && (200..300).contains(&y) && (x / 10) % 2 == 0;
            let is_text = (200..1400).contains(&x) && (600..640).contains(&y) && (x / 6) % 2 == 0;
            if is_ring || is_title || is_seal_writing {
                Rgb([210, 30, 40])
            } else if is_text {
                Rgb([20, 20, 20])
            } else {
                Rgb([250, 248, 240])
            }
        }));
        let sheet = Sheet::of(&page);
        let found = seals(&sheet);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            (found[0].x - 1020.0).abs() < 20.0 && (found[0].width - 360.0).abs() < 40.0,
            "{found:?}"
        );
        assert!(is_red(&sheet, &found[0]));
        assert!(!is_red(&sheet, &[200.0, 600.0, 1200.0, 40.0].into()));
    }
}
