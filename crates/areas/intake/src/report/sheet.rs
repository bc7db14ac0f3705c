//! The report as a sheet of blocks, which HTML and PDF lay out in their own ways.

use super::texts;
use super::{ReportData, ReportedCheck};
use crate::rules::Family;
use crate::tasks::ReviewTask;
use lantai_domain::{Finding, Outcome};

/// How many faults a printed report tells one by one.
pub(super) const FINDINGS_PRINTED: usize = 500;

/// A cell: Chinese, and English below it in smaller letters.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub zh: String,
    pub en: String,
    /// Whether it is bad news.
    pub is_bad: bool,
}

impl Cell {
    fn zh(zh: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            ..Self::default()
        }
    }

    fn both(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
            is_bad: false,
        }
    }
}

/// One block of the sheet.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A heading.
    Heading { zh: String, en: &'static str },
    /// A paragraph.
    Text { zh: String, en: String },
    /// A table; the widths are shares of the line.
    Table {
        head: Vec<Cell>,
        widths: Vec<f32>,
        rows: Vec<Vec<Cell>>,
    },
    /// Lines to be signed.
    Signatures(Vec<Cell>),
}

/// Title of the report.
pub(super) const TITLE: (&str, &str) = ("电子档案四性检测报告", "Report of the four-property checks");

/// The whole report.
pub(super) fn blocks(report: &ReportData) -> Vec<Block> {
    let mut blocks = vec![
        about(report),
        heading("检测结果概要", "Summary"),
        summary(report),
        conclusion(report),
    ];
    for family in Family::ALL {
        blocks.push(Block::Heading {
            zh: format!("{}检测", family.label_zh()),
            en: family.label_en(),
        });
        blocks.push(checks(report, family));
    }
    blocks.push(heading("问题清单", "Faults"));
    blocks.extend(faults(report));
    if !report.decisions.is_empty() {
        blocks.push(heading("人工确认", "Decided by a person"));
        blocks.push(decisions(report));
    }
    blocks.push(heading("签字", "Signatures"));
    blocks.push(Block::Signatures(vec![
        Cell::both("检测人", "tested by"),
        Cell::both("审核人", "reviewed by"),
        Cell::both("移交单位（盖章）", "sending unit (seal)"),
        Cell::both("接收单位（盖章）", "archives (seal)"),
    ]));
    blocks
}

fn heading(zh: &str, en: &'static str) -> Block {
    Block::Heading {
        zh: zh.to_owned(),
        en,
    }
}

fn about(report: &ReportData) -> Block {
    let (stage, stage_en) = texts::stage(report.stage);
    let package = &report.package;
    let kind = package.kind.map_or("—".to_owned(), |kind| {
        format!("{}（{}）", texts::kind(kind), kind.name())
    });
    let size = format!(
        "{} 件，{} 个文件，{} 字节",
        texts::number(package.items),
        texts::number(package.files),
        texts::number(package.bytes)
    );
    let profile = format!(
        "{} {}（{} {}）",
        report.profile.title, report.profile.name, report.rules_version, report.profile.version
    );
    let rows = [
        (("报告编号", "report"), report.report_id.clone()),
        (("信息包", "package"), package.name.clone()),
        (("包的类型", "kind"), kind),
        (("检测环节", "stage"), format!("{stage}（{stage_en}）")),
        (("数量", "extent"), size),
        (("检测方案与规则版本", "profile and rules"), profile),
        (
            ("检测时间", "time"),
            format!(
                "{} 至 {}",
                texts::moment(report.started),
                texts::moment(report.finished)
            ),
        ),
        (
            ("检测工具", "tool"),
            format!("{} {}", report.tool.name, report.tool.version),
        ),
        (("操作人", "operator"), report.operator.clone()),
    ];
    Block::Table {
        head: Vec::new(),
        widths: vec![0.28, 0.72],
        rows: rows
            .into_iter()
            .map(|((zh, en), value)| vec![Cell::both(zh, en), Cell::zh(value)])
            .collect(),
    }
}

fn summary(report: &ReportData) -> Block {
    let head = [
        ("性质", "property"),
        ("检测项目", "checks tested"),
        ("通过", "passed"),
        ("提示", "warnings"),
        ("不通过", "failed"),
        ("待人工", "for a person"),
    ];
    let rows = Family::ALL.into_iter().map(|family| {
        let summary = report.summary(family);
        let count = |number: u64| Cell::zh(number.to_string());
        vec![
            Cell::both(family.label_zh(), family.label_en()),
            count(summary.tested),
            count(summary.passed),
            count(summary.warned),
            Cell {
                is_bad: summary.failed > 0,
                ..count(summary.failed)
            },
            count(summary.open),
        ]
    });
    Block::Table {
        head: head.into_iter().map(|(zh, en)| Cell::both(zh, en)).collect(),
        widths: vec![0.25, 0.15, 0.15, 0.15, 0.15, 0.15],
        rows: rows.collect(),
    }
}

fn conclusion(report: &ReportData) -> Block {
    let (zh, en) = texts::conclusion(report);
    let (mut zh, mut en) = (format!("结论：{zh}"), en.to_owned());
    if report.sample > 0 && report.stage == lantai_domain::Stage::Transfer {
        let sample = texts::number(report.sample);
        zh.push_str(&format!("接收时人工抽查不少于 {sample} 件。"));
        en.push_str(&format!(" At least {sample} records are to be looked at by eye."));
    }
    Block::Text { zh, en }
}

