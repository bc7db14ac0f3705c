//! Whole texts: what is found in them, and what is suggested.

use super::*;
use lantai_domain::reading::{EntityKind, ReadPage, SuggestedElement, Told};
use lantai_models::ModelError;
use lantai_models::words::Tag;
use proptest::prelude::*;

/// Cuts at every second character and calls the pieces by turns persons, places, bodies and nouns: a tagger that is
/// wrong in every way.
struct Careless;

impl Tagger for Careless {
    fn tag(&mut self, texts: &[&str]) -> Result<Vec<Vec<Word>>, ModelError> {
        Ok(texts.iter().map(|text| careless(text)).collect())
    }

    fn name(&self) -> &str {
        "careless"
    }

    fn digest(&self) -> Option<&str> {
        None
    }

    fn trust(&self) -> f32 {
        0.5
    }
}

fn careless(text: &str) -> Vec<Word> {
    let chars: Vec<char> = text.chars().collect();
    let tags = [
        Tag::Person,
        Tag::Place,
        Tag::Organisation,
        Tag::Noun,
        Tag::Number,
        Tag::Verb,
    ];
    (0..chars.len())
        .step_by(2)
        .map(|start| {
            let end = (start + 2).min(chars.len());
            Word {
                text: chars[start..end].iter().collect(),
                start,
                end,
                tag: tags[start / 2 % tags.len()],
            }
        })
        .collect()
}

fn reading(pages: &[&str]) -> Reading {
    let mut reading = Reading::default();
    for text in pages {
        reading.push_page(ReadPage {
            text: (*text).to_owned(),
            ..ReadPage::default()
        });
    }
    reading
}

fn understood(pages: &[&str]) -> Reading {
    let mut reading = reading(pages);
    understand(
        &mut reading,
        &mut Tools::default(),
        &UnderstandingRules::builtin().unwrap(),
    );
    reading
}

fn best(reading: &Reading, element: SuggestedElement) -> Option<(&str, &str)> {
    let found = reading.suggestions.iter().find(|one| one.element == element)?;
    Some((found.value.as_str(), found.by.as_str()))
}

fn assert_places(reading: &Reading) {
    let whole: Vec<char> = reading.text.chars().collect();
    for entity in &reading.entities {
        let written: String = whole[entity.start..entity.end].iter().collect();
        assert_eq!(written, entity.text);
        assert!(!entity.text.is_empty() && !entity.value.is_empty());
        assert!((0.0..=1.0).contains(&entity.confidence));
    }
    for pair in reading.entities.windows(2) {
        assert!(pair[0].end <= pair[1].start, "{pair:?}");
    }
    for suggestion in &reading.suggestions {
        assert!((0.0..=1.0).contains(&suggestion.confidence) && !suggestion.value.is_empty());
        assert!(
            suggestion
                .evidence
                .iter()
                .all(|one| one.start < one.end && one.end <= whole.len()),
            "{suggestion:?}"
        );
    }
}

const LETTER: &str = "气象 网络 管理 函\n国家档案局办公室\n关于在全国推行电子档案单套制\n管理试点工作的通知\n档办发〔2019〕12号\n各省、自治区、直辖市档案局：\n为推进电子档案管理工作，经研究决定开展试点，经费300万元。2018年4月2日印发的办法同时废止。\n国家档案局办公室\n2019年5月6日\n";

#[test]
fn an_official_letter_gives_its_title_author_date_and_number() {
    let reading = understood(&[LETTER]);
    assert_places(&reading);
    assert_eq!(
        best(&reading, SuggestedElement::Title),
        Some((
            "国家档案局办公室关于在全国推行电子档案单套制管理试点工作的通知",
            "official_heading"
        ))
    );
    assert_eq!(
        best(&reading, SuggestedElement::Author),
        Some(("国家档案局办公室", "signature"))
    );
    assert_eq!(
        best(&reading, SuggestedElement::Date),
        Some(("2019-05-06", "signature_date"))
    );
    assert_eq!(
        best(&reading, SuggestedElement::DocumentNumber),
        Some(("档办发〔2019〕12号", "number_line"))
    );
    assert_eq!(
        best(&reading, SuggestedElement::Keyword),
        Some(("气象", "named_subject_words"))
    );
    let summary = best(&reading, SuggestedElement::Summary).unwrap().0;
    assert!(summary.starts_with("为推进") && summary.chars().count() <= 200);
    let amount = reading
        .entities
        .iter()
        .find(|one| one.kind == EntityKind::Amount)
        .unwrap();
    assert_eq!(
        (amount.text.as_str(), amount.value.as_str()),
        ("300万元", "3000000 CNY")
    );
}

