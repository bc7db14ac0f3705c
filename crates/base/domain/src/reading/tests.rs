use super::*;

#[test]
fn a_character_leads_to_its_page() {
    let mut reading = Reading::default();
    for text in ["大坝", "", "验收合格"] {
        reading.push_page(ReadPage {
            text: text.to_owned(),
            ..ReadPage::default()
        });
    }
    assert_eq!(reading.text, "大坝\n\n验收合格\n");
    assert_eq!(
        reading.pages.iter().map(|page| page.start).collect::<Vec<_>>(),
        [0, 3, 4]
    );
    assert_eq!(
        [0, 2, 3, 4, 7].map(|at| reading.page_at(at)),
        [1, 1, 2, 3, 3].map(Some)
    );
    assert_eq!(Reading::default().page_at(0), None);
}

#[test]
fn a_character_leads_to_its_second() {
    let mut reading = Reading::default();
    for (start, text) in [(0.0, "今天"), (2.5, ""), (4.0, "开会")] {
        reading.push_segment(Segment {
            start,
            end: start + 1.0,
            text: text.to_owned(),
            ..Segment::default()
        });
    }
    assert_eq!(reading.text, "今天\n开会\n");
    assert_eq!(reading.second_at(1), Some(0.0));
    assert_eq!(reading.second_at(3), Some(4.0));
}

#[test]
fn a_line_is_written_as_the_contract_of_the_command_says() {
    let line = ReadLine {
        text: "大坝".to_owned(),
        place: Some([1.0, 2.0, 30.0, 10.5].into()),
        confidence: 0.5,
        ..ReadLine::default()
    };
    let json = serde_json::to_value(&line).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"text": "大坝", "box": [1.0, 2.0, 30.0, 10.5], "confidence": 0.5})
    );
    assert_eq!(serde_json::from_value::<ReadLine>(json).unwrap(), line);
}
