//! Examining files where they can do no harm: readers of others run in child processes with limits of memory, time,
//! and writing.
//!
//! ```text
//! Sandbox ── needs no child ──▶ own bounded walkers, in this process
//!        └── needs a child ──▶ one of N children ─ JSON line ▶ `lantai examine-file` ─ JSON line ▶ properties
//!                               killed and started anew after a crash, a timeout, or many files
//! ```

mod child;
mod error;
mod protocol;

pub use child::run_child;
pub use error::ExamineError;
pub use lantai_sandbox::ChildLimits;

use lantai_formats::identify::Identification;
use lantai_formats::page_code::{PageCode, PageCodeLimits, read_page_codes};
use lantai_formats::properties::{Claim, ExamineLimits, FileProperties, examine_claim, needs_child};
use lantai_sandbox::{ChildError, Pool, PoolOptions};
use protocol::{Answer, Request};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The hidden command that a child runs.
pub const EXAMINE_COMMAND: &str = "examine-file";

/// Bytes of an answer: signatures and their evidence travel in it.
const MAX_ANSWER: u64 = 16 << 20;
/// Bytes looked at to choose the way of a file.
const HEAD: u64 = 4096;

/// Examines files; the checks ask it.
pub trait Examiner: Send + Sync {
    /// What a file is like. An error says that it could not be examined, never that it is sound.
    fn examine(&self, identification: &Identification, path: &Path) -> Result<FileProperties, ExamineError>;

    /// The codes on the picture of a page. An error says that the page could not be searched, never that it has none.
    fn page_codes(
        &self,
        path: &Path,
        limits: &PageCodeLimits,
        timeout: Duration,
    ) -> Result<Vec<PageCode>, ExamineError>;
}

/// Examines in this process: for programs that trust what they read, and where no second process can be started.
#[derive(Debug, Clone, Default)]
pub struct InProcess {
    /// How much is read.
    pub limits: ExamineLimits,
}

impl Examiner for InProcess {
    fn examine(&self, identification: &Identification, path: &Path) -> Result<FileProperties, ExamineError> {
        Ok(examine_claim(&Claim::from(identification), path, &self.limits)?)
    }

    fn page_codes(
        &self,
        path: &Path,
        limits: &PageCodeLimits,
        _timeout: Duration,
    ) -> Result<Vec<PageCode>, ExamineError> {
        Ok(read_page_codes(path, limits)?)
    }
}

/// How a [`Sandbox`] runs.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// The program of the children: this one.
    pub executable: PathBuf,
    /// How many children there are at most.
    pub workers: usize,
    /// How much is read of one file.
    pub limits: ExamineLimits,
    /// How long one file may take.
    pub timeout: Duration,
    /// Limits that a child sets itself.
    pub child: ChildLimits,
    /// After so many files a child is replaced.
    pub files_per_child: u32,
}

impl SandboxOptions {
    /// The usual options for a program and a number of workers.
    pub fn new(executable: PathBuf, workers: usize) -> Self {
        Self {
            executable,
            workers: workers.max(1),
            limits: ExamineLimits::default(),
            timeout: Duration::from_secs(30),
            child: ChildLimits::default(),
            files_per_child: 500,
        }
    }

    fn arguments(&self) -> Vec<String> {
        vec![
            EXAMINE_COMMAND.to_owned(),
            "--memory".to_owned(),
            self.child.memory_bytes.to_string(),
            "--seconds".to_owned(),
            self.child.cpu_seconds.to_string(),
        ]
    }
}

/// A pool of children that examine files.
#[derive(Debug)]
pub struct Sandbox {
    options: SandboxOptions,
    children: Pool,
}

impl Sandbox {
    /// A pool without children yet; each is started when it is first needed.
    pub fn new(options: SandboxOptions) -> Self {
        let arguments = options.arguments();
        Self::with_arguments(options, arguments)
    }

    fn with_arguments(options: SandboxOptions, arguments: Vec<String>) -> Self {
        let children = Pool::new(PoolOptions {
            executable: options.executable.clone(),
            arguments,
            variables: Vec::new(),
            children: options.workers,
            questions_per_child: options.files_per_child,
            longest_line: MAX_ANSWER,
        });
        Self { options, children }
    }

    fn ask_child(&self, request: &Request, timeout: Duration) -> Result<Answer, ExamineError> {
        let request = request.to_line()?;
        let answer = self.children.talk(|child| {
            child.ask(&request)?;
            let line = child.answer(timeout)?;
            // a child that is not understood is not to be trusted
            match serde_json::from_str(&line).map_err(|error| ChildError::crashed(error.to_string()))? {
                Answer::OutOfMemory => Err(ChildError::Memory),
                Answer::Panicked(detail) => Err(ChildError::crashed(detail)),
                answer => Ok(answer),
            }
        })?;
        match answer {
            Answer::Unreadable(reason) => Err(ExamineError::Unreadable(std::io::Error::other(reason))),
            answer => Ok(answer),
        }
    }
}

impl Examiner for Sandbox {
    fn examine(&self, identification: &Identification, path: &Path) -> Result<FileProperties, ExamineError> {
        let claim = Claim::from(identification);
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut head = Vec::new();
        (&mut file).take(HEAD).read_to_end(&mut head)?;
        drop(file);
        if needs_child(&claim, &head, size, &self.options.limits) {
            let request = Request::new(claim, path, self.options.limits.clone());
            return match self.ask_child(&request, self.options.timeout)? {
                Answer::Properties(properties) => Ok(*properties),
                _ => Err(ExamineError::crashed("the child answered something else")),
            };
        }
        Ok(examine_claim(&claim, path, &self.options.limits)?)
    }

    fn page_codes(
        &self,
        path: &Path,
        limits: &PageCodeLimits,
        timeout: Duration,
    ) -> Result<Vec<PageCode>, ExamineError> {
        let request = Request::for_page_codes(path, limits.clone(), self.options.limits.clone());
        match self.ask_child(&request, timeout)? {
            Answer::PageCodes(codes) => Ok(codes),
            _ => Err(ExamineError::crashed("the child answered something else")),
        }
    }
}

#[cfg(test)]
mod tests;
