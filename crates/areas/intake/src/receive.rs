//! Receiving (接收): a package is examined and then accepted as a whole, or returned as a whole.

use crate::accession::{Accession, AccessionState, MajorFaults};
use crate::conclude::{Ending, drop_parts, forget_parts, held_parts, hold_part};
use crate::decided::DecisionOn;
use crate::describe::{CodesTaken, Describer};
use crate::error::IntakeError;
use crate::examine::{Examination, Examined, FileList};
use crate::filing::FilingRepository;
use crate::fingerprint::fingerprint;
use crate::intake_rules::IntakeRules;
use crate::listing::{DigestOf, PackageDigest, measure};
use crate::parts::{HeldFolder, HeldPart, Parts, Plan, Staged};
use crate::progress::{Progress, ProgressStage};
use crate::quarantine::Quarantine;
use crate::read_file::FileReader;
use crate::repository::AccessionRepository;
use crate::submission::{self, Opening, SubmissionKind};
use crate::surroundings::{Surroundings, judge};
use crate::tally::Tally;
use jiff::Timestamp;
use lantai_cataloguing::{Holdings, RecordRepository};
use lantai_domain::{AccessionId, Finding, Fonds, FondsNumber, Stage, Verdict};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What is to be received, and how.
#[derive(Debug, Clone)]
pub struct ReceiveRequest {
    /// Where the package lies.
    pub path: PathBuf,
    /// Its name in the register.
    pub name: String,
    /// Its kind, where known.
    pub kind: Option<SubmissionKind>,
    /// A catalogue that does not lie in the package.
    pub catalogue: Option<PathBuf>,
    /// Folder that references may reach besides the package.
    pub root: Option<PathBuf>,
    /// The fonds of what names none.
    pub fonds: Option<FondsNumber>,
    /// At which stage it is tested.
    pub stage: Stage,
    /// What becomes of major faults.
    pub majors: MajorFaults,
    /// Who hands it in.
    pub by: String,
    /// Folder with the series of the storeroom's sensors (check S-4.2); `None`: those that the package brings.
    pub environment: Option<PathBuf>,
    /// Folder for what does not fit into memory; on the same machine, private to this process.
    pub workspace: PathBuf,
}

/// How an accession ended.
#[derive(Debug, Clone)]
pub struct Received {
    /// The accession as it is registered: accepted, returned, or waiting for a person.
    pub accession: Accession,
    /// Its findings, as far as they are kept.
    pub findings: Vec<Finding>,
}

/// What examining on the blocking side hands back.
pub(crate) struct Outcome {
    pub tally: Tally,
    pub examined: Option<Examined>,
    staged: Staged,
    pub package: Option<PackageDigest>,
    pub kind: Option<SubmissionKind>,
    fonds: Vec<Fonds>,
}

/// Receives a package. On return the outcome is durable: everything of it is in the holdings, or nothing.
///
/// The accession must not be under way elsewhere. Faults of the package lead to a return, not to an error. After an
/// error nothing of the package is in the holdings, and it can be handed in again; if the machine failed
/// ([`IntakeError::may_pass`]), the parts that are durable are kept, and the next attempt goes on after them.
pub async fn receive(
    holdings: &Holdings,
    rules: &IntakeRules,
    mut accession: Accession,
    request: &ReceiveRequest,
    progress: &Arc<Progress>,
) -> Result<Received, IntakeError> {
    accession.state = AccessionState::Checking;
    accession.majors = request.majors;
    register(holdings, &accession).await?;
    match run(holdings, rules, accession.clone(), request, progress).await {
        Ok(received) => {
            progress.enter(ProgressStage::Done);
            let state = received.accession.state.name();
            tracing::info!(accession.id = %received.accession.id, accession.state = state,
                item_count = received.accession.items, "accession {} is {state}", received.accession.id);
            Ok(received)
        }
        Err(error) => {
            progress.enter(ProgressStage::Done);
            if error.is_unfinished() {
                // it is accepted: the register says so already, the next start does the rest
                return Err(error);
            }
            let keeps = error.may_pass() && has_parts(holdings, accession.id).await;
            if !keeps {
                drop_parts(holdings, accession.id, &request.workspace).await;
            }
            fail(holdings, accession, &error).await;
            Err(error)
        }
    }
}

async fn has_parts(holdings: &Holdings, id: AccessionId) -> bool {
    held_parts(holdings, id)
        .await
        // unknown: they are kept, the next start sees
        .map_or(true, |held| !held.is_empty())
}

