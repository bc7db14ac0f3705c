//! Finding records: by every part of their text, by dates in any calendar, by codes and numbers.

mod document;
mod error;
mod fold;
mod identifiers;
mod index;
mod passage;
mod plan;
mod query;
mod recognise;
mod request;
mod result;
mod schema;
mod search;
mod tally;
mod units;
mod words;
mod writer;

pub use document::SearchDocument;
pub use error::SearchError;
pub use index::Index;
pub use request::{Filters, SearchRequest, Sort, Visibility, YearFilter};
pub use result::{Hit, SearchResult, Snippet};
pub use schema::FACETS;
pub use writer::IndexWriter;
