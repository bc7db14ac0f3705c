//! Granting a post: asked for by one, agreed to by another; taken away at once.

use super::change::{Actor, Change, People};
use super::error::PeopleError;
use super::holding::{Grant, Holding, HoldingState, Origin, Validity};
use super::person::PersonKind;
use super::post::Post;
use super::words::check_reason;
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::PersonRepository;
use crate::repository::people_places::PostRepository;
use jiff::Timestamp;
use lantai_domain::{HoldingId, PersonId, Proposal, Role};

async fn holding(change: &mut Change, id: HoldingId) -> Result<Holding, PeopleError> {
    let found = HoldingRepository(change.conn()).find(id).await?;
    found.ok_or(PeopleError::NotFound)
}

async fn open_post(change: &mut Change, grant: &Grant) -> Result<Post, PeopleError> {
    let post = PostRepository(change.conn()).find(grant.post).await?;
    match post {
        None => Err(PeopleError::NotFound),
        Some(post) if post.closed_at.is_some() => Err(PeopleError::Closed),
        Some(post) => Ok(post),
    }
}

/// Whether a person may come to hold a post besides everything they hold or are to hold; `own` is the holding itself,
/// where it was entered already.
async fn check_duties(
    change: &mut Change,
    grant: &Grant,
    post: &Post,
    own: Option<HoldingId>,
) -> Result<(), PeopleError> {
    let now = change.now;
    let standing = HoldingRepository(change.conn())
        .standing_of(grant.person, now)
        .await?;
    let others = standing.iter().filter(|(holding, _)| Some(holding.id) != own);
    let mut roles: Vec<Role> = Vec::new();
    for (_, other) in others {
        if other.id == post.id {
            return Err(PeopleError::HeldAlready);
        }
        roles.push(other.scope.role());
    }
    Ok(Role::join_all(roles, post.scope.role())?)
}

fn agreed_or_wrong(holding: &Holding, now: Timestamp) -> Result<(), PeopleError> {
    match holding.state {
        HoldingState::Agreed(_) if !holding.grant.validity.is_over(now) => Ok(()),
        _ => Err(PeopleError::WrongState(holding.state.id())),
    }
}

impl People {
    /// Asks that a person hold a post. It gives no right before somebody else agrees.
    pub async fn propose(&self, actor: Actor, grant: Grant) -> Result<HoldingId, PeopleError> {
        let mut change = self.change().await?;
        let id = self.enter(&mut change, actor, grant).await?;
        change.commit().await?;
        Ok(id)
    }

    async fn enter(&self, change: &mut Change, actor: Actor, grant: Grant) -> Result<HoldingId, PeopleError> {
        actor.is_not(grant.person)?;
        if grant.validity.is_over(change.now) {
            return Err(PeopleError::Validity);
        }
        let person = PersonRepository(change.conn()).find(grant.person).await?;
        if person.ok_or(PeopleError::NotFound)?.kind != PersonKind::Staff {
            return Err(PeopleError::NotStaff);
        }
        let post = open_post(change, &grant).await?;
        check_duties(change, &grant, &post, None).await?;
        let id = HoldingId::new(self.ids.next());
        let proposal = Proposal::new(grant, actor.person, change.now);
        HoldingRepository(change.conn()).propose(id, &proposal).await?;
        Ok(id)
    }

    /// Asks that a post go over from who holds it to somebody else (交接): the one holding ends when the other begins,
    /// and neither before somebody else agreed.
    pub async fn hand_over(
        &self,
        actor: Actor,
        from: HoldingId,
        to: PersonId,
        validity: Validity,
    ) -> Result<HoldingId, PeopleError> {
        let mut change = self.change().await?;
        let held = holding(&mut change, from).await?;
        actor.is_not(held.grant.person)?;
        agreed_or_wrong(&held, change.now)?;
        let grant = Grant {
            person: to,
            post: held.grant.post,
            validity,
            replaces: Some(from),
        };
        let id = self.enter(&mut change, actor, grant).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Agrees to what somebody else asked for. It holds from now on, or from the later day that was asked for.
    pub async fn agree(&self, actor: Actor, id: HoldingId) -> Result<(), PeopleError> {
        let mut change = self.change().await?;
        let Holding {
            grant,
            origin,
            proposed_at,
            state,
            ..
        } = holding(&mut change, id).await?;
        let (HoldingState::Proposed, Origin::Proposal { by }) = (&state, origin) else {
            return Err(PeopleError::WrongState(state.id()));
        };
        actor.is_not(grant.person)?;
        let post = open_post(&mut change, &grant).await?;
        check_duties(&mut change, &grant, &post, Some(id)).await?;
        let begins = grant.validity.from().max(change.now);
        let grant = Grant {
            validity: Validity::new(begins, grant.validity.until())?,
            ..grant
        };
        if let Some(replaced) = grant.replaces {
            give_up(&mut change, actor, replaced, begins).await?;
        }
        let agreed = Proposal::new(grant, by, proposed_at).agree(actor.person, change.now)?;
        HoldingRepository(change.conn()).put_agreed(id, &agreed).await?;
        change.commit().await
    }

    /// Refuses what somebody else asked for.
    pub async fn refuse(&self, actor: Actor, id: HoldingId, reason: &str) -> Result<(), PeopleError> {
        let reason = check_reason(reason)?;
        let mut change = self.change().await?;
        let found = holding(&mut change, id).await?;
        if found.state != HoldingState::Proposed {
            return Err(PeopleError::WrongState(found.state.id()));
        }
        actor.is_not(found.grant.person)?;
        let now = change.now;
        HoldingRepository(change.conn())
            .put_refused(id, actor.person, now, &reason)
            .await?;
        change.commit().await
    }

    /// Withdraws what was asked for, or takes a post away; at once.
    pub async fn end(&self, actor: Actor, id: HoldingId, reason: &str) -> Result<(), PeopleError> {
        let reason = check_reason(reason)?;
        let mut change = self.change().await?;
        let found = holding(&mut change, id).await?;
        if !matches!(found.state, HoldingState::Proposed | HoldingState::Agreed(_)) {
            return Err(PeopleError::WrongState(found.state.id()));
        }
        actor.is_not(found.grant.person)?;
        let now = change.now;
        HoldingRepository(change.conn())
            .put_ended(id, actor.person, now, &reason)
            .await?;
        change.commit().await
    }
}

/// Ends the holding whose post goes over: now, or on the later day on which the other one begins.
async fn give_up(
    change: &mut Change,
    actor: Actor,
    replaced: HoldingId,
    begins: Timestamp,
) -> Result<(), PeopleError> {
    let now = change.now;
    let held = holding(change, replaced).await?;
    // who hands over decides on it as little as who takes over
    actor.is_not(held.grant.person)?;
    if agreed_or_wrong(&held, now).is_err() {
        // it ended meanwhile by itself: the post is free
        return Ok(());
    }
    if begins <= now || held.grant.validity.from() >= begins {
        let repository = HoldingRepository(change.conn());
        return Ok(repository
            .put_ended(replaced, actor.person, now, "handed over")
            .await?);
    }
    if held.grant.validity.until().is_none_or(|until| until > begins) {
        HoldingRepository(change.conn())
            .put_until(replaced, begins)
            .await?;
    }
    Ok(())
}