/// Registers that an accession failed; the error that led here is the one to tell.
pub(crate) async fn fail(holdings: &Holdings, mut accession: Accession, error: &IntakeError) {
    let at = holdings.clock.now();
    accession.state = AccessionState::Failed {
        at,
        code: error.code().to_owned(),
        detail: error.to_string(),
    };
    if let Err(unregistered) = register(holdings, &accession).await {
        tracing::warn!(accession.id = %accession.id, error = %unregistered,
            "the failure of accession {} could not be registered", accession.id);
    }
}

pub(crate) async fn register(holdings: &Holdings, accession: &Accession) -> Result<(), IntakeError> {
    let mut work = holdings.database.begin_upkeep().await?;
    AccessionRepository(work.conn()).put(accession).await?;
    work.commit().await?;
    Ok(())
}

async fn run(
    holdings: &Holdings,
    rules: &IntakeRules,
    accession: Accession,
    request: &ReceiveRequest,
    progress: &Arc<Progress>,
) -> Result<Received, IntakeError> {
    progress.enter(ProgressStage::Reading);
    let now = holdings.clock.now();
    let quarantine = Quarantine::of(request, accession.id);
    let opening = opening(holdings, rules, request, &quarantine, now).await?;
    let mut outcome = examine(holdings, rules, &accession, request, opening, now, progress).await?;
    progress.enter(ProgressStage::Storing);
    let mut accession = accession;
    accession.kind = outcome.kind;
    accession.rules = Some(rules.checks().version.clone());
    accession.package = outcome.package.take();
    if let Some(examined) = &outcome.examined {
        (accession.items, accession.files, accession.bytes) =
            (examined.items, examined.files, examined.bytes);
    }
    let folder = HeldFolder::of(&request.workspace, accession.id);
    let ending = Ending {
        holdings,
        accession,
        tally: outcome.tally,
        parts: outcome.staged.parts,
        folder,
        now,
    };
    let received = match (ending.tally.verdict(), outcome.examined) {
        (Verdict::Passed, Some(examined)) => {
            ending.accept(outcome.staged.last, examined, &outcome.fonds).await
        }
        (Verdict::Manual, Some(examined)) => ending.wait(&examined, outcome.fonds).await,
        (_, examined) => {
            if let Some(batch) = outcome.staged.last {
                tokio::task::spawn_blocking(move || batch.discard()).await??;
            }
            ending.give_back(examined.as_ref()).await
        }
    };
    drop(quarantine);
    received
}

/// How the package is opened: the request, and the next free numbers where codes are given here.
async fn opening(
    holdings: &Holdings,
    rules: &IntakeRules,
    request: &ReceiveRequest,
    quarantine: &Quarantine,
    now: Timestamp,
) -> Result<Opening, IntakeError> {
    let year = year_of(now);
    let mut next_numbers = BTreeMap::new();
    if let Some(fonds) = &request.fonds {
        let mut reader = holdings.database.read().await?;
        for category in &rules.checks().categories {
            let prefix = submission::code_prefix(fonds, &category.code, i32::from(year));
            let greatest = RecordRepository(reader.conn())
                .greatest_with_prefix(&prefix)
                .await?;
            let number = greatest.and_then(|code| code.rsplit_once('-')?.1.parse::<u32>().ok());
            next_numbers.insert(category.code.clone(), number.unwrap_or(0) + 1);
        }
    }
    Ok(Opening {
        path: request.path.clone(),
        kind: request.kind,
        catalogue: request.catalogue.clone(),
        root: request.root.clone(),
        fonds: request.fonds.clone(),
        year: i32::from(year),
        next_numbers,
        bag_profiles: rules.bag_profiles.clone(),
        limits: Arc::clone(&rules.checks().limits),
        attach: Some(rules.attach_kit()),
        quarantine: quarantine.folder().to_path_buf(),
        verification: rules.verification(now),
    })
}

pub(crate) fn year_of(now: Timestamp) -> u16 {
    u16::try_from(day_of(now).year()).unwrap_or(9999)
}

/// The day in China, where records are dated.
fn day_of(now: Timestamp) -> jiff::civil::Date {
    now.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)))
        .date()
}

