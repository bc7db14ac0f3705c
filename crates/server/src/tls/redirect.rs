//! Plain HTTP, where it is wanted only to send readers on to https.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_http::Problem;

/// The port that https needs no word for.
const HTTPS: u16 = 443;

/// Sends whoever reads on to the same address at the port of TLS.
pub(crate) fn redirecting(port: u16) -> Router {
    Router::new().fallback(send_on).with_state(port)
}

async fn send_on(State(port): State<u16>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        // what is sent in clear was sent in clear already: whoever does it must notice
        return Problem::new(
            StatusCode::FORBIDDEN,
            "http.tls_only",
            "nothing is taken in plain HTTP: send it with https",
        )
        .into_response();
    }
    let Some(location) = address(&request, port) else {
        return Problem::new(
            StatusCode::BAD_REQUEST,
            "http.host_missing",
            "the request does not say which host it is for",
        )
        .into_response();
    };
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
}

fn address(request: &Request, port: u16) -> Option<HeaderValue> {
    let said = request.headers().get(header::HOST);
    let said = said
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<Authority>().ok());
    let authority = request.uri().authority().cloned().or(said)?;
    let (host, path) = (
        authority.host(),
        request.uri().path_and_query().map_or("/", |path| path.as_str()),
    );
    if host.is_empty() || !path.starts_with('/') {
        return None;
    }
    let location = match port {
        HTTPS => format!("https://{host}{path}"),
        port => format!("https://{host}:{port}{path}"),
    };
    HeaderValue::from_str(&location).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn location(host: &str, path: &str, port: u16) -> Option<String> {
        let request = Request::builder().uri(path).header(header::HOST, host);
        let request = request.body(Body::empty()).unwrap();
        address(&request, port).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_same_address_is_named_at_the_other_port() {
        let at = |host, path, port| location(host, path, port).unwrap_or_default();
        assert_eq!(at("dag.example.cn", "/", 443), "https://dag.example.cn/");
        assert_eq!(
            at("dag.example.cn:80", "/workbench/?a=%E6%A1%A3", 8443),
            "https://dag.example.cn:8443/workbench/?a=%E6%A1%A3"
        );
        assert_eq!(at("[::1]:8080", "/x", 443), "https://[::1]/x");
        assert_eq!(
            at("user:secret@host", "/x", 443),
            "https://host/x",
            "nothing but the host is taken over"
        );
    }

    #[test]
    fn without_a_host_nobody_is_sent_anywhere() {
        for host in ["", "a b", "host/path", ":80", "a\tb"] {
            assert_eq!(location(host, "/x", 443), None, "{host:?}");
        }
        let request = Request::builder().uri("/x").body(Body::empty()).unwrap();
        assert_eq!(address(&request, 443), None);
    }
}
