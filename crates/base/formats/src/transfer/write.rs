//! Writing transfer packages in the form of 2022: a folder for each record, and at the end the catalogue, 说明文件,
//! the register form and the list of digests.

use super::attributes::{ActionEntry, FileAttributes, StatedDigest};
use super::register::REGISTER;
use crate::bagit::{Algorithm, Hasher};
use crate::eep::{write_action, write_attributes, write_values};
use crate::package::LogicalName;
use crate::safe_xml::XmlWriter;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes copied at a time.
const CHUNK: usize = 128 * 1024;

/// Why a package cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum TransferWriteError {
    /// The disk failed.
    #[error("cannot write {}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is something already.
    #[error("{} is there already", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// A code, a class or the name of a file cannot be a name on disk.
    #[error("{name:?} cannot be the name of a file or folder")]
    Name {
        /// It.
        name: String,
    },
}

impl TransferWriteError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Disk { .. } => "transfer.write",
            Self::Exists { .. } => "transfer.exists",
            Self::Name { .. } => "transfer.name",
        }
    }
}

/// What the sender says of the package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageHeading {
    /// 移交单位.
    pub sender: String,
    /// 内容描述.
    pub description: String,
    /// 软硬件环境.
    pub environment: String,
    /// 交接工作名称.
    pub work: String,
    /// 离线载体参数; for a transfer over a network it begins with 无.
    pub carrier: String,
}

/// A record to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordToWrite {
    /// 档号.
    pub code: String,
    /// Folders between that of the fonds and that of the record, such as `WS·2020·Y`.
    pub class: Vec<String>,
    /// Values by the Chinese names of their elements; 档号 excepted.
    pub values: BTreeMap<String, String>,
    /// Values that no form knows, by names of their own.
    pub other: BTreeMap<String, String>,
    /// 业务实体.
    pub actions: Vec<ActionEntry>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenPackage {
    /// Where it stands.
    pub path: PathBuf,
    /// Records.
    pub records: u64,
    /// Bytes of content.
    pub bytes: u64,
}

/// Writes a package, a record after the other. What is not finished is removed.
pub struct TransferWriter {
    target: PathBuf,
    partial: PathBuf,
    name: String,
    entries: BufWriter<File>,
    digests: BufWriter<File>,
    records: u64,
    bytes: u64,
    first: Option<String>,
    last: String,
    is_finished: bool,
}

/// A record whose files are being written.
pub struct OpenRecord<'a> {
    writer: &'a mut TransferWriter,
    record: RecordToWrite,
    folder: String,
    files: Vec<FileAttributes>,
}

