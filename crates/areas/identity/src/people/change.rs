//! A change of people: one after the other, and never so that nobody could administer the archive any more.

use super::error::PeopleError;
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::PersonRepository;
use jiff::Timestamp;
use lantai_database::{Conn, Database, UnitOfWork};
use lantai_domain::audit::AuditNote;
use lantai_domain::{Clock, IdSource, PersonId, Role, Viewer};
use std::sync::Arc;

/// The administrators without whom nobody could be appointed, confirmed or watched.
pub(crate) const NEEDED: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// Who does something: a person who signed in. Programs and the command line decide nothing about people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
}

impl Actor {
    /// Whoever asks, if it is a person.
    pub fn of(viewer: &Viewer) -> Result<Self, PeopleError> {
        let person = viewer.person().ok_or(PeopleError::NoPerson)?;
        Ok(Self { person })
    }

    /// Refuses whoever decides on themselves.
    pub(crate) fn is_not(self, concerned: PersonId) -> Result<(), PeopleError> {
        match self.person == concerned {
            true => Err(PeopleError::OwnMatter),
            false => Ok(()),
        }
    }
}

/// Where people are managed.
#[derive(Clone)]
pub struct People {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

/// A change under way; no other one runs beside it. Dropped without commit, nothing happened.
pub(crate) struct Change {
    work: UnitOfWork,
    pub now: Timestamp,
    able: [i64; NEEDED.len()],
}

async fn count_able(work: &mut UnitOfWork, now: Timestamp) -> Result<[i64; NEEDED.len()], PeopleError> {
    let mut able = [0; NEEDED.len()];
    for (place, role) in NEEDED.into_iter().enumerate() {
        if let Some(count) = able.get_mut(place) {
            *count = HoldingRepository(work.conn()).able(role, now).await?;
        }
    }
    Ok(able)
}

impl People {
    /// Manages people of a database.
    pub fn new(database: Database, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { database, clock, ids }
    }

    /// Begins a change.
    pub(crate) async fn change(&self) -> Result<Change, PeopleError> {
        Change::begin(&self.database, self.clock.now()).await
    }
}

impl Change {
    pub async fn begin(database: &Database, now: Timestamp) -> Result<Self, PeopleError> {
        let mut work = database.begin_upkeep().await?;
        PersonRepository(work.conn()).hold_people().await?;
        let able = count_able(&mut work, now).await?;
        Ok(Self { work, now, able })
    }

    pub fn conn(&mut self) -> Conn<'_> {
        self.work.conn()
    }

    /// Tells the audit trail of the change in words of its own, where no request around it does.
    pub fn note(&mut self, note: AuditNote) {
        self.work.note(note);
    }

    /// Makes the change durable, unless it took the last administrator of a kind away.
    pub async fn commit(mut self) -> Result<(), PeopleError> {
        let able = count_able(&mut self.work, self.now).await?;
        for ((role, before), after) in NEEDED.into_iter().zip(self.able).zip(able) {
            if before > 0 && after == 0 {
                return Err(PeopleError::LastAdministrator(role));
            }
        }
        Ok(self.work.commit().await?)
    }
}
