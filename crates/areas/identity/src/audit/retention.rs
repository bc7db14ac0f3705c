//! Letting the oldest part of the trail go: by rule, proposed by one, agreed to by another, never by itself.

use super::error::AuditError;
use super::segments;
use super::trail::AuditTrail;
use crate::repository::audit::AuditRepository;
use crate::repository::audit_retirements::{RetirementRepository, StoredRetirement};
use jiff::Timestamp;
use lantai_database::Database;
use lantai_domain::audit::{AUDIT_OBJECT, AuditAnchor, AuditNote, AuditObject, EventClass};
use lantai_domain::{Agreed, Fact, IdSource, JournalEntry, PersonId, Proposal};
use serde::Deserialize;
use std::path::Path;

const BUILTIN: &str = include_str!("../../../../../rules/audit.toml");
/// Six months: less is not lawful.
const LEAST_DAYS: u32 = 183;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How long the trail is kept: `rules/audit.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRules {
    /// Their version.
    pub version: String,
    /// Every event is kept at least so many days.
    pub keep_days: u32,
    /// Whether what tells of changes of records is kept as long as these.
    pub changes_as_long_as_records: bool,
}

impl RetentionRules {
    /// Reads rules; less than the law demands is refused.
    pub fn from_toml(text: &str) -> Result<Self, AuditError> {
        let unusable = |reason: String| AuditError::Rules {
            name: "audit.toml",
            reason,
        };
        let rules: Self = toml::from_str(text).map_err(|error| unusable(error.message().to_owned()))?;
        if rules.keep_days < LEAST_DAYS {
            return Err(unusable(format!("keep_days must be {LEAST_DAYS} at least")));
        }
        Ok(rules)
    }

    /// Those of a data folder, or else those of the program.
    pub fn of_folder(rules: &Path) -> Result<Self, AuditError> {
        match std::fs::read_to_string(rules.join("audit.toml")) {
            Ok(text) => Self::from_toml(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::from_toml(BUILTIN),
            Err(error) => Err(AuditError::Rules {
                name: "audit.toml",
                reason: error.to_string(),
            }),
        }
    }
}

/// How much of the trail may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retirable {
    /// Number of the last event that may go; 0: none may.
    pub up_to: u64,
    /// Number of the event that keeps all after it; `None`: only its age does.
    pub kept_by: Option<u64>,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetirementState {
    /// Nobody has decided.
    Proposed,
    /// It was agreed to and carried out.
    Agreed,
    /// It was refused.
    Refused,
}

impl RetirementState {
    /// As it is stored.
    pub fn id(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed => "agreed",
            Self::Refused => "refused",
        }
    }
}

/// What is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Prefix {
    id: String,
    anchor: AuditAnchor,
    rules: String,
    reason: String,
}

/// Somebody who proposes or decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The person.
    pub person: PersonId,
    /// Their account.
    pub name: String,
}

/// How much may go now.
pub async fn retirable(
    database: &Database,
    rules: &RetentionRules,
    now: Timestamp,
) -> Result<Retirable, AuditError> {
    let limit = now.as_millisecond() - i64::from(rules.keep_days) * DAY_MS;
    let mut reader = database.read().await?;
    let mut up_to = AuditRepository(reader.conn()).last_before(limit).await?;
    if let Some(young) = AuditRepository(reader.conn()).first_since(limit, up_to).await? {
        up_to = young.saturating_sub(1);
    }
    let mut kept_by = None;
    if rules.changes_as_long_as_records
        && let Some(first) = AuditRepository(reader.conn())
            .first_of_held_records(up_to)
            .await?
    {
        up_to = first.saturating_sub(1);
        kept_by = Some(first);
    }
    Ok(Retirable { up_to, kept_by })
}

/// Proposes that the trail be removed up to an event.
pub async fn propose(
    database: &Database,
    rules: &RetentionRules,
    ids: &dyn IdSource,
    now: Timestamp,
    by: &Decider,
    up_to: u64,
    reason: &str,
) -> Result<StoredRetirement, AuditError> {
    let reason = checked_reason(reason)?;
    let most = retirable(database, rules, now).await?;
    if up_to == 0 || up_to > most.up_to {
        return Err(AuditError::Kept { last: most.up_to });
    }
    let mut work = database.begin_upkeep().await?;
    let event = AuditRepository(work.conn()).find(up_to).await?;
    let event = event.ok_or(AuditError::NotFound)?;
    let proposal = StoredRetirement {
        id: ids.next().to_string(),
        up_to_seq: i64::try_from(up_to).unwrap_or(i64::MAX),
        hash: event.hash,
        reason: reason.to_owned(),
        rules: rules.version.clone(),
        proposed_by: by.person.to_string(),
        proposed_name: by.name.clone(),
        proposed_at_ms: now.as_millisecond(),
        state: RetirementState::Proposed.id().to_owned(),
        decided_by: None,
        decided_name: None,
        decided_at_ms: None,
    };
    RetirementRepository(work.conn()).insert(&proposal).await?;
    work.note(event_of("propose_audit_retirement", &proposal, now));
    work.commit().await?;
    Ok(proposal)
}

fn event_of(action: &str, proposal: &StoredRetirement, now: Timestamp) -> AuditNote {
    let mut note = AuditNote::new(EventClass::Audit, action, now)
        .on(AuditObject::new("audit_retirement", proposal.id.clone()))
        .basis(format!("rules/audit.toml {}", proposal.rules));
    note.count = u64::try_from(proposal.up_to_seq).ok();
    note
}

/// What a reason must be.
pub(super) fn checked_reason(reason: &str) -> Result<&str, AuditError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(AuditError::ReasonMissing);
    }
    Ok(reason)
}

/// Decides on a proposal, as somebody else than who made it. What is agreed to is carried out at once: the events go, and
/// the journal keeps the number and hash of the last of them.
pub async fn decide(
    trail: &AuditTrail,
    rules: &RetentionRules,
    now: Timestamp,
    by: &Decider,
    id: &str,
    is_agreed: bool,
) -> Result<StoredRetirement, AuditError> {
    let database = &trail.database;
    let mut reader = database.read().await?;
    let found = RetirementRepository(reader.conn()).find(id).await?;
    drop(reader);
    let stored = found.ok_or(AuditError::NotFound)?;
    if stored.state != RetirementState::Proposed.id() {
        return Err(AuditError::Decided);
    }
    if is_agreed {
        // what was proposed long ago is held against the rules of today
        let most = retirable(database, rules, now).await?;
        if u64::try_from(stored.up_to_seq).unwrap_or(u64::MAX) > most.up_to {
            return Err(AuditError::Kept { last: most.up_to });
        }
    }
    let proposer: PersonId = stored.proposed_by.parse().map_err(|_| AuditError::NoPerson)?;
    let prefix = Prefix {
        id: stored.id.clone(),
        anchor: AuditAnchor {
            seq: u64::try_from(stored.up_to_seq).unwrap_or(0),
            hash: stored.hash.clone(),
        },
        rules: stored.rules.clone(),
        reason: stored.reason.clone(),
    };
    let proposed_at = Timestamp::from_millisecond(stored.proposed_at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let agreed = Proposal::new(prefix, proposer, proposed_at)
        .agree(by.person, now)
        .map_err(|_| AuditError::OwnProposal)?;
    if is_agreed {
        retire(trail, agreed, by, &stored).await?;
    } else {
        let mut work = database.begin_upkeep().await?;
        settle(&mut work, RetirementState::Refused, by, &stored, now).await?;
        work.note(event_of("refuse_audit_retirement", &stored, now));
        work.commit().await?;
    }
    let mut reader = database.read().await?;
    RetirementRepository(reader.conn())
        .find(id)
        .await?
        .ok_or(AuditError::NotFound)
}

async fn settle(
    work: &mut lantai_database::UnitOfWork,
    state: RetirementState,
    by: &Decider,
    stored: &StoredRetirement,
    now: Timestamp,
) -> Result<(), AuditError> {
    let decided = RetirementRepository(work.conn())
        .decide(
            &stored.id,
            state.id(),
            &by.person.to_string(),
            &by.name,
            now.as_millisecond(),
        )
        .await?;
    if decided { Ok(()) } else { Err(AuditError::Decided) }
}

async fn retire(
    trail: &AuditTrail,
    agreed: Agreed<Prefix>,
    by: &Decider,
    stored: &StoredRetirement,
) -> Result<(), AuditError> {
    let now = agreed.at();
    let prefix = agreed.into_what();
    let (folder, up_to) = (trail.folder.clone(), prefix.anchor.seq);
    let mut work = trail.database.begin().await?;
    settle(&mut work, RetirementState::Agreed, by, stored, now).await?;
    AuditRepository(work.conn()).retire(prefix.anchor.seq).await?;
    let mut note = event_of("agree_audit_retirement", stored, now);
    note.reason = Some(prefix.reason);
    note.before_digest = Some(prefix.anchor.hash.clone());
    work.note(note);
    let fact = JournalEntry::new(Fact::AuditRetired, now, &by.name, AUDIT_OBJECT)
        .rules(&prefix.rules)
        .anchoring(prefix.anchor);
    work.record(fact).await?;
    work.commit().await?;
    tokio::task::spawn_blocking(move || segments::retire(&folder, up_to)).await??;
    tracing::warn!(
        audit.retirement = prefix.id,
        "the oldest part of the audit trail was removed by its rule"
    );
    Ok(())
}
