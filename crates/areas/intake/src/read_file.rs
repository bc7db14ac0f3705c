//! Reading one file: staged or only measured, its format named, its checks answered, all in one pass.

use crate::checks::containers::look_into;
use crate::checks::files::{FileChecks, Judged, Looked, Seen};
use crate::checks::package;
use crate::error::IntakeError;
use crate::intake_rules::IntakeRules;
use crate::progress::Progress;
use crate::rules::CheckRules;
use crate::sandbox::{ExamineError, Examiner};
use crate::signed::Verification;
use crate::submission::{Declared, Enclosure, SubmissionKind, SubmittedFile, SubmittedItem};
use crate::tally::Tally;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use lantai_cataloguing::CataloguingError;
use lantai_domain::{ContentFile, ContentProperties, FileFormat, Finding, Media, Outcome, Severity, Stage};
use lantai_formats::identify::{FormatKind, Identification, Identifier, ReadSeek, is_executable};
use lantai_formats::malware::{MalwareScanner, Scan};
use lantai_formats::properties::FileProperties;
use lantai_vault::{Algorithm, ObjectWriter, VaultError};
use std::fs::{File, Metadata};
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

mod pass;
mod refused;

use pass::{Measured, Passing, measure, stage};

/// Bytes read at a time where nothing is staged.
const CHUNK: usize = 256 * 1024;

/// Files of an item that are open at a time.
const SIDE_BY_SIDE: usize = 16;

/// Where the bytes go.
pub(crate) enum Sink {
    /// Into a new object of the vault.
    Stage(Box<ObjectWriter>),
    /// Nowhere, but the list of the package's files names its SM3.
    List,
    /// Nowhere: the package is only checked.
    Measure,
}

/// What reading a file came to.
#[derive(Default)]
pub(crate) struct ReadFile {
    /// The file, where it could be read.
    pub content: Option<ContentFile>,
    /// What was tested and found.
    pub judged: Judged,
    /// What its record needs to know of it; `None` where it could not be read.
    pub looked: Option<Looked>,
}

impl ReadFile {
    /// A file of which nothing is known but a fault.
    fn refused(finding: Finding) -> Self {
        let mut read = Self::default();
        read.judged.findings.push(finding);
        read
    }
}

/// A file that is open, looked into for malware.
struct Opened {
    /// Taken when the file is read.
    source: Option<File>,
    size: u64,
    modified: Option<Date>,
    infected: Option<Finding>,
}

/// Reads files by the rules of a stage.
pub(crate) struct FileReader {
    identifier: Identifier,
    rules: CheckRules,
    examiner: Arc<dyn Examiner>,
    scanner: MalwareScanner,
    verification: Verification,
    stage: Stage,
}

impl FileReader {
    /// A reader for a stage; signatures are judged at the moment `now`.
    pub fn new(kit: &IntakeRules, stage: Stage, now: Timestamp) -> Self {
        Self {
            identifier: kit.identifier().clone(),
            rules: kit.checks().clone(),
            examiner: Arc::clone(kit.examiner()),
            scanner: kit.scanner().clone(),
            verification: kit.verification(now),
            stage,
        }
    }

    /// The rules of the checks.
    pub fn rules(&self) -> &CheckRules {
        &self.rules
    }

    /// The checks of a package as a whole.
    pub fn judge_package(
        &self,
        kind: SubmissionKind,
        declared: &Declared,
        now: Timestamp,
        tally: &mut Tally,
    ) {
        let whole = package::Whole {
            kind,
            declared,
            scanner: package::ScannerSeen {
                state: self.scanner.is_configured().then(|| self.scanner.state()),
                max_age_days: self.rules.scanner.max_age_days,
                now,
            },
        };
        package::check(&whole, tally);
    }

    /// Looks for malware before a byte is staged (check S-1.2). `None`: nothing was found, or the check is not run.
    fn scan(&self, name: &str, size: u64, source: &mut File) -> Option<Finding> {
        self.rules.check("S-1.2")?.severity(self.stage)?;
        let (outcome, code, found) = match self.scanner.scan(size, source) {
            Scan::Clean => return None,
            Scan::Infected { name } => (Outcome::Fail, "intake.infected", name),
            Scan::Suspicious { name } => (Outcome::Fail, "intake.suspicious", name),
            // what could not be tested has not passed
            Scan::NotScanned { reason } => (Outcome::Error, "intake.not_scanned", reason.to_string()),
        };
        let finding = Finding::new("S-1.2", Severity::Blocker, outcome, code);
        Some(
            finding
                .file(name)
                .expected("nothing that the scanner knows")
                .found(found)
                .mend(match outcome {
                    Outcome::Fail => "keep the file apart, clean its source, and send the package anew",
                    _ => "see that the scanner answers, then hand the package in again",
                }),
        )
    }

