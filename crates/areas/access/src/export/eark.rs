//! A record as an E-ARK package (CSIP 2.2), which archives of other countries can take in: its files as a
//! representation, its description as EAD 3, its history as PREMIS 3, and all of it once more as we keep it.

use super::EarkExport;
use crate::error::AccessError;
use jiff::Timestamp;
use lantai_cataloguing::{CataloguingError, StoredRecord, layout};
use lantai_domain::{ContentFile, Description, FileRole};
use lantai_formats::eark::{self, About, Described, FileFacts, NewEvent, PackageWriter};
use lantai_vault::{LogicalPath, ObjectId, Vault, VersionNumber};
use std::path::Path;

/// What documentation says of the package's layout.
const README: &str = "This package was written by Lantai (兰台) as E-ARK CSIP 2.2 describes it.\n\
    representations/rep1/data: the files of the record, as they came in.\n\
    metadata/descriptive/ead3.xml: its description; metadata/descriptive/dc.xml: the same in short.\n\
    metadata/preservation/premis.xml: what has happened to it.\n\
    representations/rep1/metadata/preservation/premis.xml: digests (SHA-256, SHA-512, SM3) and formats of the files.\n\
    metadata/other/record.json: the record as Lantai keeps it; schemas/record.schema.json: what stands in it.\n";

/// What stands in `record.json`, for readers who have no Lantai.
const SCHEMA: &str = include_str!("record.schema.json");

/// Writes the package of a record below a folder, under its code with `_` for `·`; says how many bytes it has.
pub(super) fn write(
    vault: &Vault,
    to: &Path,
    stored: &StoredRecord,
    form: &EarkExport,
    now: Timestamp,
) -> Result<u64, AccessError> {
    let record = &stored.record;
    let description = &record.description;
    let code = description.code.to_string();
    let identifier = code.replace('·', "_");
    let created = second(now);
    let about = About {
        identifier: &identifier,
        label: &description.title,
        kind: form.kind,
        created: &created,
        software: ("Lantai", env!("CARGO_PKG_VERSION")),
        institution: &form.institution,
        reference_code: Some(&code),
    };
    let mut package = PackageWriter::create(to, about)?;
    package.add_metadata(
        "record.json",
        &layout::readable_record_bytes(record)?,
        "application/json",
    )?;
    package.add_schema("record.schema.json", SCHEMA.as_bytes(), "application/json")?;
    package.add_documentation("readme.txt", README.as_bytes(), "text/plain")?;
    let mut files = Vec::new();
    if !record.files.is_empty() {
        let id = ObjectId::new(stored.object.clone()).map_err(CataloguingError::from)?;
        let found = vault.object(&id).map_err(CataloguingError::from)?;
        let object = found.ok_or(CataloguingError::NotFound)?;
        let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
        for file in &record.files {
            let path = LogicalPath::new(file.path.clone());
            let opened = path.and_then(|path| object.open(version, &path));
            let mut source = opened.map_err(CataloguingError::from)?;
            files.push(package.add(&file.name, &mut source, facts(file, record.received_at))?);
        }
    }
    let mut elements = elements(description);
    elements.push(("open_status", record.open_status.kind().label().to_owned()));
    if let Some(decision) = record.open_status.decision() {
        elements.push(("open_note", decision.ground.clone()));
    }
    // a text that was made of the record is told apart from the record itself
    let texts = record.files.iter().zip(&files);
    for (file, name) in texts {
        if file.role == FileRole::Text {
            elements.push(("full_text_file", name.clone()));
        }
    }
    let described = Described {
        level: "item",
        elements,
        files,
    };
    let events: Vec<NewEvent> = record
        .events
        .iter()
        .map(|event| NewEvent {
            kind: event.event.term().to_owned(),
            time: second(event.at),
            detail: event.detail.clone(),
            outcome: event.outcome.clone(),
            agent: event.agent.clone(),
        })
        .collect();
    let written = package.finish(&[described], &events)?;
    if form.is_zipped {
        return Ok(eark::pack(&to.join(&identifier))?);
    }
    Ok(written.bytes)
}

/// A moment without fractions of a second, which METS readers do not all take.
fn second(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second())
        .unwrap_or(moment)
        .to_string()
}

fn facts(file: &ContentFile, received_at: Timestamp) -> FileFacts {
    let media_type = file
        .format
        .mime
        .as_deref()
        .and_then(|types| types.split(',').next());
    FileFacts {
        media_type: media_type
            .map_or("application/octet-stream", str::trim)
            .to_owned(),
        created: second(received_at),
        format_name: file.format.name.clone(),
        format_version: file.format.version.clone(),
        puid: file.format.puid.clone(),
        original_name: file.name.clone(),
    }
}

/// A description by the identifiers of our elements, as intake reads them again.
fn elements(description: &Description) -> Vec<(&'static str, String)> {
    let mut elements = vec![
        ("archival_code", description.code.to_string()),
        ("title", description.title.clone()),
        ("date", description.date.to_string()),
        ("category", description.category.clone()),
        ("retention_period", description.retention.label_zh()),
        (
            "security_classification",
            description.classification.label().to_owned(),
        ),
    ];
    let mut put = |element, value: &Option<String>| {
        if let Some(value) = value {
            elements.push((element, value.clone()));
        }
    };
    put("document_number", &description.document_number);
    put("author", &description.author);
    put("date_as_written", &description.date_text);
    put(
        "organizational_structure_or_function",
        &description.organisation_or_subject,
    );
    put("carrier", &description.carrier);
    put("document_type", &description.document_type);
    put("language", &description.language);
    put("script", &description.script);
    put("abstract", &description.summary);
    put("full_text", &description.text);
    put("current_location", &description.location);
    put("source", &description.source);
    put("year", &description.year.map(|year| year.to_string()));
    put(
        "total_number_of_pages",
        &description.page_count.map(|pages| pages.to_string()),
    );
    for (element, values) in [
        ("former_codes", &description.former_codes),
        ("descriptor", &description.keywords),
        ("personal_name", &description.people),
        ("place", &description.places),
    ] {
        elements.extend(values.iter().map(|value| (element, value.clone())));
    }
    elements
}
