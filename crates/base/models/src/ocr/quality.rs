//! How good the picture of a page is. No model is needed.

use image::GrayImage;
use lantai_domain::reading::PageQuality;

/// The page is measured at this width.
pub(crate) const WIDTH: usize = 1000;
/// Side of the squares in which the paper's brightness is taken.
const SQUARE: usize = 32;
/// A pixel darker than its paper by this much is ink.
const INK: u8 = 40;
/// A square counts for contrast where this many of its pixels are ink.
const INKED: usize = 8;
/// With a smaller share of ink nothing is on the page.
const BLANK: f32 = 0.000_03;

/// Measures a page.
///
/// `page` is the upright page in greys at a width of 1000 pixels, smaller ones as they are; `resolution` the dots an
/// inch of the original; `skew` the turn of its lines in degrees; `turned` by how much it was turned to stand upright.
///
/// Contrast is taken from the squares of 32 pixels that bear ink and their neighbourhood, for on a page with little
/// writing nine tenths and more of all pixels are paper.
pub fn page_quality(page: &GrayImage, resolution: Option<f32>, skew: f32, turned: u16) -> PageQuality {
    let (width, height) = (page.width() as usize, page.height() as usize);
    if width == 0 || height == 0 {
        return PageQuality {
            resolution,
            is_blank: true,
            turned,
            ..PageQuality::default()
        };
    }
    let (ink, contrast) = ink_and_contrast(page.as_raw(), width, height);
    PageQuality {
        resolution,
        sharpness: sharpness(page.as_raw(), width),
        contrast,
        skew,
        ink,
        is_blank: ink < BLANK,
        turned,
    }
}

/// The variance of the Laplacian.
fn sharpness(pixels: &[u8], width: usize) -> f32 {
    let (mut count, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    let rows: Vec<&[u8]> = pixels.chunks_exact(width).collect();
    for window in rows.windows(3) {
        let [above, here, below] = window else { continue };
        for ((trio, up), down) in here
            .windows(3)
            .zip(above.iter().skip(1))
            .zip(below.iter().skip(1))
        {
            let [left, middle, right] = trio else { continue };
            let around = i32::from(*left) + i32::from(*right) + i32::from(*up) + i32::from(*down);
            let value = f64::from(around - 4 * i32::from(*middle));
            count += 1.0;
            sum += value;
            squares += value * value;
        }
    }
    if count == 0.0 {
        return 0.0;
    }
    let mean = sum / count;
    (squares / count - mean * mean).max(0.0) as f32
}

/// The share of ink, and the difference of the 95th and 5th hundredth of brightness where there is ink.
fn ink_and_contrast(pixels: &[u8], width: usize, height: usize) -> (f32, f32) {
    let (mut ink, mut shades) = (0_usize, [0_usize; 256]);
    for top in (0..height).step_by(SQUARE) {
        for left in (0..width).step_by(SQUARE) {
            let rows = (top..(top + SQUARE).min(height))
                .filter_map(|y| pixels.get(y * width + left..y * width + (left + SQUARE).min(width)));
            let mut square = [0_usize; 256];
            let mut count = 0;
            for pixel in rows.flatten() {
                if let Some(shade) = square.get_mut(usize::from(*pixel)) {
                    *shade += 1;
                }
                count += 1;
            }
            let paper = hundredth(&square, count, 90);
            let dark: usize = square.iter().take(usize::from(paper.saturating_sub(INK))).sum();
            ink += dark;
            if dark >= INKED {
                for (all, shade) in shades.iter_mut().zip(square) {
                    *all += shade;
                }
            }
        }
    }
    let count = shades.iter().sum();
    let contrast = f32::from(hundredth(&shades, count, 95).saturating_sub(hundredth(&shades, count, 5)));
    (ink as f32 / (width * height) as f32, contrast / 255.0)
}

/// The shade below which so many hundredths lie.
fn hundredth(shades: &[usize; 256], count: usize, hundredths: usize) -> u8 {
    let wanted = count * hundredths / 100;
    let mut passed = 0;
    for (shade, many) in (0..=255_u8).zip(shades) {
        passed += many;
        if passed > wanted {
            return shade;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use proptest::prelude::*;

    fn striped(dark: u8, soft: bool) -> GrayImage {
        GrayImage::from_fn(400, 400, |x, y| {
            let is_written = (100..300).contains(&y) && x % 8 < 4;
            let edge = soft && (x % 8 == 0 || x % 8 == 3);
            Luma([match (is_written, edge) {
                (true, false) => dark,
                (true, true) => dark / 2 + 115,
                _ => 230,
            }])
        })
    }

    #[test]
    fn sharp_writing_is_told_from_blurred_and_from_faded() {
        let sharp = page_quality(&striped(20, false), Some(300.0), 0.5, 90);
        assert!(sharp.sharpness > page_quality(&striped(20, true), None, 0.0, 0).sharpness * 1.5);
        assert!(sharp.contrast > 0.8, "{sharp:?}");
        assert!((sharp.ink - 0.25).abs() < 0.02, "{sharp:?}");
        let faded = page_quality(&striped(170, false), None, 0.0, 0);
        assert!(faded.contrast < 0.3 && !faded.is_blank, "{faded:?}");
        assert_eq!(
            (sharp.turned, sharp.resolution, sharp.skew),
            (90, Some(300.0), 0.5)
        );
    }

    #[test]
    fn paper_with_a_shadow_is_blank_and_a_page_number_is_not() {
        let shadow = GrayImage::from_fn(1000, 1400, |x, _| Luma([(150 + x / 10) as u8]));
        assert!(page_quality(&shadow, None, 0.0, 0).is_blank);
        let number = GrayImage::from_fn(1000, 1400, |x, y| {
            let is_digit = (490..498).contains(&x) && (1300..1312).contains(&y);
            Luma([if is_digit { 30 } else { 240 }])
        });
        assert!(!page_quality(&number, None, 0.0, 0).is_blank);
        assert!(page_quality(&GrayImage::new(0, 0), None, 0.0, 0).is_blank);
    }

    proptest! {
        #[test]
        fn shares_are_shares(width in 1_u32..50, height in 1_u32..50, seed in any::<u8>()) {
            let page = GrayImage::from_fn(width, height, |x, y| Luma([(x * 37 + y * 91) as u8 ^ seed]));
            let quality = page_quality(&page, None, 0.0, 0);
            prop_assert!((0.0..=1.0).contains(&quality.ink) && (0.0..=1.0).contains(&quality.contrast));
            prop_assert!(quality.sharpness >= 0.0);
        }
    }
}
