//! Giving records the files that a person assigned to them.
//!
//! A record that is given files was staged without them. It is staged anew with all its files, in a part of its own
//! behind the others, and what was staged before is withdrawn from its batch. Every other record stays as it is, so
//! that a package of a million files with one exception is not read again. A crash at any point is gone over again:
//! the new part counts once its row is committed, and withdrawing twice is withdrawing once.

use super::keep::file_path;
use crate::accession::Accession;
use crate::attach::{FileDecision, UnattachedFile};
use crate::conclude::hold_part;
use crate::error::IntakeError;
use crate::examine::Done;
use crate::intake_rules::IntakeRules;
use crate::listing::ListedFile;
use crate::parts::{HeldFolder, HeldPart, remove_batches};
use crate::progress::Progress;
use crate::read_file::{FileReader, Sink};
use crate::spool::Spooled;
use crate::submission::{ATTACHED_BY, DeclaredDigest, SubmittedFile, SubmittedItem};
use jiff::Timestamp;
use lantai_cataloguing::{Holdings, layout};
use lantai_domain::{
    AccessionId, ContentFile, PreservationEvent, PreservationEventType, Record, RecordId,
    SecurityClassification,
};
use lantai_vault::{Batch, LogicalPath, Object, ObjectId, Vault, VersionInfo};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// What the batch of the new part is called, behind the accession's identifier.
const ASSIGNED: &str = ".assigned";
/// How a record says that a person attached a file.
const BY_HAND: &str = "by_hand";

/// Whether a part has the records that were given files.
pub(crate) fn is_assigned_part(part: &HeldPart) -> bool {
    part.batch.ends_with(ASSIGNED)
}

/// The batch with the records that were given files.
pub(crate) fn assigned_batch(accession: AccessionId) -> String {
    format!("{accession}{ASSIGNED}")
}

/// An accession whose list of exceptions is decided.
pub(crate) struct Assigning<'a> {
    pub holdings: &'a Holdings,
    pub rules: &'a IntakeRules,
    pub accession: &'a Accession,
    pub folder: &'a HeldFolder,
    pub now: Timestamp,
}

impl Assigning<'_> {
    /// Stages the records that were given files, unless that was done before a crash. The parts with the new one.
    pub async fn run(
        &self,
        exceptions: &[UnattachedFile],
        mut parts: Vec<HeldPart>,
    ) -> Result<Vec<HeldPart>, IntakeError> {
        let mut by_code: BTreeMap<String, Vec<UnattachedFile>> = BTreeMap::new();
        for file in exceptions {
            if let Some(code) = file.assigned_to() {
                by_code.entry(code.to_owned()).or_default().push(file.clone());
            }
        }
        if by_code.is_empty() || parts.iter().any(is_assigned_part) {
            return Ok(parts);
        }
        let part = HeldPart {
            number: parts.last().map_or(0, |part| part.number) + 1,
            batch: assigned_batch(self.accession.id),
        };
        let staging = Staging {
            vault: Arc::clone(&self.holdings.vault),
            reader: FileReader::new(self.rules, self.accession.stage, self.now),
            accession: self.accession.clone(),
            folder: self.folder.clone(),
            now: self.now,
            ids: Arc::clone(&self.holdings.ids),
        };
        let (old, new) = (parts.clone(), part.clone());
        tokio::task::spawn_blocking(move || staging.stage(&by_code, &old, &new)).await??;
        hold_part(self.holdings, self.accession.id, &part).await?;
        parts.push(part);
        Ok(parts)
    }
}

struct Staging {
    vault: Arc<Vault>,
    reader: FileReader,
    accession: Accession,
    folder: HeldFolder,
    now: Timestamp,
    ids: Arc<dyn lantai_domain::IdSource>,
}

