//! `lantai doctor`

use crate::environment::{model_store, program, variable};
use crate::output::{Output, Status};
use clap::Args;
use lantai_models::store::ModelState;
use lantai_server::Config;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Programs of others that do what nothing else here does, by the names under which they are called, and what is left
/// out without them.
const TOOLS: [(&str, &[&str], &str); 2] = [
    (
        "LibreOffice",
        &["soffice", "libreoffice"],
        "files that only LibreOffice reads, such as old drawings and spreadsheets",
    ),
    ("ffmpeg", &["ffmpeg"], "films, and sound in rare formats"),
];

/// Tell what of this machine and of an archive is in order, and what is left out. What is missing and may be missing is
/// no fault.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Data folder of the archive that is looked at; without it, only the machine is.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

/// How it stands with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Well,
    Missing,
    Wrong,
}

#[derive(Debug, Serialize)]
struct Looked {
    /// `archive`, `models` or `tools`.
    area: &'static str,
    name: String,
    state: State,
    /// Where it is, or what is wrong with it.
    detail: String,
    /// What is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    without: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    version: &'static str,
    checks: Vec<Looked>,
}

impl Doctor {
    /// Looks at it.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        let mut checks = Vec::new();
        let config = self
            .data
            .as_deref()
            .and_then(|data| look_at_archive(data, &mut checks));
        let archive = self.data.as_deref().zip(config.as_ref());
        look_at_models(archive, &mut checks);
        checks.extend(TOOLS.map(|(name, calls, without)| look_at_tool(name, calls, without)));
        let report = Report {
            ok: checks.iter().all(|looked| looked.state != State::Wrong),
            version: env!("CARGO_PKG_VERSION"),
            checks,
        };
        output.answer(&report, || text_of(&report))?;
        Ok(Status::of(report.ok))
    }
}

fn look_at_archive(data: &Path, checks: &mut Vec<Looked>) -> Option<Config> {
    let mut looked = |name: &str, state, detail: String| {
        checks.push(Looked {
            area: "archive",
            name: name.to_owned(),
            state,
            detail,
            without: None,
        });
    };
    let config = match Config::load(data, &variable) {
        Ok(config) => {
            looked("configuration", State::Well, data.display().to_string());
            config
        }
        Err(error) => {
            looked(
                "configuration",
                State::Wrong,
                format!("{error} [{}]", error.code()),
            );
            return None;
        }
    };
    for (name, folder) in [("vault", &config.vault), ("index", &config.search)] {
        let folder = data.join(folder);
        match std::fs::read_dir(&folder) {
            Ok(_) => looked(name, State::Well, folder.display().to_string()),
            Err(error) => looked(name, State::Wrong, format!("{}: {error}", folder.display())),
        }
    }
    Some(config)
}

fn look_at_models(archive: Option<(&Path, &Config)>, checks: &mut Vec<Looked>) {
    let mut looked = |name: &str, state, detail: String, without| {
        checks.push(Looked {
            area: "models",
            name: name.to_owned(),
            state,
            detail,
            without,
        });
    };
    let store = match model_store(archive) {
        Ok(store) => store,
        Err(error) => return looked("folder", State::Wrong, error.to_string(), None),
    };
    for model in &store.manifest().models {
        let without = Some(model.without.en.clone());
        let place = store.folder().join(&model.name).display().to_string();
        match store.state(&model.name) {
            Ok(ModelState::Present) => looked(&model.name, State::Well, place, None),
            Ok(ModelState::Missing) => {
                let fetch = format!("lantai models fetch {}", model.name);
                looked(&model.name, State::Missing, fetch, without);
            }
            Ok(ModelState::NoPlatform) => {
                let detail = format!("it does not exist for {}", store.platform());
                looked(&model.name, State::Missing, detail, without);
            }
            Ok(ModelState::Wrong) => {
                let detail = format!(
                    "{place} is not as the list has it: lantai models verify {}",
                    model.name
                );
                looked(&model.name, State::Wrong, detail, without);
            }
            Err(error) => looked(
                &model.name,
                State::Wrong,
                format!("{error} [{}]", error.code()),
                without,
            ),
        }
    }
}

fn look_at_tool(name: &str, calls: &[&str], without: &str) -> Looked {
    let found = calls.iter().find_map(|call| program(call));
    Looked {
        area: "tools",
        name: name.to_owned(),
        state: if found.is_some() {
            State::Well
        } else {
            State::Missing
        },
        detail: match &found {
            Some(path) => path.display().to_string(),
            None => format!("no {} in PATH", calls.join(" or ")),
        },
        without: found.is_none().then(|| without.to_owned()),
    }
}

fn text_of(report: &Report) -> String {
    let mut text = format!("lantai {}\n", report.version);
    let mut area = "";
    for looked in &report.checks {
        if looked.area != area {
            area = looked.area;
            text.push_str(&format!("\n{area}\n"));
        }
        let state = match looked.state {
            State::Well => "well",
            State::Missing => "missing",
            State::Wrong => "WRONG",
        };
        text.push_str(&format!("  {:<18}{state:<9}{}\n", looked.name, looked.detail));
        if let Some(without) = &looked.without {
            text.push_str(&format!("  {:<27}left out: {without}\n", ""));
        }
    }
    text.push_str(match report.ok {
        true => "\nnothing is wrong",
        false => "\nsomething is wrong",
    });
    text
}
