//! For each automatic check of the rules a good package that passes it and a bad one that fails exactly it, and that
//! passes once the check is switched off. A check without such a pair is on a list that says why.

use crate::archives::Archive;
use crate::clauses::{catalogue, clauses};
use crate::containers::{broken_inside, whole_inside};
use crate::package::{Package, RECORDS, Written};
use crate::{fails_exactly_by, scanner, tested, under};
use lantai_domain::{Outcome, Stage};
use lantai_intake::rules::{CheckRules, Mode};
use lantai_intake::{Checked, IntakeRules};
use std::collections::BTreeSet;
use tempfile::TempDir;

/// Automatic checks that no package by itself can pass or fail, and where they are tested or why they are not.
const ELSEWHERE: [(&str, &str); 1] = [(
    "U-1.2",
    "rows are written into an archive: tests/whole_way/catalogue.rs",
)];

enum OnDisk {
    Transfer(Written),
    Folder(TempDir),
    Archive(Archive),
}

impl OnDisk {
    fn tested(&self, rules: &IntakeRules, stage: Stage) -> Checked {
        match self {
            Self::Transfer(written) => tested(rules, stage, written.path()),
            Self::Folder(folder) => tested(rules, stage, folder.path()),
            Self::Archive(archive) => archive.tested(rules),
        }
    }
}

struct Pair {
    check: &'static str,
    what: &'static str,
    stage: Stage,
    profile: &'static str,
    /// Whether the good package is tested with a scanner for malware.
    has_scanner: bool,
    good: OnDisk,
    bad: OnDisk,
}

impl Pair {
    fn new(check: &'static str, what: &'static str, good: OnDisk, bad: OnDisk) -> Self {
        Self {
            check,
            what,
            stage: Stage::Transfer,
            profile: "",
            has_scanner: false,
            good,
            bad,
        }
    }

    /// What is wrong with the pair.
    fn fault(&self) -> Option<String> {
        let mut rules = under(self.profile);
        if self.has_scanner {
            rules = rules.with_scanner(scanner());
        }
        let checked = self.good.tested(&rules, self.stage);
        let result = checked.checks.iter().find(|result| result.check == self.check);
        let Some(result) = result else {
            return Some(format!("{} is not run at this stage", self.check));
        };
        if result.outcome != Outcome::Pass || result.tested == 0 {
            return Some(format!(
                "{} {}: the good package is {:?} of {} tested: {:#?}",
                self.check, self.what, result.outcome, result.tested, checked.findings
            ));
        }
        let what = format!("{}, {}", self.check, self.what);
        let test = |rules: &IntakeRules| self.bad.tested(rules, self.stage);
        fails_exactly_by(&what, self.profile, &[self.check], &test).err()
    }
}

fn transfer(package: &Package) -> OnDisk {
    OnDisk::Transfer(package.write())
}

fn pairs() -> Vec<Pair> {
    let good = Package::good;
    let mut pairs: Vec<Pair> = clauses()
        .into_iter()
        .map(|clause| {
            Pair::new(
                clause.check,
                clause.what,
                transfer(&good()),
                transfer(&clause.package),
            )
        })
        .collect();
    let two = |second: &str, texts: &[&str]| {
        let rows = format!(
            "Z001-WS·2020·Y-0001,第一件,永久,文书,content/1.txt\n{second},第二件,永久,文书,content/2.txt\n"
        );
        OnDisk::Folder(catalogue(&rows, texts))
    };
    let whole = || two("Z001-WS·2020·Y-0002", &["1", "2"]);
    pairs.push(Pair::new(
        "A-2.7",
        "a code given twice",
        whole(),
        two("Z001-WS·2020·Y-0001", &["1", "2"]),
    ));
    pairs.push(Pair::new(
        "A-4.1",
        "a file that is not there",
        whole(),
        two("Z001-WS·2020·Y-0002", &["1"]),
    ));
    let orphan = catalogue(
        "Z001-WS·2020·Y-0001,第一件,永久,文书,content/1.txt\n",
        &["1", "2"],
    );
    pairs.push(Pair::new(
        "A-4.1",
        "a file that no record names",
        whole(),
        OnDisk::Folder(orphan),
    ));
    let bytes: usize = RECORDS.iter().map(|record| record.text.len()).sum();
    let stated = good().stated(&format!("{bytes}字节"), &format!("{}字节", bytes + 1));
    pairs.push(Pair::new(
        "I-1.2",
        "another number of bytes",
        transfer(&good()),
        transfer(&stated),
    ));
    // an office document may be filed, and is kept only with a layout copy beside it
    let rtf = br"{\rtf1\ansi\deff0{\fonttbl{\f0 Times New Roman;}}\f0\fs24 Notice\par}";
    let alone = good().content("rtf", "RTF", rtf);
    pairs.push(Pair::new(
        "U-2.3",
        "a format that needs a copy",
        transfer(&good()),
        transfer(&alone),
    ));
    pairs.push(Pair {
        stage: Stage::Filing,
        ..Pair::new(
            "U-4.1",
            "a container in a container that does not open",
            OnDisk::Folder(whole_inside()),
            OnDisk::Folder(broken_inside()),
        )
    });
    pairs.push(Pair {
        profile: "[[check]]\nid = 'S-1.1'\ntransfer = 'blocker'\n",
        has_scanner: true,
        ..Pair::new("S-1.1", "no scanner", transfer(&good()), transfer(&good()))
    });
    pairs.extend(surroundings());
    pairs
}

