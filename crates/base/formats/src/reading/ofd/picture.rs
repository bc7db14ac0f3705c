//! The picture of a page that is made of pictures: each is put on a white page, nothing else is drawn.

use super::super::error::ReadError;
use super::super::package::Package;
use super::super::picture::{PagePicture, Picture, Pixels};
use super::Pictures;
use super::geometry::Matrix;
use super::page::Placed;
use image::{DynamicImage, ImageReader, Limits};
use std::io::Cursor;

/// Millimetres an inch.
const MILLIMETRES: f32 = 25.4;

/// The pictures of one page.
pub(super) struct OfdPicture<'a, 'b> {
    pub(super) package: &'a mut Package<'b>,
    pub(super) placed: &'a [Placed],
    pub(super) pictures: &'a Pictures,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) most: u64,
}

impl PagePicture for OfdPicture<'_, '_> {
    fn render(&mut self, resolution: f32, pixels: Pixels) -> Result<Picture, ReadError> {
        let scale = resolution / MILLIMETRES;
        let area = f64::from(self.width) * f64::from(self.height) * f64::from(scale) * f64::from(scale);
        let scale = scale * (self.most as f64 / area.max(1.0)).sqrt().min(1.0) as f32;
        let (across, down) = (
            (self.width * scale).floor().max(1.0) as u32,
            (self.height * scale).floor().max(1.0) as u32,
        );
        let mut canvas = Canvas {
            width: across,
            height: down,
            scale,
            bytes: vec![255; across as usize * down as usize * 3],
        };
        let mut drawn = 0;
        for placed in self.placed {
            let Some(member) = self.pictures.get(&placed.resource) else {
                continue;
            };
            let Some(bytes) = self.package.read(member)? else {
                continue;
            };
            if let Some(image) = decode(&bytes, self.most) {
                canvas.draw(&image, placed.matrix);
                drawn += 1;
            }
        }
        if drawn == 0 {
            return Err(ReadError::damaged(
                "none of the pictures of the page can be decoded",
            ));
        }
        let bytes = match pixels {
            Pixels::Rgb => canvas.bytes,
            Pixels::Grey => canvas
                .bytes
                .chunks_exact(3)
                .map(|pixel| {
                    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
                    // ITU-R BT.601
                    u8::try_from((red * 299 + green * 587 + blue * 114) / 1000).unwrap_or(u8::MAX)
                })
                .collect(),
        };
        Ok(Picture {
            width: across,
            height: down,
            pixels,
            bytes,
            resolution: Some(scale * MILLIMETRES),
        })
    }
}

/// Decodes a picture of no more than so many pixels.
fn decode(bytes: &[u8], most: u64) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(most.saturating_mul(4));
    reader.limits(limits);
    reader.decode().ok()
}

struct Canvas {
    width: u32,
    height: u32,
    /// Pixels a millimetre.
    scale: f32,
    bytes: Vec<u8>,
}

impl Canvas {
    /// Puts a picture where its matrix takes the unit square.
    fn draw(&mut self, image: &DynamicImage, matrix: Matrix) {
        let Some(back) = matrix.inverse() else { return };
        let image = image.to_rgb8();
        let (width, height) = (image.width() as f32, image.height() as f32);
        let place = matrix.around(0.0, 0.0, 1.0, 1.0);
        let columns = range(place.x, place.width, self.scale, self.width);
        for row in range(place.y, place.height, self.scale, self.height) {
            for column in columns.clone() {
                let (u, v) = back.apply(
                    (column as f32 + 0.5) / self.scale,
                    (row as f32 + 0.5) / self.scale,
                );
                if !(0.0..1.0).contains(&u) || !(0.0..1.0).contains(&v) {
                    continue;
                }
                let pixel = image.get_pixel((u * width) as u32, (v * height) as u32);
                let at = (row as usize * self.width as usize + column as usize) * 3;
                if let Some(to) = self.bytes.get_mut(at..at + 3) {
                    to.copy_from_slice(&pixel.0);
                }
            }
        }
    }
}

/// Pixels that a length covers.
fn range(begin: f32, length: f32, scale: f32, most: u32) -> std::ops::Range<u32> {
    let first = (begin * scale).floor().clamp(0.0, most as f32) as u32;
    let last = ((begin + length) * scale).ceil().clamp(0.0, most as f32) as u32;
    first..last
}
