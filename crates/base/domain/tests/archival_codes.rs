//! Archival codes: the known cases by name, the demonstration archive, and what holds for every input.

use lantai_domain::code::{
    ArchivalCode, CodeError, CodeForm, CodePart, CodeRules, CodeTemplate, CodeWarning, gaps, normalise,
};
use lantai_domain::retention::Retention;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

const THIS_YEAR: u16 = 2026;

fn rules() -> CodeRules {
    CodeRules::new(THIS_YEAR)
}

#[expect(clippy::unwrap_used, reason = "a template written here is sound")]
fn by_item_template() -> CodeTemplate {
    "category·year·retention·org?-item(4)".parse().unwrap()
}

/// The rules a row of a table asks for: "2022", "2015" or "2022 with template".
fn rules_of_row(rule: &str) -> CodeRules {
    if rule.contains("template") {
        rules().with_template(by_item_template())
    } else {
        rules()
    }
}

fn outcome(text: &str, rules: &CodeRules) -> String {
    match ArchivalCode::parse(text, rules) {
        Ok(code) => format!("valid:{code}"),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn sound_codes_are_read_and_printed_in_one_spelling() {
    for code in [
        "J019-WS·2020·D30·BGS-0001",
        "J019-WS·2020·Y·办公室-0012",
        "J019-WS·2021·D10·003-0115",
        "J019-WS·2022·Y-137",
        "J019-LY·2018·Y-011",
        "J019-WY·TZGG·2021·D10-00101",
        "J019-SW·2017·Y-003",
        "K112-ZY·XK·ZC·2018·D30-014-002",
        "K112-KU·01·2018-0003-0012",
        "K112-KJ·KY·09-003",
        "K112-KJ·JJ·03-005-154",
        "K112-ZP·2018·D30-025-015",
        "B004-011-002-013",
        "B004-011-002",
        "Z002-WS·2015-Y-BGS-0011",
        "Z002-WS·2016-D30-0223",
        "Z002-WS·2014-D10-办公室-0223",
    ] {
        assert_eq!(outcome(code, &rules()), format!("valid:{code}"));
    }
}

#[test]
fn look_alike_separators_are_one_code() {
    for text in [
        "Ｊ０１９－WS·２０２０·D30·BGS－0001",
        "J019-WS•2020•D30•BGS-0001",
        "J019–WS・2020‧D30⋅BGS—0001",
        " J019 - WS∙2020·D30·BGS −0001\u{3000}",
        "J019-WS･2020･D30･BGS‑0001",
    ] {
        assert_eq!(
            outcome(text, &rules()),
            "valid:J019-WS·2020·D30·BGS-0001",
            "{text}"
        );
    }
}

#[test]
fn every_mistake_has_its_name() {
    for (text, name) in [
        ("", "E_EMPTY"),
        ("  ", "E_EMPTY"),
        ("J019-ws·2020·D30-0001", "E_CASE"),
        ("j019-WS·2020·D30-0001", "E_CASE"),
        ("J019-WS.2020.D30-0001", "E_CHAR"),
        ("J019/WS·2020·D30-0001", "E_CHAR"),
        ("J019_WS·2020·D30-0001", "E_CHAR"),
        ("J019-WS·2020·D30·BGS-", "E_EMPTY_PART"),
        ("J019--WS·2020·D30-0001", "E_EMPTY_PART"),
        ("J019-WS··2020-0001", "E_EMPTY_PART"),
        ("J19-WS·2020·D30-0001", "E_FONDS"),
        ("WS·2020·D30-0001", "E_FONDS"),
        ("0019-WS·2020·D30-0001", "E_FONDS"),
        ("J019", "E_SHORT"),
        ("J019-WS·2020·D30·BGS", "E_PARTS"),
        ("J019-WS·2020·D30-001-002-003", "E_PARTS"),
        ("Z002-WS-2015-Y-BGS-0001", "E_PARTS"),
        ("B004-011", "E_PARTS"),
        ("Z002-WS·2015-Y-BGS-001-0001", "E_PARTS"),
        ("J019-XX·2020·D30-0001", "E_CATEGORY"),
        ("J019-W·2020·D30-0001", "E_CATEGORY"),
        ("J019-WSS·2020-0001", "E_CATEGORY"),
        ("J019-WS·ABCDE·2020-0001", "E_CLASS"),
        ("J019-WS·2020·2021·D30-0001", "E_DUP_COMPONENT"),
        ("J019-WS·2020·D30·D10-0001", "E_DUP_COMPONENT"),
        ("J019-WS·2020·Y·D10-0001", "E_DUP_COMPONENT"),
        ("J019-WS·2036·D30-0001", "E_YEAR"),
        ("J019-WS·0999·D30-0001", "E_YEAR"),
        ("Z002-WS·2036-Y-0001", "E_YEAR"),
        ("Z002-WS·2015-30年-BGS-0001", "E_RETENTION"),
        ("J019-WS·2020·永久-0001", "E_RETENTION"),
        ("J019-WS·2020·D300-0001", "E_RETENTION"),
        ("J019-WS·2020·D0-0001", "E_RETENTION"),
        ("J019-WS·2020·D30·BGSXX-0001", "E_ORG"),
        ("J019-WS·2020·D30·办公X-0001", "E_ORG"),
        ("Z002-WS·2015-Y-BGSXX-0001", "E_ORG"),
        ("J019-WS·2020·D30-0000", "E_NUMBER"),
        ("J019-WS·2020·D30-00O1", "E_NUMBER"),
        ("J019-WS·2020·D30-1", "E_WIDTH"),
        ("J019-WS·2020·D30-000001", "E_WIDTH"),
        ("Z002-WS·2015-Y-BGS-1", "E_WIDTH"),
        ("B004-01-002-003", "E_WIDTH"),
    ] {
        assert_eq!(outcome(text, &rules()), name, "{text}");
    }
}

#[test]
fn errors_name_the_part_and_what_was_probably_meant() {
    let error = |text: &str| ArchivalCode::parse(text, &rules()).unwrap_err();
    let suggestion = |text: &str| error(text).suggestion;
    assert_eq!(
        suggestion("J019-ws·2020·d30-0001").as_deref(),
        Some("J019-WS·2020·D30-0001")
    );
    assert_eq!(
        suggestion("J019-WS.2020.D30-0001").as_deref(),
        Some("J019-WS·2020·D30-0001")
    );
    assert_eq!(
        suggestion("J019/WS·2020·D30-0001").as_deref(),
        Some("J019-WS·2020·D30-0001")
    );
    assert_eq!(
        suggestion("J019-WS_2020_D30-0001").as_deref(),
        Some("J019-WS·2020·D30-0001")
    );
    assert_eq!(suggestion("Z002-WS·2015-30年-BGS-0001").as_deref(), Some("D30"));
    assert_eq!(suggestion("J019-WS·2020·D30-00O1").as_deref(), Some("0001"));
    assert_eq!(suggestion("Z002-WS·2015-Y-BGS-1").as_deref(), Some("0001"));
    assert_eq!(suggestion("J19-WS·2020·D30-0001"), None);
    assert_eq!(error("J019-WS·2020·D30-005-1").part, CodePart::Number(2));
    assert_eq!(error("J019-WS·ABCDE·2020-0001").part, CodePart::Component(2));
    assert_eq!(error("J019-XX·2020-0001").part, CodePart::Category);
}

#[test]
fn a_template_says_which_components_come_where() {
    let rules = rules().with_template(by_item_template());
    for fine in [
        "J019-WS·2020·D30-0001",
        "J019-WS·2020·D30·BGS-0001",
        "J019-WS·2020·D30·办公室-0001",
    ] {
        assert_eq!(outcome(fine, &rules), format!("valid:{fine}"));
    }
    let error = ArchivalCode::parse("J019-WS·19·D30-0001", &rules).unwrap_err();
    assert_eq!(
        (error.code(), error.part, error.found.as_str()),
        ("E_TEMPLATE", CodePart::Component(2), "19")
    );
    assert_eq!(outcome("J019-WS·D30·2020-0001", &rules), "E_TEMPLATE");
    assert_eq!(outcome("J019-WS·2020·D30-001", &rules), "E_WIDTH");
    assert_eq!(outcome("J019-WS·2020-D30-0001", &rules), "E_TEMPLATE");
    assert_eq!(outcome("J019-WS·2020·D30-001-0001", &rules), "E_WIDTH");
    assert_eq!("category·yeer".parse::<CodeTemplate>().unwrap_err().word, "yeer");
}

#[test]
fn what_needs_data_is_checked_against_data() {
    let mut rules = rules();
    rules.known_fonds = Some(["J019".to_owned()].into());
    rules.known_organisations = Some(["BGS".to_owned()].into());
    assert_eq!(outcome("J020-WS·2020·D30-0001", &rules), "E_UNKNOWN_FONDS");
    assert_eq!(outcome("J019-WS·2020·D30·RSC-0001", &rules), "E_UNKNOWN_ORG");
    let code = ArchivalCode::parse("J019-WS·2020·D30·BGS-0001", &rules).unwrap();
    assert_eq!(CodeRules::check_retention(&code, Retention::Years(30)), Ok(()));
    assert_eq!(
        CodeRules::check_retention(&code, Retention::Permanent)
            .unwrap_err()
            .code(),
        "E_RETENTION_MISMATCH"
    );
    assert_eq!(CodeError::duplicate(&code).code(), "E_DUPLICATE");
}

#[test]
fn parts_are_named() {
    let code: ArchivalCode = "J019-WS·2020·D30·BGS-0012".parse().unwrap();
    assert_eq!(
        (code.fonds(), code.form(), code.category(), code.year()),
        ("J019", CodeForm::Modern, Some("WS"), Some(2020))
    );
    assert_eq!(
        (code.retention(), code.organisation()),
        (Some(Retention::Years(30)), Some("BGS"))
    );
    assert_eq!(
        (code.file_number(), code.item_number(), code.group().as_str()),
        (None, Some(12), "J019-WS·2020·D30·BGS")
    );
    let old: ArchivalCode = "B004-011-002-013".parse().unwrap();
    assert_eq!(
        (old.catalogue_number(), old.file_number(), old.item_number()),
        (Some(11), Some(2), Some(13))
    );
    assert_eq!(
        (old.form(), old.category(), old.year(), old.retention()),
        (CodeForm::Old, None, None, None)
    );
    let project: ArchivalCode = "K112-KJ·KY·09-003".parse().unwrap();
    assert_eq!((project.file_number(), project.item_number()), (Some(3), None));
    assert_eq!(project.sub_classes().collect::<Vec<_>>(), ["KY", "09"]);
    let photo: ArchivalCode = "K112-ZP·2018·D30-025-015".parse().unwrap();
    assert_eq!((photo.file_number(), photo.item_number()), (Some(25), Some(15)));
    let by_item: ArchivalCode = "Z002-WS·2015-Y-BGS-0011".parse().unwrap();
    assert_eq!(
        (by_item.form(), by_item.organisation(), by_item.item_number()),
        (CodeForm::ByItem2015, Some("BGS"), Some(11))
    );
}

#[test]
fn an_unknown_year_is_taken_with_a_warning() {
    let code = ArchivalCode::parse("Z009-ZP·0000-Y-0001", &rules()).unwrap();
    assert_eq!(
        (code.year(), code.warnings()),
        (None, vec![CodeWarning::YearUnknown])
    );
    assert_eq!(code.warnings()[0].code(), "W_YEAR_UNKNOWN");
    let strict = CodeRules {
        unknown_year: false,
        ..rules()
    };
    assert_eq!(outcome("Z009-ZP·0000-Y-0001", &strict), "E_YEAR");
}

#[test]
fn codes_sort_as_archives_list_them() {
    let listed = [
        "B004-011-002-013",
        "B004-011-0010-013",
        "J019-WS·2019·Y-00002",
        "J019-WS·2019·Y-0010",
        "J019-WS·2019·D30-0001",
        "J019-WS·2019·D10-0001",
        "J019-WS·2019·D10·BGS-0001",
        "J019-WS·2020·Y-0001",
        "J020-WS·2019·Y-0001",
    ];
    let mut codes: Vec<ArchivalCode> = listed.iter().rev().map(|code| code.parse().unwrap()).collect();
    codes.sort_by_key(ArchivalCode::sort_key);
    assert_eq!(codes.iter().map(ToString::to_string).collect::<Vec<_>>(), listed);
}

#[test]
fn partial_codes_end_at_a_level() {
    let code: ArchivalCode = "J019-WS·2019·D30·BGS-0001".parse().unwrap();
    for yes in [
        "J019",
        "J019-WS·2019*",
        "j019-ws.2019",
        "Ｊ０１９－WS·2019·D30",
        "J019-WS_2019_D30",
        "J019-WS·2019·D30·BGS-0001",
        "J019-",
    ] {
        assert!(code.matches_partial(yes), "{yes}");
    }
    for no in [
        "",
        "*",
        "J01",
        "J019-WS·20",
        "J019-WS·2019·D3",
        "WS",
        "J019-WS·2019·D30·BGS-0001-1",
    ] {
        assert!(!code.matches_partial(no), "{no}");
    }
}

#[test]
fn gaps_in_a_group_are_named() {
    let codes: Vec<ArchivalCode> = [
        "J019-WS·2019·Y-0005",
        "J019-WS·2019·Y-0001",
        "J019-WS·2019·Y-0002",
        "J019-WS·2020·Y-0002",
    ]
    .map(|code| code.parse().unwrap())
    .into();
    let found = gaps(&codes);
    assert_eq!(
        found,
        [
            CodeWarning::Gap {
                first: 3,
                last: 4,
                before: "J019-WS·2019·Y-0005".to_owned()
            },
            CodeWarning::Gap {
                first: 1,
                last: 1,
                before: "J019-WS·2020·Y-0002".to_owned()
            },
        ]
    );
    assert_eq!(found[0].code(), "W_GAP");
}

#[test]
fn codes_are_stored_as_text() {
    let code: ArchivalCode = serde_json::from_str("\"J019-WS•2020•D30-0001\"").unwrap();
    assert_eq!(serde_json::to_string(&code).unwrap(), "\"J019-WS·2020·D30-0001\"");
    assert!(serde_json::from_str::<ArchivalCode>("\"J019\"").is_err());
}

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared")
        .join(path)
}

#[test]
fn every_row_of_the_examples_comes_out_as_listed() {
    let path = shared("domain/data/archival-code-examples.tsv");
    let Ok(table) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let mut rows = 0;
    for row in table
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
    {
        // The row whose second component is no year needs the template that says so.
        let rules = if row[2] == "E_TEMPLATE" {
            rules_of_row("template")
        } else {
            rules_of_row(row[1])
        };
        assert_eq!(outcome(row[0], &rules), row[2], "{}", row[3]);
        rows += 1;
    }
    assert_eq!(rows, 38);
}

#[test]
fn all_codes_of_the_demonstration_archive_are_read() {
    let path = corpus("demo-archive/catalogue.csv");
    let Ok(mut catalogue) = csv::Reader::from_path(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let column = catalogue
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "档号")
        .unwrap();
    let rules = rules().with_categories(["LS", "MR", "DZ"]);
    let mut read = 0;
    for row in catalogue.records() {
        let row = row.unwrap();
        let code = ArchivalCode::parse(&row[column], &rules).unwrap();
        assert_eq!(code.to_string(), row[column]);
        read += 1;
    }
    assert_eq!(read, 298);
}

/// The corpus beside the repository, or where the continuous build keeps it.
#[expect(
    clippy::disallowed_methods,
    reason = "tests find the corpus through one variable"
)]
fn corpus(path: &str) -> PathBuf {
    std::env::var("LANTAI_CORPUS")
        .map_or_else(|_| shared("corpus"), PathBuf::from)
        .join(path)
}

