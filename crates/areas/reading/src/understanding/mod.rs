//! Understanding (文本理解) of a text: names, dates, numbers, sums, language, and suggestions for the description.
//!
//! Words and names come from a tagger, everything else from rules that an archivist may edit
//! (`rules/understanding.toml`, `rules/names.toml`). Places are characters of the text of the whole.

mod amounts;
mod entities;
mod flow;
mod keywords;
mod language;
mod names;
mod numbers;
mod rules;
mod suggest;
mod summary;

pub use names::{Basis, FoundName, NameRules, find_names};
pub use rules::{UnderstandingLimits, UnderstandingRules, UnderstandingRulesError};

use flow::Flow;
use lantai_domain::reading::{Omission, Reading, Step};
use lantai_models::words::{Tagger, Word};
use serde_json::{Map, Value};

/// What understanding works with besides its rules.
#[derive(Default)]
pub struct Tools<'a> {
    /// Whoever cuts words and names them; without it dates, numbers, sums and what layout tells are found.
    pub tagger: Option<&'a mut dyn Tagger>,
}

/// Fills language, names and suggestions of a reading from its text, and says in its provenance how.
///
/// What was there of these is replaced, so that it can be done again with newer rules.
pub fn understand(reading: &mut Reading, tools: &mut Tools<'_>, rules: &UnderstandingRules) {
    forget(reading);
    let whole: Vec<char> = reading.text.chars().collect();
    let flow = Flow::of(reading);
    reading.language = language::language_of(&flow.text);
    let classical = reading
        .language
        .as_ref()
        .is_some_and(|language| language.language == "lzh");
    let (words, trust) = cut_words(reading, &flow, tools, rules);
    let found = entities::find(&flow, &words, rules, classical, trust);
    reading.entities = entities::place(&found, &flow, &whole);
    let context = suggest::Context {
        reading,
        whole: &whole,
        flow: &flow,
        words: &words,
        entities: &reading.entities,
        rules,
        classical,
    };
    reading.suggestions = suggest::suggestions(&context);
    let mut parameters = Map::new();
    parameters.insert("rules".to_owned(), Value::from(rules.version.clone()));
    for step in ["language", "entities", "suggestions"] {
        reading.provenance.steps.push(Step {
            step: step.to_owned(),
            program: program(),
            parameters: parameters.clone(),
            ..Step::default()
        });
    }
}

/// Steps of an earlier understanding are not told twice.
fn forget(reading: &mut Reading) {
    let ours = ["words", "language", "entities", "suggestions"];
    reading
        .provenance
        .steps
        .retain(|step| !ours.contains(&step.step.as_str()));
    reading
        .provenance
        .omitted
        .retain(|omission| !ours.contains(&omission.step.as_str()));
    reading.entities.clear();
    reading.suggestions.clear();
}

/// The words of the text, as far as the limit goes, and how far the tagger's names can be trusted.
fn cut_words(
    reading: &mut Reading,
    flow: &Flow,
    tools: &mut Tools<'_>,
    rules: &UnderstandingRules,
) -> (Vec<Word>, f32) {
    if flow.chars.iter().all(|c| c.is_whitespace()) {
        return (Vec::new(), 1.0);
    }
    let Some(tagger) = tools.tagger.as_mut() else {
        omit(
            reading,
            "reading.model_missing",
            "no model for words: names of persons, places and bodies were not looked for",
            None,
        );
        return (Vec::new(), 1.0);
    };
    let most = rules.limits.characters;
    let beginning: String = flow.chars.iter().take(most).collect();
    if flow.chars.len() > most {
        let from = flow
            .place(most, most + 1)
            .and_then(|(start, _)| reading.page_at(start));
        let last = u32::try_from(reading.pages.len()).ok();
        let detail = format!("names were looked for in the first {most} characters only");
        omit(reading, "reading.text_too_long", &detail, from.zip(last));
    }
    match tagger.tag(&[beginning.as_str()]) {
        Ok(mut texts) => {
            reading.provenance.steps.push(Step {
                step: "words".to_owned(),
                program: program(),
                model: Some(tagger.name().to_owned()),
                digest: tagger.digest().map(str::to_owned),
                ..Step::default()
            });
            (texts.pop().unwrap_or_default(), tagger.trust())
        }
        Err(error) => {
            omit(reading, error.code(), &error.to_string(), None);
            (Vec::new(), 1.0)
        }
    }
}

fn omit(reading: &mut Reading, code: &str, detail: &str, range: Option<(u32, u32)>) {
    reading.provenance.omitted.push(Omission {
        step: "words".to_owned(),
        code: code.to_owned(),
        detail: detail.to_owned(),
        range,
    });
}

fn program() -> String {
    format!("lantai {}", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests;
