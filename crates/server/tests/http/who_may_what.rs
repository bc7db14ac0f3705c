//! Who may do what: every role, every operation of the interface, six kinds of records. The table is checked in, so that
//! a change of policies or doors shows; what is seen is compared with what door and gate say.

use crate::desk::{Desk, encode, request};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use lantai_domain::access::{Action, Hat, Purpose, RecordFacts, Span};
use lantai_domain::{PersonId, ROLES, Role, Viewer, Who};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use tower::ServiceExt;

/// Six kinds of records, by the words of the table.
const KINDS: [(&str, &str); 6] = [
    ("open", "J901-WS·1983-Y-0001"),
    ("masked", "J901-WS·1983-Y-0002"),
    ("unreviewed", "J901-WS·1983-Y-0003"),
    ("controlled", "J901-WS·1983-Y-0004"),
    ("secret", "J901-WS·1983-Y-0005"),
    ("elsewhere", "J902-WS·1983-Y-0001"),
];

fn write_package(folder: &Path) {
    let mut rows =
        "档号,全宗号,门类,年度,保管期限,题名,责任者,日期,密级,保密期限,开放状态,开放说明,原文文件\r\n"
            .to_owned();
    for (place, (kind, code)) in KINDS.iter().enumerate() {
        let (classification, status, ground) = match *kind {
            "open" => ("公开", "开放", "形成满二十五年"),
            "masked" => ("公开", "遮盖开放", "遮盖个人信息"),
            "controlled" => ("内部", "控制", "涉及个人信息"),
            "secret" => ("机密", "待审核", ""),
            _ => ("内部", "待审核", ""),
        };
        let secrecy = if *kind == "secret" { "20年" } else { "" };
        let fonds = &code[..4];
        writeln!(
            rows,
            "{code},{fonds},文书,1983,永久,关于石门渠工程之{place},石门乡人民政府,19830412,{classification},{secrecy},{status},{ground},{place}.txt\r"
        )
        .unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("catalogue.csv"), rows).unwrap();
    for place in 0..KINDS.len() {
        std::fs::write(
            folder.join(format!("{place}.txt")),
            format!("第{place}件的正文。\n"),
        )
        .unwrap();
    }
}

/// What a record must be for, beyond the door; an operation that is not here asks for nothing more.
fn asked_of_the_record(operation: &str) -> Option<Action> {
    Some(match operation {
        "get_record" | "explain_record" => Action::ViewEntry,
        "get_record_text" | "get_record_file" => Action::ViewContent,
        "list_record_events" => Action::ViewHistory,
        "decide_opening" => Action::DecideOpening,
        _ => return None,
    })
}

struct Operation {
    id: String,
    method: Method,
    path: String,
    door: String,
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter().map(move |(method, operation)| Operation {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
            door: operation["x-lantai-door"]
                .as_str()
                .unwrap_or_else(|| panic!("{method} {path} has no door"))
                .to_owned(),
        })
    });
    let mut all: Vec<Operation> = all.collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all
}

async fn status(app: &Router, operation: &Operation, code: &str) -> StatusCode {
    let address = operation
        .path
        .replace("{code}", &encode(code))
        .replace("{number}", "1")
        .replace("{n}", "1");
    let mut address = address.as_str().to_owned();
    // identifiers of what is not there
    while let (Some(start), Some(end)) = (address.find('{'), address.find('}')) {
        address.replace_range(start..=end, "019a0000-0000-7000-8000-000000000000");
    }
    // what is refused for its content is understood, and changes nothing
    let body = match operation.id.as_str() {
        "decide_opening" => r#"{"status": "open", "ground": ""}"#,
        _ => "{}",
    };
    let asked = request(operation.method.clone(), &address, None)
        .header("x-lantai-csrf", "1")
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    app.clone().oneshot(asked).await.unwrap().status()
}

