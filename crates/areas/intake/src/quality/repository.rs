//! Lots, samples and marks in the catalogue.

use super::judgement::{Judgement, Marks};
use super::lot::{Lot, LotItem, LotState, SeatNumber};
use jiff::Timestamp;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::AccessionId;
use uuid::Uuid;

/// A lot with the number of its changes, so that two who change it at once notice.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLot {
    /// The lot.
    pub lot: Lot,
    /// How often it was changed.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct LotRow {
    document: String,
    version: i64,
}

impl TryFrom<LotRow> for StoredLot {
    type Error = StoreError;

    fn try_from(row: LotRow) -> Result<Self, Self::Error> {
        let lot =
            serde_json::from_str(&row.document).map_err(|error| StoreError::corrupt("quality lot", error))?;
        Ok(Self {
            lot,
            version: row.version,
        })
    }
}

fn text<T: serde::Serialize>(value: &T, lot: Uuid) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::corrupt(format!("quality lot {lot}"), error))
}

fn ended_at(lot: &Lot) -> Option<Timestamp> {
    match &lot.state {
        LotState::Passed { conclusion } | LotState::Returned { conclusion } => Some(conclusion.at),
        LotState::Withdrawn { at, .. } => Some(*at),
        LotState::Drawn | LotState::Inspecting { .. } | LotState::Arbitrating { .. } => None,
    }
}

/// A moment as text that sorts by time, whatever fraction of a second it has.
fn sortable(at: Timestamp) -> String {
    format!("{at:.9}")
}

fn marks_of(rows: Vec<String>) -> Result<Marks, StoreError> {
    let mut marks = Marks::new();
    for row in rows {
        let judgement: Judgement =
            serde_json::from_str(&row).map_err(|error| StoreError::corrupt("quality mark", error))?;
        marks
            .entry(judgement.item)
            .or_default()
            .insert(judgement.seat, judgement);
    }
    Ok(marks)
}

/// The lots of the archive.
#[derive(Debug)]
pub struct QualityRepository<'c>(pub Conn<'c>);

