//! Transfer packages and electronic record packages through the four-property checks: a good one has no fault, and a
//! bad one fails the checks that the standard names and no others.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_domain::{AccessionId, Finding, IdSource, RandomIds, Stage};
use lantai_formats::bagit::{Algorithm, Hasher};
use lantai_formats::eep::{EepDocumentToWrite, EepToWrite, write_eep};
use lantai_formats::transfer::{ActionEntry, FileAttributes, PackageHeading, RecordToWrite, TransferWriter};
use lantai_intake::{IntakeRules, Progress, ReceiveRequest, SubmissionKind, check};
use lantai_testkit::noon;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CODES: [&str; 2] = ["Z001-WS·2020·Y-0001", "Z001-WS·2020·D30-0001"];
const DIGESTS: &str = "其他/固化信息.SM3";

fn values(place: usize) -> BTreeMap<String, String> {
    let values = [
        ("聚合层次", "文件"),
        ("立档单位名称", "示例县档案馆"),
        ("全宗名称", "示例县档案馆"),
        ("电子文件号", ["0190b0c0-1", "0190b0c0-2"][place]),
        ("全宗号", "Z001"),
        ("年度", "2020"),
        ("保管期限", ["永久", "30年"][place]),
        ("室编件号", "1"),
        (
            "题名",
            ["关于开展档案开放审核工作的意见", "2020年度工作情况汇总"][place],
        ),
        ("责任者", "示例县档案馆"),
        ("日期", "20200305"),
        ("密级", "公开"),
        ("文件组合类型", "单件"),
        ("页数", "1"),
        ("控制标识", "未审核"),
    ];
    values
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn action() -> ActionEntry {
    ActionEntry {
        status: Some("历史行为".to_owned()),
        activity: "归档".to_owned(),
        time: Some("2021-05-10T10:00:00+08:00".to_owned()),
        agent: Some("示例县档案馆办公室".to_owned()),
        ..ActionEntry::default()
    }
}

fn text(place: usize) -> String {
    format!("示例县档案馆第{place}件的正文，自2020年4月起分批开展开放审核。\n")
}

struct Package {
    root: tempfile::TempDir,
    path: PathBuf,
}

impl Package {
    fn transfer() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut writer = TransferWriter::create(root.path(), "Z001-20260115-0001").unwrap();
        for place in 0..2 {
            let record = RecordToWrite {
                code: CODES[place].to_owned(),
                class: vec![["WS·2020·Y", "WS·2020·D30"][place].to_owned()],
                values: values(place),
                other: BTreeMap::new(),
                actions: vec![action()],
            };
            let mut open = writer.record(record).unwrap();
            let name = format!("{}-001.txt", CODES[place]);
            open.add(&name, Some("text/plain".to_owned()), &mut text(place).as_bytes())
                .unwrap();
            open.finish().unwrap();
        }
        let heading = PackageHeading {
            sender: "示例县档案馆".to_owned(),
            description: "2020年文书".to_owned(),
            environment: "任意可显示文本的环境".to_owned(),
            work: "移交".to_owned(),
            carrier: String::new(),
        };
        let path = writer.finish(&heading).unwrap().path;
        Self { root, path }
    }

    fn eep() -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut values = values(0);
        values.insert("档号".to_owned(), CODES[0].to_owned());
        let package = EepToWrite {
            created: "2026-01-15T09:00:00".to_owned(),
            created_by: "示例县档案馆".to_owned(),
            values,
            actions: vec![action()],
        };
        let mut is_written = false;
        let (_, bytes) = write_eep::<_, std::io::Error>(Vec::new(), &package, |write| {
            if std::mem::replace(&mut is_written, true) {
                return Ok(false);
            }
            write(EepDocumentToWrite {
                title: String::new(),
                is_main: true,
                attributes: FileAttributes {
                    name: Some("正文.txt".to_owned()),
                    size_text: Some(text(0).len().to_string()),
                    format: Some("text/plain".to_owned()),
                    ..FileAttributes::default()
                },
                source: &mut text(0).as_bytes(),
            })?;
            Ok(true)
        })
        .unwrap();
        let path = root.path().join(format!("{}.eep", CODES[0]));
        fs::write(&path, bytes).unwrap();
        Self { root, path }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn folder(&self, place: usize) -> PathBuf {
        let class = ["WS·2020·Y", "WS·2020·D30"][place];
        self.at("Z001").join(class).join(CODES[place])
    }

    fn content(&self, place: usize) -> PathBuf {
        self.folder(place).join(format!("{}-001.txt", CODES[place]))
    }

    fn metadata(&self, place: usize) -> PathBuf {
        self.folder(place).join(format!("{}.xml", CODES[place]))
    }

    /// Changes a file, and computes the list of digests anew, as a sender would who made the package so.
    fn edit(&self, path: &Path, from: &str, to: &str) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self.fix();
    }

    fn fix(&self) {
        let list = fs::read_to_string(self.at(DIGESTS)).unwrap();
        let names = list.lines().filter_map(|line| line.split_once("  "));
        let lines = names.filter_map(|(_, name)| {
            let bytes = fs::read(self.at(name)).ok()?;
            let mut hasher = Hasher::new(Algorithm::Sm3);
            hasher.update(&bytes);
            Some(format!("{}  {name}\n", hasher.finish()))
        });
        let list: String = lines.collect();
        fs::write(self.at(DIGESTS), list).unwrap();
    }

    fn findings(&self) -> (SubmissionKind, Vec<Finding>, u64) {
        let request = ReceiveRequest {
            path: self.path.clone(),
            name: "package".to_owned(),
            kind: None,
            catalogue: None,
            root: None,
            fonds: None,
            stage: Stage::Transfer,
            majors: Default::default(),
            by: "admin".to_owned(),
            environment: None,
            workspace: self.root.path().join("workspace"),
        };
        fs::create_dir_all(&request.workspace).unwrap();
        let ids = RandomIds;
        let rules = IntakeRules::builtin().unwrap();
        let id = AccessionId::new(ids.next());
        let checked = check(&rules, &request, id, noon(), &ids, &Progress::default()).unwrap();
        (checked.kind.unwrap(), checked.findings, checked.items)
    }

    /// The checks that return the package.
    #[track_caller]
    fn fails(&self, expected: &[&str]) {
        let (_, findings, _) = self.findings();
        let failed: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.returns_package())
            .collect();
        let checks: BTreeSet<&str> = failed.iter().map(|finding| finding.check.as_str()).collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(checks, expected, "{failed:#?}");
    }
}

