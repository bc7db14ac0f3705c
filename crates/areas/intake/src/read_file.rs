//! Reading one file: staged or only measured, its format named, its checks answered, all in one pass.

use crate::error::IntakeError;
use crate::progress::Progress;
use crate::rules::CheckRules;
use crate::submission::{DeclaredDigest, Enclosure, SubmittedFile};
use lantai_cataloguing::layout;
use lantai_domain::{ContentFile, FileFormat, Finding, Media, Outcome, Severity, Stage};
use lantai_formats::identify::{
    FormatKind, HeadTail, Identification, Identifier, ReadSeek, Warning, is_executable,
};
use lantai_formats::readable::{Readability, UnreadableReason, check_readable};
use lantai_vault::{Algorithm, ByteObserver, Digester, ObjectWriter, VaultError};
use std::fs::File;
use std::io::Read;

/// Bytes read at a time where nothing is staged.
const CHUNK: usize = 256 * 1024;

/// Where the bytes go.
pub(crate) enum Sink {
    /// Into a new object of the vault.
    Stage(Box<ObjectWriter>),
    /// Nowhere: the package is only checked.
    Measure,
}

/// What reading a file came to.
pub(crate) struct ReadFile {
    /// The file, where it could be read.
    pub content: Option<ContentFile>,
    /// What was tested.
    pub tested: Vec<(&'static str, u64)>,
    /// Faults.
    pub findings: Vec<Finding>,
}

/// Reads files by the rules of a stage.
pub(crate) struct FileReader {
    identifier: Identifier,
    rules: CheckRules,
    stage: Stage,
}

/// Digests that were declared and that nobody else computes on the way.
struct Further(Vec<(Algorithm, Box<dyn Digester>)>);

impl Further {
    /// Digesters for what was declared, except what is computed anyhow.
    fn of(declared: &[DeclaredDigest], computed: &[Algorithm]) -> Self {
        let mut running: Vec<(Algorithm, Box<dyn Digester>)> = Vec::new();
        for algorithm in declared
            .iter()
            .filter_map(|digest| Algorithm::named(&digest.algorithm))
        {
            if !computed.contains(&algorithm) && running.iter().all(|(known, _)| *known != algorithm) {
                running.push((algorithm, algorithm.start()));
            }
        }
        Self(running)
    }

    fn finish(self) -> Vec<(String, String)> {
        self.0
            .into_iter()
            .map(|(algorithm, digester)| (algorithm.name().to_owned(), digester.finish()))
            .collect()
    }
}

/// Sees the bytes go by.
struct Observer<'a> {
    window: HeadTail,
    further: Further,
    progress: &'a Progress,
}

impl ByteObserver for Observer<'_> {
    fn observe(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.window.feed(bytes);
        for (_, digester) in &mut self.further.0 {
            digester.update(bytes);
        }
        self.progress.bytes_done(bytes.len() as u64);
        Ok(())
    }
}

/// What the pass measured.
struct Measured {
    path: String,
    size: u64,
    sha512: String,
    sm3: String,
    window: HeadTail,
    /// All digests by algorithm.
    digests: Vec<(String, String)>,
}

impl FileReader {
    /// A reader for a stage.
    pub fn new(identifier: Identifier, rules: CheckRules, stage: Stage) -> Self {
        Self {
            identifier,
            rules,
            stage,
        }
    }

    /// Version of the rules of formats.
    pub fn registry_version(&self) -> &str {
        self.identifier.registry().version()
    }

    fn finding(&self, check: &str, code: &str, label: &str, file: &SubmittedFile) -> Option<Finding> {
        let severity = self.rules.check(check)?.severity(self.stage)?;
        let outcome = if severity == Severity::Warn {
            Outcome::Warn
        } else {
            Outcome::Fail
        };
        Some(
            Finding::new(check, severity, outcome, code)
                .record(label)
                .file(&file.name),
        )
    }

