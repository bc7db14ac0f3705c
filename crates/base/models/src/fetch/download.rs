//! Files from an address, in pieces if need be.

use super::{FetchProgress, blocking};
use crate::error::ModelError;
use crate::store::{digest_of, failed};
use reqwest::header::{ACCEPT, CONTENT_RANGE, HeaderMap, RANGE};
use reqwest::{Client, Response, Url};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// How often an address is tried.
const TRIES: u32 = 4;
/// The pause after the first failure; it doubles.
const PAUSE: Duration = Duration::from_millis(500);
const CONNECT: Duration = Duration::from_secs(20);
/// The longest silence within an answer.
const SILENCE: Duration = Duration::from_secs(60);

/// An answer that is a part of the file (RFC 9110, 15.3.7).
const PARTIAL_CONTENT: u16 = 206;
/// Refusals that may not be said again: request timeout, range not satisfiable, too many requests.
const PASSING: [u16; 3] = [408, 416, 429];

/// Why an address gave nothing.
enum Refusal {
    /// It will not give it next time either.
    Final(String),
    /// It may.
    Passing(String),
}

/// Downloads, kept under their digest until they are no longer needed.
pub(super) struct Downloads {
    client: Client,
    folder: PathBuf,
    progress: Arc<dyn FetchProgress>,
    kept: Vec<PathBuf>,
}

impl Downloads {
    pub(super) fn new(folder: PathBuf, progress: Arc<dyn FetchProgress>) -> Result<Self, ModelError> {
        let client = Client::builder()
            .user_agent(concat!("lantai/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build()
            .map_err(|error| ModelError::Client {
                reason: error.to_string(),
            })?;
        Ok(Self {
            client,
            folder,
            progress,
            kept: Vec::new(),
        })
    }

    /// A page of text, with the address that it came from in the end.
    pub(super) async fn page(
        &self,
        url: &str,
        accept: &str,
        limit: usize,
    ) -> Result<(Url, String), ModelError> {
        tried(url, async |_| {
            let response = self.client.get(url).header(ACCEPT, accept).send().await;
            let mut response = accepted(response)?;
            let from = response.url().clone();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(passing)? {
                body.extend_from_slice(&chunk);
                if body.len() > limit {
                    return Err(Refusal::Final(format!("its page is larger than {limit} bytes")));
                }
            }
            Ok((from, String::from_utf8_lossy(&body).into_owned()))
        })
        .await
    }

    /// A file that was got before, whole.
    pub(super) async fn have(&self, sha256: &str) -> Option<PathBuf> {
        let path = self.folder.join(sha256);
        let read = path.clone();
        let found = blocking(move || digest_of(&read)).await.ok()?;
        (found == sha256).then_some(path)
    }

    /// Gets a file of known size and digest; what an interrupted download left is gone on with.
    pub(super) async fn get(&mut self, url: &str, sha256: &str, bytes: u64) -> Result<PathBuf, ModelError> {
        let path = self.folder.join(sha256);
        if self.have(sha256).await.is_some() {
            return Ok(path);
        }
        // what is there under the name is not what it should be: in part, or wrong
        let name = url.rsplit('/').next().unwrap_or(url).to_owned();
        tried(url, async |attempt| {
            if attempt > 1 && length_of(&path) >= bytes {
                // it was whole and wrong: from the beginning
                remove(&path);
            }
            self.progress.begins(&name, bytes);
            self.append(url, &path, bytes).await?;
            let read = path.clone();
            let found = blocking(move || digest_of(&read)).await;
            match found {
                Ok(found) if found == sha256 => Ok(()),
                Ok(found) => Err(Refusal::Passing(format!("its SHA-256 is {found}, not {sha256}"))),
                Err(error) => Err(Refusal::Final(error.to_string())),
            }
        })
        .await
        .inspect_err(|_| {
            if length_of(&path) >= bytes {
                remove(&path);
            }
        })?;
        self.kept.push(path.clone());
        Ok(path)
    }

    /// Removes what was got.
    pub(super) fn forget(&mut self) {
        for path in self.kept.drain(..) {
            remove(&path);
        }
    }

    async fn append(&self, url: &str, path: &Path, bytes: u64) -> Result<(), Refusal> {
        let mut here = length_of(path);
        if here >= bytes {
            here = 0;
        }
        let request = self.client.get(url);
        let request = match here {
            0 => request,
            _ => request.header(RANGE, format!("bytes={here}-")),
        };
        let mut response = accepted(request.send().await)?;
        if response.status() != PARTIAL_CONTENT || !goes_on_at(response.headers(), here) {
            here = 0;
        }
        let io = |error: std::io::Error| Refusal::Final(failed("write", path, error).to_string());
        let mut file = tokio::fs::File::options()
            .create(true)
            .write(true)
            .truncate(here == 0)
            .append(here > 0)
            .open(path)
            .await
            .map_err(io)?;
        self.progress.comes(here);
        while let Some(chunk) = response.chunk().await.map_err(passing)? {
            here += chunk.len() as u64;
            if here > bytes {
                return Err(Refusal::Final(format!("it is larger than {bytes} bytes")));
            }
            file.write_all(&chunk).await.map_err(io)?;
            self.progress.comes(chunk.len() as u64);
        }
        file.flush().await.map_err(io)?;
        match here == bytes {
            true => Ok(()),
            false => Err(Refusal::Passing(format!(
                "it ended after {here} of {bytes} bytes"
            ))),
        }
    }
}

/// Whether an answer in part goes on where it should.
fn goes_on_at(headers: &HeaderMap, here: u64) -> bool {
    let range = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {here}-")))
}

/// Tries several times, with pauses, what may succeed another time.
async fn tried<T>(url: &str, mut work: impl AsyncFnMut(u32) -> Result<T, Refusal>) -> Result<T, ModelError> {
    let mut attempt = 1;
    loop {
        let reason = match work(attempt).await {
            Ok(done) => return Ok(done),
            Err(Refusal::Passing(reason)) if attempt < TRIES => {
                tracing::debug!(url, attempt, reason, "trying again");
                tokio::time::sleep(PAUSE * (1 << (attempt - 1))).await;
                attempt += 1;
                continue;
            }
            Err(Refusal::Passing(reason) | Refusal::Final(reason)) => reason,
        };
        return Err(ModelError::Service {
            url: url.to_owned(),
            reason,
        });
    }
}

fn accepted(answer: Result<Response, reqwest::Error>) -> Result<Response, Refusal> {
    let response = answer.map_err(passing)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let reason = format!("it answered {status}");
    let passing = status.is_server_error() || PASSING.contains(&status.as_u16());
    Err(match passing {
        true => Refusal::Passing(reason),
        false => Refusal::Final(reason),
    })
}

/// An error of the connection, with its causes: the outermost says no more than that there was one.
fn passing(error: reqwest::Error) -> Refusal {
    Refusal::Passing(super::chain(&error))
}

fn length_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn remove(path: &Path) {
    // one that cannot be removed is written over
    drop(std::fs::remove_file(path));
}
