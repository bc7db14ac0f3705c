//! Vault batches whose change was committed and which are being placed.

use lantai_database::{Conn, StoreError, on_engine};

/// Names of committed batches; a batch found staged at start is placed if it is here, removed otherwise.
#[derive(Debug)]
pub struct BatchRepository<'c>(pub Conn<'c>);

impl BatchRepository<'_> {
    /// Says, inside the change's transaction, that the batch belongs to it.
    pub async fn add(self, name: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO batches (name) VALUES ($1)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// All committed batches.
    pub async fn all(self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM batches ORDER BY name";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// Forgets them, once all are in place.
    pub async fn clear(self) -> Result<(), StoreError> {
        on_engine!(self.0, |c| sqlx::query("DELETE FROM batches")
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
