//! A sound E-ARK package of one record.

use lantai_formats::eark::{About, Described, FileFacts, PackageKind, PackageWriter};
use std::path::{Path, PathBuf};

/// The code of its record.
pub const CODE: &str = "J001-WS·2020·Y-0001";

/// A package of one record with two files.
pub fn package(to: &Path) -> PathBuf {
    let created = "2020-03-05T08:00:00Z";
    let about = About {
        identifier: "J001-WS_2020_Y-0001",
        label: "关于开展档案开放审核工作的通知",
        kind: PackageKind::Submission,
        created,
        software: ("Lantai", "1"),
        institution: "示例县档案馆",
        reference_code: Some(CODE),
    };
    let mut writer = PackageWriter::create(to, about).unwrap();
    let mut files = Vec::new();
    for (name, text) in [
        ("正文.txt", "关于开展档案开放审核工作的通知\n"),
        ("附件.txt", "附件一\n"),
    ] {
        let facts = FileFacts {
            media_type: "text/plain".to_owned(),
            created: created.to_owned(),
            puid: Some("x-fmt/111".to_owned()),
            original_name: name.to_owned(),
            ..FileFacts::default()
        };
        files.push(writer.add(name, &mut text.as_bytes(), facts).unwrap());
    }
    writer.add_schema("readme.txt", b"none", "text/plain").unwrap();
    writer
        .add_documentation("readme.txt", b"none", "text/plain")
        .unwrap();
    let record = Described {
        level: "item",
        elements: vec![
            ("archival_code", CODE.to_owned()),
            ("title", "关于开展档案开放审核工作的通知".to_owned()),
            ("author", "示例县档案馆".to_owned()),
            ("date", "20200305".to_owned()),
            ("retention_period", "永久".to_owned()),
            ("security_classification", "公开".to_owned()),
        ],
        files,
    };
    writer.finish(&[record], &[]).unwrap();
    to.join("J001-WS_2020_Y-0001")
}
