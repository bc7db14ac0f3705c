//! `lantai export`

use super::{Data, local_note};
use crate::output::{Output, Status};
use crate::progress::counter;
use clap::{Args, ValueEnum};
use lantai_access::{EarkExport, ExportForm, ExportRequest, export};
use lantai_domain::audit::{AuditObject, EventClass};
use lantai_formats::eark::PackageKind;
use lantai_server::Access;
use serde_json::json;
use std::path::PathBuf;

/// Write records out.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    data: Data,
    /// Every record.
    #[arg(long, conflicts_with = "codes", required_unless_present = "codes")]
    all: bool,
    /// Folder to write to; made when it is not there.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Form of the export.
    #[arg(long = "as", value_name = "FORM")]
    form: Form,
    /// What E-ARK packages are for: to hand in, to keep, or to hand out.
    #[arg(long, value_name = "KIND", default_value = "dip")]
    package: Package,
    /// Make each E-ARK package one ZIP file.
    #[arg(long)]
    zip: bool,
    /// 档号.
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A BagIt bag a record.
    Bagit,
    /// An E-ARK package a record (CSIP 2.2: METS, PREMIS, EAD).
    Eark,
    /// An electronic record package (电子文件封装包, DA/T 48) a record.
    Eep,
    /// One transfer package (移交信息包, DA/T 93) with all records.
    Transfer,
    /// One file, a record a line, sorted by code, keys sorted.
    Jsonl,
}

/// Kinds of E-ARK packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Package {
    /// Submission.
    Sip,
    /// Archival.
    Aip,
    /// Dissemination.
    Dip,
}

impl From<Package> for PackageKind {
    fn from(package: Package) -> Self {
        match package {
            Package::Sip => Self::Submission,
            Package::Aip => Self::Archival,
            Package::Dip => Self::Dissemination,
        }
    }
}

impl Export {
    /// Writes them.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        let archive = self.data.open(Access::Read).await?;
        let request = ExportRequest {
            codes: (!self.all).then(|| self.codes.clone()),
            to: self.to,
            form: match self.form {
                Form::Bagit => ExportForm::Bagit,
                Form::Eark => ExportForm::Eark(EarkExport {
                    kind: self.package.into(),
                    institution: archive.config.institution.clone(),
                    is_zipped: self.zip,
                }),
                Form::Eep => ExportForm::Eep(archive.config.institution.clone()),
                Form::Transfer => ExportForm::Transfer(archive.config.institution.clone()),
                Form::Jsonl => ExportForm::Jsonl,
            },
        };
        // before the first byte is written: what an export gives out is not asked for record by record
        let mut note = local_note(EventClass::Download, "export", &*archive.holdings.clock);
        note.count = request
            .codes
            .as_ref()
            .and_then(|codes| u64::try_from(codes.len()).ok());
        note.object = match request.codes.as_deref() {
            Some([code]) => Some(AuditObject {
                archival_code: Some(code.clone()),
                ..AuditObject::new("record", code.clone())
            }),
            Some(_) => Some(AuditObject::new("list", "codes")),
            None => Some(AuditObject::new("list", "all")),
        };
        archive.audit.tell(note).await?;
        let bar = counter("records");
        let exported = export(&archive.holdings, &request, &|count| bar.set_position(count)).await?;
        bar.finish_and_clear();
        for code in &exported.missing {
            output.say(&format!("lantai: there is no record {code} [access.not_found]"));
        }
        let document =
            json!({"written": exported.written, "bytes": exported.bytes, "missing": exported.missing});
        output.answer(&document, || {
            format!(
                "{} records, {} bytes written to {}",
                exported.written,
                exported.bytes,
                request.to.display()
            )
        })?;
        Ok(Status::of(exported.missing.is_empty()))
    }
}
