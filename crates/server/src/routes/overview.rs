//! The archive at a glance, for the staff.

use super::ArchiveState;
use crate::verified;
use axum::Json;
use axum::extract::State;
use lantai_cataloguing::{FondsRepository, StoredFonds};
use lantai_database::{Jobs, StoreError};
use lantai_domain::access::{AccessCell, Action};
use lantai_domain::{OpenStatusKind, Viewer};
use lantai_http::{Asker, Problem, ProblemBody};
use lantai_intake::{AccessionRepository, AccessionSummaryBody};
use serde::Serialize;
use utoipa::ToSchema;

/// Accessions shown.
const RECENT: u32 = 8;

/// The archive at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OverviewBody {
    /// Records that the viewer may know of.
    pub records: i64,
    /// Content files.
    pub files: i64,
    /// Bytes of content.
    pub bytes: i64,
    /// Records that are open.
    pub open: i64,
    /// Records that nobody has reviewed.
    pub unreviewed: i64,
    /// Accessions.
    pub accessions: i64,
    /// Of these, returned.
    pub accessions_returned: i64,
    /// Jobs waiting or running.
    pub jobs_waiting: u64,
    /// The journal.
    pub journal: JournalHeadBody,
    /// The latest accessions.
    pub recent_accessions: Vec<AccessionSummaryBody>,
}

/// The journal's newest checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct JournalHeadBody {
    /// Entries.
    pub size: u64,
    /// Root of the tree, Base64.
    pub root: String,
    /// Whether that verification found nothing wrong, in the journal or in what else it looked at.
    pub checked_sound: Option<bool>,
    /// When it was last verified.
    #[schema(format = DateTime)]
    pub checked_at: Option<String>,
}

/// Shows the archive at a glance.
#[utoipa::path(get, path = "/api/v1/overview", tag = "archive",
    responses(
        (status = 200, description = "The archive at a glance", body = OverviewBody),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub(crate) async fn get_overview(
    State(state): State<ArchiveState>,
    Asker(viewer): Asker,
) -> Result<Json<OverviewBody>, Problem> {
    let body = overview(&state, &viewer)
        .await
        .map_err(|error| Problem::internal(&error, error.code()))?;
    Ok(Json(body))
}

async fn overview(state: &ArchiveState, viewer: &Viewer) -> Result<OverviewBody, StoreError> {
    let mut reader = state.holdings.database.read().await?;
    let fonds = FondsRepository(reader.conn()).all().await?;
    let (seen, received) = (viewer.filter(Action::ViewEntry), viewer.filter(Action::Receive));
    let states = AccessionRepository(reader.conn())
        .count_by_state(received)
        .await?;
    let recent = AccessionRepository(reader.conn())
        .page(None, RECENT, received)
        .await?;
    let jobs = Jobs(reader.conn()).counts().await?;
    let cells: Vec<(AccessCell, i64)> = fonds
        .iter()
        .flat_map(|stored| stored.count.visible_cells(stored.fonds.number.as_str(), seen))
        .collect();
    let count = |wanted: &[OpenStatusKind]| {
        let fitting = cells.iter().filter(|(cell, _)| wanted.contains(&cell.opening));
        fitting.map(|(_, records)| records).sum()
    };
    // files and bytes are told of fonds of which the viewer sees every record
    let whole: Vec<&StoredFonds> = fonds
        .iter()
        .filter(|stored| stored.count.visible(stored.fonds.number.as_str(), seen) == stored.count.records)
        .collect();
    let checkpoint = state.holdings.checkpoint();
    let last = verified::last(&state.data);
    Ok(OverviewBody {
        records: cells.iter().map(|(_, records)| records).sum(),
        files: whole.iter().map(|stored| stored.count.files).sum(),
        bytes: whole.iter().map(|stored| stored.count.bytes).sum(),
        open: count(&[OpenStatusKind::Open, OpenStatusKind::OpenEarly]),
        unreviewed: count(&[OpenStatusKind::Unreviewed]),
        accessions: states.iter().map(|(_, count)| count).sum(),
        accessions_returned: states
            .iter()
            .filter(|(state, _)| state == "returned")
            .map(|(_, count)| count)
            .sum(),
        jobs_waiting: jobs.waiting + jobs.running,
        journal: JournalHeadBody {
            size: checkpoint.size(),
            root: checkpoint.root().to_base64(),
            checked_at: last.map(|last| last.at.to_string()),
            checked_sound: last.map(|last| last.ok),
        },
        recent_accessions: recent.iter().map(AccessionSummaryBody::from).collect(),
    })
}
