//! The end of an accession that waited for a person: accepted with what was staged of it, or returned.

use crate::accession::{Accession, AccessionState};
use crate::attach::{FileDecision, UnattachedFile};
use crate::conclude::{Closing, FILE_LIST, PACKAGE, WAITING, Waiting, held_parts};
use crate::error::IntakeError;
use crate::examine::{Done, Examined, FileList};
use crate::exceptions::{Assigning, is_assigned_part};
use crate::intake_rules::IntakeRules;
use crate::parts::{HeldFolder, HeldPart};
use crate::receive::Received;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::UnattachedRepository;
use crate::spool::Spool;
use crate::store::{READ_BACK, refused_by_catalogue};
use crate::submission::Enclosure;
use crate::tasks::{FILE_UNATTACHED, ReviewTask};
use jiff::Timestamp;
use lantai_cataloguing::Holdings;
use lantai_domain::{AccessionId, Finding, Fonds, Outcome};
use lantai_vault::ObjectId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Ends an accession whose questions are all decided; on return the outcome is durable. `None`: it has ended already,
/// or something is still open.
pub(crate) async fn conclude_reviewed(
    holdings: &Holdings,
    rules: &IntakeRules,
    workspace: &Path,
    id: AccessionId,
) -> Result<Option<Received>, IntakeError> {
    let mut reader = holdings.database.read().await?;
    let found = AccessionRepository(reader.conn()).find(id).await?;
    let tasks = TaskRepository(reader.conn()).of(id).await?;
    let exceptions = UnattachedRepository(reader.conn()).all(id).await?;
    let findings = AccessionRepository(reader.conn())
        .findings(id, None, 0, u32::MAX)
        .await?;
    drop(reader);
    let Some(accession) = found else { return Ok(None) };
    if !matches!(accession.state, AccessionState::PendingReview { .. })
        || tasks.iter().any(|task| task.decision.is_none())
    {
        return Ok(None);
    }
    let reviewed = Reviewed {
        holdings,
        rules,
        exceptions,
        folder: HeldFolder::of(workspace, id),
        workspace,
        parts: held_parts(holdings, id).await?,
        findings: findings.into_iter().map(|(_, finding)| finding).collect(),
        accession: Accession {
            decisions: tasks,
            ..accession
        },
    };
    reviewed.end().await.map(Some)
}

/// Objects that are replaced, by the batch that they are staged in.
type Replaced = BTreeMap<String, Vec<ObjectId>>;
type ReadBack = (Examined, Vec<Fonds>, Replaced);

/// An accession whose questions are decided.
struct Reviewed<'a> {
    holdings: &'a Holdings,
    rules: &'a IntakeRules,
    exceptions: Vec<UnattachedFile>,
    folder: HeldFolder,
    workspace: &'a Path,
    parts: Vec<HeldPart>,
    findings: Vec<Finding>,
    accession: Accession,
}

fn refused(task: &ReviewTask) -> bool {
    task.decision.as_ref().is_some_and(|decision| !decision.passed)
}

