//! One text in many encodings is one text.

use crate::{corpus, files_below, options, read};
use std::collections::BTreeMap;

/// Whether a text is another from which some characters were dropped.
fn is_part_of(text: &str, whole: &str) -> bool {
    let mut letters = whole.chars();
    let lacking = whole.chars().count() - text.chars().count();
    text.chars().all(|letter| letters.any(|other| other == letter)) && lacking <= 20
}

#[test]
fn all_encodings_of_a_text_give_it() {
    let Some(folder) = corpus::folder("encodings") else {
        return;
    };
    let options = options();
    let mut texts: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for path in files_below(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some((number, encoding)) = name.split_once('_').filter(|_| name.ends_with(".txt")) else {
            continue;
        };
        let (reading, result) = read(&path, &options);
        assert!(result.is_ok(), "{name}: {result:?}");
        texts
            .entry(number.to_owned())
            .or_default()
            .push((encoding.to_owned(), reading.text));
    }
    let (mut same, mut all) = (0, 0);
    for (number, found) in &texts {
        let (_, reference) = found
            .iter()
            .find(|(encoding, _)| encoding.ends_with("utf-8.txt"))
            .unwrap();
        assert!(reference.chars().count() > 300);
        for (encoding, text) in found {
            all += 1;
            // these encodings lack a few of the characters
            let is_poor = encoding.contains("gbk") || encoding.contains("big5");
            let is_same = text == reference || (is_poor && is_part_of(text, reference));
            same += usize::from(is_same);
            assert!(is_same, "{number} in {encoding}");
        }
    }
    println!("encodings: {same} of {all} files give the text of their number");
    assert!(all >= 30);
}
