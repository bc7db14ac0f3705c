//! A record as a BagIt bag (RFC 8493), which another archive can take in: its files, its description, and a catalogue
//! of one row.

use crate::error::AccessError;
use jiff::Timestamp;
use lantai_cataloguing::{StoredRecord, layout};
use lantai_domain::FileRole;
use lantai_formats::bagit::{Algorithm, BagWriter};
use lantai_formats::catalogue::csv_row;
use lantai_vault::{LogicalPath, ObjectId, Vault, VersionNumber};
use std::io::Read;
use std::path::Path;

/// Writes the bag of a record below a folder, under its code with `_` for `·`; says how many bytes its payload has.
pub(super) fn write(
    vault: &Vault,
    to: &Path,
    stored: &StoredRecord,
    now: Timestamp,
) -> Result<u64, AccessError> {
    let record = &stored.record;
    let description = &record.description;
    let code = description.code.to_string();
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let info = [
        ("External-Identifier".to_owned(), code.clone()),
        ("External-Description".to_owned(), one_line(&description.title)),
        ("Bagging-Date".to_owned(), day.to_string()),
        (
            "Bag-Software-Agent".to_owned(),
            format!("Lantai {}", env!("CARGO_PKG_VERSION")),
        ),
    ];
    let folder = to.join(code.replace('·', "_"));
    let mut bag = BagWriter::create(&folder, &info, &[Algorithm::Sha512, Algorithm::Sm3])?;
    let mut bytes = bag.add("catalogue.csv", &mut catalogue(stored).as_bytes())?.bytes;
    bytes += bag
        .add(
            "record.json",
            &mut layout::readable_record_bytes(record)?.as_slice(),
        )?
        .bytes;
    if !record.files.is_empty() {
        let id = ObjectId::new(stored.object.clone()).map_err(lantai_cataloguing::CataloguingError::from)?;
        let found = vault
            .object(&id)
            .map_err(lantai_cataloguing::CataloguingError::from)?;
        let object = found.ok_or(lantai_cataloguing::CataloguingError::NotFound)?;
        let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
        for file in &record.files {
            let path = LogicalPath::new(file.path.clone());
            let opened = path.and_then(|path| object.open(version, &path));
            let mut source = opened.map_err(lantai_cataloguing::CataloguingError::from)?;
            bytes += bag
                .add(&payload_name(&file.name), &mut source as &mut dyn Read)?
                .bytes;
        }
    }
    bag.finish()?;
    Ok(bytes)
}

/// The record's files lie below one folder, apart from the papers about it.
fn payload_name(name: &str) -> String {
    format!("files/{name}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A catalogue of one row, with the headings that intake reads.
fn catalogue(stored: &StoredRecord) -> String {
    let record = &stored.record;
    let description = &record.description;
    let of = |role: FileRole| {
        let files = record.files.iter().filter(|file| file.role == role);
        files
            .map(|file| payload_name(&file.name))
            .collect::<Vec<_>>()
            .join(";")
    };
    let ground = record
        .open_status
        .decision()
        .map(|decision| decision.ground.clone())
        .unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        ("档号", description.code.to_string()),
        ("题名", description.title.clone()),
        ("文件编号", text(&description.document_number)),
        ("责任者", text(&description.author)),
        ("日期", description.date.to_string()),
        ("日期原文", text(&description.date_text)),
        (
            "年度",
            description.year.map(|year| year.to_string()).unwrap_or_default(),
        ),
        ("保管期限", description.retention.label_zh()),
        ("密级", description.classification.label().to_owned()),
        ("开放状态", record.open_status.kind().label().to_owned()),
        ("开放说明", ground),
        (
            "页数",
            description
                .page_count
                .map(|pages| pages.to_string())
                .unwrap_or_default(),
        ),
        ("载体", text(&description.carrier)),
        ("主题词", description.keywords.join(";")),
        ("人名", description.people.join(";")),
        ("地名", description.places.join(";")),
        ("文种", text(&description.document_type)),
        ("语种", text(&description.language)),
        ("字形", text(&description.script)),
        ("摘要", text(&description.summary)),
        ("正文", text(&description.text)),
        ("存放位置", text(&description.location)),
        ("来源", text(&description.source)),
        ("全文文件", of(FileRole::Text)),
        ("原文文件", of(FileRole::Content)),
    ];
    let headings = csv_row(cells.iter().map(|(heading, _)| *heading));
    let row = csv_row(cells.iter().map(|(_, value)| value.as_str()));
    headings + &row
}