impl Staging {
    fn stage(
        &self,
        by_code: &BTreeMap<String, Vec<UnattachedFile>>,
        old: &[HeldPart],
        new: &HeldPart,
    ) -> Result<(), IntakeError> {
        // of a run that ended before its row was written
        remove_batches(&self.vault, std::slice::from_ref(new))?;
        self.forget_reopened()?;
        let batch = self.vault.begin(&new.batch)?;
        let mut log = self.folder.begin_log(new.number)?;
        let mut wanted: BTreeSet<&str> = by_code.keys().map(String::as_str).collect();
        for part in old {
            for done in self.folder.read_log(part.number)? {
                let done = done?;
                let code = done
                    .spooled
                    .as_ref()
                    .map(|spooled| spooled.record.description.code.to_string());
                if let (Some(spooled), Some(code)) = (done.spooled, code)
                    && wanted.remove(code.as_str())
                    && let Some(files) = by_code.get(&code)
                {
                    log.write(&self.record(&batch, &part.batch, done.number, spooled, files)?)?;
                }
            }
        }
        if let Some(code) = wanted.first() {
            let code = (*code).to_owned();
            return Err(IntakeError::RecordUnknown { code });
        }
        log.finish()?;
        drop(batch.seal()?);
        self.forget_reopened()
    }

    /// Stages one record with the files that it had and those that it was given.
    fn record(
        &self,
        batch: &Batch,
        old_batch: &str,
        number: u64,
        old: Spooled,
        given: &[UnattachedFile],
    ) -> Result<Done, IntakeError> {
        let label = old.record.description.code.to_string();
        let id = RecordId::new(self.ids.next());
        let mut files = self.files_before(old_batch, &old)?;
        files.extend(given.iter().map(|file| self.given_file(file)));
        files.sort_by(|one, other| one.name.cmp(&other.name));
        let item = item_of(&old.record);
        // encrypted as it was before, or else by the same rule as any other
        let is_open = old.record.open_status.kind().content_is_public()
            && old.record.description.classification == SecurityClassification::Public;
        let writer = match is_open {
            true => batch.new_clear_object(&layout::record_object(id))?,
            false => batch.new_object(&layout::record_object(id))?,
        };
        let mut sink = Sink::Stage(Box::new(writer));
        let mut done = Done {
            number,
            tested: Vec::new(),
            findings: Vec::new(),
            files: 0,
            bytes: 0,
            listed: Vec::new(),
            spooled: None,
        };
        let (mut contents, mut looked): (Vec<ContentFile>, Vec<_>) = (Vec::new(), Vec::new());
        for file in &files {
            let read = self.reader.read(file, &label, &mut sink, &Progress::default())?;
            looked.extend(read.looked);
            let is_given = given.iter().any(|one| one.file == file.name);
            if is_given || read.content.is_none() {
                done.findings.extend(read.judged.findings);
                let tested = read.judged.tested.into_iter();
                done.tested
                    .extend(tested.map(|(check, things)| (Cow::Borrowed(check), things)));
            }
            let Some(content) = read.content else { continue };
            if is_given {
                done.files += 1;
                done.bytes += content.size;
                done.listed.push(ListedFile {
                    name: content.name.clone(),
                    size: content.size,
                    sm3: content.sm3.clone(),
                });
            }
            contents.push(content);
        }
        // what was found of the record without these files was told before
        let of_record = self.reader.judge_record(&item, &label, &looked);
        let is_new =
            |file: Option<&String>| file.is_none_or(|name| given.iter().any(|one| one.file == *name));
        let findings = of_record.findings.into_iter();
        done.findings
            .extend(findings.filter(|finding| is_new(finding.file.as_ref())));
        let mut record = Record {
            id,
            files: contents,
            ..old.record
        };
        record.events.extend(given.iter().map(|file| self.event(file)));
        let rules = record
            .description
            .other
            .entry(ATTACHED_BY.to_owned())
            .or_default();
        if !rules.is_empty() {
            rules.push_str(", ");
        }
        rules.push_str(BY_HAND);
        let Sink::Stage(mut writer) = sink else {
            return Ok(done);
        };
        layout::put_anew(&mut writer, layout::RECORD_FILE, &layout::record_bytes(&record)?)?;
        let version = writer.version().number();
        let object = writer.id().as_str().to_owned();
        let inventory = writer.finish(VersionInfo {
            created: self.now,
            message: "received".to_owned(),
            user_name: self.accession.received_by.clone(),
            user_address: None,
        })?;
        done.spooled = Some(Spooled {
            record,
            object,
            version,
            inventory,
        });
        Ok(done)
    }