async fn examine(
    holdings: &Holdings,
    rules: &IntakeRules,
    accession: &Accession,
    request: &ReceiveRequest,
    opening: Opening,
    now: Timestamp,
    progress: &Arc<Progress>,
) -> Result<Outcome, IntakeError> {
    let (holdings, rules, request) = (holdings.clone(), rules.clone(), request.clone());
    let (id, progress) = (accession.id, Arc::clone(progress));
    let runtime = tokio::runtime::Handle::current();
    let held = held_parts(&holdings, id).await?;
    let has_decisions = {
        let mut reader = holdings.database.read().await?;
        FilingRepository(reader.conn()).has_any().await?
    };
    tokio::task::spawn_blocking(move || {
        let taken = |codes: &[String]| {
            runtime.block_on(async {
                let mut reader = holdings.database.read().await?;
                Ok(RecordRepository(reader.conn()).taken(codes).await?)
            })
        };
        let decision_on = |reference: &str| {
            runtime.block_on(async {
                let mut reader = holdings.database.read().await?;
                Ok(FilingRepository(reader.conn()).of_reference(reference).await?)
            })
        };
        let hold = |part: &HeldPart| runtime.block_on(hold_part(&holdings, id, part));
        let plan = Plan::new(
            fingerprint(&request).unwrap_or_else(|| format!("unseen {id} {now}")),
            &rules.checks().version,
            opening.next_numbers.clone(),
        );
        let was_held = !held.is_empty();
        let folder = HeldFolder::of(&request.workspace, id);
        let mut parts = Parts::open(&holdings.vault, id, folder, rules.part_size(), &plan, held, &hold)?;
        if was_held && !parts.goes_on() {
            runtime.block_on(forget_parts(&holdings, id))?;
        }
        let kit = Kit {
            rules: &rules,
            request: &request,
            now,
            progress: &progress,
            taken: &taken,
            decision_on: has_decisions.then_some(&decision_on),
            lists: true,
        };
        let mut outcome = kit.examine(id, &opening, Some(&mut parts), &*holdings.ids)?;
        if outcome.tally.verdict() == Verdict::Manual {
            // whatever waits for a person must survive until it is decided
            parts.seal()?;
        }
        outcome.staged = parts.finish();
        Ok(outcome)
    })
    .await?
}

/// What examining on the blocking side needs.
pub(crate) struct Kit<'a> {
    pub rules: &'a IntakeRules,
    pub request: &'a ReceiveRequest,
    pub now: Timestamp,
    pub progress: &'a Progress,
    pub taken: &'a CodesTaken<'a>,
    pub decision_on: Option<&'a DecisionOn<'a>>,
    /// Whether the list of files is wanted, with their digests.
    pub lists: bool,
}

impl Kit<'_> {
    /// Examines the package; without `parts` it is only looked at.
    pub fn examine(
        &self,
        id: AccessionId,
        opening: &Opening,
        parts: Option<&mut Parts<'_>>,
        ids: &dyn lantai_domain::IdSource,
    ) -> Result<Outcome, IntakeError> {
        let checks = self.rules.checks();
        let mut tally = Tally::new(checks.clone(), self.request.stage).with_majors(self.request.majors);
        let Some(mut submission) = submission::open(opening, &mut tally)? else {
            return Ok(Outcome {
                tally,
                examined: None,
                staged: Staged::default(),
                package: self.container(None)?,
                kind: opening.kind,
                fonds: Vec::new(),
            });
        };
        let describer = Describer::new(checks.clone(), submission.fonds(), day_of(self.now));
        let reader = FileReader::new(self.rules, self.request.stage, self.now);
        let examination = Examination {
            accession: id,
            by: &self.request.by,
            now: self.now,
            ids,
            describer: &describer,
            reader: &reader,
            taken: self.taken,
            decision_on: self.decision_on,
            workspace: &self.request.workspace,
            progress: self.progress,
            lists: self.lists,
        };
        let examined = examination.run(submission.as_mut(), &mut tally, parts)?;
        if examined.items == 0 && !tally.returns_package() {
            tally.tested("A-4.1", 1);
            tally.refuse("A-4.1", "intake.nothing_in_package", |finding| {
                finding
                    .expected("at least one item")
                    .found("none")
                    .mend("check the catalogue")
            });
        }
        if self.request.stage == Stage::Preservation {
            let environment = self.request.environment.as_deref();
            judge(
                &Surroundings::of_package(&self.request.path, environment, checks, self.now)?,
                &mut tally,
            );
        }
        let (kind, fonds) = (Some(submission.kind()), submission.fonds().to_vec());
        Ok(Outcome {
            package: self.container(Some(&examined.list))?,
            tally,
            examined: Some(examined),
            staged: Staged::default(),
            kind,
            fonds,
        })
    }

    /// The digest of the package as it came: of the container file, or of the list of its files.
    fn container(&self, list: Option<&FileList>) -> Result<Option<PackageDigest>, IntakeError> {
        let (file_list, files) = list.map_or((String::new(), 0), |list| (list.sm3.clone(), list.files));
        let (of, value) = if self.request.path.is_file() {
            (DigestOf::Container, measure(&self.request.path)?.1)
        } else if list.is_some() {
            (DigestOf::FileList, file_list.clone())
        } else {
            return Ok(None);
        };
        Ok(Some(PackageDigest {
            of,
            algorithm: "sm3".to_owned(),
            value,
            file_list,
            files,
        }))
    }
}
