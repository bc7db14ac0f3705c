//! The attempts at one package, and what each mended.

use super::bodies::{FindingBody, StateBody};
use super::bodies_of_packages::PackageDigestBody;
use super::{IntakeState, find, problem};
use crate::accession::Accession;
use crate::corrections::{Change, attempts, changes};
use axum::Json;
use axum::extract::{Path, State};
use lantai_http::{Page, Problem, ProblemBody};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Faults shown of a comparison.
const FAULTS_SHOWN: usize = 1_000;

/// One attempt at a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptBody {
    /// The accession.
    pub id: Uuid,
    /// Name of the package.
    pub name: String,
    /// Where it stands.
    pub state: StateBody,
    /// The accession that it corrects.
    pub corrects: Option<Uuid>,
    /// When it began.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
    /// Findings that return the package.
    pub blockers: u64,
    /// Findings that do not.
    pub warnings: u64,
    /// Digests of the package as it came.
    pub package: Option<PackageDigestBody>,
}

impl From<&Accession> for AttemptBody {
    fn from(accession: &Accession) -> Self {
        Self {
            id: accession.id.uuid(),
            name: accession.name.clone(),
            state: (&accession.state).into(),
            corrects: accession.corrects.map(|id| id.uuid()),
            received_at: accession.received_at.to_string(),
            finished_at: accession.state.ended_at().map(|at| at.to_string()),
            blockers: accession.blockers,
            warnings: accession.warnings,
            package: accession.package.as_ref().map(PackageDigestBody::from),
        }
    }
}

/// Lists the attempts that belong together, oldest first: this accession, those that it corrects and those that
/// correct it.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/attempts", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 200, description = "All of them", body = Page<AttemptBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn list_attempts(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
) -> Result<Json<Page<AttemptBody>>, Problem> {
    let accession = find(&state, id).await?;
    let chain = attempts(&state.holdings, &accession).await;
    let chain = chain.map_err(|error| problem(&error))?;
    Ok(Json(Page {
        items: chain.iter().map(AttemptBody::from).collect(),
        next_cursor: None,
    }))
}

/// What became of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FaultChange)]
pub enum ChangeBody {
    /// It is there no more.
    Mended,
    /// It is there still.
    StillThere,
    /// It was not there before.
    New,
}

/// A fault of either attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChangedFault)]
pub struct ChangedFaultBody {
    /// What became of it.
    pub change: ChangeBody,
    /// The fault.
    #[serde(flatten)]
    pub finding: FindingBody,
}

/// What an attempt changed against the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AttemptChanges)]
pub struct ChangesBody {
    /// The attempt before; `null`: this one corrects none.
    pub before: Option<Uuid>,
    /// Faults that are there no more.
    pub mended: u64,
    /// Faults that are there still.
    pub still_there: u64,
    /// Faults that were not there before.
    pub new: u64,
    /// The first thousand of all of them.
    pub faults: Vec<ChangedFaultBody>,
}

/// Says what a corrected package mended of the faults for which the one before was returned.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/changes", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 200, description = "The comparison", body = ChangesBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_changes(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
) -> Result<Json<ChangesBody>, Problem> {
    let accession = find(&state, id).await?;
    let compared = changes(&state.holdings, &accession).await;
    let compared = compared.map_err(|error| problem(&error))?;
    let (before, comparison) = match compared {
        Some((before, comparison)) => (Some(before.uuid()), comparison),
        None => (None, crate::corrections::Comparison::default()),
    };
    let count = |change| comparison.count(change);
    let (mended, still_there, new) = (
        count(Change::Mended),
        count(Change::StillThere),
        count(Change::New),
    );
    let faults = comparison.faults.into_iter().take(FAULTS_SHOWN);
    let faults = faults.map(|(change, finding)| ChangedFaultBody {
        change: match change {
            Change::Mended => ChangeBody::Mended,
            Change::StillThere => ChangeBody::StillThere,
            Change::New => ChangeBody::New,
        },
        finding: finding.into(),
    });
    Ok(Json(ChangesBody {
        before,
        mended,
        still_there,
        new,
        faults: faults.collect(),
    }))
}
