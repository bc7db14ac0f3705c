//! What comes back.

use std::collections::BTreeMap;

use lantai_domain::reading::TextPlace;
use serde::Serialize;

/// The answer to a [`crate::SearchRequest`].
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SearchResult {
    /// How many records match and may be seen; see `total_is_capped`.
    pub total: u64,
    /// There are more than `total`; the count stopped there.
    pub total_is_capped: bool,
    /// How the query was understood, such as `date:1911-12-05` or `text:粮食 -text:奖售`.
    pub read_as: String,
    /// Nothing matched all of the query, so the closest records are shown.
    pub relaxed: bool,
    /// The hits of this page.
    pub hits: Vec<Hit>,
    /// Field name (see [`crate::FACETS`]) → values and how many matching records have each, most frequent
    /// first, at most 200 a field. A field's own filter does not lessen its counts. Empty unless wanted.
    pub facets: BTreeMap<String, Vec<(String, u64)>>,
    /// More hits than could be walked through: the facets count the first of them only.
    pub facets_are_partial: bool,
}

/// One record found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Hit {
    /// Identifier of the record.
    pub id: String,
    /// Archival code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Larger is better; comparable within and between answers of one index. 0 when not ranked.
    pub score: f32,
    /// What of the title matched: from, to (exclusive), in characters.
    pub title_highlights: Vec<(usize, usize)>,
    /// The best passage; `None` when there is no text that the viewer may see, or none was wanted.
    pub snippet: Option<Snippet>,
}

/// A passage of a record, in its own characters.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Snippet {
    /// The passage.
    pub text: String,
    /// What of it matched: from, to (exclusive), in characters of `text`.
    pub highlights: Vec<(usize, usize)>,
    /// Where it comes from: `text` or `summary`.
    pub field: &'static str,
    /// Where it begins there, in characters.
    pub start: usize,
    /// The page or second at which the first of what matched stands; `None` where that is unknown.
    pub place: Option<TextPlace>,
}