    /// The files that the record was staged with; an entry without content has none.
    fn files_before(&self, batch: &str, old: &Spooled) -> Result<Vec<SubmittedFile>, IntakeError> {
        if old.object.is_empty() {
            return Ok(Vec::new());
        }
        let id = ObjectId::new(old.object.clone())?;
        let object = self.vault.staged(batch, &id)?.ok_or(IntakeError::NotFound)?;
        let files = old.record.files.iter().map(|file| {
            let path = self.readable(&object, &LogicalPath::new(file.path.clone())?)?;
            let name_bytes = file.name_bytes.as_deref();
            Ok(SubmittedFile {
                role: file.role,
                ..submitted(&file.name, name_bytes, path, &file.sm3)
            })
        });
        files.collect()
    }

    /// Where a staged file can be read by path, as the readers of formats want it: its own place, or, where it lies
    /// encrypted, a copy in the accession's own folder, which goes when this part is staged.
    fn readable(&self, object: &Object, path: &LogicalPath) -> Result<PathBuf, IntakeError> {
        if let Some(place) = object.clear_file(object.head(), path)? {
            return Ok(place);
        }
        let folder = self.reopened();
        let disk = |source| IntakeError::disk("write", &folder, source);
        std::fs::create_dir_all(&folder).map_err(disk)?;
        let copy = folder.join(self.ids.next().to_string());
        let mut content = object.open(object.head(), path)?;
        let mut file = File::create_new(&copy).map_err(disk)?;
        std::io::copy(&mut content, &mut file).map_err(disk)?;
        Ok(copy)
    }

    /// Folder of what had to be decrypted to be read again.
    fn reopened(&self) -> PathBuf {
        self.folder.path().join("reopened")
    }

    fn forget_reopened(&self) -> Result<(), IntakeError> {
        let folder = self.reopened();
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(IntakeError::disk("remove", &folder, error))
            }
            _ => Ok(()),
        }
    }

    fn given_file(&self, file: &UnattachedFile) -> SubmittedFile {
        let path = file_path(&self.folder, file);
        submitted(&file.file, file.name_bytes.as_deref(), path, &file.sm3)
    }

    /// Who attached which file, as the record remembers it.
    fn event(&self, file: &UnattachedFile) -> PreservationEvent {
        let (by, at) = match &file.decision {
            Some(FileDecision::Assigned { by, at, .. } | FileDecision::LeftOut { by, at, .. }) => {
                (by.clone(), *at)
            }
            None => (self.accession.received_by.clone(), self.now),
        };
        PreservationEvent {
            event: PreservationEventType::Ingestion,
            at,
            agent: by,
            outcome: "success".to_owned(),
            detail: Some(format!("attached by hand: {}", file.file)),
        }
    }
}

/// A file whose digest is known; what lies there now must have it.
fn submitted(name: &str, name_bytes: Option<&str>, path: PathBuf, sm3: &str) -> SubmittedFile {
    SubmittedFile {
        name: name.to_owned(),
        name_bytes: name_bytes.and_then(|bytes| hex::decode(bytes).ok()),
        path,
        role: lantai_domain::FileRole::Content,
        declared: vec![DeclaredDigest {
            algorithm: "sm3".to_owned(),
            value: sm3.to_owned(),
        }],
        listed: Vec::new(),
        recorded: None,
        is_signed: false,
    }
}

/// What the checks of a record as a whole ask of its description.
fn item_of(record: &Record) -> SubmittedItem {
    let mut item = SubmittedItem {
        elements: record.description.other.clone(),
        ..SubmittedItem::default()
    };
    if let Some(pages) = record.description.page_count {
        item.elements
            .insert("total_number_of_pages".to_owned(), pages.to_string());
    }
    item.elements
        .insert("archival_code".to_owned(), record.description.code.to_string());
    item
}
