//! An accession (接收批次): one package handed over once, and what became of it.

use crate::listing::PackageDigest;
use crate::submission::SubmissionKind;
use crate::tally::CheckResult;
use crate::tasks::ReviewTask;
use jiff::Timestamp;
use lantai_domain::{AccessionId, Stage};
use serde::{Deserialize, Serialize};

/// Version of the stored form of an accession; never reused once released.
pub const ACCESSION_FORMAT: &str = "lantai-accession/1";

/// Where an accession stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AccessionState {
    /// Its files are being uploaded.
    Receiving {
        /// Files announced.
        files_announced: u64,
        /// Bytes announced.
        bytes_announced: u64,
    },
    /// It is being read, checked and stored.
    Checking,
    /// Everything is read and nothing forbids it, but a person must decide something first; nothing of it is visible
    /// as a holding.
    PendingReview {
        /// Since when.
        since: Timestamp,
    },
    /// It is in the holdings.
    Accepted {
        /// Since when.
        at: Timestamp,
    },
    /// It went back to its sender with the list of faults; nothing of it is kept.
    Returned {
        /// When.
        at: Timestamp,
    },
    /// Something failed that says nothing about the package; it can be tried again.
    Failed {
        /// When.
        at: Timestamp,
        /// Stable name of the failure.
        code: String,
        /// The failure in words.
        detail: String,
    },
}

impl AccessionState {
    /// Identifier used in interfaces.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Receiving { .. } => "receiving",
            Self::Checking => "checking",
            Self::PendingReview { .. } => "pending_review",
            Self::Accepted { .. } => "accepted",
            Self::Returned { .. } => "returned",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether the same package, handed in again, goes on with this accession: it was interrupted, or the machine
    /// failed.
    pub fn can_go_on(&self) -> bool {
        matches!(self, Self::Checking | Self::Failed { .. })
    }

    /// When it came to an end, if it did.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Accepted { at } | Self::Returned { at } | Self::Failed { at, .. } => Some(*at),
            Self::Receiving { .. } | Self::Checking | Self::PendingReview { .. } => None,
        }
    }
}

/// What becomes of a package whose faults are of weight *major* and no worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MajorFaults {
    /// It goes back.
    #[default]
    Return,
    /// A person may accept each with a written reason.
    Ask,
}

impl MajorFaults {
    fn is_return(&self) -> bool {
        *self == Self::Return
    }
}

/// An accession as it is kept, in the catalogue and, once it has ended, in its own vault object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accession {
    /// Version of this form: [`ACCESSION_FORMAT`].
    pub format: String,
    /// Its identifier.
    pub id: AccessionId,
    /// Name of the package.
    pub name: String,
    /// The fonds named with it.
    pub fonds: Option<String>,
    /// Kind of the package; `None` until it was looked at.
    pub kind: Option<SubmissionKind>,
    /// At which stage it is tested.
    pub stage: Stage,
    /// Who handed it in.
    pub received_by: String,
    /// When it began.
    pub received_at: Timestamp,
    /// Where it stands.
    #[serde(flatten)]
    pub state: AccessionState,
    /// Items found.
    pub items: u64,
    /// Content files found.
    pub files: u64,
    /// Bytes of content found.
    pub bytes: u64,
    /// Findings that return the package.
    pub blockers: u64,
    /// Findings that do not.
    pub warnings: u64,
    /// What each check came to.
    pub checks: Vec<CheckResult>,
    /// Version of the rules of the checks.
    pub rules: Option<String>,
    /// The returned accession that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<AccessionId>,
    /// What becomes of major faults.
    #[serde(default, skip_serializing_if = "MajorFaults::is_return")]
    pub majors: MajorFaults,
    /// Digest of the package as it came; `None` until it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageDigest>,
    /// What persons decided, once it has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<ReviewTask>,
}

impl Accession {
    /// An accession that begins.
    pub fn begin(
        id: AccessionId,
        name: &str,
        fonds: Option<String>,
        stage: Stage,
        by: &str,
        at: Timestamp,
        state: AccessionState,
    ) -> Self {
        Self {
            format: ACCESSION_FORMAT.to_owned(),
            id,
            name: name.to_owned(),
            fonds,
            kind: None,
            stage,
            received_by: by.to_owned(),
            received_at: at,
            state,
            items: 0,
            files: 0,
            bytes: 0,
            blockers: 0,
            warnings: 0,
            checks: Vec::new(),
            rules: None,
            corrects: None,
            majors: MajorFaults::Return,
            package: None,
            decisions: Vec::new(),
        }
    }
}
