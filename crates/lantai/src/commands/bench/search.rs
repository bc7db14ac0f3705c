//! `lantai bench search`

use super::intake::receive;
use super::measure::{Report, forget_peak_memory, timed_async};
use super::{Place, empty_archive, generate};
use anyhow::Context;
use clap::Args;
use lantai_access::find;
use lantai_domain::Viewer;
use lantai_search::SearchRequest;
use lantai_server::Archive;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Measure indexing and searching: entries are taken in, indexed by the job that does so, and asked for.
#[derive(Debug, Args)]
pub struct Search {
    /// Number of catalogue entries to generate.
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    entries: u32,
    /// Number of questions to generate.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    questions: u32,
    /// A catalogue of your own, instead of a generated one.
    #[arg(long, value_name = "CSV")]
    catalogue: Option<PathBuf>,
    /// Questions of your own: a column 查询; with a column 档号 or 相关档号 (several parted by |), recall is told by 类型.
    #[arg(long, value_name = "CSV")]
    queries: Option<PathBuf>,
    /// A package with catalogue.csv and queries.csv: its records are taken in, its questions asked.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["catalogue", "queries"])]
    demo_archive: Option<PathBuf>,
}

/// One question, and what it must find.
struct Question {
    kind: String,
    text: String,
    right: Vec<String>,
}

impl Search {
    pub(super) async fn run(self, place: &Place) -> anyhow::Result<Report> {
        let mut report = Report::new();
        for _ in 0..place.repeat {
            let folder = place.fresh()?;
            let archive = empty_archive(folder.path()).await?;
            let mut questions = self.questions()?;
            let package = self.package(folder.path(), &mut questions)?;
            fill(&archive, &package, &mut report).await?;
            for (name, viewer) in [
                ("public", archive.public()?),
                ("archivist", Viewer::local_archivist()),
            ] {
                for (more, facets) in [("", true), (".no_facets", false)] {
                    let times = ask(&archive, &viewer, &questions, facets).await?;
                    report.percentiles(&format!("search.{name}{more}"), times);
                }
            }
            recall(&archive, &questions, &mut report).await?;
        }
        Ok(report)
    }

    /// The package whose records are searched; the questions follow when its codes change.
    fn package(&self, folder: &Path, questions: &mut [Question]) -> anyhow::Result<PathBuf> {
        if let Some(package) = &self.demo_archive {
            return Ok(package.clone());
        }
        let package = folder.join("package");
        std::fs::create_dir(&package)?;
        let catalogue = package.join("catalogue.csv");
        match &self.catalogue {
            Some(given) => {
                let codes = with_new_codes(given, &catalogue)
                    .with_context(|| format!("cannot take over {}", given.display()))?;
                for code in questions.iter_mut().flat_map(|question| &mut question.right) {
                    if let Some(new) = codes.get(code) {
                        code.clone_from(new);
                    }
                }
            }
            None => generate::catalogue(&catalogue, self.entries).context("cannot write the catalogue")?,
        }
        Ok(package)
    }

    fn questions(&self) -> anyhow::Result<Vec<Question>> {
        let in_package = self
            .demo_archive
            .as_ref()
            .map(|package| package.join("queries.csv"));
        let Some(path) = self.queries.clone().or(in_package) else {
            let question = |text| Question {
                kind: String::new(),
                text,
                right: Vec::new(),
            };
            return Ok(generate::questions(self.questions)
                .into_iter()
                .map(question)
                .collect());
        };
        let cannot = || format!("cannot read {}", path.display());
        let mut questions = Vec::new();
        for row in csv::Reader::from_path(&path).with_context(cannot)?.deserialize() {
            let row: BTreeMap<String, String> = row.with_context(cannot)?;
            let value = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let right = [value("相关档号"), value("档号")]
                .into_iter()
                .find(|right| !right.is_empty());
            questions.push(Question {
                kind: value("类型").to_owned(),
                text: value("查询").to_owned(),
                right: right
                    .unwrap_or_default()
                    .split('|')
                    .filter(|code| !code.is_empty())
                    .map(str::to_owned)
                    .collect(),
            });
        }
        Ok(questions)
    }
}

