//! A file that no rule attaches to a record, or that rules attach to several: it waits for a person (挂接异常).

use super::AttachRule;
use crate::error::IntakeError;
use jiff::Timestamp;
use lantai_domain::{FileFormat, Finding, Media};
use serde::{Deserialize, Serialize};

/// Why a file is attached to no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyUnattached {
    /// No rule says a record.
    NoRecord,
    /// One rule says several.
    SeveralRecords,
    /// Rules say different ones.
    RulesDisagree,
    /// What its page says is not in the catalogue, or not what its name says.
    PageDisagrees,
}

impl WhyUnattached {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoRecord => "no_record",
            Self::SeveralRecords => "several_records",
            Self::RulesDisagree => "rules_disagree",
            Self::PageDisagrees => "page_disagrees",
        }
    }

    /// In words, for the list of findings.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoRecord => "no rule attaches it",
            Self::SeveralRecords => "a rule attaches it to several records",
            Self::RulesDisagree => "rules that disagree",
            Self::PageDisagrees => "the code on its page disagrees",
        }
    }
}

/// What speaks for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateSource {
    /// A rule says it.
    Rule(AttachRule),
    /// Its name resembles the code.
    Resembles,
}

impl CandidateSource {
    /// Identifier used in interfaces: a rule's, or `resembles`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.name(),
            Self::Resembles => "resembles",
        }
    }
}

/// A record that a file may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// 档号, or what stands on the page.
    pub code: String,
    /// What speaks for it.
    pub source: CandidateSource,
}

/// What a person decided of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FileDecision {
    /// It belongs to a record of the package.
    Assigned {
        /// 档号.
        code: String,
        /// Who said so.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// It belongs to none and does not come into the holdings.
    LeftOut {
        /// Why.
        reason: String,
        /// Who said so.
        by: String,
        /// When.
        at: Timestamp,
    },
}

/// Where a file on the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnattachedState {
    /// Nothing is decided.
    Open,
    /// It is assigned.
    Assigned,
    /// It is left out.
    LeftOut,
}

impl UnattachedState {
    /// Identifier used in the catalogue and in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::LeftOut => "left_out",
        }
    }
}

/// A file on the list of exceptions (挂接异常清单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnattachedFile {
    /// Number within its accession, from 1.
    pub number: u32,
    /// Path in the package.
    pub file: String,
    /// The name's bytes in hex, where they were not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_bytes: Option<String>,
    /// Length in bytes.
    pub size: u64,
    /// SM3, lower-case hex.
    pub sm3: String,
    /// Its format.
    pub format: FileFormat,
    /// How it is shown.
    pub media: Media,
    /// Why it is here.
    pub why: WhyUnattached,
    /// Records that it may belong to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// Faults of the file for which it can belong to no record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Finding>,
    /// What a person decided; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<FileDecision>,
}

impl UnattachedFile {
    /// Where it stands.
    pub fn state(&self) -> UnattachedState {
        match self.decision {
            None => UnattachedState::Open,
            Some(FileDecision::Assigned { .. }) => UnattachedState::Assigned,
            Some(FileDecision::LeftOut { .. }) => UnattachedState::LeftOut,
        }
    }

    /// The record it was assigned to.
    pub fn assigned_to(&self) -> Option<&str> {
        match &self.decision {
            Some(FileDecision::Assigned { code, .. }) => Some(code),
            _ => None,
        }
    }

    /// Takes a decision in place of the one before. A file with faults of its own goes into no record, and leaving
    /// out needs a reason.
    pub fn decide(&mut self, decision: FileDecision) -> Result<(), IntakeError> {
        match &decision {
            FileDecision::Assigned { .. } if !self.faults.is_empty() => {
                return Err(IntakeError::FileUnfit {
                    file: self.file.clone(),
                });
            }
            FileDecision::LeftOut { reason, .. } if reason.trim().is_empty() => {
                return Err(IntakeError::ReasonNeeded);
            }
            _ => {}
        }
        self.decision = Some(decision);
        Ok(())
    }
}