    /// Version of the rules of formats.
    pub fn registry_version(&self) -> &str {
        self.identifier.registry().version()
    }

    /// The checks of a record's files.
    pub fn checks<'a>(&'a self, label: &'a str) -> FileChecks<'a> {
        FileChecks {
            rules: &self.rules,
            stage: self.stage,
            label,
        }
    }

    /// What all files of a record together tell.
    pub fn judge_record(&self, item: &SubmittedItem, label: &str, files: &[Looked]) -> Judged {
        let mut judged = Judged::default();
        self.checks(label).record(item, files, &mut judged);
        judged
    }

    /// Reads each file of an item once; where they are staged, several side by side. Faults of a file are findings; an
    /// error is ours. The answers are in the order of the files.
    pub fn read_all(
        &self,
        files: &[SubmittedFile],
        label: &str,
        sink: &mut Sink,
        progress: &Progress,
    ) -> Result<Vec<ReadFile>, IntakeError> {
        let mut read = Vec::with_capacity(files.len());
        for group in files.chunks(SIDE_BY_SIDE) {
            let mut opened: Vec<Result<Opened, Box<Finding>>> =
                group.iter().map(|file| self.open(file, label)).collect();
            let measured = self.pass(group, &mut opened, sink, progress);
            for ((file, opened), measured) in group.iter().zip(opened).zip(measured) {
                read.push(match (opened, measured) {
                    (Ok(opened), Some(measured)) => self.judge(file, label, opened, measured)?,
                    // every file that was opened was read, or said why not
                    (Ok(_), None) => return Err(CataloguingError::Interrupted.into()),
                    (Err(finding), _) => ReadFile::refused(*finding),
                });
                progress.file_done();
            }
        }
        Ok(read)
    }

    /// Reads one file, as [`FileReader::read_all`] reads many.
    pub fn read(
        &self,
        file: &SubmittedFile,
        label: &str,
        sink: &mut Sink,
        progress: &Progress,
    ) -> Result<ReadFile, IntakeError> {
        let read = self.read_all(std::slice::from_ref(file), label, sink, progress)?;
        let only = read.into_iter().next();
        Ok(only.ok_or(CataloguingError::Interrupted)?)
    }

    /// Opens a file and looks for malware in it before a byte is staged.
    fn open(&self, file: &SubmittedFile, label: &str) -> Result<Opened, Box<Finding>> {
        let opened = File::open(&file.path).and_then(|opened| Ok((opened.metadata()?, opened)));
        let (metadata, mut source) =
            opened.map_err(|error| Box::new(self.unreadable(file, label, &error)))?;
        let size = metadata.len();
        let infected = self.scan(&file.name, size, &mut source);
        source
            .rewind()
            .map_err(|error| Box::new(self.unreadable(file, label, &error)))?;
        Ok(Opened {
            source: Some(source),
            size,
            modified: day_of_change(&metadata),
            infected,
        })
    }

    /// The one pass over the bytes of files that could be opened.
    fn pass(
        &self,
        files: &[SubmittedFile],
        opened: &mut [Result<Opened, Box<Finding>>],
        sink: &mut Sink,
        progress: &Progress,
    ) -> Vec<Option<Result<Measured, VaultError>>> {
        let mut measured: Vec<Option<Result<Measured, VaultError>>> = files.iter().map(|_| None).collect();
        if let Sink::Stage(writer) = sink {
            let mut staged = Vec::new();
            for (number, (file, opened)) in files.iter().zip(opened.iter_mut()).enumerate() {
                // malware is never staged
                if let Ok(opened) = opened
                    && opened.infected.is_none()
                    && let Some(source) = opened.source.take()
                {
                    staged.push(Passing {
                        number,
                        file,
                        source,
                        size: opened.size,
                    });
                }
            }
            for (number, answer) in stage(writer, staged, progress) {
                if let Some(place) = measured.get_mut(number) {
                    *place = Some(answer);
                }
            }
        }
        let asked: &[Algorithm] = match sink {
            Sink::Stage(_) | Sink::List => &[Algorithm::Sm3],
            Sink::Measure => &[],
        };
        for ((file, opened), place) in files.iter().zip(opened.iter_mut()).zip(&mut measured) {
            // what is not staged is counted, so that the totals tell nothing wrong
            if let Ok(opened) = opened
                && let Some(source) = opened.source.take()
            {
                *place = Some(measure(file, source, opened.size, asked, progress));
            }
        }
        measured
    }

