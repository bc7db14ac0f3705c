//! Resumable uploads in the catalogue: how far each has come is committed there after its bytes are durable.

use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::AccessionId;
use uuid::Uuid;

/// One resumable upload of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumableUpload {
    /// Its identifier.
    pub id: Uuid,
    /// The accession it belongs to.
    pub accession: AccessionId,
    /// Path inside the package.
    pub path: String,
    /// Bytes announced.
    pub length: u64,
    /// Bytes that are durable.
    pub received: u64,
    /// Whether the accession is handed in as soon as the file is whole.
    pub hands_in: bool,
    /// Account that began it; nobody else goes on with it.
    pub owner: String,
    /// Until when it may be gone on with, in milliseconds since 1970.
    pub expires_at_ms: i64,
}

/// The resumable uploads.
#[derive(Debug)]
pub struct UploadRepository<'c>(pub Conn<'c>);

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    accession: String,
    path: String,
    length: i64,
    received: i64,
    hands_in: i64,
    owner: String,
    expires_at_ms: i64,
}

impl TryFrom<Row> for ResumableUpload {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |error: uuid::Error| StoreError::corrupt("identifier of an upload", error);
        Ok(Self {
            id: row.id.parse().map_err(corrupt)?,
            accession: row.accession.parse().map_err(corrupt)?,
            path: row.path,
            length: u64::try_from(row.length).unwrap_or(0),
            received: u64::try_from(row.received).unwrap_or(0),
            hands_in: row.hands_in != 0,
            owner: row.owner,
            expires_at_ms: row.expires_at_ms,
        })
    }
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl UploadRepository<'_> {
    /// Registers an upload that begins.
    pub async fn put(self, upload: &ResumableUpload) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO uploads (id, accession, path, length, received, hands_in, owner, expires_at_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(upload.id.to_string())
            .bind(upload.accession.to_string())
            .bind(&upload.path)
            .bind(number(upload.length))
            .bind(number(upload.received))
            .bind(i64::from(upload.hands_in))
            .bind(&upload.owner)
            .bind(upload.expires_at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One upload.
    pub async fn find(self, id: Uuid) -> Result<Option<ResumableUpload>, StoreError> {
        let sql = "SELECT id, accession, path, length, received, hands_in, owner, expires_at_ms FROM uploads
                   WHERE id = $1";
        let row: Option<Row> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(id.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(ResumableUpload::try_from).transpose()
    }

    /// The uploads of an accession that are not whole yet.
    pub async fn unfinished_of(self, accession: AccessionId) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM uploads WHERE accession = $1 AND received < length";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(accession.to_string())
            .fetch_one(&mut *c)
            .await)?)
    }

    /// Commits how far an upload has come, and until when it may be gone on with.
    pub async fn advance(self, id: Uuid, received: u64, expires_at_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE uploads SET received = $1, expires_at_ms = $2 WHERE id = $3";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(number(received))
            .bind(expires_at_ms)
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Forgets an upload.
    pub async fn delete(self, id: Uuid) -> Result<(), StoreError> {
        on_engine!(self.0, |c| sqlx::query("DELETE FROM uploads WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Uploads whose time is over and that are not whole.
    pub async fn expired(self, now_ms: i64) -> Result<Vec<ResumableUpload>, StoreError> {
        let sql = "SELECT id, accession, path, length, received, hands_in, owner, expires_at_ms FROM uploads
                   WHERE expires_at_ms < $1 AND received < length";
        let rows: Vec<Row> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(now_ms)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(ResumableUpload::try_from).collect()
    }

    /// Uploads that are whole while their accession still waits for files.
    pub async fn whole(self) -> Result<Vec<ResumableUpload>, StoreError> {
        let sql =
            "SELECT u.id, u.accession, u.path, u.length, u.received, u.hands_in, u.owner, u.expires_at_ms
                   FROM uploads u JOIN accessions a ON a.id = u.accession
                   WHERE u.received = u.length AND a.state = 'receiving'";
        let rows: Vec<Row> = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        rows.into_iter().map(ResumableUpload::try_from).collect()
    }
}
