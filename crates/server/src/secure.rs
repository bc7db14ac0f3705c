//! What every answer carries where people reach the pages over TLS.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// Browsers ask with https only from now on, for two years.
const ONLY_TLS: &str = "max-age=63072000; includeSubDomains";

/// Tells browsers never to come without TLS, and never to send a cookie of ours without.
pub(crate) async fn answer(mut response: Response) -> Response {
    keep_to_tls(response.headers_mut());
    response
}

fn keep_to_tls(headers: &mut HeaderMap) {
    let only_tls = HeaderValue::from_static(ONLY_TLS);
    headers.insert(header::STRICT_TRANSPORT_SECURITY, only_tls);
    for cookie in headers
        .iter_mut()
        .filter_map(|(name, value)| (*name == header::SET_COOKIE).then_some(value))
    {
        let is_secure = cookie
            .as_bytes()
            .split(|byte| *byte == b';')
            .any(|attribute| attribute.trim_ascii().eq_ignore_ascii_case(b"secure"));
        if is_secure {
            continue;
        }
        let secured = [cookie.as_bytes(), b"; Secure"].concat();
        if let Ok(secured) = HeaderValue::from_bytes(&secured) {
            *cookie = secured;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cookie_leaves_without_the_word_that_keeps_it_to_tls() {
        let mut headers = HeaderMap::new();
        for cookie in [
            "a=1; Path=/; HttpOnly",
            "b=secure; Path=/",
            "c=3; secure; Path=/",
            "d=4",
        ] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        keep_to_tls(&mut headers);
        let cookies: Vec<&str> = headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().unwrap())
            .collect();
        assert_eq!(
            cookies,
            [
                "a=1; Path=/; HttpOnly; Secure",
                "b=secure; Path=/; Secure",
                "c=3; secure; Path=/",
                "d=4; Secure"
            ]
        );
        assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], ONLY_TLS);
        assert_eq!(headers[header::CONTENT_TYPE], "text/plain");
    }
}