impl TransferWriter {
    /// Begins a package below a folder, under its name: `<全宗号>-<yyyymmdd>-<serial of four digits>`.
    pub fn create(below: &Path, name: &str) -> Result<Self, TransferWriteError> {
        check_name(name)?;
        let target = below.join(name);
        if fs::symlink_metadata(&target).is_ok() {
            return Err(TransferWriteError::Exists { path: target });
        }
        let partial = below.join(format!(".{name}.partial"));
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| TransferWriteError::Disk { path, source }
        };
        if partial.exists() {
            fs::remove_dir_all(&partial).map_err(failed(&partial))?;
        }
        let other = partial.join("其他");
        fs::create_dir_all(&other).map_err(failed(&other))?;
        let catalogue = partial.join("目录文件.XML");
        let entries = File::create_new(&catalogue).map_err(failed(&catalogue))?;
        let list = other.join("固化信息.SM3");
        let digests = File::create_new(&list).map_err(failed(&list))?;
        let mut entries = BufWriter::new(entries);
        entries
            .write_all("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<文件目录>\n".as_bytes())
            .map_err(failed(&catalogue))?;
        Ok(Self {
            target,
            partial,
            name: name.to_owned(),
            entries,
            digests: BufWriter::new(digests),
            records: 0,
            bytes: 0,
            first: None,
            last: String::new(),
            is_finished: false,
        })
    }

    /// Begins a record.
    pub fn record(&mut self, record: RecordToWrite) -> Result<OpenRecord<'_>, TransferWriteError> {
        let fonds = record.code.split('-').next().unwrap_or_default().to_owned();
        for part in record.class.iter().chain([&fonds, &record.code]) {
            check_name(part)?;
        }
        let mut parts = vec![fonds];
        parts.extend(record.class.iter().cloned());
        parts.push(record.code.clone());
        let folder = parts.join("/");
        let path = self.partial.join(&folder);
        if path.exists() {
            return Err(TransferWriteError::Exists { path });
        }
        fs::create_dir_all(&path).map_err(|source| self.failed(&folder, source))?;
        Ok(OpenRecord {
            writer: self,
            record,
            folder,
            files: Vec::new(),
        })
    }

    /// Ends the package: catalogue, 说明文件, register form, list of digests. On return it has its name.
    pub fn finish(mut self, heading: &PackageHeading) -> Result<WrittenPackage, TransferWriteError> {
        let catalogue = "目录文件.XML";
        let ended = self.entries.write_all("</文件目录>\n".as_bytes());
        ended
            .and_then(|()| self.entries.flush())
            .map_err(|source| self.failed(catalogue, source))?;
        let description = "说明文件.TXT";
        let text = self.description(heading);
        fs::write(self.partial.join(description), text).map_err(|source| self.failed(description, source))?;
        for name in [catalogue, description] {
            let digest = self.digest(name)?;
            self.list(name, &digest)?;
        }
        let register = format!("其他/{REGISTER}.xml");
        self.write_register(&register, heading)
            .map_err(|source| self.failed(&register, source))?;
        self.digests
            .flush()
            .map_err(|source| self.failed("其他/固化信息.SM3", source))?;
        fs::rename(&self.partial, &self.target).map_err(|source| TransferWriteError::Disk {
            path: self.target.clone(),
            source,
        })?;
        self.is_finished = true;
        Ok(WrittenPackage {
            path: self.target.clone(),
            records: self.records,
            bytes: self.bytes,
        })
    }

    fn failed(&self, name: &str, source: io::Error) -> TransferWriteError {
        TransferWriteError::Disk {
            path: self.partial.join(name),
            source,
        }
    }

    fn description(&self, heading: &PackageHeading) -> String {
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let first = self.first.as_deref().unwrap_or("无");
        let last = if self.last.is_empty() { "无" } else { &self.last };
        let carrier = if heading.carrier.is_empty() {
            "无（网络传输）"
        } else {
            &heading.carrier
        };
        [
            ("移交单位", line(&heading.sender)),
            ("内容描述", line(&heading.description)),
            ("起止档号", format!("{first}至{last}")),
            ("档案数量", self.records.to_string()),
            ("数据量", format!("{}字节", self.bytes)),
            ("软硬件环境", line(&heading.environment)),
            ("离线载体参数", line(carrier)),
            ("载体编号", self.name.clone()),
            ("载体数量", "1".to_owned()),
            ("制作单位", line(&heading.sender)),
            ("检查单位", line(&heading.sender)),
        ]
        .iter()
        .map(|(name, value)| format!("{name}：{value}\n"))
        .collect()
    }

    fn write_register(&self, name: &str, heading: &PackageHeading) -> io::Result<()> {
        let file = File::create_new(self.partial.join(name))?;
        let mut xml = XmlWriter::new(BufWriter::new(file), true)?;
        xml.start(REGISTER, &[])?;
        xml.element("交接工作名称", &heading.work)?;
        xml.element("内容描述", &heading.description)?;
        xml.element("移交电子档案数量", &format!("{}件", self.records))?;
        xml.element("移交数据量", &format!("{}字节", self.bytes))?;
        xml.element("载体起止顺序号", &self.name)?;
        xml.element("移交载体类型规格", "网络传输")?;
        xml.start("检验内容", &[])?;
        for check in [
            "准确性检验",
            "完整性检验",
            "可用性检验",
            "安全性检验",
            "载体外观检验",
        ] {
            // each side fills in its own
            xml.start(check, &[("移交单位", ""), ("接收单位", "")])?;
            xml.end()?;
        }
        xml.end()?;
        xml.element("技术方法与相关软件说明", "SM3摘要见 其他/固化信息.SM3")?;
        for name in ["填表人", "审核人", "单位印章"] {
            xml.element(name, "")?;
        }
        xml.end()?;
        xml.finish()?.flush()
    }

    fn list(&mut self, name: &str, digest: &str) -> Result<(), TransferWriteError> {
        writeln!(self.digests, "{digest}  {name}").map_err(|source| self.failed("其他/固化信息.SM3", source))
    }

    fn digest(&self, name: &str) -> Result<String, TransferWriteError> {
        let read = || {
            let mut file = File::open(self.partial.join(name))?;
            copy(&mut file, &mut io::sink())
        };
        read()
            .map(|(_, digest)| digest)
            .map_err(|source| self.failed(name, source))
    }
}

impl Drop for TransferWriter {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_dir_all(&self.partial); // what stays is removed by the next package of that name
        }
    }
}

