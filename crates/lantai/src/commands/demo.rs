//! `lantai demo`

use super::ingest::{findings_text, take_in};
use super::serve::serve_archive;
use crate::environment::variable;
use crate::output::{Output, Status};
use anyhow::{Context, bail};
use clap::Args;
use lantai_cataloguing::FondsRepository;
use lantai_domain::{Stage, Viewer};
use lantai_intake::{AccessionState, ReceiveRequest};
use lantai_server::{Access, Archive, CONFIG_FILE, Config, NewArchive, initialise};
use serde_json::json;
use std::path::PathBuf;

/// Name of the invented county's archives.
const INSTITUTION: &str = "荻川县档案馆";

/// Make a filled archive on this machine and serve it.
#[derive(Debug, Args)]
pub struct Demo {
    /// Folder of the demonstration; made when it is not there, used again when it is.
    #[arg(long, env = "LANTAI_DATA", default_value = "lantai-demo", value_name = "DIR")]
    data: PathBuf,
    /// Port; 0 takes any free one.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Only make it.
    #[arg(long)]
    no_serve: bool,
}

impl Demo {
    /// Makes and serves it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        if !self.data.join(CONFIG_FILE).exists() {
            let mut config = Config {
                institution: INSTITUTION.to_owned(),
                ..Config::default()
            };
            config.override_with(&variable)?;
            initialise(
                &self.data,
                &NewArchive {
                    config,
                    admin: "admin".to_owned(),
                },
            )
            .await?;
        }
        let config = Config::load(&self.data, &variable)?;
        let mut archive = super::guarded(Archive::open(&self.data, config, Access::Write).await?)?;
        if let Some(port) = self.port {
            archive.config.port = port;
        }
        if count(&archive).await? == 0 {
            output.say("Filling the archive with the demonstration collection …");
            fill(&archive).await?;
        }
        archive.worker().run_until_idle().await?;
        archive.rest().await?;
        let records = count(&archive).await?;
        if self.no_serve {
            output.answer(&json!({"records": records, "url": null}), || {
                format!(
                    "{records} records are in {}; serve them: lantai serve --data {0}",
                    self.data.display()
                )
            })?;
            return Ok(Status::Well);
        }
        output.say(&format!(
            "{records} records. Sign in to the workbench as admin with the password in {}; people are managed by \
             sysadmin, secadmin and auditadmin, whose passwords lie beside it",
            self.data.join("admin-password").display()
        ));
        serve_archive(
            &archive,
            true,
            output,
            |url| json!({"records": records, "url": url}),
        )
        .await?;
        Ok(Status::Well)
    }
}

async fn count(archive: &Archive) -> anyhow::Result<i64> {
    let mut reader = archive.holdings.database.read().await?;
    let fonds = FondsRepository(reader.conn()).all().await?;
    Ok(fonds.iter().map(|stored| stored.count.records).sum())
}

async fn fill(archive: &Archive) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let package = folder.path().join("荻川县档案");
    lantai_demo_collection::write_to(&package).context("cannot lay the collection out")?;
    let request = ReceiveRequest {
        path: package,
        name: "荻川县档案".to_owned(),
        kind: None,
        catalogue: None,
        root: None,
        fonds: None,
        stage: Stage::Filing,
        majors: lantai_intake::MajorFaults::Return,
        by: Viewer::local_archivist().name().to_owned(),
        environment: None,
        workspace: archive.workspace().to_path_buf(),
    };
    let received = take_in(archive, &request, None).await?.received;
    if !matches!(received.accession.state, AccessionState::Accepted { .. }) {
        bail!(
            "the collection was returned:\n{}",
            findings_text(&received.findings)
        );
    }
    Ok(())
}
