//! The whole way from a recording to what is said in it.

use super::guards;
use super::listener::{Listener, TOLD_PAUSE, Window};
use super::mel::Mel;
use super::model::{Heard, Model};
use super::network::Network;
use super::rules::Rules;
use super::search::{Answer, Dice, Search};
use super::timing::{self, Timed};
use super::vocabulary::{Config, START, TIMES, TRANSCRIBE, Token, Vocabulary};
use super::weights::Weights;
use crate::error::ModelError;
use crate::names;
use crate::runtime::Runtime;
use crate::sound::activity::{Loudness, Silero, VoiceActivity};
use crate::sound::{RATE, SoundError, SoundSource};
use crate::store::ModelStore;
use lantai_domain::reading::{Omission, Segment, SegmentKind, SpokenWord, Step};
use std::ops::Range;

/// A window whose answer can be packed more than this is a loop.
const DENSEST: f64 = 2.4;
/// An answer less likely than this on the average is no answer.
const UNLIKELIEST: f64 = -1.0;
/// More likely than this, nobody speaks.
const NOBODY: f32 = 0.6;
/// Temperatures that are tried one after the other.
const TEMPERATURES: [f32; 2] = [0.4, 0.8];
/// Speech behind the last time of an answer is listened to again from so many seconds on.
const LEAST_REST: f64 = 0.5;

/// How to transcribe.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechOptions {
    /// ISO 639-1 of the language, such as `zh`; `None`: told from the first window.
    pub language: Option<String>,
    /// Answers that are followed side by side: more find better ones, one is fastest.
    pub beams: usize,
    /// Whether the time of every word is found.
    pub words: bool,
    /// Threads of a step.
    pub threads: usize,
}

impl Default for SpeechOptions {
    fn default() -> Self {
        Self {
            language: None,
            beams: 5,
            words: true,
            threads: 1,
        }
    }
}

/// What is known once a recording was heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// ISO 639-1 of the language, where somebody speaks.
    pub language: Option<String>,
    /// How sure that is, 0 to 1; 1 where it was given.
    pub language_confidence: f32,
    /// How long the recording was listened to, in seconds from its beginning.
    pub seconds: f64,
    /// How it was done.
    pub steps: Vec<Step>,
    /// What could not be heard, and why.
    pub omitted: Vec<Omission>,
}

/// Why a recording was not transcribed.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// There is nothing to be heard.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// The model does not answer.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl SpeechError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sound(error) => error.code(),
            Self::Model(error) => error.code(),
        }
    }
}

/// Whisper and the voice activity model, ready to listen.
pub struct Speech {
    model: Model,
    mel: Mel,
    vocabulary: Vocabulary,
    config: Config,
    voice: Box<dyn VoiceActivity>,
    options: SpeechOptions,
    /// Name of the weights, for the record.
    digest: String,
    language: Option<(Token, f32)>,
}

impl std::fmt::Debug for Speech {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Speech")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// An answer cut at its times.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    start: f64,
    end: f64,
    tokens: Vec<Token>,
}

impl Speech {
    /// Opens the models. Without the voice activity model speech is told from silence by loudness.
    ///
    /// # Errors
    ///
    /// [`ModelError::Missing`] without the speech model; [`ModelError::Format`] and others where it cannot be used.
    pub fn open(runtime: &Runtime, store: &ModelStore, options: SpeechOptions) -> Result<Self, ModelError> {
        let file = |name| store.file(names::SPEECH, name);
        let vocabulary = Vocabulary::read(&file("vocabulary.txt")?)?;
        let path = file("config.json")?;
        let config = std::fs::read(&path).map_err(|source| ModelError::Io {
            what: "read",
            path,
            source,
        })?;
        let config: Config =
            serde_json::from_slice(&config).map_err(|error| ModelError::format(names::SPEECH, error))?;
        if let Some(language) = &options.language
            && vocabulary.language(language).is_none()
        {
            return Err(ModelError::format(
                names::SPEECH,
                format!("it does not know the language {language}"),
            ));
        }
        let network = Network::build(Weights::read(&file("model.bin")?)?)?;
        let voice: Box<dyn VoiceActivity> = match Silero::open(runtime, store) {
            Ok(voice) => Box::new(voice),
            Err(error) if error.is_missing() => Box::new(Loudness::default()),
            Err(error) => return Err(error),
        };
        Ok(Self {
            model: Model::open(runtime, network, options.threads)?,
            mel: Mel::new(),
            vocabulary,
            config,
            voice,
            options,
            digest: store.digest(names::SPEECH, "model.bin")?.to_owned(),
            language: None,
        })
    }

