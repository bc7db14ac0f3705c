//! The one place where the environment is read, and the log.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// A variable of the environment; empty counts as not set.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the environment is read"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Starts the log on standard error: services say what they do, commands only what went wrong. `LANTAI_LOG` says more.
pub fn start_log(service: bool) {
    let usual = if service {
        "info,sqlx=warn,tantivy=warn"
    } else {
        "error"
    };
    let wanted = variable("LANTAI_LOG").unwrap_or_else(|| usual.to_owned());
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new(usual));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        log.try_init()
    } else {
        log.with_ansi(false).json().try_init()
    };
    // a log that is there already is as good
    drop(started);
}
