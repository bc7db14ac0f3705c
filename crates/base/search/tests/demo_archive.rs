//! Known-item search in a small archive of real documents: 298 records, 264 queries.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fail loudly and say why it skips"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lantai_domain::OpenStatusKind;
use lantai_domain::date::ArchivalDate;
use lantai_search::{Index, SearchDocument, SearchRequest, SearchResult, Sort, Visibility};

mod viewers;

/// The corpus, or nothing and the reason printed.
fn corpus() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests find the corpus by the setting that people use"
    )]
    let root = std::env::var("LANTAI_CORPUS").map_or_else(
        |_| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus")).to_path_buf(),
        PathBuf::from,
    );
    let archive = root.join("demo-archive");
    if archive.join("catalogue.csv").exists() {
        return Some(archive);
    }
    println!(
        "skipped: no demo-archive in {}; set LANTAI_CORPUS",
        root.display()
    );
    None
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn document(archive: &Path, row: &BTreeMap<String, String>) -> SearchDocument {
    let value = |name: &str| row.get(name).cloned().unwrap_or_default();
    let list = |name: &str| -> Vec<String> {
        value(name)
            .split(['；', ';', '、'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let open = matches!(value("开放状态").as_str(), "开放" | "提前开放");
    let file = value("全文文件");
    let text = if file.is_empty() {
        String::new()
    } else {
        std::fs::read_to_string(archive.join(file)).unwrap()
    };
    SearchDocument {
        id: value("档号"),
        code: value("档号"),
        title: value("题名"),
        document_number: Some(value("文件编号")).filter(|number| !number.is_empty()),
        author: value("责任者"),
        fonds: value("全宗号"),
        category: value("门类"),
        year: value("年度").parse().ok().filter(|year| *year > 0),
        retention: value("保管期限"),
        open_status: value("开放状态"),
        cell: viewers::cell(if open {
            OpenStatusKind::Open
        } else {
            OpenStatusKind::Unreviewed
        }),
        date: [value("日期"), value("日期原文")]
            .iter()
            .filter_map(|written| ArchivalDate::parse(written).ok())
            .find(|date| !date.is_unknown())
            .unwrap_or_default(),
        date_text: value("日期原文"),
        keywords: list("主题词"),
        summary: value("摘要"),
        has_content: !text.is_empty(),
        text,
        carrier: value("载体"),
        level: "item".to_owned(),
        sort_code: value("档号"),
        sort_date: value("日期").parse().unwrap_or(SearchDocument::NO_DATE),
        ..SearchDocument::default()
    }
}

struct Archive {
    index: Index,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Archive {
    fn build() -> Option<Self> {
        let path = corpus()?;
        let folder = tempfile::tempdir().unwrap();
        let index = Index::create(folder.path()).unwrap();
        let mut writer = index.writer(64_000_000).unwrap();
        for row in rows(&path.join("catalogue.csv")) {
            writer.upsert(&document(&path, &row)).unwrap();
        }
        writer.finish().unwrap();
        index.reload().unwrap();
        Some(Self {
            index,
            path,
            _folder: folder,
        })
    }

    fn ask(&self, request: SearchRequest) -> SearchResult {
        self.index.search(&request).unwrap()
    }

    fn ask_public(&self, query: &str) -> SearchResult {
        self.ask(SearchRequest {
            visibility: viewers::public(),
            ..SearchRequest::new(query)
        })
    }

    fn everything(&self, query: &str) -> SearchResult {
        self.ask(SearchRequest {
            visibility: Visibility::everything(),
            limit: 10,
            ..SearchRequest::new(query)
        })
    }
}

#[derive(Default)]
struct Score {
    queries: usize,
    first: usize,
    ten: usize,
    missed: Vec<String>,
}

#[test]
fn every_kind_of_query_finds_its_record() {
    let Some(archive) = Archive::build() else { return };
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for row in rows(&archive.path.join("queries.csv")) {
        let (kind, query) = (&row["类型"], &row["查询"]);
        let right: Vec<&str> = row["相关档号"].split('|').collect();
        let result = archive.everything(query);
        let place = result
            .hits
            .iter()
            .position(|hit| right.contains(&hit.code.as_str()));
        let score = scores.entry(kind.clone()).or_default();
        score.queries += 1;
        score.first += usize::from(place == Some(0));
        score.ten += usize::from(place.is_some());
        if place != Some(0) {
            score.missed.push(format!(
                "{query} [{}] wants {right:?}, place {place:?}, got {:?} of {}",
                result.read_as,
                result.hits.first().map(|hit| &hit.code),
                result.total
            ));
        }
    }
    for (kind, score) in &scores {
        println!(
            "{kind}: {} queries, first {}, first ten {}",
            score.queries, score.first, score.ten
        );
        for missed in &score.missed {
            println!("    {missed}");
        }
    }
    let (queries, ten) = scores
        .values()
        .fold((0, 0), |(all, ten), score| (all + score.queries, ten + score.ten));
    assert_eq!(queries, 264);
    assert_eq!(ten, 264, "recall in the first ten");
    assert_eq!(scores["文号"].first, scores["文号"].queries);
    for kind in ["公历日期", "年号日期"] {
        assert_eq!(scores[kind].ten, scores[kind].queries, "{kind}");
    }
}

#[test]
fn the_public_counts_and_finds_open_records_only() {
    let Some(archive) = Archive::build() else { return };
    let all = archive.ask_public("");
    assert_eq!((all.total, all.total_is_capped), (288, false));
    assert_eq!(
        all.facets["open_status"],
        [("开放".to_owned(), 258), ("提前开放".to_owned(), 30)]
    );
    assert_eq!(archive.everything("").total, 298);
    let hidden: Vec<_> = rows(&archive.path.join("catalogue.csv"))
        .into_iter()
        .filter(|row| row["开放状态"] == "待审核")
        .collect();
    assert_eq!(hidden.len(), 10);
    for row in hidden {
        for query in [&row["档号"], &row["题名"], &row["文件编号"]] {
            let public = archive.ask_public(query.as_str());
            assert!(public.hits.iter().all(|hit| hit.code != row["档号"]), "{query}");
        }
        let staff = archive.everything(&row["档号"]);
        assert_eq!(staff.hits[0].code, row["档号"]);
    }
}

#[test]
fn codes_are_found_whole_by_beginning_and_in_any_spelling() {
    let Some(archive) = Archive::build() else { return };
    for query in [
        "J001-WS·1981-Y-BGT-0001",
        "Ｊ００１－ＷＳ．１９８１－Ｙ－ＢＧＴ－０００１",
        "档号:j001-ws·1981-y-bgt-0001",
    ] {
        let result = archive.everything(query);
        assert_eq!(result.hits[0].code, "J001-WS·1981-Y-BGT-0001", "{query}");
    }
    let part = archive.everything("FZ-0003");
    assert!(part.total > 1 && part.hits.iter().all(|hit| hit.code.ends_with("FZ-0003")));
    assert_eq!(archive.everything("J001").total, 45);
    for query in ["J001-WS·1996*", "J001-WS.1996", "档号:Ｊ００１-WS·1996＊"] {
        let result = archive.everything(query);
        assert!(
            result.total > 5 && result.hits.iter().all(|hit| hit.code.starts_with("J001-WS·1996")),
            "{query}"
        );
    }
}

#[test]
fn numbers_and_dates_are_found_in_other_spellings() {
    let Some(archive) = Archive::build() else { return };
    for query in [
        "國發[1981]88號",
        "国发（１９８１）88号",
        "粮食 国发〔1981〕88号",
        "文号:国发[1981]88号",
        "J001 国发〔1981〕88号",
    ] {
        assert_eq!(
            archive.everything(query).hits[0].code,
            "J001-WS·1981-Y-BGT-0001",
            "{query}"
        );
    }
    for query in [
        "1911-12-05",
        "1911年12月5日",
        "一九一一年十二月五日",
        "19111205",
        "日期:1911.12.5",
        "宣统三年十月十五日",
    ] {
        let result = archive.everything(query);
        assert_eq!(
            result.hits[0].code, "L001-LS·1911-Y-0028",
            "{query} is {}",
            result.read_as
        );
    }
    // A month or a year of any calendar holds its days.
    let codes = |query: &str| -> u64 { archive.everything(query).total };
    assert!(codes("日期:1911年12月") >= 1 && codes("日期:1911") > codes("日期:1911年12月"));
    assert!(codes("日期:宣统三年") > 10);
}

#[test]
fn a_pasted_passage_finds_its_source_first() {
    let Some(archive) = Archive::build() else { return };
    let (mut pasted, mut first) = (0, 0);
    for row in rows(&archive.path.join("catalogue.csv")).iter().step_by(7) {
        if row["全文文件"].is_empty() {
            continue;
        }
        let text = std::fs::read_to_string(archive.path.join(&row["全文文件"])).unwrap();
        let characters: Vec<char> = text.chars().collect();
        for length in [60, 300, 5_000] {
            // From the middle, as a reader copies it: with line breaks, and one character misread.
            let from = characters.len() / 3;
            let mut passage = characters[from..(from + length).min(characters.len())].to_vec();
            let middle = passage.len() / 2;
            passage[middle] = '囗';
            passage.insert(middle / 2, '\n');
            if passage.len() < 40 {
                continue;
            }
            pasted += 1;
            let result = archive.everything(&passage.into_iter().collect::<String>());
            first += usize::from(result.hits.first().is_some_and(|hit| hit.code == row["档号"]));
        }
    }
    println!("{pasted} passages pasted, {first} sources first");
    assert!(pasted > 80);
    assert_eq!(first, pasted);
}

#[test]
fn passages_show_the_original_with_its_punctuation() {
    let Some(archive) = Archive::build() else { return };
    let result = archive.everything("家中已收倒在家借银与人颇多");
    let snippet = result.hits[0].snippet.clone().unwrap();
    let shown: Vec<char> = snippet.text.chars().collect();
    let (from, to) = snippet.highlights[0];
    assert_eq!(
        shown[from..to].iter().collect::<String>(),
        "家中已收，倒在家借银与人颇多"
    );
    assert!(shown.len() <= 120);
}

#[test]
fn sorting_and_paging_go_through_all_records_once() {
    let Some(archive) = Archive::build() else { return };
    for sort in [Sort::Code, Sort::DateAsc, Sort::DateDesc, Sort::Relevance] {
        let mut seen = Vec::new();
        for offset in (0..400).step_by(50) {
            let page = archive.ask(SearchRequest {
                visibility: Visibility::everything(),
                sort,
                offset,
                limit: 50,
                want_facets: false,
                ..SearchRequest::new("")
            });
            seen.extend(page.hits.into_iter().map(|hit| hit.code));
        }
        assert_eq!(seen.len(), 298);
        if matches!(sort, Sort::Code | Sort::Relevance) {
            assert!(seen.is_sorted());
        }
        let last = seen.last().cloned().unwrap();
        if matches!(sort, Sort::DateAsc | Sort::DateDesc) {
            assert!(
                last.contains("0000") || last.starts_with('Z'),
                "undated records come last: {last}"
            );
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 298);
    }
}
