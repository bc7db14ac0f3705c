//! Checks of content files, once their bytes have gone by: U-2.1, U-2.2, U-2.3, U-4.2, I-3.1 (formats and what is
//! inside), S-1.2 (what runs); digests are in `fixity`, recorded attributes in `recorded`, containers in `containers`.

use super::components::{Component, named_in_text, present};
use crate::rules::CheckRules;
use crate::sandbox::ExamineError;
use crate::signed::JudgedSignature;
use crate::submission::{SubmittedFile, SubmittedItem};
use jiff::civil::Date;
use lantai_domain::{FileRole, Finding, Outcome, Severity, Stage};
use lantai_formats::container::UnpackError;
use lantai_formats::identify::{FormatKind, Identification, LongTerm, Warning, is_executable};
use lantai_formats::properties::{FaultCheck, FaultKind, FaultWeight, FileProperties};
use std::collections::BTreeMap;

/// Longest text whose list of attachments is looked for, in bytes.
const TEXT_BYTES: usize = 64 * 1024;

/// What was tested and found, until it can be counted.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Checks that looked at something, and at how many things.
    pub tested: Vec<(&'static str, u64)>,
    /// Faults.
    pub findings: Vec<Finding>,
}

/// A file whose bytes have gone by.
pub(crate) struct Seen<'a> {
    /// As the package has it.
    pub file: &'a SubmittedFile,
    /// Its format.
    pub identified: &'a Identification,
    /// Its length.
    pub size: u64,
    /// The day of its last change, as the file system tells it.
    pub modified: Option<Date>,
    /// Its digests by algorithm, as far as any was asked for.
    pub digests: &'a [(String, String)],
    /// Its first bytes.
    pub head: &'a [u8],
    /// What was found inside, where anybody looked.
    pub properties: Option<&'a Result<FileProperties, ExamineError>>,
    /// Why it is refused as a container, where it is one and was looked into.
    pub container: Option<&'a Result<(), UnpackError>>,
    /// The signatures inside, judged.
    pub signatures: &'a [JudgedSignature],
}

/// What the record as a whole needs to know of one of its files.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    name: String,
    role: FileRole,
    /// Whether it is on the list of formats at all.
    is_allowed: bool,
    component: Component,
    long_term: LongTerm,
    format: String,
    is_pdf: bool,
    pages: Option<u64>,
    attachments: Option<(u64, String)>,
}

/// Judges files by the rules of a stage.
pub(crate) struct FileChecks<'a> {
    /// The rules.
    pub rules: &'a CheckRules,
    /// The stage.
    pub stage: Stage,
    /// How findings name the record.
    pub label: &'a str,
}

