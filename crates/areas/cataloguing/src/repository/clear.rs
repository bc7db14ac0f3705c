//! Emptying what a rebuild makes again.

use lantai_database::{Database, StoreError, on_engine};

/// Removes every row that can be made again from vault and journal: records, fonds, ended accessions, the journal's
/// rows. Accounts, the institution, jobs and uploads under way stay.
pub async fn clear(database: &Database) -> Result<(), StoreError> {
    let statements = [
        "DELETE FROM findings WHERE accession IN (SELECT id FROM accessions WHERE finished_at IS NOT NULL)",
        "DELETE FROM accessions WHERE finished_at IS NOT NULL",
        // lots that are not over are in no document yet: they stay
        "DELETE FROM quality_lots WHERE ended_at IS NOT NULL",
        "DELETE FROM filing_decisions",
        // what waits to be read waits on, and what people decided on suggestions stays
        "DELETE FROM readings WHERE state = 'done'",
        "DELETE FROM suggestions WHERE state = 'open'",
        "DELETE FROM former_codes",
        "DELETE FROM records",
        "DELETE FROM segments",
        "DELETE FROM fonds_cells",
        "DELETE FROM fonds",
        "DELETE FROM batches",
        "DELETE FROM journal_entries",
        "UPDATE journal_head SET size = 0",
    ];
    let mut work = database.begin_upkeep().await?;
    for sql in statements {
        on_engine!(work.conn(), |c| sqlx::query(sql)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
    }
    work.commit().await
}
