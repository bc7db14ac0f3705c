//! The rules of the double check: data, not code (`rules/quality.toml`).

use super::sampling::{Limit, SamplePlan};
use super::switching::Inspection;
use super::tables::{Level, Tables};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const BUILTIN: &str = include_str!("../../../../../rules/quality.toml");

/// Why the rules of the double check cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum QualityRulesError {
    /// They are not what the form asks for.
    #[error("the rules of the quality check cannot be read")]
    Form(#[from] toml::de::Error),
    /// Two defects, keys or plans have the same name.
    #[error("{0:?} is there twice in the rules of the quality check")]
    Twice(String),
    /// A table of the standard has a hole.
    #[error("the sampling tables cannot be used: {0}")]
    Tables(String),
    /// A plan has no or two ways of sampling, or numbers that make no sense.
    #[error("plan {plan:?} cannot be used: {reason}")]
    Plan {
        /// Its id.
        plan: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// How much a defect weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefectSeverity {
    /// The record cannot be used as it is.
    Critical,
    /// It must be done again.
    Major,
    /// A blemish; some are tolerated.
    Minor,
}

/// All severities, the weightiest first.
pub(super) const SEVERITIES: [DefectSeverity; 3] = [
    DefectSeverity::Critical,
    DefectSeverity::Major,
    DefectSeverity::Minor,
];

/// A defect class.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DefectClass {
    /// Its stable name, such as `missing_page`.
    pub code: String,
    /// Its Chinese name.
    pub label: String,
    /// Its English name.
    pub english: String,
    /// How much it weighs.
    pub severity: DefectSeverity,
    /// The figure 1 to 9 that marks it on the inspection page.
    pub key: Option<u8>,
}

/// What one piece of a lot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A content file, mostly one page.
    File,
    /// A record with all its files.
    Record,
}

/// Over what a sample is spread in proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stratify {
    /// Over nothing: the whole lot is one.
    None,
    /// Over the fonds (全宗).
    Fonds,
    /// Over the files (案卷): records whose codes differ in the last level only.
    File,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
struct PerSeverity {
    critical: f64,
    major: f64,
    minor: f64,
}

impl PerSeverity {
    fn of(&self, severity: DefectSeverity) -> f64 {
        match severity {
            DefectSeverity::Critical => self.critical,
            DefectSeverity::Major => self.major,
            DefectSeverity::Minor => self.minor,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Rate {
    percent: f64,
    least: u64,
    accept: PerSeverity,
}

#[derive(Debug, Clone, Deserialize)]
struct Acceptance {
    level: Level,
    reduced: bool,
    aql: PerSeverity,
}

/// A way to draw a sample and to judge a lot by it.
#[derive(Debug, Clone, Deserialize)]
pub struct Plan {
    /// Its stable name.
    pub id: String,
    /// Its Chinese name.
    pub label: String,
    /// Its English name.
    pub english: String,
    /// What one piece is.
    pub unit: Unit,
    /// Over what the sample is spread.
    pub stratify: Stratify,
    rate: Option<Rate>,
    sampling: Option<Acceptance>,
}

impl Plan {
    /// Whether lots before decide how strictly the next one is inspected.
    pub fn switches(&self) -> bool {
        self.sampling.is_some()
    }

    /// Whether inspection may be reduced.
    pub fn may_reduce(&self) -> bool {
        self.sampling.as_ref().is_some_and(|sampling| sampling.reduced)
    }
}

/// What a machine may point out.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct HintRules {
    /// A picture whose file is smaller than this share of the middle one may be blank.
    pub small_file: f64,
    /// A picture that states fewer dots per inch may be of too low a resolution.
    #[serde(default)]
    pub least_dpi: u32,
}

/// A version of the rules.
#[derive(Debug, Clone, Deserialize)]
pub struct QualityRules {
    /// Which version it is; lots name it.
    pub version: String,
    /// Days from drawing to the end of the inspection.
    pub deadline_days: u32,
    /// Most pieces of one sample.
    pub largest_sample: u64,
    /// Defect classes in the order of the page.
    #[serde(rename = "defect")]
    pub defects: Vec<DefectClass>,
    /// What a machine may point out.
    pub hints: HintRules,
    /// The plans.
    #[serde(rename = "plan")]
    pub plans: Vec<Plan>,
    iso2859: Tables,
}

impl QualityRulesError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "quality.rules"
    }
}

