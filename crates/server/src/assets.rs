//! The pages, built beforehand and carried in the program.

use crate::security;
use aws_lc_rs::rand;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
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
/// What stands for the nonce in built pages (`html.cspNonce` of their configuration).
const NONCE_SIGN: &str = "LANTAI-NONCE";
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
        (Some(file), _) if name == "index.html" => index_page(&file.data),
        (Some(file), _) => answer(name, file.data.into_owned(), name.contains("assets/")),
        (None, _) if name.contains("assets/") => Problem::not_found().into_response(),
        (None, Some(index)) => index_page(&index.data),
        (None, None) => Problem::new(
            StatusCode::NOT_FOUND,
            "http.pages_missing",
            "this program was built without pages: run `make build`",
        )
        .into_response(),
    }
}

/// A page with a nonce of its own for the styles that it writes: the sign that stands for it in the built page is
/// replaced, here and in the policy.
fn index_page(index: &[u8]) -> Response {
    let mut bytes = [0; 16];
    if rand::fill(&mut bytes).is_err() {
        let reason = "the machine gives no random numbers";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "data.random", reason).into_response();
    }
    let nonce = BASE64_STANDARD.encode(bytes);
    let page = String::from_utf8_lossy(index).replace(NONCE_SIGN, &nonce);
    let mut response = answer("index.html", page.into_bytes(), false);
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&security::page_policy(&nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // a page that was kept would have a nonce that was used
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
