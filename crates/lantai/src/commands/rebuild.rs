//! `lantai rebuild`

use super::Data;
use crate::output::{Output, Status};
use crate::progress::counter;
use clap::Args;
use lantai_server::Rebuilt;
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
        let document = json!({
            "records": rebuilt.records,
            "entries": rebuilt.entries,
            "waiting": rebuilt.waiting,
            "send_again": rebuilt.send_again,
        });
        output.answer(&document, || text(&rebuilt))?;
        // what must be sent again was acknowledged as being under way: nobody may overlook it
        Ok(Status::of(rebuilt.send_again.is_empty()))
    }
}

fn text(rebuilt: &Rebuilt) -> String {
    let mut lines = vec![format!(
        "{} records and {} journal entries are in place again",
        rebuilt.records, rebuilt.entries
    )];
    if rebuilt.waiting > 0 {
        lines.push(format!(
            "{} accessions wait for a person as before; what was decided of them is asked again",
            rebuilt.waiting
        ));
    }
    for accession in &rebuilt.send_again {
        lines.push(format!(
            "accession {accession} was under way and is lost: its package must be sent again"
        ));
    }
    lines.join("\n")
}
