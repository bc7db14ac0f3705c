//! Electronic record packages: written, read again, and every fault by its name.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;

use lantai_formats::bagit::{Algorithm, Hasher};
use lantai_formats::eep::{
    CanonicalForm, EepDocumentToWrite, EepFaultKind as Kind, EepKind, EepLimits, EepPackage, EepToWrite,
    SignatureValue, SignedPart, is_eep_file, write_canonical, write_eep,
};
use lantai_formats::transfer::{ActionEntry, FileAttributes};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

const TEXT: &str = "示例县档案馆关于开展档案开放审核工作的通知";

fn document() -> String {
    let values = [
        ("聚合层次", "文件"),
        ("立档单位名称", "示例县档案馆"),
        ("电子文件号", "0190b0c0"),
        ("档号", "Z001-WS·2020·Y-0001"),
        ("全宗号", "Z001"),
        ("年度", "2020"),
        ("保管期限", "永久"),
        ("馆编件号", "1"),
        ("题名", "通知"),
        ("责任者", "甲"),
        ("日期", "20200305"),
        ("密级", "公开"),
        ("文件组合类型", "组合文件"),
    ];
    let package = EepToWrite {
        created: "2026-01-15T09:00:00".to_owned(),
        created_by: "示例县档案馆".to_owned(),
        values: values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        actions: vec![ActionEntry {
            activity: "归档".to_owned(),
            time: Some("2021-05-10T10:00:00".to_owned()),
            agent: Some("办公室".to_owned()),
            ..ActionEntry::default()
        }],
    };
    let mut files = vec![
        ("附件.txt", "附件".repeat(50_000), false),
        ("正文.txt", TEXT.to_owned(), true),
    ];
    let (_, bytes) = write_eep::<_, std::io::Error>(Vec::new(), &package, |write| {
        let Some((name, text, is_main)) = (!files.is_empty()).then(|| files.remove(0)) else {
            return Ok(false);
        };
        let attributes = FileAttributes {
            name: Some(name.to_owned()),
            size_text: Some(text.len().to_string()),
            format: Some("text/plain".to_owned()),
            ..FileAttributes::default()
        };
        write(EepDocumentToWrite {
            title: String::new(),
            is_main,
            attributes,
            source: &mut text.as_bytes(),
        })?;
        Ok(true)
    })
    .unwrap();
    String::from_utf8(bytes).unwrap()
}

fn read(document: &str) -> (EepPackage, tempfile::TempDir) {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.eep");
    fs::write(&path, document).unwrap();
    let package = EepPackage::read(&path, &root.path().join("files"), &EepLimits::default()).unwrap();
    (package, root)
}

fn kinds(document: &str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = read(document).0.faults.iter().map(|fault| fault.kind).collect();
    kinds.dedup();
    kinds
}

#[test]
fn what_is_written_is_read_again_without_a_fault() {
    let (package, _root) = read(&document());
    assert_eq!((package.kind, package.faults), (EepKind::Original, vec![]));
    let layer = &package.layers[0];
    assert_eq!(layer.metadata.value("题名"), Some("通知"));
    assert_eq!(layer.metadata.actions[0].agent.as_deref(), Some("办公室"));
    let main = &layer.documents[0].encodings[0];
    assert_eq!(
        main.attributes.name.as_deref(),
        Some("正文.txt"),
        "the main document comes first"
    );
    assert_eq!(
        fs::read_to_string(main.content.path.as_ref().unwrap()).unwrap(),
        TEXT
    );
    assert_eq!(layer.documents[1].encodings[0].content.size, 300_000);
}

#[test]
fn each_fault_has_a_name() {
    let sound = document();
    let cases: [(&str, &str, Kind); 14] = [
        (
            " xmlns=\"http://www.saac.gov.cn/standards/ERM/encapsulation\"",
            "",
            Kind::Root,
        ),
        ("<版本>2009</版本>", "<版本>2010</版本>", Kind::Version),
        ("<版本>2009</版本>", "", Kind::ElementMissing),
        ("<封装包类型>原始型", "<封装包类型>修改型", Kind::Kind),
        (
            "<题名>通知</题名>",
            "<题名>通知</题名><题名>通知</题名>",
            Kind::ElementTwice,
        ),
        (
            "<题名>通知</题名><责任者>甲</责任者>",
            "<责任者>甲</责任者><题名>通知</题名>",
            Kind::ElementOrder,
        ),
        (
            "<题名>通知</题名>",
            "<题名>通知</题名><颜色/>",
            Kind::ElementUnknown,
        ),
        ("<内容描述>", "<内容描述>x", Kind::TextUnexpected),
        (
            "<文档标识符>修改0-文档2",
            "<文档标识符>修改0-文档1",
            Kind::IdentifierTwice,
        ),
        ("56S65L6L", "56S65L6*", Kind::Base64),
        ("56S65L6L", "56S6", Kind::SizeDiffers),
        ("<反编码关键字>txt", "<反编码关键字>doc", Kind::KeywordDiffers),
        ("<年度>2020", "<年度>2021", Kind::CodeParts),
        ("组合文件", "组合", Kind::Value),
    ];
    for (from, to, kind) in cases {
        assert!(sound.contains(from), "{from}");
        let mut found = kinds(&sound.replacen(from, to, 1));
        // a version that is not the other's is told for both
        found.dedup();
        if from.starts_with("<版本>2009</版本>") && to.is_empty() {
            assert!(found.contains(&kind));
            continue;
        }
        assert_eq!(found, [kind], "{from} → {to}");
    }
}