    /// Transcribes the seconds of `span` and reports stretch after stretch, in order: what is said, and pauses of two
    /// seconds and more. All of it: `0.0..f64::INFINITY`. Whatever ends before the end of the last stretch is done, so
    /// that a run that was stopped goes on from there. Memory does not grow with the length of the recording.
    ///
    /// # Errors
    ///
    /// Nothing can be heard, or the model fails. Damage inside a recording is an omission of the transcript.
    pub fn transcribe(
        &mut self,
        sound: &mut dyn SoundSource,
        span: Range<f64>,
        report: &mut dyn FnMut(Segment),
    ) -> Result<Transcript, SpeechError> {
        self.language = self
            .options
            .language
            .as_deref()
            .and_then(|code| self.vocabulary.language(code))
            .map(|token| (token, 1.0));
        // taken out while it listens, so that the rest of `self` can answer meanwhile
        let mut voice = std::mem::replace(&mut self.voice, Box::new(Loudness::default()));
        let heard = self.listen(sound, &mut *voice, span, report);
        let voice_name = voice.name();
        self.voice = voice;
        let seconds = heard?;
        let (language, language_confidence) = self
            .language
            .and_then(|(token, sure)| Some((self.vocabulary.language_code(token)?.to_owned(), sure)))
            .unzip();
        Ok(Transcript {
            steps: self.steps(sound, voice_name, language.as_deref()),
            language,
            language_confidence: language_confidence.unwrap_or_default(),
            seconds,
            omitted: sound.omissions().to_vec(),
        })
    }

    fn steps(&self, sound: &dyn SoundSource, voice: &str, language: Option<&str>) -> Vec<Step> {
        let parameters = [
            ("beams", self.options.beams.into()),
            ("language", language.into()),
            ("voice_activity", voice.into()),
            (
                "word_times",
                if self.options.words {
                    "cross_attention".into()
                } else {
                    serde_json::Value::Null
                },
            ),
        ];
        let decoded = Step {
            step: crate::sound::STEP.to_owned(),
            program: sound.program(),
            ..Step::default()
        };
        let transcribed = Step {
            step: super::STEP.to_owned(),
            program: "onnxruntime".to_owned(),
            model: Some(names::SPEECH.to_owned()),
            digest: Some(self.digest.clone()),
            parameters: parameters
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            ..Step::default()
        };
        vec![decoded, transcribed]
    }

    fn listen(
        &mut self,
        sound: &mut dyn SoundSource,
        voice: &mut dyn VoiceActivity,
        span: Range<f64>,
        report: &mut dyn FnMut(Segment),
    ) -> Result<f64, SpeechError> {
        let sample = |second: f64| (second.clamp(0.0, 1e9) * RATE as f64) as u64;
        let (from, until) = (sample(span.start), sample(span.end));
        let mut teller = Teller {
            report,
            last: String::new(),
        };
        let mut listener = Listener::new(voice, from);
        let mut piece = Vec::new();
        let mut position = 0_u64;
        while position < until {
            piece.clear();
            if !sound.read(&mut piece)? {
                break;
            }
            let skip = (from.saturating_sub(position) as usize).min(piece.len());
            let keep = ((until - position) as usize).min(piece.len());
            position += piece.len() as u64;
            let mut full = listener.push(piece.get(skip..keep).unwrap_or_default())?;
            while full {
                self.tell_window(&mut listener, &mut teller)?;
                full = listener.is_full();
            }
        }
        listener.finish()?;
        while !listener.window.samples.is_empty() {
            self.tell_window(&mut listener, &mut teller)?;
        }
        teller.pauses_until(&mut listener, f64::INFINITY);
        Ok(position.min(until) as f64 / RATE as f64)
    }

