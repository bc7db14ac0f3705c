//! TIFF: one page at a time, strip by strip or tile by tile.

use super::reduce::{Reducer, factor};
use super::resolution::{of_tiff, reduced};
use super::{Decoded, PictureError, PictureLimits, check_size};
use image::metadata::Orientation;
use std::io::Cursor;
use tiff::decoder::{ChunkType, Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

/// Bytes of a value of a directory: tables of strips.
const VALUE_BYTES: usize = 16 << 20;

type Tiff<'a> = Decoder<Cursor<&'a [u8]>>;

pub(super) fn decode(bytes: &[u8], number: u32, limits: &PictureLimits) -> Result<Decoded, PictureError> {
    let mut bounds = Limits::default();
    bounds.decoding_buffer_size = limits.chunk_bytes;
    bounds.intermediate_buffer_size = limits.chunk_bytes;
    bounds.ifd_value_size = VALUE_BYTES;
    let mut tiff = Decoder::new(Cursor::new(bytes))
        .map_err(refused)?
        .with_limits(bounds);
    if number > 0 {
        tiff.seek_to_image(number as usize).map_err(refused)?;
    }
    let (width, height) = tiff.dimensions().map_err(refused)?;
    check_size(Some(width), Some(height), limits.stated_pixels)?;
    let colours = tiff.colortype().map_err(refused)?;
    let planes: Option<u16> = tiff
        .find_tag_unsigned(Tag::PlanarConfiguration)
        .map_err(refused)?;
    if planes == Some(2) && !matches!(colours, ColorType::Gray(_)) {
        return Err(PictureError::Unsupported {
            reason: "its colours lie in separate planes".to_owned(),
        });
    }
    let factor = factor(width, height, limits.pixels)?;
    let channels = if matches!(colours, ColorType::Gray(_)) {
        1
    } else {
        3
    };
    let mut reducer = Reducer::new(width, height, channels, factor);
    let mut cut_short = None;
    if let Err(error) = bands(
        &mut tiff,
        (width, height),
        colours,
        channels,
        limits,
        &mut reducer,
    ) {
        match error {
            PictureError::Damaged { reason } if reducer.rows_taken() > 0 => cut_short = Some(reason),
            error => return Err(error),
        }
    }
    let mut image = reducer
        .finish()
        .ok_or_else(|| PictureError::damaged("none of its pixels can be read"))?;
    let orientation: Option<u8> = tiff.find_tag_unsigned(Tag::Orientation).unwrap_or_default();
    if let Some(orientation) = orientation.and_then(Orientation::from_exif) {
        image.apply_orientation(orientation);
    }
    let dots = [Tag::XResolution, Tag::YResolution]
        .into_iter()
        .filter_map(|tag| ratio(&tiff.find_tag(tag).ok()??))
        .reduce(f64::min);
    let unit: Option<u16> = tiff.find_tag_unsigned(Tag::ResolutionUnit).unwrap_or_default();
    Ok(Decoded {
        image,
        resolution: reduced(of_tiff(dots, unit), factor),
        reduced: factor,
        cut_short,
    })
}

fn ratio(value: &tiff::decoder::ifd::Value) -> Option<f64> {
    match value {
        tiff::decoder::ifd::Value::Rational(above, below) if *below > 0 => {
            Some(f64::from(*above) / f64::from(*below))
        }
        tiff::decoder::ifd::Value::List(values) => ratio(values.first()?),
        _ => None,
    }
}

/// Gives all rows to the reducer, a band of strips or tiles at a time.
fn bands(
    tiff: &mut Tiff<'_>,
    (width, height): (u32, u32),
    colours: ColorType,
    channels: usize,
    limits: &PictureLimits,
    reducer: &mut Reducer,
) -> Result<(), PictureError> {
    let (chunk_width, chunk_height) = tiff.chunk_dimensions();
    if chunk_width == 0 || chunk_height == 0 {
        return Err(PictureError::damaged("strips or tiles without size"));
    }
    let across = match tiff.get_chunk_type() {
        ChunkType::Strip => 1,
        ChunkType::Tile => width.div_ceil(chunk_width),
    };
    let row_bytes = width as usize * channels;
    for band in 0..height.div_ceil(chunk_height) {
        let rows = chunk_height.min(height - band * chunk_height) as usize;
        if rows.saturating_mul(row_bytes) > limits.chunk_bytes {
            return Err(PictureError::TooMuchMemory);
        }
        let mut pixels: Vec<u8> = Vec::new();
        for column in 0..across {
            let chunk = band * across + column;
            let (data_width, data_height) = tiff.chunk_data_dimensions(chunk);
            let data = tiff.read_chunk(chunk).map_err(refused)?;
            if pixels.is_empty() {
                // only now is it known that there is something in the file
                pixels.resize(rows * row_bytes, 255);
            }
            let left = (column * chunk_width) as usize * channels;
            for y in 0..(data_height as usize).min(rows) {
                let begin = y * row_bytes + left;
                let end = (begin + data_width as usize * channels).min((y + 1) * row_bytes);
                if let Some(target) = pixels.get_mut(begin..end) {
                    fill(target, &data, y, data_width as usize, colours)?;
                }
            }
        }
        for row in pixels.chunks_exact(row_bytes.max(1)) {
            reducer.row(row);
        }
    }
    Ok(())
}

/// Puts a row of a chunk into bytes of grey or of red, green, blue.
fn fill(
    target: &mut [u8],
    data: &DecodingResult,
    y: usize,
    width: usize,
    colours: ColorType,
) -> Result<(), PictureError> {
    let unsupported = || PictureError::Unsupported {
        reason: format!("{colours:?}"),
    };
    let samples = match colours {
        ColorType::Gray(_) => 1,
        ColorType::RGB(_) | ColorType::YCbCr(_) => 3,
        ColorType::RGBA(_) | ColorType::CMYK(_) => 4,
        _ => return Err(unsupported()),
    };
    let length = width * samples;
    let mut row = Vec::new();
    match (data, colours) {
        (DecodingResult::U8(bytes), ColorType::Gray(depth @ (1 | 2 | 4))) => {
            let row_bytes = (width * usize::from(depth)).div_ceil(8);
            let packed = bytes.get(y * row_bytes..).unwrap_or(&[]);
            let (per_byte, most) = (8 / usize::from(depth), (1_u16 << depth) - 1);
            row.extend((0..width).map_while(|x| {
                let byte = u16::from(*packed.get(x / per_byte)?);
                let shift = 8 - usize::from(depth) * (x % per_byte + 1);
                Some((((byte >> shift) & most) * 255 / most) as u8)
            }));
        }
        (DecodingResult::U8(bytes), _) => {
            row.extend_from_slice(bytes.get(y * length..(y + 1) * length).unwrap_or(&[]));
        }
        (DecodingResult::U16(values), _) => {
            let values = values.get(y * length..(y + 1) * length).unwrap_or(&[]);
            row.extend(values.iter().map(|value| (value >> 8) as u8));
        }
        _ => return Err(unsupported()),
    }
    match colours {
        ColorType::Gray(_) | ColorType::RGB(_) => {
            for (target, value) in target.iter_mut().zip(row) {
                *target = value;
            }
        }
        _ => {
            for (target, pixel) in target.chunks_exact_mut(3).zip(row.chunks_exact(samples)) {
                target.copy_from_slice(&colour(pixel, colours));
            }
        }
    }
    Ok(())
}

fn colour(pixel: &[u8], colours: ColorType) -> [u8; 3] {
    match (colours, pixel) {
        (ColorType::YCbCr(_), [y, cb, cr]) => {
            let (y, cb, cr) = (f32::from(*y), f32::from(*cb) - 128.0, f32::from(*cr) - 128.0);
            [y + 1.402 * cr, y - 0.344_14 * cb - 0.714_14 * cr, y + 1.772 * cb]
                .map(|value| value.round() as u8)
        }
        (ColorType::CMYK(_), [cyan, magenta, yellow, black]) => {
            let left = 255 - u32::from(*black);
            [cyan, magenta, yellow].map(|ink| ((255 - u32::from(*ink)) * left / 255) as u8)
        }
        (_, [red, green, blue, alpha]) => {
            let alpha = u32::from(*alpha);
            [red, green, blue].map(|value| ((u32::from(*value) * alpha + 255 * (255 - alpha)) / 255) as u8)
        }
        _ => [255; 3],
    }
}

fn refused(error: TiffError) -> PictureError {
    match error {
        TiffError::LimitsExceeded => PictureError::TooMuchMemory,
        TiffError::UnsupportedError(error) => PictureError::Unsupported {
            reason: error.to_string(),
        },
        error => PictureError::damaged(error.to_string()),
    }
}
