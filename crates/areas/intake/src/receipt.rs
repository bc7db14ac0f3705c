//! The receipt (回执) that a sender keeps: what was received, what became of it, and proof that the archive says so.
//!
//! A receipt is a signed note (C2SP signed-note) whose text is one JSON document. It names the digest of the package,
//! the verdict, and the journal's entry of it with the proof that the entry is in the journal; whoever has the
//! archive's public key can check all of it without a network.

use crate::accession::{Accession, AccessionState, MajorFaults};
use crate::error::IntakeError;
use crate::listing::PackageDigest;
use crate::repository::AccessionRepository;
use jiff::Timestamp;
use lantai_cataloguing::Holdings;
use lantai_database::JournalRows;
use lantai_domain::{AccessionId, Fact, JournalEntry, Stage};
use lantai_journal::note::open_note;
use lantai_journal::{Checkpoint, Hash, VerifyingKey, leaf_hash, merkle};
use lantai_vault::{Algorithm, ObjectId};
use serde::{Deserialize, Serialize};

/// Version of the form of a receipt; never reused once released.
pub const RECEIPT_FORMAT: &str = "lantai-receipt/1";

/// What became of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptVerdict {
    /// It is in the holdings.
    Accepted,
    /// It went back.
    Returned,
}

/// The list of faults, fixed by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFindings {
    /// Findings that return a package.
    pub blockers: u64,
    /// Findings that do not.
    pub warnings: u64,
    /// SM3 of the list, one finding a line as `findings.jsonl` has it.
    pub sm3: String,
}

/// The journal's entry of the accession, and the proof that it is in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptProof {
    /// Number of the entry, from 0.
    pub entry: u64,
    /// Its bytes, which are JSON.
    pub body: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// Hashes from the entry to the checkpoint's root, Base64.
    pub path: Vec<String>,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Version of this form: [`RECEIPT_FORMAT`].
    pub format: String,
    /// Public key of the archive.
    pub key: String,
    /// The accession.
    pub accession: AccessionId,
    /// Name of the package.
    pub name: String,
    /// The fonds named with it.
    pub fonds: Option<String>,
    /// At which stage it was tested.
    pub stage: Stage,
    /// What became of it.
    pub verdict: ReceiptVerdict,
    /// Who handed it in.
    pub received_by: String,
    /// When it began.
    pub received_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The returned accession that it corrects.
    pub corrects: Option<AccessionId>,
    /// Items.
    pub items: u64,
    /// Content files.
    pub files: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Digests of the package; `None` where nothing could be read.
    pub package: Option<PackageDigest>,
    /// The list of faults.
    pub findings: ReceiptFindings,
    /// What became of major faults.
    pub majors: MajorFaults,
    /// How many questions a person decided.
    pub decisions: u64,
    /// Version of the rules of the checks.
    pub rules: Option<String>,
    /// The proof.
    pub journal: ReceiptProof,
}

