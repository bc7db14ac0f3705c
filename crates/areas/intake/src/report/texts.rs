//! The words of the report: Chinese first, English beside it.

use crate::report::ReportData;
use crate::submission::SubmissionKind;
use lantai_domain::{Finding, Outcome, Severity, Stage, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const FINDINGS: &str = include_str!("../../../../../rules/finding-texts.toml");

/// What a fault says in Chinese.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FindingText {
    /// The fault.
    pub what: String,
    /// What to do.
    pub mend: String,
}

/// The texts of faults, by their stable names.
pub(super) fn of_finding(finding: &Finding) -> Option<&'static FindingText> {
    of_code(&finding.code)
}

/// The text of a fault, by its stable name.
pub(super) fn of_code(code: &str) -> Option<&'static FindingText> {
    static TEXTS: LazyLock<BTreeMap<String, FindingText>> =
        LazyLock::new(|| toml::from_str(FINDINGS).unwrap_or_default());
    TEXTS.get(code)
}

pub(super) fn stage(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Filing => ("归档", "filing"),
        Stage::Transfer => ("移交与接收", "transfer and acceptance"),
        Stage::Preservation => ("长期保存", "preservation"),
    }
}

pub(super) fn kind(kind: SubmissionKind) -> &'static str {
    match kind {
        SubmissionKind::Folder => "带目录表的文件夹",
        SubmissionKind::Bagit => "BagIt 包",
        SubmissionKind::Transfer => "移交信息包",
        SubmissionKind::Eep => "电子文件封装包",
        SubmissionKind::Eark => "E-ARK 信息包",
        SubmissionKind::File => "单个文件",
    }
}

pub(super) fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Pass => ("通过", "passed"),
        Outcome::Fail => ("不通过", "failed"),
        Outcome::Warn => ("提示", "warning"),
        Outcome::Manual => ("待人工", "for a person"),
        Outcome::NotApplicable => ("不适用", "not applicable"),
        Outcome::Error => ("未能检测", "could not run"),
    }
}

pub(super) fn decision(passed: bool) -> (&'static str, &'static str) {
    if passed {
        ("确认通过", "accepted")
    } else {
        ("不予通过", "refused")
    }
}

pub(super) fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Blocker => ("退回", "blocker"),
        Severity::Major => ("严重", "major"),
        Severity::Minor => ("轻微", "minor"),
        Severity::Warn => ("提示", "warning"),
    }
}

/// The conclusion, in a sentence each.
pub(super) fn conclusion(report: &ReportData) -> (&'static str, &'static str) {
    match report.verdict {
        Verdict::Passed => ("检测合格，准予接收。", "The package passed and may be accepted."),
        Verdict::Failed => (
            "检测不合格，信息包整包退回，更正后从头重新检测。",
            "The package failed; it goes back whole, and is tested from the start when it is corrected.",
        ),
        Verdict::Manual => (
            "机器检测未发现应退回的问题；下列人工项目须由责任人逐项确认后方可接收。",
            "No machine-tested fault returns the package; a person must confirm the open items before it is accepted.",
        ),
    }
}

/// A moment as it is written in China.
pub(super) fn moment(at: jiff::Timestamp) -> String {
    let zoned = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    zoned.strftime("%Y-%m-%d %H:%M:%S +08:00").to_string()
}

/// Bytes with their thousands parted.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut parted = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            parted.push(' ');
        }
        parted.push(digit);
    }
    parted
}
