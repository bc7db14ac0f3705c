//! The list of exceptions of an accession (挂接异常清单).

use super::bodies::FindingBody;
use super::{IntakeState, find, problem};
use crate::attach::{FileDecision, UnattachedFile, UnattachedState};
use crate::exceptions::{
    Chosen, Decided, ExceptionsDesk, WaitingRecord, Wanted, WantedOfMany, search_records,
};
use crate::parts::HeldFolder;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::{UnattachedFilter, UnattachedRepository};
use crate::tasks::TaskKind;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::AccessionId;
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Folders told with the list; a package with more is chosen from by words.
const FOLDERS_TOLD: usize = 200;

/// Where a file on the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExceptionState)]
pub enum ExceptionStateBody {
    /// Nothing is decided.
    Open,
    /// It is assigned to a record.
    Assigned,
    /// It is left out.
    LeftOut,
}

impl From<ExceptionStateBody> for UnattachedState {
    fn from(state: ExceptionStateBody) -> Self {
        match state {
            ExceptionStateBody::Open => Self::Open,
            ExceptionStateBody::Assigned => Self::Assigned,
            ExceptionStateBody::LeftOut => Self::LeftOut,
        }
    }
}

impl From<UnattachedState> for ExceptionStateBody {
    fn from(state: UnattachedState) -> Self {
        match state {
            UnattachedState::Open => Self::Open,
            UnattachedState::Assigned => Self::Assigned,
            UnattachedState::LeftOut => Self::LeftOut,
        }
    }
}

/// A record that a file may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExceptionCandidate)]
pub struct CandidateBody {
    /// 档号, or what stands on the page.
    pub code: String,
    /// What speaks for it: a rule of `rules/attach.toml`, or `resembles`.
    pub source: String,
}

/// A file that no rule attaches to a record, or that rules attach to several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExceptionFile)]
pub struct ExceptionBody {
    /// Number within its accession, from 1.
    pub number: u32,
    /// Path in the package.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// SM3, lower-case hexadecimal.
    pub sm3: String,
    /// PRONOM identifier, or ours.
    pub puid: Option<String>,
    /// Name of the format.
    pub format: Option<String>,
    /// MIME type.
    pub mime: Option<String>,
    /// How it is shown: `image`, `document`, `sound`, `video`, `text`, `other`.
    pub media: String,
    /// Why it is on the list: `no_record`, `several_records`, `rules_disagree`, `page_disagrees`.
    pub why: String,
    /// Records that it may belong to.
    pub candidates: Vec<CandidateBody>,
    /// Faults of the file for which it can belong to no record.
    pub faults: Vec<FindingBody>,
    /// Where it stands.
    pub state: ExceptionStateBody,
    /// 档号 of the record that it was assigned to.
    pub assigned_to: Option<String>,
    /// Why it was left out.
    pub reason: Option<String>,
    /// Account of who decided.
    pub by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: Option<String>,
}

impl From<UnattachedFile> for ExceptionBody {
    fn from(file: UnattachedFile) -> Self {
        let state = file.state().into();
        let (assigned_to, reason, by, at) = match file.decision {
            None => (None, None, None, None),
            Some(FileDecision::Assigned { code, by, at }) => {
                (Some(code), None, Some(by), Some(at.to_string()))
            }
            Some(FileDecision::LeftOut { reason, by, at }) => {
                (None, Some(reason), Some(by), Some(at.to_string()))
            }
        };
        Self {
            number: file.number,
            file: file.file,
            size: file.size,
            sm3: file.sm3,
            puid: file.format.puid,
            format: file.format.name,
            mime: file.format.mime,
            media: file.media.name().to_owned(),
            why: file.why.name().to_owned(),
            candidates: file
                .candidates
                .into_iter()
                .map(|candidate| CandidateBody {
                    source: candidate.source.name().to_owned(),
                    code: candidate.code,
                })
                .collect(),
            faults: file.faults.into_iter().map(FindingBody::from).collect(),
            state,
            assigned_to,
            reason,
            by,
            at,
        }
    }
}

/// A folder with files on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExceptionFolder)]
pub struct FolderBody {
    /// Its path in the package; empty for files that lie in none.
    pub folder: String,
    /// Open files in it, folders below it left out.
    pub open: u64,
}

