//! Records as one transfer package (移交信息包, DA/T 93-2022), which another archive here can take in.

use super::content::for_each_file;
use super::elements::{describe, format, plain_name};
use crate::error::AccessError;
use lantai_cataloguing::StoredRecord;
use lantai_formats::transfer::{PackageHeading, RecordToWrite, TransferWriteError, TransferWriter};
use lantai_vault::Vault;
use std::collections::BTreeSet;
use std::path::Path;

/// Packages of a fonds and a day.
const MOST_SERIALS: u32 = 9_999;

/// Begins a package below a folder, with the first serial that is free.
pub(super) fn begin(to: &Path, fonds: &str, day: &str) -> Result<TransferWriter, AccessError> {
    let mut serial = 1;
    loop {
        match TransferWriter::create(to, &format!("{fonds}-{day}-{serial:04}")) {
            Err(TransferWriteError::Exists { .. }) if serial < MOST_SERIALS => serial += 1,
            other => return Ok(other?),
        }
    }
}

/// Adds a record; says how many bytes of content it has.
pub(super) fn add(
    writer: &mut TransferWriter,
    vault: &Vault,
    stored: &StoredRecord,
    fonds_name: &str,
    unit: &str,
) -> Result<u64, AccessError> {
    let record = &stored.record;
    let described = describe(record, fonds_name, unit);
    let code = record.description.code.to_string();
    // the class is what stands in the code between fonds and number
    let mut parts: Vec<String> = code.split('-').map(str::to_owned).collect();
    parts.pop();
    let class = parts
        .into_iter()
        .skip(1)
        .filter(|part| !part.is_empty())
        .collect();
    let mut taken = BTreeSet::from([
        format!("{code}.xml").to_lowercase(),
        format!("{code}.eep").to_lowercase(),
    ]);
    let mut open = writer.record(RecordToWrite {
        code,
        class,
        values: described.values,
        other: described.other,
        actions: described.actions,
    })?;
    for_each_file(vault, stored, |file, mut source| {
        open.add(&plain_name(file, &mut taken), format(file), &mut source)?;
        Ok(())
    })?;
    open.finish()?;
    Ok(record.bytes())
}

/// Ends the package.
pub(super) fn finish(writer: TransferWriter, institution: &str) -> Result<(), AccessError> {
    writer.finish(&PackageHeading {
        sender: institution.to_owned(),
        description: format!("{institution}移交的电子档案"),
        environment: "各电子文件的格式见其元数据，均可用公开的软件读取".to_owned(),
        work: format!("{institution}电子档案移交"),
        carrier: String::new(),
    })?;
    Ok(())
}