#[test]
fn a_good_transfer_package_has_no_fault() {
    let package = Package::transfer();
    let (kind, _, items) = package.findings();
    assert_eq!((kind, items), (SubmissionKind::Transfer, 2));
    package.fails(&[]);
}

#[test]
fn a_flipped_byte_is_seen_by_both_digests_and_nothing_else() {
    let package = Package::transfer();
    let changed = fs::read_to_string(package.content(0))
        .unwrap()
        .replace("4月", "5月");
    fs::write(package.content(0), changed).unwrap();
    package.fails(&["A-3.1", "A-5.3"]);
}

#[test]
fn a_renamed_file_is_another_name_a_loose_end_and_a_file_less() {
    let package = Package::transfer();
    fs::rename(package.content(0), package.folder(0).join("b.txt")).unwrap();
    package.fails(&["A-3.2", "A-4.1", "I-4.2"]);
}

#[test]
fn a_catalogue_of_three_for_a_folder_of_two_is_an_item_too_many() {
    let package = Package::transfer();
    let entry = "<文件><顺序号>3</顺序号><档号>Z001-WS·2020·D30-0002</档号><责任者>甲</责任者><题名>第三件</题名>\
                 <日期>20200305</日期><保管期限>30年</保管期限><密级>公开</密级><页数>1</页数><备注></备注></文件></文件目录>";
    package.edit(&package.at("目录文件.XML"), "</文件目录>", entry);
    package.fails(&["A-4.1", "I-1.1"]);
    package.edit(&package.at("说明文件.TXT"), "档案数量：2", "档案数量：3");
    package.edit(&package.at("其他/电子档案移交与接收登记表.xml"), ">2件<", ">3件<");
    package.fails(&["A-4.1", "I-1.1"]);
}

