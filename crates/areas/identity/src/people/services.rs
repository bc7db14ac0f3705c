//! Programs with an account: what they may do hangs on their tokens.

use super::account::{Account, AccountKind, AccountState, Standing};
use super::accounts::insert;
use super::change::{Actor, Change, People};
use super::error::PeopleError;
use super::person::{Person, PersonKind};
use super::token::{NewToken, PREFIX, Token, TokenSecret, TokenState, digest_of};
use super::words::{check_account_name, check_name, check_reason};
use crate::password::KeptPassword;
use crate::repository::people_persons::{AccountRepository, PersonRepository};
use crate::repository::people_tokens::TokenRepository;
use jiff::{SignedDuration, Timestamp};
use lantai_database::{Conn, Database};
use lantai_domain::access::{Action, Hat};
use lantai_domain::{PersonId, Proposal};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How exactly the last use of a token is kept.
const USE_KEPT: SignedDuration = SignedDuration::from_secs(60);

/// A program that showed a token that opens something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Name of its account.
    pub account: String,
    /// The token.
    pub token: Uuid,
    /// Under which hat it acts.
    pub hat: Hat,
    /// What of the hat's rights it may use.
    pub actions: BTreeSet<Action>,
    /// When it was last used.
    last_used: Option<Timestamp>,
}

impl Service {
    /// Keeps that the token is in use; to the minute, so that reading does not write each time.
    pub async fn note_use(&self, database: &Database, now: Timestamp) -> Result<(), PeopleError> {
        if self
            .last_used
            .is_some_and(|used| now.duration_since(used) < USE_KEPT)
        {
            return Ok(());
        }
        // a heartbeat: what the program did leaves its own events
        let mut work = database.begin_upkeep().await?.unaudited();
        TokenRepository(work.conn()).put_used(self.token, now).await?;
        Ok(work.commit().await?)
    }
}

/// The program that shows a token; `None`: the token opens nothing.
pub async fn service_of(
    mut conn: Conn<'_>,
    token: &str,
    now: Timestamp,
) -> Result<Option<Service>, PeopleError> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    let found = TokenRepository(conn.reborrow())
        .by_digest(&digest_of(token))
        .await?;
    let Some(token) = found.filter(|token| token.expires_at > now) else {
        return Ok(None);
    };
    let account = AccountRepository(conn).find(&token.account).await?;
    let able = account.is_some_and(|account| {
        matches!(
            account.standing(now),
            Standing::Able {
                kind: AccountKind::Service,
                ..
            }
        )
    });
    Ok(able.then(|| Service {
        hat: token.scope.hat(None),
        account: token.account,
        token: token.id,
        actions: token.actions,
        last_used: token.last_used,
    }))
}

async fn find(change: &mut Change, id: Uuid) -> Result<Token, PeopleError> {
    let found = TokenRepository(change.conn()).find(id).await?;
    found.ok_or(PeopleError::NotFound)
}

impl People {
    /// Makes an account for a program. It comes to life with the first token that somebody else agrees to.
    pub async fn create_service(
        &self,
        actor: Actor,
        account: &str,
        name: &str,
    ) -> Result<PersonId, PeopleError> {
        let (account, name) = (check_account_name(account)?, check_name(name)?);
        let mut change = self.change().await?;
        let person = Person {
            id: PersonId::new(self.ids.next()),
            kind: PersonKind::Service,
            name,
            institution: None,
            created_by: Some(actor.person),
            created_at: change.now,
        };
        PersonRepository(change.conn()).insert(&person).await?;
        let account = Account {
            name: account,
            person: Some(person.id),
            kind: AccountKind::Service,
            state: AccountState::Inactive,
            expires_at: None,
            proposed: Some((actor.person, change.now)),
            settled: None,
            reason: None,
        };
        insert(&mut change, &account, &KeptPassword::none()).await?;
        change.commit().await?;
        Ok(person.id)
    }

    /// Asks for a token. Its secret is shown this once; it opens nothing before somebody else agrees.
    pub async fn propose_token(
        &self,
        actor: Actor,
        account: &str,
        new: NewToken,
    ) -> Result<(Uuid, TokenSecret), PeopleError> {
        let mut change = self.change().await?;
        let new = new.checked(change.now)?;
        let found = AccountRepository(change.conn()).find(account).await?;
        let found = found.ok_or(PeopleError::NotFound)?;
        if found.kind != AccountKind::Service {
            return Err(PeopleError::NotFound);
        }
        if found.state == AccountState::Disabled {
            return Err(PeopleError::WrongState(found.state.id()));
        }
        let (id, secret) = (self.ids.next(), TokenSecret::random()?);
        let proposal = Proposal::new(new, actor.person, change.now);
        TokenRepository(change.conn())
            .propose(id, account, &secret.digest(), &proposal)
            .await?;
        change.commit().await?;
        Ok((id, secret))
    }

    /// Agrees to a token that somebody else asked for, and to its account where that is new.
    pub async fn agree_to_token(&self, actor: Actor, id: Uuid) -> Result<(), PeopleError> {
        let mut change = self.change().await?;
        let token = find(&mut change, id).await?;
        if token.state != TokenState::Proposed {
            return Err(PeopleError::WrongState(token.state.id()));
        }
        if token.expires_at <= change.now {
            return Err(PeopleError::Validity);
        }
        let (by, at) = token.proposed;
        let agreed = Proposal::new(token.id, by, at).agree(actor.person, change.now)?;
        TokenRepository(change.conn()).put_agreed(&agreed).await?;
        let account = AccountRepository(change.conn()).find(&token.account).await?;
        let account = account.ok_or(PeopleError::NotFound)?;
        match (account.state, account.proposed) {
            (AccountState::Inactive, Some((by, at))) => {
                let agreed = Proposal::new(account.name, by, at).agree(actor.person, change.now)?;
                AccountRepository(change.conn()).put_active(&agreed).await?;
            }
            (AccountState::Active, _) => {}
            (state, _) => return Err(PeopleError::WrongState(state.id())),
        }
        change.commit().await
    }

    /// Refuses a token that somebody else asked for.
    pub async fn refuse_token(&self, actor: Actor, id: Uuid, reason: &str) -> Result<(), PeopleError> {
        let reason = check_reason(reason)?;
        let mut change = self.change().await?;
        let token = find(&mut change, id).await?;
        if token.state != TokenState::Proposed {
            return Err(PeopleError::WrongState(token.state.id()));
        }
        let now = change.now;
        TokenRepository(change.conn())
            .put_refused(id, actor.person, now, &reason)
            .await?;
        change.commit().await
    }

    /// Revokes a token, or withdraws one that was asked for; at once.
    pub async fn revoke_token(&self, actor: Actor, id: Uuid, reason: &str) -> Result<(), PeopleError> {
        let reason = check_reason(reason)?;
        let mut change = self.change().await?;
        let token = find(&mut change, id).await?;
        if !matches!(token.state, TokenState::Proposed | TokenState::Agreed(_)) {
            return Err(PeopleError::WrongState(token.state.id()));
        }
        let now = change.now;
        TokenRepository(change.conn())
            .put_revoked(id, actor.person, now, &reason)
            .await?;
        change.commit().await
    }
}