#[test]
fn a_law_gives_who_made_it_and_when_it_was_last_altered() {
    let reading = understood(&[
        "河南省档案管理条例\n2002年3月27日 河南省第九届人民代表大会常务委员会第二十七次会议通过\n2004年11月26日 河南省第十届人民代表大会常务委员会第十二次会议修正\n第一章　总则\n第一条 为了加强档案管理，制定本条例。本条例自2002年6月1日起施行。",
    ]);
    assert_eq!(
        best(&reading, SuggestedElement::Title),
        Some(("河南省档案管理条例", "heading_of_a_kind"))
    );
    assert_eq!(
        best(&reading, SuggestedElement::Author),
        Some(("河南省人民代表大会常务委员会", "note_of_a_law"))
    );
    assert_eq!(
        best(&reading, SuggestedElement::Date),
        Some(("2004-11-26", "note_of_a_law"))
    );
}

#[test]
fn what_is_forwarded_has_its_own_signature() {
    let reading = understood(&[
        "省政府办公厅关于转发省档案局意见的通知\n各市：\n现将意见转发给你们。\n省政府办公厅\n1996年2月5日\n意见\n一、加强管理。\n省档案局\n1996年1月25日",
    ]);
    assert_eq!(best(&reading, SuggestedElement::Date).unwrap().0, "1996-02-05");
}

