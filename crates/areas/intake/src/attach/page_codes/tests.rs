use super::*;
use crate::attach::AttachRules;
use lantai_formats::identify::Identification;
use lantai_formats::page_code::{PageCode, Symbol};
use lantai_formats::properties::FileProperties;
use std::path::Path;

/// Finds on a page whatever the page's file name says behind `=`; a page named `broken` brings it down.
struct ByName;

impl Examiner for ByName {
    fn examine(&self, _: &Identification, _: &Path) -> Result<FileProperties, ExamineError> {
        Ok(FileProperties::default())
    }

    fn page_codes(
        &self,
        path: &Path,
        _: &PageCodeLimits,
        _: Duration,
    ) -> Result<Vec<PageCode>, ExamineError> {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if stem.contains("broken") {
            return Err(ExamineError::Child(lantai_sandbox::ChildError::Memory));
        }
        let codes = stem.split('=').skip(1);
        Ok(codes
            .map(|text| PageCode {
                symbol: Symbol::Qr,
                text: text.to_owned(),
            })
            .collect())
    }
}

fn read(own: &str, files: &[&str]) -> Vec<(String, Vec<String>)> {
    let rules = AttachRules::laid_over(&format!("order = ['page_code']\n[page_code]\n{own}")).unwrap();
    let pages = files.iter().map(|file| ((*file).to_owned(), PathBuf::from(file)));
    let said = PageCodeReader::new(rules.page_code().unwrap(), &ByName).read(pages.collect());
    let mut said: Vec<_> = said.into_iter().collect();
    said.sort();
    said
}

fn row(file: &str, codes: &[&str]) -> (String, Vec<String>) {
    (
        file.to_owned(),
        codes.iter().map(|code| (*code).to_owned()).collect(),
    )
}

#[test]
fn the_first_picture_of_a_folder_speaks_for_the_folder() {
    let said = read(
        "read = 'first_of_folder'",
        &[
            "0=X.jpg",
            "一/10.jpg",
            "一/1=A.jpg",
            "一/2=B.jpg",
            "一/正文.pdf",
            "一/图/1.jpg",
            "二/1.jpg",
        ],
    );
    let expected = [
        row("一/1=A.jpg", &["A"]),
        row("一/10.jpg", &["A"]),
        row("一/2=B.jpg", &["A"]),
        row("一/图/1.jpg", &["A"]),
        row("一/正文.pdf", &["A"]),
    ];
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(said, expected);
}

#[test]
fn a_page_with_a_code_begins_a_record() {
    let said = read(
        "read = 'every'",
        &[
            "p10.jpg",
            "p2=B.jpg",
            "p1=A.jpg",
            "p9.jpg",
            "p11=C=D.jpg",
            "q/1.jpg",
        ],
    );
    let expected = [
        row("p10.jpg", &["B"]),
        row("p11=C=D.jpg", &["C", "D"]),
        row("p1=A.jpg", &["A"]),
        row("p2=B.jpg", &["B"]),
        row("p9.jpg", &["B"]),
    ];
    assert_eq!(said, expected);
}

#[test]
fn behind_a_page_that_cannot_be_read_nothing_is_guessed() {
    let said = read(
        "read = 'every'",
        &["1=A.jpg", "2.jpg", "3 broken.jpg", "4.jpg", "5=B.jpg"],
    );
    assert_eq!(
        said,
        [
            row("1=A.jpg", &["A"]),
            row("2.jpg", &["A"]),
            row("5=B.jpg", &["B"])
        ]
    );
}

#[test]
fn a_pattern_says_where_the_code_stands() {
    let said = read(
        "read = 'every'\npatterns = ['DA|{code}|*', '档号：{code}']",
        &["1=DA|J001-1|2019.jpg", "2=档号：J001-2.jpg", "3=http.jpg"],
    );
    assert_eq!(said[0].1, ["J001-1"]);
    assert_eq!(said[1].1, ["J001-2"]);
    assert_eq!(said[2].1, ["J001-2"], "what is no archival code begins nothing");
    assert!(AttachRules::laid_over("[page_code]\npatterns = ['x']").is_err());
}

#[test]
fn pages_follow_each_other_by_their_numbers() {
    for (one, other) in [
        ("2", "10"),
        ("p2.jpg", "p10.jpg"),
        ("a", "b"),
        ("1", "1a"),
        ("001-2", "1-10"),
    ] {
        assert_eq!(in_order(one, other), Ordering::Less, "{one} {other}");
        assert_eq!(in_order(other, one), Ordering::Greater, "{one} {other}");
    }
}