/// The list as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExceptionSummary)]
pub struct SummaryBody {
    /// Files of which nothing is decided.
    pub open: u64,
    /// Files that are assigned to records.
    pub assigned: u64,
    /// Files that are left out.
    pub left_out: u64,
    /// Number of the question that ends the list; `null` where the accession has no list.
    pub task: Option<u32>,
    /// Whether the list is decided as a whole, so that nothing of it can be changed.
    pub decided: bool,
    /// Folders with open files, those with most first; 200 at most.
    pub folders: Vec<FolderBody>,
}

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExceptionsQuery {
    /// Only those in this state.
    state: Option<ExceptionStateBody>,
    /// Only those whose path has these letters.
    q: Option<String>,
    /// Only those in this folder or below it.
    folder: Option<String>,
    /// Where the page begins.
    cursor: Option<String>,
    /// Entries of a page, 100 if not said, 500 at most.
    limit: Option<u32>,
}

/// Lists the files of an accession that a person must attach, or has attached.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/exceptions", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), ExceptionsQuery),
    responses(
        (status = 200, description = "A page of the list", body = Page<ExceptionBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn list_exceptions(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<ExceptionsQuery>,
) -> Result<Json<Page<ExceptionBody>>, Problem> {
    let accession = find(&state, id).await?;
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let after = match &cursor {
        Some(cursor) => cursor.key().parse().map_err(|_| {
            let detail = "this cursor is not one that was given out";
            Problem::new(StatusCode::BAD_REQUEST, "http.cursor", detail)
        })?,
        None => 0,
    };
    let filter = UnattachedFilter {
        state: query.state.map(UnattachedState::from),
        words: query.q,
        folder: query.folder,
    };
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        UnattachedRepository(reader.conn())
            .page(accession.id, &filter, after, limit + 1)
            .await
    };
    let files = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(files, limit as usize, |file| file.number.to_string());
    Ok(Json(page.map(ExceptionBody::from)))
}

/// Says how far the list of exceptions is.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/exceptions/summary", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 200, description = "The list as a whole", body = SummaryBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_exceptions_summary(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
) -> Result<Json<SummaryBody>, Problem> {
    let accession = find(&state, id).await?;
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        let counts = UnattachedRepository(reader.conn()).counts(accession.id).await?;
        let paths = UnattachedRepository(reader.conn())
            .open_paths(accession.id)
            .await?;
        let tasks = TaskRepository(reader.conn()).of(accession.id).await?;
        Ok::<_, lantai_database::StoreError>((counts, paths, tasks))
    };
    let (counts, paths, tasks) = read.await.map_err(|error| problem(&error.into()))?;
    let of = |wanted: UnattachedState| {
        let found = counts.iter().find(|(state, _)| state == wanted.name());
        found.map_or(0, |(_, count)| *count)
    };
    let mut folders: BTreeMap<String, u64> = BTreeMap::new();
    for path in &paths {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *folders.entry(folder.to_owned()).or_default() += 1;
    }
    let mut folders: Vec<FolderBody> = folders
        .into_iter()
        .map(|(folder, open)| FolderBody { folder, open })
        .collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.open));
    folders.truncate(FOLDERS_TOLD);
    let task = tasks.iter().find(|task| task.kind == TaskKind::Attachment);
    Ok(Json(SummaryBody {
        open: of(UnattachedState::Open),
        assigned: of(UnattachedState::Assigned),
        left_out: of(UnattachedState::LeftOut),
        task: task.map(|task| task.number),
        decided: task.is_none_or(|task| task.decision.is_some()),
        folders,
    }))
}

/// What is to be done about a file.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExceptionDecision)]
pub enum DecisionBody {
    /// It belongs to the record with this code.
    AssignTo(String),
    /// It belongs to none and does not come into the holdings, for this reason.
    LeaveOut(String),
    /// Nothing is decided any more.
    Undo(bool),
}

impl From<DecisionBody> for Wanted {
    fn from(body: DecisionBody) -> Self {
        match body {
            DecisionBody::AssignTo(code) => Self::Assign(code),
            DecisionBody::LeaveOut(reason) => Self::LeaveOut(reason),
            DecisionBody::Undo(_) => Self::Undo,
        }
    }
}

/// Decides about one file, or takes the decision back. It can be changed until the list as a whole is decided.
#[utoipa::path(put, path = "/api/v1/accessions/{id}/exceptions/{number}/decision", tag = "accessions",
    params(
        ("id" = Uuid, Path, description = "The accession"),
        ("number" = u32, Path, description = "Number of the file"),
    ),
    request_body = DecisionBody,
    responses(
        (status = 200, description = "As it stands now", body = ExceptionBody),
        (status = 400, description = "No record has this code, or the reason is missing", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession or file", body = ProblemBody),
        (status = 409, description = "The list is decided, or the file has faults of its own", body = ProblemBody),
    ))]
