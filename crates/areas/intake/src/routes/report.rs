//! The report of the four-property checks of an accession, as a file.

use super::{IntakeState, find, problem};
use crate::report::{PdfError, ReportData, html, of_accession, pdf, style_digest};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_cataloguing::routes::encode;
use lantai_http::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The page runs nothing and takes nothing from anywhere.
const POLICY: &str = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    /// For programs.
    Json,
    /// To be read in a browser.
    Html,
    /// PDF/A-2b, to be signed and filed.
    Pdf,
}

impl ReportForm {
    const ALL: [Self; 3] = [Self::Json, Self::Html, Self::Pdf];

    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html",
            Self::Pdf => "application/pdf",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }

    /// The form that an `Accept` header likes best; JSON where it names none of ours.
    fn accepted(accept: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let wanted = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
            let weight = weight.unwrap_or(1.0);
            let form = Self::ALL
                .into_iter()
                .find(|form| form.media_type().eq_ignore_ascii_case(wanted));
            let better = weight > 0.0 && best.is_none_or(|(most, _)| weight > most);
            if let (Some(form), true) = (form, better) {
                best = Some((weight, form));
            }
        }
        best.map_or(Self::Json, |(_, form)| form)
    }
}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Wins over the header `Accept`.
    #[serde(rename = "as")]
    #[param(inline)]
    form: Option<ReportForm>,
}

/// Gives the report of the four-property checks (四性检测报告) of an accession, headed with the name of the archives.
/// The form is that of `as`, else the one that `Accept` likes best, else JSON.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/report", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), ReportQuery),
    responses(
        (status = 200, description = "The report", content(
            (serde_json::Value = "application/json"),
            (String = "text/html"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "The package was not tested yet", body = ProblemBody),
        (status = 503, description = "A report in PDF needs a font for Chinese, and none is installed", body = ProblemBody),
    ))]
pub async fn get_accession_report(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accession = find(&state, id).await?;
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let form = query
        .form
        .unwrap_or_else(|| ReportForm::accepted(accept.unwrap_or_default()));
    let report = of_accession(&state.holdings, &accession, &state.rules, &state.institution).await;
    let report = report.map_err(|error| problem(&error))?;
    let bytes = write(form, report).await?;
    // a page opens in the browser, the others are kept
    let (kind, how) = match form {
        ReportForm::Html => ("text/html; charset=utf-8", "inline"),
        other => (other.media_type(), "attachment"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            disposition(how, &accession.name, id, form.ending()),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            format!("{POLICY}; style-src '{}'", style_digest()),
        ),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::VARY, "Accept".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

async fn write(form: ReportForm, report: ReportData) -> Result<Vec<u8>, Problem> {
    match form {
        ReportForm::Json => report.json().map(String::into_bytes).map_err(|error| {
            let error = crate::error::IntakeError::from(error);
            problem(&error)
        }),
        ReportForm::Html => Ok(html(&report).into_bytes()),
        // laying out hundreds of faults takes a while
        ReportForm::Pdf => match tokio::task::spawn_blocking(move || pdf(&report)).await {
            Ok(written) => written.map_err(|error| unprintable(&error)),
            Err(error) => Err(Problem::internal(&error, "intake.report_pdf")),
        },
    }
}

fn unprintable(error: &PdfError) -> Problem {
    match error {
        PdfError::Font(font) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, font.code(), font.to_string()),
        PdfError::Write(_) => Problem::internal(error, error.code()),
    }
}

/// How the file is called (RFC 6266): in Chinese for those who read `filename*`, by its number for the others.
fn disposition(how: &str, package: &str, id: Uuid, ending: &str) -> String {
    let is_unfit =
        |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let package: String = package
        .chars()
        .map(|c| if is_unfit(c) { '_' } else { c })
        .take(80)
        .collect();
    let name = encode(&format!("四性检测报告-{package}.{ending}"));
    format!("{how}; filename=\"report-{id}.{ending}\"; filename*=UTF-8''{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_that_is_liked_best() {
        for (accept, form) in [
            ("", ReportForm::Json),
            ("*/*", ReportForm::Json),
            ("image/png", ReportForm::Json),
            ("application/pdf", ReportForm::Pdf),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                ReportForm::Html,
            ),
            ("text/html;q=0.2, application/pdf;q=0.7", ReportForm::Pdf),
            ("application/pdf;q=0, TEXT/HTML;q=0.1", ReportForm::Html),
            ("application/pdf;q=much", ReportForm::Pdf),
        ] {
            assert_eq!(ReportForm::accepted(accept), form, "{accept}");
        }
    }

    #[test]
    fn a_name_is_told_twice_and_leads_nowhere() {
        let id = Uuid::nil();
        let text = disposition("attachment", "石门/../a\r\n\"b\"", id, "pdf");
        assert_eq!(
            text,
            format!(
                "attachment; filename=\"report-{id}.pdf\"; filename*=UTF-8''{}",
                encode("四性检测报告-石门_.._a___b_.pdf")
            )
        );
    }
}
