//! Formats that are decoded as a whole: JPEG, BMP, GIF (its first picture), WebP, interlaced PNG.

use super::reduce::{Reducer, factor};
use super::resolution::reduced;
use super::{Decoded, PictureError, PictureLimits, check_size};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Bytes that decoding may take for each pixel, buffers of the decoder included.
const BYTES_PER_PIXEL: u64 = 12;

pub(super) fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &PictureLimits,
    resolution: Option<f32>,
) -> Result<Decoded, PictureError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = Limits::default();
    bounds.max_alloc = Some(limits.whole_pixels.saturating_mul(BYTES_PER_PIXEL));
    reader.limits(bounds);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    check_size(Some(width), Some(height), limits.whole_pixels)?;
    let factor = factor(width, height, limits.pixels)?;
    let orientation = decoder.orientation()?;
    let picture = plain(DynamicImage::from_decoder(decoder)?);
    let mut image = if factor > 1 {
        shrink(&picture, factor)?
    } else {
        picture
    };
    image.apply_orientation(orientation);
    Ok(Decoded {
        image,
        resolution: reduced(resolution, factor),
        reduced: factor,
        cut_short: None,
    })
}

/// Greys or colours of a byte, transparent parts on white paper.
pub(super) fn plain(picture: DynamicImage) -> DynamicImage {
    let colours = picture.color();
    if !colours.has_alpha() {
        return match picture {
            picture @ (DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_)) => picture,
            picture if colours.has_color() => DynamicImage::ImageRgb8(picture.into_rgb8()),
            picture => DynamicImage::ImageLuma8(picture.into_luma8()),
        };
    }
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    if colours.has_color() {
        let source = picture.into_rgba8();
        DynamicImage::ImageRgb8(image::RgbImage::from_fn(
            source.width(),
            source.height(),
            |x, y| {
                let [red, green, blue, alpha] = source.get_pixel(x, y).0;
                image::Rgb([over(red, alpha), over(green, alpha), over(blue, alpha)])
            },
        ))
    } else {
        let source = picture.into_luma_alpha8();
        DynamicImage::ImageLuma8(image::GrayImage::from_fn(
            source.width(),
            source.height(),
            |x, y| {
                let [grey, alpha] = source.get_pixel(x, y).0;
                image::Luma([over(grey, alpha)])
            },
        ))
    }
}

fn shrink(picture: &DynamicImage, factor: u32) -> Result<DynamicImage, PictureError> {
    let channels = if picture.color().has_color() { 3 } else { 1 };
    let mut reducer = Reducer::new(picture.width(), picture.height(), channels, factor);
    for row in picture
        .as_bytes()
        .chunks_exact(picture.width() as usize * channels)
    {
        reducer.row(row);
    }
    reducer
        .finish()
        .ok_or_else(|| PictureError::damaged("it has no pixels"))
}
