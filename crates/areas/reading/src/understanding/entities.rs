//! Names, dates, numbers and sums of one text, none over another.

use super::amounts::amounts;
use super::flow::Flow;
use super::names::{FoundName, find_names};
use super::numbers::{Found, dates, dates_of_the_same_year, document_numbers};
use super::rules::UnderstandingRules;
use lantai_domain::reading::{Entity, EntityKind};
use lantai_models::words::Word;
use std::collections::BTreeMap;

/// So many different names are looked for again where the model missed them.
const MOST_REPEATED: usize = 400;

/// What is found in the flow of a text; `words` may cover its beginning only.
pub(super) fn find(
    flow: &Flow,
    words: &[Word],
    rules: &UnderstandingRules,
    classical: bool,
    trust: f32,
) -> Vec<Found> {
    let mut taken = Taken::new(flow.chars.len());
    let mut all = Vec::new();
    let dated = dates(&flow.text);
    let leaning = dates_of_the_same_year(&flow.chars, &dated);
    for found in [
        document_numbers(&flow.text),
        amounts(&flow.chars, &rules.currencies),
        dated,
        leaning,
    ] {
        all.extend(found.into_iter().filter(|one| taken.take(one.start, one.end)));
    }
    let names = find_names(&flow.chars, words, &rules.names, classical);
    let names: Vec<FoundName> = names
        .into_iter()
        .filter(|name| taken.take(name.start, name.end))
        .collect();
    let again = found_again(flow, &names, &mut taken);
    let confidence = |name: &FoundName| name.confidence(classical) * trust;
    all.extend(names.iter().map(|name| named(flow, name, confidence(name))));
    all.extend(again.iter().map(|name| named(flow, name, confidence(name) * 0.9)));
    all.sort_by_key(|found| (found.start, found.end));
    all.truncate(rules.limits.entities);
    all
}

/// The same in the text of the whole.
pub(super) fn place(found: &[Found], flow: &Flow, whole: &[char]) -> Vec<Entity> {
    found
        .iter()
        .filter_map(|one| {
            let (start, end) = flow.place(one.start, one.end)?;
            Some(Entity {
                kind: one.kind,
                text: whole.get(start..end)?.iter().collect(),
                value: one.value.clone(),
                start,
                end,
                confidence: one.confidence,
            })
        })
        .collect()
}

fn named(flow: &Flow, name: &FoundName, confidence: f32) -> Found {
    let value: String = flow
        .chars
        .get(name.start..name.end)
        .unwrap_or_default()
        .iter()
        .collect();
    Found {
        kind: name.kind,
        start: name.start,
        end: name.end,
        value: value.split_whitespace().collect(),
        confidence,
    }
}

/// Long names that stand elsewhere in the same text too: the model misses some that it knew a page before.
fn found_again(flow: &Flow, names: &[FoundName], taken: &mut Taken) -> Vec<FoundName> {
    let mut known: BTreeMap<String, &FoundName> = BTreeMap::new();
    for name in names {
        let length = name.end - name.start;
        let long = match name.kind {
            EntityKind::Person => length >= 3,
            EntityKind::Organisation => length >= 4,
            _ => false,
        };
        if long && name.confidence(false) > 0.6 && known.len() < MOST_REPEATED {
            known.insert(named(flow, name, 0.0).value, name);
        }
    }
    let mut again = Vec::new();
    for (text, name) in &known {
        let length = name.end - name.start;
        let (mut byte, mut character) = (0, 0);
        for (at, _) in flow.text.match_indices(text.as_str()) {
            character += flow.text.get(byte..at).unwrap_or_default().chars().count();
            byte = at;
            if text.chars().count() == length && taken.take(character, character + length) {
                again.push(FoundName {
                    start: character,
                    end: character + length,
                    ..(*name).clone()
                });
            }
        }
    }
    again
}

/// Which characters belong to something already.
struct Taken(Vec<bool>);

impl Taken {
    fn new(length: usize) -> Self {
        Self(vec![false; length])
    }

    /// Takes a stretch; `false` where a part of it is taken.
    fn take(&mut self, start: usize, end: usize) -> bool {
        let Some(stretch) = self
            .0
            .get_mut(start..end)
            .filter(|stretch| !stretch.contains(&true))
        else {
            return false;
        };
        stretch.fill(true);
        start < end
    }
}
