//! The one place where the environment is read, what is made of it, and the log.

use anyhow::Context;
use lantai_formats::identify::Identifier;
use lantai_formats::reading::ReadLimits;
use lantai_intake::{Examiner, Sandbox, SandboxOptions};
use lantai_models::ModelStore;
use lantai_reading::{Reader, ReaderOptions, ToolPaths};
use lantai_server::Config;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing_subscriber::EnvFilter;

/// A variable of the environment; empty counts as not set.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the environment is read"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Who examines files: child processes of this program. It is named by what runs now, which a newer program put in
/// its place does not change.
pub fn examiner() -> anyhow::Result<Arc<dyn Examiner>> {
    Ok(Arc::new(Sandbox::new(SandboxOptions::new(
        this_program()?,
        processors(),
    ))))
}

fn this_program() -> anyhow::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    Ok(if running.exists() {
        running
    } else {
        std::env::current_exe()?
    })
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Who reads files: child processes of this program, with the tools of this machine. `scratch` is a folder for files
/// under way.
pub fn reader(archive: Option<(&Path, &Config)>, scratch: &Path) -> anyhow::Result<Reader> {
    let tools = ToolPaths {
        models: model_store(archive)?.folder().to_path_buf(),
        scratch: scratch.to_path_buf(),
        libreoffice: program("soffice").or_else(|| program("libreoffice")),
        ffmpeg: program("ffmpeg"),
        rules: match archive {
            Some((data, _)) => Some(std::path::absolute(data.join("rules"))?),
            None => None,
        },
        search_path: variable("PATH").unwrap_or_default(),
    };
    let children = match archive {
        Some((_, config)) => config.children(processors())?,
        None => processors(),
    };
    let options = ReaderOptions {
        executable: this_program()?,
        children,
        tools,
        limits: ReadLimits::default(),
        program: concat!("lantai ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    Ok(Reader::new(options, Arc::new(Identifier::builtin()?)))
}

/// Where models lie: as the environment or the configuration of an archive says; else in the data folder of the user,
/// so that several archives share them.
pub fn model_store(archive: Option<(&Path, &Config)>) -> anyhow::Result<ModelStore> {
    let named = archive
        .filter(|(_, config)| !config.models.folder.is_empty())
        .map(|(data, config)| data.join(&config.models.folder));
    let folder = variable("LANTAI_MODELS")
        .map(PathBuf::from)
        .or(named)
        .or_else(|| users_data().map(|folder| folder.join("lantai/models")))
        // a service without a home keeps them with its archive
        .or_else(|| archive.map(|(data, _)| data.join("models")))
        .context("there is no folder for models: set LANTAI_MODELS")?;
    Ok(ModelStore::new(folder)?)
}

/// The folder for data of the user's programs (XDG Base Directory Specification).
fn users_data() -> Option<PathBuf> {
    let named = variable("XDG_DATA_HOME").map(PathBuf::from);
    named
        .filter(|folder| folder.is_absolute())
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local/share")))
}

/// A program that lies in one of the folders of `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let folders = variable("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
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
