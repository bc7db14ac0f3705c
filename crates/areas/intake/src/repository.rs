//! Accessions and their findings in the catalogue.

mod reach;
pub(crate) mod tasks;
pub(crate) mod unattached;
pub(crate) mod uploads;

use crate::accession::Accession;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::access::Filter;
use lantai_domain::{AccessionId, Finding};
use sqlx::AssertSqlSafe;

/// The accessions of the archive.
#[derive(Debug)]
pub struct AccessionRepository<'c>(pub Conn<'c>);

fn read(document: &str) -> Result<Accession, StoreError> {
    serde_json::from_str(document).map_err(|error| StoreError::corrupt("accession", error))
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl AccessionRepository<'_> {
    /// Writes an accession, new or changed.
    pub async fn put(self, accession: &Accession) -> Result<(), StoreError> {
        let document = serde_json::to_string(accession)
            .map_err(|error| StoreError::corrupt(format!("accession {}", accession.id), error))?;
        let sql = "INSERT INTO accessions (id, name, fonds, kind, state, detail, items, files, bytes, blockers, warnings,
                                           received_at, finished_at, received_by, corrects)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                   ON CONFLICT (id) DO UPDATE
                   SET kind = excluded.kind, state = excluded.state, detail = excluded.detail, items = excluded.items,
                       files = excluded.files, bytes = excluded.bytes, blockers = excluded.blockers,
                       warnings = excluded.warnings, finished_at = excluded.finished_at";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(accession.id.to_string())
            .bind(&accession.name)
            .bind(&accession.fonds)
            .bind(accession.kind.map_or("auto", |kind| kind.name()))
            .bind(accession.state.name())
            .bind(document)
            .bind(number(accession.items))
            .bind(number(accession.files))
            .bind(number(accession.bytes))
            .bind(number(accession.blockers))
            .bind(number(accession.warnings))
            .bind(accession.received_at.to_string())
            .bind(accession.state.ended_at().map(|at| at.to_string()))
            .bind(&accession.received_by)
            .bind(accession.corrects.map(|id| id.to_string()))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Writes a new accession under the key that its sender gave. `false`: the key has made one before, and nothing
    /// is written; two senders at once get one accession.
    pub async fn put_under_key(mut self, accession: &Accession, key: &str) -> Result<bool, StoreError> {
        let sql = "INSERT INTO accessions (id, idempotency_key, name, kind, state, detail, items, files, bytes, blockers,
                                           warnings, received_at, received_by)
                   VALUES ($1, $2, '', '', '', '', 0, 0, 0, 0, 0, '', '') ON CONFLICT (idempotency_key) DO NOTHING";
        let made: u64 = on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(accession.id.to_string())
            .bind(key)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        if made == 0 {
            return Ok(false);
        }
        AccessionRepository(self.0.reborrow()).put(accession).await?;
        AccessionRepository(self.0).complete(accession).await?;
        Ok(true)
    }

    /// Fills the columns that an accession never changes.
    async fn complete(self, accession: &Accession) -> Result<(), StoreError> {
        let sql =
            "UPDATE accessions SET name = $1, fonds = $2, received_at = $3, received_by = $4, corrects = $5
                   WHERE id = $6";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&accession.name)
            .bind(&accession.fonds)
            .bind(accession.received_at.to_string())
            .bind(&accession.received_by)
            .bind(accession.corrects.map(|id| id.to_string()))
            .bind(accession.id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Remembers where the package lies and what it looks like from outside.
    pub async fn remember_source(
        self,
        id: AccessionId,
        source: &str,
        fingerprint: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE accessions SET source = $1, fingerprint = $2 WHERE id = $3";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(source)
            .bind(fingerprint)
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The newest accession of a package that lay there and looked so.
    pub async fn find_by_source(
        self,
        source: &str,
        fingerprint: &str,
    ) -> Result<Option<Accession>, StoreError> {
        let sql = "SELECT detail FROM accessions WHERE source = $1 AND fingerprint = $2
                   AND state IN ('checking', 'failed', 'pending_review', 'accepted') ORDER BY id DESC LIMIT 1";
        let row: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(source)
            .bind(fingerprint)
            .fetch_optional(&mut *c)
            .await)?;
        row.as_deref().map(read).transpose()
    }

    /// Accessions that were interrupted, or failed, while they took what lay at a place.
    pub async fn interrupted_at(self, source: &str) -> Result<Vec<Accession>, StoreError> {
        let sql =
            "SELECT detail FROM accessions WHERE source = $1 AND state IN ('checking', 'failed') ORDER BY id";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(source)
            .fetch_all(&mut *c)
            .await)?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// Where the package of an accession lies, if it was taken from a place.
    pub async fn source_of(self, id: AccessionId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT source FROM accessions WHERE id = $1";
        let row: Option<Option<String>> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        Ok(row.flatten())
    }

    /// Whether a job receives it from a watched folder.
    pub async fn is_watched(self, id: AccessionId) -> Result<bool, StoreError> {
        let sql = "SELECT COUNT(*) FROM accessions WHERE id = $1 AND idempotency_key LIKE 'watch:%'";
        let found: i64 = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .fetch_one(&mut *c)
            .await)?;
        Ok(found > 0)
    }

    /// The accessions that correct this one, in the order in which they came.
    pub async fn corrections_of(self, id: AccessionId) -> Result<Vec<Accession>, StoreError> {
        let sql = "SELECT detail FROM accessions WHERE corrects = $1 ORDER BY id";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .fetch_all(&mut *c)
            .await)?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// The accession that was made under a key.
    pub async fn find_by_key(self, key: &str) -> Result<Option<Accession>, StoreError> {
        let sql = "SELECT detail FROM accessions WHERE idempotency_key = $1";
        let row: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(key)
            .fetch_optional(&mut *c)
            .await)?;
        row.as_deref().map(read).transpose()
    }

    /// One accession.
    pub async fn find(self, id: AccessionId) -> Result<Option<Accession>, StoreError> {
        let sql = "SELECT detail FROM accessions WHERE id = $1";
        let row: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.as_deref().map(read).transpose()
    }

    /// One accession, held until the transaction ends: whoever else asks for it so waits.
    pub async fn find_locked(self, id: AccessionId) -> Result<Option<Accession>, StoreError> {
        // SQLite has one writer, who is the one that asks
        let lock = match &self.0 {
            Conn::Sqlite(_) => "",
            Conn::Postgres(_) => "FOR UPDATE",
        };
        let sql = format!("SELECT detail FROM accessions WHERE id = $1 {lock}");
        let row: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(id.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.as_deref().map(read).transpose()
    }

    /// A page of accessions, newest first. `before` is the identifier of the last one of the page before:
    /// identifiers are ordered by time. Only those for fonds that the filter reaches.
    pub async fn page(
        self,
        before: Option<AccessionId>,
        limit: u32,
        reached: &Filter,
    ) -> Result<Vec<Accession>, StoreError> {
        let (reached, values) = reach::fonds_condition(reached, "fonds", 3);
        let sql =
            format!("SELECT detail FROM accessions WHERE id < $1 AND {reached} ORDER BY id DESC LIMIT $2");
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let rows: Vec<String> = on_engine!(self.0, |c| {
            let query = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(before)
                .bind(i64::from(limit));
            let query = values.iter().fold(query, |query, value| query.bind(value));
            query.fetch_all(&mut *c).await
        })?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// All accessions in a state; there are few that have not ended.
    pub async fn in_state(self, state: &str) -> Result<Vec<Accession>, StoreError> {
        let sql = "SELECT detail FROM accessions WHERE state = $1 ORDER BY id";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(state)
            .fetch_all(&mut *c)
            .await)?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// How many there are in each state, of those for fonds that the filter reaches.
    pub async fn count_by_state(self, reached: &Filter) -> Result<Vec<(String, i64)>, StoreError> {
        let (reached, values) = reach::fonds_condition(reached, "fonds", 1);
        let sql = format!("SELECT state, COUNT(*) FROM accessions WHERE {reached} GROUP BY state");
        Ok(on_engine!(self.0, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            let query = values.iter().fold(query, |query, value| query.bind(value));
            query.fetch_all(&mut *c).await
        })?)
    }

    /// Forgets an accession that never came to anything.
    pub async fn delete(self, id: AccessionId) -> Result<(), StoreError> {
        let sql = "DELETE FROM accessions WHERE id = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Keeps the findings of an accession, in place of those it had.
    pub async fn put_findings(mut self, id: AccessionId, findings: &[Finding]) -> Result<(), StoreError> {
        let sql = "DELETE FROM findings WHERE accession = $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        for (place, finding) in (1_i64..).zip(findings) {
            let document = serde_json::to_string(finding)
                .map_err(|error| StoreError::corrupt(format!("finding of accession {id}"), error))?;
            let sql = "INSERT INTO findings (accession, number, severity, document) VALUES ($1, $2, $3, $4)";
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(id.to_string())
                .bind(place)
                .bind(finding.severity.name())
                .bind(document)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// A page of findings in the order of their weight; `after` is the number of the last one of the page before.
    pub async fn findings(
        self,
        id: AccessionId,
        severity: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Finding)>, StoreError> {
        let sql = "SELECT number, document FROM findings
                   WHERE accession = $1 AND number > $2 AND ($3 = '' OR severity = $3) ORDER BY number LIMIT $4";
        let rows: Vec<(i64, String)> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(id.to_string())
            .bind(after)
            .bind(severity.unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter()
            .map(|(place, document)| {
                let finding = serde_json::from_str(&document)
                    .map_err(|error| StoreError::corrupt(format!("finding of accession {id}"), error))?;
                Ok((place, finding))
            })
            .collect()
    }
}
