//! `lantai record`

use super::{Data, local_note, viewer_of};
use crate::output::{Output, Status};
use clap::Args;
use lantai_cataloguing::routes::audit_object;
use lantai_cataloguing::{CataloguingError, RecordRepository};
use lantai_domain::access::Action;
use lantai_domain::audit::EventClass;
use lantai_server::Access;

/// Show the whole of one record.
#[derive(Debug, Args)]
pub struct Record {
    #[command(flatten)]
    data: Data,
    /// Answer as somebody else would be answered: public, archivist, or an account.
    #[arg(long, value_name = "NAME")]
    as_viewer: Option<String>,
    /// 档号.
    #[arg(value_name = "CODE")]
    code: String,
}

impl Record {
    /// Shows it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let archive = self.data.open(Access::Read).await?;
        let viewer = viewer_of(&archive, self.as_viewer.as_deref())?;
        let code = lantai_domain::code::normalise(&self.code);
        let mut reader = archive.holdings.database.read().await?;
        let found = RecordRepository(reader.conn()).find_by_code(&code).await?;
        let visible =
            found.filter(|stored| viewer.may_with(Action::ViewContent, &stored.record.access_facts()));
        let Some(stored) = visible else {
            // not there and not to be seen are the same answer
            output.error(&CataloguingError::NotFound.into());
            return Ok(Status::No);
        };
        let record = &stored.record;
        if !record.open_status.kind().content_is_public() {
            let object = audit_object(&stored);
            let note = local_note(EventClass::Read, "record", &*archive.holdings.clock).on(object);
            drop(reader);
            archive.audit.tell(note).await?;
        }
        let text = serde_json::to_string_pretty(&stored.record)?;
        output.answer(&stored.record, || text)?;
        Ok(Status::Well)
    }
}
