//! What can be asked.

use lantai_domain::access::Filter;

/// One question to the index.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// What the person typed; see the crate's page for the language. Empty lists everything.
    pub query: String,
    /// Restrictions chosen beside the query.
    pub filters: Filters,
    /// Who asks: decides what is found, counted and shown.
    pub visibility: Visibility,
    /// Order of the hits.
    pub sort: Sort,
    /// Hits to skip.
    pub offset: usize,
    /// Hits to return, at most [`SearchRequest::MAX_LIMIT`].
    pub limit: usize,
    /// Count the values of the facets too.
    pub want_facets: bool,
    /// Count all hits, however many; otherwise the count stops at [`SearchRequest::COUNT_CAP`].
    pub exact_count: bool,
    /// Length of a snippet in characters; 0 for none.
    pub snippet_chars: usize,
}

impl SearchRequest {
    /// Counts stop here unless an exact one is asked for.
    pub const COUNT_CAP: u64 = 10_000;
    /// More hits than this are not returned in one answer.
    pub const MAX_LIMIT: usize = 1_000;
    /// Hits further down than this are not reached by paging: ask a narrower question.
    pub const MAX_OFFSET: usize = 100_000;

    /// A question with the usual settings: 20 hits by relevance, facets, snippets. It is nobody's yet: without a
    /// [`Visibility`] nothing is found.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            ..Self::default()
        }
    }
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            query: String::new(),
            filters: Filters::default(),
            visibility: Visibility::default(),
            sort: Sort::Relevance,
            offset: 0,
            limit: 20,
            want_facets: true,
            exact_count: false,
            snippet_chars: 120,
        }
    }
}

/// Restrictions; values within one list are alternatives, the lists together must all hold.
/// An empty list restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Fonds codes.
    pub fonds: Vec<String>,
    /// Categories.
    pub category: Vec<String>,
    /// Years of arrangement.
    pub year: Option<YearFilter>,
    /// Retention periods.
    pub retention: Vec<String>,
    /// Opening statuses.
    pub open_status: Vec<String>,
    /// Security classifications.
    pub classification: Vec<String>,
    /// Carriers.
    pub carrier: Vec<String>,
    /// Levels of description.
    pub level: Vec<String>,
    /// With content files (`true`) or catalogue entry only (`false`).
    pub has_content: Option<bool>,
}

/// Which years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YearFilter {
    /// From the first to the last, both included; `None` is open.
    Range {
        /// First year.
        from: Option<i32>,
        /// Last year.
        to: Option<i32>,
    },
    /// These years.
    List(Vec<i32>),
}

/// What the viewer may see. The gate decides; the index obeys in finding, counting and showing alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    /// Records whose entry may be seen.
    pub entries: Filter,
    /// Records of which text and files may be seen.
    pub contents: Filter,
}

impl Visibility {
    /// All entries and all content.
    pub fn everything() -> Self {
        Self {
            entries: Filter::everything(),
            contents: Filter::everything(),
        }
    }
}

/// Order of the hits; equal ones follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first; without a query by code.
    #[default]
    Relevance,
    /// Oldest first, unknown dates last.
    DateAsc,
    /// Newest first, unknown dates last.
    DateDesc,
    /// By archival code.
    Code,
}
