//! `lantai serve`

use super::Data;
use crate::output::{Output, Status};
use anyhow::Context;
use clap::Args;
use lantai_server::{Access, Archive, Served, serve};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

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
    let reload = match archive.config.tls {
        Some(_) => hangups().context("cannot listen for the signal to read certificates again")?,
        // without certificates the signal means what it means to every program
        None => mpsc::channel(1).1,
    };
    let mut told = Ok(());
    let ready = |served: &Served| {
        for notice in &served.notices {
            output.say(&format!("lantai: {notice} [{}]", notice.code()));
        }
        let mut document = document(&served.url);
        if let (Some(ends), Some(document)) = (served.certificates_end, document.as_object_mut()) {
            document.insert("certificates_end".to_owned(), json!(ends.to_string()));
        }
        told = output.answer(&document, || {
            format!("Portal: {0}\nWorkbench: {0}workbench/", served.url)
        });
    };
    serve(archive, work, ready, stopped, reload).await?;
    told
}

/// A message for each SIGHUP, from the call on; several that come at once are one.
fn hangups() -> std::io::Result<mpsc::Receiver<()>> {
    let mut hangups = signal(SignalKind::hangup())?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            // where one waits already, another tells nothing more
            if let Err(mpsc::error::TrySendError::Closed(())) = sender.try_send(()) {
                return;
            }
        }
    });
    Ok(receiver)
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
