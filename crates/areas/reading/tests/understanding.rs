//! What is understood of real texts, beside what people wrote about them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_domain::reading::{EntityKind, ReadPage, Reading, SuggestedElement};
use lantai_models::words::{Tag, Tagger, Words};
use lantai_models::{ModelStore, Runtime};
use lantai_reading::understanding::{NameRules, Tools, UnderstandingRules, find_names, understand};
use lantai_testkit::{corpus, repository_root};
use std::collections::BTreeMap;
use std::fs;

/// The model for words; `None` after saying why a test is skipped.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn words() -> Option<Words> {
    let models =
        std::env::var_os("LANTAI_MODELS").map_or_else(|| repository_root().join("models"), Into::into);
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

fn understood(text: &str, tagger: Option<&mut dyn Tagger>, rules: &UnderstandingRules) -> Reading {
    let mut reading = Reading::default();
    reading.push_page(ReadPage {
        text: text.to_owned(),
        ..ReadPage::default()
    });
    understand(&mut reading, &mut Tools { tagger }, rules);
    reading
}

#[test]
fn every_date_of_reigns_is_found_in_running_text_with_its_day() {
    let Some(folder) = corpus("zh-dates") else { return };
    let table = fs::read_to_string(folder.join("era_dates.csv")).unwrap();
    let rules = UnderstandingRules::builtin().unwrap();
    let mut rows = 0;
    for row in table.trim_start_matches('\u{FEFF}').lines().skip(1) {
        let (written, day) = row.split_once(',').unwrap();
        rows += 1;
        for text in [
            format!("{written}。"),
            format!("臣等奏，{written}，奉旨依议。"),
            format!("（{written}）"),
        ] {
            let reading = understood(&text, None, &rules);
            let dates: Vec<(&str, &str)> = reading
                .entities
                .iter()
                .filter(|entity| entity.kind == EntityKind::Date)
                .map(|entity| (entity.text.as_str(), entity.value.as_str()))
                .collect();
            assert_eq!(dates, [(written, day.trim())], "{text}");
        }
    }
    assert!(rows > 500, "{rows} rows");
}

/// Right, wrong and missed names.
#[derive(Default)]
struct Score(usize, usize, usize);

impl Score {
    fn f1(&self) -> f64 {
        let Self(right, wrong, missed) = *self;
        2.0 * right as f64 / (2 * right + wrong + missed).max(1) as f64
    }
}

/// Sentences with their names: characters, and kind with first character and the one behind the last.
type Sentence = (Vec<char>, Vec<(char, usize, usize)>);

fn msra() -> Option<Vec<Sentence>> {
    let text = fs::read_to_string(corpus("zh-ner")?.join("msra_part.bio")).unwrap();
    let mut sentences: Vec<Sentence> = vec![Sentence::default()];
    for line in text.lines() {
        let Some((c, tag)) = line.split_once('\t') else {
            sentences.push(Sentence::default());
            continue;
        };
        let (chars, names) = sentences.last_mut()?;
        let at = chars.len();
        chars.extend(c.chars());
        match (tag.split_once('-'), names.last_mut()) {
            (Some(("B", kind)), _) => names.push((kind.chars().next()?, at, at + 1)),
            (Some(("I", _)), Some(name)) if name.2 == at => name.2 = at + 1,
            _ => {}
        }
    }
    sentences.retain(|(chars, _)| !chars.is_empty());
    Some(sentences)
}

