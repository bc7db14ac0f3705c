//! Document numbers: those of the demonstration archive, and what holds for every input.

use lantai_domain::document_number::{DocumentNumber, find_document_numbers};
use lantai_domain::retention::Retention;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn corpus(path: &str) -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests find the corpus through one variable"
    )]
    let root = std::env::var("LANTAI_CORPUS");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus");
    root.map_or(beside, PathBuf::from).join(path)
}

#[test]
fn the_numbers_of_the_demonstration_archive_are_read_and_found_in_its_texts() {
    let path = corpus("demo-archive/catalogue.csv");
    let Ok(mut catalogue) = csv::Reader::from_path(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let headers = catalogue.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (number, text, retention) = (column("文件编号"), column("全文文件"), column("保管期限"));
    let (mut read, mut in_text) = (0, 0);
    for row in catalogue.records() {
        let row = row.unwrap();
        row[retention].parse::<Retention>().unwrap();
        if row[number].is_empty() {
            continue;
        }
        let parsed: DocumentNumber = row[number].parse().unwrap();
        assert_eq!(parsed.normalised(), row[number]);
        let query = format!("查{}全文", &row[number]);
        assert_eq!(find_document_numbers(&row[number])[0].number, parsed);
        assert_eq!(find_document_numbers(&query).len(), 1);
        read += 1;
        if let Ok(text) = std::fs::read_to_string(corpus("demo-archive").join(&row[text])) {
            in_text += u32::from(
                find_document_numbers(&text)
                    .iter()
                    .any(|one| one.number == parsed),
            );
        }
    }
    println!("{read} numbers read, {in_text} of them found in their own text");
    assert_eq!(read, 45);
}

proptest! {
    #[test]
    fn what_we_print_we_can_read(agency in "[国省市办发函字党政]{1,6}发", year in proptest::option::of(1900u16..2100), number in 1u32..999_999) {
        let text = match year {
            Some(year) => format!("{agency}〔{year}〕{number}号"),
            None => format!("{agency}令第{number}号"),
        };
        let parsed: DocumentNumber = text.parse().unwrap();
        prop_assert_eq!(parsed.normalised(), text.clone());
        prop_assert_eq!(&find_document_numbers(&text)[0].number, &parsed);
        let json = serde_json::to_string(&parsed).unwrap();
        prop_assert_eq!(serde_json::from_str::<DocumentNumber>(&json).unwrap(), parsed);
    }

    #[test]
    fn no_input_makes_it_panic_and_spans_lie_on_characters(
        text in prop_oneof!["\\PC{0,40}", "[国发办函令第号〔〕()［］（）根据 年0-9]{0,40}"]
    ) {
        let _ = text.parse::<DocumentNumber>();
        let _ = text.parse::<Retention>();
        let mut last = 0;
        for found in find_document_numbers(&text) {
            prop_assert!(found.start >= last && text.get(found.start..found.end).is_some());
            prop_assert_eq!(text[..found.start].chars().count(), found.start_char);
            prop_assert_eq!(text[..found.end].chars().count(), found.end_char);
            last = found.end;
        }
    }
}
