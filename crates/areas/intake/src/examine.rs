//! Reading a package: every byte once, digests, formats and checks out of the same pass that stages the files.

use crate::checks::across::Across;
use crate::checks::files::Judged;
use crate::decided::{self, DecisionOn};
use crate::describe::{CodesTaken, Described, Describer};
use crate::error::IntakeError;
use crate::exceptions::{ReadLoose, read_loose};
use crate::listing::{ListedFile, Listing, measure};
use crate::parts::Parts;
use crate::progress::{Progress, ProgressStage};
use crate::read_file::{FileReader, ReadFile, Sink};
use crate::spool::{Spool, Spooled};
use crate::submission::{Declared, Enclosure, Submission, SubmittedItem};
use crate::tally::Tally;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use jiff::Timestamp;
use lantai_cataloguing::layout;
use lantai_domain::{
    AccessionId, Finding, IdSource, PreservationEvent, PreservationEventType, Record, RecordId,
    SecurityClassification,
};
use lantai_vault::{Batch, VersionInfo};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Items on their way between reading the catalogue and reading the files.
const ITEMS_IN_FLIGHT: usize = 64;

/// What examining needs to know besides the package.
pub(crate) struct Examination<'a> {
    /// The accession it is for.
    pub accession: AccessionId,
    /// Who hands it in.
    pub by: &'a str,
    /// The moment of receipt.
    pub now: Timestamp,
    /// Where identifiers come from.
    pub ids: &'a dyn IdSource,
    /// Turns elements into descriptions.
    pub describer: &'a Describer,
    /// Reads files.
    pub reader: &'a FileReader,
    /// Which of these codes are taken already.
    pub taken: &'a CodesTaken<'a>,
    /// What was decided about a document; `None`: nothing was ever decided.
    pub decision_on: Option<&'a DecisionOn<'a>>,
    /// Folder for what does not fit into memory.
    pub workspace: &'a Path,
    /// How far it has come.
    pub progress: &'a Progress,
    /// Whether the list of its files is wanted, with their digests.
    pub lists: bool,
}

/// What examining came to, besides the tally.
pub(crate) struct Examined {
    /// Items read.
    pub items: u64,
    /// Content files read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Records, staged or to be written into segments.
    pub spool: Spool,
    /// Files to be kept with the accession.
    pub enclosures: Vec<Enclosure>,
    /// The list of all files with their digests.
    pub list: FileList,
    /// Files that a person must attach.
    pub loose: Vec<ReadLoose>,
}

/// The list of a package's files, written out.
#[derive(Debug, Clone)]
pub(crate) struct FileList {
    /// Where it lies, for as long as the accession is under way.
    pub path: PathBuf,
    /// Its SM3.
    pub sm3: String,
    /// Files in it.
    pub files: u64,
}

/// An item on its way to a worker.
struct Work {
    number: u64,
    item: SubmittedItem,
    described: Described,
    id: RecordId,
    batch: Option<Arc<Batch>>,
}

/// What a worker made of an item; written down with the part that its content is staged in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    /// Which item, counted from 1.
    pub number: u64,
    /// How many things each check tested.
    pub tested: Vec<(Cow<'static, str>, u64)>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Content files.
    pub files: u64,
    /// Bytes of its content.
    pub bytes: u64,
    /// Its files for the list.
    pub listed: Vec<ListedFile>,
    /// Its record, where one could be made.
    pub spooled: Option<Spooled>,
}

impl Done {
    fn judged(&mut self, judged: Judged) {
        let tested = judged.tested.into_iter();
        self.tested
            .extend(tested.map(|(check, things)| (Cow::Borrowed(check), things)));
        self.findings.extend(judged.findings);
    }
}

/// What gathers the workers' results.
struct Gathering<'a, 'p> {
    tally: &'a mut Tally,
    examined: &'a mut Examined,
    listing: &'a mut Listing,
    parts: Option<&'a mut Parts<'p>>,
    /// Items that are with the workers.
    outstanding: u64,
}

