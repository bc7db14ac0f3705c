//! Decodes the kinds that `symphonia` knows: WAV, AIFF, CAF, MP3, FLAC, Ogg Vorbis, AAC and ALAC in MP4, Matroska.

use super::resample::Resampler;
use super::{RATE, SoundError, SoundLimits, SoundSource, omission};
use lantai_domain::reading::Omission;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::TimeBase;

/// So many packets that cannot be decoded, one behind the other, are the end.
const BAD_PACKETS: usize = 2_000;
/// A pause between packets is filled with silence from this length on, in seconds.
const LEAST_GAP: f64 = 0.2;
/// A longer one is a lie.
const GREATEST_GAP: f64 = 3600.0;

/// A recording that is decoded here.
pub struct ContainerSound {
    /// `None` once nothing more is to be had.
    reader: Option<Box<dyn FormatReader>>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: Option<TimeBase>,
    /// Where the time of the track begins, in its own seconds.
    begins: Option<f64>,
    seconds: Option<f64>,
    limit: u64,
    resampler: Option<Resampler>,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    /// Samples of silence still to be handed out.
    silence: u64,
    given: u64,
    bad: usize,
    bad_since: Option<f64>,
    omissions: Vec<Omission>,
}

impl std::fmt::Debug for ContainerSound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ContainerSound")
            .field("track", &self.track)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

/// What one packet brought.
enum Step {
    Sound,
    Nothing,
    Bad,
    End(Option<String>),
}

impl ContainerSound {
    /// Opens a recording and chooses its track: the default one, else the first that can be decoded.
    ///
    /// # Errors
    ///
    /// [`SoundError::Unknown`] where the container or every track is of an unknown kind, [`SoundError::NoTrack`]
    /// where it has none.
    pub fn open(path: &Path, limits: &SoundLimits) -> Result<Self, SoundError> {
        let unreadable = |source| SoundError::Io {
            path: path.to_path_buf(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() == 0 {
            return Err(SoundError::Empty);
        }
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        // decoders of other people meet files of other people: an accident of theirs must not be one of ours
        let opened = catch_unwind(AssertUnwindSafe(|| open_container(file, &hint)));
        let (reader, decoder, track, time_base, seconds) = opened.unwrap_or_else(|_| {
            Err(SoundError::Broken {
                reason: "the decoder gave up".to_owned(),
            })
        })?;
        Ok(Self {
            reader: Some(reader),
            decoder,
            track,
            time_base,
            begins: None,
            seconds,
            limit: (limits.seconds.max(0.0) * RATE as f64) as u64,
            resampler: None,
            interleaved: Vec::new(),
            mono: Vec::new(),
            silence: 0,
            given: 0,
            bad: 0,
            bad_since: None,
            omissions: Vec::new(),
        })
    }

    fn now(&self) -> f64 {
        self.given as f64 / RATE as f64
    }

    fn leave_out(&mut self, code: &str, detail: String, range: (f64, f64)) {
        self.omissions.push(omission(code, detail, Some(range)));
    }

    /// Notes damage that lies behind, once sound is heard again or it is over.
    fn note_damage(&mut self) {
        let Some(since) = self.bad_since.take() else {
            return;
        };
        // one note for many small ones, so that a file of rubbish does not fill the record
        if self.omissions.len() < 20 {
            let now = self.now();
            let detail = format!("{} packets cannot be decoded", self.bad);
            self.leave_out("reading.sound_damaged", detail, (since, now.max(since)));
        }
        self.bad = 0;
    }

    fn end(&mut self, into: &mut Vec<f32>, reason: Option<String>) {
        self.reader = None;
        if let Some(mut resampler) = self.resampler.take() {
            let before = into.len();
            resampler.finish(into);
            self.given += into.len().saturating_sub(before) as u64;
        }
        self.note_damage();
        if let Some(reason) = reason {
            let now = self.now();
            let until = self.seconds.unwrap_or(now).max(now);
            self.leave_out(
                "reading.sound_broken",
                format!("it breaks off: {reason}"),
                (now, until),
            );
        }
    }

    fn step(&mut self, into: &mut Vec<f32>) -> Step {
        let Some(reader) = &mut self.reader else {
            return Step::End(None);
        };
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Step::End(None),
            Err(DecodeError::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Step::End(Some("the file ends before the recording".to_owned()));
            }
            Err(DecodeError::ResetRequired) => {
                return Step::End(Some("another recording is chained to it".to_owned()));
            }
            Err(error) => return Step::End(Some(error.to_string())),
        };
        if packet.track_id != self.track {
            return Step::Nothing;
        }
        let time = self
            .time_base
            .and_then(|base| base.calc_time(packet.pts))
            .map(|time| time.as_secs_f64());
        let decoded = match self.decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(DecodeError::DecodeError(_) | DecodeError::IoError(_)) => return Step::Bad,
            Err(error) => return Step::End(Some(error.to_string())),
        };
        let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
        if decoded.frames() == 0 || channels == 0 {
            return Step::Nothing;
        }
        self.interleaved.clear();
        decoded.copy_to_vec_interleaved(&mut self.interleaved);
        self.take(rate, channels, time, into)
    }

