//! What the catalogue says should be in the vault.

use lantai_database::{Conn, StoreError, on_engine};
use sqlx::AssertSqlSafe;

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
    /// The columns that questions are answered from; each must say what the document says.
    #[sqlx(flatten)]
    pub columns: HeldColumns,
}

/// The columns of a record beside its document.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HeldColumns {
    /// 档号.
    pub code: String,
    /// The order of codes.
    pub sort_code: String,
    /// 全宗号.
    pub fonds: String,
    /// Category code.
    pub category: String,
    /// 年度.
    pub year: Option<i64>,
    /// 开放状态.
    pub open_status: String,
    /// Number of the access cell.
    pub access_cell: i64,
    /// 题名.
    pub title: String,
    /// The accession it came with.
    pub accession: String,
    /// Content files.
    pub files: i64,
    /// Bytes of content.
    pub bytes: i64,
}

/// A fonds as the catalogue holds it, and what its records add up to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct HeldFonds {
    pub number: String,
    pub records: i64,
    pub files: i64,
    pub bytes: i64,
    pub counted_records: i64,
    pub counted_files: i64,
    pub counted_bytes: i64,
}

/// Records of one access cell in a fonds and category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub(crate) struct HeldCell {
    pub fonds: String,
    pub category: String,
    pub cell: i64,
    pub records: i64,
}

/// Read-only questions to the catalogue.
#[derive(Debug)]
pub(crate) struct HeldRepository<'c>(pub Conn<'c>);

const RECORD: &str =
    "SELECT id, document, object, object_version, code, sort_code, fonds, category, year, open_status,
                             access_cell, title, accession, files, bytes FROM records";

/// `$1, $2, …`: places for `count` values.
fn places(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    places.join(", ")
}

impl HeldRepository<'_> {
    /// All records of these objects, in no order.
    pub async fn of_objects(self, objects: &[String]) -> Result<Vec<HeldObject>, StoreError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("{RECORD} WHERE object IN ({})", places(objects.len()));
        Ok(on_engine!(self.0, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            objects
                .iter()
                .fold(query, |query, object| query.bind(object))
                .fetch_all(&mut *c)
                .await
        })?)
    }

    /// Bodies of the journal's entries about these objects, by object in the order of acceptance.
    pub async fn facts_of(self, objects: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT object, body FROM journal_entries WHERE object IN ({}) ORDER BY object, number",
            places(objects.len())
        );
        Ok(on_engine!(self.0, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            objects
                .iter()
                .fold(query, |query, object| query.bind(object))
                .fetch_all(&mut *c)
                .await
        })?)
    }

    /// A page of the objects that records lie in.
    pub async fn objects_of_records(self, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        self.objects(
            "SELECT DISTINCT object FROM records WHERE object > $1 ORDER BY object LIMIT $2",
            after,
            limit,
        )
        .await
    }

    /// A page of the objects that the journal speaks of.
    pub async fn objects_of_facts(self, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT object FROM journal_entries WHERE object > $1 ORDER BY object LIMIT $2";
        self.objects(sql, after, limit).await
    }

    async fn objects(self, sql: &'static str, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }

    /// A page of the journal's rows with their numbers.
    pub async fn journal_rows(self, first: u64, limit: u32) -> Result<Vec<(i64, String)>, StoreError> {
        let sql = "SELECT number, body FROM journal_entries WHERE number >= $1 ORDER BY number LIMIT $2";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(i64::try_from(first).unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }

    /// The document of a fonds.
    pub async fn fonds_document(self, number: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT document FROM fonds WHERE number = $1";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(number)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// All fonds with their counters and what the counters should be.
    pub async fn fonds_counts(self) -> Result<Vec<HeldFonds>, StoreError> {
        // sums of integers are decimals in PostgreSQL
        let sql = "SELECT f.number, f.records, f.files, f.bytes,
                          COUNT(r.id) AS counted_records,
                          CAST(COALESCE(SUM(r.files), 0) AS BIGINT) AS counted_files,
                          CAST(COALESCE(SUM(r.bytes), 0) AS BIGINT) AS counted_bytes
                   FROM fonds f LEFT JOIN records r ON r.fonds = f.number
                   GROUP BY f.number, f.records, f.files, f.bytes ORDER BY f.number";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// Records by fonds, category and access cell: as they are told beside the fonds, and as they are.
    pub async fn fonds_cells(mut self) -> Result<(Vec<HeldCell>, Vec<HeldCell>), StoreError> {
        let sql = "SELECT fonds, category, cell, records FROM fonds_cells WHERE records <> 0
                   ORDER BY fonds, category, cell";
        let told = on_engine!(self.0.reborrow(), |c| sqlx::query_as(sql)
            .fetch_all(&mut *c)
            .await)?;
        let sql = "SELECT fonds, category, access_cell AS cell, COUNT(*) AS records FROM records
                   GROUP BY fonds, category, access_cell ORDER BY fonds, category, cell";
        let counted = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        Ok((told, counted))
    }

    /// Filing decisions that lie in one object, in their order.
    pub async fn filing_decisions(self, batch: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT document FROM filing_decisions WHERE batch = $1 ORDER BY number";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(batch)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// The version of the object that holds what was read in a record, as the catalogue knows it.
    pub async fn reading_version(self, record: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT object_version FROM readings WHERE record = $1 AND object_version > 0";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(record)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// The document of an accession.
    pub async fn accession_document(self, id: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT detail FROM accessions WHERE id = $1";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// The findings of an accession, in their order.
    pub async fn findings(self, accession: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT document FROM findings WHERE accession = $1 ORDER BY number";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(accession)
            .fetch_all(&mut *c)
            .await)?)
    }
}