    /// Reads a file once. Faults of the file are findings; an error is ours.
    pub fn read(
        &self,
        file: &SubmittedFile,
        label: &str,
        sink: &mut Sink,
        progress: &Progress,
    ) -> Result<ReadFile, IntakeError> {
        let mut read = ReadFile {
            content: None,
            tested: Vec::new(),
            findings: Vec::new(),
        };
        let opened = File::open(&file.path).and_then(|opened| Ok((opened.metadata()?.len(), opened)));
        let (size, source) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                read.findings.push(self.unreadable(file, label, &error));
                return Ok(read);
            }
        };
        let measured = match sink {
            Sink::Stage(writer) => stage(writer, file, source, size, progress),
            Sink::Measure => measure(file, source, size, progress),
        };
        let measured = match measured {
            Ok(measured) => measured,
            Err(VaultError::FileChanged { expected, found, .. }) => {
                let finding = self.refusal("A-3.1", "intake.file_changed", label, file);
                read.findings.push(
                    finding
                        .expected(format!("{expected} bytes"))
                        .found(format!("{found} bytes: the file changed while it was read"))
                        .mend("wait until nobody writes to the package, then hand it in again"),
                );
                return Ok(read);
            }
            Err(VaultError::Source { source, .. }) => {
                read.findings.push(self.unreadable(file, label, &source));
                return Ok(read);
            }
            Err(VaultError::LogicalPath { value, reason }) => {
                let finding = self.refusal("A-5.2", "intake.name_refused", label, file);
                let found = format!("{value:?}: {reason}");
                read.findings
                    .push(finding.found(found).mend("give the file a plain name"));
                return Ok(read);
            }
            Err(VaultError::Disk { source, .. }) if source.kind() == std::io::ErrorKind::InvalidFilename => {
                let finding = self.refusal("A-5.2", "intake.name_refused", label, file);
                let found = format!("a name of {} bytes: {source}", file.name.len());
                read.findings
                    .push(finding.found(found).mend("give the file a shorter name"));
                return Ok(read);
            }
            Err(error @ (VaultError::PathTwice { .. } | VaultError::PathConflict { .. })) => {
                let finding = self.refusal("A-5.2", "intake.name_refused", label, file);
                read.findings.push(
                    finding
                        .found(error.to_string())
                        .mend("give each file a name of its own"),
                );
                return Ok(read);
            }
            Err(error) => return Err(error.into()),
        };
        let identified = match self.identify(file, &measured) {
            Ok(identified) => identified,
            Err(error) => {
                read.findings.push(self.unreadable(file, label, &error));
                return Ok(read);
            }
        };
        self.check(file, label, &measured, &identified, &mut read);
        read.content = Some(ContentFile {
            path: measured.path,
            name: file.name.clone(),
            name_bytes: file.name_bytes.as_ref().map(hex::encode),
            role: file.role,
            media: media_of(&identified),
            size: measured.size,
            sha512: measured.sha512,
            sm3: measured.sm3,
            format: format_of(&identified),
        });
        Ok(read)
    }

    /// A fault of a file that cannot be kept, whatever the rules say.
    fn refusal(&self, check: &str, code: &str, label: &str, file: &SubmittedFile) -> Finding {
        self.rules
            .refusal(check, self.stage, code)
            .record(label)
            .file(&file.name)
    }

    /// A fault of a file that is kept with the accession: a program is kept nowhere.
    pub fn look_at(&self, enclosure: &Enclosure) -> Result<Option<Finding>, IntakeError> {
        let disk = |source| IntakeError::disk("read", &enclosure.path, source);
        let mut source = File::open(&enclosure.path).map_err(disk)?;
        let size = source.metadata().map_err(disk)?.len();
        let identified = self
            .identifier
            .identify(&enclosure.name, size, &mut source)
            .map_err(disk)?;
        if !is_executable(&identified) {
            return Ok(None);
        }
        let severity = self
            .rules
            .check("S-1.2")
            .and_then(|rule| rule.severity(self.stage));
        let finding =
            severity.map(|severity| Finding::new("S-1.2", severity, Outcome::Fail, "intake.executable"));
        Ok(finding.map(|finding| {
            finding
                .file(&enclosure.name)
                .expected("a file that does not run")
                .found(identified.name.unwrap_or_else(|| "a program".to_owned()))
                .mend("programs are not records: take it out of the package")
        }))
    }

    fn unreadable(&self, file: &SubmittedFile, label: &str, error: &std::io::Error) -> Finding {
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

    fn identify(&self, file: &SubmittedFile, measured: &Measured) -> std::io::Result<Identification> {
        let mut reopen = || File::open(&file.path).map(|file| Box::new(file) as Box<dyn ReadSeek>);
        let window = &measured.window;
        self.identifier.identify_parts(
            &file.name,
            measured.size,
            window.head(),
            window.tail(),
            &mut reopen,
        )
    }

    fn check(
        &self,
        file: &SubmittedFile,
        label: &str,
        measured: &Measured,
        identified: &Identification,
        read: &mut ReadFile,
    ) {
        read.tested.extend([("U-2.1", 1), ("U-2.2", 1), ("S-1.2", 1)]);
        for declared in &file.declared {
            let found = measured
                .digests
                .iter()
                .find(|(algorithm, _)| *algorithm == declared.algorithm);
            let Some((_, found)) = found else { continue };
            read.tested.push(("A-3.1", 1));
            if !found.eq_ignore_ascii_case(&declared.value) {
                let finding = self.finding("A-3.1", "intake.digest_mismatch", label, file);
                read.findings.extend(finding.map(|finding| {
                    finding
                        .expected(format!("{} {}", declared.algorithm, declared.value))
                        .found(format!("{} {found}", declared.algorithm))
                        .mend("the file is not the one that was described: send the right one")
                }));
            }
        }
        if is_executable(identified) {
            let finding = self.finding("S-1.2", "intake.executable", label, file);
            read.findings.extend(finding.map(|finding| {
                finding
                    .expected("a file that does not run")
                    .found(identified.name.clone().unwrap_or_else(|| "a program".to_owned()))
                    .mend("programs are not records: take it out of the package")
            }));
            return;
        }
        if !identified.filing {
            let finding = self.finding("U-2.1", "intake.format_not_allowed", label, file);
            read.findings.extend(finding.map(|finding| {
                finding
                    .expected("a format of the list of allowed formats")
                    .found(
                        identified
                            .name
                            .clone()
                            .unwrap_or_else(|| "an unknown format".to_owned()),
                    )
                    .mend("convert it, for example into PDF/A or OFD")
            }));
        }
        if identified
            .warnings
            .iter()
            .any(|warning| matches!(warning, Warning::ExtensionMismatch { .. }))
        {
            let finding = Finding::new(
                "U-2.1",
                Severity::Warn,
                Outcome::Warn,
                "intake.extension_mismatch",
            );
            let found = identified.name.clone().unwrap_or_default();
            read.findings.push(
                finding
                    .record(label)
                    .file(&file.name)
                    .found(found)
                    .mend("rename the file by its real format"),
            );
        }
        if let Err(unreadable) = self.readable(file, measured, identified) {
            let mut finding = self.finding("U-2.2", unreadable.code, label, file);
            if unreadable.doubtful {
                // only the name says what it is: a person must open it
                finding = Some(Finding::new(
                    "U-2.2",
                    Severity::Warn,
                    Outcome::Warn,
                    unreadable.code,
                ));
            }
            read.findings.extend(finding.map(|finding| {
                finding
                    .record(label)
                    .file(&file.name)
                    .expected("a whole, readable file")
                    .found(unreadable.reason)
                    .mend("send a file that opens")
            }));
        }
    }

    fn readable(
        &self,
        file: &SubmittedFile,
        measured: &Measured,
        identified: &Identification,
    ) -> Result<(), NotReadable> {
        let looked = File::open(&file.path)
            .and_then(|mut source| check_readable(identified, measured.size, &mut source));
        match looked {
            Ok(Readability::Readable) => Ok(()),
            Ok(Readability::Unreadable { reason }) => Err(NotReadable {
                code: reason.code(),
                reason: reason.to_string(),
                doubtful: reason == UnreadableReason::NotWhatItClaims,
            }),
            Err(error) => Err(NotReadable {
                code: "intake.file_unreadable",
                reason: error.to_string(),
                doubtful: false,
            }),
        }
    }
}

