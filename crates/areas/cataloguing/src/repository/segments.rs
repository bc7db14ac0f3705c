//! Segments: vault objects that hold entries without content, and other objects that hold no single record.

use lantai_database::{Conn, StoreError, on_engine};

/// A segment as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Segment {
    /// Its object.
    pub object: String,
    /// Its number inside the fonds, from 1.
    pub number: i64,
    /// How many entries it holds.
    pub entries: i64,
}

/// The segments of fonds.
#[derive(Debug)]
pub struct SegmentRepository<'c>(pub Conn<'c>);

impl SegmentRepository<'_> {
    /// The last segment of a fonds, to which entries are added.
    pub async fn last(self, fonds: &str) -> Result<Option<Segment>, StoreError> {
        let sql =
            "SELECT object, number, entries FROM segments WHERE fonds = $1 ORDER BY number DESC LIMIT 1";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(fonds)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// Registers a segment, or corrects how many entries it holds.
    pub async fn put(self, fonds: &str, segment: &Segment) -> Result<(), StoreError> {
        let sql = "INSERT INTO segments (object, fonds, number, entries) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (object) DO UPDATE SET entries = excluded.entries";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&segment.object)
            .bind(fonds)
            .bind(segment.number)
            .bind(segment.entries)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
