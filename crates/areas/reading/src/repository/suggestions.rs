//! What machines would write into descriptions, and what people decided.

use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::RecordId;
use lantai_domain::reading::Suggestion;
use sqlx::AssertSqlSafe;

/// A suggestion and its state.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSuggestion {
    /// Its number within the record.
    pub number: u32,
    /// `open`, `accepted`, `corrected`, `refused`.
    pub state: String,
    /// The suggestion.
    pub suggestion: Suggestion,
    /// What a person wrote in its place, where they corrected it.
    pub decided_as: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    state: String,
    document: String,
    decided_as: Option<String>,
    decided_by: Option<String>,
}

impl TryFrom<Row> for StoredSuggestion {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            number: u32::try_from(row.number).unwrap_or(0),
            state: row.state,
            suggestion: serde_json::from_str(&row.document)
                .map_err(|error| StoreError::corrupt("suggestion", error))?,
            decided_as: row.decided_as,
            decided_by: row.decided_by,
        })
    }
}

/// The suggestions of the archive.
#[derive(Debug)]
pub struct SuggestionRepository<'c>(pub Conn<'c>);

impl SuggestionRepository<'_> {
    /// Keeps the suggestions of a reading in place of those nobody decided on. What was decided stays, and is not
    /// suggested again.
    pub async fn put(mut self, record: RecordId, suggestions: &[Suggestion]) -> Result<(), StoreError> {
        let id = record.to_string();
        let sql = "DELETE FROM suggestions WHERE record = $1 AND state = 'open'";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(&id)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let decided = SuggestionRepository(self.0.reborrow()).of(record).await?;
        let mut number = decided
            .iter()
            .map(|stored| i64::from(stored.number))
            .max()
            .unwrap_or(0);
        for suggestion in suggestions {
            let is_decided = decided.iter().any(|stored| {
                stored.suggestion.element == suggestion.element && stored.suggestion.value == suggestion.value
            });
            if is_decided {
                continue;
            }
            number += 1;
            let sql = "INSERT INTO suggestions (record, number, state, element, document) VALUES ($1, $2, 'open', $3, $4)";
            let document = serde_json::to_string(suggestion)
                .map_err(|error| StoreError::corrupt("suggestion", error))?;
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(&id)
                .bind(number)
                .bind(suggestion.element.name())
                .bind(document)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// The suggestions for a record, in their order.
    pub async fn of(self, record: RecordId) -> Result<Vec<StoredSuggestion>, StoreError> {
        let sql = "SELECT number, state, document, decided_as, decided_by FROM suggestions
                   WHERE record = $1 ORDER BY number";
        let rows: Vec<Row> = on_engine!(self.0, |c| sqlx::query_as(AssertSqlSafe(sql))
            .bind(record.to_string())
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(StoredSuggestion::try_from).collect()
    }

    /// Keeps a decision. `false`: somebody decided before, or there is no such suggestion.
    pub async fn decide(
        self,
        record: RecordId,
        number: u32,
        state: &'static str,
        decided_as: Option<&str>,
        by: &str,
        at: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE suggestions SET state = $1, decided_as = $2, decided_by = $3, decided_at = $4
                   WHERE record = $5 AND number = $6 AND state = 'open'";
        let changed: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(state)
            .bind(decided_as)
            .bind(by)
            .bind(at)
            .bind(record.to_string())
            .bind(i64::from(number))
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }
}
