//! What the machine would write into the description, each with the words it comes from.
//!
//! The confidence of a suggestion is the share of such suggestions (same rule) that was right in a collection of
//! official documents, regulations, memorials and letters whose catalogue was known.

mod author;
mod lines;
mod title;

use super::flow::Flow;
use super::keywords::{self, Keyword};
use super::rules::UnderstandingRules;
use super::summary::{Sentence, summary};
use lantai_domain::reading::{Entity, EntityKind, Evidence, Reading, SuggestedElement, Suggestion};
use lantai_models::words::Word;
use lines::Lines;
use std::collections::BTreeMap;

/// What suggestions are made from.
pub(super) struct Context<'a> {
    pub reading: &'a Reading,
    pub whole: &'a [char],
    pub flow: &'a Flow,
    pub words: &'a [Word],
    /// In the order of the text, placed in the whole.
    pub entities: &'a [Entity],
    pub rules: &'a UnderstandingRules,
    pub classical: bool,
}

/// A possible value and what speaks for it.
#[derive(Debug, Clone, PartialEq)]
struct Idea {
    value: String,
    /// First characters and the ones behind the last, in the whole.
    evidence: Vec<(usize, usize)>,
    by: &'static str,
    confidence: f32,
}

impl Idea {
    fn told(value: &str, by: &'static str, confidence: f32) -> Self {
        Self {
            value: value.trim().to_owned(),
            evidence: Vec::new(),
            by,
            confidence,
        }
    }

    fn suggests(self, element: SuggestedElement) -> Suggestion {
        Suggestion {
            element,
            value: self.value,
            evidence: self
                .evidence
                .into_iter()
                .map(|(start, end)| Evidence { start, end })
                .collect(),
            by: self.by.to_owned(),
            confidence: self.confidence,
        }
    }
}

fn surest_first(mut ideas: Vec<Idea>) -> Vec<Idea> {
    ideas.retain(|idea| !idea.value.is_empty());
    ideas.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
    ideas
}

impl Context<'_> {
    /// What the file says of itself under a name.
    fn told(&self, name: &str) -> Option<&str> {
        self.reading
            .told
            .iter()
            .find(|told| told.name.eq_ignore_ascii_case(name) && !told.value.trim().is_empty())
            .map(|told| told.value.as_str())
    }

    fn slice(&self, start: usize, end: usize) -> String {
        self.whole.get(start..end).unwrap_or_default().iter().collect()
    }

    /// The date that begins at a character.
    fn date_at(&self, start: usize) -> Option<&Entity> {
        let first = self.entities.partition_point(|entity| entity.start < start);
        let here = self.entities.get(first..).unwrap_or_default();
        here.iter()
            .take_while(|entity| entity.start == start)
            .find(|entity| entity.kind == EntityKind::Date)
    }

    fn last_date_in(&self, start: usize, end: usize) -> Option<&Entity> {
        let first = self.entities.partition_point(|entity| entity.start < start);
        let within = self.entities.get(first..).unwrap_or_default().iter();
        within
            .take_while(|entity| entity.end <= end)
            .filter(|entity| entity.kind == EntityKind::Date)
            .last()
    }

    /// Whether these words are the name of a body.
    fn is_body(&self, name: &str) -> bool {
        let length = name.chars().count();
        (2..=40).contains(&length)
            && self.rules.names.is_body(name)
            && name.chars().all(char::is_alphanumeric)
    }
}

/// Everything that can be suggested for the description of a reading.
pub(super) fn suggestions(context: &Context<'_>) -> Vec<Suggestion> {
    let lines = Lines::of(context.reading);
    let titles = title::titles(context, &lines);
    let signed = author::signed(context, &lines, titles.first());
    let title = titles.first().cloned();
    let mut all: Vec<Suggestion> = Vec::new();
    for (element, ideas) in [
        (SuggestedElement::Title, titles),
        (SuggestedElement::Author, signed.authors),
        (SuggestedElement::Date, signed.dates),
        (SuggestedElement::DocumentNumber, own_number(context, &lines)),
    ] {
        // The best, and one more to choose from.
        all.extend(ideas.into_iter().take(2).map(|idea| idea.suggests(element)));
    }
    let title_text = title.as_ref().map_or("", |idea| idea.value.as_str());
    all.extend(subject_words(context, &lines, title_text));
    all.extend(abstract_of(context, title.as_ref()));
    let limits = &context.rules.limits;
    all.extend(most_named(
        context,
        EntityKind::Person,
        SuggestedElement::Person,
        limits.persons,
    ));
    all.extend(most_named(
        context,
        EntityKind::Place,
        SuggestedElement::Place,
        limits.places,
    ));
    if let Some(language) = &context.reading.language {
        all.push(Suggestion {
            element: SuggestedElement::Language,
            value: language.language.clone(),
            evidence: Vec::new(),
            by: "script_and_grammar".to_owned(),
            confidence: 0.95,
        });
    }
    all
}

