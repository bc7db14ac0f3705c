//! `lantai rebuild`

use super::Data;
use crate::output::{Output, Status};
use crate::progress::counter;
use clap::Args;
use serde_json::json;

/// Make catalogue and index again from vault and journal.
#[derive(Debug, Args)]
pub struct Rebuild {
    #[command(flatten)]
    data: Data,
}

impl Rebuild {
    /// Rebuilds.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let bar = counter("records");
        let rebuilt = lantai_server::rebuild(&self.data.data, self.data.config()?, &|count| {
            bar.set_position(count)
        })
        .await?;
        bar.finish_and_clear();
        if let Some(file) = &rebuilt.password_file {
            output.say(&format!(
                "The accounts were gone: sign in as admin with the password in {}",
                file.display()
            ));
        }
        let document = json!({"records": rebuilt.records, "entries": rebuilt.entries});
        output.answer(&document, || {
            format!(
                "{} records and {} journal entries are in place again",
                rebuilt.records, rebuilt.entries
            )
        })?;
        Ok(Status::Well)
    }
}
