//! What a child may use.

use std::io;

/// Limits that a child sets itself before it reads anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// Address space in bytes.
    pub memory_bytes: u64,
    /// Seconds of processor time over all that it is asked.
    pub cpu_seconds: u64,
    /// Bytes of the largest file it may write.
    pub file_bytes: u64,
    /// Whether it may start processes and threads of its own.
    pub may_start_others: bool,
    /// Whether others go before it when processors are scarce.
    pub is_in_the_background: bool,
}

impl Default for ChildLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 1536 << 20,
            cpu_seconds: 600,
            file_bytes: 0,
            may_start_others: false,
            is_in_the_background: false,
        }
    }
}

impl ChildLimits {
    /// Binds this process: memory, time, what it writes, no core dump, further processes only where they are allowed, a
    /// session of its own.
    ///
    /// # Errors
    /// Where the system refuses a limit.
    #[cfg(unix)]
    pub fn bind_this_process(self) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = |value: u64| Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        setrlimit(Resource::As, most(self.memory_bytes))?;
        setrlimit(Resource::Cpu, most(self.cpu_seconds))?;
        setrlimit(Resource::Fsize, most(self.file_bytes))?;
        setrlimit(Resource::Core, most(0))?;
        if !self.may_start_others {
            setrlimit(Resource::Nproc, most(0))?;
        }
        if self.is_in_the_background {
            // where it is refused the work goes on as before
            let _ = rustix::process::nice(10);
        }
        // only the leader of a group is refused a session; it has one then
        let _ = rustix::process::setsid();
        Ok(())
    }

    /// Elsewhere there are no such limits; the parent still watches the time.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn bind_this_process(self) -> io::Result<()> {
        Ok(())
    }
}
