//! Whatever is changed, removed, added, swapped or cut is found.

use super::*;
use jiff::Timestamp;
use lantai_domain::audit::{AuditActor, AuditNote, AuditObject, EventClass};
use proptest::prelude::*;

fn row(event: &AuditEvent) -> StoredEvent {
    let body = String::from_utf8(event.to_bytes().unwrap()).unwrap();
    StoredEvent::of(event, chain_hash(&event.prev_hash, body.as_bytes()), body)
}

/// A trail after `start`, as the program writes it.
fn trail(start: &AuditAnchor, events: u64) -> Vec<StoredEvent> {
    let mut hash = start.hash.clone();
    let mut rows = Vec::new();
    for seq in start.seq + 1..=start.seq + events {
        let at = Timestamp::from_millisecond(i64::try_from(seq).unwrap() * 1_000).unwrap();
        let note = AuditNote::new(EventClass::Read, "get_record", at)
            .by(AuditActor::person(format!("person{}", seq % 3)))
            .on(AuditObject::record(
                format!("r{seq}"),
                format!("J001-{seq}"),
                "J001",
            ));
        let stored = row(&note.chained(seq, &hash));
        hash.clone_from(&stored.hash);
        rows.push(stored);
    }
    rows
}

fn genesis() -> AuditAnchor {
    AuditAnchor {
        seq: 0,
        hash: GENESIS.to_owned(),
    }
}

fn anchor_at(rows: &[StoredEvent], place: usize) -> (Fact, AuditAnchor) {
    let anchor = AuditAnchor {
        seq: rows[place].seq,
        hash: rows[place].hash.clone(),
    };
    (Fact::AuditAnchored, anchor)
}

fn head_of(rows: &[StoredEvent], retired_seq: u64) -> AuditHead {
    AuditHead {
        size: rows.last().map_or(0, |row| row.seq),
        hash: rows.last().map_or(GENESIS.to_owned(), |row| row.hash.clone()),
        anchored_seq: 0,
        anchored_at_ms: 0,
        retired_seq,
        alerts_seq: 0,
    }
}

fn prove(
    rows: &[StoredEvent],
    facts: &[(Fact, AuditAnchor)],
    retired: Option<&AuditAnchor>,
    head: &AuditHead,
) -> AuditReport {
    let mut proof = Proof::new(facts, retired);
    for row in rows {
        proof.look_at(row);
    }
    proof.conclude(head)
}

/// Whoever can write to the database mends the chain from a place on, head and all.
fn forge_from(rows: &mut [StoredEvent], place: usize) {
    let mut hash = match place {
        0 => GENESIS.to_owned(),
        place => rows[place - 1].hash.clone(),
    };
    for row in &mut rows[place..] {
        let mut event: AuditEvent = serde_json::from_str(&row.body).unwrap();
        event.prev_hash.clone_from(&hash);
        event.seq = row.seq;
        *row = self::row(&event);
        hash.clone_from(&row.hash);
    }
}

#[test]
fn a_trail_as_it_was_written_is_sound() {
    let rows = trail(&genesis(), 40);
    let facts = [anchor_at(&rows, 9), anchor_at(&rows, 39)];
    let report = prove(&rows, &facts, None, &head_of(&rows, 0));
    assert!(report.ok, "{report:?}");
    assert_eq!((report.events, report.last, report.anchors), (40, 40, 2));
    assert!(prove(&[], &[], None, &head_of(&[], 0)).ok);
}

#[test]
fn a_trail_whose_oldest_part_was_retired_is_sound_and_no_further_part_may_go() {
    let rows = trail(&genesis(), 40);
    let (_, retired) = anchor_at(&rows, 19);
    let facts = [
        anchor_at(&rows, 9),
        (Fact::AuditRetired, retired.clone()),
        anchor_at(&rows, 30),
    ];
    let kept = &rows[20..];
    assert!(prove(kept, &facts, Some(&retired), &head_of(kept, 20)).ok);
    let report = prove(&rows[21..], &facts, Some(&retired), &head_of(kept, 20));
    assert_eq!(
        (report.problems[0].kind, report.problems[0].seq),
        ("audit.event_missing", 21)
    );
    let report = prove(&rows[19..], &facts, Some(&retired), &head_of(kept, 20));
    assert_eq!(
        (report.problems[0].kind, report.problems[0].seq),
        ("audit.event_retired", 20)
    );
}