fn checks(report: &ReportData, family: Family) -> Block {
    let head = [
        ("编号", "check"),
        ("标准号", "standard"),
        ("检测项目", "name"),
        ("检测数", "tested"),
        ("问题数", "findings"),
        ("结果", "outcome"),
    ];
    Block::Table {
        head: head.into_iter().map(|(zh, en)| Cell::both(zh, en)).collect(),
        widths: vec![0.09, 0.12, 0.42, 0.11, 0.11, 0.15],
        rows: report.of(family).map(row).collect(),
    }
}

fn row(check: &ReportedCheck) -> Vec<Cell> {
    let result = &check.result;
    let (zh, en) = texts::outcome(result.outcome);
    let (title, english) = match &result.note {
        Some(note) => (
            format!("{}（{}）", result.title, note.zh),
            format!("{} ({})", check.english, note.en),
        ),
        None => (result.title.clone(), check.english.clone()),
    };
    vec![
        Cell::zh(result.check.clone()),
        Cell::zh(result.std.clone()),
        Cell::both(title, english),
        Cell::zh(texts::number(result.tested)),
        Cell::zh(texts::number(result.failed)),
        Cell {
            is_bad: matches!(result.outcome, Outcome::Fail | Outcome::Error),
            ..Cell::both(zh, en)
        },
    ]
}

fn faults(report: &ReportData) -> Vec<Block> {
    if report.findings.is_empty() {
        return vec![Block::Text {
            zh: "没有发现问题。".to_owned(),
            en: "None.".to_owned(),
        }];
    }
    let head = [
        ("检测项", "check"),
        ("程度", "weight"),
        ("位置", "where"),
        ("问题", "fault"),
        ("处理", "mend"),
    ];
    let table = Block::Table {
        head: head.into_iter().map(|(zh, en)| Cell::both(zh, en)).collect(),
        widths: vec![0.08, 0.09, 0.27, 0.33, 0.23],
        rows: report.findings.iter().take(FINDINGS_PRINTED).map(fault).collect(),
    };
    let told: u64 = report.results.iter().map(|check| check.result.failed).sum();
    let printed = u64::try_from(report.findings.len().min(FINDINGS_PRINTED)).unwrap_or(u64::MAX);
    if told <= printed {
        return vec![table];
    }
    let (told, printed) = (texts::number(told), texts::number(printed));
    let note = Block::Text {
        zh: format!("共 {told} 个问题，此处列出 {printed} 个；全部见 JSON 报告。"),
        en: format!(
            "{told} findings in all, {printed} printed here; the JSON report has all that were kept."
        ),
    };
    vec![table, note]
}

fn decisions(report: &ReportData) -> Block {
    let head = [
        ("检测项", "check"),
        ("事项", "question"),
        ("结论", "decision"),
        ("说明", "reason"),
        ("确认人与时间", "by, at"),
    ];
    Block::Table {
        head: head.into_iter().map(|(zh, en)| Cell::both(zh, en)).collect(),
        widths: vec![0.08, 0.3, 0.13, 0.27, 0.22],
        rows: report.decisions.iter().map(decision).collect(),
    }
}

fn decision(task: &ReviewTask) -> Vec<Cell> {
    let asked = texts::of_code(&task.code).map_or_else(|| task.code.clone(), |text| text.what.clone());
    let (zh, en) = match &task.decision {
        Some(decision) => texts::decision(decision.passed),
        None => texts::outcome(Outcome::Manual),
    };
    let decision = task.decision.as_ref();
    vec![
        Cell::zh(task.check.clone()),
        Cell::zh(format!("{asked}（{} 处）", texts::number(task.findings))),
        Cell {
            is_bad: decision.is_some_and(|decision| !decision.passed),
            ..Cell::both(zh, en)
        },
        Cell::zh(decision.map(|decision| decision.note.clone()).unwrap_or_default()),
        Cell::zh(
            decision
                .map(|decision| format!("{}\n{}", decision.by, texts::moment(decision.at)))
                .unwrap_or_default(),
        ),
    ]
}

fn fault(finding: &Finding) -> Vec<Cell> {
    let place = [
        finding.record.as_deref(),
        finding.file.as_deref(),
        finding.element.as_deref(),
    ];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    let text = texts::of_finding(finding);
    let (weight, weight_en) = match finding.outcome {
        Outcome::Manual => texts::outcome(Outcome::Manual),
        Outcome::Error => texts::outcome(Outcome::Error),
        _ => texts::severity(finding.severity),
    };
    let mut detail = finding.found.clone().unwrap_or_default();
    if let Some(expected) = &finding.expected {
        detail.push_str(&format!(" (expected: {expected})"));
    }
    vec![
        Cell::zh(finding.check.clone()),
        Cell {
            is_bad: finding.returns_package(),
            ..Cell::both(weight, weight_en)
        },
        Cell::zh(place.join("\n")),
        Cell::both(
            text.map_or_else(|| finding.code.clone(), |text| text.what.clone()),
            detail,
        ),
        Cell::both(
            text.map(|text| text.mend.clone()).unwrap_or_default(),
            finding.mend.clone().unwrap_or_default(),
        ),
    ]
}
