//! The one place that prints.

use serde::Serialize;
use serde_json::json;
use std::process::ExitCode;

/// How a command ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All went well.
    Well,
    /// The answer is "no": a check failed, something is damaged, some of the batch was refused.
    No,
    /// It could not run.
    CouldNotRun,
}

impl Status {
    /// `Well` or `No`.
    pub fn of(well: bool) -> Self {
        if well { Self::Well } else { Self::No }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Well => 0,
            Status::No => 1,
            Status::CouldNotRun => 3,
        })
    }
}

/// Where a command's answer goes: text for people, JSON for programs, both on standard output.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Output in one of the two forms.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Gives the answer: the document for programs, else the text for people.
    pub fn answer(self, document: &impl Serialize, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.json {
            print_line(&serde_json::to_string(document)?);
        } else {
            let text = text();
            if !text.is_empty() {
                print_line(text.trim_end());
            }
        }
        Ok(())
    }

    /// A message for people beside the answer, on standard error.
    pub fn say(self, text: &str) {
        say_line(text);
    }

    /// Tells why a command could not run: the chain of causes, and the stable code where there is one.
    pub fn error(self, error: &anyhow::Error) {
        let code = code_of(error);
        let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
        let text = chain.join(": ");
        if self.json {
            print_line(&json!({"error": {"code": code, "message": text}}).to_string());
        }
        match code {
            Some(code) => say_line(&format!("lantai: {text} [{code}]")),
            None => say_line(&format!("lantai: {text}")),
        }
    }
}

/// The stable code of the first error in the chain that has one.
fn code_of(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| {
        let archive = cause
            .downcast_ref::<lantai_server::ArchiveError>()
            .map(lantai_server::ArchiveError::code);
        let intake = || {
            cause
                .downcast_ref::<lantai_intake::IntakeError>()
                .map(lantai_intake::IntakeError::code)
        };
        let access = || {
            cause
                .downcast_ref::<lantai_access::AccessError>()
                .map(lantai_access::AccessError::code)
        };
        let cataloguing = || {
            let error = cause.downcast_ref::<lantai_cataloguing::CataloguingError>();
            error.map(lantai_cataloguing::CataloguingError::code)
        };
        let models = || {
            cause
                .downcast_ref::<lantai_models::ModelError>()
                .map(lantai_models::ModelError::code)
        };
        let fonds = || {
            let error = cause.downcast_ref::<lantai_domain::fonds::FondsNumberError>();
            error.map(lantai_domain::fonds::FondsNumberError::code)
        };
        archive
            .or_else(intake)
            .or_else(access)
            .or_else(cataloguing)
            .or_else(models)
            .or_else(fonds)
    })
}

#[expect(clippy::print_stdout, reason = "this is the one place that prints")]
fn print_line(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "this is the one place that prints")]
fn say_line(text: &str) {
    eprintln!("{text}");
}
