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

/// All that an answer depends on: policies know of the time only its hour and weekday.
type Question = (Vec<Hat>, Purpose, i8, i8);

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
        let local = at.to_zoned(TimeZone::fixed(tz::offset(8)));
        let weekday = local.weekday().to_monday_one_offset();
        let question = (hats.to_vec(), purpose, local.hour(), weekday);
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
