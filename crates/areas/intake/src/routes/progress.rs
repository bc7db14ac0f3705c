//! Following an accession while it is examined.

use super::bodies::{ProgressBody, StateBody};
use super::{IntakeState, find};
use crate::accession::{Accession, AccessionState};
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use lantai_http::{Problem, ProblemBody};
use serde::Serialize;
use std::convert::Infallible;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How often progress is told.
const PAUSE: Duration = Duration::from_millis(250);

/// How far an accession has come, and where it stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ProgressEventBody {
    /// How far it has come.
    #[serde(flatten)]
    pub progress: ProgressBody,
    /// Where it stands.
    pub state: StateBody,
}

fn event_of(state: &IntakeState, accession: &Accession) -> ProgressEventBody {
    // the last step is told by the accession itself: the board may learn of it a moment later
    let under_way = state.board.find(accession.id);
    let under_way = under_way.filter(|_| accession.state.ended_at().is_none());
    let progress = under_way.map_or_else(
        || ProgressBody::at_rest(accession),
        |progress| progress.now().into(),
    );
    ProgressEventBody {
        progress,
        state: (&accession.state).into(),
    }
}

enum Step {
    Telling,
    Over,
}

/// Tells how an accession comes along: events `progress`, at last `done`.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/progress", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn watch_accession(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    find(&state, id).await?;
    let stream = futures::stream::unfold(
        (state, Step::Telling, true),
        move |(state, step, first)| async move {
            if matches!(step, Step::Over) {
                return None;
            }
            if !first {
                tokio::time::sleep(PAUSE).await;
            }
            let accession = find(&state, id).await.ok()?;
            let body = event_of(&state, &accession);
            // what waits for a person goes on by nothing that could be told here
            let waits = matches!(accession.state, AccessionState::PendingReview { .. });
            let over = waits || accession.state.ended_at().is_some();
            let event = Event::default().event(if over { "done" } else { "progress" });
            let event = event.json_data(body).ok()?;
            let step = if over { Step::Over } else { Step::Telling };
            Some((Ok(event), (state, step, false)))
        },
    );
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}
