//! Writing records out, for other programs and other archives.

mod bag;
mod content;
mod eark;
mod eep;
mod elements;
mod jsonl;
mod transfer;

use crate::error::AccessError;
use lantai_cataloguing::{FondsRepository, Holdings, RecordRepository, StoredRecord};
use lantai_formats::transfer::TransferWriter;
use std::path::PathBuf;

/// Codes asked of the catalogue at once.
const AT_ONCE: u32 = 500;

/// An E-ARK package a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarkExport {
    /// What the packages are for.
    pub kind: lantai_formats::eark::PackageKind,
    /// The institution that hands them over.
    pub institution: String,
    /// Whether each becomes one ZIP file.
    pub is_zipped: bool,
}

/// Form of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportForm {
    /// A BagIt bag a record.
    Bagit,
    /// An E-ARK package a record.
    Eark(EarkExport),
    /// An electronic record package (电子文件封装包) a record; the institution that makes it.
    Eep(String),
    /// One transfer package (移交信息包) with all records; the institution that hands it over.
    Transfer(String),
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
        _ => None,
    };
    let mut package = None;
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
                    exported.bytes += match &request.form {
                        ExportForm::Transfer(institution) => {
                            let added = add(holdings, request, package.take(), stored, institution).await?;
                            package = Some(added.0);
                            added.1
                        }
                        _ => write(holdings, request, lines.as_mut(), stored).await?,
                    };
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
    if let (Some(package), ExportForm::Transfer(institution)) = (package, request.form.clone()) {
        tokio::task::spawn_blocking(move || transfer::finish(package, &institution)).await??;
    }
    Ok(exported)
}

/// Adds a record to the transfer package, which the first record begins.
async fn add(
    holdings: &Holdings,
    request: &ExportRequest,
    package: Option<TransferWriter>,
    stored: StoredRecord,
    institution: &str,
) -> Result<(TransferWriter, u64), AccessError> {
    let fonds_name = fonds_name(holdings, stored.record.fonds()).await?;
    let (vault, to, institution) = (holdings.vault.clone(), request.to.clone(), institution.to_owned());
    let day = holdings.clock.now().strftime("%Y%m%d").to_string();
    tokio::task::spawn_blocking(move || {
        let mut package = match package {
            Some(package) => package,
            None => transfer::begin(&to, stored.record.fonds(), &day)?,
        };
        let bytes = transfer::add(&mut package, &vault, &stored, &fonds_name, &institution)?;
        Ok((package, bytes))
    })
    .await?
}

/// The name of a fonds; its number where it has none.
async fn fonds_name(holdings: &Holdings, number: &str) -> Result<String, AccessError> {
    let mut reader = holdings.database.read().await?;
    let found = FondsRepository(reader.conn()).find(number).await?;
    Ok(found.map_or_else(|| number.to_owned(), |stored| stored.fonds.title))
}

async fn find(holdings: &Holdings, code: &str) -> Result<Option<StoredRecord>, AccessError> {
    let code = lantai_domain::code::normalise(code);
    let mut reader = holdings.database.read().await?;
    Ok(RecordRepository(reader.conn()).find_by_code(&code).await?)
}

async fn write(
    holdings: &Holdings,
    request: &ExportRequest,
    lines: Option<&mut jsonl::JsonlFile>,
    stored: StoredRecord,
) -> Result<u64, AccessError> {
    if let Some(lines) = lines {
        return lines.write(&stored);
    }
    let (vault, to, now) = (holdings.vault.clone(), request.to.clone(), holdings.clock.now());
    let form = request.form.clone();
    let fonds_name = match form {
        ExportForm::Eep(_) => fonds_name(holdings, stored.record.fonds()).await?,
        _ => String::new(),
    };
    tokio::task::spawn_blocking(move || match form {
        ExportForm::Eark(form) => eark::write(&vault, &to, &stored, &form, now),
        ExportForm::Eep(institution) => eep::write(&vault, &to, &stored, &fonds_name, &institution, now),
        ExportForm::Bagit | ExportForm::Jsonl | ExportForm::Transfer(_) => {
            bag::write(&vault, &to, &stored, now)
        }
    })
    .await?
}
