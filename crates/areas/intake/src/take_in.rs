//! Taking a package from a place on this machine: what was begun is gone on with, what is in is not taken in twice.

use crate::accession::{Accession, AccessionState};
use crate::conclude::drop_parts;
use crate::error::IntakeError;
use crate::fingerprint::fingerprint;
use crate::intake_rules::IntakeRules;
use crate::progress::Progress;
use crate::receive::{ReceiveRequest, Received, receive};
use crate::repository::AccessionRepository;
use crate::upload::must_be_returned;
use lantai_cataloguing::Holdings;
use lantai_domain::AccessionId;
use std::sync::Arc;

/// What became of a package on this machine.
#[derive(Debug, Clone)]
pub struct TakenIn {
    /// How its accession ended, now or before.
    pub received: Received,
    /// Whether it had come to that before, so that nothing was done now.
    pub already: bool,
}

/// Takes a package in that lies on this machine. A package of the same place that looks the same from outside (see
/// [`fingerprint()`]) and was asked for in the same way is the same package: if it was accepted, or waits for a person,
/// nothing is done; if it was interrupted, or the machine failed, its accession is gone on with.
///
/// No other process may write to the archive meanwhile.
pub async fn take_in(
    holdings: &Holdings,
    rules: &IntakeRules,
    request: &ReceiveRequest,
    corrects: Option<AccessionId>,
    progress: &Arc<Progress>,
) -> Result<TakenIn, IntakeError> {
    let Ok(source) = request.path.canonicalize() else {
        let path = request.path.clone();
        return Err(IntakeError::NothingThere { path });
    };
    let source = source.to_string_lossy().into_owned();
    let looked = request.clone();
    let print = tokio::task::spawn_blocking(move || fingerprint(&looked)).await?;
    let known = known(holdings, &source, print.as_deref()).await?;
    let accession = match known {
        Some(known) if known.state.can_go_on() => known,
        Some(known) => return before(holdings, known).await,
        None => {
            forget_interrupted(holdings, request, &source).await?;
            begin(holdings, request, corrects, &source, print.as_deref()).await?
        }
    };
    let received = receive(holdings, rules, accession, request, progress).await?;
    Ok(TakenIn {
        received,
        already: false,
    })
}

async fn known(
    holdings: &Holdings,
    source: &str,
    print: Option<&str>,
) -> Result<Option<Accession>, IntakeError> {
    let Some(print) = print else { return Ok(None) };
    let mut reader = holdings.database.read().await?;
    Ok(AccessionRepository(reader.conn())
        .find_by_source(source, print)
        .await?)
}

/// What was begun with a package that has changed since is of no use.
async fn forget_interrupted(
    holdings: &Holdings,
    request: &ReceiveRequest,
    source: &str,
) -> Result<(), IntakeError> {
    let mut reader = holdings.database.read().await?;
    let interrupted = AccessionRepository(reader.conn()).interrupted_at(source).await?;
    drop(reader);
    for accession in interrupted {
        drop_parts(holdings, accession.id, &request.workspace).await;
        if matches!(accession.state, AccessionState::Failed { .. }) {
            // that it failed stays in the register
            continue;
        }
        let mut work = holdings.database.begin_upkeep().await?;
        AccessionRepository(work.conn()).delete(accession.id).await?;
        work.commit().await?;
    }
    Ok(())
}

async fn before(holdings: &Holdings, accession: Accession) -> Result<TakenIn, IntakeError> {
    let mut reader = holdings.database.read().await?;
    let findings = AccessionRepository(reader.conn())
        .findings(accession.id, None, 0, u32::MAX)
        .await?;
    let findings = findings.into_iter().map(|(_, finding)| finding).collect();
    Ok(TakenIn {
        received: Received { accession, findings },
        already: true,
    })
}

async fn begin(
    holdings: &Holdings,
    request: &ReceiveRequest,
    corrects: Option<AccessionId>,
    source: &str,
    print: Option<&str>,
) -> Result<Accession, IntakeError> {
    if let Some(corrected) = corrects {
        must_be_returned(holdings, corrected).await?;
    }
    let mut accession = Accession::begin(
        AccessionId::new(holdings.ids.next()),
        &request.name,
        request.fonds.as_ref().map(ToString::to_string),
        request.stage,
        &request.by,
        holdings.clock.now(),
        AccessionState::Checking,
    );
    accession.corrects = corrects;
    accession.majors = request.majors;
    let mut work = holdings.database.begin_upkeep().await?;
    AccessionRepository(work.conn()).put(&accession).await?;
    if let Some(print) = print {
        AccessionRepository(work.conn())
            .remember_source(accession.id, source, print)
            .await?;
    }
    work.commit().await?;
    Ok(accession)
}
