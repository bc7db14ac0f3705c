//! Intake (接收): packages come in, are tested for the four properties (四性检测), and are accepted or returned whole.
//!
//! [`receive()`] takes a package in, [`check()`] only tests it. A kind of package is one file below `submission`;
//! the rules of the checks are data in `rules/checks.toml`. Every byte is read once: digests, format and safety come
//! out of the pass that stages the file in the vault.

mod accession;
mod describe;
pub mod elements;
mod error;
mod examine;
mod jobs;
mod progress;
pub mod quality;
mod quarantine;
mod read_file;
mod receive;
pub mod repository;
mod restore;
mod routes;
mod rule_file;
pub mod rules;
mod sandbox;
mod spool;
mod store;
mod submission;
mod tally;
mod upload;

pub use accession::{ACCESSION_FORMAT, Accession, AccessionState};
pub use error::IntakeError;
pub use jobs::{ProgressBoard, ReceiveUploadHandler, recover};
pub use progress::{Progress, ProgressNow, ProgressStage};
pub use receive::{Checked, IntakeRules, ReceiveRequest, Received, check, receive};
pub use repository::AccessionRepository;
pub use restore::RestoreAccessions;
pub use routes::{AccessionSummaryBody, IntakeState, routes};
pub use sandbox::{ChildLimits, ExamineError, Examiner, InProcess, Sandbox, SandboxOptions, run_child};
pub use submission::SubmissionKind;
pub use tally::CheckResult;
pub use upload::{Announcement, ReceiveUpload, Uploads};
