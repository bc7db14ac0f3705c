//! Fonds in the catalogue, with what they hold counted beside them.

use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::Fonds;
use lantai_domain::access::{AccessCell, Filter, RecordFacts};
use std::collections::BTreeMap;

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FondsCount {
    /// Records.
    pub records: i64,
    /// Content files.
    pub files: i64,
    /// Bytes of content.
    pub bytes: i64,
    /// Records by category and number of their access cell, so that each viewer is told the count of what they see.
    pub cells: BTreeMap<(String, u8), i64>,
}

impl FondsCount {
    /// Adds what one record holds.
    pub fn add_record(&mut self, record: &lantai_domain::Record) {
        self.records += 1;
        self.count_cell(&record.access_facts(), 1);
        self.files += i64::try_from(record.files.len()).unwrap_or(i64::MAX);
        self.bytes += i64::try_from(record.bytes()).unwrap_or(i64::MAX);
    }

    /// Counts records of a category and cell more, or fewer.
    pub fn count_cell(&mut self, facts: &RecordFacts, by: i64) {
        let place = (facts.category.clone(), facts.cell.number());
        *self.cells.entry(place).or_default() += by;
    }

    /// How many records of this fonds fit the gate's answer.
    pub fn visible(&self, fonds: &str, filter: &Filter) -> i64 {
        self.visible_cells(fonds, filter)
            .map(|(_, records)| records)
            .sum()
    }

    /// The records of this fonds that fit the gate's answer, cell by cell.
    pub fn visible_cells(&self, fonds: &str, filter: &Filter) -> impl Iterator<Item = (AccessCell, i64)> {
        self.cells
            .iter()
            .filter_map(move |((category, number), records)| {
                let facts = RecordFacts {
                    fonds: fonds.to_owned(),
                    category: category.clone(),
                    cell: AccessCell::from_number(*number)?,
                };
                filter.has(&facts).then_some((facts.cell, *records))
            })
    }
}

#[derive(sqlx::FromRow)]
struct FondsRow {
    number: String,
    document: String,
    object_version: i64,
    records: i64,
    files: i64,
    bytes: i64,
}

#[derive(sqlx::FromRow)]
struct CellRow {
    fonds: String,
    category: String,
    cell: i64,
    records: i64,
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
                files: row.files,
                bytes: row.bytes,
                cells: BTreeMap::new(),
            },
        })
    }
}

/// The fonds of the archive.
#[derive(Debug)]
pub struct FondsRepository<'c>(pub Conn<'c>);

impl FondsRepository<'_> {
    /// One fonds; `None`: not registered.
    pub async fn find(mut self, number: &str) -> Result<Option<StoredFonds>, StoreError> {
        let sql = "SELECT * FROM fonds WHERE number = $1";
        let row: Option<FondsRow> = on_engine!(self.0.reborrow(), |c| sqlx::query_as(sql)
            .bind(number)
            .fetch_optional(&mut *c)
            .await)?;
        let Some(row) = row else { return Ok(None) };
        let sql = "SELECT fonds, category, cell, records FROM fonds_cells WHERE fonds = $1";
        let cells: Vec<CellRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(number)
            .fetch_all(&mut *c)
            .await)?;
        let mut found = vec![StoredFonds::try_from(row)?];
        give_cells(&mut found, cells);
        Ok(found.pop())
    }

    /// All fonds, by number. An archives has hundreds of them, never millions.
    pub async fn all(mut self) -> Result<Vec<StoredFonds>, StoreError> {
        let sql = "SELECT * FROM fonds ORDER BY number";
        let rows: Vec<FondsRow> = on_engine!(self.0.reborrow(), |c| sqlx::query_as(sql)
            .fetch_all(&mut *c)
            .await)?;
        let found: Result<Vec<StoredFonds>, StoreError> =
            rows.into_iter().map(StoredFonds::try_from).collect();
        let mut found = found?;
        let sql = "SELECT fonds, category, cell, records FROM fonds_cells";
        let cells: Vec<CellRow> = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        give_cells(&mut found, cells);
        Ok(found)
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
    pub async fn add(mut self, number: &str, change: &FondsCount) -> Result<(), StoreError> {
        let sql = "UPDATE fonds SET records = records + $1, files = files + $2, bytes = bytes + $3 WHERE number = $4";
        let touched: u64 = on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(change.records)
            .bind(change.files)
            .bind(change.bytes)
            .bind(number)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        if touched != 1 {
            return Err(StoreError::Missing("fonds"));
        }
        for ((category, cell), records) in change.cells.iter().filter(|(_, records)| **records != 0) {
            let sql = "INSERT INTO fonds_cells (fonds, category, cell, records) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (fonds, category, cell)
                       DO UPDATE SET records = fonds_cells.records + excluded.records";
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(number)
                .bind(category)
                .bind(i64::from(*cell))
                .bind(records)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }
}

fn give_cells(found: &mut [StoredFonds], cells: Vec<CellRow>) {
    let mut by_fonds: BTreeMap<String, BTreeMap<(String, u8), i64>> = BTreeMap::new();
    for row in cells.into_iter().filter(|row| row.records != 0) {
        let cell = u8::try_from(row.cell).unwrap_or(u8::MAX);
        by_fonds
            .entry(row.fonds)
            .or_default()
            .insert((row.category, cell), row.records);
    }
    for stored in found {
        stored.count.cells = by_fonds.remove(stored.fonds.number.as_str()).unwrap_or_default();
    }
}
