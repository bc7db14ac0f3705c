//! `lantai read-file`: the child process in which files are read.

use crate::output::Status;
use clap::Args;
use lantai_reading::{ChildLimits, child_limits, run_read_child};
use std::io::{stdin, stdout};

/// Read files, a line of JSON for each question, under limits. Started by the program itself.
#[derive(Debug, Args)]
pub struct ReadFile {
    /// Address space in bytes.
    #[arg(long, default_value_t = child_limits().memory_bytes)]
    memory: u64,
    /// Seconds of processor time over all files.
    #[arg(long, default_value_t = child_limits().cpu_seconds)]
    seconds: u64,
}

impl ReadFile {
    /// Binds this process, then answers until there are no more questions.
    pub fn run(&self) -> anyhow::Result<Status> {
        let limits = ChildLimits {
            memory_bytes: self.memory,
            cpu_seconds: self.seconds,
            ..child_limits()
        };
        limits.bind_this_process()?;
        run_read_child(stdin().lock(), stdout().lock())?;
        Ok(Status::of(true))
    }
}