#[test]
fn a_wrong_total_is_told_by_its_check() {
    let package = Package::transfer();
    package.edit(&package.at("说明文件.TXT"), "档案数量：2", "档案数量：3");
    package.fails(&["I-1.1"]);
    let package = Package::transfer();
    let bytes = text(0).len() + text(1).len();
    package.edit(
        &package.at("说明文件.TXT"),
        &format!("数据量：{bytes}"),
        "数据量：1",
    );
    package.fails(&["I-1.2"]);
}

#[test]
fn what_a_system_left_behind_is_an_extra_file() {
    let package = Package::transfer();
    fs::write(package.at("Thumbs.db"), b"x").unwrap();
    package.fails(&["S-2.1"]);
    fs::rename(package.at("Thumbs.db"), package.folder(1).join("Thumbs.db")).unwrap();
    package.fails(&["S-2.1"]);
}

#[test]
fn metadata_that_cannot_be_read_are_one_fault() {
    let package = Package::transfer();
    package.edit(
        &package.metadata(0),
        "?>",
        "?><!DOCTYPE a SYSTEM \"file:///etc/passwd\">",
    );
    package.fails(&["U-1.1"]);
    let package = Package::transfer();
    package.edit(&package.metadata(0), "\"UTF-8\"", "\"GB18030\"");
    package.fails(&["U-1.1"]);
    let package = Package::transfer();
    package.edit(&package.at("目录文件.XML"), "\"UTF-8\"", "\"GB18030\"");
    package.fails(&["U-1.1"]);
    let package = Package::transfer();
    let text = fs::read_to_string(package.at("目录文件.XML")).unwrap();
    fs::write(package.at("目录文件.XML"), encoding_rs::GB18030.encode(&text).0).unwrap();
    package.fix();
    package.fails(&["U-1.1"]);
}

#[test]
fn papers_and_folders_have_checks_of_their_own() {
    let package = Package::transfer();
    package.edit(&package.at("目录文件.XML"), "<备注></备注>", "");
    package.fails(&["A-5.1"]);
    let package = Package::transfer();
    fs::remove_file(package.at("说明文件.TXT")).unwrap();
    package.fix();
    // nothing else states the environment
    package.fails(&["A-5.1", "U-3.1"]);
    let package = Package::transfer();
    fs::create_dir(package.at("资料")).unwrap();
    package.fails(&["A-5.2"]);
    let package = Package::transfer();
    package.edit(&package.at("目录文件.XML"), "<题名>关于", "<题名>对于");
    package.fails(&["A-2.4"]);
}

#[test]
fn a_good_electronic_record_package_has_no_fault() {
    let package = Package::eep();
    let (kind, _, items) = package.findings();
    assert_eq!((kind, items), (SubmissionKind::Eep, 1));
    package.fails(&[]);
}

#[test]
fn faults_of_an_electronic_record_package_lead_to_their_checks() {
    let cases: [(&str, &str, &[&str]); 5] = [
        ("<版本>2009</版本>", "<版本>2010</版本>", &["U-1.1"]),
        ("<编码描述>", "<编码>", &["U-1.1"]),
        ("<反编码关键字>txt", "<反编码关键字>doc", &["A-3.2"]),
        (
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<!DOCTYPE a>",
            &["U-1.1"],
        ),
        (
            "<计算机文件名>正文.txt</计算机文件名>",
            "<计算机文件名>正文.txt</计算机文件名><a/>",
            &["U-1.1"],
        ),
    ];
    for (from, to, checks) in cases {
        let package = Package::eep();
        let text = fs::read_to_string(&package.path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&package.path, text.replacen(from, to, 1)).unwrap();
        package.fails(checks);
    }
}

#[test]
fn a_record_in_a_transfer_package_may_be_an_electronic_record_package() {
    let package = Package::transfer();
    let eep = Package::eep();
    fs::remove_file(package.metadata(0)).unwrap();
    fs::remove_file(package.content(0)).unwrap();
    fs::copy(&eep.path, package.folder(0).join(format!("{}.eep", CODES[0]))).unwrap();
    let list = fs::read_to_string(package.at(DIGESTS)).unwrap();
    let name = format!("Z001/WS·2020·Y/{0}/{0}", CODES[0]);
    let list = list.replace(&format!("{name}.xml"), &format!("{name}.eep"));
    fs::write(package.at(DIGESTS), list).unwrap();
    package.fix();
    package.fails(&[]);
    assert_eq!(package.findings().2, 2);
}
