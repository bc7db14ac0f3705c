//! JPEG 2000: a large picture is decoded at one of the smaller resolutions that it holds.

use super::bitmap::plain;
use super::reduce::factor;
use super::resolution::reduced;
use super::{Decoded, PictureError, PictureLimits, check_size};
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

/// The decoder holds a number of four bytes for each value, twice.
const BYTES_PER_VALUE: u64 = 8;

pub(super) fn decode(
    bytes: &[u8],
    limits: &PictureLimits,
    resolution: Option<f32>,
) -> Result<Decoded, PictureError> {
    let refused = |error: hayro_jpeg2000::DecodeError| PictureError::damaged(error.to_string());
    let settings = DecodeSettings::default();
    let whole = Image::new(bytes, &settings).map_err(refused)?;
    let (width, height) = check_size(Some(whole.width()), Some(whole.height()), limits.stated_pixels)?;
    // its memory is that of its values, not of its pixels
    let most = limits.pixels.min(limits.whole_pixels * 3 / BYTES_PER_VALUE);
    let wanted = factor(width, height, most)?;
    let picture = if wanted > 1 {
        let settings = DecodeSettings {
            target_resolution: Some((width.div_ceil(wanted), height.div_ceil(wanted))),
            ..settings
        };
        Image::new(bytes, &settings).map_err(refused)?
    } else {
        whole
    };
    let (now_width, now_height) = (picture.width(), picture.height());
    // the file may hold no resolution small enough
    check_size(Some(now_width), Some(now_height), limits.whole_pixels)?;
    let mut context = DecoderContext::default();
    let decoded = picture.decode(&mut context).map_err(refused)?;
    let channels = decoded.components().len();
    let values = decoded.data_u8();
    let image = match channels {
        1 => GrayImage::from_raw(now_width, now_height, values).map(DynamicImage::ImageLuma8),
        2 => GrayAlphaImage::from_raw(now_width, now_height, values).map(DynamicImage::ImageLumaA8),
        3 => RgbImage::from_raw(now_width, now_height, values).map(DynamicImage::ImageRgb8),
        4 if picture.has_alpha() => {
            RgbaImage::from_raw(now_width, now_height, values).map(DynamicImage::ImageRgba8)
        }
        many => {
            return Err(PictureError::Unsupported {
                reason: format!("{many} colour channels"),
            });
        }
    };
    let image = image.ok_or_else(|| PictureError::damaged("its channels are of different size"))?;
    let shrunk = (width / now_width.max(1)).max(1);
    Ok(Decoded {
        image: plain(image),
        resolution: reduced(resolution, shrunk),
        reduced: shrunk,
        cut_short: None,
    })
}
