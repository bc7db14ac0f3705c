//! Sound (音频) as models want it: one channel, 16 000 samples a second, handed out piece by piece.
//!
//! - [`open`] decodes a file: what `symphonia` knows by itself, everything else through ffmpeg where that is installed
//! - [`activity`] tells speech from silence
//! - [`stretches`] makes stretches of speech of it
//!
//! Nothing here holds more of a recording than a few seconds, however long it is or says that it is.

pub mod activity;
mod container;
pub mod program;
mod resample;
pub mod stretches;

pub use container::ContainerSound;
pub use program::ProgramSound;

use lantai_domain::reading::Omission;
use std::path::{Path, PathBuf};

/// Samples a second of everything that a [`SoundSource`] hands out.
pub const RATE: usize = 16_000;

/// The name of this step in a reading ([`lantai_domain::reading::Step::step`]).
pub const STEP: &str = "sound";

/// Sound that is read from its beginning to its end.
pub trait SoundSource {
    /// Appends the next samples, between −1 and 1, at most about a second of them; `false` at the end.
    ///
    /// Damage inside does not end it: what can be read is read, the rest is told by [`Self::omissions`].
    ///
    /// # Errors
    ///
    /// Nothing could be read at all.
    fn read(&mut self, into: &mut Vec<f32>) -> Result<bool, SoundError>;

    /// How long it says that it is, in seconds; it may lie.
    fn seconds(&self) -> Option<f64> {
        None
    }

    /// What could not be read so far, and why.
    fn omissions(&self) -> &[Omission] {
        &[]
    }

    /// The program that decodes it, for the record.
    fn program(&self) -> String;
}

/// What is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundLimits {
    /// The rest of a longer recording is left out.
    pub seconds: f64,
    /// An ffmpeg that has not ended after so many seconds of waiting is ended.
    pub program_seconds: u64,
}

impl Default for SoundLimits {
    fn default() -> Self {
        Self {
            seconds: 12.0 * 3600.0,
            program_seconds: 3600,
        }
    }
}

/// Why there is nothing to be heard.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The file cannot be opened or read.
    #[error("{} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file has nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is no recording, or of a kind that is not known.
    #[error("no sound of a known kind: {reason}")]
    Unknown {
        /// What the decoder said.
        reason: String,
    },
    /// There is sound in it, of a kind that only ffmpeg reads, and there is no ffmpeg.
    #[error("sound of this kind is read by ffmpeg only, which is not installed: {reason}")]
    NeedsProgram {
        /// What the decoder said.
        reason: String,
    },
    /// A film or container without a track of sound.
    #[error("there is no track of sound in it")]
    NoTrack,
    /// The file is damaged so that nothing of it can be read.
    #[error("the recording is damaged: {reason}")]
    Broken {
        /// What the decoder said.
        reason: String,
    },
    /// ffmpeg could not be started or was ended.
    #[error("ffmpeg: {reason}")]
    Program {
        /// What it said.
        reason: String,
    },
}

impl SoundError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "reading.sound_unreadable",
            Self::Empty => "reading.sound_empty",
            Self::Unknown { .. } => "reading.sound_unknown",
            Self::NeedsProgram { .. } => "reading.ffmpeg_missing",
            Self::NoTrack => "reading.sound_absent",
            Self::Broken { .. } => "reading.sound_broken",
            Self::Program { .. } => "reading.ffmpeg_failed",
        }
    }

    /// The error as something that a reading leaves out.
    pub fn omission(&self) -> Omission {
        omission(self.code(), self.to_string(), None)
    }
}

/// Opens a recording.
///
/// `ffmpeg` is the program to use for what cannot be decoded here; `None` where there is none.
///
/// # Errors
///
/// Nothing of it can be heard: [`SoundError`] says why.
pub fn open(
    path: &Path,
    limits: &SoundLimits,
    ffmpeg: Option<&Path>,
) -> Result<Box<dyn SoundSource>, SoundError> {
    let own = match ContainerSound::open(path, limits) {
        Ok(sound) => return Ok(Box::new(sound)),
        Err(error) => error,
    };
    match (own, ffmpeg) {
        (error @ (SoundError::Io { .. } | SoundError::Empty), _) => Err(error),
        (SoundError::Unknown { reason }, None) => Err(SoundError::NeedsProgram { reason }),
        (error, None) => Err(error),
        (_, Some(program)) => Ok(Box::new(ProgramSound::open(program, path, limits)?)),
    }
}

fn omission(code: &str, detail: String, range: Option<(f64, f64)>) -> Omission {
    let whole = |seconds: f64| seconds.clamp(0.0, f64::from(u32::MAX)) as u32;
    Omission {
        step: STEP.to_owned(),
        code: code.to_owned(),
        detail,
        range: range.map(|(from, until)| (whole(from.floor()), whole(until.ceil()))),
    }
}

/// Sound that lies in memory already: parts of recordings, and tests.
#[derive(Debug, Clone)]
pub struct Samples {
    samples: Vec<f32>,
    next: usize,
}

impl Samples {
    /// Sound of 16 000 samples a second.
    pub fn new(samples: Vec<f32>) -> Self {
        Self { samples, next: 0 }
    }
}

impl SoundSource for Samples {
    fn read(&mut self, into: &mut Vec<f32>) -> Result<bool, SoundError> {
        let rest = self.samples.get(self.next..).unwrap_or_default();
        let piece = &rest[..rest.len().min(RATE)];
        into.extend_from_slice(piece);
        self.next += piece.len();
        Ok(!piece.is_empty())
    }

    fn seconds(&self) -> Option<f64> {
        Some(self.samples.len() as f64 / RATE as f64)
    }

    fn program(&self) -> String {
        "memory".to_owned()
    }
}