    /// Transcribes the window, tells it and makes room.
    fn tell_window(
        &mut self,
        listener: &mut Listener<'_>,
        teller: &mut Teller<'_>,
    ) -> Result<(), SpeechError> {
        let (segments, done) = self.window(&listener.window)?;
        let until = listener.window.drop_front(done);
        listener.refill();
        for segment in segments {
            teller.pauses_until(listener, segment.start + 0.01);
            teller.tell(segment);
        }
        teller.pauses_until(listener, until);
        Ok(())
    }

    /// What is said in a window, and how many of its seconds are done with.
    fn window(&mut self, window: &Window) -> Result<(Vec<Segment>, f64), SpeechError> {
        let seconds = window.seconds();
        let heard = self.model.hear(&self.mel.spectrum(&window.samples))?;
        let language = match self.language {
            Some((token, _)) => token,
            None => self.detect(&heard)?,
        };
        let answer = self.answer(&heard, language, window)?;
        if answer.no_speech > NOBODY && answer.average() < UNLIKELIEST {
            let ((start, _), (end, _)) = (window.second(0.0, false), window.second(seconds, true));
            let noise = Segment {
                start,
                end,
                kind: SegmentKind::Noise,
                confidence: answer.no_speech,
                ..Segment::default()
            };
            return Ok((vec![noise], seconds));
        }
        let (stretches, done) = cut(&answer.tokens, seconds);
        let code = self
            .vocabulary
            .language_code(language)
            .unwrap_or_default()
            .to_owned();
        let text: Vec<Token> = stretches
            .iter()
            .flat_map(|stretch| stretch.tokens.iter().copied())
            .collect();
        let words: Vec<Vec<(String, usize)>> = stretches
            .iter()
            .map(|stretch| timing::words(&self.vocabulary, &stretch.tokens, &code))
            .collect();
        let timed = match self.options.words {
            true => timing::times(
                &mut self.model,
                &heard,
                &self.config.alignment_heads,
                &[START, language, TRANSCRIBE],
                &text,
                &words.concat(),
                seconds,
            )?,
            false => Vec::new(),
        };
        let mut timed = timed.into_iter();
        let confidence = answer.average().exp().clamp(0.0, 1.0) as f32;
        let segments = stretches.iter().zip(&words).flat_map(|(stretch, words)| {
            let timed: Vec<Timed> = timed.by_ref().take(words.len()).collect();
            segments(&self.vocabulary, window, stretch, &timed, confidence)
        });
        Ok((segments.collect(), done))
    }

    /// The best answer: the likeliest one, or where that is a loop or unlikely, a drawn one.
    fn answer(&mut self, heard: &Heard, language: Token, window: &Window) -> Result<Answer, ModelError> {
        let prompt = [START, language, TRANSCRIBE];
        let rules = Rules::new(&self.config.suppress_ids, window.seconds());
        let vocabulary = &self.vocabulary;
        let text = |answer: &Answer| vocabulary.text(&answer.tokens);
        let mut search = Search {
            model: &mut self.model,
            heard,
            prompt: &prompt,
            rules: &rules,
        };
        let fails = |answer: &Answer| {
            let loops = answer.looped || guards::density(&text(answer)) > DENSEST;
            let silent = answer.no_speech > NOBODY && answer.average() < UNLIKELIEST;
            !silent && (loops || answer.average() < UNLIKELIEST)
        };
        let first = search.widest(self.options.beams.max(1))?;
        if !fails(&first) {
            return Ok(first);
        }
        let mut dice = Dice::new(window.second(0.0, false).0.to_bits());
        let mut answers = vec![first];
        for temperature in TEMPERATURES {
            let answer = search.drawn(temperature, &mut dice)?;
            if !fails(&answer) {
                return Ok(answer);
            }
            answers.push(answer);
        }
        let loops = |answer: &Answer| answer.looped || guards::density(&text(answer)) > DENSEST;
        answers.sort_by(|left, right| {
            loops(left)
                .cmp(&loops(right))
                .then(right.average().total_cmp(&left.average()))
        });
        Ok(answers.swap_remove(0))
    }

