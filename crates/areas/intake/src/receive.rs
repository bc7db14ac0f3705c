//! Receiving (接收): a package is examined and then accepted as a whole, or returned as a whole.

use crate::accession::{Accession, AccessionState};
use crate::describe::{CodesTaken, Describer};
use crate::error::IntakeError;
use crate::examine::{Examination, Examined};
use crate::progress::{Progress, ProgressStage};
use crate::quarantine::Quarantine;
use crate::read_file::FileReader;
use crate::repository::AccessionRepository;
use crate::rules::CheckRules;
use crate::store::{Beside, Staging, Storing, fonds_wanted, is_code_conflict};
use crate::submission::{self, Opening, SubmissionKind};
use crate::tally::{CheckResult, Tally};
use jiff::Timestamp;
use lantai_cataloguing::repository::segments::SegmentRepository;
use lantai_cataloguing::{Acceptance, Holdings, RecordRepository};
use lantai_domain::{AccessionId, Finding, Fonds, FondsNumber, Stage, Verdict};
use lantai_formats::identify::Identifier;
use lantai_vault::{Batch, VersionInfo};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Who hands it in.
    pub by: String,
    /// Folder for what does not fit into memory; on the same machine, private to this process.
    pub workspace: PathBuf,
}

/// The kit that every accession needs: rules and signatures, read once.
#[derive(Clone)]
pub struct IntakeRules {
    checks: CheckRules,
    identifier: Identifier,
}

impl IntakeRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, IntakeError> {
        let identifier = Identifier::builtin().map_err(|error| IntakeError::FormatRules(Box::new(error)))?;
        Ok(Self {
            checks: CheckRules::builtin()?,
            identifier,
        })
    }

    /// The same signatures with other rules of the checks.
    pub fn with_checks(self, checks: CheckRules) -> Self {
        Self { checks, ..self }
    }

    /// The rules of the checks.
    pub fn checks(&self) -> &CheckRules {
        &self.checks
    }

    /// The signatures of formats.
    pub fn identifier(&self) -> &Identifier {
        &self.identifier
    }
}

/// How an accession ended.
#[derive(Debug, Clone)]
pub struct Received {
    /// The accession as it is registered.
    pub accession: Accession,
    /// Its findings, as far as they are kept.
    pub findings: Vec<Finding>,
}

/// What examining on the blocking side hands back.
struct Outcome {
    tally: Tally,
    examined: Option<Examined>,
    batch: Option<Batch>,
    kind: Option<SubmissionKind>,
    fonds: Vec<Fonds>,
}

/// Receives a package. On return the outcome is durable: everything of it is in the holdings, or nothing.
///
/// The accession must not be under way elsewhere. Faults of the package lead to a return, not to an error; after an
/// error nothing of the package is kept either, and it can be handed in again.
pub async fn receive(
    holdings: &Holdings,
    rules: &IntakeRules,
    mut accession: Accession,
    request: &ReceiveRequest,
    progress: &Arc<Progress>,
) -> Result<Received, IntakeError> {
    accession.state = AccessionState::Checking;
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
            fail(holdings, accession, &error).await;
            Err(error)
        }
    }
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

