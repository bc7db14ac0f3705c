//! Transfer packages: what is written is read again without a fault, and each fault of a package has its own name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;

use encoding_rs::GB18030;
use lantai_formats::transfer::{
    ActionEntry, PackageHeading, RecordContents, RecordToWrite, TransferFaultKind as Kind, TransferPackage,
    TransferWriter, is_transfer_package,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const CODES: [&str; 2] = ["Z001-WS·2020·Y-0001", "Z001-WS·2020·D30-0001"];

fn record(place: usize) -> RecordToWrite {
    let period = ["永久", "30年"][place];
    let values = [
        ("聚合层次", "文件"),
        ("题名", ["关于开放审核的通知", "2020年<工作>总结"][place]),
        ("责任者", "示例县档案馆"),
        ("日期", "20200305"),
        ("密级", "公开"),
        ("保管期限", period),
        ("年度", "2020"),
        ("页数", "1"),
        ("全宗号", "Z001"),
    ];
    RecordToWrite {
        code: CODES[place].to_owned(),
        class: vec![["WS·2020·Y", "WS·2020·D30"][place].to_owned()],
        values: values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        other: BTreeMap::from([("所属项目".to_owned(), "甲".to_owned())]),
        actions: vec![ActionEntry {
            status: Some("历史行为".to_owned()),
            activity: "归档".to_owned(),
            time: Some("2021-05-10T10:00:00+08:00".to_owned()),
            agent: Some("办公室".to_owned()),
            ..ActionEntry::default()
        }],
    }
}

struct Package {
    _root: tempfile::TempDir,
    path: PathBuf,
}

impl Package {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut writer = TransferWriter::create(root.path(), "Z001-20260115-0001").unwrap();
        for (place, code) in CODES.iter().enumerate().take(2) {
            let mut open = writer.record(record(place)).unwrap();
            let name = format!("{code}-001.txt");
            let text = format!("第{place}件的正文");
            open.add(&name, Some("text/plain".to_owned()), &mut text.as_bytes())
                .unwrap();
            open.finish().unwrap();
        }
        let heading = PackageHeading {
            sender: "示例县档案馆".to_owned(),
            description: "2020年文书".to_owned(),
            environment: "任意".to_owned(),
            work: "移交".to_owned(),
            carrier: String::new(),
        };
        let written = writer.finish(&heading).unwrap();
        assert_eq!((written.records, written.bytes), (2, 32));
        Self {
            path: written.path,
            _root: root,
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn folder(&self, place: usize) -> PathBuf {
        self.at("Z001")
            .join(["WS·2020·Y", "WS·2020·D30"][place])
            .join(CODES[place])
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.at(name)).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(self.at(name), text.replacen(from, to, 1)).unwrap();
    }

    fn kinds(&self) -> Vec<Kind> {
        read(&self.path).0
    }
}

/// Kinds of faults, codes of unreadable documents, contents of the records.
fn read(path: &Path) -> (Vec<Kind>, Vec<&'static str>, Vec<RecordContents>) {
    let mut package = TransferPackage::open(path).unwrap();
    let mut records = Vec::new();
    while let Some(entry) = package.next_entry() {
        let code = entry.code().unwrap_or_default().to_owned();
        records.extend(package.record(&code));
    }
    package.finish();
    let mut kinds: Vec<Kind> = package.take_faults().iter().map(|fault| fault.kind).collect();
    kinds.sort();
    let unreadable = package.take_unreadable();
    let metadata = records
        .iter()
        .filter_map(|record| record.metadata.as_ref()?.as_ref().err());
    let codes = unreadable.iter().map(|(_, fault)| fault).chain(metadata);
    let codes = codes.map(|fault| fault.code()).collect();
    (kinds, codes, records)
}

#[test]
fn what_is_written_is_read_again_without_a_fault() {
    let package = Package::new();
    assert!(is_transfer_package(&package.path));
    let (kinds, unreadable, records) = read(&package.path);
    assert_eq!((kinds, unreadable), (vec![], vec![]));
    let metadata = records[1].metadata.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(metadata.value("题名"), Some("2020年<工作>总结"));
    assert_eq!(metadata.value("档号"), Some(CODES[1]));
    assert_eq!(metadata.value("所属项目"), Some("甲"));
    assert_eq!(metadata.actions, record(1).actions);
    let file = &records[1].files[0];
    let attributes = file.attributes.as_ref().unwrap();
    assert_eq!(attributes.size(), Some(file.size));
    assert_eq!(file.listed.as_deref(), Some(attributes.digests[0].value.as_str()));
    let opened = TransferPackage::open(&package.path).unwrap();
    let description = opened.description.unwrap();
    assert_eq!((description.records, description.bytes), (Some(2), Some(32)));
    assert_eq!(opened.register.unwrap().bytes, Some(32));
}

#[test]
fn a_package_in_gb18030_is_read_too() {
    let package = Package::new();
    for name in ["说明文件.TXT", "目录文件.XML"] {
        let text = fs::read_to_string(package.at(name))
            .unwrap()
            .replace("\"UTF-8\"", "\"GB18030\"");
        fs::write(package.at(name), GB18030.encode(&text).0).unwrap();
    }
    let (kinds, unreadable, records) = read(&package.path);
    assert_eq!((kinds, unreadable, records.len()), (vec![], vec![], 2));
}

#[test]
fn each_fault_of_the_catalogue_has_a_name() {
    let cases: [(&str, &str, &[Kind]); 9] = [
        ("<责任者>示例县档案馆</责任者>", "", &[Kind::ElementMissing]),
        (
            "<责任者>示例县档案馆</责任者>",
            "<责任者> </责任者>",
            &[Kind::ElementMissing],
        ),
        (
            "<备注></备注>",
            "<备注></备注><颜色>红</颜色>",
            &[Kind::ElementUnknown],
        ),
        (
            "<备注></备注>",
            "<备注></备注><备注></备注>",
            &[Kind::ElementTwice],
        ),
        ("<备注></备注>", "<备注><b/></备注>", &[Kind::ElementNested]),
        ("<备注></备注>", "", &[Kind::ElementMissing]),
        (
            "<顺序号>1</顺序号>",
            "<顺序号>2</顺序号>",
            &[Kind::SequenceNumber],
        ),
        ("<页数>1</页数>", "", &[Kind::PagesMissing]),
        (
            "<密级>公开</密级><页数>1</页数>",
            "<页数>1</页数><密级>公开</密级>",
            &[Kind::ElementOrder],
        ),
    ];
    for (from, to, expected) in cases {
        let package = Package::new();
        package.edit("目录文件.XML", from, to);
        assert_eq!(package.kinds(), expected, "{from} → {to}");
    }
    let package = Package::new();
    package.edit("目录文件.XML", "<文件目录>", "<文件目录><夹/>");
    assert_eq!(package.kinds(), [Kind::CatalogueRoot]);
}

#[test]
fn each_fault_of_the_folders_has_a_name() {
    let check = |change: &dyn Fn(&Package), expected: &[Kind]| {
        let package = Package::new();
        change(&package);
        assert_eq!(package.kinds(), expected);
    };
    check(
        &|package| fs::write(package.at("Thumbs.db"), b"x").unwrap(),
        &[Kind::ExtraFile],
    );
    check(
        &|package| fs::write(package.at("Z001/x.txt"), b"x").unwrap(),
        &[Kind::ExtraFile],
    );
    check(
        &|package| fs::create_dir(package.at("资料")).unwrap(),
        &[Kind::FolderUnexpected],
    );
    check(
        &|package| fs::remove_file(package.at("说明文件.TXT")).unwrap(),
        &[Kind::DescriptionMissing, Kind::ListedFileMissing],
    );
    check(
        &|package| fs::remove_dir_all(package.folder(1)).unwrap(),
        &[
            Kind::FolderMissing,
            Kind::ListedFileMissing,
            Kind::ListedFileMissing,
        ],
    );
    check(
        &|package| {
            let metadata = package.folder(0).join(format!("{}.xml", CODES[0]));
            fs::remove_file(metadata).unwrap();
        },
        &[Kind::MetadataMissing, Kind::ListedFileMissing],
    );
    check(
        &|package| {
            let text = fs::read_to_string(package.at("目录文件.XML")).unwrap();
            let end = text.find("</文件>").unwrap() + "</文件>".len();
            fs::write(package.at("目录文件.XML"), format!("{}</文件目录>", &text[..end])).unwrap();
        },
        &[
            Kind::CodeRange,
            Kind::FolderNotListed,
            Kind::ListedFileMissing,
            Kind::ListedFileMissing,
        ],
    );
    check(
        &|package| {
            fs::create_dir_all(package.at("Z002")).unwrap();
            fs::rename(package.at("Z001/WS·2020·Y"), package.at("Z002/WS·2020·Y")).unwrap();
        },
        &[
            Kind::FolderOutsideFonds,
            Kind::ListedFileMissing,
            Kind::ListedFileMissing,
            Kind::FileNotListed,
            Kind::FileNotListed,
        ],
    );
}

#[test]
fn a_renamed_file_is_known_again_and_a_dropped_one_is_missed() {
    let package = Package::new();
    let own = package.folder(0).join(format!("{}-001.txt", CODES[0]));
    fs::rename(&own, package.folder(0).join("b.txt")).unwrap();
    let (kinds, _, records) = read(&package.path);
    assert_eq!(kinds, []);
    assert_eq!(records[0].renamed.len(), 1);
    assert!(records[0].files[0].attributes.is_some() && records[0].files[0].listed.is_some());
    fs::remove_file(package.folder(0).join("b.txt")).unwrap();
    let (kinds, _, records) = read(&package.path);
    assert_eq!(kinds, [Kind::ContentMissing, Kind::ListedFileMissing]);
    assert_eq!(records[0].absent.len(), 1);
}

#[test]
fn documents_that_cannot_be_read_are_named_and_the_rest_goes_on() {
    let package = Package::new();
    let name = format!("Z001/WS·2020·Y/{0}/{0}.xml", CODES[0]);
    package.edit(&name, "?>", "?><!DOCTYPE a SYSTEM \"file:///etc/passwd\">");
    let (kinds, unreadable, records) = read(&package.path);
    assert_eq!(
        (kinds, unreadable, records.len()),
        (vec![], vec!["xml.doctype"], 2)
    );
    let package = Package::new();
    package.edit("目录文件.XML", "UTF-8", "GB18030");
    let (kinds, unreadable, records) = read(&package.path);
    assert_eq!(
        (kinds, unreadable, records.len()),
        (vec![], vec!["xml.encoding"], 0)
    );
    let package = Package::new();
    let text = fs::read_to_string(package.at("目录文件.XML")).unwrap();
    fs::write(package.at("目录文件.XML"), &text[..text.len() - 30]).unwrap();
    let (_, unreadable, records) = read(&package.path);
    assert_eq!((unreadable, records.len()), (vec!["xml.not_well_formed"], 1));
}

#[test]
fn the_older_form_is_read() {
    let package = Package::new();
    fs::create_dir(package.at("电子档案")).unwrap();
    fs::rename(package.at("Z001"), package.at("电子档案/2020")).unwrap();
    fs::remove_file(package.at("目录文件.XML")).unwrap();
    fs::remove_dir_all(package.at("其他")).unwrap();
    let entries: String = CODES
        .iter()
        .zip(1..)
        .map(|(code, number)| {
            format!(
                "<文件><顺序号>{number}</顺序号><档号>{code}</档号><电子档案名称>甲</电子档案名称></文件>"
            )
        })
        .collect();
    fs::write(
        package.at("文件目录.XML"),
        format!("<文件目录>{entries}</文件目录>"),
    )
    .unwrap();
    let (kinds, unreadable, records) = read(&package.path);
    assert_eq!((kinds, unreadable, records.len()), (vec![], vec![], 2));
}

#[test]
fn what_cannot_be_a_name_is_not_written() {
    let root = tempfile::tempdir().unwrap();
    assert!(TransferWriter::create(root.path(), "../x").is_err());
    let mut writer = TransferWriter::create(root.path(), "x").unwrap();
    let mut wrong = record(0);
    wrong.code = "Z001/..".to_owned();
    assert_eq!(writer.record(wrong).err().unwrap().code(), "transfer.name");
    let mut open = writer.record(record(0)).unwrap();
    assert_eq!(
        open.add("../a", None, &mut "".as_bytes()).unwrap_err().code(),
        "transfer.name"
    );
    drop(open);
    drop(writer);
    assert_eq!(
        fs::read_dir(root.path()).unwrap().count(),
        0,
        "nothing half-done stays"
    );
}

#[test]
fn the_worked_example_has_no_fault() {
    let Some(root) = corpus::folder("../domain/examples/transfer-min/Z001-20260115-0001") else {
        return;
    };
    let (kinds, unreadable, records) = read(&root);
    assert_eq!((kinds, unreadable, records.len()), (vec![], vec![], 2));
    assert_eq!(
        records.iter().map(|record| record.files[0].size).sum::<u64>(),
        318
    );
    assert!(records.iter().all(|record| {
        let file = &record.files[0];
        file.listed.as_deref() == Some(file.attributes.as_ref().unwrap().digests[0].value.as_str())
    }));
}
