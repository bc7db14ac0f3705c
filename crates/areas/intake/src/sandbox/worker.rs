//! One child process: asked line by line, killed when it takes too long.

use super::error::ExamineError;
use super::protocol::Answer;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes of an answer: signatures and their evidence travel in it.
const MAX_ANSWER: u64 = 16 << 20;
/// Bytes kept of what a child says before it dies.
const MAX_LAST_WORDS: u64 = 8 << 10;
/// What the runtime writes where memory is refused.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// A child and the threads that listen to it.
pub(super) struct Worker {
    process: Child,
    questions: Option<ChildStdin>,
    answers: Receiver<String>,
    last_words: Option<JoinHandle<String>>,
    files: u32,
}

impl Worker {
    /// Starts a child. It inherits no environment.
    pub(super) fn start(executable: &Path, arguments: &[String]) -> Result<Self, ExamineError> {
        let mut process = Command::new(executable)
            .args(arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| ExamineError::NotStarted {
                executable: executable.to_path_buf(),
                source,
            })?;
        let missing = || ExamineError::crashed("the child has no pipes");
        let questions = process.stdin.take().ok_or_else(missing)?;
        let output = process.stdout.take().ok_or_else(missing)?;
        let errors = process.stderr.take().ok_or_else(missing)?;
        let (sender, answers) = bounded(1);
        std::thread::spawn(move || {
            let mut lines = BufReader::new(output);
            loop {
                let mut line = String::new();
                let read = (&mut lines).take(MAX_ANSWER).read_line(&mut line);
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
            files: 0,
        })
    }

    /// How many files it was asked about.
    pub(super) fn files(&self) -> u32 {
        self.files
    }

    /// Asks about a file.
    pub(super) fn ask(&mut self, request: &str, timeout: Duration) -> Result<Answer, ExamineError> {
        self.files += 1;
        let sent = match &mut self.questions {
            Some(questions) => questions
                .write_all(request.as_bytes())
                .and_then(|()| questions.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        if sent.is_err() {
            return Err(ExamineError::Gone { detail: self.end() });
        }
        let line = match self.answers.recv_timeout(timeout) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                return Err(ExamineError::Timeout {
                    seconds: timeout.as_secs(),
                });
            }
            Err(RecvTimeoutError::Disconnected) => {
                let words = self.end();
                if words.contains(OUT_OF_MEMORY) {
                    return Err(ExamineError::Memory);
                }
                return Err(ExamineError::crashed(words));
            }
        };
        match serde_json::from_str(&line)? {
            answer @ (Answer::Properties(_) | Answer::PageCodes(_)) => Ok(answer),
            Answer::Unreadable(reason) => Err(ExamineError::Unreadable(std::io::Error::other(reason))),
            Answer::OutOfMemory => Err(ExamineError::Memory),
            Answer::Panicked(detail) => Err(ExamineError::crashed(detail)),
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

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}
