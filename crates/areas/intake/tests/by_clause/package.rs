//! A transfer package (移交信息包) that is good, and ways to spoil it.

use lantai_vault::Algorithm;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const NAME: &str = "Z001-20260115-0001";
const DESCRIPTION: &str = "说明文件.TXT";
const CATALOGUE: &str = "目录文件.XML";
const LIST: &str = "其他/固化信息.SM3";
const REGISTER: &str = "其他/电子档案移交与接收登记表.xml";

/// One record of the package.
#[derive(Clone)]
pub struct Record {
    pub code: &'static str,
    pub class: &'static str,
    pub title: &'static str,
    pub retention: &'static str,
    pub number: &'static str,
    pub date: &'static str,
    pub text: &'static str,
}

/// The records of the good package: two of one group, one of another.
pub const RECORDS: [Record; 3] = [
    Record {
        code: "Z001-WS·2020·Y-0001",
        class: "WS·2020·Y",
        title: "示例县档案馆关于开展档案开放审核工作的通知",
        retention: "永久",
        number: "1",
        date: "20200305",
        text: "示例县档案馆关于开展档案开放审核工作的通知\n\n各有关单位：\n请于年底前完成到期档案的开放审核。\n",
    },
    Record {
        code: "Z001-WS·2020·Y-0002",
        class: "WS·2020·Y",
        title: "示例县档案馆2020年档案接收计划",
        retention: "永久",
        number: "2",
        date: "20200618",
        text: "示例县档案馆2020年档案接收计划\n\n本年度计划接收三个全宗。\n",
    },
    Record {
        code: "Z001-WS·2020·D30-0001",
        class: "WS·2020·D30",
        title: "示例县档案馆2020年工作总结",
        retention: "30年",
        number: "1",
        date: "20201220",
        text: "示例县档案馆2020年工作总结\n\n一年来完成接收档案两千余件。\n",
    },
];

/// The code of the first record.
pub const FIRST: &str = RECORDS[0].code;

/// Files of a package by name, before they are written.
#[derive(Clone)]
pub struct Package {
    files: BTreeMap<String, Vec<u8>>,
    /// Files listed with digests; `None`: the list is made when the package is written.
    list: Option<Vec<u8>>,
}

impl Package {
    /// A package that passes.
    pub fn good() -> Self {
        let mut package = Self {
            files: BTreeMap::new(),
            list: None,
        };
        for record in &RECORDS {
            let content = record.text.as_bytes().to_vec();
            let name = format!("{}-001.txt", record.code);
            package.files.insert(
                metadata_of(record),
                metadata(record, &name, &content).into_bytes(),
            );
            package
                .files
                .insert(format!("{}/{name}", folder_of(record)), content);
        }
        package.papers();
        package
    }