/// The document's own number: alone on a line at the beginning; not one that the text refers to.
fn own_number(context: &Context<'_>, lines: &Lines) -> Vec<Idea> {
    let numbers = || {
        context
            .entities
            .iter()
            .filter(|entity| entity.kind == EntityKind::DocumentNumber)
    };
    let alone = lines.first.iter().take(30).find_map(|line| {
        let number = numbers().find(|entity| entity.start >= line.start && entity.end <= line.end)?;
        let rest = (line.end - line.start) - (number.end - number.start);
        (rest <= 4).then_some((number, 0.97))
    });
    // 1990年3月3日 交通部令第14号发布 tells by which order a law was made.
    let in_a_note = |entity: &Entity| {
        let after = context.slice(entity.end, entity.end + 2);
        context
            .rules
            .authors
            .acts
            .iter()
            .any(|act| after.starts_with(act.as_str()))
    };
    let near = || {
        let end = lines
            .first
            .iter()
            .find(|line| line.text.contains('。'))
            .map_or(200, |line| line.start);
        numbers()
            .find(|entity| {
                entity.end <= end.min(400)
                    && !in_a_note(entity)
                    && !context
                        .slice(entity.start.saturating_sub(1), entity.start)
                        .starts_with(['（', '('])
            })
            .map(|number| (number, 0.5))
    };
    alone
        .or_else(near)
        .map(|(number, confidence)| Idea {
            value: number.value.clone(),
            evidence: vec![(number.start, number.end)],
            by: if confidence > 0.9 {
                "number_line"
            } else {
                "number_above_the_text"
            },
            confidence,
        })
        .into_iter()
        .collect()
}

fn subject_words(context: &Context<'_>, lines: &Lines, title: &str) -> Vec<Suggestion> {
    let rules = &context.rules.keywords;
    let mut words: Vec<Keyword> = keywords::told(&context.flow.chars, rules);
    if words.is_empty() {
        let row = lines
            .first
            .iter()
            .take(10)
            .find_map(|line| Some((line, title::subject_row(line)?)));
        if let Some((line, row)) = row {
            return row
                .into_iter()
                .filter(|word| {
                    word.chars().count() >= 2 && !context.rules.titles.kinds.iter().any(|kind| kind == word)
                })
                .map(|word| Idea {
                    value: word.to_owned(),
                    evidence: vec![(line.start, line.end)],
                    by: "named_subject_words",
                    confidence: 0.9,
                })
                .map(|idea| idea.suggests(SuggestedElement::Keyword))
                .collect();
        }
    }
    if words.is_empty()
        && let Some(told) = context.told("keywords")
    {
        return told
            .split([',', ';', '，', '；', '、'])
            .filter(|word| (2..=20).contains(&word.trim().chars().count()))
            .take(context.rules.limits.keywords)
            .map(|word| Idea::told(word, "file_keywords", 0.6).suggests(SuggestedElement::Keyword))
            .collect();
    }
    if words.is_empty() && !context.classical {
        words = keywords::salient(context.words, title, rules, context.rules.limits.keywords);
    }
    words
        .into_iter()
        .take(context.rules.limits.keywords)
        .filter_map(|word| {
            let (start, end) = context.flow.place(word.start, word.end)?;
            let by = if word.told {
                "named_subject_words"
            } else {
                "frequent_nouns"
            };
            let idea = Idea {
                value: word.text,
                evidence: vec![(start, end)],
                by,
                confidence: word.confidence,
            };
            Some(idea.suggests(SuggestedElement::Keyword))
        })
        .collect()
}

/// Sentences of the text that say most of it.
fn abstract_of(context: &Context<'_>, title: Option<&Idea>) -> Option<Suggestion> {
    let limits = &context.rules.limits;
    let in_title = |one: Sentence| {
        let place = context.flow.place(one.start, one.end);
        let titled = title
            .and_then(|title| title.evidence.first())
            .filter(|_| !context.classical);
        place
            .zip(titled)
            .is_some_and(|((start, end), title)| start < title.1 && title.0 < end)
    };
    let spoken = context.reading.pages.is_empty();
    let chosen = summary(
        &context.flow.chars,
        limits.summary,
        limits.sentences,
        spoken,
        in_title,
    );
    let places: Vec<(usize, usize)> = chosen
        .iter()
        .filter_map(|one| context.flow.place(one.start, one.end))
        .collect();
    let sentences: Vec<String> = chosen
        .iter()
        .filter_map(|one| context.flow.chars.get(one.start..one.end))
        .map(|sentence| sentence.iter().collect())
        .collect();
    let value = sentences.join(if spoken { " " } else { "" });
    let idea = Idea {
        value,
        evidence: places,
        by: "central_sentences",
        confidence: 0.5,
    };
    (!idea.value.is_empty()).then(|| idea.suggests(SuggestedElement::Summary))
}

/// The names that stand most often in the text.
fn most_named(
    context: &Context<'_>,
    kind: EntityKind,
    element: SuggestedElement,
    most: usize,
) -> Vec<Suggestion> {
    let mut tally: BTreeMap<&str, Vec<&Entity>> = BTreeMap::new();
    for entity in context.entities.iter().filter(|entity| entity.kind == kind) {
        if entity.value.chars().count() >= 2 {
            tally.entry(entity.value.as_str()).or_default().push(entity);
        }
    }
    let mut ranked: Vec<(&str, Vec<&Entity>)> = tally.into_iter().collect();
    ranked.sort_by(|left, right| {
        right.1.len().cmp(&left.1.len()).then(
            left.1
                .first()
                .map(|one| one.start)
                .cmp(&right.1.first().map(|one| one.start)),
        )
    });
    ranked
        .into_iter()
        .take(most)
        .map(|(name, places)| {
            // Each further use that stands the same way makes an accident less likely.
            let doubt = places
                .iter()
                .take(4)
                .fold(1.0, |doubt, entity| doubt * (1.0 - entity.confidence * 0.7));
            let best = places
                .iter()
                .map(|entity| entity.confidence)
                .fold(0.0_f32, f32::max);
            Suggestion {
                element,
                value: name.to_owned(),
                evidence: places
                    .iter()
                    .take(20)
                    .map(|entity| Evidence {
                        start: entity.start,
                        end: entity.end,
                    })
                    .collect(),
                by: "names_in_the_text".to_owned(),
                confidence: best.max(1.0 - doubt).min(0.97),
            }
        })
        .collect()
}
