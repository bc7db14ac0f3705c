//! Keeping what was read: an object of its own beside the record, a row, a fact, and the index told.

use crate::error::ReadingError;
use crate::export::alto;
use crate::repository::{ReadingRepository, ReadingRow, SuggestionRepository};
use lantai_cataloguing::layout::{READING_FILE, put_anew};
use lantai_cataloguing::{Acceptance, Holdings, IndexRecords};
use lantai_database::NewJob;
use lantai_domain::reading::{KeptReading, Reading, Suggestion, reading_object};
use lantai_domain::{Fact, JobId, JournalEntry, Record, SecurityClassification};
use lantai_models::speech::subtitles::{cues, webvtt};
use lantai_vault::{Batch, LogicalPath, ObjectId, ObjectWriter, SealedBatch, Vault, VersionInfo};

/// A newer result that waits to be accepted in place of the older.
pub const NEWER_FILE: &str = "newer.json";

/// A record that was read, about to be kept.
#[derive(Debug, Clone)]
pub struct Finished {
    /// What was understood.
    pub kept: KeptReading,
    /// Its row, whose version of the object is set when it is kept.
    pub row: ReadingRow,
    /// Whether everybody may see the record's content, so that this need not be encrypted either.
    pub is_open: bool,
    /// Whether it takes the place of an older reading only when a person accepts it.
    pub is_newer: bool,
}

/// Whether what was read in a record may lie in clear in a vault that encrypts.
pub fn may_lie_open(record: &Record) -> bool {
    record.open_status.kind().content_is_public()
        && record.description.classification == SecurityClassification::Public
}

/// Keeps what was read in some records, in one transaction. On return it is durable in every store, and the index will
/// be told. What another worker has taken over meanwhile is left out.
///
/// # Errors
/// Those of the stores; nothing has happened then.
pub async fn keep(holdings: &Holdings, worker: &str, finished: Vec<Finished>) -> Result<(), ReadingError> {
    if finished.is_empty() {
        return Ok(());
    }
    let (finished, sealed) = stage(holdings, finished).await?;
    let mut acceptance = Acceptance::begin(holdings, sealed).await?;
    match write(holdings, &mut acceptance, worker, &finished).await {
        Ok(()) => Ok(acceptance.commit(holdings).await?),
        Err(error) => {
            acceptance.refuse().await?;
            Err(error)
        }
    }
}

struct Staged {
    finished: Finished,
    object: String,
    inventory: String,
}

async fn stage(
    holdings: &Holdings,
    finished: Vec<Finished>,
) -> Result<(Vec<Staged>, SealedBatch), ReadingError> {
    let vault = holdings.vault.clone();
    let name = format!("reading-{}", holdings.ids.next());
    let info = VersionInfo {
        created: holdings.clock.now(),
        message: "read".to_owned(),
        user_name: "lantai".to_owned(),
        user_address: None,
    };
    tokio::task::spawn_blocking(move || {
        let batch = vault.begin(&name)?;
        let mut staged = Vec::with_capacity(finished.len());
        for mut finished in finished {
            let object = ObjectId::new(reading_object(finished.kept.record))?;
            let mut writer = open(&vault, &batch, &object, finished.is_open)?;
            write_files(&mut writer, &finished)?;
            finished.row.object_version = writer.version().number();
            let inventory = writer.finish(info.clone())?;
            staged.push(Staged {
                finished,
                object: object.as_str().to_owned(),
                inventory,
            });
        }
        Ok((staged, batch.seal()?))
    })
    .await?
}

fn open(
    vault: &Vault,
    batch: &Batch,
    object: &ObjectId,
    is_open: bool,
) -> Result<ObjectWriter, ReadingError> {
    let is_there = vault.object(object)?.is_some();
    Ok(match (is_there, is_open) {
        (true, true) => batch.new_clear_version(object)?,
        (true, false) => batch.new_version(object)?,
        (false, true) => batch.new_clear_object(object)?,
        (false, false) => batch.new_object(object)?,
    })
}

