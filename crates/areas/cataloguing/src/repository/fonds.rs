//! Fonds in the catalogue, with what they hold counted beside them.

use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::Fonds;

/// A fonds with its counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFonds {
    /// Its description.
    pub fonds: Fonds,
    /// Version of its vault object.
    pub object_version: u32,
    /// What it holds.
    pub count: FondsCount,
}

/// What a fonds holds, or by how much that changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FondsCount {
    /// Records.
    pub records: i64,
    /// Of these, records whose entry the public may see.
    pub public_records: i64,
    /// Content files.
    pub files: i64,
    /// Bytes of content.
    pub bytes: i64,
}

impl FondsCount {
    /// Adds what one record holds.
    pub fn add_record(&mut self, record: &lantai_domain::Record) {
        self.records += 1;
        self.public_records += i64::from(record.open_status.kind().entry_is_public());
        self.files += i64::try_from(record.files.len()).unwrap_or(i64::MAX);
        self.bytes += i64::try_from(record.bytes()).unwrap_or(i64::MAX);
    }
}

#[derive(sqlx::FromRow)]
struct FondsRow {
    number: String,
    document: String,
    object_version: i64,
    records: i64,
    public_records: i64,
    files: i64,
    bytes: i64,
}

impl TryFrom<FondsRow> for StoredFonds {
    type Error = StoreError;

    fn try_from(row: FondsRow) -> Result<Self, Self::Error> {
        let corrupt = |error| StoreError::corrupt(format!("fonds {}", row.number), error);
        Ok(Self {
            fonds: serde_json::from_str(&row.document).map_err(corrupt)?,
            object_version: u32::try_from(row.object_version).unwrap_or(0),
            count: FondsCount {
                records: row.records,
                public_records: row.public_records,
                files: row.files,
                bytes: row.bytes,
            },
        })
    }
}

/// The fonds of the archive.
#[derive(Debug)]
pub struct FondsRepository<'c>(pub Conn<'c>);

impl FondsRepository<'_> {
    /// One fonds; `None`: not registered.
    pub async fn find(self, number: &str) -> Result<Option<StoredFonds>, StoreError> {
        let sql = "SELECT * FROM fonds WHERE number = $1";
        let row: Option<FondsRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(number)
            .fetch_optional(&mut *c)
            .await)?;
        row.map(StoredFonds::try_from).transpose()
    }

    /// All fonds, by number. An archives has hundreds of them, never millions.
    pub async fn all(self) -> Result<Vec<StoredFonds>, StoreError> {
        let sql = "SELECT * FROM fonds ORDER BY number";
        let rows: Vec<FondsRow> = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        rows.into_iter().map(StoredFonds::try_from).collect()
    }

    /// Registers a fonds, or describes it anew; its counters stay.
    pub async fn put(self, fonds: &Fonds, object_version: u32) -> Result<(), StoreError> {
        let document = serde_json::to_string(fonds)
            .map_err(|error| StoreError::corrupt(format!("fonds {}", fonds.number), error))?;
        let sql = "INSERT INTO fonds (number, document, object_version) VALUES ($1, $2, $3)
                   ON CONFLICT (number) DO UPDATE
                   SET document = excluded.document, object_version = excluded.object_version";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(fonds.number.as_str())
            .bind(document)
            .bind(i64::from(object_version))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Changes what a fonds holds.
    pub async fn add(self, number: &str, change: &FondsCount) -> Result<(), StoreError> {
        let sql = "UPDATE fonds SET records = records + $1, public_records = public_records + $2,
                                    files = files + $3, bytes = bytes + $4 WHERE number = $5";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(change.records)
            .bind(change.public_records)
            .bind(change.files)
            .bind(change.bytes)
            .bind(number)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        if touched == 1 {
            Ok(())
        } else {
            Err(StoreError::Missing("fonds"))
        }
    }
}