/// Columns that are left out of a catalogue of another archive: its codes are given anew, and what speaks of their
/// parts would contradict them.
const PARTS_OF_CODES: [&str; 7] = [
    "全宗号",
    "全宗名称",
    "门类",
    "年度",
    "保管期限",
    "机构或问题",
    "件号",
];

/// Copies a catalogue with codes by the rules, and tells the new code of each old one.
fn with_new_codes(from: &Path, to: &Path) -> anyhow::Result<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(from)?;
    let headings = reader.headers()?.clone();
    let kept: Vec<usize> = (0..headings.len())
        .filter(|column| {
            headings
                .get(*column)
                .is_some_and(|heading| !PARTS_OF_CODES.contains(&heading))
        })
        .collect();
    let code_column = headings
        .iter()
        .position(|heading| heading == "档号")
        .context("it has no column 档号")?;
    let mut writer = csv::Writer::from_path(to)?;
    writer.write_record(kept.iter().filter_map(|column| headings.get(*column)))?;
    let mut codes = HashMap::new();
    for (row, number) in reader.records().zip(1_u32..) {
        let row = row?;
        let code = generate::code_of(number);
        let cell = |column: &usize| {
            if *column == code_column {
                Some(code.as_str())
            } else {
                row.get(*column)
            }
        };
        writer.write_record(kept.iter().filter_map(cell))?;
        codes.insert(row.get(code_column).unwrap_or_default().to_owned(), code);
    }
    writer.flush()?;
    Ok(codes)
}

/// Takes a package in and indexes it.
async fn fill(archive: &Archive, package: &Path, report: &mut Report) -> anyhow::Result<()> {
    forget_peak_memory();
    let (accession, time) = receive(archive, package, "B001").await?;
    report.peak_memory("catalogue.peak_memory");
    report.add("catalogue.entries", "entries", accession.items as f64);
    report.rate("catalogue.intake", "entries/s", accession.items as f64, time);
    forget_peak_memory();
    let (done, time) = timed_async(archive.worker().run_until_idle()).await;
    done?;
    report.peak_memory("index.peak_memory");
    report.rate("index.rate", "entries/s", accession.items as f64, time);
    report.add(
        "index.size",
        "MB",
        folder_bytes(archive.index.index().path()) as f64 / 1e6,
    );
    Ok(())
}

/// Asks every question once, and tells how long each took.
async fn ask(
    archive: &Archive,
    viewer: &Viewer,
    questions: &[Question],
    want_facets: bool,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(questions.len());
    for question in questions {
        let request = SearchRequest {
            want_facets,
            ..SearchRequest::new(&question.text)
        };
        let (found, time) = timed_async(find(&archive.index, viewer, request)).await;
        found?;
        times.push(time);
    }
    Ok(times)
}

/// Tells how many questions have one of their records among the first ten, and in the first place.
async fn recall(archive: &Archive, questions: &[Question], report: &mut Report) -> anyhow::Result<()> {
    let mut kinds: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for question in questions.iter().filter(|question| !question.right.is_empty()) {
        let request = SearchRequest {
            limit: 10,
            ..SearchRequest::new(&question.text)
        };
        let findings = find(&archive.index, &Viewer::local_archivist(), request).await?;
        let place = findings
            .found
            .iter()
            .position(|found| question.right.contains(&found.hit.code));
        for kind in [question.kind.as_str(), "all"] {
            let (asked, first, ten) = kinds.entry(kind).or_default();
            *asked += 1;
            *first += usize::from(place == Some(0));
            *ten += usize::from(place.is_some());
        }
    }
    for (kind, (asked, first, ten)) in kinds {
        report.add(format!("recall.{kind}.questions"), "questions", asked as f64);
        report.add(
            format!("recall.{kind}.at_10"),
            "of questions",
            ten as f64 / asked as f64,
        );
        report.add(
            format!("recall.{kind}.first"),
            "of questions",
            first as f64 / asked as f64,
        );
    }
    Ok(())
}

fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}
