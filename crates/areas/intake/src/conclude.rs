//! How an accession ends: accepted in one transaction, returned with its faults, or put aside until a person has
//! decided what no machine can.
//!
//! What waits for a person keeps its staged content in sealed parts (see [`crate::parts`]) instead of being examined
//! anew after the decision: the bytes that were checked are the bytes that are accepted, however the sender's folder
//! changes meanwhile, and the last decision costs no second reading. Fonds, segments and the accession's own object
//! are made when it is accepted, out of what the holdings are then.

use crate::accession::{Accession, AccessionState};
use crate::attach::UnattachedFile;
use crate::error::IntakeError;
use crate::examine::{Examined, FileList};
use crate::exceptions::keep_loose;
use crate::parts::{HeldFolder, HeldPart, remove_batches};
use crate::receive::Received;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::UnattachedRepository;
use crate::spool::Spool;
use crate::store::{Beside, Papers, READ_BACK, Staging, Storing, fonds_wanted, refused_by_catalogue};
use crate::tally::Tally;
use crate::waiting::WaitingRow;
use jiff::Timestamp;
use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_cataloguing::repository::segments::SegmentRepository;
use lantai_cataloguing::{Acceptance, Holdings};
use lantai_domain::{AccessionId, Finding, Fonds};
use lantai_vault::{Batch, VersionInfo};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub(crate) const WAITING: &str = "waiting.json";
pub(crate) const FILE_LIST: &str = "files.sm3";
pub(crate) const PACKAGE: &str = "package";

/// What an accession that waits needs for its end, besides its parts.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub fonds: Vec<Fonds>,
    /// Names of the files kept with the accession; they lie by their number in the folder `package`.
    pub enclosures: Vec<String>,
    pub list_sm3: String,
    pub list_files: u64,
}

/// An accession that was examined, about to end.
pub(crate) struct Ending<'a> {
    pub holdings: &'a Holdings,
    pub accession: Accession,
    pub tally: Tally,
    pub parts: Vec<HeldPart>,
    pub folder: HeldFolder,
    pub now: Timestamp,
}

impl Ending<'_> {
    fn fill(&mut self) {
        self.accession.blockers = self.tally.blockers();
        self.accession.warnings = self.tally.warnings();
        self.accession.checks = self.tally.results();
    }

    /// Accepts it; where another accession was given one of its codes meanwhile, it is returned.
    pub async fn accept(
        mut self,
        last: Option<Batch>,
        examined: Examined,
        fonds: &[Fonds],
    ) -> Result<Received, IntakeError> {
        self.accession.state = AccessionState::Accepted {
            at: self.holdings.clock.now(),
        };
        // what is accepted has been read back from the catalogue before it counts: see `Storing::read_back`
        self.tally.tested(READ_BACK, examined.items);
        self.fill();
        let findings = self.tally.clone().into_findings();
        let closing = Closing {
            holdings: self.holdings,
            accession: &self.accession,
            findings: &findings,
            parts: &self.parts,
            exceptions: &[],
            now: self.now,
        };
        match closing.accept(last, examined, fonds).await {
            Ok(()) => {
                self.folder.remove()?;
                let accession = self.accession;
                Ok(Received { accession, findings })
            }
            Err(error) => match refused_by_catalogue(&error) {
                Some(finding) => {
                    self.tally.add(finding);
                    self.give_back(None).await
                }
                None => Err(error),
            },
        }
    }

    /// Returns it: nothing of it is kept but what it was and what was found.
    pub async fn give_back(mut self, examined: Option<&Examined>) -> Result<Received, IntakeError> {
        self.accession.state = AccessionState::Returned {
            at: self.holdings.clock.now(),
        };
        self.fill();
        let findings = self.tally.clone().into_findings();
        let closing = Closing {
            holdings: self.holdings,
            accession: &self.accession,
            findings: &findings,
            parts: &self.parts,
            exceptions: &[],
            now: self.now,
        };
        closing.give_back(examined.map(|examined| &examined.list)).await?;
        self.folder.remove()?;
        let accession = self.accession;
        Ok(Received { accession, findings })
    }

    /// Puts it aside until a person has decided. Its parts are durable already.
    pub async fn wait(mut self, examined: &Examined, fonds: Vec<Fonds>) -> Result<Received, IntakeError> {
        self.accession.state = AccessionState::PendingReview {
            since: self.holdings.clock.now(),
        };
        self.fill();
        keep_papers(&self.folder, examined, fonds)?;
        keep_loose(&self.folder, &examined.loose, &examined.spool)?;
        let loose: Vec<UnattachedFile> = examined.loose.iter().map(|loose| loose.file.clone()).collect();
        let tasks = self.tally.tasks().to_vec();
        let findings = self.tally.into_findings();
        WaitingRow::new(&self.accession, &findings, &tasks, &loose, &self.parts).write(&self.folder)?;
        let mut work = self.holdings.database.begin_upkeep().await?;
        let id = self.accession.id;
        AccessionRepository(work.conn()).put(&self.accession).await?;
        AccessionRepository(work.conn())
            .put_findings(id, &findings)
            .await?;
        TaskRepository(work.conn()).put(id, &tasks).await?;
        UnattachedRepository(work.conn()).put(id, &loose).await?;
        work.commit().await?;
        let accession = self.accession;
        Ok(Received { accession, findings })
    }
}

