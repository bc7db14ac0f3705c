//! Shapes of accessions.

use super::bodies_of_packages::{MajorFaultsBody, PackageDigestBody, StageBody};
use crate::accession::{Accession, AccessionState};
use crate::progress::{ProgressNow, ProgressStage};
use crate::rules::Family;
use crate::submission::SubmissionKind;
use crate::tally::CheckResult;
use lantai_cataloguing::StoredRecord;
use lantai_cataloguing::routes::OpenStatusBody;
use lantai_domain::{Finding, Outcome, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where an accession stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccessionState)]
pub enum StateBody {
    /// Its files are being uploaded.
    Receiving,
    /// It is being examined.
    Checking,
    /// A person must decide something first.
    PendingReview,
    /// It is in the holdings.
    Accepted,
    /// It went back.
    Returned,
    /// Something failed here.
    Failed,
}

impl From<&AccessionState> for StateBody {
    fn from(state: &AccessionState) -> Self {
        match state {
            AccessionState::Receiving { .. } => Self::Receiving,
            AccessionState::Checking => Self::Checking,
            AccessionState::PendingReview { .. } => Self::PendingReview,
            AccessionState::Accepted { .. } => Self::Accepted,
            AccessionState::Returned { .. } => Self::Returned,
            AccessionState::Failed { .. } => Self::Failed,
        }
    }
}

/// The kind of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccessionKind)]
pub enum KindBody {
    /// Not known yet, or to be found out.
    Auto,
    /// A folder with a catalogue.
    Folder,
    /// A BagIt bag.
    Bagit,
    /// A transfer package (移交信息包, DA/T 93).
    Transfer,
    /// Electronic record packages (电子文件封装包, DA/T 48).
    Eep,
    /// An E-ARK information package.
    Eark,
    /// Plain files.
    File,
}

impl KindBody {
    pub(super) fn kind(self) -> Option<SubmissionKind> {
        match self {
            Self::Auto => None,
            Self::Folder => Some(SubmissionKind::Folder),
            Self::Bagit => Some(SubmissionKind::Bagit),
            Self::Transfer => Some(SubmissionKind::Transfer),
            Self::Eep => Some(SubmissionKind::Eep),
            Self::Eark => Some(SubmissionKind::Eark),
            Self::File => Some(SubmissionKind::File),
        }
    }
}

impl From<Option<SubmissionKind>> for KindBody {
    fn from(kind: Option<SubmissionKind>) -> Self {
        match kind {
            None => Self::Auto,
            Some(SubmissionKind::Folder) => Self::Folder,
            Some(SubmissionKind::Bagit) => Self::Bagit,
            Some(SubmissionKind::Transfer) => Self::Transfer,
            Some(SubmissionKind::Eep) => Self::Eep,
            Some(SubmissionKind::Eark) => Self::Eark,
            Some(SubmissionKind::File) => Self::File,
        }
    }
}

/// An accession in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessionSummaryBody {
    /// Its identifier.
    pub id: Uuid,
    /// Name of the package.
    pub name: String,
    /// The fonds named with it.
    pub fonds: Option<String>,
    /// Kind of the package.
    pub kind: KindBody,
    /// Where it stands.
    pub state: StateBody,
    /// Items.
    pub items: u64,
    /// Content files.
    pub files: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// When it began.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When it came to an end.
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
    /// Who handed it in.
    pub received_by: String,
    /// Findings that return the package.
    pub blockers: u64,
    /// Findings that do not.
    pub warnings: u64,
    /// The returned accession that it corrects.
    pub corrects: Option<Uuid>,
}

impl From<&Accession> for AccessionSummaryBody {
    fn from(accession: &Accession) -> Self {
        Self {
            id: accession.id.uuid(),
            name: accession.name.clone(),
            fonds: accession.fonds.clone(),
            kind: accession.kind.into(),
            state: (&accession.state).into(),
            items: accession.items,
            files: accession.files,
            bytes: accession.bytes,
            received_at: accession.received_at.to_string(),
            finished_at: accession.state.ended_at().map(|at| at.to_string()),
            received_by: accession.received_by.clone(),
            blockers: accession.blockers,
            warnings: accession.warnings,
            corrects: accession.corrects.map(|id| id.uuid()),
        }
    }
}

