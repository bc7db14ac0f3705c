//! Storing what passed: fonds, segments and the accession's own object are staged, then everything becomes true at once.

use crate::accession::Accession;
use crate::attach::UnattachedFile;
use crate::error::IntakeError;
use crate::examine::FileList;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::spool::{Spool, Spooled};
use crate::submission::Enclosure;
use lantai_cataloguing::repository::segments::{Segment, SegmentRepository};
use lantai_cataloguing::{
    Acceptance, CataloguingError, FondsCount, FondsRepository, Holdings, IndexAccession, ReadAccession,
    RecordRepository, StoredRecord, layout, sort_code,
};
use lantai_database::{NewJob, StoreError};
use lantai_domain::{Fact, Finding, Fonds, JobId, JournalEntry, Outcome, Record, Severity};
use lantai_vault::{Batch, LogicalPath, NoObserver, ObjectId, Vault, VersionInfo};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

/// The check that rows can be read back.
pub(crate) const READ_BACK: &str = "U-1.2";
/// The accession's description in its object.
pub(crate) const ACCESSION_FILE: &str = "accession.json";
/// The findings in the accession's object, one a line.
pub(crate) const FINDINGS_FILE: &str = "findings.jsonl";
/// The list of the package's files in the accession's object: SM3, size and name, a file a line, sorted.
pub(crate) const FILE_LIST_FILE: &str = "files.sm3";
/// The list of exceptions as it was decided, in the accession's object, a file a line.
pub(crate) const EXCEPTIONS_FILE: &str = "exceptions.jsonl";
/// Rows read back at once.
const ROWS_AT_ONCE: u32 = 1000;
/// Folder of the package's own papers in the accession's object.
const PACKAGE_FOLDER: &str = "package";

/// An object staged beside the records, as the journal will name it.
pub(crate) struct Beside {
    object: String,
    version: u32,
    inventory: String,
    what: What,
}

/// What is kept with the accession besides its description.
pub(crate) struct Papers<'a> {
    /// Files of the package that are no content.
    pub enclosures: &'a [Enclosure],
    /// The list of its files.
    pub list: Option<&'a FileList>,
    /// The list of exceptions as it was decided.
    pub exceptions: &'a [UnattachedFile],
}

enum What {
    Fonds(Fonds),
    Segment { fonds: String, segment: Segment },
    Accession,
}

/// What is staged beside the records.
pub(crate) struct Staging<'a> {
    pub batch: &'a Batch,
    pub vault: &'a Vault,
    pub info: VersionInfo,
}