#[test]
fn a_mail_is_called_by_its_subject() {
    let mut reading = reading(&["你好，附件是验收材料，请查收。"]);
    for (name, value) in [
        ("subject", "大坝验收材料"),
        ("from", "张工 <zhang@example.cn>"),
        ("date", "2024-05-01T08:00:00Z"),
    ] {
        reading.told.push(Told {
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }
    understand(
        &mut reading,
        &mut Tools::default(),
        &UnderstandingRules::builtin().unwrap(),
    );
    assert_eq!(
        best(&reading, SuggestedElement::Title),
        Some(("大坝验收材料", "mail_subject"))
    );
    assert_eq!(
        best(&reading, SuggestedElement::Date),
        Some(("2024-05-01", "mail_date"))
    );
    assert_eq!(best(&reading, SuggestedElement::Author).unwrap().1, "mail_sender");
}

#[test]
fn titles_that_programs_give_are_not_suggested() {
    let mut reading = reading(&["短文。"]);
    reading.told.push(Told {
        name: "title".to_owned(),
        value: "Microsoft Word - 文档1.docx".to_owned(),
    });
    understand(
        &mut reading,
        &mut Tools::default(),
        &UnderstandingRules::builtin().unwrap(),
    );
    assert!(reading.suggestions.iter().all(|one| one.by != "file_title"));
}

#[test]
fn a_title_that_also_stands_above_the_text_is_taken() {
    let mut reading = reading(&["水库大坝安全加固二三事", "正文在这里，说了许多话。"]);
    reading.told.push(Told {
        name: "title".to_owned(),
        value: "水库大坝 安全加固二三事".to_owned(),
    });
    understand(
        &mut reading,
        &mut Tools::default(),
        &UnderstandingRules::builtin().unwrap(),
    );
    assert_eq!(
        best(&reading, SuggestedElement::Title),
        Some(("水库大坝 安全加固二三事", "file_title"))
    );
}

#[test]
fn what_a_file_says_of_itself_is_a_last_resort() {
    for (author, expected) in [("Administrator", None), ("李四", Some(("李四", "file_author")))] {
        let mut reading = reading(&["一些话。"]);
        for (name, value) in [("author", author), ("keywords", "水库；大坝")] {
            reading.told.push(Told {
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        understand(
            &mut reading,
            &mut Tools::default(),
            &UnderstandingRules::builtin().unwrap(),
        );
        assert_eq!(best(&reading, SuggestedElement::Author), expected);
        assert_eq!(
            best(&reading, SuggestedElement::Keyword),
            Some(("水库", "file_keywords"))
        );
    }
}

#[test]
fn a_recording_is_summed_up_by_what_was_said() {
    let mut reading = Reading::default();
    for (start, text) in [
        (0.0, "今天我们讲水库大坝的安全"),
        (5.0, "好"),
        (6.0, "水库大坝的安全关系到下游的群众"),
    ] {
        reading.push_segment(lantai_domain::reading::Segment {
            start,
            end: start + 4.0,
            text: text.to_owned(),
            ..Default::default()
        });
    }
    understand(
        &mut reading,
        &mut Tools::default(),
        &UnderstandingRules::builtin().unwrap(),
    );
    assert_places(&reading);
    let summary = best(&reading, SuggestedElement::Summary).unwrap().0;
    assert_eq!(summary, "今天我们讲水库大坝的安全 水库大坝的安全关系到下游的群众");
    assert_eq!(best(&reading, SuggestedElement::Title), None);
}

#[test]
fn without_a_model_it_says_so_and_finds_the_rest() {
    let reading = understood(&["民国三十五年六月，省政府令。"]);
    assert_eq!(reading.provenance.omitted[0].code, "reading.model_missing");
    assert_eq!(reading.entities[0].value, "1946-06");
    assert_eq!(reading.language.as_ref().unwrap().script, "Hans");
}

#[test]
fn done_again_it_tells_everything_once() {
    let mut reading = reading(&[LETTER]);
    let rules = UnderstandingRules::builtin().unwrap();
    let mut careless = Careless;
    understand(
        &mut reading,
        &mut Tools {
            tagger: Some(&mut careless),
        },
        &rules,
    );
    let first = reading.clone();
    understand(
        &mut reading,
        &mut Tools {
            tagger: Some(&mut careless),
        },
        &rules,
    );
    assert_eq!(first, reading);
    assert_eq!(reading.provenance.steps.len(), 4);
}

#[test]
fn what_lies_behind_the_limit_is_said() {
    let mut rules = UnderstandingRules::builtin().unwrap();
    rules.limits.characters = 4;
    let mut reading = reading(&["第一页", "第二页1981年5月"]);
    understand(
        &mut reading,
        &mut Tools {
            tagger: Some(&mut Careless),
        },
        &rules,
    );
    let omitted = &reading.provenance.omitted[0];
    assert_eq!(
        (omitted.code.as_str(), omitted.range),
        ("reading.text_too_long", Some((2, 2)))
    );
    assert!(reading.entities.iter().any(|one| one.value == "1981-05"));
}

#[test]
fn nothing_is_suggested_for_nothing() {
    for pages in [&[][..], &[""][..], &["\n\n　\n"][..]] {
        let reading = understood(pages);
        assert!(
            reading.suggestions.is_empty()
                && reading.entities.is_empty()
                && reading.provenance.omitted.is_empty()
        );
    }
}

proptest! {
    #[test]
    fn places_are_right_for_every_text(
        pages in proptest::collection::vec("[\\PC\\n]{0,60}|[国务院关于的通知2019年5月6日〔〕号元万十两（）《》、。：\\n 　a-c1-9·]{0,80}", 0..4)
    ) {
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        let mut reading = reading(&pages);
        let rules = UnderstandingRules::builtin().unwrap();
        understand(&mut reading, &mut Tools { tagger: Some(&mut Careless) }, &rules);
        assert_places(&reading);
        let by_layout = {
            let mut with_lines = reading.clone();
            for page in &mut with_lines.pages {
                page.lines = page.text.split('\n').map(|line| lantai_domain::reading::ReadLine {
                    text: line.to_owned(),
                    ..Default::default()
                }).collect();
            }
            understand(&mut with_lines, &mut Tools { tagger: Some(&mut Careless) }, &rules);
            with_lines
        };
        assert_places(&by_layout);
    }
}
