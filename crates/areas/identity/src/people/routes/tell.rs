//! What is told of people.

use super::super::account::Account;
use super::super::error::PeopleError;
use super::super::holding::{Holding, HoldingState, Origin};
use super::super::institution::Institution;
use super::super::person::Person;
use super::super::post::{Post, Scope};
use super::PeopleState;
use super::bodies::{
    AccountBody, HoldingBody, InstitutionBody, PersonBody, PersonNameBody, PostBody, ScopeBody,
};
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::{AccountRepository, PersonRepository};
use crate::repository::people_places::PostRepository;
use jiff::Timestamp;
use lantai_database::Reader;
use lantai_domain::access::{Action, Hat, Purpose, Span};
use lantai_domain::{PersonId, PostId};
use std::collections::{BTreeMap, BTreeSet};

/// Tells of people; what it read once it does not read again.
pub(super) struct Teller<'s> {
    state: &'s PeopleState,
    pub reader: Reader,
    pub now: Timestamp,
    names: BTreeMap<PersonId, String>,
    posts: BTreeMap<PostId, Post>,
}

fn values(span: &Span) -> Option<Vec<String>> {
    match span {
        Span::All => None,
        Span::Only(values) => Some(values.iter().cloned().collect()),
    }
}

/// What is told of an institution.
pub(super) fn institution(found: &Institution) -> InstitutionBody {
    InstitutionBody {
        id: found.id.uuid(),
        parent: found.parent.map(|parent| parent.uuid()),
        kind: found.kind.id().to_owned(),
        name: found.name.clone(),
        closed_at: found.closed_at.map(|at| at.to_string()),
    }
}

impl<'s> Teller<'s> {
    pub async fn new(state: &'s PeopleState) -> Result<Self, PeopleError> {
        Ok(Self {
            state,
            reader: state.database().read().await?,
            now: state.now(),
            names: BTreeMap::new(),
            posts: BTreeMap::new(),
        })
    }

    /// A person by name.
    pub async fn person_name(&mut self, id: PersonId) -> Result<PersonNameBody, PeopleError> {
        if !self.names.contains_key(&id) {
            let found = PersonRepository(self.reader.conn()).find(id).await?;
            self.names
                .insert(id, found.map(|person| person.name).unwrap_or_default());
        }
        Ok(PersonNameBody {
            id: id.uuid(),
            name: self.names.get(&id).cloned().unwrap_or_default(),
        })
    }

    /// A post.
    pub async fn post(&mut self, id: PostId) -> Result<Post, PeopleError> {
        if let Some(post) = self.posts.get(&id) {
            return Ok(post.clone());
        }
        let found = PostRepository(self.reader.conn()).find(id).await?;
        let post = found.ok_or(PeopleError::NotFound)?;
        self.posts.insert(id, post.clone());
        Ok(post)
    }

    /// What a scope allows, as the policies have it; `only`: what a token may use of it.
    pub fn scope(&self, scope: &Scope, only: Option<&BTreeSet<Action>>) -> ScopeBody {
        let allowed = self.rights(&[scope.hat(None)]);
        let actions = allowed
            .into_iter()
            .filter(|action| only.is_none_or(|only| only.contains(action)));
        ScopeBody {
            role: scope.role().id().to_owned(),
            fonds: values(scope.fonds()),
            categories: values(scope.categories()),
            clearance: scope.clearance().name().to_owned(),
            actions: actions.map(|action| action.id().to_owned()).collect(),
        }
    }

    fn rights(&self, hats: &[Hat]) -> BTreeSet<Action> {
        let rights = self.state.gatekeeper.rights(hats, Purpose::Unsaid, self.now);
        match rights {
            Ok(rights) => rights.actions().collect(),
            Err(error) => {
                tracing::error!(error = %error, "the gate could not be asked");
                BTreeSet::new()
            }
        }
    }

    /// A holding.
    pub async fn holding(&mut self, held: &Holding) -> Result<HoldingBody, PeopleError> {
        let post = self.post(held.grant.post).await?;
        let (settled, reason) = match &held.state {
            HoldingState::Proposed => (None, None),
            HoldingState::Agreed(mark) => (Some(mark), None),
            HoldingState::Refused { mark, reason } | HoldingState::Ended { mark, reason, .. } => {
                (Some(mark), Some(reason.clone()))
            }
        };
        let proposed_by = match held.origin {
            Origin::Proposal { by } => Some(self.person_name(by).await?),
            Origin::Bootstrap | Origin::Adopted => None,
        };
        let settled_by = match settled.and_then(|mark| mark.by) {
            Some(by) => Some(self.person_name(by).await?),
            None => None,
        };
        Ok(HoldingBody {
            id: held.id.uuid(),
            person: self.person_name(held.grant.person).await?,
            post: post.id.uuid(),
            post_name: post.name,
            role: post.scope.role().id().to_owned(),
            from: held.grant.validity.from().to_string(),
            until: held.grant.validity.until().map(|until| until.to_string()),
            state: held.state.id().to_owned(),
            is_effective: held.is_effective(self.now),
            origin: held.origin.id().to_owned(),
            proposed_by,
            proposed_at: held.proposed_at.to_string(),
            settled_by,
            settled_at: settled.map(|mark| mark.at.to_string()),
            reason,
        })
    }

    /// A post with its holders.
    pub async fn post_body(&mut self, post: &Post) -> Result<PostBody, PeopleError> {
        let held = HoldingRepository(self.reader.conn())
            .of_post(post.id, self.now)
            .await?;
        self.posts.insert(post.id, post.clone());
        let mut holdings = Vec::with_capacity(held.len());
        for holding in &held {
            holdings.push(self.holding(holding).await?);
        }
        Ok(PostBody {
            id: post.id.uuid(),
            institution: post.institution.uuid(),
            name: post.name.clone(),
            scope: self.scope(&post.scope, None),
            holdings,
        })
    }

    /// An account.
    pub fn account(&self, account: &Account) -> AccountBody {
        AccountBody {
            name: account.name.clone(),
            kind: account.kind.id().to_owned(),
            state: account.state.id().to_owned(),
            expires_at: account.expires_at.map(|end| end.to_string()),
            is_expired: account.expires_at.is_some_and(|end| end <= self.now),
            reason: account.reason.clone(),
        }
    }

    /// A person with account and posts.
    pub async fn person(
        &mut self,
        person: &Person,
        asker: Option<PersonId>,
    ) -> Result<PersonBody, PeopleError> {
        self.names.insert(person.id, person.name.clone());
        let account = AccountRepository(self.reader.conn()).of_person(person.id).await?;
        let held = HoldingRepository(self.reader.conn()).of_person(person.id).await?;
        let mut holdings = Vec::with_capacity(held.len());
        for holding in &held {
            holdings.push(self.holding(holding).await?);
        }
        Ok(PersonBody {
            id: person.id.uuid(),
            kind: person.kind.id().to_owned(),
            name: person.name.clone(),
            institution: person.institution.map(|institution| institution.uuid()),
            account: account.map(|account| self.account(&account)),
            holdings,
            is_self: asker == Some(person.id),
        })
    }
}
