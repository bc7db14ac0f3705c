//! Writing packages of the first kind (原始型), unsigned: metadata, and each file as Base64 while it is read.

use super::described::{write_action, write_attributes, write_values};
use super::{NAMESPACE, VERSION};
use crate::safe_xml::XmlWriter;
use crate::transfer::{ActionEntry, FileAttributes};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// 封装包格式描述, as DA/T 48-2009 fixes it.
const FORMAT: &str = "本EEP根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成";
/// 封装包类型描述 of the first kind.
const KIND: &str = "本封装包包含电子文件数据及其元数据，原始封装，未经修改";
/// 编码描述.
const ENCODING: &str = "本封装包中“编码数据”元素存储的是计算机文件二进制流的Base64编码";
/// The agent of all actions that name none.
const AGENT: &str = "机构人员1";

/// What a package is written from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EepToWrite {
    /// 封装包创建时间, as `2026-01-15T09:00:00`.
    pub created: String,
    /// 封装包创建单位.
    pub created_by: String,
    /// Values by the Chinese names of their elements.
    pub values: BTreeMap<String, String>,
    /// 业务实体.
    pub actions: Vec<ActionEntry>,
}

/// A document of one computer file.
pub struct EepDocumentToWrite<'a> {
    /// 题名; empty for none.
    pub title: String,
    /// Whether it is a main document.
    pub is_main: bool,
    /// What is recorded of the file.
    pub attributes: FileAttributes,
    /// Its bytes.
    pub source: &'a mut dyn Read,
}

/// Writes a package; the next document is asked for when the one before is written. Says how many bytes of content
/// there were.
pub fn write_eep<W: Write, E: From<io::Error>>(
    sink: W,
    package: &EepToWrite,
    mut next: impl FnMut(&mut dyn FnMut(EepDocumentToWrite<'_>) -> io::Result<()>) -> Result<bool, E>,
) -> Result<(u64, W), E> {
    let mut xml = XmlWriter::new(sink, false)?;
    xml.start("电子文件封装包", &[("xmlns", NAMESPACE)])?;
    xml.element("封装包格式描述", FORMAT)?;
    xml.element("版本", VERSION)?;
    xml.start("被签名对象", &[("eep版本", VERSION)])?;
    xml.element("封装包类型", "原始型")?;
    xml.element("封装包类型描述", KIND)?;
    xml.element("封装包创建时间", &package.created)?;
    xml.element("封装包创建单位", &package.created_by)?;
    xml.start("封装内容", &[])?;
    xml.start("文件实体块", &[])?;
    xml.start("文件实体", &[])?;
    write_values(&mut xml, &package.values, true)?;
    xml.start("文件数据", &[])?;
    let (mut number, mut bytes) = (0_u64, 0_u64);
    loop {
        let mut write = |document: EepDocumentToWrite<'_>| {
            number += 1;
            bytes += write_document(&mut xml, document, number)?;
            Ok(())
        };
        if !next(&mut write)? {
            break;
        }
    }
    for _ in ["文件数据", "文件实体", "文件实体块"] {
        xml.end()?;
    }
    write_entities(&mut xml, package)?;
    for _ in ["封装内容", "被签名对象", "电子文件封装包"] {
        xml.end()?;
    }
    Ok((bytes, xml.finish()?))
}

fn write_document<W: Write>(
    xml: &mut XmlWriter<W>,
    document: EepDocumentToWrite<'_>,
    number: u64,
) -> io::Result<u64> {
    let identifier = format!("修改0-文档{number}");
    let version = format!("{identifier}-文档数据1");
    let encoding = format!("{version}-编码1");
    xml.start("文档", &[])?;
    xml.element("文档标识符", &identifier)?;
    xml.element("文档序号", &number.to_string())?;
    xml.element(
        "文档主从声明",
        if document.is_main {
            "主文档"
        } else {
            "附属文档"
        },
    )?;
    if !document.title.is_empty() {
        xml.element("题名", &document.title)?;
    }
    xml.start("文档数据", &[("文档数据ID", &version)])?;
    xml.start("编码", &[("编码ID", &encoding)])?;
    write_attributes(xml, &document.attributes, false)?;
    xml.element("编码描述", ENCODING)?;
    let name = document.attributes.name.as_deref().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    xml.element("反编码关键字", ending)?;
    xml.start("编码数据", &[("编码数据ID", &format!("{encoding}-编码数据1"))])?;
    let bytes = xml.base64(document.source)?;
    for _ in ["编码数据", "编码", "文档数据", "文档"] {
        xml.end()?;
    }
    Ok(bytes)
}

fn write_entities<W: Write>(xml: &mut XmlWriter<W>, package: &EepToWrite) -> io::Result<()> {
    let record = package
        .values
        .get("电子文件号")
        .map(String::as_str)
        .unwrap_or_default();
    let mut agents: Vec<&str> = vec![&package.created_by];
    for agent in package
        .actions
        .iter()
        .filter_map(|action| action.agent.as_deref())
    {
        if !agents.contains(&agent) {
            agents.push(agent);
        }
    }
    xml.start("业务实体块", &[])?;
    for (action, number) in package.actions.iter().zip(1..) {
        xml.start("业务实体", &[])?;
        xml.element("业务标识符", &format!("业务{number}"))?;
        let agent = action.agent.as_deref();
        let place = agents.iter().position(|known| Some(*known) == agent);
        let agent = place.map_or_else(|| AGENT.to_owned(), |place| format!("机构人员{}", place + 1));
        xml.element("机构人员标识符", &agent)?;
        xml.element("文件标识符", record)?;
        write_action(xml, action)?;
        xml.end()?;
    }
    xml.end()?;
    xml.start("机构人员实体块", &[])?;
    for (agent, number) in agents.iter().zip(1..) {
        xml.start("机构人员实体", &[])?;
        xml.element("机构人员标识符", &format!("机构人员{number}"))?;
        xml.element("机构人员名称", agent)?;
        xml.end()?;
    }
    xml.end()
}
