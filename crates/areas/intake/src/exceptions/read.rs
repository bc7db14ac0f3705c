//! Reading the files that no rule attaches: they are tested like all others, so that whoever assigns one knows that
//! it can be accepted.

use crate::attach::UnattachedFile;
use crate::error::IntakeError;
use crate::listing::ListedFile;
use crate::progress::Progress;
use crate::read_file::{FileReader, Sink};
use crate::submission::LooseFile;
use crate::tally::Tally;
use crate::tasks::FILE_UNATTACHED;
use lantai_domain::Finding;
use std::path::PathBuf;

/// The check of malware and of what runs: such a file spoils its package, attached or not.
const HARMLESS: &str = "S-1.2";

/// A file of the list of exceptions that was read, and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct ReadLoose {
    /// As the list has it.
    pub file: UnattachedFile,
    /// Where it lies, for as long as the package is under way.
    pub path: PathBuf,
}

impl ReadLoose {
    /// Its line in the list of the package's files.
    pub fn listed(&self) -> ListedFile {
        ListedFile {
            name: self.file.file.clone(),
            size: self.file.size,
            sm3: self.file.sm3.clone(),
        }
    }
}

/// Reads the files that a person must attach, and asks about each.
pub(crate) fn read_loose(
    reader: &FileReader,
    files: Vec<LooseFile>,
    tally: &mut Tally,
    progress: &Progress,
) -> Result<Vec<ReadLoose>, IntakeError> {
    let mut loose = Vec::new();
    for LooseFile { file, unattached } in files {
        let read = reader.read(&file, "", &mut Sink::List, progress)?;
        let without_record = |finding: Finding| Finding {
            record: None,
            ..finding
        };
        let findings = read.judged.findings.into_iter().map(without_record);
        let Some(content) = read.content else {
            // what cannot be read can be assigned to nothing
            findings.for_each(|finding| tally.add(finding));
            continue;
        };
        let mut faults = Vec::new();
        for finding in findings {
            if finding.check == HARMLESS {
                tally.add(finding);
            } else if finding.returns_package() {
                faults.push(finding);
            }
        }
        tally.tested("A-4.1", 1);
        let may_be: Vec<String> = unattached
            .candidates
            .iter()
            .map(|candidate| format!("{} ({})", candidate.code, candidate.source.name()))
            .collect();
        tally.question("A-4.1", FILE_UNATTACHED, |finding| {
            let why = unattached.why.words();
            finding
                .file(&file.name)
                .expected("one record that the file belongs to")
                .found(match may_be.is_empty() {
                    true => why.to_owned(),
                    false => format!("{why}: {}", may_be.join(", ")),
                })
                .mend("say on the list of exceptions which record it belongs to, or leave it out")
        });
        loose.push(ReadLoose {
            file: UnattachedFile {
                number: u32::try_from(loose.len()).unwrap_or(u32::MAX - 1) + 1,
                file: file.name.clone(),
                name_bytes: file.name_bytes.as_ref().map(hex::encode),
                size: content.size,
                sm3: content.sm3,
                format: content.format,
                media: content.media,
                why: unattached.why,
                candidates: unattached.candidates,
                faults,
                decision: None,
            },
            path: file.path,
        });
    }
    Ok(loose)
}
