//! What a person must decide, in the catalogue.

use crate::tasks::ReviewTask;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::AccessionId;
use lantai_domain::access::Filter;
use sqlx::AssertSqlSafe;

/// The questions to persons about accessions.
#[derive(Debug)]
pub struct TaskRepository<'c>(pub Conn<'c>);

fn read(document: &str) -> Result<ReviewTask, StoreError> {
    serde_json::from_str(document).map_err(|error| StoreError::corrupt("task of an accession", error))
}

impl TaskRepository<'_> {
    /// Keeps the tasks of an accession, in place of those it had.
    pub async fn put(mut self, id: AccessionId, tasks: &[ReviewTask]) -> Result<(), StoreError> {
        let sql = "DELETE FROM review_tasks WHERE accession = $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        for task in tasks {
            let sql = "INSERT INTO review_tasks (accession, number, state, document) VALUES ($1, $2, $3, $4)";
            let document = document(id, task)?;
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(id.to_string())
                .bind(i64::from(task.number))
                .bind(task.state())
                .bind(document)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Keeps a decision. `false`: somebody else decided meanwhile, and nothing is written.
    pub async fn decide(self, id: AccessionId, task: &ReviewTask) -> Result<bool, StoreError> {
        let sql = "UPDATE review_tasks SET state = $1, document = $2
                   WHERE accession = $3 AND number = $4 AND state = 'open'";
        let document = document(id, task)?;
        let written: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(task.state())
            .bind(document)
            .bind(id.to_string())
            .bind(i64::from(task.number))
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(written == 1)
    }

    /// The tasks of an accession.
    pub async fn of(self, id: AccessionId) -> Result<Vec<ReviewTask>, StoreError> {
        let sql = "SELECT document FROM review_tasks WHERE accession = $1 ORDER BY number";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .fetch_all(&mut *c)
            .await)?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// A page of open tasks of all accessions, oldest accession first, each with its accession's identifier and name.
    /// `after` names the last one of the page before.
    pub async fn open(
        self,
        after: Option<(&str, i64)>,
        limit: u32,
        reached: &Filter,
    ) -> Result<Vec<(String, String, ReviewTask)>, StoreError> {
        let (reached, values) = super::reach::fonds_condition(reached, "accession.fonds", 4);
        let sql = format!(
            "SELECT task.accession, accession.name, task.document
                   FROM review_tasks task JOIN accessions accession ON accession.id = task.accession
                   WHERE task.state = 'open' AND accession.state = 'pending_review'
                     AND (task.accession > $1 OR (task.accession = $1 AND task.number > $2))
                     AND {reached}
                   ORDER BY task.accession, task.number LIMIT $3"
        );
        let (accession, number) = after.unwrap_or(("", 0));
        let rows: Vec<(String, String, String)> = on_engine!(self.0, |c| {
            let query = sqlx::query_as(AssertSqlSafe(sql))
                .bind(accession)
                .bind(number)
                .bind(i64::from(limit));
            let query = values.iter().fold(query, |query, value| query.bind(value));
            query.fetch_all(&mut *c).await
        })?;
        rows.into_iter()
            .map(|(accession, name, document)| Ok((accession, name, read(&document)?)))
            .collect()
    }
}

fn document(id: AccessionId, task: &ReviewTask) -> Result<String, StoreError> {
    serde_json::to_string(task)
        .map_err(|error| StoreError::corrupt(format!("task {} of accession {id}", task.number), error))
}
