//! What a person must decide before a package is accepted.

use super::bodies::{FindingBody, SeverityBody};
use super::{IntakeState, find, problem};
use crate::repository::tasks::TaskRepository;
use crate::review::{Answer, decide};
use crate::tasks::{ReviewTask, TaskKind};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::AccessionId;
use lantai_domain::access::Action;
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Why a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TaskKind)]
pub enum TaskKindBody {
    /// No machine can answer the check.
    Manual,
    /// A fault that may be accepted with a written reason.
    Fault,
    /// Files are attached to no record; each is decided on the list of exceptions first.
    Attachment,
}

/// What a person decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TaskDecision)]
pub struct TaskDecisionBody {
    /// Whether the check is passed, or the fault accepted.
    pub passed: bool,
    /// The reason, or what was looked at.
    pub note: String,
    /// Account of who decided.
    pub by: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

/// One question to a person: all findings of one check with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewTask)]
pub struct TaskBody {
    /// Number within its accession, from 1.
    pub number: u32,
    /// Our id of the check.
    pub check: String,
    /// Stable name of what was found.
    pub code: String,
    /// How much it weighs.
    pub severity: SeverityBody,
    /// Why a person is asked.
    pub kind: TaskKindBody,
    /// How many findings it stands for.
    pub findings: u64,
    /// The first of them.
    pub examples: Vec<FindingBody>,
    /// What was decided; `null` while it is open.
    pub decision: Option<TaskDecisionBody>,
}

impl From<ReviewTask> for TaskBody {
    fn from(task: ReviewTask) -> Self {
        Self {
            number: task.number,
            check: task.check,
            code: task.code,
            severity: task.severity.into(),
            kind: match task.kind {
                TaskKind::Manual => TaskKindBody::Manual,
                TaskKind::Fault => TaskKindBody::Fault,
                TaskKind::Attachment => TaskKindBody::Attachment,
            },
            findings: task.findings,
            examples: task.examples.into_iter().map(FindingBody::from).collect(),
            decision: task.decision.map(|decision| TaskDecisionBody {
                passed: decision.passed,
                note: decision.note,
                by: decision.by,
                at: decision.at.to_string(),
            }),
        }
    }
}

/// An open question, with the accession that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OpenTask)]
pub struct OpenTaskBody {
    /// The accession.
    pub accession: Uuid,
    /// Name of its package.
    pub accession_name: String,
    /// The question.
    #[serde(flatten)]
    pub task: TaskBody,
}

/// Lists what a person must decide about an accession, or has decided.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/tasks", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 200, description = "All of them", body = Page<TaskBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn list_accession_tasks(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
) -> Result<Json<Page<TaskBody>>, Problem> {
    let accession = find(&state, id).await?;
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        TaskRepository(reader.conn()).of(accession.id).await
    };
    let tasks = read.await.map_err(|error| problem(&error.into()))?;
    Ok(Json(Page {
        items: tasks.into_iter().map(TaskBody::from).collect(),
        next_cursor: None,
    }))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TasksQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Entries of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
}

/// Lists the open questions about all accessions, oldest accession first.
#[utoipa::path(get, path = "/api/v1/accession-tasks", tag = "accessions",
    params(TasksQuery),
    responses(
        (status = 200, description = "A page of open questions", body = Page<OpenTaskBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn list_open_tasks(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Query(query): Query<TasksQuery>,
) -> Result<Json<Page<OpenTaskBody>>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let nonsense = || {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "http.cursor",
            "this cursor is not one that was given out",
        )
    };
    let after = match &cursor {
        Some(cursor) => {
            let (accession, number) = cursor.key().split_once('/').ok_or_else(nonsense)?;
            Some((accession, number.parse::<i64>().map_err(|_| nonsense())?))
        }
        None => None,
    };
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        TaskRepository(reader.conn())
            .open(after, limit + 1, viewer.filter(Action::DecideTask))
            .await
    };
    let tasks = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(tasks, limit as usize, |(accession, _, task)| {
        format!("{accession}/{}", task.number)
    });
    Ok(Json(page.map(|(accession, accession_name, task)| OpenTaskBody {
        accession: accession.parse().unwrap_or_default(),
        accession_name,
        task: task.into(),
    })))
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TaskAnswer)]
pub struct TaskAnswerBody {
    /// Whether the check is passed, or the fault accepted.
    pub passed: bool,
    /// What was looked at; the reason, which must be given where a fault is accepted.
    pub note: String,
}

/// Decides one question, for good. With the last one the accession is accepted, or returned where an answer was no.
#[utoipa::path(post, path = "/api/v1/accessions/{id}/tasks/{number}/decision", tag = "accessions",
    params(
        ("id" = Uuid, Path, description = "The accession"),
        ("number" = u32, Path, description = "Number of the question"),
    ),
    request_body = TaskAnswerBody,
    responses(
        (status = 200, description = "Decided", body = TaskBody),
        (status = 400, description = "The reason is missing", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession or question", body = ProblemBody),
        (status = 409, description = "It was decided before, or the accession has ended", body = ProblemBody),
    ))]
pub async fn decide_accession_task(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Path((id, number)): Path<(Uuid, u32)>,
    Json(body): Json<TaskAnswerBody>,
) -> Result<Json<TaskBody>, Problem> {
    let answer = Answer {
        number,
        passed: body.passed,
        note: body.note,
    };
    let decided = decide(&state.holdings, AccessionId::new(id), &answer, viewer.name()).await;
    Ok(Json(decided.map_err(|error| problem(&error))?.into()))
}
