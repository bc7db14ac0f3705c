//! `lantai work`

use super::Data;
use crate::output::{Output, Status};
use clap::Args;
use lantai_server::Access;
use serde_json::json;

/// Do the jobs that wait, without serving.
#[derive(Debug, Args)]
pub struct Work {
    #[command(flatten)]
    data: Data,
    /// Stop when nothing waits any more.
    #[arg(long)]
    until_idle: bool,
}

impl Work {
    /// Works.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let archive = self.data.open(Access::Write).await?;
        let worker = archive.worker();
        if !self.until_idle {
            let (stopped, mut stopping) = tokio::sync::watch::channel(false);
            let mut for_watcher = stopping.clone();
            let mut for_audit = stopping.clone();
            let mut for_reading = stopping.clone();
            let signalled = async {
                drop(tokio::signal::ctrl_c().await);
                stopped.send_replace(true);
            };
            let working = worker.run(async move { drop(stopping.wait_for(|stopped| *stopped).await) });
            let watching = archive.watch(async move { drop(for_watcher.wait_for(|stopped| *stopped).await) });
            let keeping =
                archive.keep_audit(async move { drop(for_audit.wait_for(|stopped| *stopped).await) });
            let reading =
                archive.read_what_waits(async move { drop(for_reading.wait_for(|stopped| *stopped).await) });
            let (worked, (), (), (), ()) = tokio::join!(working, watching, signalled, keeping, reading);
            worked?;
            archive.rest().await?;
            return Ok(Status::Well);
        }
        archive.watcher().look().await?;
        let mut done = worker.run_until_idle().await?;
        let read = match archive.reading_worker() {
            Some(reading) => reading.run_until_idle().await?,
            None => 0,
        };
        // what was read goes into the index
        done += worker.run_until_idle().await?;
        archive.rest().await?;
        output.answer(&json!({"jobs": done, "read": read}), || {
            format!("{done} jobs done, {read} records read")
        })?;
        Ok(Status::Well)
    }
}