impl Examination<'_> {
    /// Reads the whole package. Faults go to the tally, all of them; an error is ours. Without `parts` the package is
    /// only checked.
    pub fn run(
        &self,
        submission: &mut (dyn Submission + Send),
        tally: &mut Tally,
        parts: Option<&mut Parts<'_>>,
    ) -> Result<Examined, IntakeError> {
        let stages = parts.is_some();
        let (files, bytes) = submission.declared().expected;
        self.progress.expect(files, bytes);
        self.progress.enter(ProgressStage::Checking);
        let spool = Spool::create(self.workspace, self.accession)?;
        let mut listing = Listing::create(spool.folder());
        let mut examined = Examined {
            items: 0,
            files: 0,
            bytes: 0,
            list: FileList {
                path: spool.folder().join("files.sm3"),
                sm3: String::new(),
                files: 0,
            },
            spool,
            enclosures: Vec::new(),
            loose: Vec::new(),
        };
        let returned = AtomicBool::new(tally.returns_package());
        let (work_sender, work_receiver) = bounded::<Work>(ITEMS_IN_FLIGHT);
        let (done_sender, done_receiver) = bounded::<Result<Done, IntakeError>>(ITEMS_IN_FLIGHT);
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let (work, done, returned) = (work_receiver.clone(), done_sender.clone(), &returned);
                scope.spawn(move || self.work(&work, &done, returned));
            }
            drop((work_receiver, done_sender));
            let gathering = Gathering {
                tally,
                examined: &mut examined,
                listing: &mut listing,
                parts,
                outstanding: 0,
            };
            self.lead(submission, work_sender, done_receiver, &returned, gathering)
        })?;
        self.check_totals(submission.declared(), tally, &examined);
        self.reader
            .judge_package(submission.kind(), submission.declared(), self.now, tally);
        examined.enclosures = submission.finish(tally);
        for enclosure in &examined.enclosures {
            self.reader.look_at(enclosure, tally)?;
            let (size, sm3) = measure(&enclosure.path)?;
            let name = enclosure.name.clone();
            listing.add(&ListedFile { name, size, sm3 })?;
        }
        examined.loose = read_loose(self.reader, submission.loose_files(), tally, self.progress)?;
        for loose in &examined.loose {
            listing.add(&loose.listed())?;
        }
        (examined.list.sm3, examined.list.files) = listing.finish(&examined.list.path)?;
        if stages && !tally.returns_package() && examined.spool.len() != examined.items {
            // whatever the reason: a package of which an item is missing is not accepted
            tally.refuse("A-4.1", "intake.item_lost", |finding| {
                finding
                    .expected(format!("{} items", examined.items))
                    .found(format!("{} items could be kept", examined.spool.len()))
                    .mend("hand the package in again")
            });
        }
        examined.spool.finish()?;
        Ok(examined)
    }

    /// Reads items, has them described, hands them to the workers, and gathers what comes back. Both channels end
    /// with it, so that no worker waits for a leader that has stopped.
    fn lead(
        &self,
        submission: &mut (dyn Submission + Send),
        work: Sender<Work>,
        done: Receiver<Result<Done, IntakeError>>,
        returned: &AtomicBool,
        mut gathering: Gathering<'_, '_>,
    ) -> Result<(), IntakeError> {
        let folder = gathering.examined.spool.folder();
        let mut across = Across::new(self.reader.rules(), folder)?;
        while let Some(mut item) = submission.next_item(gathering.tally) {
            if let Some(decision_on) = self.decision_on {
                decided::apply(&mut item, gathering.tally, decision_on)?;
            }
            gathering.examined.items += 1;
            let number = gathering.examined.items;
            let tally = &mut *gathering.tally;
            let described = self.describer.describe(&item, tally);
            if described.description.is_none() && !tally.returns_package() {
                tally.refuse("I-2.2", "intake.element_missing", |finding| {
                    finding
                        .record(item.label())
                        .expected("a code, a title, a category and a retention period")
                        .found("an item that cannot be described")
                        .mend("fill the elements in the catalogue")
                });
            }
            across.note(&item, &described, tally, self.taken)?;
            if let Some(known) = gathering.known(number)? {
                for _ in &item.files {
                    self.progress.file_done();
                }
                self.progress.bytes_done(known.bytes);
                gathering.count(known)?;
                continue;
            }
            let mut next = Work {
                number,
                item,
                described,
                id: RecordId::new(self.ids.next()),
                batch: gathering.batch()?,
            };
            // while the workers are busy, take what they have finished: neither side ever waits for the other
            while let Err(refused) = work.try_send(next) {
                let TrySendError::Full(kept) = refused else {
                    return Err(lantai_cataloguing::CataloguingError::Interrupted.into());
                };
                next = kept;
                gathering.gather(done.recv())?;
            }
            gathering.outstanding += 1;
            if gathering.part_is_full() {
                while gathering.outstanding > 0 {
                    gathering.gather(done.recv())?;
                }
                gathering.end_part()?;
            }
            returned.store(gathering.tally.returns_package(), Ordering::Relaxed);
        }
        across.finish(gathering.tally, self.taken)?;
        drop(work);
        for result in done {
            gathering.gather(Ok(result))?;
        }
        Ok(())
    }

    fn work(&self, work: &Receiver<Work>, done: &Sender<Result<Done, IntakeError>>, returned: &AtomicBool) {
        for item in work {
            // a package that goes back is still read to the end, so that the list of faults is whole
            let mut item = item;
            let batch = item.batch.take().filter(|_| !returned.load(Ordering::Relaxed));
            let read = self.read_item(item, batch.as_deref());
            // the leader takes the batch over once all results are in
            drop(batch);
            if done.send(read).is_err() {
                return;
            }
        }
    }

    fn read_item(&self, work: Work, batch: Option<&Batch>) -> Result<Done, IntakeError> {
        let Work {
            number,
            item,
            described,
            id,
            ..
        } = work;
        let mut done = Done {
            number,
            tested: Vec::new(),
            findings: Vec::new(),
            files: 0,
            bytes: 0,
            listed: Vec::new(),
            spooled: None,
        };
        let label = item.label();
        let mut sink = match batch {
            Some(batch) if !item.files.is_empty() && described.description.is_some() => {
                let object = layout::record_object(id);
                // what everybody may see need not be encrypted
                let writer = match is_open(&described) {
                    true => batch.new_clear_object(&object)?,
                    false => batch.new_object(&object)?,
                };
                Sink::Stage(Box::new(writer))
            }
            _ if self.lists => Sink::List,
            _ => Sink::Measure,
        };
        let mut files = Vec::new();
        let mut looked = Vec::new();
        let mut whole = true;
        let read = self
            .reader
            .read_all(&item.files, &label, &mut sink, self.progress)?;
        for (file, read) in item.files.iter().zip(read) {
            let ReadFile {
                content,
                judged,
                looked: seen,
            } = read;
            done.judged(judged);
            looked.extend(seen);
            match content {
                Some(content) => {
                    done.files += 1;
                    done.bytes += content.size;
                    done.listed.push(ListedFile {
                        name: file.name.clone(),
                        size: content.size,
                        sm3: content.sm3.clone(),
                    });
                    files.push(content);
                }
                None => whole = false,
            }
        }
        done.judged(self.reader.judge_record(&item, &label, &looked));
        let Some(description) = described.description.filter(|_| whole) else {
            return Ok(done);
        };
        let record = Record {
            format: lantai_domain::record::RECORD_FORMAT.to_owned(),
            id,
            description,
            open_status: described.open_status,
            personal_data: false,
            files,
            accession: self.accession,
            received_at: self.now,
            events: self.events(),
        };
        done.spooled = match sink {
            Sink::Stage(mut writer) => {
                layout::put_anew(&mut writer, layout::RECORD_FILE, &layout::record_bytes(&record)?)?;
                let info = VersionInfo {
                    created: self.now,
                    message: "received".to_owned(),
                    user_name: self.by.to_owned(),
                    user_address: None,
                };
                let version = writer.version().number();
                let object = writer.id().as_str().to_owned();
                let inventory = writer.finish(info)?;
                Some(Spooled {
                    record,
                    object,
                    version,
                    inventory,
                })
            }
            Sink::List | Sink::Measure if record.files.is_empty() && batch.is_some() => {
                Some(Spooled::entry(record))
            }
            Sink::List | Sink::Measure => None,
        };
        Ok(done)
    }

    fn events(&self) -> Vec<PreservationEvent> {
        let event = |event, detail: &str| PreservationEvent {
            event,
            at: self.now,
            agent: self.by.to_owned(),
            outcome: "success".to_owned(),
            detail: Some(detail.to_owned()),
        };
        vec![
            event(
                PreservationEventType::Ingestion,
                &format!("accession {}", self.accession),
            ),
            event(PreservationEventType::MessageDigestCalculation, "SHA-512, SM3"),
            event(
                PreservationEventType::FormatIdentification,
                self.reader.registry_version(),
            ),
            event(
                PreservationEventType::Validation,
                &format!("rules {}", self.describer.rules_version()),
            ),
        ]
    }

    /// Checks I-1.1 and I-1.2: what was declared against what was found.
    fn check_totals(&self, declared: &Declared, tally: &mut Tally, examined: &Examined) {
        let mut compare = |check: &str, code: &str, what: &str, declared: Option<u64>, found: u64| {
            let Some(declared) = declared else { return };
            tally.tested(check, 1);
            if declared != found {
                tally.fault(check, code, |finding| {
                    finding
                        .expected(format!("{declared} {what}"))
                        .found(format!("{found} {what}"))
                        .mend("correct the number declared, or add or take out what differs")
                });
            }
        };
        compare(
            "I-1.1",
            "intake.item_count",
            "items",
            declared.items,
            examined.items,
        );
        compare(
            "I-1.1",
            "intake.file_count",
            "files",
            declared.files,
            examined.files,
        );
        compare(
            "I-1.2",
            "intake.byte_count",
            "bytes",
            declared.bytes,
            examined.bytes,
        );
    }
}

