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

/// Transcribes recordings of one's own: `LANTAI_RECORDINGS` names them, `LANTAI_SPEECH` is language and beams.
#[test]
#[ignore = "measures what the setting LANTAI_RECORDINGS names"]
fn recordings_of_ones_own() {
    let Some(paths) = std::env::var_os("LANTAI_RECORDINGS") else {
        return;
    };
    let settings = std::env::var_os("LANTAI_SPEECH")
        .unwrap_or_default()
        .into_string()
        .unwrap();
    let mut settings = settings
        .split(',')
        .map(str::to_owned)
        .filter(|setting| !setting.is_empty());
    let options = SpeechOptions {
        language: settings.next().filter(|language| language != "-"),
        beams: settings.next().map_or(5, |beams| beams.parse().unwrap()),
        ..SpeechOptions::default()
    };
    let Some(mut speech) = speech(options) else { return };
    for path in std::env::split_paths(&paths) {
        let (segments, transcript) = listen(&mut speech, &path);
        eprintln!(
            "{} {:.1} s {:?}",
            path.display(),
            transcript.seconds,
            transcript.language
        );
        for segment in &segments {
            eprintln!(
                "  {:.2}–{:.2} {:?} {:.2} {}",
                segment.start, segment.end, segment.kind, segment.confidence, segment.text
            );
        }
    }
}

#[test]
fn silence_and_noise_are_never_given_words() {
    let Some(mut speech) = speech(SpeechOptions::default()) else {
        return;
    };
    let seconds = |count: usize| count * sound::RATE;
    let silence = vec![0.0; seconds(40)];
    let (segments, transcript) = hear(&mut speech, &mut sound::Samples::new(silence));
    assert_eq!(segments.len(), 1, "{segments:?}");
    assert_eq!(
        (segments[0].kind, segments[0].start, segments[0].end),
        (SegmentKind::Silence, 0.0, 40.0)
    );
    assert_eq!((transcript.language, transcript.seconds), (None, 40.0));
    let hum = (0..seconds(10))
        .map(|at| (at as f32 * 0.05).sin() * 0.3)
        .collect();
    let (segments, _) = hear(&mut speech, &mut sound::Samples::new(hum));
    assert_eq!(text(&segments).trim(), "", "{segments:?}");
    let (segments, _) = hear(&mut speech, &mut sound::Samples::new(Vec::new()));
    assert!(segments.is_empty());
}

#[test]
fn a_run_goes_on_where_it_was_stopped() {
    let Some(corpus) = folder("LANTAI_CORPUS", "../shared/corpus") else {
        return;
    };
    let Some(mut speech) = speech(SpeechOptions {
        language: Some("zh".to_owned()),
        beams: 1,
        ..SpeechOptions::default()
    }) else {
        return;
    };
    let mut samples = Vec::new();
    for file in [
        "asr_example_zh.wav",
        "mid_unlabelled_zh.wav",
        "asr_example_zh.wav",
    ] {
        let mut sound =
            sound::open(&corpus.join("speech").join(file), &SoundLimits::default(), None).unwrap();
        while sound.read(&mut samples).unwrap() {}
        samples.resize(samples.len() + 3 * sound::RATE, 0.0);
    }
    let (whole, _) = hear(&mut speech, &mut sound::Samples::new(samples.clone()));
    let spoken = |segments: &[Segment]| {
        segments
            .iter()
            .filter(|segment| !segment.text.is_empty())
            .cloned()
            .collect::<Vec<_>>()
    };
    let whole = spoken(&whole);
    assert_eq!(whole.len(), 3, "{whole:?}");
    let from = whole[0].end;
    let mut rest = Vec::new();
    let span = from..f64::INFINITY;
    speech
        .transcribe(&mut sound::Samples::new(samples), span, &mut |segment| {
            rest.push(segment)
        })
        .unwrap();
    let rest = spoken(&rest);
    assert_eq!(rest.len(), 2, "{rest:?}");
    // the script may be another one, since another window goes before
    for ((found, before), said) in rest.iter().zip(&whole[1..]).zip(["利用漏洞免", "大家"]) {
        assert!(
            found.start >= from && (found.start - before.start).abs() < 0.5,
            "{found:?} {before:?}"
        );
        assert!(
            found.text.contains(said) && before.text.contains(said),
            "{found:?} {before:?}"
        );
    }
}