/// An accession with everything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessionBody {
    /// What a list says of it.
    #[serde(flatten)]
    pub summary: AccessionSummaryBody,
    /// At which stage it is tested.
    pub stage: StageBody,
    /// What becomes of major faults.
    pub majors: MajorFaultsBody,
    /// Digests of the package as it came, once it was read.
    pub package: Option<PackageDigestBody>,
    /// The accessions that correct it.
    pub corrected_by: Vec<Uuid>,
    /// Questions that a person has not answered yet.
    pub open_tasks: u64,
    /// How far it has come.
    pub progress: ProgressBody,
    /// What each check came to.
    pub checks: Vec<CheckBody>,
    /// What failed here.
    pub error: Option<AccessionErrorBody>,
    /// The first hundred of its records.
    pub records: Vec<AccessionRecordBody>,
}

impl AccessionBody {
    pub(super) fn of(
        accession: &Accession,
        progress: ProgressBody,
        records: &[StoredRecord],
        corrected_by: Vec<Uuid>,
        open_tasks: u64,
    ) -> Self {
        let error = match &accession.state {
            AccessionState::Failed { code, detail, .. } => Some(AccessionErrorBody {
                code: code.clone(),
                detail: detail.clone(),
            }),
            _ => None,
        };
        Self {
            summary: accession.into(),
            stage: accession.stage.into(),
            majors: accession.majors.into(),
            package: accession.package.as_ref().map(PackageDigestBody::from),
            corrected_by,
            open_tasks,
            progress,
            checks: accession.checks.iter().map(CheckBody::from).collect(),
            error,
            records: records.iter().map(AccessionRecordBody::from).collect(),
        }
    }
}

/// How far an accession has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgressBody {
    /// What is being done.
    pub stage: ProgressStageBody,
    /// Files read.
    pub files_done: u64,
    /// Files in all.
    pub files_total: u64,
    /// Bytes read.
    pub bytes_done: u64,
    /// Bytes in all.
    pub bytes_total: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProgressStage)]
pub enum ProgressStageBody {
    /// Waiting for its turn.
    Waiting,
    /// Reading the catalogue.
    Reading,
    /// Reading and checking the files.
    Checking,
    /// Writing into the stores.
    Storing,
    /// Done.
    Done,
}

impl From<ProgressNow> for ProgressBody {
    fn from(now: ProgressNow) -> Self {
        Self {
            stage: match now.stage {
                ProgressStage::Waiting => ProgressStageBody::Waiting,
                ProgressStage::Reading => ProgressStageBody::Reading,
                ProgressStage::Checking => ProgressStageBody::Checking,
                ProgressStage::Storing => ProgressStageBody::Storing,
                ProgressStage::Done => ProgressStageBody::Done,
            },
            files_done: now.files_done,
            files_total: now.files_total,
            bytes_done: now.bytes_done,
            bytes_total: now.bytes_total,
        }
    }
}

impl ProgressBody {
    /// The progress of an accession that is not under way in this process.
    pub(super) fn at_rest(accession: &Accession) -> Self {
        let stage = match accession.state {
            AccessionState::Receiving { .. } | AccessionState::Checking => ProgressStageBody::Waiting,
            _ => ProgressStageBody::Done,
        };
        let (files, bytes) = (accession.files, accession.bytes);
        Self {
            stage,
            files_done: files,
            files_total: files,
            bytes_done: bytes,
            bytes_total: bytes,
        }
    }
}

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckBody {
    /// Our id.
    pub check: String,
    /// Its name in the standard.
    pub title: String,
    /// Its number in the standard.
    pub std: String,
    /// Which of the four properties.
    pub family: FamilyBody,
    /// The worst outcome.
    pub outcome: OutcomeBody,
    /// Things tested.
    pub tested: u64,
    /// Findings.
    pub failed: u64,
}

