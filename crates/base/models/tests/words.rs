//! The embedded model for words, run on sentences.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_models::words::{Tag, Tagger, Words};
use lantai_models::{ModelStore, Runtime};
use std::path::PathBuf;

#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn open() -> Option<Words> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models");
    let models = std::env::var_os("LANTAI_MODELS").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let library = models.join("onnxruntime/libonnxruntime.so");
    if !library.is_file() || !models.join("words").is_dir() {
        eprintln!(
            "skipped: {} has no models for words (set LANTAI_MODELS)",
            models.display()
        );
        return None;
    }
    let runtime = Runtime::load(&library.canonicalize().unwrap()).unwrap();
    let store = ModelStore::new(models.canonicalize().unwrap()).unwrap();
    Some(Words::open(&runtime, &store).unwrap())
}

#[test]
fn names_in_a_sentence_are_marked() {
    let Some(mut words) = open() else { return };
    let texts = ["昨日国务院总理李克强在北京会见了德国客人。", "", "\n\n"];
    let tagged = words.tag(&texts).unwrap();
    let names: Vec<(&str, Tag)> = tagged[0]
        .iter()
        .filter(|word| word.tag.is_name())
        .map(|word| (word.text.as_str(), word.tag))
        .collect();
    assert_eq!(
        names,
        [
            ("国务院", Tag::Organisation),
            ("李克强", Tag::Person),
            ("北京", Tag::Place),
            ("德国", Tag::Place)
        ]
    );
    assert!(tagged[1].is_empty() && tagged[2].is_empty());
    assert_eq!(words.digest().unwrap().len(), 64);
}

#[test]
fn words_of_a_long_text_stand_at_their_places() {
    let Some(mut words) = open() else { return };
    let text = format!(
        "{}\n𠀀号档案Ａ区\r\n\u{0}",
        "诸葛亮说，临江县档案局成立于一九五八年".repeat(60)
    );
    let chars: Vec<char> = text.chars().collect();
    let tagged = words.tag(&[text.as_str()]).unwrap().remove(0);
    let mut end = 0;
    for word in &tagged {
        assert!(word.start >= end && word.start < word.end);
        assert_eq!(chars[word.start..word.end].iter().collect::<String>(), word.text);
        end = word.end;
    }
    let whole: String = tagged.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(whole, text.replace(['\n', '\r'], ""));
}