/// Copies what must outlive the package itself.
fn keep_papers(folder: &HeldFolder, examined: &Examined, fonds: Vec<Fonds>) -> Result<(), IntakeError> {
    let package = folder.path().join(PACKAGE);
    let disk = |source| IntakeError::disk("write", folder.path(), source);
    std::fs::create_dir_all(&package).map_err(disk)?;
    let mut names = Vec::new();
    for (number, enclosure) in examined.enclosures.iter().enumerate() {
        let copy = package.join(number.to_string());
        copy_durably(&enclosure.path, &copy).map_err(disk)?;
        names.push(enclosure.name.clone());
    }
    copy_durably(&examined.list.path, &folder.path().join(FILE_LIST)).map_err(disk)?;
    let waiting = Waiting {
        fonds,
        enclosures: names,
        list_sm3: examined.list.sm3.clone(),
        list_files: examined.list.files,
    };
    folder.write(WAITING, &serde_json::to_vec(&waiting)?)
}

fn copy_durably(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    std::fs::File::open(to)?.sync_all()
}

/// The change with which an accession ends.
pub(crate) struct Closing<'a> {
    pub holdings: &'a Holdings,
    pub accession: &'a Accession,
    pub findings: &'a [Finding],
    pub parts: &'a [HeldPart],
    /// Its list of exceptions as it was decided.
    pub exceptions: &'a [UnattachedFile],
    pub now: Timestamp,
}

