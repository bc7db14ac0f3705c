//! Holding the trail against the rules, event after event, from where it was left.

use super::rules::{AlertRule, AlertRules};
use crate::audit::error::AuditError;
use crate::repository::audit::AuditRepository;
use crate::repository::audit_alerts::AlertRepository;
use lantai_database::{AuditRows, Database};
use lantai_domain::IdSource;
use lantai_domain::audit::{AuditEvent, EventClass};

/// Events looked at in one transaction.
const AT_ONCE: u32 = 100;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// So many events make the fonds of an account usual.
const SETTLED: i64 = 20;

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Alert {
    /// Its identifier.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// What the rule counts by.
    pub subject_kind: String,
    /// Whom or what it is about.
    pub subject: String,
    /// The fonds, where the rule is about one.
    pub fonds: Option<String>,
    /// Number of its first event.
    pub first_seq: i64,
    /// Of its last.
    pub last_seq: i64,
    /// How many events.
    pub events: i64,
    /// When it was raised.
    pub raised_at_ms: i64,
    /// When its last event happened.
    pub last_at_ms: i64,
    /// Who acknowledged it.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at_ms: Option<i64>,
    /// And why nothing more is to be done.
    pub reason: Option<String>,
}

/// Looks at what came since the last time. Says how many alerts were raised. What was looked at is durable with the
/// alerts it raised: no event is looked at twice, and none left out.
pub async fn look_for_alerts(
    database: &Database,
    rules: &AlertRules,
    ids: &dyn IdSource,
) -> Result<u64, AuditError> {
    let mut raised = 0;
    loop {
        let mut reader = database.read().await?;
        let head = AuditRows(reader.conn()).head().await?;
        let page = AuditRepository(reader.conn())
            .after(head.alerts_seq, head.size, AT_ONCE)
            .await?;
        drop(reader);
        let Some(last) = page.last().map(|row| row.seq) else {
            return Ok(raised);
        };
        let mut work = database.begin_upkeep().await?.unaudited();
        for row in &page {
            // an event that cannot be read is told by the verification
            let Ok(event) = row.event() else { continue };
            for rule in &rules.alerts {
                raised += u64::from(look_at(AlertRepository(work.conn()), rule, &event, ids).await?);
            }
            if let (EventClass::Read | EventClass::Download, Some(fonds)) = (event.class, &row.fonds) {
                AlertRepository(work.conn())
                    .add_habit(&event.actor.id, fonds, event.time_ms)
                    .await?;
            }
        }
        AuditRepository(work.conn()).set_alerts_seq(last).await?;
        work.commit().await?;
    }
}

/// Holds one event against one rule. `true`: an alert was raised.
async fn look_at(
    mut tables: AlertRepository<'_>,
    rule: &AlertRule,
    event: &AuditEvent,
    ids: &dyn IdSource,
) -> Result<bool, AuditError> {
    if !rule.fits(event) {
        return Ok(false);
    }
    let Some(subject) = rule.subject(event) else {
        return Ok(false);
    };
    let fonds = event.object.as_ref().and_then(|object| object.fonds.clone());
    let mut unusual = None;
    if let Some(days) = rule.unusual_fonds_days {
        let Some(fonds) = fonds else { return Ok(false) };
        let since = event.time_ms - i64::from(days) * DAY_MS;
        let known = tables
            .reborrow()
            .habits(&subject, &fonds, since, event.time_ms - rule.window_ms())
            .await?;
        if known.elsewhere < SETTLED || known.here > 0 {
            return Ok(false);
        }
        unusual = Some(fonds);
    }
    let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
    let since = event.time_ms - rule.window_ms();
    let going_on = tables
        .reborrow()
        .extend(&rule.id, &subject, unusual.as_deref(), since, seq, event.time_ms)
        .await?;
    if going_on {
        return Ok(false);
    }
    let counted = tables
        .reborrow()
        .count(rule, &subject, unusual.as_deref(), since, event)
        .await?;
    if counted.events < i64::try_from(rule.events).unwrap_or(i64::MAX) {
        return Ok(false);
    }
    tables
        .raise(&Alert {
            id: ids.next().to_string(),
            rule: rule.id.clone(),
            subject_kind: rule.per.id().to_owned(),
            subject,
            fonds: unusual,
            first_seq: counted.first_seq,
            last_seq: seq,
            events: counted.events,
            raised_at_ms: event.time_ms,
            last_at_ms: event.time_ms,
            acknowledged_by: None,
            acknowledged_at_ms: None,
            reason: None,
        })
        .await?;
    tracing::warn!(
        alert.rule = rule.id,
        "an alert was raised by the rule {}",
        rule.id
    );
    Ok(true)
}
