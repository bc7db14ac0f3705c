//! Institutions and posts in the catalogue.

use crate::people::{Institution, InstitutionKind, NewInstitution, NewPost, Post, Scope, moment};
use jiff::Timestamp;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::access::Span;
use lantai_domain::{InstitutionId, PostId, Role, SecurityClassification};
use std::collections::BTreeSet;

fn corrupt(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::corrupt("people", error)
}

/// An identifier out of a row.
pub(crate) fn id<T>(text: &str, make: impl Fn(uuid::Uuid) -> T) -> Result<T, StoreError> {
    text.parse()
        .map(make)
        .map_err(|error: uuid::Error| corrupt(error))
}

/// A word out of a row that must be one of a list.
pub(crate) fn word<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    read(text).ok_or_else(|| corrupt(format!("{text:?} is no word of this column")))
}

/// A span as it is kept: `None` is everything.
pub(crate) fn kept_span(span: &Span) -> Result<Option<String>, StoreError> {
    match span {
        Span::All => Ok(None),
        Span::Only(values) => serde_json::to_string(values).map(Some).map_err(corrupt),
    }
}

fn read_span(kept: Option<&str>) -> Result<Span, StoreError> {
    let Some(kept) = kept else { return Ok(Span::All) };
    serde_json::from_str::<BTreeSet<String>>(kept)
        .map(Span::Only)
        .map_err(corrupt)
}

/// What a post or a token allows, out of its columns.
pub(crate) fn read_scope(
    role: &str,
    fonds: Option<&str>,
    categories: Option<&str>,
    clearance: &str,
) -> Result<Scope, StoreError> {
    let role: Role = role
        .parse()
        .map_err(|error: lantai_domain::role::NoRole| corrupt(error))?;
    let clearance = read_clearance(clearance)?;
    Scope::new(role, read_span(fonds)?, read_span(categories)?, clearance).map_err(corrupt)
}

fn read_clearance(kept: &str) -> Result<SecurityClassification, StoreError> {
    serde_json::from_value(serde_json::Value::String(kept.to_owned())).map_err(corrupt)
}

#[derive(sqlx::FromRow)]
struct InstitutionRow {
    id: String,
    parent: Option<String>,
    kind: String,
    name: String,
    closed_at_ms: Option<i64>,
}

impl TryFrom<InstitutionRow> for Institution {
    type Error = StoreError;

    fn try_from(row: InstitutionRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: id(&row.id, InstitutionId::new)?,
            parent: row
                .parent
                .map(|parent| id(&parent, InstitutionId::new))
                .transpose()?,
            kind: word(&row.kind, InstitutionKind::from_id)?,
            name: row.name,
            closed_at: row.closed_at_ms.map(moment).transpose()?,
        })
    }
}

/// Institutions, units and departments.
#[derive(Debug)]
pub struct InstitutionRepository<'c>(pub Conn<'c>);

