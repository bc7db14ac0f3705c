//! Dates: every form that catalogues use, the historical table, and what holds for every input.

use jiff::civil::{Date, date};
use lantai_domain::date::{ArchivalDate, DatePoint, date_tokens, find_dates, query_tokens, written_forms};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn read(text: &str) -> String {
    ArchivalDate::parse(text).map_or_else(|error| error.code().to_owned(), |date| date.to_string())
}

#[test]
fn every_form_of_a_catalogue_is_read() {
    for (text, canonical) in [
        ("19810523", "1981-05-23"),
        ("198105", "1981-05"),
        ("1981", "1981"),
        ("19810500", "1981-05"),
        ("19810000", "1981"),
        ("00000000", ""),
        ("0000", ""),
        ("", ""),
        ("  ", ""),
        ("不详", ""),
        ("1981-05-23", "1981-05-23"),
        ("1981-5-3", "1981-05-03"),
        ("1981.5.23", "1981-05-23"),
        ("1981.05", "1981-05"),
        ("1981/5/23", "1981-05-23"),
        ("1981/5", "1981-05"),
        ("1981-05-00", "1981-05"),
        ("1981年5月23日", "1981-05-23"),
        ("1981 年 5 月 23 日", "1981-05-23"),
        ("１９８１年０５月２３日", "1981-05-23"),
        ("1981年5月", "1981-05"),
        ("1981年", "1981"),
        ("1981年度", "1981"),
        ("1981年5月23号", "1981-05-23"),
        ("公元1981年5月", "1981-05"),
        ("[1981年]", "1981"),
        ("一九八一年五月二十三日", "1981-05-23"),
        ("一九八一年五月廿三日", "1981-06-24"),
        ("二○○四年十二月三十一日", "2004-12-31"),
        ("二〇一九年十月", "2019-10"),
        ("1981年5月上旬", "1981-05-01/1981-05-10"),
        ("1980年2月下旬", "1980-02-21/1980-02-29"),
        ("1980年代", "1980/1989"),
        ("1981/1983", "1981/1983"),
        ("1981-05-23/1983-06", "1981-05-23/1983-06"),
        ("1981-1983", "1981/1983"),
        ("1981年至1983年", "1981/1983"),
        ("1981—1983年", "1981/1983"),
        ("1981年5月—1983年6月", "1981-05/1983-06"),
        ("1981年5月3日至8日", "1981-05-03/1981-05-08"),
        ("1981年5月至8月", "1981-05/1981-08"),
        ("1981.5.3-1981.6.4", "1981-05-03/1981-06-04"),
    ] {
        assert_eq!(read(text), canonical, "{text}");
    }
}

#[test]
fn days_of_reigns_and_of_the_republic_are_read() {
    for (text, canonical) in [
        ("民国三十五年六月", "1946-06"),
        ("民國三十五年六月一日", "1946-06-01"),
        ("民国元年", "1912"),
        ("中华民国35年6月1日", "1946-06-01"),
        ("民国前三年", "1909"),
        ("民国三十五年正月初一", "1946-02-02"),
        ("光绪三十四年十一月丙申", "1908-12-07"),
        ("光緒三十四年十一月丙申日", "1908-12-07"),
        ("清光绪三十四年十一月十四日", "1908-12-07"),
        ("光绪34年11月14日", "1908-12-07"),
        ("宣統三年閏六月壬寅", "1911-07-31"),
        ("同治二年正月十八日", "1863-03-07"),
        ("同治六年十月廿三", "1867-11-18"),
        ("宣统元年正月初一日", "1909-01-22"),
        ("宣统元年正月朔", "1909-01-22"),
        ("宣统元年正月望日", "1909-02-05"),
        ("宣统元年正月晦", "1909-02-19"),
        ("宣统元年闰二月", "1909-03-22/1909-04-19"),
        ("光绪三十四年", "1908-02-02/1909-01-21"),
        ("光绪甲午年", "1894-02-06/1895-01-25"),
        ("光绪甲午八月十八日", "1894-09-17"),
        ("光绪二十年甲午八月十八日", "1894-09-17"),
        ("光绪二十年（甲午）八月十八日", "1894-09-17"),
        ("光绪二十年岁次甲午八月十八日", "1894-09-17"),
        ("乾隆60年正月初一", "1795-01-21"),
        ("崇祯十七年三月十九日", "1644-04-25"),
        ("顺治元年五月初二日", "1644-06-06"),
        ("农历1981年正月初一", "1981-02-05"),
        ("1981年农历正月初一", "1981-02-05"),
        ("1981年腊月廿三", "1982-01-17"),
        ("宣统三年十二月二十五日", "1912-02-12"),
        ("康德元年三月一日", "1934-03-01"),
        ("同治元年九月初三至初五", "1862-10-25/1862-10-27"),
        ("宣统元年正月至三月", "1909-01-22/1909-05-18"),
        ("宣统元年三月上旬", "1909-04-20/1909-04-29"),
        ("明万历四十八年七月二十一日", "1620-08-18"),
        ("绍兴十一年十二月二十九日", "1142-02-03"),
    ] {
        assert_eq!(read(text), canonical, "{text}");
    }
}