fn write_files(writer: &mut ObjectWriter, finished: &Finished) -> Result<(), ReadingError> {
    let document = |kept: &KeptReading| {
        let mut bytes = serde_json::to_vec(kept).map_err(|source| ReadingError::Document {
            what: kept.record.to_string(),
            source,
        })?;
        bytes.push(b'\n');
        Ok::<_, ReadingError>(bytes)
    };
    if finished.is_newer {
        put_anew(writer, NEWER_FILE, &document(&finished.kept)?)?;
        return Ok(());
    }
    let paths: Vec<LogicalPath> = writer.paths().cloned().collect();
    for path in paths {
        writer.remove(&path)?;
    }
    writer.put_bytes(&LogicalPath::new(READING_FILE)?, &document(&finished.kept)?)?;
    for (number, file) in finished.kept.files.iter().enumerate() {
        let number = number + 1;
        for (path, bytes) in derivatives(&file.reading, &file.path, number)? {
            writer.put_bytes(&LogicalPath::new(path)?, &bytes)?;
        }
    }
    Ok(())
}

/// What is kept of a reading besides itself: ALTO where lines have places, WebVTT where somebody speaks.
fn derivatives(reading: &Reading, path: &str, number: usize) -> Result<Vec<(String, Vec<u8>)>, ReadingError> {
    let mut files = Vec::new();
    let has_places = reading
        .pages
        .iter()
        .any(|page| page.lines.iter().any(|line| line.place.is_some()));
    if has_places {
        let bytes = alto(reading, path).map_err(|source| ReadingError::File {
            path: path.into(),
            source,
        })?;
        files.push((format!("alto/{number}.xml"), bytes));
    }
    if !reading.segments.is_empty() {
        files.push((
            format!("transcript/{number}.vtt"),
            webvtt(&cues(&reading.segments)).into_bytes(),
        ));
    }
    Ok(files)
}

async fn write(
    holdings: &Holdings,
    acceptance: &mut Acceptance,
    worker: &str,
    staged: &[Staged],
) -> Result<(), ReadingError> {
    let work = acceptance.work();
    let mut records = Vec::new();
    for staged in staged {
        let finished = &staged.finished;
        let is_ours = ReadingRepository(work.conn())
            .put(&finished.row, Some(worker))
            .await?;
        if !is_ours {
            // the batch as a whole is refused: what is staged for it would stand in the vault without a row
            return Err(ReadingError::Interrupted);
        }
        if !finished.is_newer {
            let suggestions = suggestions_of(&finished.kept);
            SuggestionRepository(work.conn())
                .put(finished.kept.record, &suggestions)
                .await?;
            records.push(finished.kept.record);
        }
        let fact = JournalEntry::new(Fact::ReadingKept, holdings.clock.now(), "lantai", &staged.object)
            .fixing(finished.row.object_version, &staged.inventory);
        work.record(fact).await?;
    }
    if !records.is_empty() {
        let job = NewJob::new(JobId::new(holdings.ids.next()), &IndexRecords { records })?;
        work.enqueue(job).await?;
    }
    Ok(())
}

/// The suggestions of a record: those of its files, the same one once, the surest first.
pub fn suggestions_of(kept: &KeptReading) -> Vec<Suggestion> {
    let mut all: Vec<Suggestion> = Vec::new();
    for suggestion in kept.files.iter().flat_map(|file| &file.reading.suggestions) {
        let same =
            |other: &&mut Suggestion| other.element == suggestion.element && other.value == suggestion.value;
        match all.iter_mut().find(same) {
            Some(known) if known.confidence >= suggestion.confidence => {}
            Some(known) => *known = suggestion.clone(),
            None => all.push(suggestion.clone()),
        }
    }
    all.sort_by(|a, b| {
        let by_element = a.element.cmp(&b.element);
        by_element.then(b.confidence.total_cmp(&a.confidence))
    });
    all
}
