//! Files that no rule attaches to a record, in the catalogue.

use crate::attach::{UnattachedFile, UnattachedState};
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::AccessionId;

/// The lists of exceptions of accessions.
#[derive(Debug)]
pub struct UnattachedRepository<'c>(pub Conn<'c>);

/// Which files of a list are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnattachedFilter {
    /// In this state.
    pub state: Option<UnattachedState>,
    /// Whose path has these letters, whatever their case.
    pub words: Option<String>,
    /// In this folder or below it; the empty name is the whole package.
    pub folder: Option<String>,
}

impl UnattachedFilter {
    fn state(&self) -> &'static str {
        self.state.map_or("", UnattachedState::name)
    }

    fn words(&self) -> String {
        let words = self.words.as_deref().unwrap_or_default().to_lowercase();
        format!("%{}%", escaped(&words))
    }

    fn folder(&self) -> String {
        match self.folder.as_deref().map(|folder| folder.trim_matches('/')) {
            None | Some("") => "%".to_owned(),
            Some(folder) => format!("{}/%", escaped(folder)),
        }
    }
}

/// Letters that mean something in a pattern mean themselves.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(letter);
    }
    escaped
}

fn read(document: &str) -> Result<UnattachedFile, StoreError> {
    serde_json::from_str(document)
        .map_err(|error| StoreError::corrupt("file that is attached to nothing", error))
}

fn document(id: AccessionId, file: &UnattachedFile) -> Result<String, StoreError> {
    serde_json::to_string(file)
        .map_err(|error| StoreError::corrupt(format!("file {} of accession {id}", file.number), error))
}

impl UnattachedRepository<'_> {
    /// Keeps the list of an accession, in place of the one it had.
    pub async fn put(mut self, id: AccessionId, files: &[UnattachedFile]) -> Result<(), StoreError> {
        let sql = "DELETE FROM unattached_files WHERE accession = $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(id.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        for file in files {
            let sql = "INSERT INTO unattached_files (accession, number, state, file, document)
                       VALUES ($1, $2, $3, $4, $5)";
            let document = document(id, file)?;
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(id.to_string())
                .bind(i64::from(file.number))
                .bind(file.state().name())
                .bind(&file.file)
                .bind(document)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Keeps what was decided of a file.
    pub async fn keep(self, id: AccessionId, file: &UnattachedFile) -> Result<(), StoreError> {
        let sql =
            "UPDATE unattached_files SET state = $1, document = $2 WHERE accession = $3 AND number = $4";
        let document = document(id, file)?;
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(file.state().name())
            .bind(document)
            .bind(id.to_string())
            .bind(i64::from(file.number))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One file.
    pub async fn find(self, id: AccessionId, number: u32) -> Result<Option<UnattachedFile>, StoreError> {
        let sql = "SELECT document FROM unattached_files WHERE accession = $1 AND number = $2";
        let row: Option<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .bind(i64::from(number))
            .fetch_optional(&mut *c)
            .await)?;
        row.as_deref().map(read).transpose()
    }

    /// A page of the list; `after` is the number of the last one of the page before.
    pub async fn page(
        self,
        id: AccessionId,
        filter: &UnattachedFilter,
        after: u32,
        limit: u32,
    ) -> Result<Vec<UnattachedFile>, StoreError> {
        let sql = "SELECT document FROM unattached_files
                   WHERE accession = $1 AND number > $2 AND ($3 = '' OR state = $3)
                     AND lower(file) LIKE $4 ESCAPE '!' AND file LIKE $5 ESCAPE '!'
                   ORDER BY number LIMIT $6";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .bind(i64::from(after))
            .bind(filter.state())
            .bind(filter.words())
            .bind(filter.folder())
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        rows.iter().map(String::as_str).map(read).collect()
    }

    /// The whole list.
    pub async fn all(self, id: AccessionId) -> Result<Vec<UnattachedFile>, StoreError> {
        self.page(id, &UnattachedFilter::default(), 0, u32::MAX).await
    }

    /// How many files there are in each state.
    pub async fn counts(self, id: AccessionId) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT state, COUNT(*) FROM unattached_files WHERE accession = $1 GROUP BY state";
        let rows: Vec<(String, i64)> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(id.to_string())
            .fetch_all(&mut *c)
            .await)?;
        let count = |(state, count): (String, i64)| (state, u64::try_from(count).unwrap_or(0));
        Ok(rows.into_iter().map(count).collect())
    }

    /// The paths of the open files, for telling folders apart.
    pub async fn open_paths(self, id: AccessionId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT file FROM unattached_files WHERE accession = $1 AND state = 'open' ORDER BY number";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(id.to_string())
            .fetch_all(&mut *c)
            .await)?)
    }
}