#[test]
fn damage_is_named_by_the_number_of_the_event() {
    let sound = trail(&genesis(), 10);
    let head = head_of(&sound, 0);
    let first = |rows: &[StoredEvent]| {
        let report = prove(rows, &[], None, &head);
        (report.problems[0].kind, report.problems[0].seq)
    };
    let mut rows = sound.clone();
    rows[4].body = rows[4].body.replace("get_record", "get_receipt");
    assert_eq!(first(&rows), ("audit.event_altered", 5));
    let mut rows = sound.clone();
    rows[4].actor = "somebody else".to_owned();
    assert_eq!(first(&rows), ("audit.event_altered", 5));
    let mut rows = sound.clone();
    rows.remove(4);
    assert_eq!(first(&rows), ("audit.event_missing", 5));
    assert_eq!(first(&sound[..7]), ("audit.event_missing", 8));
    let mut rows = sound.clone();
    forge_from(&mut rows, 4);
    assert!(prove(&rows, &[], None, &head).ok, "nothing was changed");
}

/// What somebody with the database in hand may try.
#[derive(Debug, Clone)]
enum Tampering {
    Change { place: usize, letter: u8, at: usize },
    Remove { place: usize },
    Insert { place: usize },
    Swap { one: usize, other: usize },
    Cut { left: usize },
    CutStart { gone: usize },
    Move { place: usize },
}

fn tamperings(events: usize) -> impl Strategy<Value = Tampering> {
    prop_oneof![
        (0..events, b'a'..=b'z', 0..120_usize).prop_map(|(place, letter, at)| Tampering::Change {
            place,
            letter,
            at
        }),
        (0..events).prop_map(|place| Tampering::Remove { place }),
        (0..events).prop_map(|place| Tampering::Insert { place }),
        (0..events, 0..events).prop_map(|(one, other)| Tampering::Swap { one, other }),
        (0..events).prop_map(|left| Tampering::Cut { left }),
        (1..events).prop_map(|gone| Tampering::CutStart { gone }),
        (0..events).prop_map(|place| Tampering::Move { place }),
    ]
}

/// Does it; says from which place on a forger would have to mend the chain.
fn tamper(rows: &mut Vec<StoredEvent>, tampering: &Tampering) -> Option<usize> {
    match *tampering {
        Tampering::Change { place, letter, at } => {
            let row = &mut rows[place];
            let mut event: AuditEvent = serde_json::from_str(&row.body).ok()?;
            let mut action = event.action.clone();
            let at = at % action.len();
            action.replace_range(at..=at, &char::from(letter).to_string());
            if action == event.action {
                return None;
            }
            event.action = action;
            row.action.clone_from(&event.action);
            row.body = String::from_utf8(event.to_bytes().unwrap()).unwrap();
            Some(place)
        }
        Tampering::Remove { place } => {
            rows.remove(place);
            for row in &mut rows[place..] {
                row.seq -= 1;
            }
            Some(place)
        }
        Tampering::Insert { place } => {
            let mut forged = rows[place].clone();
            forged.actor = "somebody else".to_owned();
            rows.insert(place, forged);
            for row in &mut rows[place + 1..] {
                row.seq += 1;
            }
            Some(place)
        }
        Tampering::Swap { one, other } => {
            if one == other {
                return None;
            }
            let (body, hash) = (rows[one].body.clone(), rows[one].hash.clone());
            rows[one].body = rows[other].body.clone();
            rows[one].hash = rows[other].hash.clone();
            rows[other].body = body;
            rows[other].hash = hash;
            Some(one.min(other))
        }
        Tampering::Cut { left } => {
            rows.truncate(left);
            Some(left)
        }
        Tampering::CutStart { gone } => {
            rows.drain(..gone);
            Some(0)
        }
        Tampering::Move { place } => {
            let row = rows.remove(place);
            rows.push(row);
            for (seq, row) in (1..).zip(rows.iter_mut()) {
                row.seq = seq;
            }
            (place + 1 < rows.len()).then_some(place)
        }
    }
}

proptest! {
    #[test]
    fn any_tampering_is_found_by_the_chain(tampering in tamperings(30)) {
        let sound = trail(&genesis(), 30);
        let mut rows = sound.clone();
        if tamper(&mut rows, &tampering).is_some() {
            rows.sort_by_key(|row| row.seq);
            let report = prove(&rows, &[], None, &head_of(&sound, 0));
            prop_assert!(!report.ok, "{tampering:?} was not found");
        }
    }

    /// Even a forger who mends every hash and the head is found, as far back as the journal was told.
    #[test]
    fn a_forged_chain_is_found_by_the_journal(tampering in tamperings(30), anchored in 0..30_usize) {
        let sound = trail(&genesis(), 30);
        let facts = [anchor_at(&sound, anchored)];
        let mut rows = sound.clone();
        if let Some(place) = tamper(&mut rows, &tampering).filter(|place| *place <= anchored) {
            for (seq, row) in (1..).zip(rows.iter_mut()) {
                row.seq = seq;
            }
            if place < rows.len() {
                forge_from(&mut rows, place);
            }
            prop_assume!(rows.get(..=anchored) != sound.get(..=anchored));
            let report = prove(&rows, &facts, None, &head_of(&rows, 0));
            prop_assert!(!report.ok, "{tampering:?} was not found");
        }
    }
}