#[test]
fn names_of_news_are_found_exactly_four_times_of_five() {
    let Some(sentences) = msra() else { return };
    let Some(mut tagger) = words() else { return };
    let rules: NameRules = UnderstandingRules::builtin().unwrap().names;
    let (mut alone, mut ruled) = (Score::default(), Score::default());
    let mut kinds: BTreeMap<char, Score> = BTreeMap::new();
    for (chars, gold) in &sentences {
        let text: String = chars.iter().collect();
        let words = tagger.tag(&[text.as_str()]).unwrap().remove(0);
        let by_model: Vec<(char, usize, usize)> = words
            .iter()
            .filter_map(|word| {
                let kind = match word.tag {
                    Tag::Person => 'P',
                    Tag::Place => 'L',
                    Tag::Organisation => 'O',
                    _ => return None,
                };
                Some((kind, word.start, word.end))
            })
            .collect();
        let by_rules: Vec<(char, usize, usize)> = find_names(chars, &words, &rules, false)
            .iter()
            .map(|name| {
                let kind = match name.kind {
                    EntityKind::Person => 'P',
                    EntityKind::Place => 'L',
                    _ => 'O',
                };
                (kind, name.start, name.end)
            })
            .collect();
        for (score, found) in [(&mut alone, &by_model), (&mut ruled, &by_rules)] {
            let right = found.iter().filter(|one| gold.contains(one)).count();
            score.0 += right;
            score.1 += found.len() - right;
            score.2 += gold.len() - right;
        }
        for one in &by_rules {
            let score = kinds.entry(one.0).or_default();
            if gold.contains(one) {
                score.0 += 1
            } else {
                score.1 += 1
            }
        }
        for one in gold.iter().filter(|one| !by_rules.contains(one)) {
            kinds.entry(one.0).or_default().2 += 1;
        }
    }
    eprintln!(
        "{} sentences: the model alone F1 {:.4}, with rules {:.4}; {}",
        sentences.len(),
        alone.f1(),
        ruled.f1(),
        kinds
            .iter()
            .map(|(kind, score)| format!("{kind} {:.3}", score.f1()))
            .collect::<Vec<_>>()
            .join(", ")
    );
    assert!(alone.f1() > 0.73, "{}", alone.f1());
    assert!(ruled.f1() >= 0.85, "{}", ruled.f1());
}

/// The fields of a line of CSV; quotes are doubled inside quoted fields.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                fields.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

#[test]
fn official_documents_get_the_title_author_date_and_number_of_their_catalogue() {
    let Some(folder) = corpus("demo-archive") else {
        return;
    };
    let catalogue = fs::read_to_string(folder.join("catalogue.csv")).unwrap();
    let rules = UnderstandingRules::builtin().unwrap();
    let mut tagger = words();
    let mut lines = catalogue.trim_start_matches('\u{FEFF}').lines();
    let columns = fields(lines.next().unwrap());
    let column = |name: &str| columns.iter().position(|one| one == name).unwrap();
    let (number, title, author, date, path) = (
        column("文件编号"),
        column("题名"),
        column("责任者"),
        column("日期"),
        column("全文文件"),
    );
    let mut right: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for row in lines
        .map(fields)
        .filter(|row| row[0].parse::<u32>().is_ok() && row[column("全宗号")] == "J001")
    {
        let text = fs::read_to_string(folder.join(&row[path])).unwrap();
        let tagger = tagger.as_mut().map(|tagger| tagger as &mut dyn Tagger);
        let reading = understood(&text, tagger, &rules);
        let day = format!("{}-{}-{}", &row[date][..4], &row[date][4..6], &row[date][6..]);
        for (name, element, expected) in [
            ("title", SuggestedElement::Title, &row[title]),
            ("author", SuggestedElement::Author, &row[author]),
            ("date", SuggestedElement::Date, &day),
            ("number", SuggestedElement::DocumentNumber, &row[number]),
        ] {
            let first = reading.suggestions.iter().find(|one| one.element == element);
            let tally = right.entry(name).or_default();
            tally[0] += usize::from(first.is_some_and(|one| one.value == *expected));
            tally[1] += 1;
        }
    }
    eprintln!("right, of all: {right:?}");
    for (name, [right, all]) in right {
        assert!(all > 40 && right * 100 >= all * 93, "{name}: {right} of {all}");
    }
}
