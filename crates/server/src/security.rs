//! Headers that tell browsers what pages of ours may do, and what others may do with them.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Answers run and load only what comes from here, and are framed by nobody else. A page gets the same with a nonce for
/// the styles that its framework writes ([`page_policy`]).
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'self'; \
                      frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

/// What no page of ours ever asks the browser for.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
                           microphone=(), midi=(), payment=(), serial=(), usb=(), \
                           publickey-credentials-create=(self), publickey-credentials-get=(self)";

/// Two years, as lists of browsers ask.
const TRANSPORT: &str = "max-age=63072000; includeSubDomains";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// The policy of a page whose own styles carry a nonce.
pub(crate) fn page_policy(nonce: &str) -> String {
    format!("{POLICY}; style-src 'self' 'nonce-{nonce}'")
}

/// Sets the headers of every answer. Answers that bring a policy of their own, as files of records do, keep it.
pub(crate) async fn headers(State(secure): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    set(response.headers_mut(), secure);
    response
}

fn set(headers: &mut HeaderMap, secure: bool) {
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(TRANSPORT),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_policy_lets_a_page_run_what_it_was_not_given() {
        for policy in [POLICY.to_owned(), page_policy("abc")] {
            assert!(!policy.contains("unsafe"), "{policy}");
        }
        let mut headers = HeaderMap::new();
        set(&mut headers, false);
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox"),
        );
        set(&mut headers, true);
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "sandbox");
    }
}