impl QualityRepository<'_> {
    /// Enters a lot with its sample. One that was there already is replaced with its marks gone.
    pub async fn insert(mut self, lot: &Lot, items: &[LotItem]) -> Result<(), StoreError> {
        let id = lot.id.to_string();
        let sql = "DELETE FROM quality_lots WHERE id = $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(&id)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "INSERT INTO quality_lots (id, accession, plan, series, state, ended_at, document, version)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 1)";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(&id)
            .bind(lot.accession.to_string())
            .bind(&lot.plan.plan)
            .bind(&lot.series)
            .bind(lot.state.name())
            .bind(ended_at(lot).map(sortable))
            .bind(text(lot, lot.id)?)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "INSERT INTO quality_items (lot, number, document) VALUES ($1, $2, $3)";
        for item in items {
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(&id)
                .bind(i64::from(item.number))
                .bind(text(item, lot.id)?)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Writes a lot that was read at `version`. `false`: somebody else was quicker.
    pub async fn replace(self, lot: &Lot, version: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE quality_lots SET state = $1, ended_at = $2, document = $3, version = version + 1
                   WHERE id = $4 AND version = $5";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(lot.state.name())
            .bind(ended_at(lot).map(sortable))
            .bind(text(lot, lot.id)?)
            .bind(lot.id.to_string())
            .bind(version)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched == 1)
    }

    /// Keeps a lot as it is until the end of the transaction. `false`: it was changed since `version`.
    pub async fn hold(self, id: Uuid, version: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE quality_lots SET version = version WHERE id = $1 AND version = $2";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(id.to_string())
            .bind(version)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched == 1)
    }

    /// One lot.
    pub async fn find(self, id: Uuid) -> Result<Option<StoredLot>, StoreError> {
        let sql = "SELECT document, version FROM quality_lots WHERE id = $1";
        let row: Option<LotRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(id.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(StoredLot::try_from).transpose()
    }

    /// A page of lots, newest first; of one accession where one is named. `before` is the last one of the page before.
    pub async fn page(
        self,
        accession: Option<AccessionId>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Lot>, StoreError> {
        let sql = "SELECT document, version FROM quality_lots
                   WHERE id < $1 AND ($2 = '' OR accession = $2) ORDER BY id DESC LIMIT $3";
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let accession = accession.map(|id| id.to_string()).unwrap_or_default();
        let rows: Vec<LotRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(before)
            .bind(accession)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter()
            .map(|row| Ok(StoredLot::try_from(row)?.lot))
            .collect()
    }

    /// The lots of a series under a plan that passed or were returned, in the order of their conclusion.
    pub async fn past(self, plan: &str, series: &str) -> Result<Vec<Lot>, StoreError> {
        let sql = "SELECT document, version FROM quality_lots
                   WHERE plan = $1 AND series = $2 AND state IN ('passed', 'returned') ORDER BY ended_at, id";
        let rows: Vec<LotRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(plan)
            .bind(series)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter()
            .map(|row| Ok(StoredLot::try_from(row)?.lot))
            .collect()
    }

    /// Pieces of a sample behind `after`, in their order.
    pub async fn items(self, lot: Uuid, after: u32, limit: u32) -> Result<Vec<LotItem>, StoreError> {
        let sql =
            "SELECT document FROM quality_items WHERE lot = $1 AND number > $2 ORDER BY number LIMIT $3";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(lot.to_string())
            .bind(i64::from(after))
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        rows.iter()
            .map(|row| serde_json::from_str(row).map_err(|error| StoreError::corrupt("quality item", error)))
            .collect()
    }

    /// Writes a mark; one of the same seat on the same piece is replaced.
    pub async fn put_mark(self, lot: Uuid, judgement: &Judgement) -> Result<(), StoreError> {
        let sql = "INSERT INTO quality_marks (lot, item, seat, person, document) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (lot, item, seat) DO UPDATE SET person = excluded.person, document = excluded.document";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(lot.to_string())
            .bind(i64::from(judgement.item))
            .bind(judgement.seat.number())
            .bind(judgement.by.name())
            .bind(text(judgement, lot)?)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Takes a mark back.
    pub async fn remove_mark(self, lot: Uuid, item: u32, seat: SeatNumber) -> Result<(), StoreError> {
        let sql = "DELETE FROM quality_marks WHERE lot = $1 AND item = $2 AND seat = $3";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(lot.to_string())
            .bind(i64::from(item))
            .bind(seat.number())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// How many pieces were marked on a seat.
    pub async fn count_marks(self, lot: Uuid, seat: SeatNumber) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM quality_marks WHERE lot = $1 AND seat = $2";
        let count: i64 = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(lot.to_string())
            .bind(seat.number())
            .fetch_one(&mut *c)
            .await)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The marks of one seat on the pieces `from..=to`.
    pub async fn marks_of_seat(
        self,
        lot: Uuid,
        seat: SeatNumber,
        from: u32,
        to: u32,
    ) -> Result<Vec<Judgement>, StoreError> {
        let sql = "SELECT document FROM quality_marks WHERE lot = $1 AND seat = $2 AND item BETWEEN $3 AND $4
                   ORDER BY item";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(lot.to_string())
            .bind(seat.number())
            .bind(i64::from(from))
            .bind(i64::from(to))
            .fetch_all(&mut *c)
            .await)?;
        rows.iter()
            .map(|row| serde_json::from_str(row).map_err(|error| StoreError::corrupt("quality mark", error)))
            .collect()
    }

    /// All marks of a lot. Only for those who may see them all: see [`Lot::sees`].
    pub async fn marks(self, lot: Uuid) -> Result<Marks, StoreError> {
        let sql = "SELECT document FROM quality_marks WHERE lot = $1 ORDER BY item, seat";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(lot.to_string())
            .fetch_all(&mut *c)
            .await)?;
        marks_of(rows)
    }

    /// The first piece that a seat has not marked.
    pub async fn first_unmarked(self, lot: Uuid, seat: SeatNumber) -> Result<Option<u32>, StoreError> {
        let sql = "SELECT MIN(i.number) FROM quality_items i
                   LEFT JOIN quality_marks m ON m.lot = i.lot AND m.item = i.number AND m.seat = $2
                   WHERE i.lot = $1 AND m.item IS NULL";
        let number: Option<i64> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(lot.to_string())
            .bind(seat.number())
            .fetch_one(&mut *c)
            .await)?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }
}
