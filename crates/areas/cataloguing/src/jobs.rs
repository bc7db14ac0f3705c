//! Follow-up work that a change of the catalogue asks for.

use lantai_database::Job;
use lantai_domain::{AccessionId, RecordId};
use serde::{Deserialize, Serialize};

/// Brings records up to date in the index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndexRecords {
    /// Which.
    pub records: Vec<RecordId>,
}

impl Job for IndexRecords {
    const NAME: &'static str = "access.index_records";
}

/// Brings all records of an accession into the index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IndexAccession {
    /// Which.
    pub accession: AccessionId,
}

impl Job for IndexAccession {
    const NAME: &'static str = "access.index_accession";
}

/// Has the files of all records of an accession read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadAccession {
    /// Which.
    pub accession: AccessionId,
}

impl Job for ReadAccession {
    const NAME: &'static str = "reading.plan_accession";
}