fn any_code() -> impl Strategy<Value = String> {
    let number = "[0-9]{3,4}[1-9]";
    let organisation = prop_oneof!["[A-Z]{3}", "[0-9]{3}", "(办公室|人事处|财务科)"];
    let retention = "(Y|D[1-9][0-9]?)";
    let year = 1000u16..=THIS_YEAR;
    prop_oneof![
        (
            "[A-Z][0-9]{3}",
            "(WS|KJ|ZP|LY)",
            year.clone(),
            retention,
            proptest::option::of(organisation.clone()),
            number
        )
            .prop_map(|(fonds, category, year, retention, organisation, number)| {
                let organisation = organisation.map_or(String::new(), |one| format!("·{one}"));
                format!("{fonds}-{category}·{year}·{retention}{organisation}-{number}")
            }),
        (
            "[A-Z][0-9]{3}",
            year,
            retention,
            proptest::option::of(organisation),
            "[0-9]{3}[1-9]"
        )
            .prop_map(|(fonds, year, retention, organisation, number)| {
                let organisation = organisation.map_or(String::new(), |one| format!("-{one}"));
                format!("{fonds}-WS·{year}-{retention}{organisation}-{number}")
            }),
        (
            "[A-Z][0-9]{3}",
            "[0-9]{2}[1-9]",
            number,
            proptest::option::of(number)
        )
            .prop_map(|(fonds, catalogue, file, item)| {
                let item = item.map_or(String::new(), |one| format!("-{one}"));
                format!("{fonds}-{catalogue}-{file}{item}")
            }),
    ]
}

proptest! {
    #[test]
    fn what_we_print_we_can_read(text in any_code()) {
        let code = ArchivalCode::parse(&text, &rules()).unwrap();
        prop_assert_eq!(code.to_string(), text);
        prop_assert_eq!(code.to_string().parse::<ArchivalCode>().unwrap(), code.clone());
        prop_assert!(code.matches_partial(&code.group()));
    }

    #[test]
    fn no_input_makes_the_parser_panic(text in "\\PC{0,40}") {
        let _ = ArchivalCode::parse(&text, &rules());
        let _ = ArchivalCode::partial(&text);
        let _ = text.parse::<CodeTemplate>();
    }

    #[test]
    fn near_misses_are_read_or_named(text in "[A-Z0-9·\\-年办ODY. a]{0,30}") {
        match ArchivalCode::parse(&text, &rules().with_template(by_item_template())) {
            Ok(code) => prop_assert_eq!(code.to_string(), normalise(&text)),
            Err(error) => prop_assert!(error.code().starts_with("E_")),
        }
    }
}
