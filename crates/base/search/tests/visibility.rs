//! What a viewer may not see is not found, not counted, not ranked by and not shown to that viewer.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly and say why it skips")]

use lantai_domain::OpenStatusKind;
use lantai_search::{
    Filters, Index, SearchDocument, SearchError, SearchRequest, SearchResult, Visibility, YearFilter,
};
use proptest::prelude::*;
use viewers::{cell, members_of, public};

mod viewers;

/// An index of these documents in a folder that lives as long as the value.
struct Archive {
    index: Index,
    _folder: tempfile::TempDir,
}

fn archive(documents: &[SearchDocument]) -> Archive {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path()).unwrap();
    let mut writer = index.writer(0).unwrap();
    for document in documents {
        writer.upsert(document).unwrap();
    }
    writer.commit().unwrap();
    drop(writer);
    index.reload().unwrap();
    Archive {
        index,
        _folder: folder,
    }
}

fn document(id: &str, title: &str, text: &str, public: bool, public_text: bool) -> SearchDocument {
    SearchDocument {
        id: id.into(),
        code: format!("Q001-WS·2001-Y-{id}"),
        sort_code: format!("Q001-WS·2001-Y-{id}"),
        title: title.into(),
        text: text.into(),
        summary: format!("{text}摘要"),
        people: vec![format!("{text}人")],
        fonds: "Q001".into(),
        year: Some(2001),
        category: "文书".into(),
        cell: cell(match (public, public_text) {
            (true, true) => OpenStatusKind::Open,
            (true, false) => OpenStatusKind::OpenCatalogueOnly,
            (false, _) => OpenStatusKind::Unreviewed,
        }),
        ..SearchDocument::default()
    }
}

fn ask(archive: &Archive, query: &str, visibility: Visibility) -> SearchResult {
    archive
        .index
        .search(&SearchRequest {
            visibility,
            exact_count: true,
            limit: 100,
            ..SearchRequest::new(query)
        })
        .unwrap()
}

/// A question of the public.
fn asked(query: &str) -> SearchRequest {
    SearchRequest {
        visibility: public(),
        ..SearchRequest::new(query)
    }
}

