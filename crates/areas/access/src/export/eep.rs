//! A record as an electronic record package (电子文件封装包, DA/T 48-2009).

use super::content::for_each_file;
use super::elements::{attributes, describe, plain_name};
use crate::error::AccessError;
use jiff::Timestamp;
use lantai_cataloguing::StoredRecord;
use lantai_domain::{ContentFile, FileRole};
use lantai_formats::eep::{EepDocumentToWrite, EepToWrite, write_eep};
use lantai_vault::{Content, Vault};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the package of a record below a folder, under its code; says how many bytes of content it has.
pub(super) fn write(
    vault: &Vault,
    to: &Path,
    stored: &StoredRecord,
    fonds_name: &str,
    institution: &str,
    now: Timestamp,
) -> Result<u64, AccessError> {
    let record = &stored.record;
    let code = record.description.code.to_string();
    let described = describe(record, fonds_name, institution);
    let mut values = described.values;
    values.insert("档号".to_owned(), code.clone());
    let package = EepToWrite {
        created: now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        created_by: institution.to_owned(),
        values,
        actions: described.actions,
    };
    let mut files: Vec<(ContentFile, Content)> = Vec::new();
    for_each_file(vault, stored, |file, source| {
        files.push((file.clone(), source));
        Ok(())
    })?;
    let mut taken = BTreeSet::new();
    let mut files = files.into_iter();
    let path = to.join(format!("{code}.eep"));
    let failed = |source| AccessError::write(&path, source);
    let sink = File::create_new(&path).map_err(failed)?;
    let written = write_eep::<_, std::io::Error>(BufWriter::new(sink), &package, |write| {
        let Some((file, mut source)) = files.next() else {
            return Ok(false);
        };
        let name = plain_name(&file, &mut taken);
        write(EepDocumentToWrite {
            title: String::new(),
            is_main: file.role == FileRole::Content,
            attributes: attributes(&file, &name),
            source: &mut source,
        })?;
        Ok(true)
    });
    let flushed = written.and_then(|(bytes, mut sink)| sink.flush().map(|()| bytes));
    flushed.map_err(|source| {
        let _ = std::fs::remove_file(&path); // the error that counts is the first one
        failed(source)
    })
}
