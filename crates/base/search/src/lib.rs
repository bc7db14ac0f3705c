//! Finding records: by every part of their text, by dates in any calendar, by codes and numbers.
//!
//! ```no_run
//! # fn main() -> Result<(), lantai_search::SearchError> {
//! use lantai_search::{Index, SearchDocument, SearchRequest, Visibility};
//!
//! let index = Index::create(std::path::Path::new("index"))?;
//! let mut writer = index.writer(64_000_000)?;
//! writer.upsert(&SearchDocument { id: "1".into(), title: "粮食收购".into(), ..Default::default() })?;
//! writer.commit()?; // durable now
//! index.reload()?; // and visible
//! let found = index.search(&SearchRequest { visibility: Visibility::everything(), ..SearchRequest::new("糧食") })?;
//! assert_eq!(found.total, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What is found
//!
//! Every exact part of a text, however short, with or without its punctuation, in traditional or simplified
//! characters, wide or narrow, upper or lower case: the recall field holds all pairs of neighbouring
//! characters with their positions. Words are a second field that only ranks. Dates lie in a field of their
//! own, as the domain reads them; so do codes, document numbers and whole titles, which stand first when they
//! match exactly. When no record has all that was typed, the closest ones are shown and
//! [`SearchResult::relaxed`] says so.
//!
//! # What can be typed
//!
//! | typed | means |
//! | --- | --- |
//! | `粮食 收购` | both, anywhere in the record |
//! | `粮食收购价格` | as it stands (ranked first), or all its words |
//! | `"粮食收购"`, `“粮食收购”` | exactly so |
//! | `-奖售` | not that |
//! | `题名:` `责任者:` `主题词:` `人名:` `地名:` | only there |
//! | `档号:Q007-WS·2019*`, `Q007-WS.2019` | the code, or codes that begin so |
//! | `文号:国发〔1981〕88号`, `国发[1981]88号` | the document number |
//! | `年度:1981..1985` `全宗:J001` `门类:` `保管期限:` `载体:` | the value |
//! | `1911-12-05`, `宣统三年十月丙辰`, `民国三十八年` | the date of the record, or a text that says so |
//! | a pasted passage of more than 40 characters | records that share parts of it |
//!
//! English names of the fields work too (`title:`, `author:`, `subject:`, `code:`, `number:`, `year:`, `date:`,
//! `fonds:`, `category:`, `retention:`, `carrier:`). No query is an error.
//!
//! # Who finds what
//!
//! See [`Visibility`] and [`SearchDocument`]: the public is answered from fields that hold nothing but what the
//! public may see.

mod document;
mod error;
mod fold;
mod identifiers;
mod index;
mod passage;
mod pieces;
mod places;
mod plan;
mod query;
mod reading;
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
