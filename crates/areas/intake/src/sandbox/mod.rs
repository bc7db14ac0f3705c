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
mod worker;

pub use child::{ChildLimits, run_child};
pub use error::ExamineError;

use crossbeam_channel::{Receiver, Sender, bounded};
use lantai_formats::identify::Identification;
use lantai_formats::page_code::{PageCode, PageCodeLimits, read_page_codes};
use lantai_formats::properties::{Claim, ExamineLimits, FileProperties, examine_claim, needs_child};
use protocol::{Answer, Request};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use worker::Worker;

/// The hidden command that a child runs.
pub const EXAMINE_COMMAND: &str = "examine-file";

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
pub struct Sandbox {
    options: SandboxOptions,
    arguments: Vec<String>,
    /// Places for children; a place is empty until it is used, and after a child died.
    free: (Sender<Option<Worker>>, Receiver<Option<Worker>>),
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sandbox")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A pool without children yet; each is started when it is first needed.
    pub fn new(options: SandboxOptions) -> Self {
        let arguments = options.arguments();
        Self::with_arguments(options, arguments)
    }

    fn with_arguments(options: SandboxOptions, arguments: Vec<String>) -> Self {
        let places = options.workers.max(1);
        let free = bounded(places);
        for _ in 0..places {
            // there is room for each
            let _ = free.0.send(None);
        }
        Self {
            options,
            arguments,
            free,
        }
    }

    fn ask_child(&self, request: &Request, timeout: Duration) -> Result<Answer, ExamineError> {
        let request = request.to_line()?;
        // waits for a place; the pool lives as long as its caller, so there always comes one
        let mut place = self
            .free
            .1
            .recv()
            .map_err(|_| ExamineError::crashed("the pool is closed"))?;
        let answer = self.answer(&mut place, &request, timeout);
        if answer.as_ref().is_err_and(ExamineError::spoils_the_child) {
            place = None;
        }
        let worn_out = place
            .as_ref()
            .is_some_and(|worker| worker.files() >= self.options.files_per_child);
        let _ = self.free.0.send(if worn_out { None } else { place });
        answer
    }

    fn answer(
        &self,
        place: &mut Option<Worker>,
        request: &str,
        timeout: Duration,
    ) -> Result<Answer, ExamineError> {
        let is_fresh = place.is_none();
        let worker = match place {
            Some(worker) => worker,
            None => place.insert(Worker::start(&self.options.executable, &self.arguments)?),
        };
        match worker.ask(request, timeout) {
            // a child that had other files before may have died of them: a fresh one tells
            Err(ExamineError::Gone { .. } | ExamineError::Crashed { .. } | ExamineError::Memory)
                if !is_fresh =>
            {
                let worker = place.insert(Worker::start(&self.options.executable, &self.arguments)?);
                worker.ask(request, timeout)
            }
            answer => answer,
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
