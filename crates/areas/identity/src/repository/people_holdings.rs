//! Who holds which post, in the catalogue.

use super::people_places::{PostRepository, id, word};
use crate::people::{Grant, Holding, HoldingState, Mark, Origin, Post, Validity, moment};
use jiff::Timestamp;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::{Agreed, HoldingId, PersonId, PostId, Proposal, Role};

#[derive(sqlx::FromRow)]
struct HoldingRow {
    id: String,
    person: String,
    post: String,
    from_ms: i64,
    until_ms: Option<i64>,
    replaces: Option<String>,
    origin: String,
    proposed_by: Option<String>,
    proposed_at_ms: i64,
    state: String,
    settled_by: Option<String>,
    settled_at_ms: Option<i64>,
    ended_by: Option<String>,
    ended_at_ms: Option<i64>,
    reason: Option<String>,
}

const HOLDING: &str = "id, person, post, from_ms, until_ms, replaces, origin, proposed_by, proposed_at_ms, state, \
                       settled_by, settled_at_ms, ended_by, ended_at_ms, reason";

/// Who did something when, out of two columns; `None`: it was not done.
pub(crate) fn mark(by: Option<&str>, at: Option<i64>) -> Result<Option<Mark>, StoreError> {
    let Some(at) = at else { return Ok(None) };
    Ok(Some(Mark {
        by: by.map(|by| id(by, PersonId::new)).transpose()?,
        at: moment(at)?,
    }))
}

fn missing(what: &str) -> StoreError {
    StoreError::corrupt("holding", format!("{what} is missing"))
}

impl HoldingRow {
    fn state(&self) -> Result<HoldingState, StoreError> {
        let settled = mark(self.settled_by.as_deref(), self.settled_at_ms)?;
        let reason = self.reason.clone().unwrap_or_default();
        Ok(match self.state.as_str() {
            "proposed" => HoldingState::Proposed,
            "agreed" => HoldingState::Agreed(settled.ok_or_else(|| missing("who agreed"))?),
            "refused" => HoldingState::Refused {
                mark: settled.ok_or_else(|| missing("who refused"))?,
                reason,
            },
            "ended" => HoldingState::Ended {
                agreed: settled,
                mark: mark(self.ended_by.as_deref(), self.ended_at_ms)?
                    .ok_or_else(|| missing("who ended it"))?,
                reason,
            },
            other => return Err(missing(&format!("a state in the place of {other:?}"))),
        })
    }
}

impl TryFrom<HoldingRow> for Holding {
    type Error = StoreError;

    fn try_from(row: HoldingRow) -> Result<Self, Self::Error> {
        let proposed_by = row
            .proposed_by
            .as_deref()
            .map(|by| id(by, PersonId::new))
            .transpose()?;
        let origin = word(&row.origin, |origin| match (origin, proposed_by) {
            ("proposal", Some(by)) => Some(Origin::Proposal { by }),
            ("bootstrap", None) => Some(Origin::Bootstrap),
            ("adopted", None) => Some(Origin::Adopted),
            _ => None,
        })?;
        let validity = Validity::new(moment(row.from_ms)?, row.until_ms.map(moment).transpose()?);
        Ok(Self {
            id: id(&row.id, HoldingId::new)?,
            grant: Grant {
                person: id(&row.person, PersonId::new)?,
                post: id(&row.post, PostId::new)?,
                validity: validity.map_err(|error| StoreError::corrupt("holding", error))?,
                replaces: row
                    .replaces
                    .as_deref()
                    .map(|replaced| id(replaced, HoldingId::new))
                    .transpose()?,
            },
            origin,
            proposed_at: moment(row.proposed_at_ms)?,
            state: row.state()?,
        })
    }
}

/// Who holds which post.
#[derive(Debug)]
pub struct HoldingRepository<'c>(pub Conn<'c>);

