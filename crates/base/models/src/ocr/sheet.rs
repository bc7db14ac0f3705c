//! Pixels of a page, and parts of it set straight for a model.

use super::rectangle::Rectangle;
use image::{DynamicImage, GrayImage};
use std::borrow::Cow;

/// The most samples that are averaged for one pixel of a part, in each direction.
const MAX_SAMPLES: usize = 6;

/// How a model wants its pixels: `(value / 255 - mean) / deviation`, blue, green, red.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm {
    mean: [f32; 3],
    deviation: [f32; 3],
}

impl Norm {
    /// From -1 to 1.
    pub(crate) const HALF: Self = Self {
        mean: [0.5; 3],
        deviation: [0.5; 3],
    };
    /// As the pictures of ImageNet, given to blue, green and red in this order.
    pub(crate) const IMAGENET: Self = Self {
        mean: [0.485, 0.456, 0.406],
        deviation: [0.229, 0.224, 0.225],
    };

    fn apply(self, plane: usize, value: f32) -> f32 {
        let (mean, deviation) = (self.mean.get(plane), self.deviation.get(plane));
        (value / 255.0 - mean.copied().unwrap_or(0.5)) / deviation.copied().unwrap_or(0.5)
    }
}

/// The pixels of a page: one byte (grey) or three bytes (red, green, blue) each, line by line from the upper left.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    width: usize,
    height: usize,
    channels: usize,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Sheet<'a> {
    /// The pixels of a picture, borrowed where they lie as needed already.
    pub fn of(picture: &'a DynamicImage) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let (channels, bytes) = match picture {
            DynamicImage::ImageLuma8(grey) => (1, Cow::Borrowed(grey.as_raw().as_slice())),
            DynamicImage::ImageRgb8(colours) => (3, Cow::Borrowed(colours.as_raw().as_slice())),
            other if other.color().has_color() => (3, Cow::Owned(over_white(other))),
            other if other.color().has_alpha() => (3, Cow::Owned(over_white(other))),
            other => (1, Cow::Owned(other.to_luma8().into_raw())),
        };
        Self {
            width,
            height,
            channels,
            bytes,
        }
    }

    /// Pixels that lie in memory; `None` where there are not `width × height × channels` bytes, or channels are
    /// neither 1 nor 3.
    pub fn from_bytes(width: usize, height: usize, channels: usize, bytes: &'a [u8]) -> Option<Self> {
        let wanted = width.checked_mul(height)?.checked_mul(channels)?;
        (matches!(channels, 1 | 3) && bytes.len() == wanted).then_some(Self {
            width,
            height,
            channels,
            bytes: Cow::Borrowed(bytes),
        })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether it has colours.
    pub fn is_coloured(&self) -> bool {
        self.channels == 3
    }

    /// The page turned clockwise by 90, 180 or 270 degrees; any other number leaves it as it is.
    #[must_use]
    pub fn turned(self, degrees: u16) -> Sheet<'a> {
        if !matches!(degrees, 90 | 180 | 270) {
            return self;
        }
        let (width, height) = if degrees == 180 {
            (self.width, self.height)
        } else {
            (self.height, self.width)
        };
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match degrees {
                    90 => (y, self.height - 1 - x),
                    180 => (self.width - 1 - x, self.height - 1 - y),
                    _ => (self.width - 1 - y, x),
                };
                let at = (from_y * self.width + from_x) * self.channels;
                bytes.extend_from_slice(self.bytes.get(at..at + self.channels).unwrap_or(&[]));
            }
        }
        Sheet {
            width,
            height,
            channels: self.channels,
            bytes: Cow::Owned(bytes),
        }
    }

    /// Red, green, blue of a pixel.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * self.channels;
        match self.bytes.get(at..at + self.channels) {
            Some([grey]) => [*grey; 3],
            Some([red, green, blue]) => [*red, *green, *blue],
            _ => [255; 3],
        }
    }

    /// The page in greys at a width and height, each pixel the mean of what it covers.
    pub(crate) fn grey(&self, width: usize, height: usize) -> GrayImage {
        let mut grey = GrayImage::new(width as u32, height as u32);
        let mut rows = grey.as_mut().chunks_exact_mut(width.max(1));
        self.scaled_rows((0, 0, self.width, self.height), width, height, |_, row| {
            let Some(target) = rows.next() else { return };
            for (pixel, values) in target.iter_mut().zip(row.chunks_exact(self.channels)) {
                *pixel = match values {
                    [red, green, blue] => 0.299 * red + 0.587 * green + 0.114 * blue,
                    [grey, ..] => *grey,
                    [] => 255.0,
                }
                .round() as u8;
            }
        });
        grey
    }

    /// A part of the page (left, top, width, height) at another size, as three planes for a model.
    pub(crate) fn planes(
        &self,
        part: (usize, usize, usize, usize),
        width: usize,
        height: usize,
        norm: Norm,
    ) -> Vec<f32> {
        let mut planes = vec![0.0; 3 * width * height];
        self.scaled_rows(part, width, height, |y, row| {
            for plane in 0..3 {
                let begin = (plane * height + y) * width;
                let Some(target) = planes.get_mut(begin..begin + width) else {
                    continue;
                };
                let channel = if self.channels == 3 { 2 - plane } else { 0 };
                for (value, pixel) in target.iter_mut().zip(row.chunks_exact(self.channels)) {
                    *value = norm.apply(plane, pixel.get(channel).copied().unwrap_or(255.0));
                }
            }
        });
        planes
    }

    /// Gives the rows of a part at another size: means where it becomes smaller, between neighbours where larger.
    fn scaled_rows(
        &self,
        (left, top, part_width, part_height): (usize, usize, usize, usize),
        width: usize,
        height: usize,
        mut give: impl FnMut(usize, &[f32]),
    ) {
        let columns = weights(part_width, width);
        let rows = weights(part_height, height);
        let mut narrow: Vec<(usize, Vec<f32>)> = Vec::new();
        let mut row = vec![0.0_f32; width * self.channels];
        for (y, (first, shares)) in rows.iter().enumerate() {
            narrow.retain(|(at, _)| at >= first);
            row.fill(0.0);
            for (offset, share) in shares.iter().enumerate() {
                let at = first + offset;
                if !narrow.iter().any(|(known, _)| *known == at) {
                    narrow.push((at, self.narrow_row(left, top + at, &columns)));
                }
                let Some((_, values)) = narrow.iter().find(|(known, _)| *known == at) else {
                    continue;
                };
                for (sum, value) in row.iter_mut().zip(values) {
                    *sum += share * value;
                }
            }
            give(y, &row);
        }
    }

    fn narrow_row(&self, left: usize, y: usize, columns: &[(usize, Vec<f32>)]) -> Vec<f32> {
        let begin = (y * self.width + left) * self.channels;
        let source = self.bytes.get(begin..).unwrap_or(&[]);
        let mut row = Vec::with_capacity(columns.len() * self.channels);
        for (first, shares) in columns {
            let pixels = source.get(first * self.channels..).unwrap_or(&[]);
            let mut sums = [0.0_f32; 3];
            for (pixel, share) in pixels.chunks_exact(self.channels).zip(shares) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += share * f32::from(*value);
                }
            }
            row.extend_from_slice(sums.get(..self.channels).unwrap_or(&[]));
        }
        row
    }

    /// What a rectangle that may lie askew covers, set straight at a width and height, as three planes for a model.
    /// Beyond the edge the page goes on as it ends.
    pub(crate) fn straightened(
        &self,
        rectangle: &Rectangle,
        width: usize,
        height: usize,
        norm: Norm,
    ) -> Vec<f32> {
        let (origin, along, across) = rectangle.axes();
        let samples = |length: f32, pixels: usize| {
            ((length / pixels.max(1) as f32 - 0.25).ceil() as usize).clamp(1, MAX_SAMPLES)
        };
        let (many_x, many_y) = (
            samples(rectangle.length, width),
            samples(rectangle.thickness, height),
        );
        let scale = 1.0 / (many_x * many_y) as f32;
        let step = |vector: (f32, f32), pixels: usize, many: usize| {
            let parts = (pixels * many).max(1) as f32;
            (vector.0 / parts, vector.1 / parts)
        };
        let (step_x, step_y) = (step(along, width, many_x), step(across, height, many_y));
        let size = width * height;
        let mut planes = vec![0.0; 3 * size];
        for y in 0..height {
            for x in 0..width {
                let mut sums = [0.0_f32; 3];
                for sample_y in 0..many_y {
                    let down = (y * many_y + sample_y) as f32 + 0.5;
                    for sample_x in 0..many_x {
                        let right = (x * many_x + sample_x) as f32 + 0.5;
                        self.add_sample(
                            origin.0 + right * step_x.0 + down * step_y.0 - 0.5,
                            origin.1 + right * step_x.1 + down * step_y.1 - 0.5,
                            &mut sums,
                        );
                    }
                }
                if self.channels == 1 {
                    sums = [sums[0]; 3];
                }
                for (plane, sum) in sums.iter().rev().enumerate() {
                    if let Some(value) = planes.get_mut(plane * size + y * width + x) {
                        *value = norm.apply(plane, sum * scale);
                    }
                }
            }
        }
        planes
    }

    /// Adds the colour between the four pixels around a point.
    fn add_sample(&self, x: f32, y: f32, sums: &mut [f32; 3]) {
        let (right, bottom) = (
            self.width.saturating_sub(1) as f32,
            self.height.saturating_sub(1) as f32,
        );
        let (x, y) = (x.clamp(0.0, right), y.clamp(0.0, bottom));
        let (left, top) = (x as usize, y as usize);
        let (share_x, share_y) = (x - left as f32, y - top as f32);
        let step_x = if left + 1 < self.width { self.channels } else { 0 };
        let step_y = if top + 1 < self.height {
            self.width * self.channels
        } else {
            0
        };
        let at = (top * self.width + left) * self.channels;
        for (channel, sum) in sums.iter_mut().enumerate().take(self.channels) {
            let value = |offset: usize| {
                self.bytes
                    .get(at + offset + channel)
                    .map_or(255.0, |byte| f32::from(*byte))
            };
            let above = value(0) * (1.0 - share_x) + value(step_x) * share_x;
            let below = value(step_y) * (1.0 - share_x) + value(step_y + step_x) * share_x;
            *sum += above * (1.0 - share_y) + below * share_y;
        }
    }
}

