//! What goes between the processes: one line of JSON for a question, many for its answer.

use super::assemble::Assembly;
use super::{ReaderOptions, ToolPaths};
use lantai_domain::reading::{
    Entity, Language, Omission, ReadPage, ReadPart, Reading, Scene, Segment, Step, Suggestion, Told,
};
use lantai_formats::properties::Claim;
use lantai_formats::reading::ReadLimits;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A question.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    /// The path's bytes in hexadecimal: names need not be Unicode.
    path: String,
    /// What is to be done.
    pub work: Work,
    /// What is at hand.
    pub tools: ToolPaths,
    /// How much is read.
    pub limits: ReadLimits,
    /// Name and version of this program.
    pub program: String,
}

/// What is to be done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// A file is to be read.
    Read {
        /// The name it goes by.
        name: String,
        /// What is known of it.
        claim: Claim,
        /// The first page that is wanted, from 1.
        from_page: u32,
        /// The first second that is wanted.
        from_second: f64,
    },
    /// A reading, kept as JSON in the file, is to be understood.
    Understand,
}

/// A line of an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// A page.
    Page(Box<ReadPage>),
    /// A stretch of a recording.
    Segment(Segment),
    /// A scene of a film.
    Scene(Scene),
    /// A file inside, at its end.
    Part(ReadPart),
    /// What the file says of itself.
    Told(Told),
    /// Something was done.
    Step(Box<Step>),
    /// Something was not done.
    Omit(Omission),
    /// Something that takes its time is begun: have patience.
    Busy,
    /// What was understood.
    Understood(Box<Understood>),
    /// No more is to be had of the file.
    Refused {
        /// Stable code.
        code: String,
        /// What happened.
        detail: String,
    },
    /// The reader broke down, and ends.
    Panicked(String),
    /// The answer is at its end.
    Done,
}

/// What was understood of a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Understood {
    pub entities: Vec<Entity>,
    pub language: Option<Language>,
    pub suggestions: Vec<Suggestion>,
    pub steps: Vec<Step>,
    pub omitted: Vec<Omission>,
}

impl Understood {
    /// Takes out of a reading what was added to it since it had so many steps and omissions.
    pub fn of(reading: Reading, steps: usize, omitted: usize) -> Self {
        Self {
            entities: reading.entities,
            language: reading.language,
            suggestions: reading.suggestions,
            steps: reading.provenance.steps.into_iter().skip(steps).collect(),
            omitted: reading.provenance.omitted.into_iter().skip(omitted).collect(),
        }
    }

    /// Joins it to the reading it is of.
    pub fn join(self, reading: &mut Reading) {
        reading.entities = self.entities;
        reading.language = self.language;
        reading.suggestions = self.suggestions;
        reading.provenance.steps.extend(self.steps);
        reading.provenance.omitted.extend(self.omitted);
    }
}

impl Question {
    pub fn read(path: &Path, name: &str, claim: Claim, options: &ReaderOptions, so_far: &Assembly) -> Self {
        let work = Work::Read {
            name: name.to_owned(),
            claim,
            from_page: so_far.next_page(),
            from_second: so_far.next_second(),
        };
        Self::new(path, work, options)
    }

    pub fn understand(path: &Path, options: &ReaderOptions) -> Self {
        Self::new(path, Work::Understand, options)
    }

    fn new(path: &Path, work: Work, options: &ReaderOptions) -> Self {
        Self {
            path: hex::encode(path.as_os_str().as_encoded_bytes()),
            work,
            tools: options.tools.clone(),
            limits: options.limits.clone(),
            program: options.program.clone(),
        }
    }

    /// One line. Empty where it cannot be written, which a child answers with a refusal.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// The path; `None` where it is none.
    #[cfg(unix)]
    pub fn path(&self) -> Option<PathBuf> {
        use std::os::unix::ffi::OsStringExt;
        let bytes = hex::decode(&self.path).ok()?;
        Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
    }

    /// The path; `None` where it is none.
    #[cfg(not(unix))]
    pub fn path(&self) -> Option<PathBuf> {
        let bytes = hex::decode(&self.path).ok()?;
        String::from_utf8(bytes).ok().map(PathBuf::from)
    }
}