impl Gathering<'_, '_> {
    /// What a run before this one made of an item.
    fn known(&mut self, number: u64) -> Result<Option<Done>, IntakeError> {
        match &mut self.parts {
            Some(parts) => parts.known(number),
            None => Ok(None),
        }
    }

    /// Where the next item's content goes.
    fn batch(&mut self) -> Result<Option<Arc<Batch>>, IntakeError> {
        match &mut self.parts {
            // nothing is staged any more of a package that goes back
            Some(parts) if !self.tally.returns_package() => parts.batch().map(Some),
            _ => Ok(None),
        }
    }

    fn part_is_full(&self) -> bool {
        let outstanding = self.outstanding;
        self.parts
            .as_ref()
            .is_some_and(|parts| parts.is_full(outstanding))
    }

    fn end_part(&mut self) -> Result<(), IntakeError> {
        match &mut self.parts {
            // what goes back is not worth being made durable
            Some(parts) if parts.holds_items() && !self.tally.returns_package() => parts.seal(),
            _ => Ok(()),
        }
    }

    fn gather(
        &mut self,
        result: Result<Result<Done, IntakeError>, crossbeam_channel::RecvError>,
    ) -> Result<(), IntakeError> {
        let Ok(done) = result else {
            return Err(lantai_cataloguing::CataloguingError::Interrupted.into());
        };
        self.outstanding = self.outstanding.saturating_sub(1);
        let done = done?;
        if let Some(parts) = &mut self.parts {
            parts.note(&done)?;
        }
        self.count(done)
    }

    fn count(&mut self, done: Done) -> Result<(), IntakeError> {
        for (check, things) in &done.tested {
            self.tally.tested(check, *things);
        }
        for finding in done.findings {
            self.tally.add(finding);
        }
        for file in &done.listed {
            self.listing.add(file)?;
        }
        self.examined.files += done.files;
        self.examined.bytes += done.bytes;
        if let Some(spooled) = done.spooled {
            self.examined.spool.add(&spooled)?;
        }
        Ok(())
    }
}

/// Whether everybody may see the content of a record.
fn is_open(described: &Described) -> bool {
    let classification = described
        .description
        .as_ref()
        .map(|description| description.classification);
    described.open_status.kind().content_is_public() && classification == Some(SecurityClassification::Public)
}
