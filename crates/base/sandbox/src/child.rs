//! One child process: asked and answering line by line, killed when it is silent for too long.

use crate::error::ChildError;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes kept of what a child says before it dies.
const MAX_LAST_WORDS: u64 = 8 << 10;
/// Lines that wait for whoever asked.
const LINES_AHEAD: usize = 4;
/// Between two looks whether an answer is still wanted.
const LOOK: Duration = Duration::from_millis(250);
/// What the runtime writes where memory is refused.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// A child and the threads that listen to it.
pub struct Child {
    process: std::process::Child,
    questions: Option<ChildStdin>,
    answers: Receiver<String>,
    last_words: Option<JoinHandle<String>>,
    asked: u32,
}

impl Child {
    /// Starts a child, with no environment but `variables`. A line of its answers is cut at `longest_line` bytes.
    ///
    /// # Errors
    /// [`ChildError::NotStarted`].
    pub fn start(
        executable: &Path,
        arguments: &[String],
        variables: &[(String, String)],
        longest_line: u64,
    ) -> Result<Self, ChildError> {
        let mut process = Command::new(executable)
            .args(arguments)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| ChildError::NotStarted {
                executable: executable.to_path_buf(),
                source,
            })?;
        let missing = || ChildError::crashed("the child has no pipes");
        let questions = process.stdin.take().ok_or_else(missing)?;
        let output = process.stdout.take().ok_or_else(missing)?;
        let errors = process.stderr.take().ok_or_else(missing)?;
        let (sender, answers) = bounded(LINES_AHEAD);
        std::thread::spawn(move || {
            let mut lines = BufReader::new(output);
            loop {
                let mut line = String::new();
                let read = (&mut lines).take(longest_line).read_line(&mut line);
                if !matches!(read, Ok(count) if count > 0) || sender.send(line).is_err() {
                    break;
                }
            }
        });
        let last_words = std::thread::spawn(move || {
            let mut words = Vec::new();
            let mut errors = errors;
            let _ = (&mut errors).take(MAX_LAST_WORDS).read_to_end(&mut words);
            // the rest is drained, so that the child does not wait for a reader
            let _ = std::io::copy(&mut errors, &mut std::io::sink());
            String::from_utf8_lossy(&words).into_owned()
        });
        Ok(Self {
            process,
            questions: Some(questions),
            answers,
            last_words: Some(last_words),
            asked: 0,
        })
    }

    /// How many questions it was asked.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// Asks a question: one line, which ends with a line feed.
    ///
    /// # Errors
    /// [`ChildError::Gone`] where it had ended before.
    pub fn ask(&mut self, question: &str) -> Result<(), ChildError> {
        self.asked += 1;
        let sent = match &mut self.questions {
            Some(questions) => questions
                .write_all(question.as_bytes())
                .and_then(|()| questions.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        sent.map_err(|_| ChildError::Gone { detail: self.end() })
    }

    /// The next line of its answer.
    ///
    /// # Errors
    /// [`ChildError::Timeout`] after it was ended for its silence, [`ChildError::Memory`], [`ChildError::Crashed`].
    pub fn answer(&mut self, patience: Duration) -> Result<String, ChildError> {
        self.answer_unless(patience, &|| false)
    }

    /// The next line of its answer, unless `is_over` says so; asked about four times a second.
    ///
    /// # Errors
    /// As [`Child::answer`], and [`ChildError::Stopped`].
    pub fn answer_unless(
        &mut self,
        patience: Duration,
        is_over: &dyn Fn() -> bool,
    ) -> Result<String, ChildError> {
        let mut left = patience;
        loop {
            let slice = left.min(LOOK);
            left = left.saturating_sub(slice);
            match self.answers.recv_timeout(slice) {
                Err(RecvTimeoutError::Timeout) if is_over() => {
                    self.end();
                    return Err(ChildError::Stopped);
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return self.received(Err(RecvTimeoutError::Timeout), patience);
                }
                Err(RecvTimeoutError::Timeout) => {}
                received => return self.received(received, patience),
            }
        }
    }

    fn received(
        &mut self,
        received: Result<String, RecvTimeoutError>,
        patience: Duration,
    ) -> Result<String, ChildError> {
        match received {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                Err(ChildError::Timeout {
                    seconds: patience.as_secs(),
                })
            }
            Err(RecvTimeoutError::Disconnected) => {
                let words = self.end();
                if words.contains(OUT_OF_MEMORY) {
                    return Err(ChildError::Memory);
                }
                Err(ChildError::crashed(words))
            }
        }
    }

    /// Ends the child; what it said last and how it ended.
    fn end(&mut self) -> String {
        self.questions = None;
        let _ = self.process.kill();
        let status = self
            .process
            .wait()
            .map_or_else(|error| error.to_string(), |status| status.to_string());
        let words = self
            .last_words
            .take()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        let first = words
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        if first.is_empty() {
            status
        } else {
            format!("{status}: {first}")
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.end();
    }
}
