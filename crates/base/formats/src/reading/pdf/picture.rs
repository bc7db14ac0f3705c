//! The pixels of a page.

use super::super::error::ReadError;
use super::super::picture::{PagePicture, Picture, Pixels};
use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfPage, PdfPageImageObject, PdfPageObject, PdfPageObjectCommon,
    PdfPageObjectsCommon, PdfPageRenderRotation, PdfRenderConfig,
};

/// Points an inch.
const POINTS: f32 = 72.0;
/// Longest side of a picture; the library takes no more.
const MAX_SIDE: f32 = 32_000.0;

/// The picture of a page of a PDF.
pub(super) struct PdfPicture<'a, 'b> {
    page: &'a PdfPage<'b>,
    width: f32,
    height: f32,
    most: u64,
}

impl<'a, 'b> PdfPicture<'a, 'b> {
    /// Of a page of this size in points; never more than `most` pixels.
    pub(super) fn new(page: &'a PdfPage<'b>, width: f32, height: f32, most: u64) -> Self {
        Self {
            page,
            width,
            height,
            most,
        }
    }

    /// The picture that is the whole page, at its natural size, if the page is nothing else and its pixels are about
    /// as many as are wanted.
    fn natural(&self, resolution: f32) -> Option<Picture> {
        if !matches!(self.page.rotation(), Ok(PdfPageRenderRotation::None))
            || self.page.objects().len() > 2_000
        {
            return None;
        }
        let mut only = None;
        for number in 0..self.page.objects().len() {
            match self.page.objects().get(number).ok()? {
                PdfPageObject::Image(_) if only.is_none() => only = Some(number),
                // an invisible layer of text does not show
                PdfPageObject::Text(text) if !text.is_visible() => {}
                _ => return None,
            }
        }
        let object = self.page.objects().get(only?).ok()?;
        let bounds = object.bounds().ok()?.to_rect();
        let covers = bounds.width().value >= self.width * 0.97 && bounds.height().value >= self.height * 0.97;
        let image = object.as_image_object()?;
        if !covers || !is_upright(image) || image.bits_per_pixel().ok()? < 8 {
            return None;
        }
        let (across, down) = (image.width().ok()?, image.height().ok()?);
        let natural = across as f32 * POINTS / bounds.width().value;
        let pixels = u64::try_from(across).ok()? * u64::try_from(down).ok()?;
        if pixels > self.most || !(resolution * 0.6..=resolution * 2.1).contains(&natural) {
            return None;
        }
        let bitmap = image.get_raw_bitmap().ok()?;
        let picture = picture_of(&bitmap)?;
        Some(Picture {
            resolution: Some(natural),
            ..picture
        })
    }
}

/// Whether a picture is neither turned nor mirrored.
fn is_upright(image: &PdfPageImageObject<'_>) -> bool {
    image.matrix().is_ok_and(|matrix| {
        let size = matrix.a().abs().max(matrix.d().abs());
        matrix.a() > 0.0
            && matrix.d() > 0.0
            && matrix.b().abs() < size * 0.01
            && matrix.c().abs() < size * 0.01
    })
}

impl PagePicture for PdfPicture<'_, '_> {
    fn render(&mut self, resolution: f32, pixels: Pixels) -> Result<Picture, ReadError> {
        if let Some(picture) = self.natural(resolution) {
            return Ok(into_kind(picture, pixels));
        }
        let (across, down) = size_in_pixels(self.width, self.height, resolution, self.most);
        let format = match pixels {
            Pixels::Grey => PdfBitmapFormat::Gray,
            Pixels::Rgb => PdfBitmapFormat::BGR,
        };
        let config = PdfRenderConfig::new()
            .set_fixed_size(across, down)
            .set_format(format)
            .set_reverse_byte_order(false)
            .limit_render_image_cache_size(true);
        let failed = |error| ReadError::program_failed("pdfium", error);
        let bitmap = self.page.render_with_config(&config).map_err(failed)?;
        let picture = picture_of(&bitmap).ok_or_else(|| ReadError::damaged("its page gives no picture"))?;
        Ok(into_kind(
            Picture {
                resolution: Some(picture.width as f32 * POINTS / self.width.max(1.0)),
                ..picture
            },
            pixels,
        ))
    }
}

