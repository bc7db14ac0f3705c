//! The rules of alerts: `rules/alerts.toml`.

use crate::audit::error::AuditError;
use lantai_domain::audit::{AuditEvent, AuditOutcome, EventClass};
use serde::{Deserialize, Serialize};
use std::path::Path;

const BUILTIN: &str = include_str!("../../../../../../rules/alerts.toml");
/// The archives' time is ahead of UTC by so many milliseconds.
const AHEAD_MS: i64 = crate::repository::audit::AHEAD_MS;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// What a rule counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The account.
    Actor,
    /// Where from.
    Address,
    /// What was acted upon.
    Object,
}

impl Per {
    /// Its word.
    pub fn id(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Address => "address",
            Self::Object => "object",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Its name for ever.
    pub id: String,
    /// What it means, in Chinese.
    pub zh: String,
    /// And in English.
    pub en: String,
    /// Kinds of events; none: every kind.
    #[serde(default)]
    pub classes: Vec<EventClass>,
    /// Outcomes; none: every one.
    #[serde(default)]
    pub outcomes: Vec<AuditOutcome>,
    /// What is counted by.
    pub per: Per,
    /// How many make an alert.
    pub events: u64,
    /// Within how many minutes.
    pub minutes: u32,
    /// First hour at which events count.
    #[serde(default)]
    pub from_hour: Option<u8>,
    /// Hour from which they count no more.
    #[serde(default)]
    pub to_hour: Option<u8>,
    /// Whether all hours of the weekend count too.
    #[serde(default)]
    pub weekend: bool,
    /// Only fonds that the account has not read for so many days.
    #[serde(default)]
    pub unusual_fonds_days: Option<u32>,
}

impl AlertRule {
    /// Its window in milliseconds.
    pub fn window_ms(&self) -> i64 {
        i64::from(self.minutes) * 60 * 1_000
    }

    /// Whether an event counts, whatever was before it.
    pub fn fits(&self, event: &AuditEvent) -> bool {
        (self.classes.is_empty() || self.classes.contains(&event.class))
            && (self.outcomes.is_empty() || self.outcomes.contains(&event.outcome))
            && self.is_at_its_hours(event.time_ms)
    }

    fn is_at_its_hours(&self, time_ms: i64) -> bool {
        let (Some(from), Some(to)) = (self.from_hour, self.to_hour) else {
            return true;
        };
        let local = time_ms + AHEAD_MS;
        let hour = local.div_euclid(HOUR_MS).rem_euclid(24);
        let (from, to) = (i64::from(from), i64::from(to));
        let inside = if from <= to {
            (from..to).contains(&hour)
        } else {
            hour >= from || hour < to
        };
        // the first of January 1970 was a Thursday
        let weekday = (local.div_euclid(24 * HOUR_MS) + 3).rem_euclid(7);
        inside || (self.weekend && weekday >= 5)
    }

    /// Whom or what an event counts for.
    pub fn subject(&self, event: &AuditEvent) -> Option<String> {
        match self.per {
            Per::Actor => (event.actor.id != "public").then(|| event.actor.id.clone()),
            Per::Address => event.source_address.clone(),
            Per::Object => event.object.as_ref().map(|object| object.id.clone()),
        }
    }
}

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRules {
    /// Their version.
    pub version: String,
    /// The rules.
    #[serde(rename = "alert")]
    pub alerts: Vec<AlertRule>,
}

impl AlertRules {
    /// Reads rules; a rule that can never raise an alert, or always would, is refused.
    pub fn from_toml(text: &str) -> Result<Self, AuditError> {
        let unusable = |reason: String| AuditError::Rules {
            name: "alerts.toml",
            reason,
        };
        let rules: Self = toml::from_str(text).map_err(|error| unusable(error.message().to_owned()))?;
        for rule in &rules.alerts {
            let hours = rule.from_hour.is_some() == rule.to_hour.is_some()
                && rule.from_hour.is_none_or(|hour| hour < 24)
                && rule.to_hour.is_none_or(|hour| hour <= 24);
            if rule.events == 0 || rule.minutes == 0 || rule.minutes > 7 * 24 * 60 || !hours {
                return Err(unusable(format!("{}: events, minutes or hours", rule.id)));
            }
            if rules.alerts.iter().filter(|other| other.id == rule.id).count() > 1 {
                return Err(unusable(format!("{}: two rules have this name", rule.id)));
            }
        }
        Ok(rules)
    }

    /// Those of the program.
    pub fn builtin() -> Result<Self, AuditError> {
        Self::from_toml(BUILTIN)
    }

    /// Those of a data folder, or else those of the program.
    pub fn of_folder(rules: &Path) -> Result<Self, AuditError> {
        match std::fs::read_to_string(rules.join("alerts.toml")) {
            Ok(text) => Self::from_toml(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::builtin(),
            Err(error) => Err(AuditError::Rules {
                name: "alerts.toml",
                reason: error.to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_program_can_be_used() {
        let rules = AlertRules::builtin().unwrap();
        assert_eq!(rules.alerts.len(), 8);
        let night = rules
            .alerts
            .iter()
            .find(|rule| rule.id == "night_access")
            .unwrap();
        let at = |hour: i64| night.is_at_its_hours(hour * HOUR_MS);
        // 12:00 UTC is 20 o'clock of the archives, 22:00 UTC is 6
        assert!(!at(11) && at(12) && at(21) && !at(22));
    }

    #[test]
    fn rules_that_cannot_work_are_refused() {
        let rule = |text: &str| {
            AlertRules::from_toml(&format!(
                "version = \"1\"\n[[alert]]\nid = \"a\"\nzh = \"a\"\nen = \"a\"\n{text}"
            ))
        };
        assert!(rule("per = \"actor\"\nevents = 1\nminutes = 1\n").is_ok());
        for bad in [
            "per = \"actor\"\nevents = 0\nminutes = 1\n",
            "per = \"actor\"\nevents = 1\nminutes = 0\n",
            "per = \"moon\"\nevents = 1\nminutes = 1\n",
            "per = \"actor\"\nevents = 1\nminutes = 1\nfrom_hour = 5\n",
            "per = \"actor\"\nevents = 1\nminutes = 1\nclasses = [\"nothing\"]\n",
        ] {
            assert!(rule(bad).is_err(), "{bad}");
        }
    }
}