fn who_asks(desk: &Desk, role: Option<Role>) -> Viewer {
    let now = desk.archive.holdings.clock.now();
    // a post that reaches one of the two fonds: whoever holds it is of the wrong institution for the other
    let hats: Vec<Hat> = role
        .into_iter()
        .map(|role| Hat {
            fonds: Span::Only(["J901".to_owned()].into()),
            ..Hat::everywhere(role)
        })
        .collect();
    let rights = desk
        .archive
        .gatekeeper
        .rights(&hats, Purpose::Unsaid, now)
        .unwrap();
    let who = role.map_or(Who::Public, |role| Who::Account {
        name: role.id().to_owned(),
        person: PersonId::new(desk.archive.holdings.ids.next()),
    });
    Viewer::new(who, hats, rights)
}

fn passes(door: &str, viewer: &Viewer) -> bool {
    match door {
        "anybody" => true,
        "signing_in" | "signed_in" => viewer.is_known(),
        action => viewer.may(action.parse().unwrap()),
    }
}

/// One viewer's part of the table.
async fn part(
    desk: &Desk,
    operations: &[Operation],
    facts: &BTreeMap<&str, RecordFacts>,
    role: Option<Role>,
) -> String {
    let viewer = who_asks(desk, role);
    let app = lantai_server::router_as(&desk.archive, viewer.clone());
    let name = role.map_or("nobody", Role::id);
    let mut lines = format!("\n## {name}\n");
    let mut passed = Vec::new();
    for operation in operations {
        let what = format!("{name}: {} {}", operation.method, operation.path);
        let open = passes(&operation.door, &viewer);
        let mut allowed = Vec::new();
        for (kind, code) in KINDS {
            let status = status(&app, operation, code).await;
            assert!(!status.is_server_error(), "{what}: {status}");
            if !open {
                let refused = if role.is_none() {
                    StatusCode::UNAUTHORIZED
                } else {
                    StatusCode::FORBIDDEN
                };
                assert_eq!(status, refused, "{what}");
                break;
            }
            assert!(
                ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status),
                "{what}: {status}"
            );
            let Some(action) = asked_of_the_record(&operation.id) else {
                assert!(
                    !operation.path.contains("{code}"),
                    "{what}: what is asked of the record?"
                );
                passed.push(operation.id.as_str());
                break;
            };
            let facts = &facts[kind];
            // whoever may not even know of it is told that it is not there
            let may = viewer.may_with(Action::ViewEntry, facts) && viewer.may_with(action, facts);
            assert_eq!(status != StatusCode::NOT_FOUND, may, "{what} on {kind}: {status}");
            if may {
                allowed.push(kind);
            }
        }
        if !allowed.is_empty() {
            writeln!(lines, "{}: {}", operation.id, allowed.join(" ")).unwrap();
        }
    }
    for some in passed.chunks(6) {
        writeln!(lines, "may {}", some.join(" ")).unwrap();
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_lets_everybody_do_what_the_policies_say_and_nothing_else() {
    let desk = Desk::empty().await;
    let package = desk.folder.path().join("石门渠档案");
    write_package(&package);
    desk.take_in(&package).await;
    let document = desk.get("/api/v1/openapi.json", None).await.json();
    let operations = operations(&document);
    assert!(operations.len() > 50, "the interface was not read");
    let mut facts = BTreeMap::new();
    let mut reader = desk.archive.holdings.database.read().await.unwrap();
    for (kind, code) in KINDS {
        let stored = lantai_cataloguing::RecordRepository(reader.conn())
            .find_by_code(code)
            .await
            .unwrap()
            .unwrap();
        facts.insert(kind, stored.record.access_facts());
    }
    drop(reader);
    let mut table = "# Who may do what\n\nEvery role with a post that reaches the fonds J901; records of six kinds, the last of another \
                     fonds.\nMade and compared by a test.\n"
        .to_owned();
    table.push_str(&part(&desk, &operations, &facts, None).await);
    for role in ROLES {
        table.push_str(&part(&desk, &operations, &facts, Some(role)).await);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/who_may_what.md");
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of this test, no configuration of the program"
    )]
    if std::env::var("LANTAI_UPDATE_SNAPSHOTS").is_ok_and(|value| value == "1") {
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(path).unwrap_or_default());
}
