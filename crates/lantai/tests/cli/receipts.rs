//! `receipt`

use crate::run::{Place, fields, lantai};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// An archive that took a package in, the sender's copy of the package, the receipt, and the archive's public key.
struct Handed {
    place: Place,
    package: PathBuf,
    receipt: PathBuf,
    key: PathBuf,
}

impl Handed {
    fn over() -> Self {
        let place = Place::empty();
        let package = place.package();
        let taken = place.on_data("ingest", &[package.to_str().unwrap()]).ended(0);
        let id = taken["accessions"][0]["id"].as_str().unwrap().to_owned();
        let note = place
            .lantai(&["receipt", "issue", "--data", &place.data_text(), &id])
            .ended(0)["receipt"]
            .clone();
        let receipt = place.path().join("receipt.note");
        std::fs::write(&receipt, note.as_str().unwrap()).unwrap();
        // the sender has nothing of the archive but its key
        let key = place.path().join("archive.public");
        std::fs::copy(place.data().join("keys/journal.public"), &key).unwrap();
        Self {
            place,
            package,
            receipt,
            key,
        }
    }

    fn verify(&self, receipt: &Path, more: &[&str], status: i32) -> Value {
        let (key, receipt) = (self.key.to_str().unwrap(), receipt.to_str().unwrap());
        let mut arguments = vec!["--json", "receipt", "verify", "--key", key, receipt];
        arguments.extend(more);
        lantai(arguments).ended(status)
    }
}

fn told(answer: &Value) -> Vec<(String, bool)> {
    let checked = answer["checked"].as_array().unwrap().iter();
    checked
        .map(|thing| {
            (
                thing["what"].as_str().unwrap().to_owned(),
                thing["ok"].as_bool().unwrap(),
            )
        })
        .collect()
}

fn expected(things: &[(&str, bool)]) -> Vec<(String, bool)> {
    things
        .iter()
        .map(|(what, ok)| ((*what).to_owned(), *ok))
        .collect()
}

#[test]
fn a_receipt_is_proved_with_a_key_and_the_package_alone() {
    let handed = Handed::over();
    let package = handed.package.to_str().unwrap();
    let answer = handed.verify(&handed.receipt, &["--package", package], 0);
    assert_eq!(fields(&answer), ["checked", "ok", "receipt"]);
    let all = [("signature", true), ("journal", true), ("package", true)];
    assert_eq!(told(&answer), expected(&all));
    assert_eq!(answer["receipt"]["items"], 3);

    std::fs::write(handed.package.join("另一份.txt"), "后来放进去的").unwrap();
    let answer = handed.verify(&handed.receipt, &["--package", package], 1);
    assert_eq!(told(&answer)[2], ("package".to_owned(), false));
    assert_ne!(answer["checked"][2]["expected"], answer["checked"][2]["found"]);
    let data = handed.place.data();
    let arguments = ["--json", "receipt", "verify", "--data", data.to_str().unwrap()];
    let by_data = lantai(arguments.into_iter().chain([handed.receipt.to_str().unwrap()]));
    assert_eq!(told(&by_data.ended(0)), expected(&all[..2]));
}

#[test]
fn what_was_changed_and_whose_key_it_is_not_is_told() {
    let handed = Handed::over();
    let note = std::fs::read_to_string(&handed.receipt).unwrap();
    let changed = handed.place.path().join("changed.note");
    std::fs::write(&changed, note.replace("\"items\": 3", "\"items\": 4")).unwrap();
    let answer = handed.verify(&changed, &[], 1);
    assert_eq!(
        (answer["ok"].clone(), told(&answer)),
        (Value::from(false), expected(&[("signature", false)]))
    );
    assert_eq!(
        answer["receipt"],
        Value::Null,
        "what nobody signed is not shown as a receipt"
    );
    let other = Handed::over();
    let answer = other.verify(&handed.receipt, &[], 1);
    assert_eq!(told(&answer), expected(&[("signature", false)]));
    let nonsense = handed.place.path().join("nonsense");
    std::fs::write(&nonsense, "no receipt").unwrap();
    handed.verify(&nonsense, &[], 1);
    let missing = handed.place.path().join("missing");
    assert_eq!(
        lantai([
            "receipt",
            "verify",
            "--key",
            handed.key.to_str().unwrap(),
            missing.to_str().unwrap()
        ])
        .status,
        3
    );
    assert_eq!(
        lantai(["receipt", "verify", handed.receipt.to_str().unwrap()]).status,
        2,
        "no key, no proof"
    );
}

#[test]
fn a_receipt_is_shown_signed_or_bare() {
    let handed = Handed::over();
    let note = handed.receipt.to_str().unwrap();
    let shown = lantai(["--json", "receipt", "show", note]).ended(0);
    assert_eq!(
        (&shown["verdict"], &shown["items"]),
        (&Value::from("accepted"), &Value::from(3))
    );
    let bare = handed.place.path().join("receipt.json");
    std::fs::write(&bare, shown.to_string()).unwrap();
    assert_eq!(
        lantai(["--json", "receipt", "show", bare.to_str().unwrap()]).ended(0),
        shown
    );
    let text = lantai(["receipt", "show", note]);
    assert!(text.out.contains("accepted at"), "{text:?}");
    let unknown = "0195d6f0-0000-7000-8000-000000000001";
    assert_eq!(
        handed
            .place
            .lantai(&["receipt", "issue", "--data", &handed.place.data_text(), unknown])
            .ended(1)["receipt"],
        Value::Null
    );
}