impl FileChecks<'_> {
    pub(super) fn fault(
        &self,
        judged: &mut Judged,
        check: &str,
        code: &str,
        name: &str,
        fill: impl FnOnce(Finding) -> Finding,
    ) {
        let finding = self.rules.finding(check, code, self.stage);
        judged
            .findings
            .extend(finding.map(|finding| fill(finding.record(self.label).file(name))));
    }

    pub(super) fn question(
        &self,
        judged: &mut Judged,
        check: &str,
        code: &str,
        name: &str,
        fill: impl FnOnce(Finding) -> Finding,
    ) {
        let finding = self.rules.question(check, code, self.stage);
        judged
            .findings
            .extend(finding.map(|finding| fill(finding.record(self.label).file(name))));
    }

    /// All checks of one file.
    pub fn file(&self, seen: &Seen<'_>, judged: &mut Judged) -> Looked {
        self.fixity(seen, judged);
        // a file that is cut off has lost the marks that its format is told by: that it is cut off says it all
        let is_cut_off =
            matches!(seen.properties, Some(Ok(properties)) if properties.has(FaultKind::Truncated));
        self.recorded(seen, is_cut_off, judged);
        judged.tested.push(("S-1.2", 1));
        let looked = self.look(seen);
        if seen.properties.is_none() && !is_executable(seen.identified) {
            // malware: nothing else is said of it
            return looked;
        }
        if is_executable(seen.identified) {
            self.fault(judged, "S-1.2", "intake.executable", &seen.file.name, |finding| {
                finding
                    .expected("a file that does not run")
                    .found(name_of(seen.identified))
                    .mend("programs are not records: take it out of the package")
            });
            return looked;
        }
        judged.tested.extend([("U-2.1", 1), ("U-2.2", 1), ("U-4.2", 1)]);
        if !is_cut_off {
            self.format(seen, judged);
        }
        self.inside(seen, judged);
        self.container(seen, judged);
        looked
    }

    /// Check U-2.1, as far as the list and the name go.
    fn format(&self, seen: &Seen<'_>, judged: &mut Judged) {
        let name = &seen.file.name;
        if !seen.identified.filing {
            self.fault(judged, "U-2.1", "intake.format_not_allowed", name, |finding| {
                finding
                    .expected("a format of the list of allowed formats")
                    .found(name_of(seen.identified))
                    .mend("convert it, for example into PDF/A or OFD")
            });
        }
        let claimed = seen.identified.warnings.iter().find_map(|warning| match warning {
            Warning::ExtensionMismatch { extension, expected } => Some((extension, expected)),
            _ => None,
        });
        if let Some((extension, expected)) = claimed {
            self.fault(judged, "U-2.1", "intake.extension_mismatch", name, |finding| {
                finding
                    .expected(format!(".{}", expected.join(", .")))
                    .found(format!(
                        ".{extension}, though the content is {}",
                        name_of(seen.identified)
                    ))
                    .mend("rename the file by its real format")
            });
        }
    }

    /// What the examination found inside.
    fn inside(&self, seen: &Seen<'_>, judged: &mut Judged) {
        let name = &seen.file.name;
        let properties = match seen.properties {
            None => return,
            Some(Ok(properties)) => properties,
            Some(Err(error)) => {
                // the check could not run, which is never a pass
                if let Some(severity) = self.rules.weight("U-2.2", error.code(), self.stage) {
                    let finding = Finding::new("U-2.2", severity, Outcome::Error, error.code());
                    judged.findings.push(
                        finding
                            .record(self.label)
                            .file(name)
                            .expected("a file that can be examined")
                            .found(error.to_string())
                            .mend("open the file by hand; if it opens, save it anew and send that"),
                    );
                }
                return;
            }
        };
        let mut kinds: BTreeMap<FaultKind, Vec<&str>> = BTreeMap::new();
        for fault in &properties.faults {
            kinds.entry(fault.kind).or_default().push(fault.detail.as_str());
        }
        for (kind, details) in kinds {
            let details: Vec<&str> = details.into_iter().filter(|detail| !detail.is_empty()).collect();
            let found = match details.as_slice() {
                [] => kind.meaning().to_owned(),
                details => format!("{}: {}", kind.meaning(), details.join("; ")),
            };
            let mut checks = vec![kind.check().id()];
            if kind == FaultKind::Truncated {
                checks.push(FaultCheck::Readable.id());
            }
            for check in checks {
                if check == "I-3.1" {
                    judged.tested.push(("I-3.1", 1));
                }
                let finding = self.rules.finding(check, kind.code(), self.stage);
                let Some(mut finding) = finding else { continue };
                if kind.weight() == FaultWeight::Doubtful {
                    // nobody can be sure but a person who opens it
                    (finding.severity, finding.outcome) = (Severity::Warn, Outcome::Warn);
                }
                let finding = finding.record(self.label).file(name);
                judged.findings.push(
                    finding
                        .expected(expected_of(check))
                        .found(&*found)
                        .mend(mend_of(kind)),
                );
            }
        }
    }

    fn look(&self, seen: &Seen<'_>) -> Looked {
        let attachments = (seen.identified.kind == FormatKind::Text).then(|| {
            let head = seen
                .head
                .get(..TEXT_BYTES.min(seen.head.len()))
                .unwrap_or_default();
            named_in_text(&String::from_utf8_lossy(head))
        });
        Looked {
            name: seen.file.name.clone(),
            role: seen.file.role,
            is_allowed: seen.identified.filing,
            component: Component::of(&seen.file.name, &self.rules.components),
            long_term: seen.identified.long_term,
            format: name_of(seen.identified),
            is_pdf: seen.identified.mime.as_deref() == Some("application/pdf"),
            pages: match (seen.properties, seen.identified.kind) {
                (Some(Ok(properties)), FormatKind::Document) => properties.pages,
                _ => None,
            },
            attachments: attachments.flatten(),
        }
    }

    /// What all files of a record together tell: U-2.3, the number of pages, attachments that its text names
    /// (I-3.2).
    pub fn record(&self, item: &SubmittedItem, files: &[Looked], judged: &mut Judged) {
        let content: Vec<&Looked> = files
            .iter()
            .filter(|file| file.role == FileRole::Content)
            .collect();
        let has_fit_copy = content.iter().any(|file| file.long_term.is_fit());
        // what is not on the list at all goes back for that
        for file in content.iter().filter(|file| file.is_allowed) {
            judged.tested.push(("U-2.3", 1));
            let (code, found) = match file.long_term {
                LongTerm::Preferred | LongTerm::Yes => continue,
                LongTerm::Convert if has_fit_copy => continue,
                LongTerm::Convert if file.is_pdf => (
                    "intake.conversion_due",
                    "no copy in a format fit for keeping beside it",
                ),
                LongTerm::Convert => (
                    "intake.format_to_convert",
                    "no copy in a format fit for keeping beside it",
                ),
                LongTerm::No => ("intake.format_at_risk", "not on the list of formats for keeping"),
            };
            self.fault(judged, "U-2.3", code, &file.name, |finding| {
                finding
                    .expected("a format on the list for keeping, or such a copy beside it")
                    .found(format!("{}: {found}", file.format))
                    .mend("add a copy in OFD, PDF/A or another preferred format, and keep the original")
            });
        }
        let mains: Vec<&&Looked> = content
            .iter()
            .filter(|file| file.component == Component::Main)
            .collect();
        let [main] = mains.as_slice() else { return };
        let stated = item
            .get("total_number_of_pages")
            .and_then(|pages| pages.trim().parse::<u64>().ok());
        if let (Some(stated), Some(pages)) = (stated, main.pages) {
            judged.tested.push(("A-2.4", 1));
            if stated != pages {
                self.fault(judged, "A-2.4", "intake.pages_differ", &main.name, |finding| {
                    finding
                        .element("total_number_of_pages")
                        .expected(format!("{stated} pages"))
                        .found(format!("{pages} pages in the file"))
                        .mend("correct the number of pages, or send the whole document")
                });
            }
        }
        if let Some((named, line)) = &main.attachments
            && item.get("x_attachments").is_none()
        {
            judged.tested.push(("I-3.2", 1));
            let components: Vec<Component> = content.iter().map(|file| file.component).collect();
            let there = present(&components);
            if *named > there {
                self.question(
                    judged,
                    "I-3.2",
                    "intake.attachments_unclear",
                    &main.name,
                    |finding| {
                        finding
                            .expected(format!("{named} attachments, as the text says: {line}"))
                            .found(format!("{there} files that may be attachments"))
                            .mend("look whether the attachments are inside the main text; otherwise add them")
                    },
                );
            }
        }
    }
}

