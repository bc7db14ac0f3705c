//! `lantai keys`

use super::Data;
use crate::output::{Output, Status};
use crate::progress::counter;
use clap::{Args, Subcommand};
use lantai_domain::NoProbe;
use lantai_server::{KeysListed, change_passphrase, list_keys, new_keys, rotate_keys};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// The keys that content is encrypted with.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the keys.
    List(List),
    /// Make the key store with its first key.
    New(New),
    /// Make another key the active one and wrap the keys of all objects under it; or go on with that.
    Rotate(Rotate),
    /// Put the key store under another passphrase.
    Passphrase(Passphrase),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: Data,
    /// Count the objects that need each key.
    #[arg(long)]
    objects: bool,
}

#[derive(Debug, Args)]
struct New {
    #[command(flatten)]
    data: Data,
}

#[derive(Debug, Args)]
struct Rotate {
    #[command(flatten)]
    data: Data,
}

#[derive(Debug, Args)]
struct Passphrase {
    #[command(flatten)]
    data: Data,
    /// File with the new passphrase; name it in the configuration afterwards.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Keys {
    /// Does it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        match self.action {
            Action::List(command) => command.run(output),
            Action::New(command) => command.run(output).await,
            Action::Rotate(command) => command.run(output).await,
            Action::Passphrase(command) => command.run(output).await,
        }
    }
}

impl List {
    fn run(self, output: &Output) -> anyhow::Result<Status> {
        let listed = list_keys(&self.data.data, &self.data.config()?, self.objects)?;
        output.answer(&listed, || text_of(&listed))?;
        Ok(Status::Well)
    }
}

impl New {
    async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let config = self.data.config()?;
        let key = new_keys(&self.data.data, &config).await?;
        let store = self.data.data.join(&config.encryption.store);
        let document = json!({"key": key.id, "algorithm": key.algorithm, "store": store});
        output.answer(&document, || {
            format!(
                "Key {} ({}) is in {}.\nBack it up, and its passphrase elsewhere: without them nothing encrypted can be read.",
                key.id,
                key.algorithm.name(),
                store.display()
            )
        })?;
        Ok(Status::Well)
    }
}

impl Rotate {
    async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let bar = counter("objects");
        let told = bar.clone();
        let progress = Arc::new(move |objects| told.set_position(objects));
        let rotated = rotate_keys(&self.data.data, &self.data.config()?, Arc::new(NoProbe), progress).await?;
        bar.finish_and_clear();
        output.answer(&rotated, || {
            format!(
                "Key {} is active; the keys of {} of {} encrypted objects were wrapped under it.\nKeep the older keys as long as a copy of the vault needs them.",
                rotated.key, rotated.rewrapped, rotated.objects
            )
        })?;
        Ok(Status::Well)
    }
}

impl Passphrase {
    async fn run(self, output: &Output) -> anyhow::Result<Status> {
        change_passphrase(&self.data.data, &self.data.config()?, &self.to).await?;
        output.answer(&json!({"passphrase_file": self.to}), || {
            format!(
                "The key store opens with the passphrase in {} now; name it in encryption.passphrase_file.",
                self.to.display()
            )
        })?;
        Ok(Status::Well)
    }
}

fn text_of(listed: &KeysListed) -> String {
    let mut lines: Vec<String> = listed
        .keys
        .iter()
        .map(|key| {
            let objects = key.objects.map(|objects| format!("  {objects} objects"));
            format!(
                "{}  {:<12}{:<9}{}{}",
                key.id,
                key.algorithm.name(),
                key.state.name(),
                key.created,
                objects.unwrap_or_default()
            )
        })
        .collect();
    if listed.rewrapping {
        lines.push("A rotation is not finished: run `lantai keys rotate`.".to_owned());
    }
    lines.join("\n")
}
