//! What the catalogue says should be in the vault.

use lantai_database::{Conn, StoreError, on_engine};

/// A record as the catalogue holds it, for comparison with its object.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HeldObject {
    /// Identifier of the record.
    pub id: String,
    /// The record, JSON.
    pub document: String,
    /// Its object.
    pub object: String,
    /// The version that holds it.
    pub object_version: i64,
}

/// Read-only questions to the catalogue.
#[derive(Debug)]
pub(crate) struct HeldRepository<'c>(pub Conn<'c>);

impl HeldRepository<'_> {
    /// A page of records by object, then identifier: entries of a segment come together.
    pub async fn page(self, object: &str, id: &str, limit: u32) -> Result<Vec<HeldObject>, StoreError> {
        let sql = "SELECT id, document, object, object_version FROM records
                   WHERE object > $1 OR (object = $1 AND id > $2) ORDER BY object, id LIMIT $3";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(object)
            .bind(id)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }
}