impl Staging<'_> {
    /// Stages fonds that are new, or that get their first description. What a fonds is called is no secret: it is not
    /// encrypted.
    pub fn fonds(&self, wanted: Vec<(Fonds, bool)>) -> Result<Vec<Beside>, IntakeError> {
        let mut staged = Vec::new();
        for (fonds, is_new) in wanted {
            let id = layout::fonds_object(&fonds.number)?;
            let mut writer = if is_new {
                self.batch.new_clear_object(&id)?
            } else {
                self.batch.new_clear_version(&id)?
            };
            layout::put_anew(&mut writer, layout::FONDS_FILE, &layout::fonds_bytes(&fonds)?)?;
            let version = writer.version().number();
            let inventory = writer.finish(self.info.clone())?;
            staged.push(Beside {
                object: id.as_str().to_owned(),
                version,
                inventory,
                what: What::Fonds(fonds),
            });
        }
        Ok(staged)
    }

    /// Stages the entries without content of one fonds, filling its last segment first.
    pub fn segments(
        &self,
        spool: &mut Spool,
        fonds: &str,
        last: Option<Segment>,
    ) -> Result<Vec<Beside>, IntakeError> {
        let mut staged = Vec::new();
        let mut entries = spool.entries(fonds)?.peekable();
        let mut last = last;
        while entries.peek().is_some() {
            let open = last.take_if(|segment| segment.entries < limit());
            let (number, mut records, is_new) = match open {
                Some(segment) => {
                    let object = ObjectId::new(segment.object)?;
                    (segment.number, self.segment_records(&object)?, false)
                }
                None => (next_number(&staged, last.as_ref()), Vec::new(), true),
            };
            let object = layout::segment_object(fonds, u64::try_from(number).unwrap_or(1))?;
            let mut writer = if is_new {
                self.batch.new_object(&object)?
            } else {
                self.batch.new_version(&object)?
            };
            let version = writer.version().number();
            let mut added = Vec::new();
            while i64::try_from(records.len()).unwrap_or(i64::MAX) < limit() {
                let Some(entry) = entries.next() else { break };
                let entry = entry?;
                records.push(entry.record.clone());
                added.push(entry.record);
            }
            layout::put_anew(
                &mut writer,
                layout::ENTRIES_FILE,
                &layout::segment_bytes(&records)?,
            )?;
            let inventory = writer.finish(self.info.clone())?;
            for record in added {
                let object = object.as_str().to_owned();
                spool.settle(&Spooled {
                    record,
                    object,
                    version,
                    inventory: inventory.clone(),
                })?;
            }
            let segment = Segment {
                object: object.as_str().to_owned(),
                number,
                entries: i64::try_from(records.len()).unwrap_or(i64::MAX),
            };
            staged.push(Beside {
                object: object.as_str().to_owned(),
                version,
                inventory,
                what: What::Segment {
                    fonds: fonds.to_owned(),
                    segment,
                },
            });
        }
        Ok(staged)
    }

    fn segment_records(&self, object: &ObjectId) -> Result<Vec<Record>, IntakeError> {
        Ok(layout::read_segment(self.vault, object)?)
    }

    /// Stages the accession's own object: what it was, what was found, and the package's own papers.
    pub fn accession(
        &self,
        accession: &Accession,
        findings: &[Finding],
        papers: &Papers<'_>,
    ) -> Result<Beside, IntakeError> {
        let id = ObjectId::from_uuid(accession.id.uuid());
        let mut writer = self.batch.new_object(&id)?;
        let mut document = serde_json::to_vec_pretty(accession)?;
        document.push(b'\n');
        layout::put_anew(&mut writer, ACCESSION_FILE, &document)?;
        let mut lines = Vec::new();
        for finding in findings {
            serde_json::to_writer(&mut lines, finding)?;
            lines.push(b'\n');
        }
        layout::put_anew(&mut writer, FINDINGS_FILE, &lines)?;
        if !papers.exceptions.is_empty() {
            let mut lines = Vec::new();
            for file in papers.exceptions {
                serde_json::to_writer(&mut lines, file)?;
                lines.push(b'\n');
            }
            layout::put_anew(&mut writer, EXCEPTIONS_FILE, &lines)?;
        }
        if let Some(list) = papers.list {
            let file =
                File::open(&list.path).map_err(|source| IntakeError::disk("read", &list.path, source))?;
            writer.put(&LogicalPath::new(FILE_LIST_FILE)?, file, None, &mut NoObserver)?;
        }
        for enclosure in papers.enclosures {
            let mut path = LogicalPath::new(format!("{PACKAGE_FOLDER}/{}", enclosure.name))?;
            // a catalogue from elsewhere may have the name of a file of the package
            let mut number = 2;
            while writer.paths().any(|there| *there == path) {
                path = LogicalPath::new(format!("{PACKAGE_FOLDER}-{number}/{}", enclosure.name))?;
                number += 1;
            }
            let file = File::open(&enclosure.path)
                .map_err(|source| IntakeError::disk("read", &enclosure.path, source))?;
            writer.put(&path, file, None, &mut NoObserver)?;
        }
        let version = writer.version().number();
        let inventory = writer.finish(self.info.clone())?;
        Ok(Beside {
            object: id.as_str().to_owned(),
            version,
            inventory,
            what: What::Accession,
        })
    }
}

fn limit() -> i64 {
    i64::try_from(layout::SEGMENT_ENTRIES).unwrap_or(i64::MAX)
}