impl OpenRecord<'_> {
    /// Writes a content file and gives its SM3 digest.
    pub fn add(
        &mut self,
        name: &str,
        format: Option<String>,
        source: &mut dyn Read,
    ) -> Result<String, TransferWriteError> {
        check_name(name)?;
        let inside = format!("{}/{name}", self.folder);
        let path = self.writer.partial.join(&inside);
        let mut file = match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(TransferWriteError::Exists { path });
            }
            other => other.map_err(|source| self.writer.failed(&inside, source))?,
        };
        let (bytes, digest) =
            copy(source, &mut file).map_err(|source| self.writer.failed(&inside, source))?;
        self.writer.list(&inside, &digest)?;
        self.writer.bytes += bytes;
        self.files.push(FileAttributes {
            name: Some(name.to_owned()),
            size_text: Some(bytes.to_string()),
            format,
            digests: vec![StatedDigest {
                algorithm: "SM3".to_owned(),
                value: digest.clone(),
            }],
            ..FileAttributes::default()
        });
        Ok(digest)
    }

    /// Ends the record: its metadata, and its entry in the catalogue.
    pub fn finish(self) -> Result<(), TransferWriteError> {
        let Self {
            writer,
            record,
            folder,
            files,
        } = self;
        let name = format!("{folder}/{}.xml", record.code);
        let written = write_metadata(&writer.partial.join(&name), &record, &files);
        written.map_err(|source| writer.failed(&name, source))?;
        let digest = writer.digest(&name)?;
        writer.list(&name, &digest)?;
        writer.records += 1;
        let number = writer.records;
        let entry = entry(&record, number).map_err(|source| writer.failed("目录文件.XML", source))?;
        writer
            .entries
            .write_all(&entry)
            .map_err(|source| writer.failed("目录文件.XML", source))?;
        writer.first.get_or_insert_with(|| record.code.clone());
        writer.last = record.code;
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), TransferWriteError> {
    let is_plain = LogicalName::new(name).is_ok() && !name.contains('/') && name.len() <= 255;
    if is_plain {
        return Ok(());
    }
    Err(TransferWriteError::Name {
        name: name.chars().take(300).collect(),
    })
}

fn copy(source: &mut dyn Read, sink: &mut dyn Write) -> io::Result<(u64, String)> {
    let mut hasher = Hasher::new(Algorithm::Sm3);
    let (mut chunk, mut bytes) = (vec![0; CHUNK], 0);
    loop {
        let count = match source.read(&mut chunk) {
            Ok(0) => return Ok((bytes, hasher.finish())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&chunk[..count]);
        sink.write_all(&chunk[..count])?;
        bytes += count as u64;
    }
}

fn write_metadata(path: &Path, record: &RecordToWrite, files: &[FileAttributes]) -> io::Result<()> {
    let mut xml = XmlWriter::new(BufWriter::new(File::create_new(path)?), true)?;
    xml.start("电子档案元数据", &[("scheme", "DA/T 46-2009")])?;
    let mut values = record.values.clone();
    values.insert("档号".to_owned(), record.code.clone());
    let written = write_values(&mut xml, &values, false)?;
    for attributes in files {
        write_attributes(&mut xml, attributes, true)?;
    }
    for action in &record.actions {
        xml.start("业务实体", &[])?;
        write_action(&mut xml, action)?;
        if let Some(agent) = &action.agent {
            xml.element("机构人员名称", agent)?;
        }
        xml.end()?;
    }
    let unwritten = values.iter().filter(|(name, _)| !written.contains(name));
    for (name, value) in unwritten
        .chain(&record.other)
        .filter(|(_, value)| !value.is_empty())
    {
        // a name that cannot be that of an element is left out rather than changed
        if xml.start(name, &[]).is_ok() {
            xml.text(value)?;
            xml.end()?;
        }
    }
    xml.end()?;
    xml.finish()?.flush()
}

/// An entry of the catalogue.
fn entry(record: &RecordToWrite, number: u64) -> io::Result<Vec<u8>> {
    let mut xml = XmlWriter::fragment(Vec::new());
    xml.start("文件", &[])?;
    xml.element("顺序号", &number.to_string())?;
    xml.element("档号", &record.code)?;
    let value = |name: &str| record.values.get(name).map(String::as_str).unwrap_or_default();
    for name in ["责任者", "题名", "日期", "保管期限", "密级", "页数"] {
        let value = value(name);
        let day = if name == "日期" {
            eight_digits(value)
        } else {
            value.to_owned()
        };
        if name != "页数" || !value.is_empty() {
            xml.element(name, &day)?;
        }
    }
    xml.element("备注", value("附注"))?;
    xml.end()?;
    xml.finish()
}

/// A date as the catalogue writes it: eight digits, 0 for what is unknown; what is no single date stays as it is.
fn eight_digits(date: &str) -> String {
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let is_date = date
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter == '-');
    match digits.len() {
        0 if date.is_empty() => "00000000".to_owned(),
        4 | 6 | 8 if is_date => format!("{digits:0<8}"),
        _ => date.to_owned(),
    }
}
