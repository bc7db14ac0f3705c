//! A picture built from its rows, reduced on the way: each pixel is the mean of a square of pixels.

use super::PictureError;
use image::{DynamicImage, GrayImage, RgbImage};

/// The most pixels, in each direction, that become one: so many sums of a byte fit into 16 bits.
const MOST: u32 = 16;

/// A picture that is being built. Memory grows with the rows that come, not with what the file states.
#[derive(Debug)]
pub(super) struct Reducer {
    width: usize,
    height: usize,
    channels: usize,
    factor: usize,
    /// Sums of the row that is being collected; only where rows are reduced.
    sums: Vec<u16>,
    bytes: Vec<u8>,
    /// Rows of the file taken so far.
    taken: usize,
}

/// By how much a picture must be reduced to have no more than so many pixels.
pub(super) fn factor(width: u32, height: u32, most: u64) -> Result<u32, PictureError> {
    (1..=MOST)
        .find(|factor| u64::from(width.div_ceil(*factor)) * u64::from(height.div_ceil(*factor)) <= most)
        .ok_or(PictureError::TooLarge {
            width,
            height,
            most: most.saturating_mul(u64::from(MOST * MOST)),
        })
}

impl Reducer {
    /// `channels` is 1 or 3.
    pub(super) fn new(width: u32, height: u32, channels: usize, factor: u32) -> Self {
        let (width, factor) = (width as usize, factor.max(1) as usize);
        Self {
            width,
            height: height as usize,
            channels,
            factor,
            sums: vec![
                0;
                if factor > 1 {
                    width.div_ceil(factor) * channels
                } else {
                    0
                }
            ],
            bytes: Vec::new(),
            taken: 0,
        }
    }

    /// Takes the next row of the file; a row too many or of another length is left out.
    pub(super) fn row(&mut self, row: &[u8]) {
        if self.taken >= self.height || row.len() != self.width * self.channels {
            return;
        }
        self.taken += 1;
        if self.factor == 1 {
            self.bytes.extend_from_slice(row);
            return;
        }
        let squares = row.chunks(self.factor * self.channels);
        for (sums, square) in self.sums.chunks_exact_mut(self.channels).zip(squares) {
            for pixel in square.chunks_exact(self.channels) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum = sum.saturating_add(u16::from(*value));
                }
            }
        }
        let collected = (self.taken - 1) % self.factor + 1;
        if collected == self.factor || self.taken == self.height {
            self.give(collected);
        }
    }

    fn give(&mut self, rows: usize) {
        for (number, sum) in self.sums.iter_mut().enumerate() {
            let begin = number / self.channels * self.factor;
            let columns = self.factor.min(self.width - begin);
            let count = (rows * columns) as u32;
            self.bytes
                .push(((u32::from(*sum) + count / 2) / count.max(1)) as u8);
            *sum = 0;
        }
    }

    /// How many rows of the file are in it.
    pub(super) fn rows_taken(&self) -> usize {
        self.taken
    }

    /// The picture; rows that did not come are missing at its lower end. `None` where no row came.
    pub(super) fn finish(mut self) -> Option<DynamicImage> {
        let rest = self.taken % self.factor;
        if self.factor > 1 && rest != 0 && self.taken < self.height {
            self.give(rest);
        }
        let width = self.width.div_ceil(self.factor);
        let height = self.bytes.len().checked_div(width * self.channels)?;
        let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        if height == 0 {
            return None;
        }
        match self.channels {
            1 => GrayImage::from_raw(width, height, self.bytes).map(DynamicImage::ImageLuma8),
            _ => RgbImage::from_raw(width, height, self.bytes).map(DynamicImage::ImageRgb8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_means_also_at_the_edges() {
        let mut reducer = Reducer::new(3, 3, 1, 2);
        for row in [[0, 10, 20], [10, 20, 40], [100, 50, 7]] {
            reducer.row(&row);
        }
        let picture = reducer.finish().unwrap();
        assert_eq!(picture.as_luma8().unwrap().as_raw(), &[10, 30, 75, 7]);
    }

    #[test]
    fn rows_that_did_not_come_are_missing() {
        let mut reducer = Reducer::new(2, 1000, 3, 4);
        for _ in 0..6 {
            reducer.row(&[9; 6]);
        }
        let picture = reducer.finish().unwrap();
        assert_eq!((picture.width(), picture.height()), (1, 2));
        assert!(Reducer::new(5, 5, 1, 1).finish().is_none());
    }

    #[test]
    fn the_factor_is_the_least_that_suffices() {
        assert_eq!(factor(2480, 3508, 40_000_000), Ok(1));
        assert_eq!(factor(30_000, 30_000, 40_000_000), Ok(5));
        assert_eq!(factor(16, 16, 1), Ok(16));
        assert!(matches!(
            factor(u32::MAX, u32::MAX, 40_000_000),
            Err(PictureError::TooLarge { .. })
        ));
    }
}
