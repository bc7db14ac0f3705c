//! Running the built binary, and the small package that most tests take in.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// How a command ended.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The one JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(
            self.out.trim_end().lines().count(),
            1,
            "one document, nothing else: {self:?}"
        );
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The documents on standard output, one a line.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The document of a command that must have ended with a status.
    #[track_caller]
    pub fn ended(&self, status: i32) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// The stable code of the error document.
    #[track_caller]
    pub fn refused(&self) -> String {
        let document = self.ended(3);
        assert!(!document["error"]["message"].as_str().unwrap().is_empty());
        let code = document["error"]["code"].as_str().unwrap().to_owned();
        assert!(self.err.contains(&code), "people are told too: {self:?}");
        code
    }
}

/// The binary, without the settings of whoever runs the tests.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantai"));
    for variable in [
        "DATA",
        "LOG",
        "INSTITUTION",
        "DATABASE",
        "VAULT",
        "SEARCH",
        "ADDRESS",
        "PORT",
        "ENCRYPTION_PASSPHRASE_FILE",
        "READING_CHILDREN",
        "MODELS",
        "MODELS_INDEX",
        "MODELS_MIRROR",
    ] {
        command.env_remove(format!("LANTAI_{variable}"));
    }
    command
}

/// Runs a command to its end.
pub fn lantai<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Run {
    finish(binary().args(arguments))
}

pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The fields of an object, sorted.
#[track_caller]
pub fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// A folder with an archive in it.
pub struct Place {
    folder: TempDir,
}

pub const BRIDGE: &str = "Q001-WS·1985·Y-0001";
pub const GRAIN: &str = "Q001-WS·1985·D30-0002";
pub const LEDGER: &str = "Q001-WS·1986·D10-0003";
pub const BRIDGE_TEXT: &str =
    "荻川县人民政府关于修建柳湾大桥的通知\n各公社：柳湾大桥定于一九八五年九月开工。\n";
pub const GRAIN_TEXT: &str = "关于收购余粮的请示\n拟于年内收购余粮三十万斤，暂不公布。\n";

impl Place {
    /// A folder without an archive.
    pub fn bare() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// An empty archive.
    pub fn empty() -> Self {
        let place = Self::bare();
        assert_eq!(place.lantai(&["init", &place.data_text()]).status, 0);
        place
    }

    /// An archive that has taken the small package in.
    pub fn filled() -> Self {
        let place = Self::empty();
        let package = place.package();
        let run = place.on_data("ingest", &[package.to_str().unwrap()]);
        assert_eq!(run.ended(0)["accessions"][0]["verdict"], "accepted", "{run:?}");
        place
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("馆藏")
    }

    pub fn data_text(&self) -> String {
        self.data().to_str().unwrap().to_owned()
    }

    /// Runs a command as programs do, with --json.
    pub fn lantai(&self, arguments: &[&str]) -> Run {
        lantai(["--json"].iter().chain(arguments))
    }

    /// The same, on the archive of this place.
    pub fn on_data(&self, command: &str, arguments: &[&str]) -> Run {
        let data = self.data_text();
        lantai([command, "--json", "--data", &data].iter().chain(arguments))
    }

    /// The same, as people do.
    pub fn for_people(&self, command: &str, arguments: &[&str]) -> Run {
        let data = self.data_text();
        lantai([command, "--data", &data].iter().chain(arguments))
    }

    /// Three records: an open one with its text, one not reviewed yet, and an entry without content.
    pub fn package(&self) -> PathBuf {
        let package = self.path().join("荻川县移交");
        let texts = package.join("正文");
        std::fs::create_dir_all(&texts).unwrap();
        std::fs::write(texts.join("大桥通知.txt"), BRIDGE_TEXT).unwrap();
        std::fs::write(texts.join("余粮请示.txt"), GRAIN_TEXT).unwrap();
        let rows = [
            "档号,全宗号,题名,文件编号,责任者,日期,保管期限,开放状态,全文文件",
            &format!(
                "{BRIDGE},Q001,关于修建柳湾大桥的通知,川政〔1985〕12号,荻川县人民政府,19850523,永久,开放,正文/大桥通知.txt"
            ),
            &format!("{GRAIN},Q001,关于收购余粮的请示,,荻川县粮食局,19851101,30年,待审核,正文/余粮请示.txt"),
            &format!("{LEDGER},Q001,柳湾大桥工程账目,,荻川县财政局,1986,10年,开放,"),
        ];
        std::fs::write(package.join("catalogue.csv"), rows.join("\n") + "\n").unwrap();
        std::fs::write(
            package.join("fonds.csv"),
            "全宗号,全宗名称\nQ001,荻川县人民政府\n",
        )
        .unwrap();
        package
    }
}

/// Every file below a folder with its bytes, by path.
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}