impl From<&CheckResult> for CheckBody {
    fn from(result: &CheckResult) -> Self {
        Self {
            check: result.check.clone(),
            title: result.title.clone(),
            std: result.std.clone(),
            family: match result.family {
                Family::Authenticity => FamilyBody::Authenticity,
                Family::Integrity => FamilyBody::Integrity,
                Family::Usability => FamilyBody::Usability,
                Family::Security => FamilyBody::Security,
            },
            outcome: result.outcome.into(),
            tested: result.tested,
            failed: result.failed,
        }
    }
}

/// The four properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CheckFamily)]
pub enum FamilyBody {
    /// 真实性.
    Authenticity,
    /// 完整性.
    Integrity,
    /// 可用性.
    Usability,
    /// 安全性.
    Security,
}

/// What a check said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CheckOutcome)]
pub enum OutcomeBody {
    /// Sound.
    Pass,
    /// Wrong.
    Fail,
    /// Doubtful.
    Warn,
    /// Needs a person.
    Manual,
    /// Nothing to test.
    NotApplicable,
    /// Could not run.
    Error,
}

impl From<Outcome> for OutcomeBody {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail => Self::Fail,
            Outcome::Warn => Self::Warn,
            Outcome::Manual => Self::Manual,
            Outcome::NotApplicable => Self::NotApplicable,
            Outcome::Error => Self::Error,
        }
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Severity)]
pub enum SeverityBody {
    /// Returns the package.
    Blocker,
    /// Must be corrected.
    Major,
    /// Recorded.
    Minor,
    /// Recorded.
    Warn,
}

impl From<Severity> for SeverityBody {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Blocker => Self::Blocker,
            Severity::Major => Self::Major,
            Severity::Minor => Self::Minor,
            Severity::Warn => Self::Warn,
        }
    }
}

impl From<SeverityBody> for Severity {
    fn from(body: SeverityBody) -> Self {
        match body {
            SeverityBody::Blocker => Self::Blocker,
            SeverityBody::Major => Self::Major,
            SeverityBody::Minor => Self::Minor,
            SeverityBody::Warn => Self::Warn,
        }
    }
}

/// A failure of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessionErrorBody {
    /// Stable name.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// A record of an accession.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessionRecordBody {
    /// 档号.
    pub code: String,
    /// 题名.
    pub title: String,
    /// 开放状态.
    pub open_status: OpenStatusBody,
}

impl From<&StoredRecord> for AccessionRecordBody {
    fn from(stored: &StoredRecord) -> Self {
        Self {
            code: stored.record.description.code.to_string(),
            title: stored.record.description.title.clone(),
            open_status: stored.record.open_status.kind().into(),
        }
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingBody {
    /// Our id of the check.
    pub check: String,
    /// How much it weighs.
    pub severity: SeverityBody,
    /// What the check said.
    pub outcome: OutcomeBody,
    /// Stable name of the fault.
    pub code: Option<String>,
    /// 档号, or place in the catalogue.
    pub record: Option<String>,
    /// Path in the package.
    pub file: Option<String>,
    /// Element of the description.
    pub element: Option<String>,
    /// What the rule asks for.
    pub expected: Option<String>,
    /// What was there.
    pub found: Option<String>,
    /// How to mend it.
    pub mend: Option<String>,
}

impl From<Finding> for FindingBody {
    fn from(finding: Finding) -> Self {
        Self {
            check: finding.check,
            severity: finding.severity.into(),
            outcome: finding.outcome.into(),
            code: Some(finding.code),
            record: finding.record,
            file: finding.file,
            element: finding.element,
            expected: finding.expected,
            found: finding.found,
            mend: finding.mend,
        }
    }
}
