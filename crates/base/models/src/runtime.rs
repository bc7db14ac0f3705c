//! The library that runs models: ONNX Runtime, loaded from a file of the store.

use crate::error::ModelError;
use ort::environment::Environment;
use ort::ep;
use ort::logging::LogLevel;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use ort::session::Session;

/// The library is loaded once in a process, and stays.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

/// The loaded library. Copies are the same library.
#[derive(Clone)]
pub struct Runtime {
    environment: Environment,
    path: PathBuf,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Runtime")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// How a model is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions {
    /// Threads that work at one step. One is best for throughput: rather run two sessions than one with two threads.
    pub threads: usize,
    /// Whether memory of finished steps is kept for the next run. Faster where all runs have the same shape; where
    /// shapes differ it grows to the sum of the largest.
    pub keep_memory: bool,
    /// Whether the graph is rewritten to a faster one when it is opened.
    pub optimise: bool,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            threads: 1,
            keep_memory: false,
            optimise: true,
        }
    }
}

/// Bytes that a graph names as lying outside it: the name of a file that needs not exist, and its content.
pub type ExternalBytes = (String, Arc<[u8]>);

impl Runtime {
    /// Loads the library. It is loaded once in a process: a second call answers with the first one's library, and
    /// refuses another file.
    ///
    /// # Errors
    ///
    /// [`ModelError::Runtime`] where the file is no such library, is older than what the program was made for, or
    /// another one is loaded already.
    pub fn load(library: &Path) -> Result<Self, ModelError> {
        let refused = |reason: String| ModelError::Runtime {
            path: library.to_path_buf(),
            reason,
        };
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*loaded {
            return match runtime.path == library {
                true => Ok(runtime.clone()),
                false => Err(refused(format!("{} is loaded already", runtime.path.display()))),
            };
        }
        if !library.is_absolute() {
            // a relative name would be looked for beside the program and in the folders of the system
            return Err(refused("its path is not absolute".to_owned()));
        }
        let environment = ort::init_from(library)
            .map_err(|error| refused(error.to_string()))?
            .with_name("lantai")
            .with_telemetry(false)
            .with_logger(Arc::new(|level, _category, _id, _place, message| {
                if level >= LogLevel::Error {
                    // it is told again as the error of the call
                    tracing::debug!(message, "onnxruntime");
                }
            }))
            .build()
            .map_err(|error| refused(error.to_string()))?;
        environment.set_log_level(LogLevel::Error);
        let runtime = Self {
            environment,
            path: library.to_path_buf(),
        };
        *loaded = Some(runtime.clone());
        Ok(runtime)
    }

    /// Opens a model.
    ///
    /// # Errors
    ///
    /// [`ModelError::Session`] where the library does not accept it.
    pub fn session(&self, model: &Path, options: SessionOptions) -> Result<Session, ModelError> {
        let refused = |error: ort::Error| not_accepted(&model.display().to_string(), &error);
        self.builder(options)
            .map_err(refused)?
            .commit_from_file(model)
            .map_err(refused)
    }

    /// Opens a model that lies in memory; the bytes are needed no longer afterwards. `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`ModelError::Session`] where the library does not accept it.
    pub fn session_from_bytes(
        &self,
        name: &str,
        model: &[u8],
        external: &[ExternalBytes],
        options: SessionOptions,
    ) -> Result<Session, ModelError> {
        let refused = |error: ort::Error| not_accepted(name, &error);
        let mut builder = self.builder(options).map_err(refused)?;
        for (file, bytes) in external {
            builder = builder
                .with_external_initializer_file_in_memory(file, Arc::clone(bytes))
                .map_err(|error| refused(error.into()))?;
        }
        builder.commit_from_memory(model).map_err(refused)
    }

    fn builder(&self, options: SessionOptions) -> ort::Result<SessionBuilder> {
        let level = match options.optimise {
            true => GraphOptimizationLevel::All,
            false => GraphOptimizationLevel::Disable,
        };
        let memory = ep::CPU::default()
            .with_arena_allocator(options.keep_memory)
            .build();
        let builder = Session::builder(&self.environment)?
            .with_optimization_level(level)?
            .with_intra_threads(options.threads.max(1))?
            .with_inter_threads(1)?
            // a thread that waits for work must not burn a processor of the server
            .with_intra_op_spinning(false)?
            .with_inter_op_spinning(false)?
            .with_memory_pattern(options.keep_memory)?
            .with_log_level(LogLevel::Error)?
            .with_execution_providers([memory])?;
        Ok(builder)
    }
}

fn not_accepted(name: &str, error: &ort::Error) -> ModelError {
    ModelError::Session {
        name: name.to_owned(),
        reason: error.to_string(),
    }
}