impl HoldingRepository<'_> {
    /// Enters what somebody asked for. It gives no right.
    pub async fn propose(self, key: HoldingId, proposal: &Proposal<Grant>) -> Result<(), StoreError> {
        let (by, at) = (Some(proposal.by), proposal.at);
        self.insert(key, &proposal.what, "proposal", "proposed", by, at)
            .await
    }

    /// Enters a holding that the archive makes itself, at its beginning or for an account of an earlier version.
    pub async fn begin(
        self,
        key: HoldingId,
        grant: &Grant,
        origin: Origin,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.insert(key, grant, origin.id(), "agreed", None, at).await
    }

    async fn insert(
        self,
        key: HoldingId,
        grant: &Grant,
        origin: &str,
        state: &str,
        by: Option<PersonId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO holdings (id, person, post, from_ms, until_ms, replaces, origin, proposed_by,
                   proposed_at_ms, state, settled_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(key.to_string())
            .bind(grant.person.to_string())
            .bind(grant.post.to_string())
            .bind(grant.validity.from().as_millisecond())
            .bind(grant.validity.until().map(|until| until.as_millisecond()))
            .bind(grant.replaces.map(|replaced| replaced.to_string()))
            .bind(origin)
            .bind(by.map(|by| by.to_string()))
            .bind(at.as_millisecond())
            .bind(state)
            .bind((state == "agreed").then(|| at.as_millisecond()))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Makes a proposed holding effective: only what two persons agreed on can be handed in.
    pub async fn put_agreed(self, key: HoldingId, agreed: &Agreed<Grant>) -> Result<(), StoreError> {
        let sql = "UPDATE holdings SET state = 'agreed', settled_by = $1, settled_at_ms = $2, from_ms = $3
                   WHERE id = $4 AND state = 'proposed' AND proposed_by = $5 AND person = $6 AND post = $7";
        let grant = agreed.what();
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(agreed.agreed_by().to_string())
            .bind(agreed.at().as_millisecond())
            .bind(grant.validity.from().as_millisecond())
            .bind(key.to_string())
            .bind(agreed.proposed_by().to_string())
            .bind(grant.person.to_string())
            .bind(grant.post.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Refuses what was proposed.
    pub async fn put_refused(
        self,
        key: HoldingId,
        by: PersonId,
        at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE holdings SET state = 'refused', settled_by = $1, settled_at_ms = $2, reason = $3
                   WHERE id = $4 AND state = 'proposed'";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(by.to_string())
            .bind(at.as_millisecond())
            .bind(reason)
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Withdraws what was proposed, or ends what holds.
    pub async fn put_ended(
        self,
        key: HoldingId,
        by: PersonId,
        at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE holdings SET state = 'ended', ended_by = $1, ended_at_ms = $2, reason = $3
                   WHERE id = $4 AND state IN ('proposed', 'agreed')";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(by.to_string())
            .bind(at.as_millisecond())
            .bind(reason)
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Sets the end of a holding that goes over to somebody else later.
    pub async fn put_until(self, key: HoldingId, until: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE holdings SET until_ms = $1 WHERE id = $2 AND state = 'agreed'";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(until.as_millisecond())
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// One of them.
    pub async fn find(self, key: HoldingId) -> Result<Option<Holding>, StoreError> {
        let sql = format!("SELECT {HOLDING} FROM holdings WHERE id = $1");
        let row: Option<HoldingRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(key.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Holding::try_from).transpose()
    }

    /// Every holding of a person, also those that are over.
    pub async fn of_person(self, person: PersonId) -> Result<Vec<Holding>, StoreError> {
        let sql = format!("SELECT {HOLDING} FROM holdings WHERE person = $1 ORDER BY id");
        let rows: Vec<HoldingRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(person.to_string())
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Holding::try_from).collect()
    }

    /// Holdings of a post that are proposed, or agreed and not over at `at`.
    pub async fn of_post(self, post: PostId, at: Timestamp) -> Result<Vec<Holding>, StoreError> {
        let sql = format!(
            "SELECT {HOLDING} FROM holdings WHERE post = $1 AND state IN ('proposed', 'agreed')
             AND (until_ms IS NULL OR until_ms > $2) ORDER BY id"
        );
        let rows: Vec<HoldingRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(post.to_string())
            .bind(at.as_millisecond())
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Holding::try_from).collect()
    }

    /// What was proposed and not settled, the oldest first, after one of them.
    pub async fn waiting(self, after: Option<&str>, limit: i64) -> Result<Vec<Holding>, StoreError> {
        let sql = format!(
            "SELECT {HOLDING} FROM holdings WHERE state = 'proposed' AND id > $1 ORDER BY id LIMIT $2"
        );
        let rows: Vec<HoldingRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.unwrap_or(""))
            .bind(limit)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Holding::try_from).collect()
    }

    /// The holdings of a person that count against others: proposed, or agreed and not over; with their posts.
    pub async fn standing_of(
        mut self,
        person: PersonId,
        at: Timestamp,
    ) -> Result<Vec<(Holding, Post)>, StoreError> {
        let holdings = HoldingRepository(self.0.reborrow()).of_person(person).await?;
        let mut standing = Vec::new();
        for holding in holdings {
            let counts = matches!(holding.state, HoldingState::Proposed | HoldingState::Agreed(_));
            if !counts || holding.grant.validity.is_over(at) {
                continue;
            }
            let post = PostRepository(self.0.reborrow()).find(holding.grant.post).await?;
            standing.push((holding, post.ok_or_else(|| missing("its post"))?));
        }
        Ok(standing)
    }

    /// Whether a role was ever held by anybody.
    pub async fn was_held(self, role: Role) -> Result<bool, StoreError> {
        let sql = "SELECT COUNT(*) FROM holdings h JOIN posts p ON p.id = h.post
                   WHERE p.role = $1 AND h.settled_at_ms IS NOT NULL AND h.state <> 'refused'";
        let count: i64 = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(role.id())
            .fetch_one(&mut *c)
            .await)?;
        Ok(count > 0)
    }

    /// How many persons can act in a role at a moment, without an end of their post or of their account.
    pub async fn able(self, role: Role, at: Timestamp) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(DISTINCT h.person) FROM holdings h JOIN posts p ON p.id = h.post
                   JOIN accounts a ON a.person = h.person
                   WHERE p.role = $1 AND h.state = 'agreed' AND h.from_ms <= $2 AND h.until_ms IS NULL
                   AND a.state = 'active' AND a.expires_at_ms IS NULL";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(role.id())
            .bind(at.as_millisecond())
            .fetch_one(&mut *c)
            .await)?)
    }
}

fn one(touched: u64) -> Result<(), StoreError> {
    match touched {
        1 => Ok(()),
        _ => Err(StoreError::Missing("holding")),
    }
}
