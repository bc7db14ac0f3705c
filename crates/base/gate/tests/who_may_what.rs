//! The shipped policies as a table: every role, every action, six kinds of records. A change of the policies shows here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::Timestamp;
use lantai_domain::access::{ACTIONS, AccessCell, Action, Asking, Hat, Purpose, Reach, RecordFacts, Span};
use lantai_domain::{OpenStatusKind, ROLES, SecurityClassification};
use lantai_gate::Gate;
use std::fmt::Write;

/// Six kinds of records.
const KINDS: [(&str, OpenStatusKind, SecurityClassification, &str); 6] = [
    (
        "open",
        OpenStatusKind::Open,
        SecurityClassification::Public,
        "J001",
    ),
    (
        "masked",
        OpenStatusKind::OpenMasked,
        SecurityClassification::Public,
        "J001",
    ),
    (
        "unreviewed",
        OpenStatusKind::Unreviewed,
        SecurityClassification::Internal,
        "J001",
    ),
    (
        "controlled",
        OpenStatusKind::Controlled,
        SecurityClassification::Internal,
        "J001",
    ),
    (
        "secret",
        OpenStatusKind::NotDue,
        SecurityClassification::Secret,
        "J001",
    ),
    (
        "elsewhere",
        OpenStatusKind::Unreviewed,
        SecurityClassification::Internal,
        "J002",
    ),
];

fn row(gate: &Gate, name: &str, asking: &Asking) -> String {
    let mut line = format!("## {name}\n");
    for action in ACTIONS.iter().filter(|action| action.reach() == Reach::Record) {
        let allowed: Vec<&str> = KINDS
            .iter()
            .filter(|(_, opening, classification, fonds)| {
                let record = RecordFacts {
                    fonds: (*fonds).to_owned(),
                    category: "WS".to_owned(),
                    cell: AccessCell {
                        opening: *opening,
                        classification: *classification,
                        personal_data: false,
                    },
                };
                gate.decide(asking, *action, &record).is_allowed()
            })
            .map(|(kind, ..)| *kind)
            .collect();
        if !allowed.is_empty() {
            writeln!(line, "{action}: {}", allowed.join(" ")).unwrap();
        }
    }
    let here: Vec<&str> = ACTIONS
        .iter()
        .filter(|action| action.reach() == Reach::Archive && gate.decide_here(asking, **action).is_allowed())
        .map(|action| Action::id(*action))
        .collect();
    if !here.is_empty() {
        writeln!(line, "may {}", here.join(" ")).unwrap();
    }
    line
}

#[test]
fn the_shipped_policies_say_who_may_what() {
    let gate = Gate::builtin().unwrap();
    let mut table = row(&gate, "public", &Asking::public(Timestamp::UNIX_EPOCH));
    for role in ROLES {
        // a post that reaches one fonds
        let hat = Hat {
            fonds: Span::Only(["J001".to_owned()].into()),
            ..Hat::everywhere(role)
        };
        let asking = Asking::new([hat], Purpose::Unsaid, Timestamp::UNIX_EPOCH);
        table.push('\n');
        table.push_str(&row(&gate, role.id(), &asking));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/who_may_what.md");
    if std::env::var_os("LANTAI_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(path).unwrap());
}