impl InstitutionRepository<'_> {
    /// Enters one.
    pub async fn insert(
        self,
        at: Timestamp,
        key: InstitutionId,
        new: &NewInstitution,
    ) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO institutions (id, parent, kind, name, created_at_ms) VALUES ($1, $2, $3, $4, $5)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(key.to_string())
            .bind(new.parent.map(|parent| parent.to_string()))
            .bind(new.kind.id())
            .bind(&new.name)
            .bind(at.as_millisecond())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One of them.
    pub async fn find(self, key: InstitutionId) -> Result<Option<Institution>, StoreError> {
        let sql = "SELECT id, parent, kind, name, closed_at_ms FROM institutions WHERE id = $1";
        let row: Option<InstitutionRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(key.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Institution::try_from).transpose()
    }

    /// A page of them, after one of them.
    pub async fn page(self, after: Option<&str>, limit: i64) -> Result<Vec<Institution>, StoreError> {
        let sql = "SELECT id, parent, kind, name, closed_at_ms FROM institutions WHERE id > $1 ORDER BY id LIMIT $2";
        let rows: Vec<InstitutionRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(after.unwrap_or(""))
            .bind(limit)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Institution::try_from).collect()
    }

    /// The archives at the top that was entered first; `None`: there is none yet.
    pub async fn root(self) -> Result<Option<Institution>, StoreError> {
        let sql = "SELECT id, parent, kind, name, closed_at_ms FROM institutions WHERE parent IS NULL
                   ORDER BY id LIMIT 1";
        let row: Option<InstitutionRow> =
            on_engine!(self.0, |c| sqlx::query_as(sql).fetch_optional(&mut *c).await)?;
        row.map(Institution::try_from).transpose()
    }

    /// Gives it another kind and name.
    pub async fn change(
        self,
        key: InstitutionId,
        kind: InstitutionKind,
        name: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE institutions SET kind = $1, name = $2 WHERE id = $3";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(kind.id())
            .bind(name)
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        match touched {
            1 => Ok(()),
            _ => Err(StoreError::Missing("institution")),
        }
    }

    /// Closes it.
    pub async fn close(self, key: InstitutionId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE institutions SET closed_at_ms = $1 WHERE id = $2 AND closed_at_ms IS NULL";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(at.as_millisecond())
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        match touched {
            1 => Ok(()),
            _ => Err(StoreError::Missing("institution")),
        }
    }

    /// The kinds of what stands under it and is not closed.
    pub async fn kinds_below(self, key: InstitutionId) -> Result<Vec<InstitutionKind>, StoreError> {
        let sql = "SELECT kind FROM institutions WHERE parent = $1 AND closed_at_ms IS NULL";
        let rows: Vec<String> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(key.to_string())
            .fetch_all(&mut *c)
            .await)?;
        rows.iter()
            .map(|kind| word(kind, InstitutionKind::from_id))
            .collect()
    }
}

#[derive(sqlx::FromRow)]
struct PostRow {
    id: String,
    institution: String,
    role: String,
    name: String,
    fonds: Option<String>,
    categories: Option<String>,
    clearance: String,
    closed_at_ms: Option<i64>,
}

const POST: &str = "id, institution, role, name, fonds, categories, clearance, closed_at_ms";

impl TryFrom<PostRow> for Post {
    type Error = StoreError;

    fn try_from(row: PostRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: id(&row.id, PostId::new)?,
            institution: id(&row.institution, InstitutionId::new)?,
            scope: read_scope(
                &row.role,
                row.fonds.as_deref(),
                row.categories.as_deref(),
                &row.clearance,
            )?,
            name: row.name,
            closed_at: row.closed_at_ms.map(moment).transpose()?,
        })
    }
}

/// Posts.
#[derive(Debug)]
pub struct PostRepository<'c>(pub Conn<'c>);

impl PostRepository<'_> {
    /// Makes one.
    pub async fn insert(self, at: Timestamp, key: PostId, new: &NewPost) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO posts (id, institution, role, name, fonds, categories, clearance, created_at_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let scope = &new.scope;
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(key.to_string())
            .bind(new.institution.to_string())
            .bind(scope.role().id())
            .bind(&new.name)
            .bind(kept_span(scope.fonds())?)
            .bind(kept_span(scope.categories())?)
            .bind(scope.clearance().name())
            .bind(at.as_millisecond())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One of them.
    pub async fn find(self, key: PostId) -> Result<Option<Post>, StoreError> {
        let sql = format!("SELECT {POST} FROM posts WHERE id = $1");
        let row: Option<PostRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(key.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Post::try_from).transpose()
    }

    /// A page of those that are not closed, after one of them; of one institution or of all.
    pub async fn page(
        self,
        institution: Option<InstitutionId>,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Post>, StoreError> {
        let sql = format!(
            "SELECT {POST} FROM posts WHERE id > $1 AND closed_at_ms IS NULL AND ($2 = '' OR institution = $2)
             ORDER BY id LIMIT $3"
        );
        let institution = institution.map(|key| key.to_string()).unwrap_or_default();
        let rows: Vec<PostRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.unwrap_or(""))
            .bind(&institution)
            .bind(limit)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Post::try_from).collect()
    }

    /// Closes it.
    pub async fn close(self, key: PostId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE posts SET closed_at_ms = $1 WHERE id = $2 AND closed_at_ms IS NULL";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(at.as_millisecond())
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        match touched {
            1 => Ok(()),
            _ => Err(StoreError::Missing("post")),
        }
    }
}
