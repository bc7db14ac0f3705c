//! The files of a package whose catalogue names none, attached by the rules.

use super::{
    AttachRule, AttachRules, Attacher, Attachment, Candidate, CandidateSource, PageCodeReader, WhyUnattached,
};
use crate::error::IntakeError;
use crate::sandbox::Examiner;
use lantai_formats::catalogue::CatalogueReader;
use lantai_formats::package::{FileClass, walk};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What attaching needs: the rules of the archive, and who opens pictures.
#[derive(Clone)]
pub(crate) struct AttachKit {
    pub rules: AttachRules,
    pub examiner: Arc<dyn Examiner>,
}

impl std::fmt::Debug for AttachKit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("AttachKit")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// Why a file is attached to no record, and which may be meant.
#[derive(Debug, Clone)]
pub(crate) struct Unattached {
    pub why: WhyUnattached,
    pub candidates: Vec<Candidate>,
}

/// What the rules made of a package's files.
#[derive(Debug, Default)]
pub(crate) struct AttachedFiles {
    by_code: HashMap<String, Vec<(String, AttachRule)>>,
    exceptions: HashMap<String, Unattached>,
    /// Lists in the package that said where files belong.
    manifests: Vec<String>,
    /// Papers of the package itself.
    papers: HashSet<String>,
}

impl AttachedFiles {
    /// Attaches the files below `root` to the codes of a catalogue. Rows that cannot be read are left to whoever reads
    /// the catalogue for its items.
    pub fn read(
        root: &Path,
        catalogue: &Path,
        papers: &[PathBuf],
        kit: &AttachKit,
    ) -> Result<Self, IntakeError> {
        let rules = &kit.rules;
        let mut attacher = Attacher::new(rules.clone());
        let Ok(reader) = CatalogueReader::open(catalogue) else {
            return Ok(Self::default());
        };
        for row in reader.flatten() {
            if let Some(code) = row.archival_code() {
                attacher.add_code(code);
            }
        }
        let mut attached = Self::default();
        for name in rules.manifests() {
            if read_manifest(&root.join(name), &mut attacher) {
                attached.manifests.push(name.clone());
            }
        }
        let mut files: Vec<(String, PathBuf)> = Vec::new();
        for file in walk(root).flatten() {
            let name = file.relative.as_str().to_owned();
            let is_apart =
                file.path == catalogue || papers.contains(&file.path) || rules.manifests().contains(&name);
            if rules.is_paper(&name) {
                attached.papers.insert(name);
            } else if file.class == FileClass::Content && !is_apart {
                files.push((name, file.path));
            }
        }
        if let Some(page_code) = rules.page_code() {
            let said = PageCodeReader::new(page_code, &*kit.examiner).read(files.clone());
            for (file, codes) in said {
                attacher.add_page_codes(&file, codes);
            }
        }
        for (name, _) in files {
            attached.take(attacher.attach(&name), name);
        }
        for files in attached.by_code.values_mut() {
            files.sort();
        }
        Ok(attached)
    }

    fn take(&mut self, attachment: Attachment, name: String) {
        let by_rule = |(rule, code): (AttachRule, String)| Candidate {
            code,
            source: CandidateSource::Rule(rule),
        };
        let unattached = match attachment {
            Attachment::To { code, rule, .. } => {
                self.by_code.entry(code).or_default().push((name, rule));
                return;
            }
            Attachment::Contradiction { said } => {
                let by_page = said.iter().any(|(rule, _)| *rule == AttachRule::PageCode);
                Unattached {
                    why: if by_page {
                        WhyUnattached::PageDisagrees
                    } else {
                        WhyUnattached::RulesDisagree
                    },
                    candidates: said.into_iter().map(by_rule).collect(),
                }
            }
            Attachment::Several { rule, codes } => Unattached {
                why: WhyUnattached::SeveralRecords,
                candidates: codes.into_iter().map(|code| by_rule((rule, code))).collect(),
            },
            Attachment::Nothing { resembles } => Unattached {
                why: WhyUnattached::NoRecord,
                candidates: resembles
                    .into_iter()
                    .map(|code| Candidate {
                        code,
                        source: CandidateSource::Resembles,
                    })
                    .collect(),
            },
        };
        self.exceptions.insert(name, unattached);
    }

    /// The files of a record in the order of their names, each with the rule that attached it.
    pub fn of(&mut self, code: &str) -> Vec<(String, AttachRule)> {
        self.by_code.remove(code).unwrap_or_default()
    }

    /// Names of the lists in the package that said where files belong.
    pub fn manifests(&self) -> &[String] {
        &self.manifests
    }

    /// Whether a file is a paper of the package itself, which belongs to no record.
    pub fn is_paper(&self, name: &str) -> bool {
        self.papers.contains(name)
    }

    /// Why a file is attached to nothing; `None` where the rules were not asked about it.
    pub fn exception(&mut self, name: &str) -> Option<Unattached> {
        self.exceptions.remove(name)
    }
}

/// Two columns: file, archival code. A list that cannot be read attaches nothing, and its files are exceptions.
fn read_manifest(path: &Path, attacher: &mut Attacher) -> bool {
    let Ok(bytes) = std::fs::read(path) else {
        return false;
    };
    let text = String::from_utf8_lossy(&bytes);
    for line in text.trim_start_matches('\u{feff}').lines() {
        if let Some((file, code)) = line.split_once([',', '\t']) {
            attacher.add_to_manifest(file.trim().trim_matches('"'), code.trim().trim_matches('"'));
        }
    }
    true
}
