//! The pages, built beforehand and carried in the program.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_http::Problem;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/apps/portal/dist"]
#[allow_missing = true]
struct Portal;

#[derive(RustEmbed)]
#[folder = "../../web/apps/workbench/dist"]
#[allow_missing = true]
struct Workbench;

/// Addresses below this belong to the workbench.
const WORKBENCH: &str = "workbench";
/// Files whose names carry a digest of their content may be kept for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Serves pages and their parts; an unknown address below an application is that application's to explain.
pub(crate) async fn page(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "http.method",
            "pages are only read",
        )
        .into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
    let inside = path
        .strip_prefix(WORKBENCH)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let (file, index) = match inside {
        Some(inside) => (
            Workbench::get(inside.trim_start_matches('/')),
            Workbench::get("index.html"),
        ),
        None => (Portal::get(path), Portal::get("index.html")),
    };
    let name = inside.unwrap_or(path);
    match (file, index) {
        (Some(file), _) => answer(name, file.data.into_owned(), name.contains("assets/")),
        (None, _) if name.contains("assets/") => Problem::not_found().into_response(),
        (None, Some(index)) => answer("index.html", index.data.into_owned(), false),
        (None, None) => Problem::new(
            StatusCode::NOT_FOUND,
            "http.pages_missing",
            "this program was built without pages: run `make build`",
        )
        .into_response(),
    }
}

fn answer(name: &str, bytes: Vec<u8>, for_ever: bool) -> Response {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if mime.type_() == "text" {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_string()
    };
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    let cache = if for_ever { FOR_EVER } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
