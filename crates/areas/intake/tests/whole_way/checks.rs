//! Each check of the four properties: a good package passes it, a bad one fails it and nothing else, and without the
//! rule the bad one passes, except where there would be nothing to accept.

use crate::house::{Data, Package, code, faults, text};
use lantai_domain::Stage;
use lantai_intake::IntakeRules;
use lantai_intake::rules::CheckRules;
use lantai_vault::Algorithm;

/// A package that fails one check.
struct Case {
    check: &'static str,
    code: &'static str,
    stage: Stage,
    /// Whether the package passes once the rules do not run the check.
    can_be_switched_off: bool,
    package: Package,
}

fn case(check: &'static str, code: &'static str, package: Package) -> Case {
    Case {
        check,
        code,
        stage: Stage::Filing,
        can_be_switched_off: true,
        package,
    }
}

/// The same, where a record could not be kept at all.
fn always(check: &'static str, code: &'static str, package: Package) -> Case {
    Case {
        can_be_switched_off: false,
        ..case(check, code, package)
    }
}

fn transfer(check: &'static str, code: &'static str, package: Package) -> Case {
    Case {
        stage: Stage::Transfer,
        ..case(check, code, package)
    }
}

fn edited(from: &str, to: &str) -> Package {
    let package = Package::items(1, 2);
    package.edit(from, to);
    package
}

fn with_file(name: &str, bytes: &[u8]) -> Package {
    let package = Package::items(1, 2);
    package.write(name, bytes);
    package
}

/// A bag whose size is not the declared one.
fn bag(declared: &str) -> Package {
    let package = Package::of(&[]);
    std::fs::remove_file(package.path().join("catalogue.csv")).unwrap();
    let catalogue = format!(
        "档号,题名,保管期限,门类,电子文件\n{},通知,永久,文书,content/1.txt\n",
        code(1)
    );
    package.write("data/catalogue.csv", catalogue.as_bytes());
    package.write("data/content/1.txt", text(1).as_bytes());
    package.write(
        "bagit.txt",
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    );
    package.write("bag-info.txt", format!("Payload-Oxum: {declared}\n").as_bytes());
    let lines = ["data/catalogue.csv", "data/content/1.txt"].map(|name| {
        let bytes = std::fs::read(package.path().join(name)).unwrap();
        format!("{}  {name}\n", Algorithm::named("sha256").unwrap().of(&bytes))
    });
    package.write("manifest-sha256.txt", lines.concat().as_bytes());
    package
}

/// A bag of the size it declares.
fn good_bag() -> Package {
    let package = bag("0.0");
    let size = |name: &str| std::fs::metadata(package.path().join(name)).unwrap().len();
    let oxum = format!(
        "Payload-Oxum: {}.2\n",
        size("data/catalogue.csv") + size("data/content/1.txt")
    );
    package.write("bag-info.txt", oxum.as_bytes());
    package
}

fn with_digest(heading: &str, value: &str) -> Package {
    let package = Package::items(1, 1);
    package.edit("电子文件", &format!("电子文件,{heading}"));
    package.edit("content/1.txt", &format!("content/1.txt,{value}"));
    package
}

fn with_link() -> Package {
    let package = Package::items(1, 2);
    std::os::unix::fs::symlink("/etc/hostname", package.path().join("content/out.txt")).unwrap();
    package
}

fn bad_packages() -> Vec<Case> {
    let program = [
        b"\x7fELF\x02\x01\x01".as_slice(),
        &[0; 9],
        &[2, 0, 62, 0, 1, 0, 0, 0],
        &[0; 200],
    ]
    .concat();
    let wrong = "0".repeat(64);
    vec![
        case(
            "A-2.4",
            "intake.retention_differs",
            edited("通知,永久", "通知,10年"),
        ),
        always(
            "A-2.6",
            "intake.code_invalid",
            edited(&code(1), "J001-文书-第一号"),
        ),
        always(
            "A-2.7",
            "intake.code_twice",
            edited(&format!("{},", code(2)), &format!("{},", code(1))),
        ),
        case("A-3.1", "intake.digest_mismatch", with_digest("SHA-256", &wrong)),
        case("A-3.1", "intake.digest_mismatch", with_digest("SM3", &wrong)),
        case(
            "A-3.1",
            "intake.digest_mismatch",
            with_digest("MD5", &wrong[..32]),
        ),
        case("A-4.1", "intake.file_missing", {
            let package = Package::items(1, 2);
            std::fs::remove_file(package.path().join("content/2.txt")).unwrap();
            package
        }),
        case(
            "A-4.1",
            "intake.file_without_record",
            with_file("content/3.txt", text(3).as_bytes()),
        ),
        case("A-5.2", "package.link", with_link()),
        case(
            "I-1.1",
            "intake.item_count",
            with_file("fonds.csv", "全宗号,全宗名称,件数\nJ001,县政府,3\n".as_bytes()),
        ),
        case("I-1.2", "bagit.oxum_mismatch", bag("1.2")),
        always("I-2.2", "intake.element_missing", edited("关于2号事项的通知", "")),
        always("U-1.1", "catalogue.cell_count", {
            let package = edited("content/2.txt", ",多,余");
            std::fs::remove_file(package.path().join("content/2.txt")).unwrap();
            package
        }),
        transfer("U-2.1", "intake.format_not_allowed", {
            let package = edited("content/2.txt", "content/2.xyzzy");
            package.write(
                "content/2.xyzzy",
                &[0xfe, 0x00, 0x01, 0x9c, 0x80, 0x00, 0xff, 0x03].repeat(40),
            );
            std::fs::remove_file(package.path().join("content/2.txt")).unwrap();
            package
        }),
        case("U-2.2", "formats.empty", with_file("content/2.txt", b"")),
        case("S-1.2", "intake.executable", with_file("content/2.txt", &program)),
        case("S-1.2", "intake.executable", with_file("beside", &program)),
        transfer(
            "S-2.1",
            "intake.extra_file",
            with_file("beside.txt", b"nobody asked for this"),
        ),
    ]
}