#[test]
fn what_never_was_has_a_name() {
    for (text, name) in [
        ("1981-02-30", "date.no_such_day"),
        ("19811301", "date.no_such_day"),
        ("1981年13月", "date.no_such_day"),
        ("198113", "date.no_such_day"),
        // The year of the accession is the last of the reign before.
        ("光绪三十五年正月", "date.reign_year"),
        ("宣统四年", "date.reign_year"),
        ("同治十四年", "date.reign_year"),
        ("光绪三十四年十一月甲子", "date.pillar"),
        ("光绪二十年乙未八月", "date.pillar"),
        ("康熙壬寅年", "date.ambiguous_year"),
        ("宣统元年闰三月初一", "date.no_such_day"),
        ("宣统元年正月三十日", "date.no_such_day"),
        ("1983/1981", "date.order"),
        ("5月23日", "date.not_understood"),
        ("某年", "date.not_understood"),
        ("12345", "date.not_understood"),
        ("甲子年", "date.not_understood"),
        ("1981年5月23日会议", "date.not_understood"),
    ] {
        assert_eq!(read(text), name, "{text}");
    }
}

#[test]
fn bounds_are_the_days_it_may_be() {
    let bounds = |text: &str| {
        let read = ArchivalDate::parse(text).unwrap();
        (read.earliest(), read.latest())
    };
    assert_eq!(
        bounds("1980-02"),
        (Some(date(1980, 2, 1)), Some(date(1980, 2, 29)))
    );
    assert_eq!(bounds("1980"), (Some(date(1980, 1, 1)), Some(date(1980, 12, 31))));
    assert_eq!(
        bounds("1980/1983-06"),
        (Some(date(1980, 1, 1)), Some(date(1983, 6, 30)))
    );
    assert_eq!(bounds(""), (None, None));
    assert_eq!(ArchivalDate::default(), ArchivalDate::Unknown);
    assert_eq!(ArchivalDate::parse("1980/1983").unwrap().year(), Some(1980));
}

fn found(text: &str) -> Vec<(String, String)> {
    find_dates(text)
        .into_iter()
        .map(|one| (one.text, one.date.to_string()))
        .collect()
}

#[test]
fn dates_are_found_in_running_text() {
    let text = "一九八〇年九月一日国务院批转，1981年5月23日起至一九八三年止；光绪三十四年十一月丙申，諭內閣。民国三十五年六月令，2019-01-09T10:00:00Z，1996/2/5及1996.2.6。";
    let expected = [
        ("一九八〇年九月一日", "1980-09-01"),
        ("1981年5月23日", "1981-05-23"),
        ("一九八三年", "1983"),
        ("光绪三十四年十一月丙申", "1908-12-07"),
        ("民国三十五年六月", "1946-06"),
        ("2019-01-09", "2019-01-09"),
        ("1996/2/5", "1996-02-05"),
        ("1996.2.6", "1996-02-06"),
    ];
    assert_eq!(
        found(text),
        expected.map(|(text, canonical)| (text.to_owned(), canonical.to_owned()))
    );
    for found in find_dates(text) {
        assert_eq!(&text[found.start..found.end], found.text);
    }
}

#[test]
fn months_begin_on_the_day_that_was_proclaimed() {
    // Each a day off what is computed today; the month before gives or takes the day.
    for (text, canonical) in [
        ("道光二十一年十二月初一日", "1842-01-11"),
        ("道光二十九年十一月初一日", "1849-12-14"),
        ("咸丰六年十一月初一日", "1856-11-28"),
        ("咸丰七年十月初一日", "1857-11-16"),
        ("咸丰六年十月三十日", "1856-11-27"),
        ("道光二十一年十一月晦", "1842-01-10"),
        ("熙宁三年正月初一日", "1070-02-20"),
        ("熙宁四年正月初一日", "1071-02-09"),
    ] {
        assert_eq!(read(text), canonical, "{text}");
    }
}