    fn papers(&mut self) {
        let entries: String = RECORDS
            .iter()
            .enumerate()
            .map(|(place, record)| entry(place + 1, record))
            .collect();
        let catalogue =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<文件目录>\n{entries}</文件目录>\n");
        self.files.insert(CATALOGUE.to_owned(), catalogue.into_bytes());
        let (count, bytes) = (RECORDS.len(), self.content_bytes());
        let description = format!(
            "移交单位：示例县档案馆\n内容描述：示例县档案馆2020年文书类电子档案\n起止档号：{}至{}\n档案数量：{count}\n\
             数据量：{bytes}字节\n软硬件环境：任意可显示UTF-8文本的环境\n离线载体参数：无（网络传输）\n载体编号：{NAME}\n\
             载体数量：1\n制作单位：示例县档案馆\n检查单位：示例县档案馆\n",
            RECORDS[0].code, RECORDS[2].code,
        );
        self.files
            .insert(DESCRIPTION.to_owned(), description.into_bytes());
        let register = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<电子档案移交与接收登记表>\n  \
             <交接工作名称>示例县档案馆2020年度文书电子档案移交</交接工作名称>\n  <内容描述>文书类电子档案{count}件</内容描述>\n  \
             <移交电子档案数量>{count}件</移交电子档案数量>\n  <移交数据量>{bytes}字节</移交数据量>\n  \
             <载体起止顺序号>{NAME}</载体起止顺序号>\n  <移交载体类型规格>网络传输</移交载体类型规格>\n</电子档案移交与接收登记表>\n"
        );
        self.files.insert(REGISTER.to_owned(), register.into_bytes());
    }

    fn content_bytes(&self) -> usize {
        let content = self
            .files
            .iter()
            .filter(|(name, _)| name.starts_with("Z001/") && !name.ends_with(".xml"));
        content.map(|(_, bytes)| bytes.len()).sum()
    }

    /// Replaces a text in a file, which must hold it.
    pub fn edit(mut self, name: &str, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.files[name].clone()).unwrap();
        assert!(text.contains(from), "{name} does not hold {from}: {text}");
        self.files
            .insert(name.to_owned(), text.replace(from, to).into_bytes());
        self
    }

    /// Edits the metadata of the first record.
    pub fn metadata(self, from: &str, to: &str) -> Self {
        self.edit(&metadata_of(&RECORDS[0]), from, to)
    }

    /// Edits metadata and catalogue alike.
    pub fn both(self, from: &str, to: &str) -> Self {
        self.metadata(from, to).catalogue(from, to)
    }

    /// Edits the catalogue, in the entry of the first record if it is there several times.
    pub fn catalogue(mut self, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.files[CATALOGUE].clone()).unwrap();
        assert!(text.contains(from), "the catalogue does not hold {from}");
        self.files
            .insert(CATALOGUE.to_owned(), text.replacen(from, to, 1).into_bytes());
        self
    }

    /// Edits the explanatory file.
    pub fn description(self, from: &str, to: &str) -> Self {
        self.edit(DESCRIPTION, from, to)
    }

    /// Edits a number that the explanatory file and the register form both state.
    pub fn stated(self, from: &str, to: &str) -> Self {
        self.edit(DESCRIPTION, from, to).edit(REGISTER, from, to)
    }

    /// Adds or replaces a file.
    pub fn set(mut self, name: &str, bytes: &[u8]) -> Self {
        self.files.insert(name.to_owned(), bytes.to_vec());
        self
    }

    /// Takes a file out.
    pub fn remove(mut self, name: &str) -> Self {
        assert!(self.files.remove(name).is_some(), "{name}");
        self
    }

    /// Gives all names and texts that hold a text another one.
    pub fn replace_everywhere(mut self, from: &str, to: &str) -> Self {
        let files = std::mem::take(&mut self.files);
        for (name, bytes) in files {
            let text = String::from_utf8(bytes).unwrap();
            self.files
                .insert(name.replace(from, to), text.replace(from, to).into_bytes());
        }
        self
    }

    /// Gives the first record another content, and everything that is recorded of it: name, size, digest, format.
    pub fn content(mut self, extension: &str, format: &str, bytes: &[u8]) -> Self {
        let record = &RECORDS[0];
        let before = format!("{}/{}-001.txt", folder_of(record), record.code);
        self.files.remove(&before);
        let name = format!("{}-001.{extension}", record.code);
        let metadata =
            metadata(record, &name, bytes).replace("text/plain; charset=UTF-8 (x-fmt/111)", format);
        self.files.insert(metadata_of(record), metadata.into_bytes());
        self.files
            .insert(format!("{}/{name}", folder_of(record)), bytes.to_vec());
        self.papers();
        self
    }

    /// Makes the totals right again after files were added or taken out.
    pub fn recount(mut self) -> Self {
        self.papers();
        self
    }

    /// Makes the list of digests now: what is changed after this is not what the list says.
    pub fn seal(mut self) -> Self {
        self.list = Some(self.digests());
        self
    }

    /// Edits the list of digests.
    pub fn edit_list(mut self, edit: impl FnOnce(String) -> String) -> Self {
        let list = String::from_utf8(self.digests()).unwrap();
        self.list = Some(edit(list).into_bytes());
        self
    }

    fn digests(&self) -> Vec<u8> {
        let listed = self
            .files
            .iter()
            .filter(|(name, _)| !name.starts_with("其他/") && !name.contains("Thumbs"));
        let lines: String = listed
            .map(|(name, bytes)| format!("{}  {name}\n", Algorithm::Sm3.of(bytes)))
            .collect();
        lines.into_bytes()
    }

    /// Writes it.
    pub fn write(&self) -> Written {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(NAME);
        let list = self.list.clone().unwrap_or_else(|| self.digests());
        let all = self.files.iter().map(|(name, bytes)| (name.as_str(), bytes));
        for (name, bytes) in all.chain([(LIST, &list)]) {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        Written {
            _folder: folder,
            root,
        }
    }
}

