//! Vectors from a service of the site that speaks the protocol of `/v1/embeddings`.

use super::Vector;
use crate::error::ModelError;
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Texts in one question to the service.
const BATCH: usize = 32;
/// An answer has no more bytes for each of its texts: 8192 numbers of 24 characters.
const MOST_EACH: usize = 24 * 8192;
const CONNECT: Duration = Duration::from_secs(10);

/// Which service, and how it is asked.
#[derive(Clone)]
pub struct VectorServiceOptions {
    /// Its address, such as `http://vectors.internal:8080/v1/embeddings`.
    pub url: String,
    /// Name of the model there.
    pub model: String,
    /// Secret that goes along as bearer token.
    pub key: Option<String>,
    /// What the model wants in front of a passage, such as `passage: `; empty for most.
    pub passage_prefix: String,
    /// What it wants in front of a question.
    pub query_prefix: String,
    /// The longest time for one answer.
    pub patience: Duration,
}

/// The service.
#[derive(Clone)]
pub struct VectorService {
    client: Client,
    url: Url,
    options: VectorServiceOptions,
}

#[derive(Serialize)]
struct Question<'texts> {
    model: &'texts str,
    input: Vec<String>,
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

impl std::fmt::Debug for VectorService {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // not the options: the key is among them
        let mut shown = formatter.debug_struct("VectorService");
        shown.field("url", &self.options.url).finish_non_exhaustive()
    }
}

impl VectorService {
    /// Makes ready to ask; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`ModelError::Client`] where the address is none.
    pub fn new(options: VectorServiceOptions) -> Result<Self, ModelError> {
        let unusable = |reason: String| ModelError::Client {
            reason: format!("{}: {reason}", options.url),
        };
        let url = Url::parse(&options.url).map_err(|error| unusable(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unusable("it is no http address".to_owned()));
        }
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(options.patience)
            // a service that sends elsewhere is not the one that was configured
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self { client, url, options })
    }

    /// The vectors of passages, in their order.
    ///
    /// # Errors
    ///
    /// [`ModelError::Service`] where it does not answer, or not with a vector for each.
    pub async fn passages(&self, texts: &[&str]) -> Result<Vec<Vector>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            vectors.extend(self.ask(&self.options.passage_prefix, batch).await?);
        }
        match vectors
            .windows(2)
            .all(|pair| pair[0].numbers().len() == pair[1].numbers().len())
        {
            true => Ok(vectors),
            false => Err(self.refused("its vectors have different lengths".to_owned())),
        }
    }

    /// The vector of a question.
    ///
    /// # Errors
    ///
    /// As [`VectorService::passages`].
    pub async fn query(&self, text: &str) -> Result<Vector, ModelError> {
        let answer = self.ask(&self.options.query_prefix, &[text]).await?.pop();
        answer.ok_or_else(|| self.refused("it gave no vector".to_owned()))
    }

    async fn ask(&self, prefix: &str, texts: &[&str]) -> Result<Vec<Vector>, ModelError> {
        let question = Question {
            model: &self.options.model,
            input: texts.iter().map(|text| format!("{prefix}{text}")).collect(),
            encoding_format: "float",
        };
        let mut request = self.client.post(self.url.clone()).json(&question);
        if let Some(key) = &self.options.key {
            request = request.bearer_auth(key);
        }
        let lost = |error: reqwest::Error| self.refused(error.without_url().to_string());
        let mut response = request.send().await.map_err(lost)?;
        if !response.status().is_success() {
            return Err(self.refused(format!("it answered {}", response.status())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            body.extend_from_slice(&chunk);
            if body.len() > texts.len() * MOST_EACH {
                return Err(self.refused("its answer is too long".to_owned()));
            }
        }
        let answer = serde_json::from_slice(&body).map_err(|error| self.refused(error.to_string()))?;
        in_order(answer, texts.len()).map_err(|reason| self.refused(reason))
    }

    fn refused(&self, reason: String) -> ModelError {
        ModelError::Service {
            url: self.options.url.clone(),
            reason,
        }
    }
}

fn in_order(mut answer: Answer, count: usize) -> Result<Vec<Vector>, String> {
    answer.data.sort_by_key(|embedding| embedding.index);
    if !answer.data.iter().map(|embedding| embedding.index).eq(0..count) {
        return Err(format!("it gave {} vectors for {count} texts", answer.data.len()));
    }
    let vectors = answer
        .data
        .into_iter()
        .map(|embedding| Vector::of(embedding.embedding));
    vectors
        .collect::<Option<_>>()
        .ok_or_else(|| "one of its vectors has no direction".to_owned())
}
