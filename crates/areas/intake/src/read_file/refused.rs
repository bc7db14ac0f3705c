//! Files that could not be read or kept, as findings.

use super::FileReader;
use crate::error::IntakeError;
use crate::submission::SubmittedFile;
use lantai_domain::Finding;
use lantai_vault::VaultError;

impl FileReader {
    /// Why a file was not staged: a fault of the file, or ours.
    pub(super) fn unstaged(
        &self,
        file: &SubmittedFile,
        label: &str,
        error: VaultError,
    ) -> Result<Finding, IntakeError> {
        let name_refused = || self.refusal("A-5.2", "intake.name_refused", label, file);
        Ok(match error {
            VaultError::FileChanged { expected, found, .. } => self
                .refusal("A-3.1", "intake.file_changed", label, file)
                .expected(format!("{expected} bytes"))
                .found(format!("{found} bytes: the file changed while it was read"))
                .mend("wait until nobody writes to the package, then hand it in again"),
            VaultError::Source { source, .. } => self.unreadable(file, label, &source),
            VaultError::LogicalPath { value, reason } => name_refused()
                .found(format!("{value:?}: {reason}"))
                .mend("give the file a plain name"),
            VaultError::Disk { source, .. } if source.kind() == std::io::ErrorKind::InvalidFilename => {
                name_refused()
                    .found(format!("a name of {} bytes: {source}", file.name.len()))
                    .mend("give the file a shorter name")
            }
            error @ (VaultError::PathTwice { .. } | VaultError::PathConflict { .. }) => name_refused()
                .found(error.to_string())
                .mend("give each file a name of its own"),
            error => return Err(error.into()),
        })
    }

    /// A fault of a file that cannot be kept, whatever the rules say.
    pub(super) fn refusal(&self, check: &str, code: &str, label: &str, file: &SubmittedFile) -> Finding {
        self.rules
            .refusal(check, self.stage, code)
            .record(label)
            .file(&file.name)
    }

    pub(super) fn unreadable(&self, file: &SubmittedFile, label: &str, error: &std::io::Error) -> Finding {
        let (check, code) = if error.kind() == std::io::ErrorKind::NotFound {
            ("A-4.1", "intake.file_missing")
        } else {
            ("U-2.2", "intake.file_unreadable")
        };
        let finding = self.refusal(check, code, label, file);
        finding
            .expected("a readable file")
            .found(error.to_string())
            .mend("copy the file again")
    }
}
