//! Pictures of pages decoded for reading and showing: TIFF with its pages, JPEG, PNG, JPEG 2000, BMP, GIF, WebP.
//!
//! Every picture comes out as greys or colours of one byte, upright by its own account (Exif), and not larger than
//! asked for: TIFF, PNG and JPEG 2000 are reduced while they are decoded, so that a sheet of 30 000 × 30 000 pixels takes
//! no more memory than its reduced picture. Sizes are looked at before anything is allocated.
//!
//! ```
//! use lantai_formats::picture::{PictureError, PictureLimits, Pictures};
//!
//! let refused = Pictures::open(b"no picture at all", &PictureLimits::default());
//! assert!(matches!(refused, Err(PictureError::Unknown)));
//! ```

mod bitmap;
mod error;
mod jpeg_2000;
mod png_rows;
mod reduce;
mod resolution;
mod tiff_pages;

pub use error::PictureError;

use crate::identify::FormatKind;
use crate::properties::{Claim, ExamineLimits, FileProperties, examine_content};
use image::{DynamicImage, ImageFormat};
use std::io::Cursor;

/// The longest side of a picture: a row is held in memory as a whole.
const LONGEST_SIDE: u32 = 1_000_000;

/// How large pictures may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Pixels of a picture as it is given out; larger ones are reduced, or refused where that would need more memory.
    pub pixels: u64,
    /// Pixels that a file may state.
    pub stated_pixels: u64,
    /// Pixels of a picture in a format that is decoded as a whole: JPEG, BMP, GIF, WebP, interlaced PNG.
    pub whole_pixels: u64,
    /// Bytes of a strip or tile of a TIFF, packed or unpacked.
    pub chunk_bytes: usize,
    /// Pages of a TIFF.
    pub pages: u32,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            pixels: 40_000_000,
            stated_pixels: 1_000_000_000,
            whole_pixels: 100_000_000,
            chunk_bytes: 256 << 20,
            pages: 100_000,
        }
    }
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Greys (`ImageLuma8`) or colours (`ImageRgb8`), upright by the file's account.
    pub image: DynamicImage,
    /// Dots an inch of this picture, where the file states them.
    pub resolution: Option<f32>,
    /// How many pixels of the file, in each direction, became one.
    pub reduced: u32,
    /// Why the lower part of the picture is missing, where it is: the file ends early or is damaged.
    pub cut_short: Option<String>,
}

/// The pictures in a file, one after the other.
#[derive(Debug)]
pub struct Pictures<'a> {
    bytes: &'a [u8],
    limits: PictureLimits,
    kind: Kind,
    about: FileProperties,
    next: u32,
    count: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tiff,
    Png,
    Jpeg2000,
    Whole(ImageFormat),
}

impl<'a> Pictures<'a> {
    /// Looks at a file's beginning; no pixel is decoded yet.
    ///
    /// # Errors
    ///
    /// [`PictureError::Empty`], [`PictureError::Unknown`], [`PictureError::TooLarge`], [`PictureError::Damaged`].
    pub fn open(bytes: &'a [u8], limits: &PictureLimits) -> Result<Self, PictureError> {
        let kind = kind_of(bytes)?;
        // marks of pictures are told from the content alone
        let claim = Claim {
            puid: None,
            mime: None,
            kind: FormatKind::Image,
            is_text: false,
            lacks_marks: false,
        };
        let examine = ExamineLimits {
            decoded_pixels: 0,
            ..ExamineLimits::default()
        };
        let about = examine_content(&claim, bytes.len() as u64, &mut Cursor::new(bytes), &examine)
            .map_err(|error| PictureError::damaged(error.to_string()))?;
        let count = match kind {
            Kind::Tiff => u32::try_from(about.pages.unwrap_or(0))
                .unwrap_or(u32::MAX)
                .min(limits.pages),
            _ => 1,
        };
        if count == 0 {
            return Err(PictureError::damaged("it has no page"));
        }
        if kind != Kind::Tiff {
            let most = match kind {
                Kind::Whole(_) => limits.whole_pixels,
                _ => limits.stated_pixels,
            };
            check_size(about.width, about.height, most)?;
        }
        Ok(Self {
            bytes,
            limits: *limits,
            kind,
            about,
            next: 0,
            count,
        })
    }

    /// How many pictures the file has, as far as they are read.
    pub fn count_pages(&self) -> u32 {
        self.count
    }

    /// Decodes one picture, counted from 0; `None` behind the last.
    ///
    /// # Errors
    ///
    /// [`PictureError`]: what is wrong with this picture; others may be whole.
    pub fn page(&self, number: u32) -> Option<Result<Decoded, PictureError>> {
        if number >= self.count {
            return None;
        }
        let resolution = self.about.resolution_dpi.map(|dots| dots as f32);
        let limits = &self.limits;
        Some(match self.kind {
            Kind::Tiff => tiff_pages::decode(self.bytes, number, limits),
            Kind::Png => png_rows::decode(self.bytes, limits, resolution),
            Kind::Jpeg2000 => jpeg_2000::decode(self.bytes, limits, resolution),
            Kind::Whole(format) => bitmap::decode(self.bytes, format, limits, resolution),
        })
    }
}

impl Iterator for Pictures<'_> {
    type Item = Result<Decoded, PictureError>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.page(self.next);
        self.next = self.next.saturating_add(1);
        page
    }
}

fn kind_of(bytes: &[u8]) -> Result<Kind, PictureError> {
    Ok(match bytes {
        [] => return Err(PictureError::Empty),
        [0xFF, 0xD8, 0xFF, ..] => Kind::Whole(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', ..] => Kind::Png,
        [b'G', b'I', b'F', b'8', ..] => Kind::Whole(ImageFormat::Gif),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Kind::Tiff,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::Whole(ImageFormat::WebP),
        [b'B', b'M', ..] => Kind::Whole(ImageFormat::Bmp),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => Kind::Jpeg2000,
        _ => return Err(PictureError::Unknown),
    })
}

/// Refuses a picture that states no size, or more pixels than allowed.
fn check_size(width: Option<u32>, height: Option<u32>, most: u64) -> Result<(u32, u32), PictureError> {
    let (Some(width @ 1..), Some(height @ 1..)) = (width, height) else {
        return Err(PictureError::damaged("it states no size"));
    };
    if u64::from(width) * u64::from(height) > most || width.max(height) > LONGEST_SIDE {
        return Err(PictureError::TooLarge { width, height, most });
    }
    Ok((width, height))
}

#[cfg(test)]
mod tests;
