//! The filter and the single decision are the same answer, whatever hats and records there are.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::Timestamp;
use lantai_domain::access::{ACTIONS, AccessCell, Action, Asking, Hat, Purpose, Reach, RecordFacts, Span};
use lantai_domain::{ROLES, Role, SecurityClassification};
use lantai_gate::Gate;
use proptest::prelude::*;
use std::sync::LazyLock;

static GATE: LazyLock<Gate> = LazyLock::new(|| Gate::builtin().unwrap());

const FONDS: [&str; 5] = ["J001", "J002", "J003", "X100", "Z900"];
const CATEGORIES: [&str; 4] = ["WS", "ZP", "KJ", "LY"];

fn span(values: &'static [&'static str]) -> impl Strategy<Value = Span> {
    prop_oneof![
        Just(Span::All),
        prop::collection::btree_set(prop::sample::select(values), 0..3)
            .prop_map(|some| Span::Only(some.into_iter().map(ToOwned::to_owned).collect())),
    ]
}

fn clearance() -> impl Strategy<Value = SecurityClassification> {
    prop::sample::select(vec![
        SecurityClassification::Public,
        SecurityClassification::Internal,
        SecurityClassification::Confidential,
        SecurityClassification::TopSecret,
    ])
}

fn hat() -> impl Strategy<Value = Hat> {
    let role = prop::sample::select(ROLES.to_vec());
    (role, span(&FONDS), span(&CATEGORIES), clearance()).prop_map(|(role, fonds, categories, clearance)| {
        Hat {
            post: None,
            role: Some(role),
            fonds,
            categories,
            clearance,
        }
    })
}

fn record() -> impl Strategy<Value = RecordFacts> {
    let cells: Vec<AccessCell> = AccessCell::all().collect();
    // J777 and QT are named by no hat and no policy
    let fonds = prop::sample::select(vec!["J001", "J002", "J003", "X100", "Z900", "J777"]);
    let category = prop::sample::select(vec!["WS", "ZP", "KJ", "LY", "QT"]);
    (fonds, category, prop::sample::select(cells)).prop_map(|(fonds, category, cell)| RecordFacts {
        fonds: fonds.to_owned(),
        category: category.to_owned(),
        cell,
    })
}

fn on_records() -> Vec<Action> {
    let records = ACTIONS.iter().filter(|action| action.reach() == Reach::Record);
    records.copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_filter_has_what_the_gate_allows(
        hats in prop::collection::vec(hat(), 0..3),
        records in prop::collection::vec(record(), 40),
        action in prop::sample::select(on_records()),
    ) {
        let asking = Asking::new(hats, Purpose::Work, Timestamp::UNIX_EPOCH);
        let filter = GATE.filter(&asking, action).unwrap();
        for record in records {
            let allowed = GATE.decide(&asking, action, &record).is_allowed();
            prop_assert_eq!(filter.has(&record), allowed, "{:?}", record);
        }
    }
}

#[test]
fn a_policy_of_the_house_that_names_a_fonds_and_an_hour_is_followed_by_the_filter() {
    let text = format!(
        "{}\n@id(\"house.closed\") @zh(\"整理期间不开放\") @en(\"closed while it is arranged\")\n\
         forbid (principal, action == Action::\"view_entry\", resource) \
         when {{ resource.fonds == \"J777\" && context.hour < 12 }};",
        Gate::builtin().unwrap().text()
    );
    let gate = Gate::read(&text).unwrap();
    let open = |fonds: &str| RecordFacts {
        fonds: fonds.to_owned(),
        category: "WS".to_owned(),
        cell: AccessCell::all()
            .find(|cell| cell.opening == lantai_domain::OpenStatusKind::Open)
            .unwrap(),
    };
    // 00:00 in Greenwich is 08:00 of the archives, 06:00 is 14:00
    for (hour, seen) in [(0, false), (6, true)] {
        let at = Timestamp::from_second(hour * 3_600).unwrap();
        let asking = Asking::public(at);
        let filter = gate.filter(&asking, Action::ViewEntry).unwrap();
        assert_eq!(filter.has(&open("J777")), seen);
        assert!(filter.has(&open("J778")));
        let answer = gate.decide(&asking, Action::ViewEntry, &open("J777"));
        assert_eq!(answer.is_allowed(), seen);
        if !seen {
            assert_eq!(answer.grounds()[0].policy, "house.closed");
            assert_eq!(answer.grounds()[0].zh, "整理期间不开放");
        }
    }
}

#[test]
fn policies_that_cannot_be_followed_are_refused_by_name() {
    let bad = |text: &str| Gate::read(text).unwrap_err().code();
    assert_eq!(bad("permit everything"), "gate.policy_syntax");
    assert_eq!(
        bad("permit(principal, action, resource);"),
        "gate.policy_unexplained"
    );
    let said = "@id(\"a\") @zh(\"甲\") @en(\"a\") ";
    assert_eq!(
        bad(&format!(
            "{said} permit(principal, action == Action::\"view_entry\", resource) when {{ resource.colour == 1 }};"
        )),
        "gate.policy_misfit"
    );
    assert_eq!(
        bad(&format!(
            "{said} permit(principal, action == Action::\"view_entry\", resource) when {{ resource.fonds like \"J*\" }};"
        )),
        "gate.policy_pattern"
    );
    let one = format!("{said} permit(principal, action == Action::\"view_entry\", resource);");
    assert_eq!(bad(&format!("{one}\n{one}")), "gate.policy_named_twice");
}

#[test]
fn an_administrator_sees_less_than_the_public() {
    let open = RecordFacts {
        fonds: "J001".parse().unwrap(),
        category: "WS".to_owned(),
        cell: AccessCell::all()
            .find(|cell| cell.opening == lantai_domain::OpenStatusKind::Open)
            .unwrap(),
    };
    for role in ROLES.into_iter().filter(|role| role.is_administrator()) {
        // even one who was given a post by a mistake of ours
        let asking = Asking::new(
            [Hat::everywhere(role), Hat::everywhere(Role::Archivist)],
            Purpose::Unsaid,
            Timestamp::UNIX_EPOCH,
        );
        let answer = GATE.decide(&asking, Action::ViewEntry, &open);
        assert!(!answer.is_allowed(), "{role}");
        assert!(
            answer
                .grounds()
                .iter()
                .any(|ground| ground.policy == "never.administrators")
        );
        assert!(
            GATE.filter(&asking, Action::ViewEntry)
                .unwrap()
                .rules()
                .is_empty()
        );
    }
}
