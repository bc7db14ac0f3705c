//! An event, before and after it has its place in the chain.

use super::words::{AuditActor, AuditObject, AuditOutcome, EventClass};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is to be told to the audit trail. Who acted, from where and in which session may be left open: the request or
/// command in which it happens says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditNote {
    /// When.
    pub at: Timestamp,
    /// What kind of event.
    pub class: EventClass,
    /// What was done: the operation of the interface, or the step of the business (业务行为, M81).
    pub action: String,
    /// Who; `None`: whoever the surrounding request or command is by.
    pub actor: Option<AuditActor>,
    /// The session, as a keyed hash.
    pub session: Option<String>,
    /// Where from: shortened, or as a keyed hash.
    pub source_address: Option<String>,
    /// What was acted upon.
    pub object: Option<AuditObject>,
    /// How many objects the event stands for; `None`: one.
    pub count: Option<u64>,
    /// Digest of the state before.
    pub before_digest: Option<String>,
    /// Digest of the state after, or of the question that a list answered.
    pub after_digest: Option<String>,
    /// On what ground: rule, article, approval, step (M83).
    pub basis: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Why; a code where there is one.
    pub reason: Option<String>,
}

impl AuditNote {
    /// Something that was done.
    pub fn new(class: EventClass, action: impl Into<String>, at: Timestamp) -> Self {
        Self {
            at,
            class,
            action: action.into(),
            actor: None,
            session: None,
            source_address: None,
            object: None,
            count: None,
            before_digest: None,
            after_digest: None,
            basis: None,
            outcome: AuditOutcome::Success,
            reason: None,
        }
    }

    /// By whom.
    pub fn by(mut self, actor: AuditActor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// To what.
    pub fn on(mut self, object: AuditObject) -> Self {
        self.object = Some(object);
        self
    }

    /// On which ground.
    pub fn basis(mut self, basis: impl Into<String>) -> Self {
        self.basis = Some(basis.into());
        self
    }

    /// How it ended, and why.
    pub fn ended(mut self, outcome: AuditOutcome, reason: Option<String>) -> Self {
        self.outcome = outcome;
        self.reason = reason;
        self
    }

    /// Gives it its place in the chain.
    pub fn chained(self, seq: u64, prev_hash: &str) -> AuditEvent {
        AuditEvent {
            v: 1,
            digest: "sha256".to_owned(),
            event_id: event_id(self.at, seq),
            seq,
            time_ms: self.at.as_millisecond(),
            class: self.class,
            actor: self.actor.unwrap_or_else(AuditActor::system),
            session: self.session,
            source_address: self.source_address,
            action: self.action,
            object: self.object,
            count: self.count,
            before_digest: self.before_digest,
            after_digest: self.after_digest,
            basis: self.basis,
            outcome: self.outcome,
            reason: self.reason,
            prev_hash: prev_hash.to_owned(),
        }
    }
}

/// An identifier that sorts by time and is given once in a trail: version 8 of RFC 9562, milliseconds and number.
fn event_id(at: Timestamp, seq: u64) -> Uuid {
    let ms = u64::try_from(at.as_millisecond()).unwrap_or(0).to_be_bytes();
    let number = seq.to_be_bytes();
    let mut bytes = [0_u8; 16];
    for (place, byte) in bytes.iter_mut().zip(ms.iter().skip(2)) {
        *place = *byte;
    }
    for (place, byte) in bytes.iter_mut().skip(8).zip(number) {
        *place = byte;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// An event in its place; its JSON is what is hashed and kept, keys in the order of this type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Version of this form.
    pub v: u32,
    /// Name of the digest that chains it: `sha256`, `sm3`.
    pub digest: String,
    /// Its identifier.
    pub event_id: Uuid,
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When: milliseconds since 1970, UTC.
    pub time_ms: i64,
    /// What kind of event.
    pub class: EventClass,
    /// Who.
    pub actor: AuditActor,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Where from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_address: Option<String>,
    /// What was done.
    pub action: String,
    /// To what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<AuditObject>,
    /// How many objects it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Digest of the state before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_digest: Option<String>,
    /// Digest of the state after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_digest: Option<String>,
    /// On what ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Hash of the event before it, in hex; of the first: zeros.
    pub prev_hash: String,
}

impl AuditEvent {
    /// The bytes that are hashed and kept.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The moment.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.time_ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// What the journal keeps of the audit trail: up to which event, and that event's hash, which fixes all before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAnchor {
    /// Number of the event.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_spelling() {
        let note = AuditNote::new(
            EventClass::Read,
            "get_record",
            "2026-01-01T12:00:00Z".parse().unwrap(),
        )
        .by(AuditActor::person("li").with_role(Some("archivist".to_owned())))
        .on(AuditObject::record("0190", "J001-WS·2019-D30-BGS-0001", "J001"));
        let event = note.chained(7, GENESIS);
        let text = String::from_utf8(event.to_bytes().unwrap()).unwrap();
        assert_eq!(
            text,
            format!(
                r#"{{"v":1,"digest":"sha256","event_id":"{}","seq":7,"time_ms":1767268800000,"class":"read","actor":{{"kind":"person","id":"li","role":"archivist"}},"action":"get_record","object":{{"kind":"record","id":"0190","archival_code":"J001-WS·2019-D30-BGS-0001","fonds":"J001"}},"outcome":"success","prev_hash":"{GENESIS}"}}"#,
                event.event_id
            )
        );
        assert_eq!(serde_json::from_str::<AuditEvent>(&text).unwrap(), event);
    }

    #[test]
    fn identifiers_differ_and_sort_by_time_and_number() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let ids = [event_id(at(1), 9), event_id(at(2), 1), event_id(at(2), 2)];
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids[0].get_version_num(), 8);
    }
}
