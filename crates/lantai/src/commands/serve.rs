//! `lantai serve`

use super::Data;
use crate::output::{Output, Status};
use anyhow::Context;
use clap::Args;
use lantai_server::{Access, Archive, serve};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

/// Serve pages and API, with workers in the same process.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Port; 0 takes any free one.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Leave the jobs to `lantai work`.
    #[arg(long)]
    no_work: bool,
}

impl Serve {
    /// Serves until it is told to stop.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let mut archive = self.data.open(Access::Write).await?;
        if let Some(port) = self.port {
            archive.config.port = port;
        }
        serve_archive(&archive, !self.no_work, output, |url| json!({"url": url})).await?;
        Ok(Status::Well)
    }
}

/// Serves an archive until Ctrl-C or a request to end; `document` is what programs are told.
pub(super) async fn serve_archive(
    archive: &Archive,
    work: bool,
    output: &Output,
    document: impl FnOnce(&str) -> serde_json::Value,
) -> anyhow::Result<()> {
    let stopped = stopped().context("cannot listen for the signal to end")?;
    let mut told = Ok(());
    let ready = |address: std::net::SocketAddr| {
        let url = format!("http://{address}/");
        told = output.answer(&document(&url), || {
            format!("Portal: {url}\nWorkbench: {url}workbench/")
        });
    };
    serve(archive, work, ready, stopped).await?;
    told
}

/// Resolves when the process is asked to end. It listens from the call on, so that a request that comes as soon as the
/// address is told is not missed.
fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
