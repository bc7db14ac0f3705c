//! Transcription by a service of the site, in place of the embedded model.
//!
//! Two protocols are spoken: `POST …/v1/audio/transcriptions` of OpenAI with `verbose_json`, which vLLM, faster-whisper
//! servers and others offer too, and `POST …/recognition` of FunASR's HTTP server. The recording is decoded here and
//! sent piece by piece as WAV, cut where it is quiet, so that its format and length are no matter to the service.

use crate::error::ModelError;
use crate::sound::activity::decibels;
use crate::sound::{RATE, SoundError, SoundSource};
use lantai_domain::reading::{Segment, SpokenWord};
use reqwest::{Client, Response, Url};
use serde::Deserialize;

/// Bytes of an answer at most.
const LONGEST_ANSWER: usize = 16 << 20;
/// Pieces are cut at the quietest place of their last part: so many seconds of it.
const CUT_WITHIN: usize = 30;
/// Samples whose loudness is compared: a fifth of a second.
const QUIET: usize = RATE / 5;

/// How the service is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// `/v1/audio/transcriptions` of OpenAI.
    #[default]
    OpenAi,
    /// `/recognition` of FunASR's HTTP server.
    FunAsr,
}

/// Where the service is and what it is told.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceSettings {
    /// The whole address, such as `https://asr.example/v1/audio/transcriptions`.
    pub url: Url,
    /// How it is asked.
    pub protocol: Protocol,
    /// The key that it wants.
    pub key: Option<String>,
    /// The model that it is to use (OpenAI).
    pub model: String,
    /// ISO 639-1 of the language; `None`: it finds out (OpenAI).
    pub language: Option<String>,
    /// Seconds of a piece at most. Ten minutes are 19 MB.
    pub piece_seconds: usize,
}

impl std::fmt::Debug for ServiceSettings {
    /// Without the key, which is nobody's business.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServiceSettings")
            .field("url", &self.url.as_str())
            .field("protocol", &self.protocol)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl ServiceSettings {
    /// Settings for an address; pieces of ten minutes, the model `whisper-1`.
    pub fn new(url: Url, protocol: Protocol) -> Self {
        Self {
            url,
            protocol,
            key: None,
            model: "whisper-1".to_owned(),
            language: None,
            piece_seconds: 600,
        }
    }
}

/// Asks a service.
#[derive(Debug, Clone)]
pub struct TranscriptionService {
    client: Client,
    settings: ServiceSettings,
}

/// A piece of a recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// Where it begins, in seconds.
    pub start: f64,
    /// Its samples.
    pub samples: Vec<f32>,
}

/// Cuts a recording into pieces.
#[derive(Debug)]
pub struct Pieces {
    greatest: usize,
    /// What is read and not handed out.
    rest: Vec<f32>,
    given: u64,
    is_over: bool,
}

impl Pieces {
    /// Pieces of at most so many seconds.
    pub fn new(seconds: usize) -> Self {
        Self {
            greatest: seconds.clamp(2 * CUT_WITHIN, 3600) * RATE,
            rest: Vec::new(),
            given: 0,
            is_over: false,
        }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    ///
    /// As [`SoundSource::read`].
    pub fn next(&mut self, sound: &mut dyn SoundSource) -> Result<Option<Piece>, SoundError> {
        while !self.is_over && self.rest.len() < self.greatest {
            self.is_over = !sound.read(&mut self.rest)?;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let count = if self.rest.len() < self.greatest {
            self.rest.len()
        } else {
            self.quietest()
        };
        let later = self.rest.split_off(count);
        let samples = std::mem::replace(&mut self.rest, later);
        let start = self.given as f64 / RATE as f64;
        self.given += count as u64;
        Ok(Some(Piece { start, samples }))
    }

    fn quietest(&self) -> usize {
        let from = self.greatest - CUT_WITHIN * RATE;
        let windows = (from..self.greatest - QUIET).step_by(QUIET / 2);
        let level = |at: &usize| decibels(&self.rest[*at..at + QUIET]);
        let quietest = windows.min_by(|left, right| level(left).total_cmp(&level(right)));
        quietest.map_or(self.greatest, |at| at + QUIET / 2)
    }
}

#[derive(Deserialize)]
struct OpenAiAnswer {
    #[serde(default)]
    text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    segments: Vec<OpenAiSegment>,
    #[serde(default)]
    words: Vec<OpenAiWord>,
}

#[derive(Deserialize)]
struct OpenAiSegment {
    start: f64,
    end: f64,
    text: String,
    #[serde(default)]
    avg_logprob: Option<f64>,
}

#[derive(Deserialize)]
struct OpenAiWord {
    word: String,
    start: f64,
    end: f64,
}

#[derive(Deserialize)]
struct FunAsrAnswer {
    code: i64,
    #[serde(default)]
    msg: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    sentences: Vec<FunAsrSentence>,
}

/// Times in milliseconds; its server writes the start as end too.
#[derive(Deserialize)]
struct FunAsrSentence {
    text: String,
    start: f64,
    end: f64,
}

/// What a service understood of a piece.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceAnswer {
    /// What is said, in seconds of the recording.
    pub segments: Vec<Segment>,
    /// The language as the service names it.
    pub language: Option<String>,
}

impl TranscriptionService {
    /// A service that is asked through a client; time limits and trust are the client's.
    pub fn new(client: Client, settings: ServiceSettings) -> Self {
        Self { client, settings }
    }

