//! Writing events out over HTTP, and what proves the file.

use super::events::AuditEventsQuery;
use super::{AuditState, problem};
use crate::audit::error::AuditError;
use crate::audit::export::{Export, ExportForm};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use lantai_http::{Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditExportForm {
    /// A table.
    Csv,
    /// One line of JSON an event.
    Jsonl,
}

/// How events are to be written.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditExportQuery {
    /// `csv` or `jsonl`.
    #[param(inline)]
    form: AuditExportForm,
}

fn form_of(form: AuditExportForm) -> ExportForm {
    match form {
        AuditExportForm::Csv => ExportForm::Csv,
        AuditExportForm::Jsonl => ExportForm::JsonLines,
    }
}

async fn begin(
    state: &AuditState,
    query: &AuditEventsQuery,
    form: AuditExportForm,
) -> Result<Export, Problem> {
    let begun = Export::begin(state.trail.database.clone(), query.read()?, form_of(form)).await;
    begun.map_err(|error| problem(&error))
}

/// Writes the events that fit into a file, newest first. Name the last event (`last`) to be able to prove the same file.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit",
    params(AuditEventsQuery, AuditExportQuery),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 400, description = "A parameter is not understood", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn export_audit_events(
    State(state): State<AuditState>,
    Query(query): Query<AuditEventsQuery>,
    Query(how): Query<AuditExportQuery>,
) -> Result<Response, Problem> {
    let export = begin(&state, &query, how.form).await?;
    let pieces = stream::unfold(Some(export), |export| async move {
        let mut export = export?;
        match export.next().await {
            Ok(Some(piece)) => Some((Ok::<_, AuditError>(Bytes::from(piece)), Some(export))),
            Ok(None) => None,
            // the connection breaks off, so that half a file is not taken for a whole one
            Err(error) => Some((Err(error), None)),
        }
    });
    let (kind, disposition) = match how.form {
        AuditExportForm::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        AuditExportForm::Jsonl => ("application/x-ndjson", "attachment; filename=\"audit.jsonl\""),
    };
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What proves a file of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditExportProofBody {
    /// Events in it.
    pub events: u64,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of these.
    pub sha256: String,
    /// Number of the last event of the trail.
    pub head_seq: u64,
    /// Its hash.
    pub head_hash: String,
    /// The newest event whose hash the journal holds; `null`: none yet.
    pub anchor_seq: Option<u64>,
    /// That hash.
    pub anchor_hash: Option<String>,
}

/// Says what the file of an export with the same parameters comes to, and where the chain stands.
#[utoipa::path(get, path = "/api/v1/audit/export/proof", tag = "audit",
    params(AuditEventsQuery, AuditExportQuery),
    responses(
        (status = 200, description = "What proves it", body = AuditExportProofBody),
        (status = 400, description = "A parameter is not understood", body = ProblemBody),
        (status = 401, description = "For whoever may read the audit trail", body = ProblemBody),
        (status = 403, description = "No post allows it", body = ProblemBody),
    ))]
pub async fn prove_audit_export(
    State(state): State<AuditState>,
    Query(query): Query<AuditEventsQuery>,
    Query(how): Query<AuditExportQuery>,
) -> Result<Json<AuditExportProofBody>, Problem> {
    let mut export = begin(&state, &query, how.form).await?;
    while export.next().await.map_err(|error| problem(&error))?.is_some() {}
    let proof = export.proof();
    Ok(Json(AuditExportProofBody {
        events: proof.events,
        bytes: proof.bytes,
        sha256: proof.sha256,
        head_seq: proof.head_seq,
        head_hash: proof.head_hash,
        anchor_seq: proof.anchor.as_ref().map(|anchor| anchor.seq),
        anchor_hash: proof.anchor.map(|anchor| anchor.hash),
    }))
}
