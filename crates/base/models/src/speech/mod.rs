//! Speech to text (语音转写): what is said in a recording, with the time of every word.
//!
//! [`Speech`] runs Whisper's weights in this process; [`service::TranscriptionService`] asks a service that speaks the
//! protocol of OpenAI's `/v1/audio/transcriptions`, as FunASR, vLLM and others do. [`subtitles`] writes and reads WebVTT
//! and SRT. Who speaks is told by neither: no such model is installed, and the field stays empty.

mod guards;
mod listener;
mod mel;
mod model;
mod network;
mod rules;
mod search;
pub mod service;
pub mod subtitles;
mod timing;
mod transcriber;
mod vocabulary;
mod weights;

pub use transcriber::{Speech, SpeechError, SpeechOptions, Transcript};

/// The name of this step in a reading ([`lantai_domain::reading::Step::step`]).
pub const STEP: &str = "speech";
