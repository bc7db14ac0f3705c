//! The child's side: limits first, then one answer for each question until there are no more.

use super::protocol::{Answer, Request};
use lantai_formats::page_code::read_page_codes;
use lantai_formats::properties::examine_claim;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Limits that a child sets itself before it reads anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// Address space in bytes.
    pub memory_bytes: u64,
    /// Seconds of processor time over all its files.
    pub cpu_seconds: u64,
}

impl Default for ChildLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 1536 << 20,
            cpu_seconds: 600,
        }
    }
}

impl ChildLimits {
    /// Binds this process: memory, time, nothing written to files, no core dump, no further processes, a session of
    /// its own, no privileges gained.
    #[cfg(unix)]
    pub fn bind_this_process(self) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = |value: u64| Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        setrlimit(Resource::As, most(self.memory_bytes))?;
        setrlimit(Resource::Cpu, most(self.cpu_seconds))?;
        setrlimit(Resource::Fsize, most(0))?;
        setrlimit(Resource::Core, most(0))?;
        setrlimit(Resource::Nproc, most(0))?;
        // only the leader of a group is refused a session; it has one then
        let _ = rustix::process::setsid();
        Ok(())
    }

    /// Elsewhere there are no such limits; the parent still watches the time.
    #[cfg(not(unix))]
    pub fn bind_this_process(self) -> io::Result<()> {
        Ok(())
    }
}

/// Answers questions until there are no more. After a panic it says so and ends, for its memory is not to be trusted.
pub fn run_child(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for line in input.lines() {
        let answer = answer(&line?);
        let is_last = matches!(answer, Answer::Panicked(_));
        let line = serde_json::to_string(&answer)? + "\n";
        output.write_all(line.as_bytes())?;
        output.flush()?;
        if is_last {
            break;
        }
    }
    Ok(())
}

fn answer(line: &str) -> Answer {
    let request: Request = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => return Answer::Unreadable(error.to_string()),
    };
    let Some(path) = request.path() else {
        return Answer::Unreadable("no path".to_owned());
    };
    let examined = catch_unwind(AssertUnwindSafe(|| match &request.page_codes {
        Some(limits) => read_page_codes(&path, limits).map(Answer::PageCodes),
        None => examine_claim(&request.claim, &path, &request.limits)
            .map(|properties| Answer::Properties(Box::new(properties))),
    }));
    match examined {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) if error.kind() == io::ErrorKind::OutOfMemory => Answer::OutOfMemory,
        Ok(Err(error)) => Answer::Unreadable(error.to_string()),
        Err(payload) => {
            let words = payload.downcast_ref::<String>().cloned();
            let words = words.or_else(|| payload.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Answer::Panicked(words.unwrap_or_else(|| "a panic".to_owned()))
        }
    }
}