    /// What a file is, and what its checks say, after the pass over its bytes.
    fn judge(
        &self,
        file: &SubmittedFile,
        label: &str,
        opened: Opened,
        measured: Result<Measured, VaultError>,
    ) -> Result<ReadFile, IntakeError> {
        let mut read = ReadFile::default();
        let Opened {
            modified, infected, ..
        } = opened;
        let measured = match measured {
            Ok(measured) => measured,
            Err(error) => {
                read.judged.findings.push(self.unstaged(file, label, error)?);
                return Ok(read);
            }
        };
        let identified = match self.identify(file, &measured) {
            Ok(identified) => identified,
            Err(error) => {
                read.judged.findings.push(self.unreadable(file, label, &error));
                return Ok(read);
            }
        };
        // what runs is not opened by anybody
        let is_harmless = infected.is_none() && !is_executable(&identified);
        if let Some(finding) = infected {
            read.judged.tested.push(("S-1.2", 1));
            read.judged.findings.push(finding.record(label));
        }
        let examined = is_harmless.then(|| self.examiner.examine(&identified, &file.path));
        let container = examined
            .as_ref()
            .and_then(|examined| look_into(&file.path, measured.window.head(), examined, &self.rules.limits));
        let signatures = match &examined {
            Some(Ok(properties)) => self.verification.document(&file.path, &properties.signed),
            _ => Vec::new(),
        };
        let seen = Seen {
            file,
            signatures: &signatures,
            identified: &identified,
            size: measured.size,
            modified,
            digests: &measured.digests,
            head: measured.window.head(),
            properties: examined.as_ref(),
            container: container.as_ref(),
        };
        read.looked = Some(self.checks(label).file(&seen, &mut read.judged));
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
            properties: examined.and_then(properties_of),
        });
        Ok(read)
    }

    /// Looks at a file that is kept with the accession: it must not run (check S-1.2), and must be what the list of
    /// the package says (check ).
    pub fn look_at(&self, enclosure: &Enclosure, tally: &mut Tally) -> Result<(), IntakeError> {
        let disk = |source| IntakeError::disk("read", &enclosure.path, source);
        let mut source = File::open(&enclosure.path).map_err(disk)?;
        let size = source.metadata().map_err(disk)?.len();
        let identified = self
            .identifier
            .identify(&enclosure.name, size, &mut source)
            .map_err(disk)?;
        tally.tested("S-1.2", 1);
        if let Some(finding) = self.scan(&enclosure.name, size, &mut source) {
            tally.add(finding);
        }
        if is_executable(&identified) {
            tally.fault("S-1.2", "intake.executable", |finding| {
                finding
                    .file(&enclosure.name)
                    .expected("a file that does not run")
                    .found(identified.name.unwrap_or_else(|| "a program".to_owned()))
                    .mend("programs are not records: take it out of the package")
            });
        }
        for digest in &enclosure.listed {
            let Some(algorithm) = Algorithm::named(&digest.algorithm) else {
                continue;
            };
            tally.tested("A-5.3", 1);
            let found = digest_of(&enclosure.path, algorithm).map_err(disk)?;
            if !found.eq_ignore_ascii_case(&digest.value) {
                tally.fault("A-5.3", "intake.package_changed", |finding| {
                    finding
                        .file(&enclosure.name)
                        .expected(format!("{} {}", digest.algorithm, digest.value))
                        .found(format!("{} {found}", digest.algorithm))
                        .mend("the file is not the one that was packed: send the package again")
                });
            }
        }
        Ok(())
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
}

/// The day of the last change, in China, where records are dated.
fn day_of_change(metadata: &Metadata) -> Option<Date> {
    let changed = Timestamp::try_from(metadata.modified().ok()?).ok()?;
    Some(changed.to_zoned(TimeZone::fixed(offset(8))).date())
}

/// What is kept of the examination with the record.
fn properties_of(examined: Result<FileProperties, ExamineError>) -> Option<ContentProperties> {
    let properties = examined.ok()?;
    let kept = ContentProperties {
        pages: properties.pages,
        width: properties.width,
        height: properties.height,
        resolution_dpi: properties.resolution_dpi,
        duration_ms: properties.duration_ms,
        sample_rate: properties.sample_rate,
        channels: properties.channels,
        codecs: properties.codecs,
        encrypted: properties.encrypted,
        macros: properties.macros,
        pdfa: properties
            .pdfa_claim
            .map(|claim| format!("{}{}", claim.part, claim.conformance)),
        fonts_embedded: properties.fonts_embedded,
        attachments: properties.attachments,
        signatures: properties.signatures,
        faults: properties
            .faults
            .iter()
            .map(|fault| fault.code().to_owned())
            .collect(),
    };
    (kept != ContentProperties::default()).then_some(kept)
}

fn digest_of(path: &Path, algorithm: Algorithm) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut digester = algorithm.start();
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(digester.finish());
        }
        digester.update(buffer.get(..count).unwrap_or_default());
    }
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