async fn register(holdings: &Holdings, accession: &Accession) -> Result<(), IntakeError> {
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
    accession.rules = Some(rules.checks.version.clone());
    if let Some(examined) = &outcome.examined {
        (accession.items, accession.files, accession.bytes) =
            (examined.items, examined.files, examined.bytes);
    }
    let examined = outcome.examined.take();
    if outcome.tally.verdict() == Verdict::Passed
        && let (Some(examined), Some(batch)) = (examined, outcome.batch.take())
    {
        accession.state = AccessionState::Accepted {
            at: holdings.clock.now(),
        };
        fill(&mut accession, &outcome.tally);
        let findings = outcome.tally.clone().into_findings();
        match accept(
            holdings,
            &accession,
            &findings,
            batch,
            examined,
            &outcome.fonds,
            now,
        )
        .await
        {
            Ok(()) => return Ok(Received { accession, findings }),
            Err(error) if is_code_conflict(&error) => {
                outcome.tally.refuse("A-2.7", "intake.code_taken", |finding| {
                    finding
                        .element("archival_code")
                        .expected("codes that no other record has")
                        .found("another accession gave one of these codes at the same time")
                        .mend("hand the package in again to see which")
                });
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(batch) = outcome.batch.take() {
        tokio::task::spawn_blocking(move || batch.discard()).await??;
    }
    accession.state = AccessionState::Returned {
        at: holdings.clock.now(),
    };
    fill(&mut accession, &outcome.tally);
    let findings = outcome.tally.into_findings();
    give_back(holdings, &accession, &findings, now).await?;
    Ok(Received { accession, findings })
}

fn fill(accession: &mut Accession, tally: &Tally) {
    accession.blockers = tally.blockers();
    accession.warnings = tally.warnings();
    accession.checks = tally.results();
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
        for category in &rules.checks.categories {
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
        quarantine: quarantine.folder().to_path_buf(),
    })
}

fn year_of(now: Timestamp) -> u16 {
    u16::try_from(now.to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or(9999)
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
    tokio::task::spawn_blocking(move || {
        let batch = holdings.vault.begin(&id.to_string())?;
        let taken = |codes: &[String]| {
            runtime.block_on(async {
                let mut reader = holdings.database.read().await?;
                Ok(RecordRepository(reader.conn()).taken(codes).await?)
            })
        };
        let kit = Kit {
            rules: &rules,
            request: &request,
            now,
            progress: &progress,
            taken: &taken,
        };
        let mut outcome = kit.examine(id, &opening, Some(&batch), &*holdings.ids)?;
        outcome.batch = Some(batch);
        Ok(outcome)
    })
    .await?
}

/// What examining on the blocking side needs.
struct Kit<'a> {
    rules: &'a IntakeRules,
    request: &'a ReceiveRequest,
    now: Timestamp,
    progress: &'a Progress,
    taken: &'a CodesTaken<'a>,
}

impl Kit<'_> {
    fn examine(
        &self,
        id: AccessionId,
        opening: &Opening,
        batch: Option<&Batch>,
        ids: &dyn lantai_domain::IdSource,
    ) -> Result<Outcome, IntakeError> {
        let checks = &self.rules.checks;
        let mut tally = Tally::new(checks.clone(), self.request.stage);
        let Some(mut submission) = submission::open(opening, &mut tally)? else {
            return Ok(Outcome {
                tally,
                examined: None,
                batch: None,
                kind: opening.kind,
                fonds: Vec::new(),
            });
        };
        let describer = Describer::new(checks.clone(), submission.fonds(), year_of(self.now));
        let reader = FileReader::new(self.rules.identifier.clone(), checks.clone(), self.request.stage);
        let examination = Examination {
            accession: id,
            by: &self.request.by,
            now: self.now,
            ids,
            batch,
            describer: &describer,
            reader: &reader,
            taken: self.taken,
            workspace: &self.request.workspace,
            progress: self.progress,
        };
        let examined = examination.run(submission.as_mut(), &mut tally)?;
        if examined.items == 0 && !tally.returns_package() {
            tally.tested("A-4.1", 1);
            tally.refuse("A-4.1", "intake.nothing_in_package", |finding| {
                finding
                    .expected("at least one item")
                    .found("none")
                    .mend("check the catalogue")
            });
        }
        let (kind, fonds) = (Some(submission.kind()), submission.fonds().to_vec());
        Ok(Outcome {
            tally,
            examined: Some(examined),
            batch: None,
            kind,
            fonds,
        })
    }
}

async fn accept(
    holdings: &Holdings,
    accession: &Accession,
    findings: &[Finding],
    batch: Batch,
    examined: Examined,
    described: &[Fonds],
    now: Timestamp,
) -> Result<(), IntakeError> {
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
    let (vault, document, kept) = (Arc::clone(&holdings.vault), accession.clone(), findings.to_vec());
    let info = info(accession, now);
    let staged = tokio::task::spawn_blocking(move || {
        let mut examined = examined;
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
        beside.push(staging.accession(&document, &kept, Some(&examined))?);
        Ok::<_, IntakeError>((batch.seal()?, beside, examined))
    });
    let (sealed, beside, examined) = staged.await??;
    let acceptance = Acceptance::begin(holdings, sealed).await?;
    let storing = Storing {
        holdings,
        accession,
        findings,
        beside,
    };
    conclude(holdings, acceptance, &storing, Some(&examined)).await
}

async fn give_back(
    holdings: &Holdings,
    accession: &Accession,
    findings: &[Finding],
    now: Timestamp,
) -> Result<(), IntakeError> {
    let (vault, document, kept) = (Arc::clone(&holdings.vault), accession.clone(), findings.to_vec());
    let info = info(accession, now);
    let staged = tokio::task::spawn_blocking(move || {
        let batch = vault.begin(&document.id.to_string())?;
        let staging = Staging {
            batch: &batch,
            vault: &vault,
            info,
        };
        let beside: Vec<Beside> = vec![staging.accession(&document, &kept, None)?];
        Ok::<_, IntakeError>((batch.seal()?, beside))
    });
    let (sealed, beside) = staged.await??;
    let acceptance = Acceptance::begin(holdings, sealed).await?;
    let storing = Storing {
        holdings,
        accession,
        findings,
        beside,
    };
    conclude(holdings, acceptance, &storing, None).await
}

async fn conclude(
    holdings: &Holdings,
    mut acceptance: Acceptance,
    storing: &Storing<'_>,
    examined: Option<&Examined>,
) -> Result<(), IntakeError> {
    match storing
        .write(&mut acceptance, examined.map(|examined| &examined.spool))
        .await
    {
        Ok(()) => Ok(acceptance.commit(holdings).await?),
        Err(error) => {
            acceptance.refuse().await?;
            Err(error)
        }
    }
}

fn info(accession: &Accession, now: Timestamp) -> VersionInfo {
    VersionInfo {
        created: now,
        message: format!("accession {}", accession.id),
        user_name: accession.received_by.clone(),
        user_address: None,
    }
}

fn fonds_used(examined: &Examined) -> Result<BTreeSet<String>, IntakeError> {
    let mut used: BTreeSet<String> = examined.spool.fonds_with_entries().into_iter().collect();
    for spooled in examined.spool.staged()? {
        used.insert(spooled?.record.fonds().to_owned());
    }
    Ok(used)
}

/// What checking a package without taking it in came to.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// The findings, as far as they are kept.
    pub findings: Vec<Finding>,
    /// What each check came to.
    pub checks: Vec<CheckResult>,
}

/// Checks a package without taking it in; needs no archive. Codes are compared inside the package only.
pub fn check(
    rules: &IntakeRules,
    request: &ReceiveRequest,
    id: AccessionId,
    now: Timestamp,
    ids: &dyn lantai_domain::IdSource,
    progress: &Progress,
) -> Result<Checked, IntakeError> {
    let quarantine = Quarantine::of(request, id);
    let opening = Opening {
        path: request.path.clone(),
        kind: request.kind,
        catalogue: request.catalogue.clone(),
        root: request.root.clone(),
        fonds: request.fonds.clone(),
        year: i32::from(year_of(now)),
        next_numbers: BTreeMap::new(),
        quarantine: quarantine.folder().to_path_buf(),
    };
    let kit = Kit {
        rules,
        request,
        now,
        progress,
        taken: &|_| Ok(Vec::new()),
    };
    let outcome = kit.examine(id, &opening, None, ids)?;
    progress.enter(ProgressStage::Done);
    Ok(Checked {
        verdict: outcome.tally.verdict(),
        checks: outcome.tally.results(),
        findings: outcome.tally.into_findings(),
    })
}
