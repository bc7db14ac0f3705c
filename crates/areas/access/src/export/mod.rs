//! Writing records out, for other programs and other archives.

mod bag;
mod jsonl;

use crate::error::AccessError;
use lantai_cataloguing::{Holdings, RecordRepository, StoredRecord};
use std::path::{Path, PathBuf};

/// Codes asked of the catalogue at once.
const AT_ONCE: u32 = 500;

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    /// A BagIt bag a record.
    Bagit,
    /// One file, a record a line.
    Jsonl,
}

/// What is to be written.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// Which records; `None` means all.
    pub codes: Option<Vec<String>>,
    /// Folder to write to.
    pub to: PathBuf,
    /// Form.
    pub form: ExportForm,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exported {
    /// Records.
    pub written: u64,
    /// Bytes.
    pub bytes: u64,
    /// Codes of which there is no record.
    pub missing: Vec<String>,
}

/// Writes records out in the order of their codes. What was there under the same name is not overwritten.
pub async fn export(
    holdings: &Holdings,
    request: &ExportRequest,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Exported, AccessError> {
    std::fs::create_dir_all(&request.to).map_err(|source| AccessError::write(&request.to, source))?;
    let mut exported = Exported::default();
    let mut lines = match request.form {
        ExportForm::Jsonl => Some(jsonl::JsonlFile::create(&request.to)?),
        ExportForm::Bagit => None,
    };
    let mut wanted = request.codes.clone();
    if let Some(codes) = &mut wanted {
        codes.sort();
        codes.dedup();
    }
    let mut after = String::new();
    loop {
        let codes = match &mut wanted {
            Some(codes) => std::mem::take(codes),
            None => {
                let mut reader = holdings.database.read().await?;
                RecordRepository(reader.conn())
                    .codes_after(&after, AT_ONCE)
                    .await?
            }
        };
        let Some(last) = codes.last() else { break };
        after.clone_from(last);
        for code in &codes {
            match find(holdings, code).await? {
                Some(stored) => {
                    exported.bytes += write(holdings, &request.to, lines.as_mut(), stored).await?;
                    exported.written += 1;
                }
                None => exported.missing.push(code.clone()),
            }
        }
        progress(exported.written);
    }
    if let Some(lines) = lines {
        lines.finish()?;
    }
    Ok(exported)
}

async fn find(holdings: &Holdings, code: &str) -> Result<Option<StoredRecord>, AccessError> {
    let code = lantai_domain::code::normalise(code);
    let mut reader = holdings.database.read().await?;
    Ok(RecordRepository(reader.conn()).find_by_code(&code).await?)
}

async fn write(
    holdings: &Holdings,
    to: &Path,
    lines: Option<&mut jsonl::JsonlFile>,
    stored: StoredRecord,
) -> Result<u64, AccessError> {
    if let Some(lines) = lines {
        return lines.write(&stored);
    }
    let (vault, to, now) = (holdings.vault.clone(), to.to_path_buf(), holdings.clock.now());
    tokio::task::spawn_blocking(move || bag::write(&vault, &to, &stored, now)).await?
}
