//! Records in the catalogue.

use crate::repository::visible;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::access::Filter;
use lantai_domain::{AccessionId, Record, RecordId};
use sqlx::AssertSqlSafe;

/// A record with where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// The record.
    pub record: Record,
    /// The vault object that holds it: its own, or a segment.
    pub object: String,
    /// The version of that object which holds it as it is.
    pub object_version: u32,
}

/// Which records of a fonds are listed.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Only records that fit the gate's answer.
    pub visible: Filter,
    /// Only this 年度.
    pub year: Option<i32>,
    /// Only this category.
    pub category: Option<String>,
    /// Sort code of the last record of the page before.
    pub after: Option<String>,
    /// Most records.
    pub limit: u32,
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    document: String,
    object: String,
    object_version: i64,
}

impl TryFrom<RecordRow> for StoredRecord {
    type Error = StoreError;

    fn try_from(row: RecordRow) -> Result<Self, Self::Error> {
        let record = serde_json::from_str(&row.document)
            .map_err(|error| StoreError::corrupt(format!("record in {}", row.object), error))?;
        Ok(Self {
            record,
            object: row.object,
            object_version: u32::try_from(row.object_version).unwrap_or(0),
        })
    }
}

fn all(rows: Vec<RecordRow>) -> Result<Vec<StoredRecord>, StoreError> {
    rows.into_iter().map(StoredRecord::try_from).collect()
}

/// The order of records everywhere: by code, level by level, numbers as numbers; the code itself makes it unique.
pub fn sort_code(record: &Record) -> String {
    let code = &record.description.code;
    format!("{} {code}", code.sort_key())
}

/// `$first, $first+1, …`: places for `count` values.
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count)
        .map(|number| format!("${number}"))
        .collect();
    places.join(", ")
}

/// The records of the archive.
#[derive(Debug)]
pub struct RecordRepository<'c>(pub Conn<'c>);

