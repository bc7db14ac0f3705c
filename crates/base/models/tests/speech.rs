//! Recordings of the corpus are transcribed at least as well as the reference does with the same weights.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails or says why it is skipped"
)]

use lantai_domain::reading::{Segment, SegmentKind};
use lantai_models::sound::{self, SoundLimits, SoundSource};
use lantai_models::speech::{Speech, SpeechOptions, Transcript};
use lantai_models::{ModelStore, Runtime};
use std::path::{Path, PathBuf};

fn folder(setting: &str, default: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(default);
    let folder = std::env::var_os(setting).map_or(default, PathBuf::from);
    if folder.is_dir() {
        return folder.canonicalize().ok();
    }
    eprintln!("skipped: no folder {} (set {setting})", folder.display());
    None
}

fn speech(options: SpeechOptions) -> Option<Speech> {
    let store = ModelStore::new(folder("LANTAI_MODELS", "models")?).unwrap();
    for model in ["onnxruntime", "speech", "voice-activity"] {
        if let Err(error) = store.require(model) {
            eprintln!("skipped: {error}");
            return None;
        }
    }
    let runtime: Runtime = store.runtime().unwrap();
    Some(Speech::open(&runtime, &store, options).unwrap())
}

fn listen(speech: &mut Speech, path: &Path) -> (Vec<Segment>, Transcript) {
    let mut sound = sound::open(path, &SoundLimits::default(), None).unwrap();
    hear(speech, &mut *sound)
}

fn hear(speech: &mut Speech, sound: &mut dyn SoundSource) -> (Vec<Segment>, Transcript) {
    let mut segments = Vec::new();
    let transcript = speech
        .transcribe(sound, 0.0..f64::INFINITY, &mut |segment| segments.push(segment))
        .unwrap();
    (segments, transcript)
}

fn text(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| segment.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn letters(text: &str) -> Vec<char> {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Edits that make one out of the other (Levenshtein).
fn edits(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.iter().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, other) in right.iter().enumerate() {
            let change = corner + usize::from(letter != other);
            corner = row[place + 1];
            row[place + 1] = change.min(row[place] + 1).min(corner + 1);
        }
    }
    row[right.len()]
}

#[test]
fn sentences_of_the_corpus_are_understood() {
    let Some(corpus) = folder("LANTAI_CORPUS", "../shared/corpus") else {
        return;
    };
    let Some(mut speech) = speech(SpeechOptions::default()) else {
        return;
    };
    let told = std::fs::read_to_string(corpus.join("speech/transcripts.tsv")).unwrap();
    let mut measured = 0;
    for line in told.lines() {
        let Some((file, expected)) = line.split_once('\t') else {
            continue;
        };
        let (segments, transcript) = listen(&mut speech, &corpus.join("speech").join(file));
        let found = text(&segments);
        let expected = letters(expected);
        let errors = edits(&letters(&found), &expected) as f64 / expected.len().max(1) as f64;
        eprintln!(
            "{file} [{:?} {:.2}] {errors:.3}: {found}",
            transcript.language, transcript.language_confidence
        );
        for segment in &segments {
            eprintln!(
                "   {:.2}–{:.2} {:?} {:.2} {:?}",
                segment.start,
                segment.end,
                segment.kind,
                segment.confidence,
                segment
                    .words
                    .iter()
                    .map(|word| format!("{} {:.2}", word.text, word.start))
                    .collect::<Vec<_>>()
            );
        }
        let language = if file.starts_with("libri") { "en" } else { "zh" };
        assert_eq!(transcript.language.as_deref(), Some(language), "{file}");
        assert!(
            segments
                .iter()
                .all(|segment| segment.end <= transcript.seconds + 0.05 && segment.start <= segment.end)
        );
        if expected.is_empty() {
            assert!(letters(&found).len() > 5, "{file}: {found}");
            continue;
        }
        measured += 1;
        // the reference writes traditional characters and three wrong ones into one sentence of twelve
        let most = if file.starts_with("aishell") { 0.7 } else { 0.02 };
        assert!(errors <= most, "{file}: {errors} {found}");
    }
    assert_eq!(measured, 3);
}
