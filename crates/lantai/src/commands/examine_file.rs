//! `lantai examine-file`: the child process that intake starts for files that readers of others examine.

use crate::output::Status;
use clap::Args;
use lantai_intake::{ChildLimits, run_child};
use std::io::{stdin, stdout};

/// Answer questions about files, one JSON line each, under limits. Started by the program itself.
#[derive(Debug, Args)]
pub struct ExamineFile {
    /// Address space in bytes.
    #[arg(long, default_value_t = ChildLimits::default().memory_bytes)]
    memory: u64,
    /// Seconds of processor time over all files.
    #[arg(long, default_value_t = ChildLimits::default().cpu_seconds)]
    seconds: u64,
}

impl ExamineFile {
    /// Binds this process, then answers until there are no more questions.
    pub fn run(&self) -> anyhow::Result<Status> {
        let limits = ChildLimits {
            memory_bytes: self.memory,
            cpu_seconds: self.seconds,
            ..ChildLimits::default()
        };
        limits.bind_this_process()?;
        run_child(stdin().lock(), stdout().lock())?;
        Ok(Status::of(true))
    }
}
