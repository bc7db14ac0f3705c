//! `models` and `doctor`: what is there, what is not, what is wrong; without a network and without models.

use crate::run::{Place, Run, binary, fields, finish};
use std::path::Path;

fn with_models(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = binary();
    command.env("LANTAI_MODELS", folder).args(arguments).arg("--json");
    finish(&mut command)
}

fn state_of<'run>(document: &'run serde_json::Value, list: &str, name: &str) -> &'run str {
    let all = document[list].as_array().unwrap();
    let one = all.iter().find(|one| one["name"] == name).unwrap();
    one["state"].as_str().unwrap()
}

#[test]
fn what_is_not_installed_is_listed_as_missing_and_is_no_fault() {
    let place = Place::empty();
    let models = place.path().join("models");
    let listed = with_models(&models, &["models", "list"]).ended(0);
    assert_eq!(fields(&listed), ["folder", "models", "platform"]);
    assert_eq!(listed["folder"], models.to_str().unwrap());
    assert_eq!(
        fields(&listed["models"][0]),
        [
            "bytes", "file", "licence", "name", "origin", "purpose", "state", "usual", "without"
        ]
    );
    assert_eq!(state_of(&listed, "models", "speech"), "missing");
    assert!(!models.exists(), "listing writes nothing");

    let verified = with_models(&models, &["models", "verify"]).ended(0);
    assert_eq!(verified["models"].as_array().unwrap().len(), 0);
    let asked = with_models(&models, &["models", "verify", "speech"]).ended(1);
    assert_eq!(asked["models"][0]["error"]["code"], "models.missing");

    let told = with_models(&models, &["doctor", "--data", &place.data_text()]).ended(0);
    assert_eq!(fields(&told), ["checks", "ok", "version"]);
    assert_eq!(state_of(&told, "checks", "configuration"), "well");
    assert_eq!(state_of(&told, "checks", "onnxruntime"), "missing");
    let areas = told["checks"].as_array().unwrap().iter();
    let tools = areas.filter(|check| check["area"] == "tools").count();
    assert_eq!(tools, 2);
}

#[test]
fn another_file_than_the_list_names_is_wrong_and_is_not_brought_in() {
    let place = Place::bare();
    let models = place.path().join("models");
    let folder = models.join("voice-activity");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("silero_vad_16k_op15.onnx"), "no model").unwrap();
    let listed = with_models(&models, &["models", "list"]).ended(0);
    assert_eq!(state_of(&listed, "models", "voice-activity"), "wrong");
    let verified = with_models(&models, &["models", "verify"]).ended(1);
    assert_eq!(verified["models"][0]["error"]["code"], "models.digest_mismatch");
    let told = with_models(&models, &["doctor"]).ended(1);
    assert_eq!(told["ok"], false);

    let elsewhere = place.path().join("elsewhere");
    let from = models.to_str().unwrap();
    let fetch = ["models", "fetch", "--offline", "--from", from, "voice-activity"];
    let fetched = with_models(&elsewhere, &fetch).ended(1);
    assert_eq!(fetched["failed"][0]["code"], "models.fetch_failed");
    assert!(!elsewhere.join("voice-activity/silero_vad_16k_op15.onnx").exists());
}

#[test]
fn wrong_names_and_wrong_archives_are_said() {
    let place = Place::bare();
    let models = place.path().join("models");
    let run = with_models(&models, &["models", "fetch", "--offline", "tesseract"]);
    assert_eq!(run.refused(), "models.unknown");
    let run = with_models(&models, &["models", "list", "--data", "/nonexistent/archive"]);
    assert_eq!(run.refused(), "data.no_archive");
    let told = with_models(&models, &["doctor", "--data", "/nonexistent/archive"]).ended(1);
    assert_eq!(state_of(&told, "checks", "configuration"), "wrong");
}

#[test]
fn the_configuration_names_the_folder() {
    let place = Place::empty();
    let path = place.data().join("lantai.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = "models.folder = \"\"";
    assert!(text.contains(line), "{text}");
    std::fs::write(&path, text.replace(line, "models.folder = \"weights\"")).unwrap();
    let mut command = binary();
    command.args(["models", "list", "--json", "--data", &place.data_text()]);
    let listed = finish(&mut command).ended(0);
    assert_eq!(listed["folder"], place.data().join("weights").to_str().unwrap());
}
