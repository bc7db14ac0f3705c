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
            let interrupted = async { drop(tokio::signal::ctrl_c().await) };
            worker.run(interrupted).await?;
            return Ok(Status::Well);
        }
        let done = worker.run_until_idle().await?;
        output.answer(&json!({"jobs": done}), || format!("{done} jobs done"))?;
        Ok(Status::Well)
    }
}