/// Writes the receipt of an accession that has been accepted or returned, as a signed note.
pub async fn issue(holdings: &Holdings, accession: &Accession) -> Result<String, IntakeError> {
    let (verdict, finished_at) = match accession.state {
        AccessionState::Accepted { at } => (ReceiptVerdict::Accepted, at),
        AccessionState::Returned { at } => (ReceiptVerdict::Returned, at),
        ref other => return Err(IntakeError::NotEnded { state: other.name() }),
    };
    let mut reader = holdings.database.read().await?;
    let object = ObjectId::from_uuid(accession.id.uuid());
    let entries = JournalRows(reader.conn()).of_object(object.as_str()).await?;
    let findings = AccessionRepository(reader.conn())
        .findings(accession.id, None, 0, u32::MAX)
        .await?;
    drop(reader);
    let mut lines = Vec::new();
    for (_, finding) in findings {
        serde_json::to_writer(&mut lines, &finding)?;
        lines.push(b'\n');
    }
    let ends = |entry: &JournalEntry| matches!(entry.fact, Fact::AccessionAccepted | Fact::AccessionReturned);
    let last = entries.into_iter().rev().find(|(_, entry)| ends(entry));
    let (entry, body) = last.ok_or(IntakeError::NotFound)?;
    let proved = match holdings.proof_of(entry).await? {
        Some(proved) => proved,
        None => {
            holdings.publish().await?;
            holdings.proof_of(entry).await?.ok_or(IntakeError::NotFound)?
        }
    };
    let body = String::from_utf8_lossy(&body.to_bytes()?).into_owned();
    let receipt = Receipt {
        format: RECEIPT_FORMAT.to_owned(),
        key: holdings.verifying_key().to_string(),
        accession: accession.id,
        name: accession.name.clone(),
        fonds: accession.fonds.clone(),
        stage: accession.stage,
        verdict,
        received_by: accession.received_by.clone(),
        received_at: accession.received_at,
        finished_at,
        corrects: accession.corrects,
        items: accession.items,
        files: accession.files,
        bytes: accession.bytes,
        package: accession.package.clone(),
        findings: ReceiptFindings {
            blockers: accession.blockers,
            warnings: accession.warnings,
            sm3: Algorithm::Sm3.of(&lines),
        },
        majors: accession.majors,
        decisions: accession.decisions.len() as u64,
        rules: accession.rules.clone(),
        journal: ReceiptProof {
            entry,
            body,
            checkpoint: proved.0.note().to_owned(),
            path: proved.1.iter().map(Hash::to_base64).collect(),
        },
    };
    Ok(holdings.sign(&format!("{}\n", serde_json::to_string_pretty(&receipt)?)))
}

/// The JSON document of a receipt, and the signature lines that belong below it.
pub fn split(note: &str) -> (&str, &str) {
    match note.split_once("\n\n") {
        Some((text, signature)) => (&note[..text.len() + 1], signature),
        None => (note, ""),
    }
}

fn wrong(reason: impl Into<String>) -> IntakeError {
    IntakeError::Receipt {
        reason: reason.into(),
    }
}

fn parse(text: &str) -> Result<Receipt, IntakeError> {
    let receipt: Receipt = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    if receipt.format != RECEIPT_FORMAT {
        return Err(wrong(format!("its form {:?} is not known", receipt.format)));
    }
    Ok(receipt)
}

/// Reads what a receipt says, without asking whether it is true.
pub fn read_unverified(note: &[u8]) -> Result<Receipt, IntakeError> {
    let text = std::str::from_utf8(note).map_err(|error| wrong(error.to_string()))?;
    parse(split(text).0)
}

/// Reads a receipt that was signed with this key.
pub fn open_signed(note: &[u8], key: &VerifyingKey) -> Result<Receipt, IntakeError> {
    parse(open_note(note, key).map_err(|error| wrong(error.to_string()))?)
}

/// Reads a receipt whose signature, journal entry and proof are right for this key.
pub fn verify(note: &[u8], key: &VerifyingKey) -> Result<Receipt, IntakeError> {
    let receipt = open_signed(note, key)?;
    prove(&receipt, key)?;
    Ok(receipt)
}

/// Proves that the journal of the archive with this key has the entry that a receipt names, and that the entry speaks
/// of its accession.
pub fn prove(receipt: &Receipt, key: &VerifyingKey) -> Result<(), IntakeError> {
    let proof = &receipt.journal;
    let checkpoint = Checkpoint::open(proof.checkpoint.as_bytes(), key.name(), key)
        .map_err(|error| wrong(error.to_string()))?;
    let path: Option<Vec<Hash>> = proof.path.iter().map(|hash| Hash::from_base64(hash)).collect();
    let path = path.ok_or_else(|| wrong("a hash of its proof cannot be read"))?;
    merkle::verify_inclusion(
        &leaf_hash(proof.body.as_bytes()),
        proof.entry,
        checkpoint.size(),
        &path,
        &checkpoint.root(),
    )
    .map_err(|error| wrong(error.to_string()))?;
    let entry: JournalEntry = serde_json::from_str(&proof.body).map_err(|error| wrong(error.to_string()))?;
    let fact = match receipt.verdict {
        ReceiptVerdict::Accepted => Fact::AccessionAccepted,
        ReceiptVerdict::Returned => Fact::AccessionReturned,
    };
    if entry.fact != fact || entry.accession != Some(receipt.accession) {
        return Err(wrong("the journal's entry speaks of something else"));
    }
    Ok(())
}