impl Reviewed<'_> {
    async fn end(mut self) -> Result<Received, IntakeError> {
        let now = self.holdings.clock.now();
        self.tell_decisions();
        if self.accession.decisions.iter().any(refused) {
            let (list, _) = self.papers()?;
            return self.give_back(&list, now).await;
        }
        let assigning = Assigning {
            holdings: self.holdings,
            rules: self.rules,
            accession: &self.accession,
            folder: &self.folder,
            now,
        };
        self.parts = assigning
            .run(&self.exceptions, std::mem::take(&mut self.parts))
            .await?;
        let anew = self.staged_anew()?;
        for done in anew.values() {
            self.count(done);
        }
        let (examined, fonds, replaced) = self.read_back(&anew)?;
        if anew
            .values()
            .any(|done| done.findings.iter().any(Finding::returns_package))
        {
            return self.give_back(&examined.list, now).await;
        }
        let vault = Arc::clone(&self.holdings.vault);
        tokio::task::spawn_blocking(move || {
            let withdrawn = replaced
                .iter()
                .map(|(batch, objects)| vault.withdraw(batch, objects));
            withdrawn.collect::<Result<(), _>>()
        })
        .await??;
        self.accession.state = AccessionState::Accepted { at: now };
        let read_back = self
            .accession
            .checks
            .iter_mut()
            .filter(|check| check.check == READ_BACK);
        for check in read_back {
            (check.outcome, check.tested) = (Outcome::Pass, examined.items);
        }
        let closing = Closing {
            holdings: self.holdings,
            accession: &self.accession,
            findings: &self.findings,
            parts: &self.parts,
            exceptions: &self.exceptions,
            now,
        };
        let list = examined.list.clone();
        match closing.accept(None, examined, &fonds).await {
            Ok(()) => {}
            Err(error) => {
                let finding = refused_by_catalogue(&error).ok_or(error)?;
                for check in self
                    .accession
                    .checks
                    .iter_mut()
                    .filter(|check| check.check == finding.check)
                {
                    (check.outcome, check.failed) = (Outcome::Fail, check.failed + 1);
                }
                self.findings.insert(0, finding);
                self.accession.blockers += 1;
                return self.give_back(&list, now).await;
            }
        }
        self.folder.remove()?;
        Ok(Received {
            accession: self.accession,
            findings: self.findings,
        })
    }

    /// Returns it; what a person refused counts as a fault from now on.
    async fn give_back(mut self, list: &FileList, now: Timestamp) -> Result<Received, IntakeError> {
        self.accession.state = AccessionState::Returned { at: now };
        for task in self.accession.decisions.iter().filter(|task| refused(task)) {
            let same = |finding: &&mut Finding| finding.check == task.check && finding.code == task.code;
            for finding in self.findings.iter_mut().filter(same) {
                finding.outcome = Outcome::Fail;
            }
            self.accession.blockers += task.findings;
            self.accession.warnings = self.accession.warnings.saturating_sub(task.findings);
            for check in self
                .accession
                .checks
                .iter_mut()
                .filter(|check| check.check == task.check)
            {
                check.outcome = Outcome::Fail;
            }
        }
        let closing = Closing {
            holdings: self.holdings,
            accession: &self.accession,
            findings: &self.findings,
            parts: &self.parts,
            exceptions: &self.exceptions,
            now,
        };
        closing.give_back(Some(list)).await?;
        self.folder.remove()?;
        Ok(Received {
            accession: self.accession,
            findings: self.findings,
        })
    }

    /// Says of each file of the list of exceptions in its finding, and so in the report, what became of it.
    fn tell_decisions(&mut self) {
        let decided = self.exceptions.iter().filter_map(|file| {
            let words = match file.decision.as_ref()? {
                FileDecision::Assigned { code, by, .. } => format!("assigned to {code} by {by}"),
                FileDecision::LeftOut { reason, by, .. } => format!("left out by {by}: {reason}"),
            };
            Some((file.file.as_str(), words))
        });
        let decided: BTreeMap<&str, String> = decided.collect();
        for finding in &mut self.findings {
            let words = finding.file.as_deref().and_then(|file| decided.get(file));
            if let Some(words) = words.filter(|_| finding.code == FILE_UNATTACHED) {
                let found = finding.found.take().unwrap_or_default();
                finding.found = Some(format!("{found}; {words}"));
            }
        }
    }

    /// What was made of the records that were given files, by the item's number.
    fn staged_anew(&self) -> Result<BTreeMap<u64, Done>, IntakeError> {
        let mut anew = BTreeMap::new();
        for part in self.parts.iter().filter(|part| is_assigned_part(part)) {
            for done in self.folder.read_log(part.number)? {
                let done = done?;
                anew.insert(done.number, done);
            }
        }
        Ok(anew)
    }

    /// Counts what an item came to when it was given files.
    fn count(&mut self, done: &Done) {
        let accession = &mut self.accession;
        accession.files += done.files;
        accession.bytes += done.bytes;
        for (check, things) in &done.tested {
            let counted = accession
                .checks
                .iter_mut()
                .filter(|result| result.check == *check);
            counted.for_each(|result| result.tested += *things);
        }
        for finding in &done.findings {
            let returns = finding.returns_package();
            accession.blockers += u64::from(returns);
            accession.warnings += u64::from(!returns);
            for result in accession
                .checks
                .iter_mut()
                .filter(|result| result.check == finding.check)
            {
                result.failed += 1;
                if returns {
                    result.outcome = Outcome::Fail;
                }
            }
            let place = if returns { 0 } else { self.findings.len() };
            self.findings.insert(place, finding.clone());
        }
    }

    /// Everything that is staged: records that were given files as they are now. And which objects those replace, by
    /// their batch.
    fn read_back(&self, anew: &BTreeMap<u64, Done>) -> Result<ReadBack, IntakeError> {
        let mut spool = Spool::create(self.workspace, self.accession.id)?;
        let mut replaced: Replaced = BTreeMap::new();
        for part in &self.parts {
            for done in self.folder.read_log(part.number)? {
                let done = done?;
                let Some(spooled) = done.spooled else { continue };
                if is_assigned_part(part) || !anew.contains_key(&done.number) {
                    spool.add(&spooled)?;
                } else if !spooled.object.is_empty() {
                    let objects = replaced.entry(part.batch.clone()).or_default();
                    objects.push(ObjectId::new(spooled.object)?);
                }
            }
        }
        spool.finish()?;
        let (list, waiting) = self.papers()?;
        let package = self.folder.path().join(PACKAGE);
        let enclosures = waiting.enclosures.into_iter().enumerate();
        let enclosures = enclosures.map(|(number, name)| Enclosure {
            name,
            path: package.join(number.to_string()),
            listed: Vec::new(),
        });
        let examined = Examined {
            items: self.accession.items,
            files: self.accession.files,
            bytes: self.accession.bytes,
            spool,
            enclosures: enclosures.collect(),
            list,
            loose: Vec::new(),
        };
        Ok((examined, waiting.fonds, replaced))
    }

    fn papers(&self) -> Result<(FileList, Waiting), IntakeError> {
        let waiting: Waiting = serde_json::from_slice(&self.folder.read(WAITING)?)?;
        let list = FileList {
            path: self.folder.path().join(FILE_LIST),
            sm3: waiting.list_sm3.clone(),
            files: waiting.list_files,
        };
        Ok((list, waiting))
    }
}