fn ids(result: &SearchResult) -> Vec<&str> {
    let mut ids: Vec<&str> = result.hits.iter().map(|hit| hit.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn an_entry_is_found_by_its_title_but_not_by_its_closed_text() {
    let archive = archive(&[
        document("0001", "水库工程", "移民安置名册", true, true),
        document("0002", "水库工程", "移民安置名册", true, false),
        document("0003", "水库工程", "移民安置名册", false, true),
    ]);
    let opened = ask(&archive, "水库", public());
    assert_eq!((opened.total, ids(&opened)), (2, vec!["0001", "0002"]));
    let by_text = ask(&archive, "移民安置", public());
    assert_eq!((by_text.total, ids(&by_text)), (1, vec!["0001"]));
    for hit in opened.hits.iter().filter(|hit| hit.id == "0002") {
        assert_eq!(hit.snippet, None);
    }
    let staff = ask(&archive, "移民安置", Visibility::everything());
    assert_eq!(staff.total, 3);
    assert!(staff.hits.iter().all(|hit| hit.snippet.is_some()));
    assert_eq!(
        ask(&archive, "水库 移民安置", Visibility::everything()).total,
        3,
        "title and text together"
    );
    assert_eq!(
        ask(&archive, "水库 -移民", Visibility::everything()).total,
        0,
        "exclusion sees the whole record"
    );
    assert_eq!(
        ask(&archive, "水库 -移民", public()).total,
        1,
        "and for the public its public part"
    );
}

#[test]
fn members_of_one_fonds_see_the_whole_of_theirs_and_the_public_part_of_the_rest() {
    let mut other = document("0002", "水库工程", "移民安置名册", true, false);
    other.fonds = "Q002".into();
    let archive = archive(&[document("0001", "水库工程", "移民安置名册", false, false), other]);
    let theirs = || members_of(&["Q001"]);
    assert_eq!(ids(&ask(&archive, "水库", theirs())), ["0001", "0002"]);
    let by_text = ask(&archive, "移民安置", theirs());
    assert_eq!(ids(&by_text), ["0001"]);
    let all = ask(&archive, "", theirs());
    assert_eq!(all.total, 2);
    assert!(
        all.hits
            .iter()
            .all(|hit| hit.snippet.is_some() == (hit.id == "0001"))
    );
    assert_eq!(ask(&archive, "水库", members_of(&[])).total, 1);
}

#[test]
fn the_scores_of_the_public_do_not_depend_on_closed_records() {
    let open = document("0001", "水库工程", "移民安置名册", true, true);
    let alone = archive(&[open.clone(), document("0002", "水库", "别的", false, false)]);
    let hidden = archive(&[open, document("0002", "水库工程", "移民移民移民", false, false)]);
    for query in ["水库", "移民", "移民安置"] {
        let (left, right) = (ask(&alone, query, public()), ask(&hidden, query, public()));
        assert_eq!(left.hits[0].score, right.hits[0].score, "{query}");
    }
}

#[test]
fn a_facet_is_counted_without_its_own_filter() {
    let mut documents: Vec<SearchDocument> = (0..6)
        .map(|n| document(&format!("000{n}"), "水库工程", "", true, true))
        .collect();
    documents[0].category = "照片".into();
    documents[1].category = "照片".into();
    documents[1].year = Some(1999);
    let archive = archive(&documents);
    let request = SearchRequest {
        filters: Filters {
            category: vec!["照片".into()],
            ..Filters::default()
        },
        ..asked("水库")
    };
    let result = archive.index.search(&request).unwrap();
    assert_eq!(result.total, 2);
    assert_eq!(
        result.facets["category"],
        [("文书".into(), 4), ("照片".into(), 2)]
    );
    assert_eq!(result.facets["year"], [("1999".into(), 1), ("2001".into(), 1)]);

    let years = |year| {
        let filters = Filters {
            year: Some(year),
            ..Filters::default()
        };
        archive
            .index
            .search(&SearchRequest { filters, ..asked("") })
            .unwrap()
            .total
    };
    assert_eq!(
        years(YearFilter::Range {
            from: None,
            to: Some(2000)
        }),
        1
    );
    assert_eq!(
        years(YearFilter::Range {
            from: Some(2000),
            to: None
        }),
        5
    );
    assert_eq!(years(YearFilter::List(vec![1999, 2001])), 6);
    assert_eq!(
        archive
            .index
            .search(&asked("水库 年度:2001..2001"))
            .unwrap()
            .total,
        5
    );
}

#[test]
fn records_are_replaced_and_removed() {
    let archive = archive(&[document("0001", "水库工程", "", true, true)]);
    let mut writer = archive.index.writer(0).unwrap();
    assert!(matches!(archive.index.writer(0), Err(SearchError::InUse)));
    writer
        .upsert(&document("0001", "公路工程", "", true, true))
        .unwrap();
    writer
        .upsert(&document("0002", "公路养护", "", true, true))
        .unwrap();
    assert_eq!(
        ask(&archive, "水库", public()).total,
        1,
        "nothing changes before the commit"
    );
    writer.commit().unwrap();
    archive.index.reload().unwrap();
    assert_eq!(ask(&archive, "水库", public()).total, 0);
    assert_eq!(ids(&ask(&archive, "公路", public())), ["0001", "0002"]);
    writer.delete("0002");
    writer.delete("unknown");
    writer.commit().unwrap();
    archive.index.reload().unwrap();
    assert_eq!(ids(&ask(&archive, "公路", public())), ["0001"]);
    writer.delete_all().unwrap();
    writer.commit().unwrap();
    archive.index.reload().unwrap();
    assert_eq!(archive.index.record_count(), 0);
}

#[test]
fn an_index_is_opened_again_and_a_foreign_one_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let code = |result: Result<Index, SearchError>| result.err().map(|error| error.code());
    assert_eq!(code(Index::open(folder.path())), Some("search.index_missing"));
    {
        let index = Index::create(folder.path()).unwrap();
        let mut writer = index.writer(0).unwrap();
        writer
            .upsert(&document("0001", "水库工程", "", true, true))
            .unwrap();
        writer.commit().unwrap();
        writer
            .upsert(&document("0002", "水库工程", "", true, true))
            .unwrap();
        // Dropped without a commit.
    }
    assert_eq!(code(Index::create(folder.path())), Some("search.index_exists"));
    assert_eq!(Index::open(folder.path()).unwrap().record_count(), 1);

    let version = folder.path().join("lantai-index.json");
    let of_today = std::fs::read(&version).unwrap();
    std::fs::write(&version, "{\"version\":999}").unwrap();
    let outdated = Index::open(folder.path()).err().unwrap();
    assert_eq!(outdated.code(), "search.index_outdated");
    assert!(outdated.needs_rebuild() && outdated.to_string().contains("lantai rebuild"));
    std::fs::write(&version, of_today).unwrap();
    std::fs::write(folder.path().join("meta.json"), "not json").unwrap();
    assert_eq!(code(Index::open(folder.path())), Some("search.index_corrupt"));
}

#[test]
fn a_title_outranks_a_text_and_a_whole_phrase_its_words() {
    let archive = archive(&[
        document("0001", "别的", "关于粮食收购的通知", true, true),
        document("0002", "关于粮食收购的通知", "别的", true, true),
        document("0003", "粮食问题", "收购别的东西，发了通知", true, true),
    ]);
    let order = |query: &str| -> Vec<String> {
        ask(&archive, query, public())
            .hits
            .into_iter()
            .map(|hit| hit.id)
            .collect()
    };
    assert_eq!(order("粮食收购"), ["0002", "0001", "0003"]);
    assert_eq!(order("\"粮食收购\""), ["0002", "0001"]);
    let mut titles = order("题名:粮食");
    titles.sort_unstable();
    assert_eq!(titles, ["0002", "0003"]);
    let hit = &ask(&archive, "糧食收購", public()).hits[0];
    assert_eq!(hit.title_highlights, [(2, 6)]);
}

#[test]
fn when_nothing_has_all_the_words_the_closest_record_is_shown() {
    let archive = archive(&[
        document("0001", "关于粮食收购价格的通知", "", true, true),
        document("0002", "水库移民安置", "", true, true),
    ]);
    let result = ask(&archive, "关于粮食收够价格的通知", public());
    assert!(result.relaxed);
    assert_eq!(ids(&result), ["0001"]);
    assert!(!ask(&archive, "粮食", public()).relaxed);
    let nothing = ask(&archive, "卫星发射计划", public());
    assert_eq!((nothing.total, nothing.relaxed), (0, false));
}

fn any_document() -> impl Strategy<Value = SearchDocument> {
    (
        "[粮食收购水库工程]{1,5}",
        "[移民安置名册甲乙]{0,8}",
        any::<bool>(),
        any::<bool>(),
        0..3_i32,
    )
        .prop_map(|(title, text, public, public_text, year)| SearchDocument {
            year: Some(2000 + year),
            ..document("", &title, &text, public, public_text)
        })
}

/// The whole of what the public may see of a record, folded as the index folds it.
fn public_part(document: &SearchDocument) -> String {
    let mut part = document.title.clone();
    if document.cell.opening.content_is_public() {
        part = format!(
            "{part}|{}|{}|{}",
            document.people[0], document.summary, document.text
        );
    }
    part
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_public_never_meets_what_is_closed(
        mut documents in proptest::collection::vec(any_document(), 1..12),
        queries in proptest::collection::vec("[粮食收购水库工程移民安置名册甲乙人摘要]{1,4}|\"[移民甲]{1,2}\"|-[移民粮食]{1,2}|", 1..6),
    ) {
        for (place, document) in documents.iter_mut().enumerate() {
            document.id = format!("{place:04}");
            document.code = format!("Q001-WS·2001-Y-{place:04}");
        }
        let archive = archive(&documents);
        for query in queries {
            let result = ask(&archive, &query, public());
            prop_assert_eq!(result.total as usize, result.hits.len());
            let counted: u64 = result.facets.get("year").map_or(0, |years| years.iter().map(|one| one.1).sum());
            prop_assert_eq!(counted, result.total);
            for hit in &result.hits {
                let document = documents.iter().find(|document| document.id == hit.id).unwrap();
                prop_assert!(document.cell.opening.entry_is_public());
                prop_assert!(document.cell.opening.content_is_public() || hit.snippet.is_none());
                if !query.starts_with('-') && !query.is_empty() {
                    let part = public_part(document);
                    let meets = query.chars().filter(|c| *c != '"').any(|c| part.contains(c));
                    prop_assert!(meets, "{} found {}", query, part);
                }
            }
            // Every public record that has the text as it stands is found.
            let plain: String = query.trim_matches('"').to_owned();
            if !plain.is_empty() && !plain.starts_with('-') {
                for document in documents.iter().filter(|document| document.cell.opening.entry_is_public()) {
                    if public_part(document).split('|').any(|part| part.contains(&plain)) {
                        prop_assert!(result.hits.iter().any(|hit| hit.id == document.id), "{} misses {}", plain, document.title);
                    }
                }
            }
            let staff = ask(&archive, &query, Visibility::everything());
            if !query.starts_with('-') && !staff.relaxed && !result.relaxed {
                prop_assert!(staff.total >= result.total);
            }
        }
    }

    #[test]
    fn no_query_is_an_error(query in "\\PC{0,60}|[-\"“”: *年度题名档号日期文0-9〔〕.粮A·]{0,30}") {
        let archive = archive(&[document("0001", "粮食", "收购", true, false)]);
        for visibility in [public(), Visibility::everything(), members_of(&["Q001"])] {
            let result = archive.index.search(&SearchRequest { visibility, ..SearchRequest::new(query.as_str()) });
            prop_assert!(result.is_ok());
        }
    }
}

#[test]
fn counts_stop_at_the_cap_unless_all_are_wanted() {
    let documents: Vec<SearchDocument> = (0..10_050)
        .map(|place| SearchDocument {
            id: place.to_string(),
            code: format!("Q001-{place:05}"),
            sort_code: format!("Q001-{place:05}"),
            title: "水库".into(),
            fonds: "Q001".into(),
            cell: cell(OpenStatusKind::Open),
            ..SearchDocument::default()
        })
        .collect();
    let archive = archive(&documents);
    let ask = |want_facets, exact_count| {
        let request = SearchRequest {
            want_facets,
            exact_count,
            ..asked("水库")
        };
        archive.index.search(&request).unwrap()
    };
    for want_facets in [true, false] {
        let capped = ask(want_facets, false);
        assert_eq!(
            (capped.total, capped.total_is_capped),
            (SearchRequest::COUNT_CAP, true)
        );
        let exact = ask(want_facets, true);
        assert_eq!((exact.total, exact.total_is_capped), (10_050, false));
    }
    assert_eq!(ask(true, false).facets["fonds"], [("Q001".to_owned(), 10_050)]);
    let codes: Vec<String> = ask(false, false).hits.into_iter().map(|hit| hit.code).collect();
    assert!(
        codes.is_sorted() && codes[0] == "Q001-00000",
        "equal hits follow by code"
    );
}

#[test]
fn an_index_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Index>();
    let archive = archive(&[document("0001", "水库工程", "", true, true)]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ask(&archive, "水库", public()).total, 1));
        }
    });
}