    /// Tells the language from the likelihoods of the languages' tokens behind the beginning.
    fn detect(&mut self, heard: &Heard) -> Result<Token, ModelError> {
        let mut memory = self.model.begin()?;
        let said = self
            .model
            .say(heard, &mut memory, &[&[START]], &[0], &[0], false)?;
        let of = |token: Token| {
            said.likelihoods
                .get(token as usize)
                .copied()
                .unwrap_or(f32::NEG_INFINITY)
        };
        let known = self
            .config
            .lang_ids
            .iter()
            .copied()
            .filter(|token| self.vocabulary.language_code(*token).is_some());
        let best = known
            .clone()
            .max_by(|left, right| of(*left).total_cmp(&of(*right)));
        let Some(best) = best else {
            return Err(ModelError::format(names::SPEECH, "it knows no language"));
        };
        let sum: f32 = known.map(|token| (of(token) - of(best)).exp()).sum();
        self.language = Some((best, 1.0 / sum));
        Ok(best)
    }
}

/// Cuts an answer at its times; how many seconds of the window are done with. Where the last stretch has no end yet,
/// it is begun anew with more sound behind it.
fn cut(tokens: &[Token], seconds: f64) -> (Vec<Stretch>, f64) {
    let time = |token: Token| f64::from(token - TIMES) / 50.0;
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut start = 0.0;
    let mut text = Vec::new();
    let mut last_time = 0.0;
    for token in tokens {
        if *token < TIMES {
            text.push(*token);
            continue;
        }
        last_time = time(*token).min(seconds);
        if !text.is_empty() {
            stretches.push(Stretch {
                start,
                end: last_time,
                tokens: std::mem::take(&mut text),
            });
        }
        start = last_time;
    }
    let times_at_end = tokens.iter().rev().take_while(|token| **token >= TIMES).count();
    let open = !text.is_empty();
    if open && (stretches.is_empty() || seconds - start < 1.0) {
        // nothing before it was ended: there is nothing to begin anew behind
        stretches.push(Stretch {
            start,
            end: seconds,
            tokens: text,
        });
        return (stretches, seconds);
    }
    // two times at the end: another stretch was begun there and not finished
    if (open || times_at_end >= 2) && last_time >= LEAST_REST && seconds - last_time >= LEAST_REST {
        return (stretches, last_time);
    }
    (stretches, seconds)
}

/// Makes segments of a stretch: one, or more where a long pause was taken out of the window inside of it.
fn segments(
    vocabulary: &Vocabulary,
    window: &Window,
    stretch: &Stretch,
    timed: &[Timed],
    confidence: f32,
) -> Vec<Segment> {
    let segment = |start: f64, end: f64, text: String, words: Vec<SpokenWord>| Segment {
        start,
        end: end.max(start),
        text: text.trim().to_owned(),
        confidence,
        words,
        ..Segment::default()
    };
    if timed.is_empty() {
        let (start, part) = window.second(stretch.start, false);
        let (mut end, last) = window.second(stretch.end, true);
        if last != part {
            // characters would be spread over the pause
            end = end.max(start);
        }
        return vec![segment(start, end, vocabulary.text(&stretch.tokens), Vec::new())];
    }
    let mut found: Vec<Segment> = Vec::new();
    let mut words: Vec<SpokenWord> = Vec::new();
    let mut text = String::new();
    for word in timed {
        let (start, end) = window.word(word.start, word.end);
        if let Some(before) = words.last()
            && start - before.end >= TOLD_PAUSE
        {
            let spoken = std::mem::take(&mut words);
            let (first, close) = (spoken[0].start, spoken[spoken.len() - 1].end);
            found.push(segment(first, close, std::mem::take(&mut text), spoken));
        }
        text += &word.text;
        words.push(SpokenWord {
            text: word.text.trim().to_owned(),
            start,
            end: end.max(start),
        });
    }
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        found.push(segment(first.start, last.end, text, words));
    }
    found
}

