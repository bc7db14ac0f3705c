//! Reading a package: every byte once, digests, formats and checks out of the same pass that stages the files.

use crate::describe::{CodesTaken, Described, Describer};
use crate::error::IntakeError;
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
};
use lantai_vault::{Batch, VersionInfo};
use std::path::Path;
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
    /// Where staged content goes; `None`: the package is only checked.
    pub batch: Option<&'a Batch>,
    /// Turns elements into descriptions.
    pub describer: &'a Describer,
    /// Reads files.
    pub reader: &'a FileReader,
    /// Which of these codes are taken already.
    pub taken: &'a CodesTaken<'a>,
    /// Folder for what does not fit into memory.
    pub workspace: &'a Path,
    /// How far it has come.
    pub progress: &'a Progress,
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
}

/// An item on its way to a worker.
struct Work {
    item: SubmittedItem,
    described: Described,
    id: RecordId,
}

/// What a worker made of an item.
struct Done {
    tested: Vec<(&'static str, u64)>,
    findings: Vec<Finding>,
    files: u64,
    bytes: u64,
    spooled: Option<Spooled>,
}

impl Examination<'_> {
    /// Reads the whole package. Faults go to the tally, all of them; an error is ours.
    pub fn run(
        &self,
        submission: &mut (dyn Submission + Send),
        tally: &mut Tally,
    ) -> Result<Examined, IntakeError> {
        let (files, bytes) = submission.declared().expected;
        self.progress.expect(files, bytes);
        self.progress.enter(ProgressStage::Checking);
        let mut examined = Examined {
            items: 0,
            files: 0,
            bytes: 0,
            spool: Spool::create(self.workspace, self.accession)?,
            enclosures: Vec::new(),
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
            self.lead(
                submission,
                tally,
                work_sender,
                done_receiver,
                &returned,
                &mut examined,
            )
        })?;
        self.check_totals(submission.declared(), tally, &examined);
        examined.enclosures = submission.finish(tally);
        for enclosure in &examined.enclosures {
            tally.tested("S-1.2", 1);
            if let Some(finding) = self.reader.look_at(enclosure)? {
                tally.add(finding);
            }
        }
        if self.batch.is_some() && !tally.returns_package() && examined.spool.len() != examined.items {
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
        tally: &mut Tally,
        work: Sender<Work>,
        done: Receiver<Result<Done, IntakeError>>,
        returned: &AtomicBool,
        examined: &mut Examined,
    ) -> Result<(), IntakeError> {
        let mut codes = crate::describe::CodesSeen::default();
        while let Some(item) = submission.next_item(tally) {
            examined.items += 1;
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
            codes.note(&item, &described, tally, self.taken)?;
            let mut next = Work {
                item,
                described,
                id: RecordId::new(self.ids.next()),
            };
            // while the workers are busy, take what they have finished: neither side ever waits for the other
            while let Err(refused) = work.try_send(next) {
                let TrySendError::Full(kept) = refused else {
                    return Err(lantai_cataloguing::CataloguingError::Interrupted.into());
                };
                next = kept;
                gather(done.recv(), tally, examined)?;
            }
            returned.store(tally.returns_package(), Ordering::Relaxed);
        }
        codes.finish(tally, self.taken)?;
        drop(work);
        for result in done {
            gather(Ok(result), tally, examined)?;
        }
        Ok(())
    }

    fn work(&self, work: &Receiver<Work>, done: &Sender<Result<Done, IntakeError>>, returned: &AtomicBool) {
        for item in work {
            // a package that goes back is still read to the end, so that the list of faults is whole
            let stage = self.batch.filter(|_| !returned.load(Ordering::Relaxed));
            if done.send(self.read_item(item, stage)).is_err() {
                return;
            }
        }
    }

    fn read_item(&self, work: Work, batch: Option<&Batch>) -> Result<Done, IntakeError> {
        let Work { item, described, id } = work;
        let mut done = Done {
            tested: Vec::new(),
            findings: Vec::new(),
            files: 0,
            bytes: 0,
            spooled: None,
        };
        let label = item.label();
        let mut sink = match batch {
            Some(batch) if !item.files.is_empty() && described.description.is_some() => {
                Sink::Stage(Box::new(batch.new_object(&layout::record_object(id))?))
            }
            _ => Sink::Measure,
        };
        let mut files = Vec::new();
        let mut whole = true;
        for file in &item.files {
            let read = self.reader.read(file, &label, &mut sink, self.progress)?;
            self.progress.file_done();
            let ReadFile {
                content,
                tested,
                findings,
            } = read;
            done.tested.extend(tested);
            done.findings.extend(findings);
            match content {
                Some(content) => {
                    done.files += 1;
                    done.bytes += content.size;
                    files.push(content);
                }
                None => whole = false,
            }
        }
        let Some(description) = described.description.filter(|_| whole) else {
            return Ok(done);
        };
        let record = Record {
            format: lantai_domain::record::RECORD_FORMAT.to_owned(),
            id,
            description,
            open_status: described.open_status,
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
            Sink::Measure if record.files.is_empty() && batch.is_some() => Some(Spooled::entry(record)),
            Sink::Measure => None,
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

fn gather(
    result: Result<Result<Done, IntakeError>, crossbeam_channel::RecvError>,
    tally: &mut Tally,
    examined: &mut Examined,
) -> Result<(), IntakeError> {
    let Ok(done) = result else {
        return Err(lantai_cataloguing::CataloguingError::Interrupted.into());
    };
    let done = done?;
    for (check, things) in done.tested {
        tally.tested(check, things);
    }
    for finding in done.findings {
        tally.add(finding);
    }
    examined.files += done.files;
    examined.bytes += done.bytes;
    if let Some(spooled) = done.spooled {
        examined.spool.add(&spooled)?;
    }
    Ok(())
}
