//! For each automatic check of the rules a good package that passes it and a bad one that fails exactly it, and that
//! passes once the check is switched off. A check without such a pair is on a list that says why.

use crate::clauses::{catalogue, clauses};
use crate::containers::{broken_inside, whole_inside};
use crate::package::{Package, RECORDS, Written};
use crate::{fails_exactly, scanner, tested, under};
use lantai_domain::{Outcome, Stage};
use lantai_intake::rules::{CheckRules, Mode};
use std::collections::BTreeSet;
use std::path::Path;
use tempfile::TempDir;

/// Automatic checks that no package by itself can pass or fail, and where they are tested or why they are not.
const ELSEWHERE: [(&str, &str); 4] = [
    (
        "U-1.2",
        "rows are written into an archive: tests/whole_way/catalogue.rs",
    ),
    (
        "S-4.2",
        "the storeroom's sensors are no part of the program; a person looks at their series",
    ),
    (
        "S-4.3",
        "copies of an archive are no part of the program yet; the check is not applicable",
    ),
    (
        "S-4.4",
        "who did what stands in the journal of an archive, not in a package: verified by `lantai verify`",
    ),
];

enum OnDisk {
    Transfer(Written),
    Folder(TempDir),
}

impl OnDisk {
    fn path(&self) -> &Path {
        match self {
            Self::Transfer(written) => written.path(),
            Self::Folder(folder) => folder.path(),
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
        let checked = tested(&rules, self.stage, self.good.path());
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
        fails_exactly(&what, self.profile, self.stage, self.bad.path(), &[self.check]).err()
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
    pairs
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
