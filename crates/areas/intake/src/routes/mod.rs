//! Routes of intake: announcing, uploading, handing in, and following an accession.

mod accessions;
mod bodies;
mod bodies_of_packages;
mod corrections;
mod exception_content;
mod exceptions;
mod findings;
mod progress;
mod push;
mod receipt;
mod records;
mod report;
mod resumable;
mod tasks;
mod upload_file;

use crate::accession::Accession;
use crate::error::IntakeError;
use crate::jobs::ProgressBoard;
use crate::repository::AccessionRepository;
use crate::rules::CheckRules;
use crate::upload::{ResumableUploads, Uploads};
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
pub use bodies::AccessionSummaryBody;
use lantai_cataloguing::Holdings;
use lantai_domain::AccessionId;
use lantai_http::Problem;
use std::path::PathBuf;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as operations;
use uuid::Uuid;

/// What the routes of intake work on.
#[derive(Clone)]
pub struct IntakeState {
    /// The holdings.
    pub holdings: Holdings,
    /// The uploads.
    pub uploads: Uploads,
    /// The resumable ones.
    pub resumable: ResumableUploads,
    /// Progress of the accessions under way here.
    pub board: ProgressBoard,
    /// The rules of the checks, for reports.
    pub rules: Arc<CheckRules>,
    /// Name of the archives, which heads reports.
    pub institution: String,
    /// Folder for what does not fit into memory.
    pub workspace: PathBuf,
}

/// The routes of this area.
pub fn routes(state: IntakeState) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(operations!(
            accessions::get_accession,
            accessions::discard_accession
        ))
        .routes(operations!(accessions::submit_accession))
        .routes(operations!(findings::list_accession_findings))
        .routes(operations!(tasks::list_accession_tasks))
        .routes(operations!(tasks::list_open_tasks))
        .routes(operations!(tasks::decide_accession_task))
        .routes(operations!(exceptions::list_exceptions))
        .routes(operations!(exceptions::get_exceptions_summary))
        .routes(operations!(exceptions::decide_exception))
        .routes(operations!(exceptions::decide_exceptions))
        .routes(operations!(exceptions::find_waiting_records))
        .routes(operations!(exception_content::get_exception_content))
        .routes(operations!(corrections::list_attempts))
        .routes(operations!(corrections::get_changes))
        .routes(operations!(receipt::get_receipt))
        .routes(operations!(report::get_accession_report))
        .routes(operations!(records::list_brought_records))
        .routes(operations!(resumable::describe_uploads, resumable::create_upload))
        .routes(operations!(progress::watch_accession))
        // files are streamed to disk and may be of any size
        .merge(
            OpenApiRouter::new()
                .routes(operations!(
                    accessions::list_accessions,
                    accessions::create_accession
                ))
                .routes(operations!(upload_file::put_accession_file))
                .routes(operations!(
                    resumable::head_upload,
                    resumable::patch_upload,
                    resumable::delete_upload
                ))
                .layer(DefaultBodyLimit::disable()),
        )
        .with_state(state)
}

/// A problem out of an error of this area.
fn problem(error: &IntakeError) -> Problem {
    let status = match error {
        IntakeError::NotFound => return Problem::not_found(),
        IntakeError::WrongState { .. }
        | IntakeError::NotReturned { .. }
        | IntakeError::NotEnded { .. }
        | IntakeError::TaskDecided
        | IntakeError::HandedInElsewhere
        | IntakeError::ExceptionsOpen { .. }
        | IntakeError::FileUnfit { .. }
        | IntakeError::OffsetDiffers { .. }
        | IntakeError::UploadsUnfinished { .. } => StatusCode::CONFLICT,
        IntakeError::PathEscape { .. }
        | IntakeError::FondsMissing
        | IntakeError::ReasonNeeded
        | IntakeError::RecordUnknown { .. }
        | IntakeError::NothingDerived
        | IntakeError::UploadBrokeOff => StatusCode::BAD_REQUEST,
        IntakeError::TooMuch => StatusCode::PAYLOAD_TOO_LARGE,
        IntakeError::Disk { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
            StatusCode::INSUFFICIENT_STORAGE
        }
        other => return Problem::internal(other, other.code()),
    };
    Problem::new(status, error.code(), error.to_string())
}

async fn find(state: &IntakeState, id: Uuid) -> Result<Accession, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        AccessionRepository(reader.conn())
            .find(AccessionId::new(id))
            .await
    };
    let found = read.await.map_err(|error| problem(&error.into()))?;
    found.ok_or_else(Problem::not_found)
}