#[test]
fn a_query_with_a_date_gives_its_date() {
    for (query, canonical) in [
        ("2019-01-09", "2019-01-09"),
        ("1908年12月7日的上谕", "1908-12-07"),
        ("19081207", "1908-12-07"),
        ("光緒三十四年十二月庚申", "1908-12-31"),
        ("雍正四年四月十九日", "1726-05-20"),
        ("1981年的通知", "1981"),
        ("1981-1983年国务院文件", "1981/1983"),
        ("咸丰二年八月十二奉上谕", "1852-09-25"),
        ("光绪三十年三月三十人", "1904-04-16/1904-05-14"),
        ("1980年代城市规划", "1980/1989"),
        ("康德1934年", "1934"),
        ("1981年3个月", "1981"),
        ("1981年5月3.5万吨", "1981-05"),
        ("国务院一九八〇年223号文件", "1980"),
    ] {
        let dates: Vec<String> = found(query).into_iter().map(|(_, date)| date).collect();
        assert_eq!(dates, [canonical], "{query}");
    }
}

#[test]
fn longer_numbers_codes_and_days_without_a_year_are_no_dates() {
    for text in [
        "11010519491231002X",
        "110105199001011234",
        "13819810523",
        "0571-19810523",
        "电话 021-2019-0101",
        "J001-WS·1981-Y-BGT-0001",
        "J019-WS·2019·D30-0001",
        "国发〔1981〕88号",
        "5月23日",
        "九月一日",
        "三年",
        "甲子年",
        "v2019.1.1.4",
        "2019.5",
        "3.1981-05",
        "1981",
        "198105",
        "99991231",
        "2019-13-45",
        "1981-02-30",
        "光绪三十五年",
        "同治十四年正月",
        "道光",
        "大同小异",
        "1981-0001",
        "12:1981-05-01:99",
        "192.168.2019.1",
        "十一月丙申",
        "A19810523",
        "19810523B",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn a_day_is_found_by_day_month_and_year() {
    let day = ArchivalDate::parse("光绪三十四年十一月丙申").unwrap();
    assert_eq!(date_tokens(&day), ["1908-12-07", "1908-12", "1908"]);
    assert_eq!(query_tokens(&day), ["1908-12-07"]);
    assert_eq!(
        query_tokens(&ArchivalDate::parse("1908-12").unwrap()),
        ["1908-12"]
    );
    assert_eq!(
        query_tokens(&ArchivalDate::parse("1981-11/1983-02-02").unwrap()),
        [
            "1981-11",
            "1981-12",
            "1982",
            "1983-01",
            "1983-02-01",
            "1983-02-02"
        ]
    );
    assert_eq!(
        date_tokens(&ArchivalDate::parse("1981/1982").unwrap()),
        ["1981", "1982"]
    );
    assert_eq!(date_tokens(&ArchivalDate::Unknown), Vec::<String>::new());
    // A lunar month is asked for by its days, and a record of one of them is found.
    let month = query_tokens(&ArchivalDate::parse("光绪三十四年十一月").unwrap());
    assert!(month.contains(&"1908-12-07".to_owned()) && !month.contains(&"1908".to_owned()));
    assert_eq!(
        date_tokens(&ArchivalDate::parse("0001/9999").unwrap()),
        ["0001", "9999"]
    );
}

#[test]
fn a_day_is_written_as_people_write_it() {
    assert_eq!(
        written_forms(date(1908, 12, 7)),
        [
            "1908年12月7日",
            "一九〇八年十二月七日",
            "光绪三十四年十一月十四日",
            "光绪三十四年十一月丙申"
        ]
    );
    assert_eq!(written_forms(date(1912, 1, 1))[2], "民国元年一月一日");
    assert_eq!(
        written_forms(date(1946, 2, 2)),
        [
            "1946年2月2日",
            "一九四六年二月二日",
            "民国三十五年二月二日",
            "农历丙戌年正月初一"
        ]
    );
    assert_eq!(
        written_forms(date(1981, 2, 5)),
        ["1981年2月5日", "一九八一年二月五日", "农历辛酉年正月初一"]
    );
}

#[test]
fn each_day_of_the_qing_is_read_back_from_its_reign_forms() {
    let mut day = date(1644, 2, 8);
    let mut days = 0;
    while day <= date(1912, 2, 17) {
        let forms = written_forms(day);
        let by_reign: Vec<&String> = forms
            .iter()
            .filter(|form| !form.contains("民国") && !form.contains("农历"))
            .skip(2)
            .collect();
        assert_eq!(by_reign.len(), 2, "{day} {forms:?}");
        for form in by_reign {
            assert_eq!(ArchivalDate::parse(form), Ok(ArchivalDate::Day(day)), "{form}");
        }
        // Every day would take minutes where nothing is optimised; 17 shares no factor with 29, 30 or 60.
        day = day.checked_add(jiff::Span::new().days(17)).unwrap();
        days += 1;
    }
    assert!(days > 5700, "{days}");
}

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
fn every_row_of_the_historical_table_gives_its_day() {
    let path = corpus("zh-dates/era_dates.csv");
    let Ok(mut table) = csv::Reader::from_path(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in table.records() {
        let row = row.unwrap();
        rows += 1;
        let spans = find_dates(&row[0]);
        let whole = spans.len() == 1 && spans[0].text == row[0] && spans[0].date.to_string() == row[1];
        if read(&row[0]) != row[1] || !whole {
            wrong.push(format!("{} is {} not {}", &row[0], read(&row[0]), &row[1]));
        }
        // And back: one of the ways to write that day is this day.
        let day: Date = row[1].parse().unwrap();
        assert!(
            written_forms(day).iter().all(|form| read(form) == row[1]),
            "{:?}",
            written_forms(day)
        );
    }
    println!("{rows} rows, {} wrong", wrong.len());
    assert!(rows > 800 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_dates_of_the_demonstration_archive_agree_with_themselves() {
    let path = corpus("demo-archive/catalogue.csv");
    let Ok(mut catalogue) = csv::Reader::from_path(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let headers = catalogue.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (normal, written) = (column("日期"), column("日期原文"));
    let mut both = 0;
    for row in catalogue.records() {
        let row = row.unwrap();
        let date = ArchivalDate::parse(&row[normal]).unwrap();
        if !row[written].is_empty() {
            both += 1;
            assert_eq!(ArchivalDate::parse(&row[written]), Ok(date), "{}", &row[written]);
        }
    }
    println!("{both} records with both forms");
    assert!(both > 200);
}

fn any_point() -> impl Strategy<Value = DatePoint> {
    prop_oneof![
        (1i16..=9999, 1i8..=12, 1i8..=28)
            .prop_map(|(year, month, day)| DatePoint::Day(date(year, month, day))),
        (1i16..=9999, 1i8..=12).prop_map(|(year, month)| DatePoint::Month { year, month }),
        (1i16..=9999).prop_map(DatePoint::Year),
    ]
}

fn any_date() -> impl Strategy<Value = ArchivalDate> {
    prop_oneof![
        any_point().prop_map(ArchivalDate::from),
        (any_point(), any_point()).prop_map(|(from, to)| ArchivalDate::range(from, to).unwrap_or_default()),
    ]
}

proptest! {
    #[test]
    fn what_we_print_we_can_read(date in any_date()) {
        prop_assert_eq!(date.to_string().parse(), Ok(date));
        let json = serde_json::to_string(&date).unwrap();
        prop_assert_eq!(serde_json::from_str::<ArchivalDate>(&json).unwrap(), date);
        prop_assert!(date.earliest() <= date.latest());
        let tokens = date_tokens(&date);
        prop_assert!(query_tokens(&date).iter().all(|token| tokens.contains(token)));
    }

    #[test]
    fn no_input_makes_it_panic_and_spans_lie_on_characters(
        text in prop_oneof!["\\PC{0,60}", "[0-9年月日号初廿卅正闰光绪民国宣统甲子丙申一二三十元朔望至上下旬代./\\-() 农历]{0,40}"]
    ) {
        let _ = ArchivalDate::parse(&text);
        let mut last = 0;
        for found in find_dates(&text) {
            prop_assert!(found.start >= last && found.start < found.end);
            prop_assert_eq!(text.get(found.start..found.end), Some(found.text.as_str()));
            last = found.end;
        }
    }

    #[test]
    fn every_day_can_be_written_and_read(number in 0i32..500_000) {
        // From 960 on, where the tables begin.
        let day = date(960, 3, 1).checked_add(jiff::Span::new().days(number)).unwrap();
        for form in written_forms(day) {
            if form.starts_with("农历") { continue; } // a sexagenary year alone names no year
            prop_assert_eq!(ArchivalDate::parse(&form), Ok(ArchivalDate::Day(day)), "{}", form);
        }
    }
}
