//! A record as values by the Chinese names of the elements (DA/T 46), for packages of other archives here.

use jiff::Timestamp;
use lantai_domain::{ContentFile, FileRole, OpenStatusKind, PreservationEventType, Record};
use lantai_formats::transfer::{ActionEntry, FileAttributes};
use std::collections::{BTreeMap, BTreeSet};

/// Elements that a description keeps under their identifiers because nothing here asks for them.
const KEPT: [(&str, &str); 17] = [
    ("archives_name", "档案馆名称"),
    ("archives_identifier", "档案馆代码"),
    ("fonds_constituting_unit_name", "立档单位名称"),
    ("electronic_record_code", "电子文件号"),
    ("parallel_title", "并列题名"),
    ("alternative_title", "副题名"),
    ("other_title_information", "说明题名文字"),
    ("class_code", "分类号"),
    ("precedence", "紧急程度"),
    ("principal_receiver", "主送"),
    ("other_receivers", "抄送"),
    ("secrecy_period", "保密期限"),
    ("manuscript_type", "稿本"),
    ("information_system_description", "信息系统描述"),
    ("intellectual_property_statement", "知识产权说明"),
    ("annotation", "附注"),
    ("microform_identifier", "缩微号"),
];
/// Elements that are written from the record itself.
const WRITTEN_ANEW: [&str; 3] = [
    "aggregation_level",
    "document_aggregation_type",
    "control_identifier",
];

/// What a record says.
pub(super) struct Described {
    /// Values by the Chinese names of their elements.
    pub values: BTreeMap<String, String>,
    /// Values that no form has, by the names they came with.
    pub other: BTreeMap<String, String>,
    /// What has happened to it.
    pub actions: Vec<ActionEntry>,
}

/// Describes a record; `fonds_name` and `unit` are for what the record itself does not say.
pub(super) fn describe(record: &Record, fonds_name: &str, unit: &str) -> Described {
    let description = &record.description;
    let code = &description.code;
    let mut values = BTreeMap::new();
    let mut put = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            values.insert(name.to_owned(), value.trim().to_owned());
        }
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let contents = record
        .files
        .iter()
        .filter(|file| file.role == FileRole::Content)
        .count();
    put("聚合层次", "文件");
    put("全宗名称", fonds_name);
    put("立档单位名称", unit);
    put("电子文件号", &record.id.to_string());
    put("全宗号", code.fonds());
    put(
        "年度",
        &description
            .year
            .map(|year| format!("{year:04}"))
            .unwrap_or_default(),
    );
    put("保管期限", &description.retention.label_zh());
    put("机构或问题", &text(&description.organisation_or_subject));
    put(
        "馆编件号",
        &code
            .item_number()
            .map(|number| number.to_string())
            .unwrap_or_default(),
    );
    put("题名", &description.title);
    put("主题词", &description.keywords.join(";"));
    put("人名", &description.people.join(";"));
    put("摘要", &text(&description.summary));
    put("文件编号", &text(&description.document_number));
    put("责任者", &text(&description.author));
    put("日期", &description.date.to_string());
    put("文种", &text(&description.document_type));
    put("密级", description.classification.label());
    put("文件组合类型", if contents > 1 { "组合文件" } else { "单件" });
    put(
        "页数",
        &description
            .page_count
            .map(|pages| pages.to_string())
            .unwrap_or_default(),
    );
    put("语种", &text(&description.language));
    put("当前位置", &text(&description.location));
    put("控制标识", control(record.open_status.kind()));
    let mut other = BTreeMap::new();
    for (name, value) in &description.other {
        if let Some((_, label)) = KEPT.iter().find(|(element, _)| element == name) {
            put(label, value);
        } else if !WRITTEN_ANEW.contains(&name.as_str()) {
            other.insert(name.clone(), value.clone());
        }
    }
    Described {
        values,
        other,
        actions: record.events.iter().filter_map(action).collect(),
    }
}

/// 控制标识 for a state; a state that it has no word for is not written, and is decided anew.
fn control(kind: OpenStatusKind) -> &'static str {
    match kind {
        OpenStatusKind::Unreviewed => "未审核",
        OpenStatusKind::Open | OpenStatusKind::OpenEarly => "开放",
        OpenStatusKind::Delayed => "延期开放",
        OpenStatusKind::Controlled => "控制",
        OpenStatusKind::NotDue | OpenStatusKind::OpenMasked | OpenStatusKind::OpenCatalogueOnly => "",
    }
}

fn action(event: &lantai_domain::PreservationEvent) -> Option<ActionEntry> {
    let activity = match event.event {
        PreservationEventType::Ingestion => "归档",
        PreservationEventType::Validation => "检测",
        _ => return None,
    };
    Some(ActionEntry {
        status: Some("历史行为".to_owned()),
        activity: activity.to_owned(),
        time: Some(moment(event.at)),
        agent: Some(event.agent.clone()),
        mandate: None,
        description: event.detail.clone(),
    })
}

/// A moment to the second.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// What is recorded of a file.
pub(super) fn attributes(file: &ContentFile, name: &str) -> FileAttributes {
    FileAttributes {
        name: Some(name.to_owned()),
        size_text: Some(file.size.to_string()),
        format: format(file),
        ..FileAttributes::default()
    }
}

/// A format as `text/plain (x-fmt/111)`, as far as it is known.
pub(super) fn format(file: &ContentFile) -> Option<String> {
    let known = &file.format;
    let name = known.mime.as_ref().or(known.name.as_ref());
    match (name, &known.puid) {
        (Some(name), Some(puid)) => Some(format!("{name} ({puid})")),
        (name, puid) => name.or(puid.as_ref()).cloned(),
    }
}

/// A name for a file in a folder of its own: the last part of the name it came with, and a number before it where
/// that is another file's already, or one that the package needs.
pub(super) fn plain_name(file: &ContentFile, taken: &mut BTreeSet<String>) -> String {
    let last = file.name.rsplit(['/', '\\']).next().unwrap_or(&file.name);
    let mut name = last.to_owned();
    let mut number = 1;
    while !taken.insert(name.to_lowercase()) {
        number += 1;
        name = format!("{number}-{last}");
    }
    name
}
