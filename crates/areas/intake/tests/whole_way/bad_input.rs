//! Packages that are broken, hostile, large, or change while they are read.

use crate::house::{Archive, Data, Package, code, faults, text};
use lantai_domain::{Outcome, Stage};
use lantai_intake::{IntakeRules, Received, SubmissionKind};
use lantai_vault::Moment;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Hands a package in that must come back, for this reason, leaving nothing behind.
async fn returned(package: &Package, check: &str, finding: &str) -> Received {
    let data = Data::new().await;
    let archive = data.open().await;
    let received = archive.receive(package.path()).await.unwrap();
    let expected = [(check.to_owned(), finding.to_owned())];
    assert_eq!(faults(&received.findings), expected, "{:#?}", received.findings);
    assert!(archive.records().await.is_empty());
    assert_eq!(archive.objects(), [format!("urn:uuid:{}", received.accession.id)]);
    data.assert_nothing_left_over(finding);
    archive.assert_sound(finding).await;
    archive.close().await;
    received
}

/// Hands a package in that must be accepted.
async fn accepted(archive: &Archive, package: &Package) -> Received {
    let received = archive.receive(package.path()).await.unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    received
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_cannot_be_read_is_returned() {
    let package = Package::of(&["档号,题名".to_owned(), format!("{},\"没有结束的引号", code(1))]);
    returned(&package, "U-1.1", "catalogue.quote_open").await;
    let package = Package::of(&["题名,页数".to_owned(), "通知,3".to_owned()]);
    returned(&package, "U-1.1", "catalogue.column_missing").await;
    let package = Package::of(&[]);
    returned(&package, "U-1.1", "catalogue.empty").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_in_gb_18030_is_read() {
    let package = Package::items(1, 2);
    let text = std::fs::read_to_string(package.path().join("catalogue.csv")).unwrap();
    let (bytes, _, unmappable) = encoding_rs::GB18030.encode(&text);
    assert!(!unmappable);
    package.write("catalogue.csv", &bytes);
    let data = Data::new().await;
    let archive = data.open().await;
    accepted(&archive, &package).await;
    assert_eq!(
        archive.records().await[0].record.description.title,
        "关于1号事项的通知"
    );
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_folder_is_returned() {
    let package = Package::of(&[]);
    std::fs::remove_file(package.path().join("catalogue.csv")).unwrap();
    returned(&package, "A-4.1", "intake.nothing_in_package").await;
    // a heading and no rows
    let package = Package::of(&["档号,题名,保管期限,门类".to_owned()]);
    returned(&package, "A-4.1", "intake.nothing_in_package").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_beside_the_catalogue_is_kept_with_the_accession() {
    let package = Package::items(1, 1);
    package.write("readme.txt", "移交说明".as_bytes());
    let data = Data::new().await;
    let archive = data.open().await;
    let received = accepted(&archive, &package).await;
    let warned: Vec<&str> = received
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(warned, ["intake.scanner_builtin", "intake.extra_file"]);
    let id = lantai_vault::ObjectId::from_uuid(received.accession.id.uuid());
    let object = archive.holdings.vault.object(&id).unwrap().unwrap();
    let names: Vec<String> = object
        .state(object.head())
        .unwrap()
        .iter()
        .map(|file| file.path.to_string())
        .collect();
    assert!(names.contains(&"package/readme.txt".to_owned()), "{names:?}");
    assert!(names.contains(&"package/catalogue.csv".to_owned()), "{names:?}");
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_named_in_another_way_is_no_extra_file() {
    let package = Package::items(1, 1);
    let data = Data::new().await;
    let archive = data.open().await;
    let mut request = archive.request(Stage::Filing, package.path());
    request.catalogue = Some(package.path().join("content/../catalogue.csv"));
    let rules = IntakeRules::builtin().unwrap();
    let received = archive
        .receive_as(&rules, archive.accession(), &request)
        .await
        .unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    // nothing is told but that no scanner for malware is configured
    let codes: Vec<&str> = received
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(codes, ["intake.scanner_builtin"]);
    // a catalogue from elsewhere may have the name of one that lies in the package
    let other = Package::items(2, 1);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(
        other.path().join("catalogue.csv"),
        elsewhere.path().join("catalogue.csv"),
    )
    .unwrap();
    let mut request = archive.request(Stage::Filing, other.path());
    request.catalogue = Some(elsewhere.path().join("catalogue.csv"));
    let received = archive
        .receive_as(&rules, archive.accession(), &request)
        .await
        .unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_the_archive_is_not_given_again() {
    let data = Data::new().await;
    let archive = data.open().await;
    accepted(&archive, &Package::items(1, 2)).await;
    let received = archive.receive(Package::items(2, 2).path()).await.unwrap();
    assert_eq!(
        faults(&received.findings),
        [("A-2.7".to_owned(), "intake.code_taken".to_owned())]
    );
    assert_eq!(received.findings[0].record, Some(code(2)));
    assert_eq!(archive.codes().await, [code(1), code(2)]);
    archive.assert_sound("after the return").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_packages_at_once_never_share_a_code() {
    let data = Data::new().await;
    let archive = data.open().await;
    let (one, other) = (Package::items(1, 30), Package::items(30, 30));
    let (one, other) = tokio::join!(archive.receive(one.path()), archive.receive(other.path()));
    let mut states = [
        one.unwrap().accession.state.name(),
        other.unwrap().accession.state.name(),
    ];
    states.sort_unstable();
    assert_eq!(states, ["accepted", "returned"]);
    assert_eq!(archive.records().await.len(), 30);
    data.assert_nothing_left_over("after both");
    archive.assert_sound("after both").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_packages_at_once_fill_one_segment() {
    let data = Data::new().await;
    let archive = data.open().await;
    let packages: Vec<Package> = (0..4)
        .map(|number| Package::entries(1 + number * 50, 50))
        .collect();
    let (a, b, c, d) = tokio::join!(
        archive.receive(packages[0].path()),
        archive.receive(packages[1].path()),
        archive.receive(packages[2].path()),
        archive.receive(packages[3].path()),
    );
    for received in [a, b, c, d] {
        let received = received.unwrap();
        assert_eq!(
            received.accession.state.name(),
            "accepted",
            "{:#?}",
            received.findings
        );
    }
    assert_eq!(archive.codes().await, (1..=200).map(code).collect::<Vec<_>>());
    archive.assert_sound("after all").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_segment_is_followed_by_the_next() {
    let data = Data::new().await;
    let archive = data.open().await;
    accepted(&archive, &Package::entries(1, 9_998)).await;
    accepted(&archive, &Package::entries(9_999, 5)).await;
    let records = archive.records().await;
    assert_eq!(records.len(), 10_003);
    let in_segment = |number: &str| {
        records
            .iter()
            .filter(|stored| stored.object.ends_with(number))
            .count()
    };
    assert_eq!((in_segment("J001:1"), in_segment("J001:2")), (10_000, 3));
    archive.assert_sound("with two segments").await;
    archive.close().await;
}

/// Does something to the package once a step of the vault begins.
struct Meanwhile {
    step: &'static str,
    action: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl lantai_vault::Probe for Meanwhile {
    fn step(&self, name: &'static str, moment: Moment) -> std::io::Result<()> {
        if name == self.step
            && moment == Moment::Before
            && let Some(action) = self.action.lock().unwrap().take()
        {
            action();
        }
        Ok(())
    }
}

async fn changed_while_read(step: &'static str, change: impl FnOnce(PathBuf) + Send + 'static) -> Received {
    let data = Data::new().await;
    let package = Package::items(1, 1);
    let file = package.path().join("content/1.txt");
    let action: Box<dyn FnOnce() + Send> = Box::new(move || change(file));
    let probe = Meanwhile {
        step,
        action: Mutex::new(Some(action)),
    };
    let archive = data.open_with(Arc::new(probe)).await;
    let received = archive.receive(package.path()).await.unwrap();
    assert!(archive.records().await.is_empty());
    data.assert_nothing_left_over("after the change");
    archive.assert_sound("after the change").await;
    archive.close().await;
    received
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_returns_the_package() {
    let fault = |check: &str, code: &str| vec![(check.to_owned(), code.to_owned())];
    let grows = |file: PathBuf| {
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.extend_from_slice(b"one more line");
        std::fs::write(file, bytes).unwrap();
    };
    let received = changed_while_read("stage.write_file", grows).await;
    assert_eq!(faults(&received.findings), fault("A-3.1", "intake.file_changed"));
    let shrinks = |file: PathBuf| std::fs::write(file, b"x").unwrap();
    let received = changed_while_read("stage.write_file", shrinks).await;
    assert_eq!(faults(&received.findings), fault("A-3.1", "intake.file_changed"));
    let vanishes = |file: PathBuf| std::fs::remove_file(file).unwrap();
    let received = changed_while_read("stage.folder", vanishes).await;
    assert_eq!(faults(&received.findings), fault("A-4.1", "intake.file_missing"));
    // between the pass over the bytes and a second look
    let vanishes = |file: PathBuf| std::fs::remove_file(file).unwrap();
    let received = changed_while_read("stage.rename_file", vanishes).await;
    assert_eq!(
        received.accession.state.name(),
        "returned",
        "{:#?}",
        received.findings
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_out_of_the_package_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.txt"), "秘密").unwrap();
    let absolute = outside.path().join("secret.txt").display().to_string();
    for reference in [
        "../secret.txt",
        &absolute,
        "content/../../secret.txt",
        "link/secret.txt",
        "..%2fsecret.txt",
    ] {
        let package = Package::items(1, 2);
        package.edit("content/1.txt", reference);
        std::fs::remove_file(package.path().join("content/1.txt")).unwrap();
        std::os::unix::fs::symlink(outside.path(), package.path().join("link")).unwrap();
        let data = Data::new().await;
        let archive = data.open().await;
        let rules = IntakeRules::builtin().unwrap();
        let received = archive
            .receive_by(&rules, Stage::Transfer, package.path())
            .await
            .unwrap();
        assert_eq!(received.accession.state.name(), "returned", "{reference}");
        let named = received
            .findings
            .iter()
            .any(|finding| finding.code == "intake.path_escape");
        assert!(named, "{reference}: {:#?}", received.findings);
        assert!(
            received
                .findings
                .iter()
                .filter(|finding| finding.returns_package())
                .all(|finding| finding.check == "A-5.2"),
            "{reference}: {:#?}",
            received.findings
        );
        archive.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_gbk_bytes_are_kept_to_the_byte() {
    let (name, _, _) = encoding_rs::GBK.encode("县志.txt");
    let package = Package::items(1, 1);
    let from = package.path().join("content/1.txt");
    std::fs::rename(
        from,
        package
            .path()
            .join("content")
            .join(std::ffi::OsStr::from_bytes(&name)),
    )
    .unwrap();
    package.edit("content/1.txt", "content/县志.txt");
    let data = Data::new().await;
    let archive = data.open().await;
    accepted(&archive, &package).await;
    let records = archive.records().await;
    assert_eq!(records[0].record.files[0].name, "content/县志.txt");
    let kept = records[0].record.files[0].name_bytes.clone().unwrap();
    let hex: String = [b"content/", name.as_ref()]
        .concat()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(hex.ends_with(&kept), "{kept} in {hex}");
    assert_eq!(archive.content(&records[0], 0), text(1).as_bytes());
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_and_strange_names_are_kept_or_refused_by_name() {
    let longest = format!("{}.txt", "长".repeat(83)); // 253 bytes
    for name in [
        longest.as_str(),
        "a b  c.txt",
        "%完成.txt",
        "名称\u{301}.txt",
        "-rf.txt",
        "a:b?.txt",
    ] {
        let package = Package::items(1, 1);
        let to = format!("content/{name}");
        std::fs::rename(package.path().join("content/1.txt"), package.path().join(&to)).unwrap();
        package.edit("content/1.txt", &to);
        let data = Data::new().await;
        let archive = data.open().await;
        accepted(&archive, &package).await;
        let records = archive.records().await;
        assert_eq!(records[0].record.files[0].name, to);
        assert_eq!(archive.content(&records[0], 0), text(1).as_bytes());
        archive.assert_sound(name).await;
        archive.close().await;
    }
    // two names that are one on other systems
    let package = Package::items(1, 2);
    std::fs::rename(
        package.path().join("content/1.txt"),
        package.path().join("content/A.txt"),
    )
    .unwrap();
    std::fs::rename(
        package.path().join("content/2.txt"),
        package.path().join("content/a.txt"),
    )
    .unwrap();
    package.edit("content/1.txt", "content/A.txt");
    package.edit("content/2.txt", "content/a.txt");
    returned(&package, "A-5.2", "package.name_clash").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_of_nothing_but_faults_is_counted_whole() {
    let mut lines = vec!["档号,题名,保管期限,门类,电子文件".to_owned()];
    lines.extend((0..1_500).map(|number| format!("号{number},,永久,文书,content/{number}.txt")));
    let data = Data::new().await;
    let archive = data.open().await;
    let received = archive.receive(Package::of(&lines).path()).await.unwrap();
    let failed = |check: &str| {
        received
            .accession
            .checks
            .iter()
            .find(|result| result.check == check)
            .map(|result| result.failed)
    };
    assert_eq!(failed("A-2.6"), Some(1_500));
    assert_eq!(failed("I-2.2"), Some(1_500));
    assert_eq!(failed("A-4.1"), Some(1_500));
    assert_eq!(received.accession.blockers, 4_500);
    let kept = received
        .findings
        .iter()
        .filter(|finding| finding.returns_package())
        .count();
    assert_eq!(kept, 3_000, "1 000 of each check are kept");
    assert!(archive.records().await.is_empty());
    archive.assert_sound("after the return").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_in_one_folder_are_numbered_past_9999() {
    let data = Data::new().await;
    let archive = data.open().await;
    for (first, count) in [(0, 3), (3, 2)] {
        let folder = Package::of(&[]);
        std::fs::remove_file(folder.path().join("catalogue.csv")).unwrap();
        for number in first..first + count {
            folder.write(&format!("{number}.txt"), text(number).as_bytes());
        }
        accepted(&archive, &folder).await;
    }
    assert_eq!(archive.records().await.len(), 5);
    // the catalogue has numbers of five digits already
    let year = "2026";
    let mut lines = vec!["档号,题名,保管期限,门类".to_owned()];
    lines
        .extend([9_999, 10_000].map(|number| format!("J001-WS·{year}·Y-{number:04},第{number}件,永久,文书")));
    accepted(&archive, &Package::of(&lines)).await;
    let folder = Package::of(&[]);
    std::fs::remove_file(folder.path().join("catalogue.csv")).unwrap();
    folder.write("one more.txt", text(6).as_bytes());
    accepted(&archive, &folder).await;
    assert!(archive.codes().await.contains(&format!("J001-WS·{year}·Y-10001")));
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_file_is_its_record_whatever_its_name_says() {
    let data = Data::new().await;
    let archive = data.open().await;
    let folder = Package::of(&[]);
    std::fs::remove_file(folder.path().join("catalogue.csv")).unwrap();
    for name in ["附件1.txt", "处理单.txt"] {
        folder.write(name, text(7).as_bytes());
    }
    let received = accepted(&archive, &folder).await;
    assert_eq!(received.accession.items, 2);
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_streams() {
    let package = Package::items(1, 1);
    let file = std::fs::File::create(package.path().join("content/1.txt")).unwrap();
    file.set_len(48 * 1024 * 1024).unwrap();
    let data = Data::new().await;
    let archive = data.open().await;
    let received = archive.receive(package.path()).await.unwrap();
    assert_eq!(received.accession.bytes, 48 * 1024 * 1024);
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_the_package_is_not_is_an_answer() {
    let data = Data::new().await;
    let archive = data.open().await;
    let rules = IntakeRules::builtin().unwrap();
    let package = Package::items(1, 1);
    for kind in [
        SubmissionKind::Bagit,
        SubmissionKind::Folder,
        SubmissionKind::File,
    ] {
        let empty = Package::of(&[]);
        std::fs::remove_file(empty.path().join("catalogue.csv")).unwrap();
        for path in [
            package.path(),
            empty.path(),
            &package.path().join("content/1.txt"),
            &package.path().join("no"),
        ] {
            let mut request = archive.request(Stage::Filing, path);
            request.kind = Some(kind);
            match archive.receive_as(&rules, archive.accession(), &request).await {
                Ok(received) => {
                    let state = received.accession.state.name();
                    let told = received
                        .findings
                        .iter()
                        .any(|finding| finding.outcome == Outcome::Fail);
                    assert!(state == "accepted" || told, "{kind:?} of {}", path.display());
                }
                Err(error) => assert!(
                    error.code().starts_with("intake."),
                    "{kind:?} of {}: {error:?}",
                    path.display()
                ),
            }
            data.assert_nothing_left_over("whatever the kind");
        }
    }
    archive.assert_sound("after all kinds").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_of_hostile_input_does_no_harm() {
    let data = Data::new().await;
    let archive = data.open().await;
    for folder in ["hostile", "encodings", "zip-bombs", "bagit"] {
        let Some(folder) = lantai_testkit::corpus(folder) else {
            continue;
        };
        let mut packages = vec![folder.clone()];
        let below = std::fs::read_dir(&folder)
            .unwrap()
            .flatten()
            .map(|entry| entry.path());
        packages.extend(below.filter(|path| path.is_dir()));
        for path in packages {
            match archive.receive(&path).await {
                Ok(received) => {
                    let accepted = received.accession.state.name() == "accepted";
                    let told = received.findings.iter().any(|finding| finding.returns_package());
                    assert!(accepted || told, "{}", path.display());
                }
                Err(error) => assert!(
                    error.code().starts_with("intake."),
                    "{}: {error:?}",
                    path.display()
                ),
            }
            data.assert_nothing_left_over(&path.display().to_string());
        }
    }
    archive.assert_sound("after hostile input").await;
    archive.close().await;
}
