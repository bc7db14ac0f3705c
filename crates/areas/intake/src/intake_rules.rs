//! Rules, signatures of formats, scanner and trust anchors: what every accession needs, read once.

use crate::attach::{AttachKit, AttachRules};
use crate::error::IntakeError;
use crate::parts::PartSize;
use crate::rules::CheckRules;
use crate::sandbox::{Examiner, InProcess};
use crate::signed::{Verification, load_trust};
use jiff::Timestamp;
use lantai_formats::identify::Identifier;
use lantai_formats::malware::MalwareScanner;
use lantai_signatures::TrustStore;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The kit that every accession needs: rules and signatures, read once.
#[derive(Clone)]
pub struct IntakeRules {
    checks: CheckRules,
    identifier: Identifier,
    part_size: PartSize,
    examiner: Arc<dyn Examiner>,
    scanner: MalwareScanner,
    pub(crate) bag_profiles: Option<PathBuf>,
    trust: Arc<TrustStore>,
    attach: AttachRules,
}

impl IntakeRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, IntakeError> {
        let identifier = Identifier::builtin().map_err(|error| IntakeError::FormatRules(Box::new(error)))?;
        Ok(Self {
            checks: CheckRules::builtin()?,
            identifier,
            part_size: PartSize::default(),
            examiner: Arc::new(InProcess::default()),
            scanner: MalwareScanner::builtin(),
            bag_profiles: None,
            trust: Arc::default(),
            attach: AttachRules::builtin()?,
        })
    }

    /// The same rules with the newest signature files of PRONOM that an operator put into `folder` in place of those
    /// that ship with the program. One that cannot be used is left out, with a warning in the log.
    pub fn with_publications(self, folder: &Path) -> Result<Self, IntakeError> {
        let (identifier, faults) = Identifier::with_publications(folder)
            .map_err(|error| IntakeError::FormatRules(Box::new(error)))?;
        for fault in faults {
            let cause = std::error::Error::source(&fault)
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::warn!(code = fault.code(), file = %fault.file.display(), "{fault}: {cause}");
        }
        Ok(Self { identifier, ..self })
    }

    /// The same rules with other parts of large packages.
    pub fn with_part_size(self, part_size: PartSize) -> Self {
        Self { part_size, ..self }
    }

    /// The same signatures with other rules of the checks.
    pub fn with_checks(self, checks: CheckRules) -> Self {
        Self { checks, ..self }
    }

    /// The same rules with files examined by another: a sandbox, where a second process can be started.
    pub fn with_examiner(self, examiner: Arc<dyn Examiner>) -> Self {
        Self { examiner, ..self }
    }

    /// The same rules with a scanner for malware besides the built-in signature.
    pub fn with_scanner(self, scanner: MalwareScanner) -> Self {
        Self { scanner, ..self }
    }

    /// The same rules with the BagIt profiles of a folder, such as `rules/bagit-profiles` of the archive.
    pub fn with_bag_profiles(self, folder: Option<PathBuf>) -> Self {
        Self {
            bag_profiles: folder,
            ..self
        }
    }

    /// The same rules with the trust anchors of a folder, and its lists of revoked certificates; see [`load_trust`].
    pub fn with_trust_folder(self, folder: &Path) -> Result<Self, IntakeError> {
        Ok(self.with_trust(load_trust(folder)?))
    }

    /// The same rules with these trust anchors and lists.
    pub fn with_trust(self, trust: TrustStore) -> Self {
        Self {
            trust: Arc::new(trust),
            ..self
        }
    }

    /// What signatures are judged by at a moment.
    pub fn verification(&self, now: Timestamp) -> Verification {
        Verification {
            trust: Arc::clone(&self.trust),
            now,
        }
    }

    /// The same rules with other rules of attaching files to records.
    pub fn with_attach(self, attach: AttachRules) -> Self {
        Self { attach, ..self }
    }

    pub(crate) fn attach_kit(&self) -> AttachKit {
        AttachKit {
            rules: self.attach.clone(),
            examiner: Arc::clone(&self.examiner),
        }
    }

    /// Who examines files.
    pub fn examiner(&self) -> &Arc<dyn Examiner> {
        &self.examiner
    }

    /// The scanner for malware.
    pub fn scanner(&self) -> &MalwareScanner {
        &self.scanner
    }

    /// How large the parts of a large package are.
    pub(crate) fn part_size(&self) -> PartSize {
        self.part_size
    }

    /// The rules of the checks.
    pub fn checks(&self) -> &CheckRules {
        &self.checks
    }

    /// The signatures of formats.
    pub fn identifier(&self) -> &Identifier {
        &self.identifier
    }
}
