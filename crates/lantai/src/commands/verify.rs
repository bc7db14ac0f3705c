//! `lantai verify`

use super::Data;
use crate::output::{Output, Status};
use crate::progress::VerifyBar;
use clap::{Args, ValueEnum};
use lantai_domain::{Clock, SystemClock};
use lantai_preservation::{Digests, Scope};
use std::sync::Arc;

/// Read everything that is kept again and prove it.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    data: Data,
    /// Look at one store only.
    #[arg(long)]
    only: Option<Only>,
    /// Compare content also with the SM3 digests (GB/T 32905) that were recorded.
    #[arg(long)]
    sm3: bool,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Every byte of the vault.
    Vault,
    /// Every entry and hash of the journal.
    Journal,
    /// Catalogue against vault and journal.
    Catalogue,
}

impl Verify {
    /// Verifies.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let wanted = |one: Only| self.only.is_none_or(|only| only == one);
        let scope = Scope {
            vault: wanted(Only::Vault),
            journal: wanted(Only::Journal),
            catalogue: wanted(Only::Catalogue),
            digests: match self.sm3 {
                true => Digests::ContentAndSm3,
                false => Digests::Content,
            },
        };
        let config = self.data.config()?;
        let progress = Arc::new(VerifyBar::new());
        let report =
            lantai_server::verify(&self.data.data, &config, scope, SystemClock.now(), progress).await?;
        output.answer(&report, || {
            let mut text = format!(
                "{} files, {} bytes, {} journal entries\n",
                report.files, report.bytes, report.entries
            );
            for problem in &report.problems {
                text.push_str(&format!("{}  {}\n", problem.kind, problem.place));
                for (what, value) in [("expected", &problem.expected), ("found", &problem.found)] {
                    if let Some(value) = value {
                        text.push_str(&format!("    {what}: {value}\n"));
                    }
                }
            }
            text.push_str(if report.ok {
                "all is sound"
            } else {
                "something is damaged"
            });
            text
        })?;
        Ok(Status::of(report.ok))
    }
}
