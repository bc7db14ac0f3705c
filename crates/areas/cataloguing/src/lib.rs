//! Cataloguing (著录): records, fonds and their arrangement, and the one door through which they change.
//!
//! [`Holdings`] joins the stores that must agree: catalogue, vault and journal. A change is staged in the vault,
//! committed with its facts in the database, placed in the vault and published in the journal's tiles, in this
//! order; [`Holdings::recover`] finishes or undoes what a crash interrupted.

mod accept;
mod actions;
mod error;
mod holdings;
mod jobs;
pub mod layout;
mod rebuild;
pub mod repository;
pub mod routes;
mod text;

pub use accept::{Acceptance, StagedObject};
pub use actions::open_record::{OpeningRequest, decide_opening};
pub use error::CataloguingError;
pub use holdings::{Holdings, Recovery};
pub use jobs::{IndexAccession, IndexRecords, ReadAccession};
pub use rebuild::{RebuildError, RebuiltObject, RestoreOther, rebuild};
pub use repository::fonds::{FondsCount, FondsRepository, StoredFonds};
pub use repository::records::{Page, RecordRepository, StoredRecord, sort_code};
pub use routes::{CataloguingState, RecordsChanged};
pub use text::{RecordText, record_text};
