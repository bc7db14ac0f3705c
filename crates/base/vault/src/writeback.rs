//! Lets the disk begin early with a long file, so that the sync of the batch need not wait for all of it.

use std::fs::File;
use std::io::{self, Write};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};

/// Bytes between two requests to write back. Smaller files wait for the batch's sync.
const STRETCH: u64 = 32 * 1024 * 1024;

/// A file whose bytes go to disk in the background while more are written.
pub(crate) struct EarlyWriteback {
    file: File,
    since_request: u64,
    helper: Option<Helper>,
}

struct Helper {
    requests: Sender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl EarlyWriteback {
    pub(crate) fn new(file: File) -> Self {
        Self {
            file,
            since_request: 0,
            helper: None,
        }
    }

    /// Ends the background work; an error of the disk that it met is ours.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        let Some(helper) = self.helper.take() else {
            return Ok(());
        };
        drop(helper.requests);
        helper
            .thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("writing back failed")))
    }

    fn request(&mut self) -> io::Result<()> {
        if self.helper.is_none() {
            let (requests, waiting) = bounded::<()>(1);
            let file = self.file.try_clone()?;
            let thread = std::thread::spawn(move || waiting.iter().try_for_each(|()| file.sync_data()));
            self.helper = Some(Helper { requests, thread });
        }
        if let Some(helper) = &self.helper {
            // A request that still waits covers these bytes too.
            let _ = helper.requests.try_send(());
        }
        Ok(())
    }
}

impl Write for EarlyWriteback {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.since_request += written as u64;
        if self.since_request >= STRETCH {
            self.since_request = 0;
            self.request()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_arrives_whole() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("long");
        let mut file = EarlyWriteback::new(File::create_new(&path).unwrap());
        let chunk = vec![7; 1024 * 1024];
        for _ in 0..70 {
            file.write_all(&chunk).unwrap();
        }
        assert!(file.helper.is_some());
        file.finish().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 70 * 1024 * 1024);
    }
}
