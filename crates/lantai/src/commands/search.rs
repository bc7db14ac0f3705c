//! `lantai search`

use super::{Data, local_note, viewer_of};
use crate::output::{Output, Status};
use clap::{Args, ValueEnum};
use lantai_access::{FoundRecord, find};
use lantai_domain::audit::EventClass;
use lantai_search::SearchRequest;
use lantai_server::Access;
use serde_json::{Value, json};
use std::time::Instant;

/// Find records.
#[derive(Debug, Args)]
pub struct Search {
    #[command(flatten)]
    data: Data,
    /// How to search; words are what this version has.
    #[arg(long, default_value = "lexical")]
    mode: Mode,
    /// Most hits.
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Answer as somebody else would be answered: public, archivist, or an account.
    #[arg(long, value_name = "NAME")]
    as_viewer: Option<String>,
    /// What to look for; empty lists everything.
    #[arg(value_name = "QUERY")]
    query: String,
}

/// Ways of searching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// By words, characters, numbers and dates.
    Lexical,
}

impl Search {
    /// Searches.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let archive = self.data.open(Access::Read).await?;
        let viewer = viewer_of(&archive, self.as_viewer.as_deref())?;
        let Mode::Lexical = self.mode;
        let request = SearchRequest {
            limit: self.limit,
            ..SearchRequest::new(self.query)
        };
        let started = Instant::now();
        let findings = find(&archive.index, &viewer, request).await?;
        let is_closed = |found: &&FoundRecord| !found.stored.record.open_status.kind().entry_is_public();
        let closed = findings.found.iter().filter(is_closed).count();
        if closed > 0 {
            let mut note = local_note(EventClass::Read, "search", &*archive.holdings.clock);
            note.count = u64::try_from(closed).ok();
            archive.audit.tell(note).await?;
        }
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let hits: Vec<Value> = findings.found.iter().map(hit).collect();
        let document = json!({
            "total": findings.result.total,
            "took_ms": took_ms,
            "read_as": findings.result.read_as,
            "hits": hits,
            "facets": findings.result.facets,
        });
        output.answer(&document, || {
            let mut text = format!(
                "{} found, read as {}\n",
                findings.result.total, findings.result.read_as
            );
            for found in &findings.found {
                text.push_str(&format!("{}\t{}\n", found.hit.code, found.hit.title));
                if let Some(snippet) = &found.hit.snippet {
                    text.push_str(&format!("    {}\n", snippet.text.replace('\n', " ")));
                }
            }
            text
        })?;
        Ok(Status::Well)
    }
}

fn hit(found: &FoundRecord) -> Value {
    let place = found.hit.snippet.as_ref().and_then(|snippet| snippet.place);
    json!({
        "record": found.hit.id,
        "code": found.hit.code,
        "title": found.hit.title,
        "score": found.hit.score,
        "snippet": found.hit.snippet.as_ref().map(|snippet| snippet.text.as_str()),
        "page": place.and_then(|place| place.page()),
        "second": place.and_then(|place| place.second()),
    })
}