impl RecordRepository<'_> {
    /// Enters a record. [`StoreError::Conflict`]: the code is taken.
    pub async fn insert(mut self, stored: &StoredRecord) -> Result<(), StoreError> {
        let record = &stored.record;
        let document = document_of(record)?;
        let sql = "INSERT INTO records (id, code, sort_code, fonds, category, year, open_status, access_cell, title,
                                        document, object, object_version, accession, files, bytes)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
        let status = record.open_status.kind();
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(record.id.to_string())
            .bind(record.description.code.to_string())
            .bind(sort_code(record))
            .bind(record.fonds())
            .bind(&record.description.category)
            .bind(record.description.year.map(i64::from))
            .bind(status.name())
            .bind(i64::from(record.access_facts().cell.number()))
            .bind(&record.description.title)
            .bind(document)
            .bind(&stored.object)
            .bind(i64::from(stored.object_version))
            .bind(record.accession.to_string())
            .bind(i64::try_from(record.files.len()).unwrap_or(i64::MAX))
            .bind(i64::try_from(record.bytes()).unwrap_or(i64::MAX))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        for former in &record.description.former_codes {
            let sql = "INSERT INTO former_codes (code, record) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(former)
                .bind(record.id.to_string())
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Replaces what is known of a record, if its object is still at `old_version`.
    /// `false`: somebody else was quicker.
    pub async fn replace(self, stored: &StoredRecord, old_version: u32) -> Result<bool, StoreError> {
        let record = &stored.record;
        let status = record.open_status.kind();
        let sql = "UPDATE records SET open_status = $1, access_cell = $2, title = $3, document = $4, object_version = $5
                   WHERE id = $6 AND object_version = $7";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(status.name())
            .bind(i64::from(record.access_facts().cell.number()))
            .bind(&record.description.title)
            .bind(document_of(record)?)
            .bind(i64::from(stored.object_version))
            .bind(record.id.to_string())
            .bind(i64::from(old_version))
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched == 1)
    }

    /// Says that all records of a segment are now in a newer version of it.
    pub async fn move_to_version(self, object: &str, version: u32) -> Result<(), StoreError> {
        let sql = "UPDATE records SET object_version = $1 WHERE object = $2";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(i64::from(version))
            .bind(object)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The record of a code, in force or former.
    pub async fn find_by_code(self, code: &str) -> Result<Option<StoredRecord>, StoreError> {
        let sql = "SELECT document, object, object_version FROM records WHERE code = $1
                   UNION ALL
                   SELECT r.document, r.object, r.object_version FROM former_codes f JOIN records r ON r.id = f.record
                   WHERE f.code = $1 LIMIT 1";
        let row: Option<RecordRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(code)
            .fetch_optional(&mut *c)
            .await)?;
        row.map(StoredRecord::try_from).transpose()
    }

    /// The record of an identifier.
    pub async fn find(self, id: RecordId) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.find_many(&[id]).await?.pop())
    }

    /// The records of identifiers, in no order; those that are not there are left out.
    pub async fn find_many(self, ids: &[RecordId]) -> Result<Vec<StoredRecord>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT document, object, object_version FROM records WHERE id IN ({})",
            places(1, ids.len())
        );
        let rows: Vec<RecordRow> = on_engine!(self.0, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            ids.iter()
                .fold(query, |query, id| query.bind(id.to_string()))
                .fetch_all(&mut *c)
                .await
        })?;
        all(rows)
    }

    /// Which of these codes are taken, now or formerly. A code is never given twice (DA/T 13).
    pub async fn taken(self, codes: &[String]) -> Result<Vec<String>, StoreError> {
        if codes.is_empty() {
            return Ok(Vec::new());
        }
        let list = places(1, codes.len());
        let sql = format!(
            "SELECT code FROM records WHERE code IN ({list})
             UNION SELECT code FROM former_codes WHERE code IN ({list})"
        );
        Ok(on_engine!(self.0, |c| {
            let query = sqlx::query_scalar(AssertSqlSafe(sql));
            codes
                .iter()
                .fold(query, |query, code| query.bind(code))
                .fetch_all(&mut *c)
                .await
        })?)
    }

    /// The greatest code that begins with a prefix; for giving the next free number.
    pub async fn greatest_with_prefix(self, prefix: &str) -> Result<Option<String>, StoreError> {
        // the longest first: 10000 comes after 9999; a code with a further level has numbers of its own
        let sql = "SELECT code FROM records WHERE code >= $1 AND code < $2 AND code NOT LIKE $3
                   ORDER BY LENGTH(code) DESC, code DESC LIMIT 1";
        let (end, deeper) = (format!("{prefix}\u{10FFFF}"), format!("{prefix}%-%"));
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(prefix)
            .bind(end)
            .bind(deeper)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// A page of a fonds, in the order of codes.
    pub async fn page_of_fonds(self, fonds: &str, page: &Page) -> Result<Vec<StoredRecord>, StoreError> {
        let mut sql = "SELECT document, object, object_version FROM records
                       WHERE fonds = $1 AND sort_code > $2"
            .to_owned();
        let mut next = 4;
        let mut place = |column: &str| {
            let condition = format!(" AND {column} = ${next}");
            next += 1;
            condition
        };
        if page.year.is_some() {
            sql.push_str(&place("year"));
        }
        if page.category.is_some() {
            sql.push_str(&place("category"));
        }
        let visible = visible::condition(&page.visible, next);
        sql.push_str(&format!(" AND {} ORDER BY sort_code LIMIT $3", visible.sql));
        let after = page.after.as_deref().unwrap_or_default();
        let rows: Vec<RecordRow> = on_engine!(self.0, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql))
                .bind(fonds)
                .bind(after)
                .bind(i64::from(page.limit));
            if let Some(year) = page.year {
                query = query.bind(i64::from(year));
            }
            if let Some(category) = &page.category {
                query = query.bind(category);
            }
            let query = visible
                .values
                .iter()
                .fold(query, |query, value| query.bind(value));
            query.fetch_all(&mut *c).await
        })?;
        all(rows)
    }

    /// Codes of the records before and after one in its fonds.
    pub async fn neighbours(
        mut self,
        record: &Record,
        visible: &Filter,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let visible = visible::condition(visible, 3);
        let mut found = Vec::with_capacity(2);
        for (compare, order) in [("<", "DESC"), (">", "ASC")] {
            let sql = format!(
                "SELECT code FROM records WHERE fonds = $1 AND sort_code {compare} $2 AND {}
                 ORDER BY sort_code {order} LIMIT 1",
                visible.sql
            );
            let code: Option<String> = on_engine!(self.0.reborrow(), |c| {
                let query = sqlx::query_scalar(AssertSqlSafe(sql))
                    .bind(record.fonds())
                    .bind(sort_code(record));
                let query = visible
                    .values
                    .iter()
                    .fold(query, |query, value| query.bind(value));
                query.fetch_optional(&mut *c).await
            })?;
            found.push(code);
        }
        let next = found.pop().flatten();
        Ok((found.pop().flatten(), next))
    }

    /// A page over all records by identifier, which is the order of receipt.
    pub async fn page_of_all(
        self,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = "SELECT document, object, object_version FROM records WHERE id > $1 ORDER BY id LIMIT $2";
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let rows: Vec<RecordRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        all(rows)
    }

    /// A page of codes over all records, byte by byte in their order; for exports that must come out the same.
    pub async fn codes_after(self, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT code FROM records WHERE code > $1 ORDER BY code LIMIT $2";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }

    /// A page of an accession's records, in the order of codes.
    pub async fn page_of_accession(
        self,
        accession: AccessionId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let sql = "SELECT document, object, object_version FROM records
                   WHERE accession = $1 AND sort_code > $2 ORDER BY sort_code LIMIT $3";
        let rows: Vec<RecordRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(accession.to_string())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        all(rows)
    }
}

fn document_of(record: &Record) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::corrupt(format!("record {}", record.id), error))
}