/// A package on disk; gone when dropped.
pub struct Written {
    _folder: TempDir,
    root: PathBuf,
}

impl Written {
    pub fn path(&self) -> &Path {
        &self.root
    }
}

/// The folder of a record.
pub fn folder_of(record: &Record) -> String {
    format!("Z001/{}/{}", record.class, record.code)
}

/// The metadata of a record.
pub fn metadata_of(record: &Record) -> String {
    format!("{}/{}.xml", folder_of(record), record.code)
}

/// The content of a record.
pub fn content_of(record: &Record) -> String {
    format!("{}/{}-001.txt", folder_of(record), record.code)
}

fn entry(place: usize, record: &Record) -> String {
    let Record {
        code,
        title,
        retention,
        date,
        ..
    } = record;
    format!(
        "  <文件>\n    <顺序号>{place}</顺序号>\n    <档号>{code}</档号>\n    <责任者>示例县档案馆</责任者>\n    \
         <题名>{title}</题名>\n    <日期>{date}</日期>\n    <保管期限>{retention}</保管期限>\n    <密级>公开</密级>\n    \
         <页数>1</页数>\n    <备注></备注>\n  </文件>\n"
    )
}

fn metadata(record: &Record, name: &str, content: &[u8]) -> String {
    let Record {
        code,
        class,
        title,
        retention,
        number,
        date,
        ..
    } = record;
    let (size, digest) = (content.len(), Algorithm::Sm3.of(content));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<电子档案元数据 scheme="DA/T 46-2009">
  <聚合层次>文件</聚合层次>
  <来源><档案馆名称>示例县档案馆</档案馆名称><全宗名称>示例县档案馆</全宗名称><立档单位名称>示例县人民政府办公室</立档单位名称></来源>
  <电子文件号>0190b0c0-0000-7000-8000-00000000000{number}{}</电子文件号>
  <档号>{code}<全宗号>Z001</全宗号><年度>2020</年度><保管期限>{retention}</保管期限><类别号>{class}</类别号><室编件号>{number}</室编件号></档号>
  <内容描述><题名>{title}</题名><责任者>示例县档案馆</责任者><日期>{date}</日期><文种>通知</文种><密级>公开</密级></内容描述>
  <形式特征><文件组合类型>单件</文件组合类型><页数>1</页数><语种>汉语</语种><稿本>正本</稿本></形式特征>
  <电子属性><格式信息>text/plain; charset=UTF-8 (x-fmt/111)</格式信息><计算机文件名>{name}</计算机文件名><计算机文件大小>{size}</计算机文件大小><数字摘要 算法="SM3">{digest}</数字摘要></电子属性>
  <业务实体><业务状态>历史行为</业务状态><业务行为>归档</业务行为><行为时间>2021-05-10T10:00:00+08:00</行为时间><机构人员名称>示例县档案馆办公室</机构人员名称></业务实体>
  <控制标识>未审核</控制标识>
</电子档案元数据>
"#,
        if *retention == "永久" { "1" } else { "2" },
    )
}
