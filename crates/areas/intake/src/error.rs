//! Why an accession could not be worked on. Faults of the package are findings, not errors.

use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_preservation::PreservationError;
use lantai_vault::VaultError;
use std::path::PathBuf;

/// Something that says nothing about the package: our fault, or the caller's.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is nothing at the path.
    #[error("there is nothing at {path}")]
    NothingThere {
        /// The path.
        path: PathBuf,
    },
    /// The package is of no kind that can be taken in.
    #[error("{path} is no package that can be taken in: {reason}")]
    KindUnknown {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The package needs a fonds and none was named.
    #[error("the package names no fonds and none was given")]
    FondsMissing,
    /// No such accession.
    #[error("no such accession")]
    NotFound,
    /// The accession is not in a state for this.
    #[error("the accession is {state} and cannot be {wanted}")]
    WrongState {
        /// Its state.
        state: &'static str,
        /// What was wanted.
        wanted: &'static str,
    },
    /// A path of an uploaded file leaves its package.
    #[error("the path {path:?} leaves the package")]
    PathEscape {
        /// The path.
        path: String,
    },
    /// The package was taken from a place by a command, and only that command knows how.
    #[error("the package was handed in by a command; run the same command again")]
    HandedInElsewhere,
    /// More was sent than announced.
    #[error("more bytes were sent than announced")]
    TooMuch,
    /// The accession named as the one to be corrected was not returned.
    #[error("the accession is {state}; only one that was returned can be corrected")]
    NotReturned {
        /// Its state.
        state: &'static str,
    },
    /// The accession has not come to an end.
    #[error("the accession is {state} and has not come to an end")]
    NotEnded {
        /// Its state.
        state: &'static str,
    },
    /// The question was decided before.
    #[error("this was decided before, and a decision is final")]
    TaskDecided,
    /// A fault is accepted only with a written reason.
    #[error("a fault is accepted only with a written reason")]
    ReasonNeeded,
    /// Files of the accession are attached to no record yet.
    #[error("{count} files are attached to no record; assign them or leave them out first")]
    ExceptionsOpen {
        /// How many.
        count: u64,
    },
    /// A file with faults of its own can belong to no record.
    #[error("{file} has faults for which it can belong to no record")]
    FileUnfit {
        /// The file.
        file: String,
    },
    /// No record of the accession has this code.
    #[error("no record of this accession has the code {code:?}")]
    RecordUnknown {
        /// The code.
        code: String,
    },
    /// The example does not show how the code follows from the name.
    #[error("no number in the file's path is the number that the record's code ends with")]
    NothingDerived,
    /// Bytes were sent for another place than the one where the upload stands.
    #[error("the upload stands at {received} bytes, not at {sent}")]
    OffsetDiffers {
        /// Where it stands.
        received: u64,
        /// What the sender believes.
        sent: u64,
    },
    /// What arrived has not the checksum that its sender computed.
    #[error("what arrived has not the checksum that was sent with it")]
    ChecksumDiffers,
    /// A request for the same upload is under way.
    #[error("another request writes to this upload")]
    UploadBusy,
    /// The upload's time is over.
    #[error("the time of this upload is over")]
    UploadExpired,
    /// The connection ended in the middle.
    #[error("the upload broke off")]
    UploadBrokeOff,
    /// Files of the accession are not whole yet.
    #[error("{count} files are not uploaded to their end")]
    UploadsUnfinished {
        /// How many.
        count: u64,
    },
    /// A receipt says what its signature does not cover, or is none.
    #[error("this is no receipt of the archive: {reason}")]
    Receipt {
        /// Why.
        reason: String,
    },
    /// The rules cannot be used.
    #[error("the rules of the checks cannot be used")]
    Rules(#[from] crate::rules::RulesError),
    /// The rules of attaching cannot be used.
    #[error("the rules of attaching cannot be used")]
    AttachRules(#[from] crate::attach::AttachRulesError),
    /// The rules of catalogues or formats cannot be used.
    #[error("the rules of formats cannot be used")]
    FormatRules(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file of the trust folder is of no use.
    #[error(transparent)]
    Trust(#[from] lantai_signatures::TrustError),
    /// A file or folder of ours failed.
    #[error("cannot {action} {path}")]
    Disk {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// Rows that were written cannot all be read back (check U-1.2).
    #[error("{written} rows were written to the catalogue and {found} could be read back")]
    RowsUnreadable {
        /// Written.
        written: u64,
        /// Read back.
        found: u64,
    },
    /// A document cannot be written or read.
    #[error("a document of the accession cannot be read or written")]
    Document(#[from] serde_json::Error),
    /// What surrounds the holdings cannot be looked at.
    #[error("what surrounds the holdings cannot be looked at")]
    Preservation(#[from] PreservationError),
    /// The catalogue, vault or journal failed.
    #[error("the holdings cannot be changed")]
    Cataloguing(#[from] CataloguingError),
}

impl IntakeError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingThere { .. } => "intake.nothing_there",
            Self::KindUnknown { .. } => "intake.kind_unknown",
            Self::FondsMissing => "intake.fonds_missing",
            Self::NotFound => "intake.not_found",
            Self::WrongState { .. } => "intake.wrong_state",
            Self::PathEscape { .. } => "intake.path_escape",
            Self::HandedInElsewhere => "intake.handed_in_elsewhere",
            Self::TooMuch => "intake.too_much",
            Self::NotReturned { .. } => "intake.not_returned",
            Self::NotEnded { .. } => "intake.not_ended",
            Self::TaskDecided => "intake.task_decided",
            Self::ReasonNeeded => "intake.reason_needed",
            Self::ExceptionsOpen { .. } => "intake.exceptions_open",
            Self::FileUnfit { .. } => "intake.file_unfit",
            Self::RecordUnknown { .. } => "intake.record_unknown",
            Self::NothingDerived => "intake.nothing_derived",
            Self::OffsetDiffers { .. } => "intake.offset_differs",
            Self::ChecksumDiffers => "intake.checksum_differs",
            Self::UploadBusy => "intake.upload_busy",
            Self::UploadExpired => "intake.upload_expired",
            Self::UploadBrokeOff => "intake.upload_broke_off",
            Self::UploadsUnfinished { .. } => "intake.uploads_unfinished",
            Self::Receipt { .. } => "intake.receipt",
            Self::Rules(error) => error.code(),
            Self::AttachRules(error) => error.code(),
            Self::FormatRules(_) => "intake.format_rules",
            Self::Trust(error) => error.code(),
            Self::Disk { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                "intake.disk_full"
            }
            Self::Disk { .. } => "intake.disk",
            Self::RowsUnreadable { .. } => "intake.rows_unreadable",
            Self::Document(_) => "intake.document",
            Self::Preservation(error) => error.code(),
            Self::Cataloguing(error) => error.code(),
        }
    }

    /// Whether the change is accepted all the same, and only waits for the next start.
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Cataloguing(CataloguingError::Unfinished { .. }))
    }

    /// Whether the same may succeed later, because the machine failed and not the request: a disk, the catalogue, the
    /// vault. What was staged until then is kept for whoever tries again.
    pub fn may_pass(&self) -> bool {
        let machine = matches!(
            self,
            Self::Disk { .. } | Self::RowsUnreadable { .. } | Self::Cataloguing(_)
        );
        machine && !self.is_unfinished()
    }

    /// A failure of our own disk.
    pub fn disk(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Disk {
            action,
            path: path.into(),
            source,
        }
    }
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<VaultError> for IntakeError {
    fn from(error: VaultError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<tokio::task::JoinError> for IntakeError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Cataloguing(error.into())
    }
}