/// Pixels across and down of a page at a resolution, or at the highest that is allowed.
fn size_in_pixels(width: f32, height: f32, resolution: f32, most: u64) -> (i32, i32) {
    let (across, down) = (
        (width * resolution / POINTS).max(1.0),
        (height * resolution / POINTS).max(1.0),
    );
    let by_area = (most as f64 / (f64::from(across) * f64::from(down))).sqrt() as f32;
    let by_side = MAX_SIDE / across.max(down);
    let shrink = by_area.min(by_side).min(1.0);
    let pixels = |length: f32| (length * shrink).floor().max(1.0) as i32;
    (pixels(across), pixels(down))
}

/// A bitmap of the library as a picture.
fn picture_of(bitmap: &PdfBitmap<'_>) -> Option<Picture> {
    let width = usize::try_from(bitmap.width()).ok().filter(|width| *width > 0)?;
    let height = usize::try_from(bitmap.height())
        .ok()
        .filter(|height| *height > 0)?;
    let format = bitmap.format().ok()?;
    let raw = bitmap.as_raw_bytes();
    let stride = raw.len() / height;
    let (step, kind) = match format {
        PdfBitmapFormat::Gray => (1, Pixels::Grey),
        PdfBitmapFormat::BGR => (3, Pixels::Rgb),
        PdfBitmapFormat::BGRx | PdfBitmapFormat::BGRA => (4, Pixels::Rgb),
    };
    if stride < width * step {
        return None;
    }
    let mut bytes = Vec::with_capacity(width * height * step.min(3));
    for line in raw.chunks_exact(stride).take(height) {
        let line = line.get(..width * step)?;
        match kind {
            Pixels::Grey => bytes.extend_from_slice(line),
            Pixels::Rgb => bytes.extend(
                line.chunks_exact(step)
                    .flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]),
            ),
        }
    }
    Some(Picture {
        width: u32::try_from(width).ok()?,
        height: u32::try_from(height).ok()?,
        pixels: kind,
        bytes,
        resolution: None,
    })
}

/// The same picture in the wanted kind of pixels.
fn into_kind(picture: Picture, wanted: Pixels) -> Picture {
    let bytes = match (picture.pixels, wanted) {
        (Pixels::Rgb, Pixels::Grey) => picture
            .bytes
            .chunks_exact(3)
            .map(|pixel| {
                let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                // ITU-R BT.601
                u8::try_from((red * 299 + green * 587 + blue * 114) / 1000).unwrap_or(u8::MAX)
            })
            .collect(),
        (Pixels::Grey, Pixels::Rgb) => picture.bytes.iter().flat_map(|grey| [*grey; 3]).collect(),
        _ => picture.bytes,
    };
    Picture {
        bytes,
        pixels: wanted,
        ..picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_more_pixels_than_allowed() {
        assert_eq!(size_in_pixels(595.0, 842.0, 72.0, 100_000_000), (595, 842));
        let (across, down) = size_in_pixels(14_400.0, 14_400.0, 600.0, 1_000_000);
        assert_eq!((across, down), (1000, 1000));
        assert_eq!(size_in_pixels(0.0, 0.0, 300.0, 10), (1, 1));
    }

    #[test]
    fn colours_become_greys_and_back() {
        let picture = Picture {
            width: 2,
            height: 1,
            pixels: Pixels::Rgb,
            bytes: vec![255, 255, 255, 255, 0, 0],
            resolution: None,
        };
        let grey = into_kind(picture, Pixels::Grey);
        assert_eq!(grey.bytes, [255, 76]);
        assert_eq!(into_kind(grey, Pixels::Rgb).bytes, [255, 255, 255, 76, 76, 76]);
    }
}
