//! Requests to the provider of identities: bounded in time and size, and never sent elsewhere than asked.

use crate::error::IdentityError;
use openidconnect::{HttpRequest, HttpResponse};
use std::time::Duration;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const LONGEST_ANSWER: usize = 1 << 20;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// The connection failed, or took too long.
    #[error("it cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    /// The answer is longer than any answer must be.
    #[error("its answer is too long")]
    TooLong,
    /// The answer cannot be put together.
    #[error("its answer is not sound")]
    Unsound(#[from] openidconnect::http::Error),
}

/// Asks the provider.
#[derive(Debug, Clone)]
pub(crate) struct ProviderClient(reqwest::Client);

impl ProviderClient {
    /// A client; `authorities`: certificates (PEM) that the system does not know.
    pub fn new(authorities: Option<&[u8]>) -> Result<Self, IdentityError> {
        let unusable = |error: reqwest::Error| IdentityError::Provider(error.to_string());
        let mut builder = reqwest::Client::builder()
            .timeout(PATIENCE)
            // who redirects us could send our secret elsewhere
            .redirect(reqwest::redirect::Policy::none());
        if let Some(pem) = authorities {
            let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(unusable)?;
            builder = builder.tls_certs_merge(certificates);
        }
        builder.build().map(Self).map_err(unusable)
    }

    /// Sends one request.
    pub async fn fetch(self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let sent = self
            .0
            .request(parts.method, address)
            .headers(parts.headers)
            .body(body);
        let mut answer = sent.send().await?;
        let mut built = openidconnect::http::Response::builder().status(answer.status());
        if let Some(headers) = built.headers_mut() {
            *headers = answer.headers().clone();
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if bytes.len() + chunk.len() > LONGEST_ANSWER {
                return Err(FetchError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(built.body(bytes)?)
    }
}
