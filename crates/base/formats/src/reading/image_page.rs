//! A picture as a document of one page, which must be recognised.

use super::context::Context;
use super::error::ReadError;
use super::input::Input;
use super::picture::{EncodedPicture, PagePicture, Picture, Pixels};
use image::{ImageReader, Limits};
use lantai_domain::reading::{PageUnit, ReadPage, TextSource};
use std::io::Cursor;

/// Announces the picture.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().part_bytes)?;
    let size = ImageReader::new(Cursor::new(&*bytes))
        .with_guessed_format()
        .ok()
        .and_then(|reader| reader.into_dimensions().ok());
    let (width, height) = size.unwrap_or_default();
    let mut picture = FilePicture {
        mime: context
            .claim()
            .mime
            .clone()
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        bytes: &bytes,
        most: context.limits().picture_pixels,
    };
    let page = ReadPage {
        width: width as f32,
        height: height as f32,
        unit: PageUnit::Pixel,
        source: TextSource::None,
        ..ReadPage::default()
    };
    context.picture_page(page, &mut picture)
}

struct FilePicture<'a> {
    mime: String,
    bytes: &'a [u8],
    most: u64,
}

impl PagePicture for FilePicture<'_> {
    fn render(&mut self, _resolution: f32, pixels: Pixels) -> Result<Picture, ReadError> {
        let reader = ImageReader::new(Cursor::new(self.bytes)).with_guessed_format()?;
        let (width, height) = reader.into_dimensions().map_err(ReadError::damaged)?;
        if u64::from(width) * u64::from(height) > self.most {
            return Err(ReadError::TooLarge {
                what: "pixels",
                limit: self.most,
            });
        }
        let mut reader = ImageReader::new(Cursor::new(self.bytes)).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(self.most.saturating_mul(8));
        reader.limits(limits);
        let image = reader.decode().map_err(ReadError::damaged)?;
        Ok(Picture {
            width: image.width(),
            height: image.height(),
            bytes: match pixels {
                Pixels::Grey => image.into_luma8().into_raw(),
                Pixels::Rgb => image.into_rgb8().into_raw(),
            },
            pixels,
            resolution: None,
        })
    }

    fn encoded(&mut self) -> Option<EncodedPicture> {
        Some(EncodedPicture {
            mime: self.mime.clone(),
            bytes: self.bytes.to_vec(),
        })
    }
}