pub(super) fn name_of(identified: &Identification) -> String {
    let name = identified
        .name
        .clone()
        .unwrap_or_else(|| "an unknown format".to_owned());
    let version = identified
        .version
        .as_deref()
        .map(|version| format!(" {version}"))
        .unwrap_or_default();
    let puid = identified
        .puid
        .as_deref()
        .map(|puid| format!(" ({puid})"))
        .unwrap_or_default();
    format!("{name}{version}{puid}")
}

fn expected_of(check: &str) -> &'static str {
    match check {
        "I-3.1" => "a file that is there to its last byte",
        "U-2.1" => "a file that keeps to the rules of its format",
        "U-4.2" => "no encryption, no password, no restriction, no macros",
        _ => "a whole, readable file",
    }
}

fn mend_of(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Encrypted | FaultKind::Restricted => {
            "take password and restrictions off, and send the file anew"
        }
        FaultKind::Macros | FaultKind::ActiveContent => {
            "save it without macros and scripts, for example as PDF/A or OFD"
        }
        FaultKind::Truncated => "copy the file again from its source, whole",
        FaultKind::Empty => "send the file with its content, or take it out of the package",
        FaultKind::PdfaBroken => "convert it into PDF/A anew, and have the result validated",
        FaultKind::OfdIrregular => "make the OFD anew with a program that follows GB/T 33190",
        FaultKind::CharsetDeclared => "declare the encoding that the text is in",
        FaultKind::Blank => "look whether a page was scanned empty",
        _ => "send a file that opens",
    }
}