fn next_number(staged: &[Beside], last: Option<&Segment>) -> i64 {
    let numbers = staged.iter().filter_map(|beside| match &beside.what {
        What::Segment { segment, .. } => Some(segment.number),
        _ => None,
    });
    numbers
        .chain(last.map(|segment| segment.number))
        .max()
        .unwrap_or(0)
        + 1
}

/// Writes rows, facts and jobs of a change that is staged; the caller commits.
pub(crate) struct Storing<'a> {
    pub holdings: &'a Holdings,
    pub accession: &'a Accession,
    pub findings: &'a [Finding],
    pub beside: Vec<Beside>,
}

impl Storing<'_> {
    /// Writes everything. [`StoreError::Conflict`] inside the error: another accession gave one of the codes meanwhile.
    pub async fn write(&self, acceptance: &mut Acceptance, spool: Option<&Spool>) -> Result<(), IntakeError> {
        self.write_decisions(acceptance).await?;
        for beside in &self.beside {
            self.write_beside(acceptance, beside).await?;
        }
        if let Some(spool) = spool {
            self.write_records(acceptance, spool).await?;
        }
        let work = acceptance.work();
        AccessionRepository(work.conn()).put(self.accession).await?;
        AccessionRepository(work.conn())
            .put_findings(self.accession.id, self.findings)
            .await?;
        TaskRepository(work.conn())
            .put(self.accession.id, &self.accession.decisions)
            .await?;
        if spool.is_some() {
            let job = IndexAccession {
                accession: self.accession.id,
            };
            let job = NewJob::new(JobId::new(self.holdings.ids.next()), &job)?;
            work.enqueue(job.once(&self.accession.id.to_string())).await?;
            // found by its description first; reading takes its time
            let job = ReadAccession {
                accession: self.accession.id,
            };
            let job = NewJob::new(JobId::new(self.holdings.ids.next()), &job)?;
            work.enqueue(job.once(&self.accession.id.to_string()).priority(-10))
                .await?;
        }
        Ok(())
    }

    /// Who decided what, as facts of their own.
    async fn write_decisions(&self, acceptance: &mut Acceptance) -> Result<(), IntakeError> {
        let id = self.accession.id;
        let object = ObjectId::from_uuid(id.uuid());
        for decision in self.accession.decisions.iter().flat_map(|task| &task.decision) {
            let fact = JournalEntry::new(Fact::TaskDecided, decision.at, &decision.by, object.as_str());
            acceptance.work().record(fact.accession(id)).await?;
        }
        Ok(())
    }

    fn fact(&self, fact: Fact, object: &str, version: u32, inventory: &str) -> JournalEntry {
        let now = self
            .accession
            .state
            .ended_at()
            .unwrap_or(self.accession.received_at);
        let entry = JournalEntry::new(fact, now, &self.accession.received_by, object)
            .fixing(version, inventory)
            .accession(self.accession.id);
        match &self.accession.rules {
            Some(rules) => entry.rules(rules),
            None => entry,
        }
    }

    async fn write_beside(&self, acceptance: &mut Acceptance, beside: &Beside) -> Result<(), IntakeError> {
        let work = acceptance.work();
        let fact = match &beside.what {
            What::Fonds(fonds) => {
                FondsRepository(work.conn()).put(fonds, beside.version).await?;
                Fact::FondsDescribed
            }
            What::Segment { fonds, segment } => {
                SegmentRepository(work.conn()).put(fonds, segment).await?;
                RecordRepository(work.conn())
                    .move_to_version(&beside.object, beside.version)
                    .await?;
                Fact::SegmentWritten
            }
            What::Accession => match self.accession.state.name() {
                "accepted" => Fact::AccessionAccepted,
                _ => Fact::AccessionReturned,
            },
        };
        work.record(self.fact(fact, &beside.object, beside.version, &beside.inventory))
            .await?;
        Ok(())
    }

    /// Check U-1.2: every row that was written can be read, and understood, before the change counts. Where it
    /// cannot, nothing is accepted.
    async fn read_back(&self, acceptance: &mut Acceptance, written: u64) -> Result<(), IntakeError> {
        // the rules of a stage may leave the check out
        if self.accession.checks.iter().all(|check| check.check != READ_BACK) {
            return Ok(());
        }
        let mut after = String::new();
        let mut found = 0_u64;
        loop {
            let conn = acceptance.work().conn();
            let page = RecordRepository(conn)
                .page_of_accession(self.accession.id, &after, ROWS_AT_ONCE)
                .await;
            let page = match page {
                Err(StoreError::Corrupt { .. }) => break,
                page => page?,
            };
            let Some(last) = page.last() else { break };
            after = sort_code(&last.record);
            found += page.len() as u64;
        }
        if found != written {
            return Err(IntakeError::RowsUnreadable { written, found });
        }
        Ok(())
    }

    async fn write_records(&self, acceptance: &mut Acceptance, spool: &Spool) -> Result<(), IntakeError> {
        let mut counts: BTreeMap<String, FondsCount> = BTreeMap::new();
        let mut written = 0_u64;
        let work = acceptance.work();
        for spooled in spool.staged()? {
            let Spooled {
                record,
                object,
                version,
                inventory,
            } = spooled?;
            counts
                .entry(record.fonds().to_owned())
                .or_default()
                .add_record(&record);
            if layout::segment_of(&object).is_none() {
                work.record(self.fact(Fact::RecordReceived, &object, version, &inventory))
                    .await?;
            }
            let stored = StoredRecord {
                record,
                object,
                object_version: version,
            };
            RecordRepository(work.conn()).insert(&stored).await?;
            written += 1;
        }
        self.read_back(acceptance, written).await?;
        let work = acceptance.work();
        for (fonds, count) in counts {
            FondsRepository(work.conn()).add(&fonds, &count).await?;
        }
        Ok(())
    }
}

