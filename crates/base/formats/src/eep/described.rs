//! Metadata written in the order of the form; transfer packages and EEP have the same elements.

use super::model::order_of;
use crate::safe_xml::XmlWriter;
use crate::transfer::{ActionEntry, FileAttributes};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Elements with nothing but a value, and containers, in the order of 文件实体.
const PARTS: [&str; 10] = [
    "聚合层次",
    "来源",
    "电子文件号",
    "档号",
    "内容描述",
    "形式特征",
    "存储位置",
    "权限管理",
    "信息系统描述",
    "附注",
];

/// Writes the values of a record. With `is_strict` every mandatory element is there, an empty one where nothing is
/// known; what the form does not know is left out. Gives the names that were written.
pub(crate) fn write_values<W: Write>(
    xml: &mut XmlWriter<W>,
    values: &BTreeMap<String, String>,
    is_strict: bool,
) -> io::Result<Vec<String>> {
    let mut written = Vec::new();
    let value = |name: &str| {
        values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    for part in PARTS {
        let Some(children) = order_of(part) else {
            let is_mandatory = is_strict && !matches!(part, "信息系统描述" | "附注");
            if let Some(text) = value(part).or(is_mandatory.then_some("")) {
                xml.element(part, text)?;
                written.push(part.to_owned());
            }
            continue;
        };
        let own = value(part);
        let is_any = own.is_some() || children.iter().any(|(name, _)| value(name).is_some());
        if !is_any && !is_strict {
            continue;
        }
        xml.start(part, &[])?;
        written.push(part.to_owned());
        if let Some(own) = own {
            xml.text(own)?;
        }
        for (name, is_mandatory) in children {
            if let Some(text) = value(name).or((is_strict && is_mandatory).then_some("")) {
                xml.element(name, text)?;
                written.push(name.to_owned());
            }
        }
        xml.end()?;
    }
    Ok(written)
}

/// Writes 电子属性; digests only where the form has a place for them.
pub(crate) fn write_attributes<W: Write>(
    xml: &mut XmlWriter<W>,
    attributes: &FileAttributes,
    with_digests: bool,
) -> io::Result<()> {
    xml.start("电子属性", &[])?;
    if let Some(format) = &attributes.format {
        xml.element("格式信息", format)?;
    }
    xml.element("计算机文件名", attributes.name.as_deref().unwrap_or_default())?;
    xml.element(
        "计算机文件大小",
        attributes.size_text.as_deref().unwrap_or_default(),
    )?;
    if let Some(application) = &attributes.application {
        xml.element("文档创建程序", application)?;
    }
    if with_digests {
        for digest in &attributes.digests {
            xml.element_with("数字摘要", &[("算法", &digest.algorithm)], &digest.value)?;
        }
    }
    xml.end()
}

/// Writes the optional and mandatory parts of 业务实体 after its identifiers.
pub(crate) fn write_action<W: Write>(xml: &mut XmlWriter<W>, action: &ActionEntry) -> io::Result<()> {
    xml.element("业务状态", action.status.as_deref().unwrap_or("历史行为"))?;
    xml.element("业务行为", &action.activity)?;
    xml.element("行为时间", action.time.as_deref().unwrap_or_default())?;
    for (name, text) in [("行为依据", &action.mandate), ("行为描述", &action.description)] {
        if let Some(text) = text {
            xml.element(name, text)?;
        }
    }
    Ok(())
}
