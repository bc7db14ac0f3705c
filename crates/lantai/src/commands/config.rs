//! `lantai config`

use crate::output::{Output, Status};
use clap::{Args, Subcommand};
use lantai_server::KEYS;
use serde_json::{Value, json};

/// Explain the configuration.
#[derive(Debug, Args)]
pub struct ConfigCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Every key with its default, its variable and its meaning.
    Explain,
}

impl ConfigCommand {
    /// Explains it.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        let Action::Explain = self.action;
        let keys: Vec<Value> = KEYS
            .iter()
            .map(|key| {
                json!({"key": key.name, "variable": key.variable, "default": key.default, "meaning": key.meaning})
            })
            .collect();
        output.answer(&json!({"keys": keys}), || {
            let line = |key: &lantai_server::ConfigKey| {
                format!(
                    "{} = {}\n    {}\n    variable: {}\n",
                    key.name, key.default, key.meaning, key.variable
                )
            };
            KEYS.iter().map(line).collect()
        })?;
        Ok(Status::Well)
    }
}
