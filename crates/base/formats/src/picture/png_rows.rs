//! PNG, row by row.

use super::reduce::{Reducer, factor};
use super::resolution::reduced;
use super::{Decoded, PictureError, PictureLimits, bitmap, check_size};
use image::ImageFormat;
use png::{ColorType, DecodingError, Transformations};
use std::io::Cursor;

/// Bytes that the decoder may take besides its rows: palettes, profiles.
const EXTRAS: usize = 64 << 20;

pub(super) fn decode(
    bytes: &[u8],
    limits: &PictureLimits,
    resolution: Option<f32>,
) -> Result<Decoded, PictureError> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: EXTRAS });
    // palettes and small depths become bytes, sixteen bits eight
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(refused)?;
    let info = reader.info();
    let (width, height) = check_size(Some(info.width), Some(info.height), limits.stated_pixels)?;
    if info.interlaced {
        check_size(Some(width), Some(height), limits.whole_pixels)?;
        return bitmap::decode(bytes, ImageFormat::Png, limits, resolution);
    }
    let (colours, _) = reader.output_color_type();
    let channels = if matches!(colours, ColorType::Grayscale | ColorType::GrayscaleAlpha) {
        1
    } else {
        3
    };
    let factor = factor(width, height, limits.pixels)?;
    let mut reducer = Reducer::new(width, height, channels, factor);
    let mut plain = Vec::with_capacity(width as usize * channels);
    let mut cut_short = None;
    loop {
        match reader.next_row() {
            Ok(Some(row)) => {
                plain.clear();
                over_white(row.data(), colours, &mut plain);
                reducer.row(&plain);
            }
            Ok(None) => break,
            Err(error) => {
                cut_short = Some(error.to_string());
                break;
            }
        }
    }
    if reducer.rows_taken() < height as usize && cut_short.is_none() {
        cut_short = Some("it ends early".to_owned());
    }
    let reason = cut_short.clone().unwrap_or_default();
    let image = reducer.finish().ok_or(PictureError::Damaged { reason })?;
    Ok(Decoded {
        image,
        resolution: reduced(resolution, factor),
        reduced: factor,
        cut_short,
    })
}

/// A row without transparency.
fn over_white(row: &[u8], colours: ColorType, plain: &mut Vec<u8>) {
    let channels = match colours {
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgba => 4,
        _ => {
            plain.extend_from_slice(row);
            return;
        }
    };
    for pixel in row.chunks_exact(channels) {
        let Some((alpha, values)) = pixel.split_last() else {
            continue;
        };
        let alpha = u32::from(*alpha);
        plain.extend(
            values
                .iter()
                .map(|value| ((u32::from(*value) * alpha + 255 * (255 - alpha)) / 255) as u8),
        );
    }
}

fn refused(error: DecodingError) -> PictureError {
    match error {
        DecodingError::LimitsExceeded => PictureError::TooMuchMemory,
        error => PictureError::damaged(error.to_string()),
    }
}
