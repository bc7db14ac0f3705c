//! Reading a file: identified here, read by a child process line by line, put together here.
//!
//! ```text
//! path ─▶ identification ─▶ Pool ─▶ `lantai read-file` ─▶ pages · segments · parts · omissions ─▶ Reading
//!                                        └─▶ `understand` ─▶ entities · language · suggestions ──┘
//! ```
//!
//! What a child told before it broke down is kept, with the reason why there is no more. Where a file is large, the
//! lines are kept in a [`Spool`] as they come, and a reading that was interrupted goes on after the last of them.

mod assemble;
mod child;
mod listen;
mod protocol;
mod spool;
mod tools;

pub use child::run_read_child;
pub use spool::Spool;
pub use tools::ToolPaths;

use crate::error::ReadingError;
use assemble::Assembly;
use lantai_domain::reading::{Omission, Reading};
use lantai_formats::identify::{Identification, Identifier};
use lantai_formats::properties::Claim;
use lantai_formats::reading::ReadLimits;
use lantai_sandbox::{ChildError, ChildLimits, Pool, PoolOptions};
use protocol::Question;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The hidden command that a child runs.
pub const READ_COMMAND: &str = "read-file";

/// Bytes of the longest line that a child answers: a page of two million characters with its places.
const LONGEST_LINE: u64 = 256 << 20;
/// After so many questions a child is replaced.
const QUESTIONS_PER_CHILD: u32 = 200;

/// How files are read.
#[derive(Debug, Clone)]
pub struct ReaderOptions {
    /// The program of the children: this one.
    pub executable: PathBuf,
    /// How many children read at the same time.
    pub children: usize,
    /// What the children are given besides files.
    pub tools: ToolPaths,
    /// How much of a file is read.
    pub limits: ReadLimits,
    /// Name and version of this program, for the provenance.
    pub program: String,
}

/// What is told while a file is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    /// So many pages were read.
    Page(u32),
    /// The recording was heard up to this second.
    Second(f64),
}

/// Reads files, in children. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reader {
    options: Arc<ReaderOptions>,
    identifier: Arc<Identifier>,
    children: Arc<Pool>,
    is_stopped: Arc<AtomicBool>,
}

impl Reader {
    /// A reader without children yet; each is started when it is first needed.
    pub fn new(options: ReaderOptions, identifier: Arc<Identifier>) -> Self {
        let limits = child_limits();
        let arguments = [
            READ_COMMAND.to_owned(),
            "--memory".to_owned(),
            limits.memory_bytes.to_string(),
            "--seconds".to_owned(),
            limits.cpu_seconds.to_string(),
        ];
        let children = Pool::new(PoolOptions {
            executable: options.executable.clone(),
            arguments: arguments.to_vec(),
            variables: options.tools.variables(),
            children: options.children,
            questions_per_child: QUESTIONS_PER_CHILD,
            longest_line: LONGEST_LINE,
        });
        Self {
            options: Arc::new(options),
            identifier,
            children: Arc::new(children),
            is_stopped: Arc::default(),
        }
    }

    /// Ends what is read now with [`ReadingError::Interrupted`], and whatever is asked for later.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// How many files are read at the same time.
    pub fn children(&self) -> usize {
        self.options.children.max(1)
    }

    /// A short name of the tools that are there, which changes with any of them.
    pub fn recipe(&self) -> String {
        self.options.tools.recipe(&self.options.program)
    }

