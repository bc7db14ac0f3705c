//! What policies may know of a record.

use super::cell::AccessCell;

/// The attributes of a record that policies speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFacts {
    /// 全宗号.
    pub fonds: String,
    /// 门类, as in the archival code.
    pub category: String,
    /// Opening status, classification, personal-data mark.
    pub cell: AccessCell,
}
