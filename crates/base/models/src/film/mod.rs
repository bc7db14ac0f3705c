//! Films (影像): where scenes change, with a picture of each.
//!
//! ffmpeg shows small grey pictures, a few a second; where one is unlike the one before, a scene begins. The sound of a
//! film is read by [`crate::sound`].

mod scenes;

use crate::sound::SoundError;
use crate::sound::program::Running;
use lantai_domain::reading::{Omission, Scene};
use scenes::{HEIGHT, SceneFinder, WIDTH};
use std::io::Read;
use std::path::Path;

/// The name of this step in a reading ([`lantai_domain::reading::Step::step`]).
pub const STEP: &str = "film";

/// What is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmLimits {
    /// The rest of a longer film is left out, in seconds.
    pub seconds: f64,
    /// Pictures a second that are compared.
    pub rate: u32,
    /// Pictures that are kept at most, evenly chosen among the scenes.
    pub pictures: usize,
    /// The longer side of a picture that is kept, in pixels.
    pub side: u32,
    /// Bytes of one picture at most.
    pub picture_bytes: u64,
    /// An ffmpeg that has not ended after so many seconds of waiting is ended.
    pub program_seconds: u64,
}

impl Default for FilmLimits {
    fn default() -> Self {
        Self {
            seconds: 12.0 * 3600.0,
            rate: 4,
            pictures: 24,
            side: 640,
            picture_bytes: 2 << 20,
            program_seconds: 3600,
        }
    }
}

/// A picture that stands for a scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFrame {
    /// Which scene, from 0.
    pub scene: usize,
    /// The picture as JPEG.
    pub jpeg: Vec<u8>,
}

/// What is seen in a film.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Film {
    /// Its scenes in order; none where there is no moving picture.
    pub scenes: Vec<Scene>,
    /// Their pictures.
    pub pictures: Vec<KeyFrame>,
    /// How long it is, in seconds.
    pub seconds: f64,
    /// What could not be seen, and why.
    pub omitted: Vec<Omission>,
}

/// Finds the scenes of a film and takes their pictures.
///
/// # Errors
///
/// [`SoundError::Program`] where ffmpeg cannot be started or does not understand the file; [`SoundError::NoTrack`]
/// where there is no moving picture in it (a cover is none).
pub fn watch(file: &Path, ffmpeg: &Path, limits: &FilmLimits) -> Result<Film, SoundError> {
    let mut film = find_scenes(file, ffmpeg, limits)?;
    let step = film.scenes.len().div_ceil(limits.pictures.max(1)).max(1);
    for scene in (0..film.scenes.len()).step_by(step).take(limits.pictures) {
        match picture(file, ffmpeg, film.scenes[scene].key_frame, limits) {
            Ok(jpeg) => film.pictures.push(KeyFrame { scene, jpeg }),
            Err(error) => film.omitted.push(omission(&error)),
        }
    }
    Ok(film)
}

/// What a reading leaves out where films cannot be watched at all.
pub fn omission(error: &SoundError) -> Omission {
    Omission {
        step: STEP.to_owned(),
        ..error.omission()
    }
}

fn find_scenes(file: &Path, ffmpeg: &Path, limits: &FilmLimits) -> Result<Film, SoundError> {
    let rate = limits.rate.clamp(1, 25);
    let filter = format!("fps={rate},scale={WIDTH}:{HEIGHT}:flags=area,format=gray");
    let longest = format!("{:.0}", limits.seconds.max(0.0));
    let arguments = [
        "-map", "0:V:0", "-an", "-sn", "-dn", "-t", &longest, "-vf", &filter, "-f", "rawvideo", "pipe:1",
    ];
    let mut running = Running::start(ffmpeg, file, &[], &arguments, limits.program_seconds)?;
    let mut finder = SceneFinder::new(f64::from(rate));
    let mut picture = vec![0_u8; WIDTH * HEIGHT];
    while running.output.read_exact(&mut picture).is_ok() {
        finder.push(&picture);
    }
    let ended = running.finish();
    let mut film = Film {
        seconds: finder.seconds(),
        scenes: finder.finish(),
        ..Film::default()
    };
    match ended {
        Ok(_) if film.scenes.is_empty() => Err(SoundError::NoTrack),
        Ok(complaint) => {
            if !complaint.is_empty() {
                let damaged = SoundError::Broken { reason: complaint };
                film.omitted.push(omission(&damaged));
            }
            Ok(film)
        }
        Err(SoundError::Program { reason }) if reason.contains("matches no streams") => {
            Err(SoundError::NoTrack)
        }
        Err(error) if film.scenes.is_empty() => Err(error),
        Err(error) => {
            film.omitted.push(omission(&error));
            Ok(film)
        }
    }
}

fn picture(file: &Path, ffmpeg: &Path, second: f64, limits: &FilmLimits) -> Result<Vec<u8>, SoundError> {
    let side = limits.side.max(16);
    let filter = format!("scale='if(gte(iw,ih),min({side},iw),-2)':'if(gte(iw,ih),-2,min({side},ih))'");
    let at = format!("{second:.3}");
    let arguments = [
        "-map",
        "0:V:0",
        "-an",
        "-sn",
        "-dn",
        "-frames:v",
        "1",
        "-vf",
        &filter,
        "-c:v",
        "mjpeg",
        "-q:v",
        "4",
        "-pix_fmt",
        "yuvj420p",
        "-f",
        "image2pipe",
        "pipe:1",
    ];
    let mut running = Running::start(ffmpeg, file, &["-ss", &at], &arguments, limits.program_seconds)?;
    let mut jpeg = Vec::new();
    let read = running
        .output
        .by_ref()
        .take(limits.picture_bytes + 1)
        .read_to_end(&mut jpeg);
    if read.is_err() || jpeg.len() as u64 > limits.picture_bytes {
        return Err(SoundError::Program {
            reason: format!("the picture at {at} s is too large"),
        });
    }
    running.finish()?;
    if !jpeg.starts_with(&[0xff, 0xd8]) {
        return Err(SoundError::Program {
            reason: format!("there is no picture at {at} s"),
        });
    }
    Ok(jpeg)
}