/// What the catalogue itself finds wrong when records are written: a code that somebody else gave meanwhile, or rows
/// that cannot be read back. `None`: the failure is another.
pub(crate) fn refused_by_catalogue(error: &IntakeError) -> Option<Finding> {
    let blocker = |check, code| Finding::new(check, Severity::Blocker, Outcome::Fail, code);
    match error {
        IntakeError::Cataloguing(CataloguingError::Store(StoreError::Conflict(_))) => Some(
            blocker("A-2.7", "intake.code_taken")
                .element("archival_code")
                .expected("codes that no other record has")
                .found("another accession gave one of these codes at the same time")
                .mend("hand the package in again to see which"),
        ),
        IntakeError::RowsUnreadable { written, .. } => Some(
            blocker(READ_BACK, error.code())
                .expected(format!("{written} rows that can be read back"))
                .found(error.to_string())
                .mend("have the operator look at the database, then hand the package in again; it is sound"),
        ),
        _ => None,
    }
}

/// Which fonds must be registered or described: those of the records, with what the package says of them.
pub(crate) async fn fonds_wanted(
    holdings: &Holdings,
    described: &[Fonds],
    used: &BTreeSet<String>,
) -> Result<Vec<(Fonds, bool)>, IntakeError> {
    let mut wanted = Vec::new();
    let mut reader = holdings.database.read().await?;
    for number in used {
        let known = FondsRepository(reader.conn()).find(number).await?;
        let described = described.iter().find(|fonds| fonds.number.as_str() == number);
        match (known, described) {
            (None, Some(fonds)) => wanted.push((fonds.clone(), true)),
            (None, None) => {
                let number = number
                    .parse()
                    .map_err(|error: lantai_domain::fonds::FondsNumberError| {
                        StoreError::corrupt("fonds of a record", error)
                    })?;
                wanted.push((Fonds::unnamed(number), true));
            }
            // a fonds that a person has described is not described anew by a package
            (Some(known), Some(fonds)) if known.fonds.is_unnamed() && !fonds.is_unnamed() => {
                wanted.push((fonds.clone(), known.object_version == 0));
            }
            (Some(_), _) => {}
        }
    }
    Ok(wanted)
}