/// Reports segments, and marks what is said again.
struct Teller<'a> {
    report: &'a mut dyn FnMut(Segment),
    last: String,
}

impl Teller<'_> {
    fn tell(&mut self, mut segment: Segment) {
        if segment.kind == SegmentKind::Speech {
            if segment.text.is_empty() {
                return;
            }
            if let Some(text) = guards::unlooped(&segment.text) {
                // the times of its words are those of the loop
                segment.words.clear();
                segment.text = text;
            }
            if guards::same(&segment.text, &self.last) {
                segment.kind = SegmentKind::Repeated;
            } else {
                self.last.clone_from(&segment.text);
            }
        }
        (self.report)(segment);
    }

    /// Reports the pauses that begin before a second.
    fn pauses_until(&mut self, listener: &mut Listener<'_>, second: f64) {
        while let Some(pause) = listener.pauses.pop_front_if(|pause| pause.start < second) {
            (self.report)(pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(tokens: &[Token], seconds: f64) -> (Vec<(f64, f64, usize)>, f64) {
        let (found, done) = cut(tokens, seconds);
        (
            found
                .iter()
                .map(|stretch| (stretch.start, stretch.end, stretch.tokens.len()))
                .collect(),
            done,
        )
    }

    #[test]
    fn an_answer_is_cut_at_its_times() {
        let at = |second: f64| TIMES + (second * 50.0) as Token;
        let tokens = [at(0.0), 1, 2, at(2.0), at(2.0), 3, at(5.0)];
        assert_eq!(stretches(&tokens, 6.0), (vec![(0.0, 2.0, 2), (2.0, 5.0, 1)], 6.0));
        // begun and not ended: it is listened to again from there
        let tokens = [at(0.0), 1, 2, at(2.0), at(2.0), 3];
        assert_eq!(stretches(&tokens, 28.0), (vec![(0.0, 2.0, 2)], 2.0));
        let tokens = [at(0.0), 1, 2, at(2.0), at(2.0)];
        assert_eq!(stretches(&tokens, 28.0), (vec![(0.0, 2.0, 2)], 2.0));
        // nothing to begin anew behind
        assert_eq!(stretches(&[at(0.0), 1, 2], 28.0), (vec![(0.0, 28.0, 2)], 28.0));
        assert_eq!(stretches(&[], 28.0), (vec![], 28.0));
    }

    #[test]
    fn what_is_said_again_is_marked() {
        let mut told = Vec::new();
        let mut report = |segment: Segment| told.push((segment.text, segment.kind));
        let mut teller = Teller {
            report: &mut report,
            last: String::new(),
        };
        for text in ["大坝验收合格", "大坝验收合格。", "下一项", "大坝验收合格"] {
            teller.tell(Segment {
                text: text.to_owned(),
                ..Segment::default()
            });
        }
        let kinds: Vec<SegmentKind> = told.iter().map(|(_, kind)| *kind).collect();
        assert_eq!(
            kinds,
            [
                SegmentKind::Speech,
                SegmentKind::Repeated,
                SegmentKind::Speech,
                SegmentKind::Speech
            ]
        );
    }
}
