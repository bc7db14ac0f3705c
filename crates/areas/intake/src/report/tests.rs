use super::*;
use crate::rules::CheckRules;

fn report(verdict: Verdict, findings: Vec<Finding>) -> ReportData {
    let rules = CheckRules::builtin().unwrap();
    let stage = Stage::Transfer;
    let mut checks = Vec::new();
    for rule in rules.checks.iter().filter(|rule| rule.severity(stage).is_some()) {
        let failed = findings.iter().filter(|finding| finding.check == rule.id).count();
        checks.push(CheckResult {
            check: rule.id.clone(),
            title: rule.title.clone(),
            std: rule.standard_number(stage),
            family: rule.family,
            outcome: if failed > 0 { Outcome::Fail } else { Outcome::Pass },
            tested: 2,
            failed: failed as u64,
            note: None,
        });
    }
    let at: Timestamp = "2026-01-15T01:00:00Z".parse().unwrap();
    ReportData::new(&Test {
        report_id: "0190b0c0-0000-7000-8000-0000000000aa".to_owned(),
        heading: "示例县档案馆",
        stage,
        package: TestedPackage {
            name: "Z001-20260115-0001".to_owned(),
            kind: Some(SubmissionKind::Transfer),
            items: 2_000,
            files: 2_100,
            bytes: 123_456_789,
        },
        rules: &rules,
        time: (at, at),
        tool: Tool::this(),
        operator: "admin",
        verdict,
        checks: &checks,
        findings: &findings,
        decisions: &[],
    })
}

fn finding(check: &str, code: &str, found: &str) -> Finding {
    Finding::new(check, Severity::Blocker, Outcome::Fail, code)
        .record("Z001-WS·2020·Y-00O2")
        .element("archival_code")
        .expected("a code by the rule of its fonds and category")
        .found(found)
        .mend("did you mean Z001-WS·2020·Y-0002?")
}

#[test]
fn the_json_of_a_report_has_everything() {
    let report = report(
        Verdict::Failed,
        vec![finding("A-2.6", "intake.code_invalid", "Z001-WS·2020·Y-00O2")],
    );
    let json: serde_json::Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["verdict"], "failed");
    assert_eq!(json["profile"]["name"], "default");
    assert_eq!(json["counts"]["fail"], 1);
    assert_eq!(json["sample"], 100, "five of a hundred of 2 000");
    let code = json["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["check"] == "A-2.6")
        .unwrap();
    assert_eq!(
        (&code["std"], &code["severity"], &code["mode"]),
        (&"YJ-1-7".into(), &"blocker".into(), &"auto".into())
    );
    let back: ReportData = serde_json::from_value(json).unwrap();
    assert_eq!(back, report);
}

#[test]
fn a_page_is_whole_and_takes_nothing_as_markup() {
    let report = report(
        Verdict::Failed,
        vec![finding(
            "A-2.6",
            "intake.code_invalid",
            "<script>alert(1)</script>\u{202E}",
        )],
    );
    let page = html(&report);
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;") && !page.contains('\u{202E}'));
    for needed in [
        "示例县档案馆",
        "电子档案四性检测报告",
        "真实性",
        "可用性",
        "档号规范性检测",
        "YJ-1-7",
        "签字",
        "整包退回",
        "did you mean",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
    for outside in ["http://", "https://", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_pdf_is_made_where_a_font_is_installed() {
    let many: Vec<Finding> = (0..120)
        .map(|number| {
            finding(
                "A-2.6",
                "intake.code_invalid",
                &format!("第{number}件 བོད་ 𪚥 \u{E000}"),
            )
        })
        .collect();
    match pdf(&report(Verdict::Failed, many)) {
        Ok(bytes) => {
            assert!(bytes.starts_with(b"%PDF-1.7"));
            assert!(bytes.len() > 20_000 && bytes.len() < 3_000_000, "{}", bytes.len());
        }
        Err(error) => assert_eq!(error.code(), "intake.font_missing", "{error}"),
    }
}

#[test]
fn a_package_without_findings_says_so() {
    let page = html(&report(Verdict::Passed, Vec::new()));
    assert!(page.contains("没有发现问题") && page.contains("检测合格"));
}

#[test]
fn what_a_person_decided_is_in_the_report() {
    let task = |number: u32, decision: Option<crate::tasks::TaskDecision>| ReviewTask {
        number,
        check: "S-3.1".to_owned(),
        code: "intake.process_unconfirmed".to_owned(),
        severity: Severity::Major,
        kind: crate::tasks::TaskKind::Manual,
        findings: 3,
        examples: Vec::new(),
        decision,
    };
    let decided = crate::tasks::TaskDecision {
        passed: true,
        note: "已与移交单位<核对>".to_owned(),
        by: "wangfang".to_owned(),
        at: "2026-01-16T01:00:00Z".parse().unwrap(),
    };
    let report = ReportData {
        decisions: vec![task(1, Some(decided)), task(2, None)],
        ..report(Verdict::Manual, Vec::new())
    };
    let page = html(&report);
    for needed in [
        "人工确认",
        "已与移交单位&lt;核对&gt;",
        "wangfang",
        "2026-01-16 09:00:00",
        "待人工",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
    let back: ReportData = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(back, report);
}
