//! Searching on behalf of a viewer.

use crate::catalogue_index::CatalogueIndex;
use crate::error::AccessError;
use lantai_cataloguing::{RecordRepository, StoredRecord};
use lantai_domain::access::Action;
use lantai_domain::{RecordId, Viewer};
use lantai_search::{Hit, SearchRequest, SearchResult, Visibility};
use std::collections::HashMap;
use std::sync::Arc;

/// A hit with the record behind it.
#[derive(Debug, Clone)]
pub struct FoundRecord {
    /// What the index says.
    pub hit: Hit,
    /// The record as the catalogue holds it now.
    pub stored: StoredRecord,
}

/// The answer to a search.
#[derive(Debug, Clone)]
pub struct Findings {
    /// Counts, facets, and how the query was read; its hits are moved into `found`.
    pub result: SearchResult,
    /// The hits.
    pub found: Vec<FoundRecord>,
}

/// Searches. The viewer's rights are part of the question to the index; the catalogue is asked once more for the page
/// shown, so that a record closed a moment ago is not shown out of an index that does not know yet.
pub async fn find(
    catalogue: &CatalogueIndex,
    viewer: &Viewer,
    mut request: SearchRequest,
) -> Result<Findings, AccessError> {
    request.visibility = Visibility {
        entries: viewer.filter(Action::ViewEntry).clone(),
        contents: viewer.filter(Action::ViewContent).clone(),
    };
    let index = Arc::clone(catalogue.index());
    let mut result = tokio::task::spawn_blocking(move || index.search(&request)).await??;
    let hits = std::mem::take(&mut result.hits);
    let ids: Vec<RecordId> = hits.iter().filter_map(|hit| hit.id.parse().ok()).collect();
    let mut reader = catalogue.holdings().database.read().await?;
    let records = RecordRepository(reader.conn()).find_many(&ids).await?;
    let mut by_id: HashMap<String, StoredRecord> = records
        .into_iter()
        .map(|stored| (stored.record.id.to_string(), stored))
        .collect();
    let found = hits.into_iter().filter_map(|mut hit| {
        let stored = by_id.remove(&hit.id)?;
        let facts = stored.record.access_facts();
        if !viewer.may_with(Action::ViewEntry, &facts) {
            return None;
        }
        if !viewer.may_with(Action::ViewContent, &facts) {
            hit.snippet = None;
        }
        Some(FoundRecord { hit, stored })
    });
    Ok(Findings {
        found: found.collect(),
        result,
    })
}
