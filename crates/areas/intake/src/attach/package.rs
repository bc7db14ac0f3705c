//! The files of a package whose catalogue names none, attached by the rules.

use super::{AttachRule, AttachRules, Attacher, Attachment};
use crate::error::IntakeError;
use lantai_formats::catalogue::CatalogueReader;
use lantai_formats::package::{FileClass, walk};
use std::collections::HashMap;
use std::path::Path;

/// What the rules made of a package's files.
#[derive(Debug, Default)]
pub(crate) struct AttachedFiles {
    by_code: HashMap<String, Vec<(String, AttachRule)>>,
    /// Why a file is attached to nothing.
    exceptions: HashMap<String, String>,
    /// Lists in the package that said where files belong.
    manifests: Vec<String>,
}

impl AttachedFiles {
    /// Attaches the files below `root` to the codes of a catalogue. Rows that cannot be read are left to whoever reads
    /// the catalogue for its items.
    pub fn read(root: &Path, catalogue: &Path) -> Result<Self, IntakeError> {
        let rules = AttachRules::builtin()?;
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
        for file in walk(root).flatten() {
            let name = file.relative.as_str().to_owned();
            if file.class != FileClass::Content || file.path == catalogue || rules.manifests().contains(&name)
            {
                continue;
            }
            attached.take(attacher.attach(&name), name);
        }
        for files in attached.by_code.values_mut() {
            files.sort();
        }
        Ok(attached)
    }

    fn take(&mut self, attachment: Attachment, name: String) {
        let why = match attachment {
            Attachment::To { code, rule, .. } => {
                self.by_code.entry(code).or_default().push((name, rule));
                return;
            }
            Attachment::Contradiction { said } => {
                let said: Vec<String> = said
                    .iter()
                    .map(|(rule, code)| format!("{}: {code}", rule.name()))
                    .collect();
                format!("rules that disagree ({})", said.join(", "))
            }
            Attachment::Nothing { resembles } if resembles.is_empty() => "no rule attaches it".to_owned(),
            Attachment::Nothing { resembles } => {
                format!("no rule attaches it; it resembles {}", resembles.join(", "))
            }
        };
        self.exceptions.insert(name, why);
    }

    /// The files of a record in the order of their names, each with the rule that attached it.
    pub fn of(&mut self, code: &str) -> Vec<(String, AttachRule)> {
        self.by_code.remove(code).unwrap_or_default()
    }

    /// Names of the lists in the package that said where files belong.
    pub fn manifests(&self) -> &[String] {
        &self.manifests
    }

    /// Why a file is attached to nothing.
    pub fn why_not(&self, name: &str) -> Option<&str> {
        self.exceptions.get(name).map(String::as_str)
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
