//! The journal's entries as they are accepted, before and after they are written into tiles.

use crate::engine::Conn;
use crate::error::StoreError;
use crate::on_engine;
use lantai_domain::JournalEntry;

/// Rows of the journal in the database; the tiles beside the vault are made from them.
#[derive(Debug)]
pub struct JournalRows<'c>(pub Conn<'c>);

impl JournalRows<'_> {
    /// Appends entries with the next numbers. The head's row keeps two writers in line until they commit.
    pub(crate) async fn append(mut self, entries: &[JournalEntry]) -> Result<(), StoreError> {
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let sql = "UPDATE journal_head SET size = size + $1 RETURNING size";
        let size: i64 = on_engine!(self.0.reborrow(), |c| sqlx::query_scalar(sql)
            .bind(count)
            .fetch_one(&mut *c)
            .await)?;
        let first = size - count;
        for (number, entry) in (first..).zip(entries) {
            let body = entry
                .to_bytes()
                .map_err(|error| StoreError::corrupt("journal entry", error))?;
            let body =
                String::from_utf8(body).map_err(|error| StoreError::corrupt("journal entry", error))?;
            let sql = "INSERT INTO journal_entries (number, object, body) VALUES ($1, $2, $3)";
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(number)
                .bind(&entry.object)
                .bind(body)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// How many entries were accepted.
    pub async fn size(self) -> Result<u64, StoreError> {
        let sql = "SELECT size FROM journal_head";
        let size: i64 = on_engine!(self.0, |c| sqlx::query_scalar(sql).fetch_one(&mut *c).await)?;
        Ok(u64::try_from(size).unwrap_or(0))
    }

    /// Bodies of at most `limit` entries from number `first` on, in order.
    pub async fn bodies(self, first: u64, limit: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT body FROM journal_entries WHERE number >= $1 ORDER BY number LIMIT $2";
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(first)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        Ok(rows.into_iter().map(String::into_bytes).collect())
    }

    /// Digest of an object's inventory as its newest entry fixes it.
    pub(crate) async fn inventory_of(self, object: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT body FROM journal_entries WHERE object = $1 ORDER BY number DESC LIMIT 1";
        let body: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(object)
            .fetch_optional(&mut *c)
            .await)?;
        let entry = body.and_then(|body| serde_json::from_str::<JournalEntry>(&body).ok());
        Ok(entry.and_then(|entry| entry.inventory))
    }

    /// Numbers and bodies of the entries about one object, in order.
    pub async fn of_object(self, object: &str) -> Result<Vec<(u64, JournalEntry)>, StoreError> {
        let sql = "SELECT number, body FROM journal_entries WHERE object = $1 ORDER BY number";
        let rows: Vec<(i64, String)> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(object)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter()
            .map(|(number, body)| {
                let entry = serde_json::from_str(&body)
                    .map_err(|error| StoreError::corrupt(format!("journal entry {number}"), error))?;
                Ok((u64::try_from(number).unwrap_or(0), entry))
            })
            .collect()
    }

    /// Puts back entries read from the tiles, when the catalogue is rebuilt. They must continue what is there.
    pub async fn restore(mut self, first: u64, bodies: &[Vec<u8>]) -> Result<(), StoreError> {
        for (number, body) in (first..).zip(bodies) {
            let what = || format!("journal entry {number}");
            let entry: JournalEntry =
                serde_json::from_slice(body).map_err(|error| StoreError::corrupt(what(), error))?;
            let body = String::from_utf8(body.clone()).map_err(|error| StoreError::corrupt(what(), error))?;
            let sql = "INSERT INTO journal_entries (number, object, body) VALUES ($1, $2, $3)";
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(i64::try_from(number).unwrap_or(i64::MAX))
                .bind(entry.object)
                .bind(body)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        let size = i64::try_from(first + bodies.len() as u64).unwrap_or(i64::MAX);
        let sql = "UPDATE journal_head SET size = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(size)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
