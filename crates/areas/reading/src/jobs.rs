//! Follow-up work of reading: putting what came in into the queue.

use crate::error::ReadingError;
use crate::repository::ReadingRepository;
use async_trait::async_trait;
use lantai_cataloguing::{Holdings, ReadAccession, RecordRepository, sort_code};
use lantai_database::{Job, JobFailure, JobHandler};
use lantai_domain::{AccessionId, Media, Record};

/// Records put into the queue in one transaction.
const RECORDS_AT_ONCE: u32 = 500;

/// Does [`ReadAccession`].
pub struct ReadAccessionHandler(pub Holdings);

#[async_trait]
impl JobHandler for ReadAccessionHandler {
    fn name(&self) -> &'static str {
        ReadAccession::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: ReadAccession =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        plan(&self.0, job.accession)
            .await
            .map_err(|error| JobFailure::Retry(error.into()))
    }
}

/// Puts the records of an accession that have files into the queue.
///
/// # Errors
/// Where the catalogue fails; what was put into the queue before stays there.
pub async fn plan(holdings: &Holdings, accession: AccessionId) -> Result<(), ReadingError> {
    let mut after = String::new();
    loop {
        let mut reader = holdings.database.read().await?;
        let page = RecordRepository(reader.conn())
            .page_of_accession(accession, &after, RECORDS_AT_ONCE)
            .await?;
        drop(reader);
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = sort_code(&last.record);
        let mut work = holdings.database.begin_upkeep().await?;
        for stored in &page {
            if !stored.record.files.is_empty() {
                ReadingRepository(work.conn())
                    .plan(stored.record.id, accession, priority(&stored.record))
                    .await?;
            }
        }
        work.commit().await?;
    }
}

/// What is read in a moment comes before what takes its time: texts, then pictures, then sound and film.
fn priority(record: &Record) -> i64 {
    let of = |media: Media| match media {
        Media::Sound | Media::Video => -20,
        Media::Image => -10,
        _ => 0,
    };
    record.files.iter().map(|file| of(file.media)).min().unwrap_or(0)
}
