//! Filing decisions in the catalogue.

use super::decide::Decision;
use lantai_database::{Conn, StoreError, on_engine};
use uuid::Uuid;

/// The decisions of the archive.
#[derive(Debug)]
pub struct FilingRepository<'c>(pub Conn<'c>);

fn read(document: &str) -> Result<Decision, StoreError> {
    serde_json::from_str(document).map_err(|error| StoreError::corrupt("filing decision", error))
}

impl FilingRepository<'_> {
    /// Enters decisions that were taken together.
    pub async fn insert(mut self, batch: Uuid, decisions: &[Decision]) -> Result<(), StoreError> {
        let sql = "INSERT INTO filing_decisions (batch, number, id, reference, scheme, row_id, overridden, document)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        for (number, decision) in decisions.iter().enumerate() {
            let document = serde_json::to_string(decision)
                .map_err(|error| StoreError::corrupt(format!("filing decision {}", decision.id), error))?;
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(batch.to_string())
                .bind(i64::try_from(number).unwrap_or(i64::MAX))
                .bind(decision.id.to_string())
                .bind(decision.document.reference.as_deref().unwrap_or_default())
                .bind(&decision.table)
                .bind(&decision.decided.row_id)
                .bind(i64::from(decision.overridden))
                .bind(document)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// A page of decisions, newest first. `before` is the last one of the page before.
    pub async fn page(
        self,
        only_overridden: bool,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Decision>, StoreError> {
        let sql = "SELECT document FROM filing_decisions WHERE id < $1 AND overridden >= $2 ORDER BY id DESC LIMIT $3";
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(before)
            .bind(i64::from(only_overridden))
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// The newest decision on a document that its owner knows by `reference`.
    pub async fn of_reference(self, reference: &str) -> Result<Option<Decision>, StoreError> {
        let sql = "SELECT document FROM filing_decisions WHERE reference = $1 ORDER BY id DESC LIMIT 1";
        let row: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(reference)
            .fetch_optional(&mut *c)
            .await)?;
        row.as_deref().map(read).transpose()
    }

    /// Whether any decision was ever taken.
    pub async fn has_any(self) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM filing_decisions LIMIT 1";
        let row: Option<String> =
            on_engine!(self.0, |c| sqlx::query_scalar(sql).fetch_optional(&mut *c).await)?;
        Ok(row.is_some())
    }
}
