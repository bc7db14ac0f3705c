//! What is in order is unpacked whole.

use encoding_rs::GB18030;
use lantai_formats::container::{Compression, ContainerKind, detect_container};

use crate::bench::Bench;
use crate::make::{
    Member, attributes, bzip2, gzip, member, seven_zip, tar, tar_entry, unicode_field, xz, zip, zstd,
};

const NAME: &str = "永久-2018-会议纪要.txt";

fn text() -> Vec<u8> {
    "会议纪要\n".repeat(20_000).into_bytes()
}

fn tar_of_text() -> Vec<u8> {
    tar(&[
        tar_entry("档案/".as_bytes(), b'5', b""),
        tar_entry(format!("档案/{NAME}").as_bytes(), b'0', &text()),
        tar_entry("档案/空".as_bytes(), b'0', b""),
    ])
}

#[test]
fn every_kind_gives_the_same_files() {
    let bench = Bench::new();
    let zipped = zip(&[
        member("档案/", b""),
        member(&format!("档案/{NAME}"), &text()).deflated(),
        member("档案/空", b""),
    ]);
    let name = format!("档案/{NAME}");
    let seven_zipped = seven_zip(&[(&name, &text()), ("档案/空", b"")]);
    let kinds = [
        (zipped, ContainerKind::Zip),
        (tar_of_text(), ContainerKind::Tar),
        (seven_zipped, ContainerKind::SevenZip),
        (gzip(&tar_of_text()), ContainerKind::Compressed(Compression::Gzip)),
        (
            bzip2(&tar_of_text()),
            ContainerKind::Compressed(Compression::Bzip2),
        ),
        (xz(&tar_of_text()), ContainerKind::Compressed(Compression::Xz)),
        (zstd(&tar_of_text()), ContainerKind::Compressed(Compression::Zstd)),
    ];
    for (bytes, kind) in kinds {
        assert_eq!(
            detect_container(&bench.container(&bytes), &bench.limits).unwrap(),
            Some(kind)
        );
        let unpacked = bench.unpack(&bytes).unwrap();
        assert_eq!((unpacked.kind, unpacked.top_folder()), (kind, Some("档案")));
        assert_eq!(unpacked.package_root(), bench.quarantine().join("档案"));
        bench.clear();
        let files = bench.files(&bytes);
        let wanted = [(name.clone(), text()), ("档案/空".to_owned(), Vec::new())];
        assert_eq!(files, wanted, "{}", kind.name());
    }
}

#[test]
fn one_compressed_file_is_a_container_of_one_file() {
    for (bytes, ending) in [
        (gzip(&text()), ".GZ"),
        (bzip2(&text()), ".bz2"),
        (xz(&text()), ".xz"),
        (zstd(&text()), ".zst"),
    ] {
        let bench = Bench::new();
        let container = bench
            .container(&bytes)
            .with_file_name(format!("会议纪要.txt{ending}"));
        std::fs::write(&container, &bytes).unwrap();
        let unpacked = bench.unpack_file(&container).unwrap();
        assert_eq!(unpacked.entries[0].name.as_str(), "会议纪要.txt");
        assert_eq!(
            std::fs::read(bench.quarantine().join("会议纪要.txt")).unwrap(),
            text()
        );
    }
}

#[test]
fn names_in_gbk_are_read_and_their_bytes_kept() {
    let bench = Bench::new();
    let raw = GB18030.encode(&format!("档案/{NAME}")).0.into_owned();
    let zipped = Member {
        name: raw.clone(),
        ..member("", b"1")
    };
    for bytes in [zip(&[zipped]), tar(&[tar_entry(&raw, b'0', b"1")])] {
        let unpacked = bench.unpack(&bytes).unwrap();
        let entry = &unpacked.entries[0];
        assert_eq!(entry.name.as_str(), format!("档案/{NAME}"));
        assert_eq!(entry.name_bytes.as_deref(), Some(&*raw));
        bench.clear();
    }
}