pub async fn decide_exception(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Path((id, number)): Path<(Uuid, u32)>,
    Json(body): Json<DecisionBody>,
) -> Result<Json<ExceptionBody>, Problem> {
    let desk = ExceptionsDesk {
        holdings: &state.holdings,
        workspace: &state.workspace,
        accession: AccessionId::new(id),
        by: viewer.name(),
    };
    let decided = desk.decide(number, body.into()).await;
    Ok(Json(decided.map_err(|error| problem(&error))?.into()))
}

/// What is to be done about many files.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ExceptionsDecision)]
pub struct ManyBody {
    /// All open files in this folder and below it; the empty name is the whole package.
    folder: Option<String>,
    /// These files, in place of a folder's.
    numbers: Option<Vec<u32>>,
    /// The same for each.
    decision: Option<DecisionBody>,
    /// In place of it: what this assigned file shows. Its code ends with a number that stands in its path; the
    /// others get the codes that end with the numbers at the same place of theirs.
    like: Option<u32>,
    /// Only say what would be decided.
    #[serde(default)]
    only_try: bool,
}

/// What became, or would become, of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExceptionDecided)]
pub struct DecidedBody {
    /// The file.
    #[serde(flatten)]
    pub file: ExceptionBody,
    /// Stable name of why nothing is decided of it.
    pub refused: Option<String>,
}

impl From<Decided> for DecidedBody {
    fn from(decided: Decided) -> Self {
        Self {
            file: decided.file.into(),
            refused: decided.refused.map(str::to_owned),
        }
    }
}

/// Decides about many files at once. What cannot be decided so stays open, and is told with the reason.
#[utoipa::path(post, path = "/api/v1/accessions/{id}/exceptions/decisions", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    request_body = ManyBody,
    responses(
        (status = 200, description = "What became of each", body = Page<DecidedBody>),
        (status = 400, description = "No record has this code, or the example shows no rule", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession or file", body = ProblemBody),
        (status = 409, description = "The list is decided", body = ProblemBody),
    ))]
pub async fn decide_exceptions(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<ManyBody>,
) -> Result<Json<Page<DecidedBody>>, Problem> {
    let unclear = || {
        let detail = "name a folder or numbers, and a decision or an example";
        Problem::new(StatusCode::BAD_REQUEST, "http.body", detail)
    };
    let chosen = match (body.folder, body.numbers) {
        (Some(folder), None) => Chosen::Folder(folder),
        (None, Some(numbers)) => Chosen::Numbers(numbers),
        _ => return Err(unclear()),
    };
    let wanted = match (body.decision, body.like) {
        (Some(decision), None) => WantedOfMany::Same(decision.into()),
        (None, Some(number)) => WantedOfMany::Like(number),
        _ => return Err(unclear()),
    };
    let desk = ExceptionsDesk {
        holdings: &state.holdings,
        workspace: &state.workspace,
        accession: AccessionId::new(id),
        by: viewer.name(),
    };
    let decided = desk.decide_many(&chosen, &wanted, body.only_try).await;
    let decided = decided.map_err(|error| problem(&error))?;
    Ok(Json(Page {
        items: decided.into_iter().map(DecidedBody::from).collect(),
        next_cursor: None,
    }))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitingRecordsQuery {
    /// Letters of the code or the title.
    q: String,
    /// 20 if not said, 100 at most.
    limit: Option<usize>,
}

/// A record that a file can be assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WaitingRecord)]
pub struct WaitingRecordBody {
    /// 档号.
    pub code: String,
    /// 题名.
    pub title: String,
    /// How many files it came with.
    pub files: u64,
}

impl From<WaitingRecord> for WaitingRecordBody {
    fn from(record: WaitingRecord) -> Self {
        Self {
            code: record.code,
            title: record.title,
            files: record.files,
        }
    }
}

/// Finds records of an accession that waits, by code or title.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/exceptions/records", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), WaitingRecordsQuery),
    responses(
        (status = 200, description = "Records", body = Page<WaitingRecordBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none that waits", body = ProblemBody),
    ))]
pub async fn find_waiting_records(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<WaitingRecordsQuery>,
) -> Result<Json<Page<WaitingRecordBody>>, Problem> {
    let accession = find(&state, id).await?;
    let folder = HeldFolder::of(&state.workspace, accession.id);
    if !folder.path().exists() {
        return Err(Problem::not_found());
    }
    let limit = query.limit.unwrap_or(20).clamp(1, 100);
    let found = tokio::task::spawn_blocking(move || search_records(&folder, &query.q, limit)).await;
    let found = found
        .map_err(|error| problem(&error.into()))?
        .map_err(|error| problem(&error))?;
    Ok(Json(Page {
        items: found.into_iter().map(WaitingRecordBody::from).collect(),
        next_cursor: None,
    }))
}