    /// What it is told.
    pub fn settings(&self) -> &ServiceSettings {
        &self.settings
    }

    /// Transcribes a whole recording, which is decoded on a thread of its own, and reports stretch after stretch.
    ///
    /// # Errors
    ///
    /// [`super::SpeechError::Sound`] where nothing can be heard, [`ModelError::Service`] where the service does not
    /// answer.
    pub async fn transcribe(
        &self,
        mut sound: Box<dyn SoundSource + Send>,
        report: &mut (dyn FnMut(Segment) + Send),
    ) -> Result<Option<String>, super::SpeechError> {
        let mut pieces = Pieces::new(self.settings.piece_seconds);
        let mut language = None;
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let piece = pieces.next(&mut *sound);
                (sound, pieces, piece)
            });
            let piece;
            (sound, pieces, piece) = read.await.map_err(|error| self.failed(error))?;
            let Some(piece) = piece? else { return Ok(language) };
            let answer = self.transcribe_piece(&piece).await?;
            language = language.or(answer.language);
            answer.segments.into_iter().for_each(&mut *report);
        }
    }

    /// Transcribes one piece.
    ///
    /// # Errors
    ///
    /// [`ModelError::Service`].
    pub async fn transcribe_piece(&self, piece: &Piece) -> Result<ServiceAnswer, ModelError> {
        let sound = wav(&piece.samples);
        let settings = &self.settings;
        let (fields, name) = match settings.protocol {
            Protocol::OpenAi => {
                let mut fields = vec![
                    ("model", settings.model.as_str()),
                    ("response_format", "verbose_json"),
                    ("timestamp_granularities[]", "segment"),
                    ("timestamp_granularities[]", "word"),
                ];
                fields.extend(
                    settings
                        .language
                        .as_deref()
                        .map(|language| ("language", language)),
                );
                (fields, "file")
            }
            Protocol::FunAsr => (Vec::new(), "audio"),
        };
        let (boundary, body) = form(&fields, name, &sound);
        let mut request = self
            .client
            .post(settings.url.clone())
            .header(
                "content-type",
                format!("multipart/form-data; boundary={boundary}"),
            )
            .body(body);
        if let Some(key) = &settings.key {
            request = request.bearer_auth(key);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| self.failed(error.without_url()))?;
        let status = answer.status();
        let bytes = self.body(answer).await?;
        if !status.is_success() {
            let told: String = String::from_utf8_lossy(&bytes).chars().take(300).collect();
            return Err(self.failed(format!("{status}: {told}")));
        }
        let seconds = piece.samples.len() as f64 / RATE as f64;
        let understood = match settings.protocol {
            Protocol::OpenAi => {
                serde_json::from_slice(&bytes).map(|answer| from_openai(answer, piece.start, seconds))
            }
            Protocol::FunAsr => {
                let answer: FunAsrAnswer =
                    serde_json::from_slice(&bytes).map_err(|error| self.failed(error))?;
                if answer.code != 0 {
                    return Err(self.failed(format!("{} (code {})", answer.msg, answer.code)));
                }
                Ok(from_funasr(answer, piece.start, seconds))
            }
        };
        understood.map_err(|error| self.failed(error))
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, ModelError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| self.failed(error.without_url()))?
        {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_ANSWER {
                return Err(self.failed("its answer is too long"));
            }
        }
        Ok(bytes)
    }

    fn failed(&self, reason: impl ToString) -> ModelError {
        ModelError::Service {
            url: self.settings.url.to_string(),
            reason: reason.to_string(),
        }
    }
}

