//! `bench`: the shape of what it tells; figures are not judged here.

use crate::run::{Place, Run, fields, lantai};

#[track_caller]
fn names(run: &Run) -> Vec<String> {
    let report = run.ended(0);
    assert_eq!(fields(&report), ["date", "machine", "rows", "version"]);
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    let rows = report["rows"].as_array().unwrap();
    for row in rows {
        assert!(row["value"].is_number() && row["unit"].is_string(), "{row}");
    }
    rows.iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn intake_tells_rates_ratio_and_memory() {
    let run = lantai(["bench", "intake", "--large-mb", "3", "--items", "20", "--json"]);
    let names = names(&run);
    for name in [
        "large.intake",
        "large.ratio",
        "large.peak_memory",
        "items.intake",
        "items.index",
    ] {
        assert!(names.iter().any(|found| found == name), "{name} in {names:?}");
    }
}

#[test]
fn intake_takes_given_data() {
    let place = Place::bare();
    let package = place.package();
    let run = lantai(["bench", "intake", "--json", "--path", package.to_str().unwrap()]);
    assert!(names(&run).contains(&"given.items".to_owned()));
}

#[test]
fn search_tells_rates_and_percentiles() {
    let run = lantai([
        "bench",
        "search",
        "--entries",
        "300",
        "--questions",
        "20",
        "--repeat",
        "2",
        "--json",
    ]);
    let names = names(&run);
    for name in [
        "index.rate",
        "search.public.p50",
        "search.public.p95",
        "search.archivist.p99",
    ] {
        assert!(names.iter().any(|found| found == name), "{name} in {names:?}");
    }
    assert_eq!(run.json()["rows"][0]["runs"], 2);
}

#[test]
fn search_tells_recall_of_given_questions() {
    let place = Place::bare();
    let package = place.package();
    let queries =
        "类型,查询,档号\n题名,修建柳湾大桥,Q001-WS·1985·Y-0001\n文号,川政〔1985〕12号,Q001-WS·1985·Y-0001\n";
    std::fs::write(package.join("queries.csv"), queries).unwrap();
    let run = lantai([
        "bench",
        "search",
        "--json",
        "--demo-archive",
        package.to_str().unwrap(),
    ]);
    let report = run.ended(0);
    let value = |name: &str| {
        let rows = report["rows"].as_array().unwrap();
        rows.iter()
            .find(|row| row["name"] == name)
            .unwrap_or_else(|| panic!("{name}"))["value"]
            .clone()
    };
    assert_eq!(
        (value("recall.all.at_10"), value("recall.文号.first")),
        (1.0.into(), 1.0.into())
    );
}

#[test]
fn vault_and_journal_are_measured_alone() {
    let run = lantai(["bench", "vault", "--objects", "20", "--json"]);
    assert!(names(&run).contains(&"vault.durable".to_owned()));
    let run = lantai(["bench", "journal", "--entries", "300", "--batch", "100", "--json"]);
    assert!(names(&run).contains(&"journal.durable".to_owned()));
}

#[test]
fn people_read_a_table() {
    let run = lantai(["bench", "journal", "--entries", "10"]);
    assert_eq!(run.status, 0);
    assert!(
        run.out.contains("journal.durable") && run.out.contains("entries/s"),
        "{run:?}"
    );
}