fn rules_without(check: &str) -> IntakeRules {
    let mut rules = CheckRules::builtin().unwrap();
    rules.checks.retain(|rule| rule.id != check);
    IntakeRules::builtin().unwrap().with_checks(rules)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_package_passes_every_check() {
    let data = Data::new().await;
    let archive = data.open().await;
    let package = Package::items(1, 2);
    package.write("fonds.csv", "全宗号,全宗名称,件数\nJ001,县政府,2\n".as_bytes());
    let digest = Algorithm::Sm3.of(text(1).as_bytes());
    package.edit("电子文件", "电子文件,SM3");
    package.edit("content/1.txt", &format!("content/1.txt,{digest}"));
    package.edit("content/2.txt", "content/2.txt,");
    let received = archive.receive(package.path()).await.unwrap();
    // nothing is told but that no scanner for malware is configured
    let codes: Vec<&str> = received
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(codes, ["intake.scanner_builtin"]);
    for check in [
        "A-2.4", "A-2.6", "A-2.7", "A-3.1", "A-4.1", "I-1.1", "I-2.2", "U-1.1", "U-2.1", "U-2.2", "S-1.2",
    ] {
        let result = received
            .accession
            .checks
            .iter()
            .find(|result| result.check == check)
            .unwrap();
        assert_eq!(result.outcome, lantai_domain::Outcome::Pass, "{check}");
        assert!(result.tested > 0, "{check}");
    }
    let bag = data.copy();
    let other = bag.open().await;
    let received = other.receive(good_bag().path()).await;
    assert!(
        received.is_err() || received.unwrap().accession.state.name() == "returned",
        "the code is taken"
    );
    let fresh = Data::new().await;
    let third = fresh.open().await;
    let received = third.receive(good_bag().path()).await.unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    let size = received
        .accession
        .checks
        .iter()
        .find(|result| result.check == "I-1.2")
        .unwrap();
    assert_eq!(size.outcome, lantai_domain::Outcome::Pass);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_package_fails_its_check_and_no_other() {
    let builtin = IntakeRules::builtin().unwrap();
    for case in bad_packages() {
        let what = format!("{} {}", case.check, case.code);
        let data = Data::new().await;
        let archive = data.open().await;
        let received = archive
            .receive_by(&builtin, case.stage, case.package.path())
            .await
            .unwrap();
        assert_eq!(received.accession.state.name(), "returned", "{what}");
        let expected = [(case.check.to_owned(), case.code.to_owned())];
        assert_eq!(
            faults(&received.findings),
            expected,
            "{what}: {:#?}",
            received.findings
        );
        for finding in received
            .findings
            .iter()
            .filter(|finding| finding.returns_package())
        {
            assert!(
                finding.found.is_some(),
                "{what}: {finding:?} does not say what was found"
            );
            assert!(
                finding.mend.is_some(),
                "{what}: {finding:?} does not say how to mend it"
            );
        }
        let failed: Vec<&str> = received
            .accession
            .checks
            .iter()
            .filter(|result| result.outcome == lantai_domain::Outcome::Fail)
            .map(|result| result.check.as_str())
            .collect();
        assert_eq!(failed, [case.check], "{what}");
        // nothing of it is kept but the report
        assert!(archive.records().await.is_empty(), "{what}");
        assert_eq!(
            archive.objects(),
            [format!("urn:uuid:{}", received.accession.id)],
            "{what}"
        );
        data.assert_nothing_left_over(&what);
        archive.assert_sound(&what).await;

        let without = rules_without(case.check);
        let received = archive
            .receive_by(&without, case.stage, case.package.path())
            .await
            .unwrap();
        let expected = match (case.can_be_switched_off, case.stage) {
            (false, _) => "returned",
            (true, Stage::Filing) => "accepted",
            // a transfer waits for a person who confirms the process
            (true, _) => "pending_review",
        };
        assert_eq!(
            received.accession.state.name(),
            expected,
            "{what} without its rule: {:#?}",
            received.findings
        );
        let told = received.findings.iter().any(|finding| finding.returns_package());
        assert!(
            case.can_be_switched_off || told,
            "{what}: returned without a word"
        );
        archive.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_say_which_record_file_and_element() {
    let data = Data::new().await;
    let archive = data.open().await;
    let package = with_digest("SHA-256", &"0".repeat(64));
    package.edit("通知,永久", "通知,十年零三个月");
    let received = archive.receive(package.path()).await.unwrap();
    let of = |check: &str| {
        received
            .findings
            .iter()
            .find(|finding| finding.check == check)
            .unwrap()
    };
    let digest = of("A-3.1");
    assert_eq!(digest.record.as_deref(), Some(code(1).as_str()));
    assert_eq!(digest.file.as_deref(), Some("content/1.txt"));
    assert!(digest.expected.as_ref().unwrap().contains(&"0".repeat(64)));
    let found = Algorithm::named("sha256").unwrap().of(text(1).as_bytes());
    assert!(digest.found.as_ref().unwrap().contains(&found));
    assert_eq!(of("A-2.3").element.as_deref(), Some("retention_period"));
    archive.close().await;
}