/// Brings times into the piece and the piece into the recording.
fn segment(start: f64, end: f64, text: &str, offset: f64, seconds: f64) -> Segment {
    let inside = |second: f64| {
        if second.is_finite() {
            second.clamp(0.0, seconds)
        } else {
            0.0
        }
    };
    let start = inside(start);
    Segment {
        start: offset + start,
        end: offset + inside(end).max(start),
        text: text.trim().to_owned(),
        ..Segment::default()
    }
}

fn from_openai(answer: OpenAiAnswer, offset: f64, seconds: f64) -> ServiceAnswer {
    let mut words = answer.words.into_iter().peekable();
    let mut segments: Vec<Segment> = Vec::new();
    for said in &answer.segments {
        let mut found = segment(said.start, said.end, &said.text, offset, seconds);
        found.confidence = said
            .avg_logprob
            .map_or(0.0, |average| average.exp().clamp(0.0, 1.0) as f32);
        while let Some(word) = words.next_if(|word| word.start < said.end) {
            let placed = segment(word.start, word.end, &word.word, offset, seconds);
            found.words.push(SpokenWord {
                text: placed.text,
                start: placed.start,
                end: placed.end,
            });
        }
        segments.push(found);
    }
    if segments.is_empty() {
        // a service that knows no times
        segments.push(segment(0.0, seconds, &answer.text, offset, seconds));
    }
    segments.retain(|segment| !segment.text.is_empty());
    ServiceAnswer {
        segments,
        language: answer.language,
    }
}

fn from_funasr(answer: FunAsrAnswer, offset: f64, seconds: f64) -> ServiceAnswer {
    let starts: Vec<f64> = answer
        .sentences
        .iter()
        .map(|sentence| sentence.start / 1000.0)
        .collect();
    let sentences = answer.sentences.iter().enumerate().map(|(at, sentence)| {
        let start = starts[at];
        let next = starts.get(at + 1).copied().unwrap_or(seconds);
        let end = if sentence.end > sentence.start {
            sentence.end / 1000.0
        } else {
            next
        };
        segment(start, end, &sentence.text, offset, seconds)
    });
    let mut segments: Vec<Segment> = sentences.collect();
    if segments.is_empty() {
        segments.push(segment(0.0, seconds, &answer.text, offset, seconds));
    }
    segments.retain(|segment| !segment.text.is_empty());
    ServiceAnswer {
        segments,
        language: None,
    }
}

/// A WAV file of 16-bit samples.
fn wav(samples: &[f32]) -> Vec<u8> {
    let bytes = samples.len() * 2;
    let mut file = Vec::with_capacity(44 + bytes);
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
    file.extend(b"RIFF");
    file.extend(number(36 + bytes));
    file.extend(b"WAVEfmt ");
    file.extend(number(16));
    // PCM, one channel
    file.extend([1, 0, 1, 0]);
    file.extend(number(RATE));
    file.extend(number(RATE * 2));
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(number(bytes));
    file.extend(
        samples
            .iter()
            .flat_map(|value| ((value.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes()),
    );
    file
}

/// A form of `multipart/form-data` (RFC 7578) with one file; its boundary and its bytes.
fn form(fields: &[(&str, &str)], name: &str, file: &[u8]) -> (String, Vec<u8>) {
    let occurs = |boundary: &str| {
        let boundary = boundary.as_bytes();
        file.windows(boundary.len()).any(|window| window == boundary)
            || fields.iter().any(|(_, value)| {
                value
                    .as_bytes()
                    .windows(boundary.len())
                    .any(|window| window == boundary)
            })
    };
    let mut number = 0_u32;
    let mut boundary = "lantai-boundary-0".to_owned();
    while occurs(&boundary) {
        number += 1;
        boundary = format!("lantai-boundary-{number}");
    }
    let mut body = Vec::with_capacity(file.len() + 1024);
    for (name, value) in fields {
        body.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"sound.wav\"\r\nContent-Type: audio/wav\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend(file);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    (boundary, body)
}

#[cfg(test)]
mod tests;