/// Why a file does not open.
struct NotReadable {
    code: &'static str,
    reason: String,
    doubtful: bool,
}

/// Stages a file: SHA-512 and SM3 come from the vault.
fn stage(
    writer: &mut ObjectWriter,
    file: &SubmittedFile,
    source: File,
    size: u64,
    progress: &Progress,
) -> Result<Measured, VaultError> {
    let further = Further::of(&file.declared, &[Algorithm::Sha512, Algorithm::Sm3]);
    let mut observer = Observer {
        window: HeadTail::new(),
        further,
        progress,
    };
    let path = layout::content_path(&file.name)?;
    let stored = writer.put(&path, source, Some(size), &mut observer)?;
    let mut digests = vec![
        ("sha512".to_owned(), stored.sha512.clone()),
        ("sm3".to_owned(), stored.sm3.clone()),
    ];
    digests.extend(observer.further.finish());
    Ok(Measured {
        path: path.as_str().to_owned(),
        size: stored.size,
        sha512: stored.sha512,
        sm3: stored.sm3,
        window: observer.window,
        digests,
    })
}

/// Reads a file without keeping it; only what was declared is computed.
fn measure(
    file: &SubmittedFile,
    mut source: File,
    size: u64,
    progress: &Progress,
) -> Result<Measured, VaultError> {
    let path = layout::content_path(&file.name)?;
    let further = Further::of(&file.declared, &[]);
    let mut observer = Observer {
        window: HeadTail::new(),
        further,
        progress,
    };
    let mut buffer = vec![0; CHUNK];
    let mut found = 0_u64;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(VaultError::Source { path, source }),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        observer.observe(bytes).map_err(|source| VaultError::Source {
            path: path.clone(),
            source,
        })?;
        found += count as u64;
        if found > size {
            break;
        }
    }
    if found != size {
        return Err(VaultError::FileChanged {
            path,
            expected: size,
            found,
        });
    }
    let digests = observer.further.finish();
    let of = |name: &str| {
        let found = digests.iter().find(|(algorithm, _)| algorithm == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    Ok(Measured {
        path: path.as_str().to_owned(),
        size,
        sha512: of("sha512"),
        sm3: of("sm3"),
        window: observer.window,
        digests,
    })
}

fn format_of(identified: &Identification) -> FileFormat {
    let basis = serde_json::to_value(identified.basis).ok();
    FileFormat {
        puid: identified.puid.clone(),
        name: identified.name.clone(),
        version: identified.version.clone(),
        mime: identified.mime.clone(),
        charset: identified.charset.map(str::to_owned),
        basis: basis
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .unwrap_or("none")
            .to_owned(),
    }
}

fn media_of(identified: &Identification) -> Media {
    match identified.kind {
        FormatKind::Image => Media::Image,
        FormatKind::Sound => Media::Sound,
        FormatKind::Video => Media::Video,
        FormatKind::Document | FormatKind::Spreadsheet | FormatKind::Drawing => Media::Document,
        FormatKind::Text => Media::Text,
        _ => Media::Other,
    }
}