#[test]
fn the_unicode_field_is_honoured_where_its_checksum_fits() {
    let bench = Bench::new();
    let raw = GB18030.encode(NAME).0.into_owned();
    let with_field = |stored: &[u8]| Member {
        name: raw.clone(),
        extra: unicode_field(stored, "另一个名字.txt"),
        ..member("", b"1")
    };
    let honoured = bench.unpack(&zip(&[with_field(&raw)])).unwrap();
    assert_eq!(honoured.entries[0].name.as_str(), "另一个名字.txt");
    assert_eq!(honoured.entries[0].name_bytes.as_deref(), Some(&*raw));
    bench.clear();
    let stale = bench.unpack(&zip(&[with_field(b"renamed")])).unwrap();
    assert_eq!(stale.entries[0].name.as_str(), NAME);
}

#[test]
fn long_names_and_times_of_tar_are_read() {
    let bench = Bench::new();
    let long = format!("{}/{}.txt", "卷".repeat(50), "件".repeat(60));
    let gnu = [
        tar_entry(b"././@LongLink", b'L', format!("{long}\0").as_bytes()),
        tar_entry(b"short", b'0', b"1"),
    ];
    let posix = [
        attributes(&[("path", long.as_bytes()), ("mtime", b"1529065810.25")]),
        tar_entry(b"short", b'0', b"1"),
    ];
    for (entries, modified) in [(gnu, 0o13300000000), (posix, 1_529_065_810)] {
        let unpacked = bench.unpack(&tar(&entries.map(|entry| entry))).unwrap();
        assert_eq!(unpacked.entries[0].name.as_str(), long);
        assert_eq!(unpacked.entries[0].modified, Some(modified));
        bench.clear();
    }
}

#[test]
fn a_descriptor_that_agrees_is_borne_and_the_package_itself_is_no_entry() {
    let bench = Bench::new();
    let mut deflated = member("a.txt", &text()).deflated();
    let sizes = [
        deflated.crc(),
        deflated.packed().len() as u32,
        text().len() as u32,
    ];
    deflated.descriptor = Some([b"PK\x07\x08".to_vec(), sizes.map(u32::to_le_bytes).concat()].concat());
    assert_eq!(bench.files(&zip(&[deflated])), [("a.txt".to_owned(), text())]);
    let dotted = tar(&[tar_entry(b"./", b'5', b""), tar_entry(b"./a.txt", b'0', b"1")]);
    assert_eq!(bench.files(&dotted), [("a.txt".to_owned(), b"1".to_vec())]);
}

#[test]
fn what_one_system_adds_is_not_the_package() {
    let bench = Bench::new();
    let bytes = zip(&[
        member("移交/目录.csv", b"1"),
        member("__MACOSX/移交/._目录.csv", b"2"),
    ]);
    let unpacked = bench.unpack(&bytes).unwrap();
    assert_eq!(unpacked.top_folder(), Some("移交"));
    let beside: Vec<&str> = unpacked
        .beside_package()
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(beside, ["__MACOSX/移交/._目录.csv"]);
    bench.clear();
    let two = bench
        .unpack(&zip(&[member("a/1", b""), member("b/1", b"")]))
        .unwrap();
    assert_eq!((two.top_folder(), two.package_root()), (None, bench.quarantine()));
}

#[test]
fn a_document_in_the_form_of_a_container_is_none() {
    let bench = Bench::new();
    for bytes in [
        zip(&[member("[Content_Types].xml", b"<Types/>")]),
        zip(&[member("Doc_0/Document.xml", b""), member("OFD.xml", b"")]),
        gzip(b"WARC/1.1\r\n"),
        b"plain text".to_vec(),
        Vec::new(),
    ] {
        assert_eq!(
            detect_container(&bench.container(&bytes), &bench.limits).unwrap(),
            None
        );
    }
}
