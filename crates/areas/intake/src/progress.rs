//! How far an accession has come; whoever shows it looks when it likes.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressStage {
    /// Waiting for its turn.
    Waiting,
    /// Reading the catalogue and counting.
    Reading,
    /// Reading, checking and staging the files.
    Checking,
    /// Writing into vault, catalogue and journal.
    Storing,
    /// Done.
    Done,
}

/// Counters of one accession under way.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicU8,
    files_done: AtomicU64,
    files_total: AtomicU64,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressNow {
    /// What is being done.
    pub stage: ProgressStage,
    /// Files read.
    pub files_done: u64,
    /// Files in all, as far as known.
    pub files_total: u64,
    /// Bytes read.
    pub bytes_done: u64,
    /// Bytes in all, as far as known.
    pub bytes_total: u64,
}

impl Progress {
    /// Says what is being done.
    pub fn enter(&self, stage: ProgressStage) {
        let number = match stage {
            ProgressStage::Waiting => 0,
            ProgressStage::Reading => 1,
            ProgressStage::Checking => 2,
            ProgressStage::Storing => 3,
            ProgressStage::Done => 4,
        };
        self.stage.store(number, Ordering::Relaxed);
    }

    /// Says how much there is.
    pub fn expect(&self, files: u64, bytes: u64) {
        self.files_total.store(files, Ordering::Relaxed);
        self.bytes_total.store(bytes, Ordering::Relaxed);
    }

    /// A file is done.
    pub fn file_done(&self) {
        self.files_done.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes were read.
    pub fn bytes_done(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The counters now.
    pub fn now(&self) -> ProgressNow {
        let stage = match self.stage.load(Ordering::Relaxed) {
            0 => ProgressStage::Waiting,
            1 => ProgressStage::Reading,
            2 => ProgressStage::Checking,
            3 => ProgressStage::Storing,
            _ => ProgressStage::Done,
        };
        ProgressNow {
            stage,
            files_done: self.files_done.load(Ordering::Relaxed),
            files_total: self.files_total.load(Ordering::Relaxed),
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
        }
    }
}
