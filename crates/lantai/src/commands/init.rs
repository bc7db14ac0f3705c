//! `lantai init`

use crate::environment::variable;
use crate::output::{Output, Status};
use clap::Args;
use lantai_server::{Config, NewArchive, initialise};
use serde_json::json;
use std::path::PathBuf;

/// Make an empty archive.
#[derive(Debug, Args)]
pub struct Init {
    /// Folder for the archive; empty, or not there yet.
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// Name of the account of the first archivist. Beside it there is one for each administrator: sysadmin, secadmin and
    /// auditadmin.
    #[arg(long, default_value = "admin", value_name = "NAME")]
    admin: String,
    /// Name of the institution.
    #[arg(long, value_name = "NAME")]
    institution: Option<String>,
    /// The catalogue: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Folder of the vault.
    #[arg(long, value_name = "URL")]
    vault: Option<String>,
    /// Folder of the index.
    #[arg(long, value_name = "URL")]
    search: Option<String>,
}

impl Init {
    /// Makes it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let mut config = Config::default();
        config.override_with(&variable)?;
        let given = |value: Option<String>, key: &mut String| {
            if let Some(value) = value {
                *key = value;
            }
        };
        given(self.institution, &mut config.institution);
        given(self.database, &mut config.database);
        given(self.vault, &mut config.vault);
        given(self.search, &mut config.search);
        let made = initialise(
            &self.data,
            &NewArchive {
                config,
                admin: self.admin,
            },
        )
        .await?;
        let document = json!({
            "data": made.data,
            "institution": made.institution,
            "admin": made.admin,
            "password_file": made.password_file,
        });
        output.answer(&document, || {
            let administrators = made.administrators.iter().map(|one| {
                format!("Sign in as {} with the password in {}.\n", one.name, one.password_file.display())
            });
            format!(
                "An empty archive is in {}.\nSign in as {} with the password in {}.\n{}Serve it: lantai serve --data {}",
                made.data.display(),
                made.admin,
                made.password_file.display(),
                administrators.collect::<String>(),
                made.data.display()
            )
        })?;
        Ok(Status::Well)
    }
}