    /// Mixes the channels to one and converts it.
    fn take(&mut self, rate: u32, channels: usize, time: Option<f64>, into: &mut Vec<f32>) -> Step {
        let before = into.len();
        if self
            .resampler
            .as_ref()
            .is_none_or(|resampler| resampler.rate() != rate)
        {
            if let Some(mut resampler) = self.resampler.take() {
                resampler.finish(into);
            }
            match Resampler::new(rate) {
                Ok(resampler) => self.resampler = Some(resampler),
                Err(error) => return Step::End(Some(error.to_string())),
            }
        }
        self.mono.clear();
        let share = 1.0 / channels as f32;
        let mix = |frame: &[f32]| {
            let value = frame.iter().sum::<f32>() * share;
            if value.is_finite() {
                value.clamp(-1.0, 1.0)
            } else {
                0.0
            }
        };
        self.mono.extend(self.interleaved.chunks_exact(channels).map(mix));
        if let Some(resampler) = &mut self.resampler {
            resampler.push(&self.mono, into);
        }
        self.given += (into.len() - before) as u64;
        self.mind_the_gap(time, rate);
        Step::Sound
    }

    /// Where a track pauses (or begins later than the picture), silence keeps the times right.
    fn mind_the_gap(&mut self, time: Option<f64>, rate: u32) {
        let Some(time) = time else { return };
        let begins = *self.begins.get_or_insert(time.min(0.0));
        let length = self.mono.len() as f64 / f64::from(rate.max(1));
        // converted samples come later than they went in; a chunk of that is no pause
        let gap = time - begins + length - self.now() - (self.silence as f64 / RATE as f64);
        if (LEAST_GAP + 0.1..GREATEST_GAP).contains(&gap) {
            self.silence += (gap * RATE as f64) as u64;
        }
    }

    fn read_some(&mut self, into: &mut Vec<f32>) -> bool {
        let start = into.len();
        if self.silence > 0 {
            let count = self.silence.min(RATE as u64);
            into.resize(start + count as usize, 0.0);
            self.silence -= count;
            self.given += count;
            return true;
        }
        while self.reader.is_some() && into.len() - start < RATE / 2 {
            match self.step(into) {
                Step::Sound => self.note_damage(),
                Step::Nothing => {}
                Step::Bad => {
                    self.bad += 1;
                    let now = self.now();
                    self.bad_since.get_or_insert(now);
                    if self.bad > BAD_PACKETS {
                        self.end(into, Some("nothing after it can be decoded".to_owned()));
                    }
                }
                Step::End(reason) => self.end(into, reason),
            }
            if self.given >= self.limit && self.reader.is_some() {
                let (now, until) = (self.now(), self.seconds.unwrap_or_default());
                let detail = format!("only the first {now:.0} seconds are listened to");
                self.leave_out("reading.sound_too_long", detail, (now, until.max(now)));
                self.end(into, None);
            }
        }
        into.len() > start || self.reader.is_some()
    }
}

type Opened = (
    Box<dyn FormatReader>,
    Box<dyn AudioDecoder>,
    u32,
    Option<TimeBase>,
    Option<f64>,
);

fn open_container(file: File, hint: &Hint) -> Result<Opened, SoundError> {
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let probed = symphonia::default::get_probe().probe(
        hint,
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    );
    let reader = probed.map_err(|error| match error {
        DecodeError::Unsupported(reason) => SoundError::Unknown {
            reason: reason.to_owned(),
        },
        // the end is reached without any container being found
        DecodeError::IoError(error) => SoundError::Unknown {
            reason: error.to_string(),
        },
        error => SoundError::Broken {
            reason: error.to_string(),
        },
    })?;
    let audio = |track: &&symphonia::core::formats::Track| {
        matches!(track.codec_params, Some(CodecParameters::Audio(_)))
    };
    let preferred = reader.default_track(TrackType::Audio);
    let mut reason = None;
    for track in preferred.into_iter().chain(reader.tracks().iter().filter(audio)) {
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            continue;
        };
        match symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default())
        {
            Ok(decoder) => {
                let (id, time_base) = (track.id, track.time_base);
                let seconds = track
                    .duration
                    .zip(time_base)
                    .and_then(|(duration, base)| base.calc_duration(duration))
                    .map(|time| time.as_secs_f64());
                return Ok((reader, decoder, id, time_base, seconds));
            }
            Err(error) => {
                reason.get_or_insert(error.to_string());
            }
        }
    }
    match reason {
        Some(reason) => Err(SoundError::Unknown { reason }),
        // a track whose codec has no name here is listed without parameters
        None if reader.tracks().iter().any(|track| track.codec_params.is_none()) => {
            Err(SoundError::Unknown {
                reason: "its tracks are of an unknown kind".to_owned(),
            })
        }
        None => Err(SoundError::NoTrack),
    }
}

impl SoundSource for ContainerSound {
    fn read(&mut self, into: &mut Vec<f32>) -> Result<bool, SoundError> {
        let before = into.len();
        let read = catch_unwind(AssertUnwindSafe(|| self.read_some(into)));
        let more = read.unwrap_or_else(|_| {
            self.reader = None;
            self.resampler = None;
            let now = self.now();
            self.leave_out(
                "reading.sound_broken",
                "the decoder gave up".to_owned(),
                (now, now),
            );
            into.len() > before
        });
        if !more && self.given == 0 {
            let reason = self
                .omissions
                .pop()
                .map_or_else(|| "it holds no sound".to_owned(), |last| last.detail);
            return Err(SoundError::Broken { reason });
        }
        Ok(more)
    }

    fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    fn omissions(&self) -> &[Omission] {
        &self.omissions
    }

    fn program(&self) -> String {
        "symphonia 0.6".to_owned()
    }
}
