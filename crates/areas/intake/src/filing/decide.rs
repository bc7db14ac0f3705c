//! A person confirms what the table proposes, or decides otherwise with a reason.

use super::document::Document;
use super::error::FilingError;
use super::propose::{Proposal, Proposed, Verdict, propose, proposed};
use super::repository::FilingRepository;
use super::tables::FilingTables;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lantai_cataloguing::{Acceptance, CataloguingError, Holdings, layout};
use lantai_domain::{Fact, JournalEntry};
use lantai_vault::{Algorithm, ObjectId, VersionInfo};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Version of the stored form of a decision; never reused once released.
pub const DECISION_FORMAT: &str = "lantai-filing-decision/1";
/// The decisions of one object, one a line.
pub(super) const DECISIONS_FILE: &str = "filing-decisions.jsonl";
/// Most decisions taken at once.
pub(super) const MOST: usize = 1_000;

/// A document with what a person chose for it.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The document.
    pub document: Document,
    /// Number of the row in the table that holds for it; none: as proposed.
    pub item_no: Option<String>,
    /// Why, where it is not what the table proposes.
    pub reason: Option<String>,
}

/// Decisions to be taken together.
#[derive(Debug, Clone)]
pub struct DecisionRequest {
    /// Each document with its choice.
    pub choices: Vec<Choice>,
    /// Who decides.
    pub by: String,
}

/// What was decided for a document. Changing the table never changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Version of this form: [`DECISION_FORMAT`].
    pub format: String,
    /// Its identifier.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The document as it was described.
    pub document: Document,
    /// The table, such as `XZ-GENERAL@2026.1`.
    pub table: String,
    /// SHA-256 of the table's rows as they were, so that a table changed without a new version is noticed.
    pub table_sha256: String,
    /// How sure the table was.
    pub verdict: Verdict,
    /// The row that the table proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<String>,
    /// What was decided; its `row_id` goes on the record as `retention_rule_id`.
    pub decided: Proposed,
    /// Whether it is another row than the proposed one.
    pub overridden: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

fn decision(
    tables: &FilingTables,
    choice: &Choice,
    by: &str,
    id: Uuid,
    at: Timestamp,
) -> Result<Decision, FilingError> {
    let table = tables.of(&choice.document, at.to_zoned(TimeZone::UTC).date())?;
    let Proposal {
        verdict,
        row,
        alternatives,
        ..
    } = propose(table, &choice.document);
    let proposed_no = row.as_ref().map(|row| row.item_no.clone());
    let wanted = choice.item_no.clone().or_else(|| proposed_no.clone());
    // where the table is not sure, a person must choose
    let wanted = wanted.ok_or_else(|| FilingError::RowUnknown(String::new()))?;
    let overridden = proposed_no.as_ref().is_some_and(|proposed| *proposed != wanted);
    let reason = choice
        .reason
        .as_deref()
        .map(str::trim)
        .filter(|reason| !reason.is_empty());
    if overridden && reason.is_none() {
        return Err(FilingError::ReasonMissing);
    }
    let fired = row
        .into_iter()
        .chain(alternatives)
        .find(|row| row.item_no == wanted);
    let decided = match fired {
        Some(fired) => fired,
        None => {
            let chosen = table
                .row(&wanted)
                .ok_or_else(|| FilingError::RowUnknown(wanted.clone()))?;
            proposed(table, chosen, Vec::new())
        }
    };
    Ok(Decision {
        format: DECISION_FORMAT.to_owned(),
        id,
        at,
        by: by.to_owned(),
        document: choice.document.clone(),
        table: table.name(),
        table_sha256: Algorithm::Sha256.of(table.to_toml()?.as_bytes()),
        verdict,
        proposed: proposed_no
            .and_then(|number| table.row(&number))
            .map(|row| table.row_id(row)),
        decided,
        overridden,
        reason: reason.map(str::to_owned),
    })
}

/// Takes decisions, all or none. They are kept in one object of the vault and are one fact of the journal.
pub async fn decide(
    holdings: &Holdings,
    tables: &FilingTables,
    request: &DecisionRequest,
) -> Result<Vec<Decision>, FilingError> {
    if request.choices.is_empty() || request.choices.len() > MOST {
        return Err(FilingError::Count { most: MOST });
    }
    let now = holdings.clock.now();
    let decisions = request
        .choices
        .iter()
        .map(|choice| decision(tables, choice, &request.by, holdings.ids.next(), now))
        .collect::<Result<Vec<_>, _>>()?;
    let mut lines = Vec::new();
    for decision in &decisions {
        serde_json::to_writer(&mut lines, decision)?;
        lines.push(b'\n');
    }
    let batch_id = holdings.ids.next();
    let object = ObjectId::from_uuid(batch_id);
    let (vault, name) = (holdings.vault.clone(), format!("filing-{batch_id}"));
    let info = VersionInfo {
        created: now,
        message: "filing decided".to_owned(),
        user_name: request.by.clone(),
        user_address: None,
    };
    let staging = object.clone();
    let staged = tokio::task::spawn_blocking(move || {
        let batch = vault.begin(&name)?;
        let mut writer = batch.new_object(&staging)?;
        layout::put_anew(&mut writer, DECISIONS_FILE, &lines)?;
        let version = writer.version().number();
        let inventory = writer.finish(info)?;
        Ok::<_, CataloguingError>((batch.seal()?, version, inventory))
    });
    let (sealed, version, inventory) = staged.await??;
    let mut acceptance = Acceptance::begin(holdings, sealed).await?;
    let mut tables_used: Vec<&str> = decisions.iter().map(|decision| decision.table.as_str()).collect();
    tables_used.sort_unstable();
    tables_used.dedup();
    let entry = JournalEntry::new(Fact::FilingDecided, now, &request.by, object.as_str())
        .fixing(version, &inventory)
        .rules(&tables_used.join(" "));
    let written = async {
        let work = acceptance.work();
        FilingRepository(work.conn()).insert(batch_id, &decisions).await?;
        work.record(entry).await
    };
    if let Err(error) = written.await {
        acceptance.refuse().await?;
        return Err(error.into());
    }
    acceptance.commit(holdings).await?;
    tracing::info!(
        decision.count = decisions.len(),
        "filing of {} documents is decided",
        decisions.len()
    );
    Ok(decisions)
}