impl QualityRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, QualityRulesError> {
        Self::from_toml(BUILTIN)
    }

    /// Rules from a file's text; every table and plan is tried.
    pub fn from_toml(text: &str) -> Result<Self, QualityRulesError> {
        let rules: Self = toml::from_str(text)?;
        let mut seen = BTreeSet::new();
        let names = rules
            .defects
            .iter()
            .map(|defect| format!("defect {}", defect.code));
        let keys = rules.defects.iter().filter_map(|defect| defect.key);
        let plans = rules.plans.iter().map(|plan| format!("plan {}", plan.id));
        for name in names.chain(keys.map(|key| format!("key {key}"))).chain(plans) {
            if !seen.insert(name.clone()) {
                return Err(QualityRulesError::Twice(name));
            }
        }
        rules.iso2859.check()?;
        for plan in &rules.plans {
            rules.check_plan(plan)?;
        }
        Ok(rules)
    }

    fn check_plan(&self, plan: &Plan) -> Result<(), QualityRulesError> {
        let broken = |reason| {
            Err(QualityRulesError::Plan {
                plan: plan.id.clone(),
                reason,
            })
        };
        match (&plan.rate, &plan.sampling) {
            (Some(rate), None) => {
                let share = |share: f64| (0.0..=100.0).contains(&share);
                if !share(rate.percent) || !SEVERITIES.iter().all(|one| share(rate.accept.of(*one))) {
                    return broken("a share lies between 0 and 100");
                }
                Ok(())
            }
            (None, Some(sampling)) => {
                if !SEVERITIES
                    .iter()
                    .all(|one| self.iso2859.has(sampling.aql.of(*one)))
                {
                    return broken("a quality limit is none of the standard's");
                }
                Ok(())
            }
            _ => broken("it has either a rate or sampling"),
        }
    }

    /// A plan by its name.
    pub fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    /// A defect class by its name.
    pub fn defect(&self, code: &str) -> Option<&DefectClass> {
        self.defects.iter().find(|defect| defect.code == code)
    }

    /// The tables of the standard.
    #[cfg(test)]
    pub(super) fn tables(&self) -> &Tables {
        &self.iso2859
    }

    /// Sample size and limits of a lot of `pieces` under a plan.
    pub fn sample_of(&self, plan: &Plan, pieces: u64, inspection: Inspection) -> SamplePlan {
        let mut letter = None;
        let limits: Vec<Limit> = SEVERITIES
            .iter()
            .filter_map(|severity| match (&plan.rate, &plan.sampling) {
                (Some(rate), _) => {
                    let size = share(pieces, rate.percent, true).max(rate.least).min(pieces);
                    Some(Limit {
                        severity: *severity,
                        size,
                        accept: share(size, rate.accept.of(*severity), false),
                        aql: None,
                        stricter: None,
                    })
                }
                (None, Some(sampling)) => {
                    letter = Some(self.iso2859.letter(sampling.level, pieces).to_owned());
                    let aql = sampling.aql.of(*severity);
                    let single = self.iso2859.plan(inspection, sampling.level, pieces, aql)?;
                    let stricter = self
                        .iso2859
                        .stricter(aql)
                        .and_then(|aql| self.iso2859.plan(inspection, sampling.level, pieces, aql));
                    Some(Limit {
                        severity: *severity,
                        size: single.size,
                        accept: single.accept,
                        aql: Some(aql),
                        stricter: stricter.map(|single| single.accept),
                    })
                }
                (None, None) => None,
            })
            .collect();
        SamplePlan {
            plan: plan.id.clone(),
            unit: plan.unit,
            stratify: plan.stratify,
            inspection,
            letter,
            lot_size: pieces,
            sample_size: limits.iter().map(|limit| limit.size).max().unwrap_or(0),
            limits,
        }
    }
}

/// `percent` of a number; a sample is rounded up, what is tolerated down.
fn share(of: u64, percent: f64, up: bool) -> u64 {
    // in ten-thousandths of a percent, so that 5 % of 100 is 5 and not 4.999…
    let exact = (percent * 10_000.0).round();
    let exact = if exact.is_finite() && exact > 0.0 {
        exact as u128
    } else {
        0
    };
    let product = u128::from(of) * exact;
    let rounded = if up {
        product.div_ceil(1_000_000)
    } else {
        product / 1_000_000
    };
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_program_can_be_used() {
        let rules = QualityRules::builtin().unwrap();
        for code in [
            "missing_page",
            "skew",
            "blur",
            "wrong_order",
            "wrong_code",
            "low_resolution",
            "blank",
        ] {
            assert!(rules.defect(code).is_some(), "{code}");
        }
        assert!(rules.plan("iso-II").is_some_and(Plan::switches));
    }

    #[test]
    fn a_rate_is_rounded_up_and_what_is_tolerated_down() {
        let rules = QualityRules::builtin().unwrap();
        let plan = rules.plan("rate-5").unwrap();
        let sample = rules.sample_of(plan, 2_001, Inspection::Normal);
        assert_eq!(sample.sample_size, 101);
        let accept: Vec<u64> = sample.limits.iter().map(|limit| limit.accept).collect();
        assert_eq!(accept, [0, 1, 5]);
        assert_eq!(rules.sample_of(plan, 30, Inspection::Normal).sample_size, 30);
        assert_eq!(rules.sample_of(plan, 200, Inspection::Normal).sample_size, 50);
        let whole = rules.plan("whole").unwrap();
        assert_eq!(rules.sample_of(whole, 777, Inspection::Normal).sample_size, 777);
    }

    #[test]
    fn each_severity_has_its_own_sample_in_acceptance_sampling() {
        let rules = QualityRules::builtin().unwrap();
        let sample = rules.sample_of(rules.plan("iso-II").unwrap(), 1_000, Inspection::Normal);
        let limits: Vec<(u64, u64)> = sample
            .limits
            .iter()
            .map(|limit| (limit.size, limit.accept))
            .collect();
        assert_eq!(limits, [(125, 0), (80, 2), (80, 7)]);
        assert_eq!((sample.sample_size, sample.letter.as_deref()), (125, Some("J")));
    }

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        let twice = BUILTIN.replace("code = \"wrong_code\"", "code = \"missing_page\"");
        assert!(matches!(
            QualityRules::from_toml(&twice),
            Err(QualityRulesError::Twice(_))
        ));
        let hole = BUILTIN.replace(
            "A = { size =    2, accept = \" v",
            "A = { size =    2, accept = \" x",
        );
        assert!(matches!(
            QualityRules::from_toml(&hole),
            Err(QualityRulesError::Tables(_))
        ));
        let limit = BUILTIN.replace("aql = { critical = 0.10", "aql = { critical = 0.11");
        assert!(matches!(
            QualityRules::from_toml(&limit),
            Err(QualityRulesError::Plan { .. })
        ));
    }
}