/// A series of a storeroom, hour by hour for four days before the test.
fn series(temperature: impl Fn(usize) -> Option<f64>) -> String {
    let mut text = "时间,库房,温度,湿度\n".to_owned();
    for hour in 0..96 {
        let (day, hour_of_day) = (25 + hour / 24, hour % 24);
        if let Some(temperature) = temperature(hour) {
            text.push_str(&format!(
                "2026-02-{day} {hour_of_day:02}:00,纸质档案库,{temperature},50\n"
            ));
        }
    }
    text
}

/// Pairs of what surrounds what is kept.
fn surroundings() -> Vec<Pair> {
    let kept_at = |series: &str| {
        let package = Package::good().seal();
        transfer(&package.set("environment/纸质档案库.csv", series.as_bytes()))
    };
    let cool = || kept_at(&series(|_| Some(18.0)));
    let preserved = |check: &'static str, what: &'static str, good: OnDisk, bad: OnDisk| Pair {
        stage: Stage::Preservation,
        ..Pair::new(check, what, good, bad)
    };
    let archive = |check: &'static str, what: &'static str, bad: Archive| {
        preserved(
            check,
            what,
            OnDisk::Archive(Archive::good()),
            OnDisk::Archive(bad),
        )
    };
    vec![
        preserved(
            "S-4.2",
            "a storeroom too warm for half a day",
            cool(),
            kept_at(&series(|hour| Some(if hour < 84 { 23.0 } else { 24.6 }))),
        ),
        preserved(
            "S-4.2",
            "a sensor that was silent for six hours",
            cool(),
            kept_at(&series(|hour| (!(40..46).contains(&hour)).then_some(18.0))),
        ),
        archive("S-4.3", "a copy that is gone", Archive::without_a_copy()),
        archive(
            "S-4.3",
            "another object in a copy",
            Archive::with_another_object_in_a_copy(),
        ),
        archive(
            "S-4.4",
            "an object nobody took in",
            Archive::with_an_object_nobody_took_in(),
        ),
        archive(
            "S-4.4",
            "an object taken out",
            Archive::without_an_object_that_was_taken_in(),
        ),
    ]
}

#[test]
fn each_pair_passes_and_fails_its_check_and_no_other() {
    let wrong: Vec<String> = pairs().iter().filter_map(Pair::fault).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_automatic_check_of_the_rules_has_a_pair() {
    let covered: BTreeSet<&str> = pairs().iter().map(|pair| pair.check).collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(check, _)| *check).collect();
    assert!(
        covered.is_disjoint(&elsewhere),
        "a check with a pair needs no excuse"
    );
    let rules = CheckRules::builtin().unwrap();
    let automatic: BTreeSet<&str> = rules
        .checks
        .iter()
        .filter(|rule| rule.mode == Mode::Auto)
        .map(|rule| rule.id.as_str())
        .collect();
    let known: BTreeSet<&str> = covered.union(&elsewhere).copied().collect();
    assert_eq!(automatic, known);
    // each stage that runs an automatic check runs it: none is there in name only
    for rule in rules
        .checks
        .iter()
        .filter(|rule| covered.contains(rule.id.as_str()))
    {
        let stages = [Stage::Filing, Stage::Transfer, Stage::Preservation];
        assert!(
            stages.iter().any(|stage| rule.severity(*stage).is_some()),
            "{}",
            rule.id
        );
    }
}
