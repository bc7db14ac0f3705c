//! The one binary: commands, configuration, start-up; no logic of its own.

mod commands;
mod environment;
mod output;
mod progress;

use clap::Parser;
use commands::Command;
use output::{Output, Status};
use std::process::ExitCode;

/// Lantai 兰台, a digital archive (数字档案馆).
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    /// Print one JSON document (or JSON Lines where said) instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    environment::start_log(matches!(cli.command, Command::Serve(_) | Command::Work(_)));
    let output = Output::new(cli.json);
    if let Command::ExamineFile(command) = &cli.command {
        // alone, without the threads of a runtime: limits bind the whole process
        return finish(command.run(), &output);
    }
    if let Command::ReadFile(command) = &cli.command {
        return finish(command.run(), &output);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.error(&anyhow::Error::new(error).context("cannot start"));
            return Status::CouldNotRun.into();
        }
    };
    finish(runtime.block_on(cli.command.run(&output)), &output)
}

fn finish(result: anyhow::Result<Status>, output: &Output) -> ExitCode {
    match result {
        Ok(status) => status.into(),
        Err(error) => {
            output.error(&error);
            Status::CouldNotRun.into()
        }
    }
}
