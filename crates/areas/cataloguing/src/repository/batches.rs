//! Vault batches whose change was committed and which are being placed.

use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::AccessionId;

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

    /// Says that a sealed batch waits for its accession: it is kept at start although it is not committed.
    pub async fn hold(self, name: &str, accession: AccessionId, part: u32) -> Result<(), StoreError> {
        let sql = "INSERT INTO held_batches (name, accession, part) VALUES ($1, $2, $3)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(accession.to_string())
            .bind(i64::from(part))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// All batches that wait, with their accessions.
    pub async fn held(self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT name, accession FROM held_batches ORDER BY accession, part";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// The batches that wait for one accession, in order, with their numbers.
    pub async fn held_of(self, accession: AccessionId) -> Result<Vec<(u32, String)>, StoreError> {
        let sql = "SELECT part, name FROM held_batches WHERE accession = $1 ORDER BY part";
        let rows: Vec<(i64, String)> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(accession.to_string())
            .fetch_all(&mut *c)
            .await)?;
        Ok(rows
            .into_iter()
            .map(|(part, name)| (u32::try_from(part).unwrap_or(u32::MAX), name))
            .collect())
    }

    /// Nothing waits for an accession any more.
    pub async fn release(self, accession: AccessionId) -> Result<(), StoreError> {
        let sql = "DELETE FROM held_batches WHERE accession = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(accession.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