    /// Reads a file. `name` is the one it goes by, for its format and for the suggestions; it needs not be that of
    /// `path`. Blocks; tells of its progress.
    ///
    /// # Errors
    /// Where the file cannot be opened, or no child can be started. Whatever is wrong with the file itself is an
    /// omission of the reading.
    pub fn read(
        &self,
        path: &Path,
        name: &str,
        spool: Option<&mut Spool>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Reading, ReadingError> {
        let (identification, sha256) = self.look_at(path, name)?;
        let mut assembly = Assembly::new(&identification, sha256.clone());
        if let Some(spool) = &spool {
            spool.replay(&sha256, &self.recipe(), |line| assembly.take(line))?;
        }
        let claim = Claim::from(&identification);
        self.read_into(path, name, claim, &mut assembly, spool, progress)?;
        let mut reading = assembly.finish(&self.options.program);
        self.understand(&mut reading)?;
        Ok(reading)
    }

    fn look_at(&self, path: &Path, name: &str) -> Result<(Identification, String), ReadingError> {
        let failed = |source| ReadingError::File {
            path: path.to_path_buf(),
            source,
        };
        let mut file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let identification = self.identifier.identify(name, size, &mut file).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0_u8; 256 << 10];
        loop {
            let count = file.read(&mut buffer).map_err(failed)?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
        }
        Ok((identification, hex::encode(hasher.finalize())))
    }

    fn read_into(
        &self,
        path: &Path,
        name: &str,
        claim: Claim,
        assembly: &mut Assembly,
        mut spool: Option<&mut Spool>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), ReadingError> {
        let recipe = self.recipe();
        let mut broken: Option<ReadingError> = None;
        let said = self.children.talk(|child| {
            // after a child that died of the past the talk begins again, behind what was told already
            let question = Question::read(path, name, claim.clone(), &self.options, assembly);
            child.ask(&question.to_line())?;
            listen::listen(child, &|| self.is_over(), |line| {
                if self.is_over() {
                    return;
                }
                if let Some(spool) = spool.as_deref_mut()
                    && let Err(error) = spool.write(assembly.sha256(), &recipe, &line)
                {
                    broken = Some(error);
                }
                if let Some(told) = assembly.take(line) {
                    progress(told);
                }
            })
        });
        if let Some(error) = broken {
            return Err(error);
        }
        match said {
            Ok(()) => Ok(()),
            Err(error @ ChildError::NotStarted { .. }) => Err(ReadingError::NoChild(error)),
            Err(ChildError::Stopped) => Err(ReadingError::Interrupted),
            Err(error) => {
                assembly.break_off(&error);
                Ok(())
            }
        }
    }

    /// Names, dates, suggestions. Without them the reading is kept, and says why.
    fn understand(&self, reading: &mut Reading) -> Result<(), ReadingError> {
        if reading.text.trim().is_empty() {
            return Ok(());
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.options.tools.scratch).map_err(|source| {
            ReadingError::File {
                path: self.options.tools.scratch.clone(),
                source,
            }
        })?;
        let bytes = serde_json::to_vec(reading).map_err(|source| ReadingError::Document {
            what: "a file".to_owned(),
            source,
        })?;
        file.write_all(&bytes).map_err(|source| ReadingError::File {
            path: file.path().to_path_buf(),
            source,
        })?;
        let question = Question::understand(file.path(), &self.options);
        let mut understood = None;
        let mut refused = None;
        let said = self.children.talk(|child| {
            child.ask(&question.to_line())?;
            listen::listen(child, &|| self.is_over(), |line| match line {
                protocol::Line::Understood(found) => understood = Some(found),
                protocol::Line::Refused { code, detail } => refused = Some((code, detail)),
                _ => {}
            })
        });
        match (said, understood) {
            (Ok(()), Some(found)) => found.join(reading),
            (Err(error @ ChildError::NotStarted { .. }), _) => return Err(ReadingError::NoChild(error)),
            (Err(ChildError::Stopped), _) => return Err(ReadingError::Interrupted),
            (said, _) => {
                let (code, detail) = refused.unwrap_or_else(|| {
                    let detail = said.err().map_or_else(String::new, |error| error.to_string());
                    ("reading.broke_down".to_owned(), detail)
                });
                reading.provenance.omitted.push(Omission {
                    step: "entities".to_owned(),
                    code,
                    detail,
                    range: None,
                });
            }
        }
        Ok(())
    }
}

/// What a child may use: models need more address space than documents do, and bridges start programs that write.
pub fn child_limits() -> ChildLimits {
    ChildLimits {
        memory_bytes: 6 << 30,
        cpu_seconds: 24 * 60 * 60,
        file_bytes: 2 << 30,
        may_start_others: true,
        is_in_the_background: true,
    }
}
