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
mod reach;
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
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
pub use bodies::AccessionSummaryBody;
use lantai_cataloguing::Holdings;
use lantai_domain::AccessionId;
use lantai_domain::access::Action;
use lantai_http::{Api, Door, Problem};
use std::path::PathBuf;
use std::sync::Arc;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes as operations;
use uuid::Uuid;

const RECEIVE: Door = Door::May(Action::Receive);
const DECIDE: Door = Door::May(Action::DecideTask);

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
pub fn routes(state: IntakeState) -> Api {
    let reach = |operations| within_reach(&state, operations);
    let of_one = Api::new()
        .route(
            RECEIVE,
            reach(operations!(
                accessions::get_accession,
                accessions::discard_accession
            )),
        )
        .route(RECEIVE, reach(operations!(accessions::submit_accession)))
        .route(RECEIVE, reach(operations!(findings::list_accession_findings)))
        .route(RECEIVE, reach(operations!(tasks::list_accession_tasks)))
        .route(DECIDE, reach(operations!(tasks::decide_accession_task)))
        .route(RECEIVE, reach(operations!(exceptions::list_exceptions)))
        .route(RECEIVE, reach(operations!(exceptions::get_exceptions_summary)))
        .route(RECEIVE, reach(operations!(exceptions::decide_exception)))
        .route(RECEIVE, reach(operations!(exceptions::decide_exceptions)))
        .route(RECEIVE, reach(operations!(exceptions::find_waiting_records)))
        .route(
            RECEIVE,
            reach(operations!(exception_content::get_exception_content)),
        )
        .route(RECEIVE, reach(operations!(corrections::list_attempts)))
        .route(RECEIVE, reach(operations!(corrections::get_changes)))
        .route(RECEIVE, reach(operations!(receipt::get_receipt)))
        .route(RECEIVE, reach(operations!(report::get_accession_report)))
        .route(RECEIVE, reach(operations!(records::list_brought_records)))
        .route(RECEIVE, reach(operations!(progress::watch_accession)));
    let of_uploads = Api::new()
        .route(RECEIVE, reach(operations!(upload_file::put_accession_file)))
        .route(
            RECEIVE,
            operations!(accessions::list_accessions, accessions::create_accession),
        )
        .route(
            RECEIVE,
            operations!(
                resumable::head_upload,
                resumable::patch_upload,
                resumable::delete_upload
            ),
        )
        // files are streamed to disk and may be of any size
        .with_bodies_of_any_size();
    Api::new()
        .route(DECIDE, operations!(tasks::list_open_tasks))
        .route(Door::Anybody, operations!(resumable::describe_uploads))
        .route(RECEIVE, operations!(resumable::create_upload))
        .merge(of_one)
        .merge(of_uploads)
        .with_state(state)
}

/// Operations of one accession: behind their door it is asked whether the viewer receives for its fonds.
fn within_reach(
    state: &IntakeState,
    (schemas, paths, router): UtoipaMethodRouter<IntakeState>,
) -> UtoipaMethodRouter<IntakeState> {
    let router = router.route_layer(from_fn_with_state(state.clone(), reach::within_reach));
    (schemas, paths, router)
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