#[test]
fn an_onion_is_read_to_its_core_and_its_references_are_followed() {
    let first = document();
    let begin = first.find("<被签名对象").unwrap();
    let end = first.find("</被签名对象>").unwrap() + "</被签名对象>".len();
    let inner = &first[begin..end];
    let content = &inner[inner.find("<文件实体块>").unwrap()..inner.find("</封装内容>").unwrap()];
    let data = content.find("<编码数据 编码数据ID=\"修改0-文档2").unwrap();
    let data_end = content[data..].find("</编码数据>").unwrap() + data;
    let mut renewed = content.to_owned();
    renewed.replace_range(
        data..data_end,
        "<编码数据 编码数据ID=\"修改1-文档2-文档数据1-编码1-编码数据1\" \
         引用编码数据ID=\"修改0-文档2-文档数据1-编码1-编码数据1\">",
    );
    let renewed = renewed
        .replace("修改0-文档1", "修改1-文档1")
        .replace("\"修改0-文档2-文档数据1\"", "\"修改1-文档2-文档数据1\"");
    let renewed = renewed
        .replace(
            "编码ID=\"修改0-文档2-文档数据1-编码1\"",
            "编码ID=\"修改1-文档2-文档数据1-编码1\"",
        )
        .replace("<文档标识符>修改0-", "<文档标识符>修改1-");
    let signature = |name: &str, own: &str| {
        format!(
            "<{name}><{own}>签名1</{own}><签名规则>exclusive XML canonicalisation 1.0</签名规则>\
             <签名结果>AAAA</签名结果><证书块><证书>AAAA</证书></证书块><签名算法标识>1.2.156.10197.1.501</签名算法标识></{name}>"
        )
    };
    let outer = format!(
        "{}<被签名对象 eep版本=\"2009\"><封装包类型>修改型</封装包类型><封装包类型描述>本封装包有修改</封装包类型描述>\
         <封装包创建时间>2026-02-01T09:00:00</封装包创建时间><封装包创建单位>甲</封装包创建单位><修改封装内容>\
         <修改标识符>修改1</修改标识符><原封装包>{inner}</原封装包><修订内容>{renewed}</修订内容></修改封装内容></被签名对象>\
         <电子签名块>{}</电子签名块>{}</电子文件封装包>",
        &first[..begin],
        signature("电子签名", "签名标识符"),
        signature("锁定签名", "被锁定签名标识符"),
    );
    let (package, root) = read(&outer);
    assert_eq!(package.faults, []);
    assert_eq!((package.kind, package.layers.len()), (EepKind::Modified, 2));
    let present = package.present().unwrap();
    let main = &present.documents[0].encodings[0];
    assert_eq!(
        fs::read_to_string(main.content.path.as_ref().unwrap()).unwrap(),
        TEXT
    );
    assert_eq!(present.signatures.len(), 2);
    assert_eq!(present.signatures[0].covers, SignedPart::Object(0));
    assert_eq!(present.signatures[1].covers, SignedPart::Signature(0));
    assert_eq!(
        CanonicalForm::of_rule(&present.signatures[0].rule),
        Some(CanonicalForm::Exclusive)
    );
    assert!(matches!(
        present.signatures[0].value,
        SignatureValue::Signature(_)
    ));
    // the core is what the first package signed, byte for byte
    let path = root.path().join("a.eep");
    let canonical = |path: &Path, place| {
        let mut bytes = Vec::new();
        assert!(
            write_canonical(
                path,
                SignedPart::Object(place),
                CanonicalForm::Exclusive,
                &mut bytes
            )
            .unwrap()
        );
        bytes
    };
    let alone = root.path().join("first.eep");
    fs::write(&alone, &first).unwrap();
    assert_eq!(canonical(&path, 1), canonical(&alone, 0));
    assert_ne!(canonical(&path, 0), canonical(&alone, 0));
    let skipped = outer.replace("<修改标识符>修改1", "<修改标识符>修改3");
    assert_eq!(kinds(&skipped), [Kind::HistoryIncomplete]);
}

