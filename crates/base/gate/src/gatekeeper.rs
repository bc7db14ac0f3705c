//! The gate as a running program asks it: what was answered once is remembered as long as it holds.

use crate::gate::Gate;
use crate::policy::PolicyError;
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use lantai_domain::access::{Asking, Hat, Purpose, Rights};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Answers remembered at most; beyond that all are forgotten and asked anew.
const REMEMBERED: usize = 2_000;

/// All that an answer depends on: policies know of the time only its hour and weekday, and most know nothing of it.
type Question = (Vec<Hat>, Purpose, Option<(i8, i8)>);

/// A gate that remembers its answers.
#[derive(Debug)]
pub struct Gatekeeper {
    gate: Gate,
    answers: Mutex<HashMap<Question, Arc<Rights>>>,
}

impl Gatekeeper {
    /// Keeps a gate.
    pub fn new(gate: Gate) -> Self {
        Self {
            gate,
            answers: Mutex::default(),
        }
    }

    /// The gate itself, for one question and its grounds.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Everything that somebody with these hats may do at this moment.
    pub fn rights(&self, hats: &[Hat], purpose: Purpose, at: Timestamp) -> Result<Arc<Rights>, PolicyError> {
        let time = self.gate.knows_time().then(|| {
            let local = at.to_zoned(TimeZone::fixed(tz::offset(8)));
            (local.hour(), local.weekday().to_monday_one_offset())
        });
        // the gate does not know which post a hat comes from
        let hats_alone = hats.iter().cloned().map(|hat| Hat { post: None, ..hat });
        let question = (hats_alone.collect(), purpose, time);
        let known = self.answers().get(&question).cloned();
        if let Some(rights) = known {
            return Ok(rights);
        }
        let asking = Asking::new(hats.iter().cloned(), purpose, at);
        let rights = Arc::new(self.gate.rights(&asking)?);
        let mut answers = self.answers();
        if answers.len() >= REMEMBERED {
            answers.clear();
        }
        answers.insert(question, Arc::clone(&rights));
        Ok(rights)
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<Question, Arc<Rights>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_DAY: &str = r#"
        @id("by_day") @zh("白天") @en("by day")
        permit (principal, action == Action::"view_figures", resource) when { context.hour >= 8 };
    "#;

    fn at(hour: i8) -> Timestamp {
        let day = jiff::civil::date(2026, 11, 22).at(hour, 0, 0, 0);
        day.to_zoned(TimeZone::fixed(tz::offset(8))).unwrap().timestamp()
    }

    #[test]
    fn an_answer_is_asked_anew_with_the_hour_only_where_a_policy_knows_the_hour() {
        let keeper = Gatekeeper::new(Gate::read(BY_DAY).unwrap());
        let asked = |hour| {
            keeper
                .rights(&[Hat::public()], Purpose::Unsaid, at(hour))
                .unwrap()
        };
        assert_eq!([7, 8].map(|hour| asked(hour).actions().count()), [0, 1]);

        let keeper = Gatekeeper::new(Gate::builtin().unwrap());
        let asked = |hour| {
            keeper
                .rights(&[Hat::public()], Purpose::Unsaid, at(hour))
                .unwrap()
        };
        assert!(Arc::ptr_eq(&asked(7), &asked(8)));
    }
}