impl Closing<'_> {
    fn info(&self) -> VersionInfo {
        VersionInfo {
            created: self.now,
            message: format!("accession {}", self.accession.id),
            user_name: self.accession.received_by.clone(),
            user_address: None,
        }
    }

    /// Accepts the accession with everything that is staged of it.
    pub async fn accept(
        &self,
        last: Option<Batch>,
        examined: Examined,
        described: &[Fonds],
    ) -> Result<(), IntakeError> {
        let holdings = self.holdings;
        let used = fonds_used(&examined)?;
        let _turn = holdings.turn().await;
        let wanted = fonds_wanted(holdings, described, &used).await?;
        let mut lasts = BTreeMap::new();
        let mut reader = holdings.database.read().await?;
        for fonds in examined.spool.fonds_with_entries() {
            let last = SegmentRepository(reader.conn()).last(&fonds).await?;
            lasts.insert(fonds, last);
        }
        drop(reader);
        let (vault, document, kept) = (
            Arc::clone(&holdings.vault),
            self.accession.clone(),
            self.findings.to_vec(),
        );
        let (info, exceptions) = (self.info(), self.exceptions.to_vec());
        let staged = tokio::task::spawn_blocking(move || {
            let mut examined = examined;
            let batch = match last {
                Some(batch) => batch,
                None => vault.begin(&document.id.to_string())?,
            };
            let staging = Staging {
                batch: &batch,
                vault: &vault,
                info,
            };
            let mut beside = staging.fonds(wanted)?;
            for (fonds, last) in lasts {
                beside.extend(staging.segments(&mut examined.spool, &fonds, last)?);
            }
            examined.spool.finish()?;
            let papers = Papers {
                enclosures: &examined.enclosures,
                list: Some(&examined.list),
                exceptions: &exceptions,
            };
            beside.push(staging.accession(&document, &kept, &papers)?);
            Ok::<_, IntakeError>((batch.seal()?, beside, examined))
        });
        let (sealed, beside, examined) = staged.await??;
        let mut acceptance = Acceptance::begin(holdings, sealed).await?;
        let parts = self.parts.iter().map(|part| part.batch.clone()).collect();
        if let Err(error) = acceptance.take_along(parts).await {
            acceptance.refuse().await?;
            return Err(error.into());
        }
        self.conclude(acceptance, beside, Some(&examined.spool)).await
    }

    /// Keeps what it was and what was found, and nothing else.
    pub async fn give_back(&self, list: Option<&FileList>) -> Result<(), IntakeError> {
        let holdings = self.holdings;
        let (vault, document, kept) = (
            Arc::clone(&holdings.vault),
            self.accession.clone(),
            self.findings.to_vec(),
        );
        let (info, exceptions) = (self.info(), self.exceptions.to_vec());
        let list = list.cloned();
        let staged = tokio::task::spawn_blocking(move || {
            let batch = vault.begin(&document.id.to_string())?;
            let staging = Staging {
                batch: &batch,
                vault: &vault,
                info,
            };
            let papers = Papers {
                enclosures: &[],
                list: list.as_ref(),
                exceptions: &exceptions,
            };
            let beside: Vec<Beside> = vec![staging.accession(&document, &kept, &papers)?];
            Ok::<_, IntakeError>((batch.seal()?, beside))
        });
        let (sealed, beside) = staged.await??;
        let acceptance = Acceptance::begin(holdings, sealed).await?;
        self.conclude(acceptance, beside, None).await?;
        let (vault, parts) = (Arc::clone(&holdings.vault), self.parts.to_vec());
        tokio::task::spawn_blocking(move || remove_batches(&vault, &parts)).await?
    }

    async fn conclude(
        &self,
        mut acceptance: Acceptance,
        beside: Vec<Beside>,
        spool: Option<&Spool>,
    ) -> Result<(), IntakeError> {
        let storing = Storing {
            holdings: self.holdings,
            accession: self.accession,
            findings: self.findings,
            beside,
        };
        let written = async {
            storing.write(&mut acceptance, spool).await?;
            let conn = acceptance.work().conn();
            Ok::<_, IntakeError>(BatchRepository(conn).release(self.accession.id).await?)
        };
        match written.await {
            Ok(()) => Ok(acceptance.commit(self.holdings).await?),
            Err(error) => {
                acceptance.refuse().await?;
                Err(error)
            }
        }
    }
}

fn fonds_used(examined: &Examined) -> Result<BTreeSet<String>, IntakeError> {
    let mut used: BTreeSet<String> = examined.spool.fonds_with_entries().into_iter().collect();
    for spooled in examined.spool.staged()? {
        used.insert(spooled?.record.fonds().to_owned());
    }
    Ok(used)
}

/// The parts that wait for an accession.
pub(crate) async fn held_parts(holdings: &Holdings, id: AccessionId) -> Result<Vec<HeldPart>, IntakeError> {
    let mut reader = holdings.database.read().await?;
    let rows = BatchRepository(reader.conn()).held_of(id).await?;
    Ok(rows
        .into_iter()
        .map(|(number, batch)| HeldPart { number, batch })
        .collect())
}

/// Commits the row of a part: from then on it counts.
pub(crate) async fn hold_part(
    holdings: &Holdings,
    id: AccessionId,
    part: &HeldPart,
) -> Result<(), IntakeError> {
    let mut work = holdings.database.begin_upkeep().await?;
    BatchRepository(work.conn())
        .hold(&part.batch, id, part.number)
        .await?;
    Ok(work.commit().await?)
}

/// Forgets the parts of an accession; their batches go at the next start at the latest.
pub(crate) async fn forget_parts(holdings: &Holdings, id: AccessionId) -> Result<(), IntakeError> {
    let mut work = holdings.database.begin_upkeep().await?;
    BatchRepository(work.conn()).release(id).await?;
    work.commit().await?;
    Ok(())
}

/// Removes everything that is kept of an accession that will not go on. What cannot be removed is told to the log
/// only: the next start removes what no row speaks of.
pub(crate) async fn drop_parts(holdings: &Holdings, id: AccessionId, workspace: &Path) {
    let folder = HeldFolder::of(workspace, id);
    let dropped = async {
        let parts = held_parts(holdings, id).await?;
        forget_parts(holdings, id).await?;
        let vault = Arc::clone(&holdings.vault);
        tokio::task::spawn_blocking(move || {
            remove_batches(&vault, &parts)?;
            folder.remove()
        })
        .await?
    };
    if let Err(error) = dropped.await {
        tracing::warn!(accession.id = %id, error = %error, "parts of accession {id} could not be removed");
    }
}