#[test]
fn canonical_forms_are_those_of_the_recommendations() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.xml");
    let text = "<?xml version=\"1.0\"?>\n<!-- x --><r xmlns=\"u\" xmlns:z=\"w\" xmlns:a=\"v\"><被签名对象 b='2' a:c='&#9;\"' a='1'>\
                <x xmlns=\"u\"/>甲&amp;<![CDATA[<]]>\r\n<编码数据 引用编码数据ID='R' 编码数据ID='D'/><?p q?></被签名对象></r>";
    fs::write(&path, text).unwrap();
    let form = |form| {
        let mut bytes = Vec::new();
        assert!(write_canonical(&path, SignedPart::Object(0), form, &mut bytes).unwrap());
        String::from_utf8(bytes).unwrap()
    };
    let body =
        "<x></x>甲&amp;&lt;\n<编码数据 引用编码数据ID=\"R\" 编码数据ID=\"D\"></编码数据><?p q?></被签名对象>";
    // attributes are sorted by the code points of their names
    assert_eq!(
        form(CanonicalForm::Inclusive),
        format!(
            "<被签名对象 xmlns=\"u\" xmlns:a=\"v\" xmlns:z=\"w\" a=\"1\" b=\"2\" a:c=\"&#x9;&quot;\">{body}"
        )
    );
    assert_eq!(
        form(CanonicalForm::Exclusive),
        format!("<被签名对象 xmlns=\"u\" xmlns:a=\"v\" a=\"1\" b=\"2\" a:c=\"&#x9;&quot;\">{body}")
    );
    assert_eq!(form(CanonicalForm::Texts), "甲&<\nDR");
    let mut nothing = Vec::new();
    assert!(!write_canonical(&path, SignedPart::Object(1), CanonicalForm::Texts, &mut nothing).unwrap());
}

#[test]
fn hostile_packages_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.eep");
    let into = root.path().join("files");
    let code = |text: &str| {
        fs::write(&path, text).unwrap();
        let _ = fs::remove_dir_all(&into);
        EepPackage::read(
            &path,
            &into,
            &EepLimits {
                files: 3,
                texts: 1000,
                elements: 50,
            },
        )
        .map_or_else(|error| error.code(), |_| "read")
    };
    assert_eq!(code("<!DOCTYPE a><a/>"), "xml.doctype");
    assert_eq!(
        code(&format!("<a>{}</a>", "<编码数据>AAAA</编码数据>".repeat(4))),
        "xml.too_large"
    );
    assert_eq!(code(&format!("<a>{}</a>", "x".repeat(1001))), "xml.too_large");
    assert_eq!(code(&format!("<a>{}</a>", "<b/>".repeat(60))), "xml.too_large");
    assert_eq!(code("<电子文件封装包>"), "xml.not_well_formed");
    assert_eq!(code("<其他/>"), "read");
}

#[test]
fn the_worked_example_has_no_fault() {
    let Some(root) = corpus::folder("../domain/examples/eep-min") else {
        return;
    };
    let path = root.join("Z001-WS·2020·Y-0001.eep");
    assert!(is_eep_file(&path));
    let into = tempfile::tempdir().unwrap();
    let package = EepPackage::read(&path, into.path(), &EepLimits::default()).unwrap();
    assert_eq!(package.faults, []);
    let content = &package.layers[0].documents[0].encodings[0].content;
    assert_eq!(content.size, 195);
    let mut hasher = Hasher::new(Algorithm::Sm3);
    hasher.update(&fs::read(content.path.as_ref().unwrap()).unwrap());
    assert_eq!(
        hasher.finish(),
        "39fd1d7b1133ecddc0eae385d67cb7a6c8979e7f362399fce4a4181f0c178164"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_package_changed_anywhere_makes_nothing_panic(at in 0..10_000_usize, with in "[<>/a-z文档\"=&;]{0,6}", cut in 0..40_usize) {
        let mut text = document().replace(&"附件".repeat(10), "");
        let letters: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = letters[at % letters.len()];
        let end = letters.iter().copied().find(|place| *place >= at + cut).unwrap_or(text.len());
        text.replace_range(at..end, &with);
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.eep");
        fs::write(&path, text).unwrap();
        let _ = EepPackage::read(&path, &root.path().join("files"), &EepLimits::default());
    }
}
