//! Where one scene ends and the next begins.

use lantai_domain::reading::Scene;

/// Extents of the pictures that are compared.
pub(super) const WIDTH: usize = 64;
/// See [`WIDTH`].
pub(super) const HEIGHT: usize = 36;
/// Steps of brightness that are counted.
const STEPS: usize = 64;
/// A difference from which on a scene may begin, 0 to 1.
const LEAST: f32 = 0.1;
/// By so much it exceeds what is usual here: a moving camera is no change of scene.
const TIMES_USUAL: f32 = 3.0;
/// Scenes are at least so long, in seconds.
const SHORTEST: f64 = 1.0;
/// The picture of a scene is taken behind so much of it, where fades are over.
const PICTURE_AT: f64 = 0.4;

/// Compares picture after picture.
#[derive(Debug)]
pub(super) struct SceneFinder {
    rate: f64,
    count: u64,
    last: Vec<u8>,
    /// What pictures usually differ by, lately.
    usual: f32,
    starts: Vec<f64>,
}

impl SceneFinder {
    /// Pictures come `rate` a second.
    pub(super) fn new(rate: f64) -> Self {
        Self {
            rate,
            count: 0,
            last: Vec::new(),
            usual: 0.0,
            starts: Vec::new(),
        }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.count as f64 / self.rate
    }

    pub(super) fn push(&mut self, picture: &[u8]) {
        let now = self.seconds();
        self.count += 1;
        if self.starts.is_empty() {
            self.starts.push(now);
        } else {
            let difference = difference(&self.last, picture);
            let is_new = difference > LEAST && difference > self.usual * TIMES_USUAL;
            let is_long = self.starts.last().is_none_or(|start| now - start >= SHORTEST);
            if is_new && is_long {
                self.starts.push(now);
            }
            // a cut is not usual
            self.usual = 0.8 * self.usual + 0.2 * difference.min(LEAST);
        }
        self.last.clear();
        self.last.extend_from_slice(picture);
    }

    pub(super) fn finish(self) -> Vec<Scene> {
        let end = self.seconds();
        let ends = self.starts.iter().skip(1).copied().chain([end]);
        let scene = |(start, end): (&f64, f64)| Scene {
            start: *start,
            end,
            key_frame: start + (end - start) * PICTURE_AT,
        };
        self.starts.iter().zip(ends).map(scene).collect()
    }
}

/// How unlike two pictures are, 0 to 1: by place, and by how far brightness would have to be moved for both to have as
/// much of each.
fn difference(left: &[u8], right: &[u8]) -> f32 {
    let count = left.len().min(right.len()).max(1) as f32;
    let by_place: f32 = left
        .iter()
        .zip(right)
        .map(|(left, right)| f32::from(left.abs_diff(*right)))
        .sum();
    let shares = |picture: &[u8]| {
        let mut counts = [0.0_f32; STEPS];
        for value in picture {
            counts[usize::from(*value) * STEPS / 256] += 1.0 / count;
        }
        counts
    };
    let (mut ahead, mut moved) = (0.0_f32, 0.0);
    for (left, right) in shares(left).iter().zip(shares(right)) {
        ahead += left - right;
        moved += ahead.abs() / STEPS as f32;
    }
    0.6 * by_place / count / 255.0 + 0.4 * moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenes(pictures: &[Vec<u8>]) -> Vec<(f64, f64)> {
        let mut finder = SceneFinder::new(4.0);
        for picture in pictures {
            finder.push(picture);
        }
        finder
            .finish()
            .iter()
            .map(|scene| (scene.start, scene.end))
            .collect()
    }

    fn plain(value: u8, count: usize) -> Vec<Vec<u8>> {
        vec![vec![value; WIDTH * HEIGHT]; count]
    }

    #[test]
    fn a_cut_begins_a_scene() {
        let pictures = [plain(40, 20), plain(200, 12), plain(90, 8)].concat();
        assert_eq!(scenes(&pictures), [(0.0, 5.0), (5.0, 8.0), (8.0, 10.0)]);
    }

    #[test]
    fn a_slow_change_and_a_flash_are_no_scenes() {
        let slow: Vec<Vec<u8>> = (0..100).map(|at| vec![40 + at; WIDTH * HEIGHT]).collect();
        assert_eq!(scenes(&slow), [(0.0, 25.0)]);
        let flash = [plain(40, 20), plain(250, 1), plain(40, 20)].concat();
        assert!(scenes(&flash).len() <= 2);
    }

    #[test]
    fn nothing_has_no_scenes() {
        assert!(scenes(&[]).is_empty());
        assert_eq!(scenes(&plain(0, 1)), [(0.0, 0.25)]);
    }
}
