//! Intake (接收): packages come in, are tested for the four properties (四性检测), and are accepted or returned whole.
//!
//! [`receive()`] takes a package in, [`check()`] only tests it. A kind of package is one file below `submission`;
//! the rules of the checks are data in `rules/checks.toml`. Every byte is read once: digests, format and safety come
//! out of the pass that stages the file in the vault.

mod accession;
pub mod attach;
mod checks;
mod conclude;
pub mod corrections;
mod decided;
mod describe;
pub mod elements;
mod error;
mod examine;
pub mod exceptions;
pub mod filing;
mod fingerprint;
mod intake_rules;
mod jobs;
mod listing;
mod look_at;
mod parts;
mod progress;
pub mod quality;
mod quarantine;
mod read_file;
pub mod receipt;
mod receive;
pub mod report;
pub mod repository;
mod restore;
mod review;
mod reviewed;
mod routes;
mod rule_file;
pub mod rules;
mod sandbox;
mod signed;
mod spool;
mod store;
mod submission;
mod surroundings;
mod take_in;
mod tally;
mod tasks;
mod upload;
mod waiting;
mod watch;

pub use lantai_signatures::TrustStore;

pub use accession::{ACCESSION_FORMAT, Accession, AccessionState, MajorFaults};
pub use error::IntakeError;
pub use fingerprint::fingerprint;
pub use intake_rules::IntakeRules;
pub use jobs::{
    ConcludeAccessionHandler, ProgressBoard, ReceiveUploadHandler, ReceiveWatchedHandler, recover,
};
pub use listing::{DigestOf, PackageDigest};
pub use look_at::{Checked, check, package_digest};
pub use parts::PartSize;
pub use progress::{Progress, ProgressNow, ProgressStage};
pub use receive::{ReceiveRequest, Received, receive};
pub use repository::AccessionRepository;
pub use repository::tasks::TaskRepository;
pub use repository::unattached::{UnattachedFilter, UnattachedRepository};
pub use repository::uploads::{ResumableUpload, UploadRepository};
pub use restore::RestoreAccessions;
pub use review::{Answer, ConcludeAccession, decide};
pub use routes::{AccessionSummaryBody, IntakeState, routes};
pub use sandbox::{
    ChildLimits, EXAMINE_COMMAND, ExamineError, Examiner, InProcess, Sandbox, SandboxOptions, run_child,
};
pub use signed::{Verification, load_trust};
pub use submission::SubmissionKind;
pub use surroundings::{ArchiveSeen, ENVIRONMENT_FOLDER, Looked, Surroundings, check_archive, storeroom};
pub use take_in::{TakenIn, take_in};
pub use tally::{CheckResult, Note};
pub use tasks::{ReviewTask, TaskDecision, TaskKind};
pub use upload::{Announcement, Checksum, Patch, ReceiveUpload, ResumableUploads, Uploads, WantedUpload};
pub use waiting::WaitingFound;
pub use watch::{ReceiveWatched, WATCHER, WatchFolder, Watcher};