/// The colours of a picture with transparent parts on white paper.
fn over_white(picture: &DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.to_rgb8().into_raw();
    }
    let mut bytes = Vec::with_capacity(picture.width() as usize * picture.height() as usize * 3);
    for pixel in picture.to_rgba8().pixels() {
        let [red, green, blue, alpha] = pixel.0;
        for value in [red, green, blue] {
            let mixed = u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            bytes.push((mixed / 255) as u8);
        }
    }
    bytes
}

/// For each pixel of the new line: the first pixel of the old one that counts, and the shares of it and those behind.
fn weights(old: usize, new: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = old as f32 / new.max(1) as f32;
    (0..new)
        .map(|pixel| {
            if ratio > 1.0 {
                let (begin, end) = (pixel as f32 * ratio, (pixel + 1) as f32 * ratio);
                let first = (begin as usize).min(old.saturating_sub(1));
                let last = (end.ceil() as usize).clamp(first + 1, old.max(first + 1));
                let shares: Vec<f32> = (first..last)
                    .map(|at| ((at + 1) as f32).min(end) - (at as f32).max(begin))
                    .collect();
                let sum: f32 = shares.iter().sum::<f32>().max(f32::MIN_POSITIVE);
                (first, shares.iter().map(|share| share / sum).collect())
            } else {
                let middle = ((pixel as f32 + 0.5) * ratio - 0.5).clamp(0.0, old.saturating_sub(1) as f32);
                let first = middle as usize;
                let share = middle - first as f32;
                if first + 1 < old {
                    (first, vec![1.0 - share, share])
                } else {
                    (first, vec![1.0])
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered() -> DynamicImage {
        DynamicImage::ImageLuma8(GrayImage::from_raw(3, 2, vec![0, 1, 2, 3, 4, 5]).unwrap())
    }

    #[test]
    fn a_page_is_turned_clockwise() {
        let picture = numbered();
        let turned = Sheet::of(&picture).turned(90);
        assert_eq!((turned.width(), turned.height()), (2, 3));
        assert_eq!(turned.bytes.as_ref(), [3, 0, 4, 1, 5, 2]);
        assert_eq!(Sheet::of(&picture).turned(180).bytes.as_ref(), [5, 4, 3, 2, 1, 0]);
        assert_eq!(Sheet::of(&picture).turned(270).bytes.as_ref(), [2, 5, 1, 4, 0, 3]);
    }

    #[test]
    fn a_smaller_page_is_the_mean_of_what_it_covers() {
        let picture = DynamicImage::ImageLuma8(GrayImage::from_fn(4, 4, |x, _| {
            image::Luma([if x < 2 { 10 } else { 30 }])
        }));
        let sheet = Sheet::of(&picture);
        assert_eq!(sheet.grey(2, 1).as_raw(), &[10, 30]);
        assert_eq!(sheet.grey(1, 1).as_raw(), &[20]);
        assert_eq!(sheet.grey(8, 1).as_raw(), &[10, 10, 10, 15, 25, 30, 30, 30]);
    }

    #[test]
    fn a_rectangle_is_cut_out_as_it_lies() {
        let picture = numbered();
        let sheet = Sheet::of(&picture);
        let grey = |rectangle: &Rectangle, width, height| -> Vec<i32> {
            sheet
                .straightened(rectangle, width, height, Norm::HALF)
                .iter()
                .take(width * height)
                .map(|value| ((value + 1.0) * 127.5).round() as i32)
                .collect()
        };
        let whole = Rectangle {
            centre: (1.5, 1.0),
            length: 3.0,
            thickness: 2.0,
            angle: 0.0,
        };
        assert_eq!(grey(&whole, 3, 2), [0, 1, 2, 3, 4, 5]);
        // a column that runs down: its beginning goes to the left, what stands right of it goes above
        let column = Rectangle {
            length: 2.0,
            thickness: 3.0,
            angle: std::f32::consts::FRAC_PI_2,
            ..whole
        };
        assert_eq!(grey(&column, 2, 3), [2, 5, 1, 4, 0, 3]);
    }

    #[test]
    fn bytes_must_be_as_many_as_the_size_says() {
        assert!(Sheet::from_bytes(2, 2, 3, &[0; 12]).is_some());
        assert!(Sheet::from_bytes(2, 2, 3, &[0; 11]).is_none());
        assert!(Sheet::from_bytes(2, 2, 2, &[0; 8]).is_none());
        assert!(Sheet::from_bytes(usize::MAX, 2, 1, &[]).is_none());
    }
}
