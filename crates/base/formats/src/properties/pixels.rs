//! Decoding an image to its end, and how much there is to be seen on it.

use super::source::Source;
use super::{Depth, ExamineLimits, FaultKind, FileProperties};
use image::{DynamicImage, ImageError, ImageReader};
use std::io::{self, BufReader};

/// Bytes that decoding may take for each pixel, buffers of the decoder included.
const BYTES_PER_PIXEL: u64 = 32;
/// Shades by which a pixel must differ from the background to count.
const DIFFERENCE: u8 = 40;
/// A picture with less to be seen than this is blank: a speck of dust on a page is more.
const BLANK_PPM: u32 = 20;

/// Decodes the picture, where it is small enough. A format that the decoder does not know stays walked over only.
pub(crate) fn decode(
    source: &mut Source<'_>,
    limits: &ExamineLimits,
    properties: &mut FileProperties,
) -> io::Result<()> {
    let pixels = u64::from(properties.width.unwrap_or(0)) * u64::from(properties.height.unwrap_or(0));
    if pixels == 0 || pixels > limits.decoded_pixels {
        return Ok(());
    }
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(pixels * BYTES_PER_PIXEL + (16 << 20));
    let mut reader = ImageReader::new(BufReader::new(source.from(0)?)).with_guessed_format()?;
    reader.limits(bounds);
    match reader.decode() {
        Ok(picture) => {
            properties.depth = Depth::Decoded;
            let ink = ink(&picture);
            properties.ink_ppm = Some(ink);
            if ink < BLANK_PPM && pixels >= 10_000 {
                properties.fault(
                    FaultKind::Blank,
                    format!("{ink} of a million pixels differ from the background"),
                );
            }
        }
        Err(ImageError::Unsupported(_)) => {}
        Err(ImageError::Limits(_)) => properties.fault(FaultKind::TooLarge, "decoding takes too much memory"),
        Err(error) => properties.fault(FaultKind::Damaged, error.to_string()),
    }
    Ok(())
}

/// Share of pixels that differ from the most frequent shade, in parts per million.
fn ink(picture: &DynamicImage) -> u32 {
    let grey = picture.to_luma8();
    let mut shades = [0_u64; 256];
    for shade in grey.as_raw() {
        if let Some(count) = shades.get_mut(usize::from(*shade)) {
            *count += 1;
        }
    }
    let background = (0..=255_u8)
        .max_by_key(|shade| shades.get(usize::from(*shade)))
        .unwrap_or(255);
    let differing: u64 = (0..=255_u8)
        .zip(shades)
        .filter(|(shade, _)| shade.abs_diff(background) > DIFFERENCE)
        .map(|(_, count)| count)
        .sum();
    let all = grey.as_raw().len().max(1) as u64;
    u32::try_from(differing * 1_000_000 / all).unwrap_or(1_000_000)
}
