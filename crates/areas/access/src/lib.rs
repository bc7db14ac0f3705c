//! Access (利用): finding records, for people and programs.
//!
//! [`CatalogueIndex`] keeps the index true to the catalogue; [`find()`] asks it on behalf of a viewer, so that hits,
//! counts and facets never tell of what the viewer may not see.

mod catalogue_index;
mod document;
mod error;
mod export;
mod find;
mod jobs;
mod routes;

pub use catalogue_index::CatalogueIndex;
pub use error::AccessError;
pub use export::{EarkExport, ExportForm, ExportRequest, Exported, export};
pub use find::{Findings, FoundRecord, find};
pub use jobs::{IndexAccessionHandler, IndexRecordsHandler};
pub use routes::{AccessState, routes};
