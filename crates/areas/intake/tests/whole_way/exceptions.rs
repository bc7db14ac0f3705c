//! Files that attach to nothing: the accession waits, a person decides, and everything comes to a whole end.

use crate::house::{Archive, Data, Package, StopAt, code, faults};
use futures::StreamExt;
use lantai_cataloguing::layout;
use lantai_database::{JobFailure, JobHandler};
use lantai_domain::{AccessionId, Finding, Stage};
use lantai_intake::attach::{AttachRules, FileDecision, UnattachedFile, WhyUnattached};
use lantai_intake::exceptions::{Chosen, ExceptionsDesk, Wanted, WantedOfMany};
use lantai_intake::{
    Accession, AccessionRepository, Answer, ConcludeAccession, ConcludeAccessionHandler, IntakeError,
    IntakeRules, PartSize, Received, RestoreAccessions, TaskKind, TaskRepository, UnattachedRepository,
    WaitingFound, decide,
};
use lantai_vault::ObjectId;
use std::path::PathBuf;

const ITEMS: usize = 7;

fn rules() -> IntakeRules {
    IntakeRules::builtin().unwrap().with_part_size(PartSize {
        items: 3,
        bytes: u64::MAX,
    })
}

fn page(number: usize) -> Vec<u8> {
    format!("第{number}号文件的正文，共一页。\n").into_bytes()
}

/// Items 1 to 7, a scan each but for item 7; and scans that belong nowhere.
fn package(loose: &[&str]) -> Package {
    let mut lines = vec!["档号,题名,保管期限,门类".to_owned()];
    lines.extend((1..=ITEMS).map(|number| format!("{},关于{number}号事项的通知,永久,文书", code(number))));
    let package = Package::of(&lines);
    for number in 1..ITEMS {
        package.write(&format!("扫描/{}.txt", code(number)), &page(number));
    }
    for (number, name) in loose.iter().enumerate() {
        package.write(name, &page(100 + number));
    }
    package
}

async fn receive(archive: &Archive, package: &Package) -> Received {
    let received = archive
        .receive_by(&rules(), Stage::Filing, package.path())
        .await
        .unwrap();
    assert_eq!(
        received.accession.state.name(),
        "pending_review",
        "{:#?}",
        received.findings
    );
    received
}

fn desk<'a>(archive: &'a Archive, id: AccessionId) -> ExceptionsDesk<'a> {
    ExceptionsDesk {
        holdings: &archive.holdings,
        workspace: &archive.workspace,
        accession: id,
        by: "li.wei",
    }
}

async fn list(archive: &Archive, id: AccessionId) -> Vec<UnattachedFile> {
    let mut reader = archive.holdings.database.read().await.unwrap();
    UnattachedRepository(reader.conn()).all(id).await.unwrap()
}

async fn find(archive: &Archive, id: AccessionId) -> Accession {
    let mut reader = archive.holdings.database.read().await.unwrap();
    AccessionRepository(reader.conn())
        .find(id)
        .await
        .unwrap()
        .unwrap()
}

async fn answer(archive: &Archive, id: AccessionId, passed: bool) -> Result<(), IntakeError> {
    let mut reader = archive.holdings.database.read().await.unwrap();
    let tasks = TaskRepository(reader.conn()).of(id).await.unwrap();
    drop(reader);
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].kind, TaskKind::Attachment);
    let answer = Answer {
        number: tasks[0].number,
        passed,
        note: "逐件核对".to_owned(),
    };
    decide(&archive.holdings, id, &answer, "li.wei").await.map(drop)
}

async fn conclude(archive: &Archive, id: AccessionId) -> Result<(), JobFailure> {
    let handler = ConcludeAccessionHandler {
        holdings: archive.holdings.clone(),
        rules: rules(),
        workspace: archive.workspace.clone(),
    };
    let payload = serde_json::to_string(&ConcludeAccession { accession: id }).unwrap();
    handler.run(&payload).await
}

/// The names of a record's files and what each says.
async fn files_of(archive: &Archive, number: usize) -> Vec<(String, Vec<u8>)> {
    let records = archive.records().await;
    let stored = records
        .iter()
        .find(|stored| stored.record.description.code.to_string() == code(number))
        .unwrap();
    (0..stored.record.files.len())
        .map(|place| {
            (
                stored.record.files[place].name.clone(),
                archive.content(stored, place),
            )
        })
        .collect()
}

async fn assert_attached(archive: &Archive, data: &Data, when: &str) {
    assert_eq!(
        archive.codes().await,
        (1..=ITEMS).map(code).collect::<Vec<_>>(),
        "{when}"
    );
    for number in [1, 3, 4, 5, 6] {
        let expected = [(format!("扫描/{}.txt", code(number)), page(number))];
        assert_eq!(files_of(archive, number).await, expected, "{when}: {number}");
    }
    let two = [
        (format!("扫描/{}.txt", code(2)), page(2)),
        ("散页/IMG_0001.txt".to_owned(), page(100)),
        ("散页/IMG_0002.txt".to_owned(), page(101)),
    ];
    assert_eq!(files_of(archive, 2).await, two, "{when}");
    assert_eq!(
        files_of(archive, 7).await,
        [("散页/封面.txt".to_owned(), page(102))],
        "{when}"
    );
    archive.assert_sound(when).await;
    data.assert_nothing_left_over(when);
}

/// Two files to a record that has one, one to an entry without content, one left out.
async fn decide_all(archive: &Archive, id: AccessionId) {
    let desk = desk(archive, id);
    desk.decide(1, Wanted::Assign(code(2))).await.unwrap();
    desk.decide(2, Wanted::Assign("j001-ws_2019_y-0002".to_owned()))
        .await
        .unwrap();
    desk.decide(3, Wanted::Assign(code(7))).await.unwrap();
    desk.decide(4, Wanted::LeaveOut("扫描样张".to_owned()))
        .await
        .unwrap();
}

const LOOSE: [&str; 4] = [
    "散页/IMG_0001.txt",
    "散页/IMG_0002.txt",
    "散页/封面.txt",
    "散页/样张.txt",
];

#[tokio::test(flavor = "multi_thread")]
pub async fn what_a_person_assigns_comes_into_the_records_and_the_rest_stays_as_it_was() {
    let data = Data::new().await;
    let archive = data.open().await;
    let source = package(&LOOSE);
    // a paper of the package is no exception
    source.write("扫描/移交说明.txt", "本包共七件".as_bytes());
    let id = receive(&archive, &source).await.accession.id;
    let listed = list(&archive, id).await;
    let names: Vec<&str> = listed.iter().map(|file| file.file.as_str()).collect();
    assert_eq!(names, LOOSE);
    assert!(
        listed
            .iter()
            .all(|file| file.why == WhyUnattached::NoRecord && file.faults.is_empty())
    );
    // the sender's folder is not needed any more
    drop(source);
    archive.close().await;
    let archive = data.restart().await;

    let refused = answer(&archive, id, true).await.unwrap_err();
    assert_eq!(refused.code(), "intake.exceptions_open");
    decide_all(&archive, id).await;
    // a decision can be taken back until the whole list is decided
    let desk_here = desk(&archive, id);
    desk_here.decide(4, Wanted::Undo).await.unwrap();
    assert_eq!(
        answer(&archive, id, true).await.unwrap_err().code(),
        "intake.exceptions_open"
    );
    desk_here
        .decide(4, Wanted::LeaveOut("扫描样张".to_owned()))
        .await
        .unwrap();
    answer(&archive, id, true).await.unwrap();
    let late = desk_here.decide(1, Wanted::Undo).await.unwrap_err();
    assert_eq!(late.code(), "intake.task_decided");
    conclude(&archive, id).await.unwrap();

    assert_attached(&archive, &data, "accepted").await;
    let accession = find(&archive, id).await;
    assert_eq!(
        (accession.state.name(), accession.items, accession.files),
        ("accepted", 7, 9)
    );
    let records = archive.records().await;
    let given = records
        .iter()
        .find(|stored| stored.record.description.code.to_string() == code(7))
        .unwrap();
    let event = given.record.events.last().unwrap();
    assert_eq!(event.agent, "li.wei");
    assert!(event.detail.as_deref().unwrap().contains("散页/封面.txt"));
    assert_eq!(given.record.description.other["挂接规则"], "by_hand");

    let mut reader = archive.holdings.database.read().await.unwrap();
    let findings = AccessionRepository(reader.conn())
        .findings(id, None, 0, 100)
        .await
        .unwrap();
    drop(reader);
    let told = |file: &str| {
        let of_file = |(_, finding): &&(i64, Finding)| finding.file.as_deref() == Some(file);
        findings.iter().find(of_file).unwrap().1.found.clone().unwrap()
    };
    assert!(told(LOOSE[0]).ends_with(&format!("assigned to {} by li.wei", code(2))));
    assert!(told(LOOSE[3]).ends_with("left out by li.wei: 扫描样张"));

    // the list is kept with the accession, and comes back with it
    let object = ObjectId::from_uuid(id.uuid());
    let object = archive.holdings.vault.object(&object).unwrap().unwrap();
    let kept = layout::read_file(&object, "exceptions.jsonl").unwrap().unwrap();
    assert_eq!(kept.iter().filter(|byte| **byte == b'\n').count(), 4);
    let paper = layout::read_file(&object, "package/扫描/移交说明.txt").unwrap();
    assert_eq!(paper.as_deref(), Some("本包共七件".as_bytes()));
    let before = list(&archive, id).await;
    assert!(
        matches!(&before[3].decision, Some(FileDecision::LeftOut { reason, .. }) if reason == "扫描样张")
    );
    archive.close().await;
    std::fs::remove_file(data.catalogue()).unwrap();
    let archive = data.open().await;
    archive.holdings.database.migrate().await.unwrap();
    lantai_cataloguing::rebuild(&archive.holdings, &RestoreAccessions, &|_| {})
        .await
        .unwrap();
    assert_eq!(list(&archive, id).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_package_leaves_nothing_but_its_list() {
    let data = Data::new().await;
    let archive = data.open().await;
    let id = receive(&archive, &package(&LOOSE)).await.accession.id;
    decide_all(&archive, id).await;
    answer(&archive, id, false).await.unwrap();
    conclude(&archive, id).await.unwrap();
    let accession = find(&archive, id).await;
    assert_eq!((accession.state.name(), accession.blockers), ("returned", 4));
    assert!(archive.records().await.is_empty());
    assert_eq!(list(&archive, id).await.len(), 4);
    archive.assert_sound("returned").await;
    data.assert_nothing_left_over("returned");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_by_name() {
    let data = Data::new().await;
    let archive = data.open().await;
    let source = package(&["散页/IMG_0001.txt", "散页/封面.png"]);
    source.write("散页/封面.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01");
    let id = receive(&archive, &source).await.accession.id;
    let desk = desk(&archive, id);
    for (number, wanted, refused) in [
        (1, Wanted::Assign(code(8)), "intake.record_unknown"),
        (1, Wanted::Assign(String::new()), "intake.record_unknown"),
        (1, Wanted::LeaveOut(" ".to_owned()), "intake.reason_needed"),
        (2, Wanted::Assign(code(1)), "intake.file_unfit"),
        (3, Wanted::Assign(code(1)), "intake.not_found"),
    ] {
        let error = desk.decide(number, wanted.clone()).await.unwrap_err();
        assert_eq!(error.code(), refused, "{number} {wanted:?}");
    }
    assert!(
        list(&archive, id)
            .await
            .iter()
            .all(|file| file.decision.is_none())
    );
    archive.close().await;
    // a program spoils the package, attached or not
    let archive = data.open().await;
    let source = package(&["散页/a.exe"]);
    source.write(
        "散页/a.exe",
        b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00",
    );
    let received = archive
        .receive_by(&rules(), Stage::Filing, source.path())
        .await
        .unwrap();
    assert_eq!(received.accession.state.name(), "returned");
    assert!(
        faults(&received.findings)
            .iter()
            .any(|(check, _)| check == "S-1.2")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_example_decides_a_folder() {
    let data = Data::new().await;
    let archive = data.open().await;
    let names = [
        "甲/IMG_0001.txt",
        "甲/IMG_0002.txt",
        "甲/IMG_0099.txt",
        "甲/封面.txt",
        "乙/IMG_0003.txt",
    ];
    let id = receive(&archive, &package(&names)).await.accession.id;
    let numbers: Vec<(String, u32)> = list(&archive, id)
        .await
        .into_iter()
        .map(|file| (file.file, file.number))
        .collect();
    let number = |name: &str| numbers.iter().find(|(file, _)| file == name).unwrap().1;
    let desk = desk(&archive, id);
    let folder = Chosen::Folder("甲".to_owned());
    let like = WantedOfMany::Like(number("甲/IMG_0001.txt"));
    let nothing = desk.decide_many(&folder, &like, true).await.unwrap_err();
    assert_eq!(
        nothing.code(),
        "intake.nothing_derived",
        "the example is not decided yet"
    );
    desk.decide(number("甲/IMG_0001.txt"), Wanted::Assign(code(1)))
        .await
        .unwrap();
    for only_try in [true, false] {
        let decided = desk.decide_many(&folder, &like, only_try).await.unwrap();
        let told: Vec<(&str, Option<&str>, Option<&str>)> = decided
            .iter()
            .map(|one| (one.file.file.as_str(), one.file.assigned_to(), one.refused))
            .collect();
        let mut told = told;
        told.sort();
        let two = code(2);
        let expected = [
            ("甲/IMG_0002.txt", Some(two.as_str()), None),
            ("甲/IMG_0099.txt", None, Some("intake.record_unknown")),
            ("甲/封面.txt", None, Some("intake.nothing_derived")),
        ];
        assert_eq!(told, expected);
    }
    let rest = WantedOfMany::Same(Wanted::LeaveOut("空白页".to_owned()));
    assert_eq!(
        desk.decide_many(&Chosen::Folder(String::new()), &rest, false)
            .await
            .unwrap()
            .len(),
        3
    );
    answer(&archive, id, true).await.unwrap();
    conclude(&archive, id).await.unwrap();
    assert_eq!(files_of(&archive, 2).await.len(), 2);
    assert_eq!(files_of(&archive, 3).await.len(), 1);
    archive.assert_sound("by example").await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn an_end_that_is_stopped_anywhere_is_gone_over_again() {
    let data = Data::new().await;
    let archive = data.open().await;
    let id = receive(&archive, &package(&LOOSE)).await.accession.id;
    decide_all(&archive, id).await;
    answer(&archive, id, true).await.unwrap();
    archive.close().await;

    let whole = data.copy();
    let disk = StopAt::new(0);
    let archive = whole.open_on(disk.clone()).await;
    let opened = disk.steps();
    conclude(&archive, id).await.unwrap();
    assert_attached(&archive, &whole, "undisturbed").await;
    archive.close().await;
    let steps = disk.steps();
    assert!(disk.first("withdraw.object") > opened);

    let tried = futures::stream::iter((opened + 1..=steps).step_by(7)).map(|stop| {
        let data = &data;
        async move {
            let data = data.copy();
            let disk = StopAt::new(stop);
            let archive = data.open_on(disk.clone()).await;
            let _ = conclude(&archive, id).await;
            archive.close().await;
            let when = format!("stopped at {stop} of {steps} in {}", disk.stopped_in());
            let archive = data.restart().await;
            conclude(&archive, id)
                .await
                .unwrap_or_else(|error| panic!("{when}: {error:?}"));
            assert_attached(&archive, &data, &when).await;
            archive.close().await;
        }
    });
    tried.buffer_unordered(4).collect::<Vec<()>>().await;
}

/// A cover page with a QR code in each folder, names that say nothing, and one folder whose cover says another code.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_on_the_cover_page_attaches_the_folder() {
    use image::{GrayImage, Luma};
    use rxing::{BarcodeFormat, MultiFormatWriter, Writer};
    let cover = |text: &str| {
        let symbol = MultiFormatWriter
            .encode(text, &BarcodeFormat::CODE_128, 560, 90)
            .unwrap();
        let mut page = GrayImage::from_pixel(800, 600, Luma([240]));
        for x in 0..symbol.getWidth() {
            for y in 0..symbol.getHeight() {
                if symbol.get(x, y) {
                    page.put_pixel(x + 100, y + 80, Luma([20]));
                }
            }
        }
        page
    };
    let package = package(&[]);
    let save = |name: &str, page: &GrayImage| {
        let path: PathBuf = package.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        page.save(path).unwrap();
    };
    save("一/001.png", &cover("J001-WS_2019_Y-0003"));
    save("一/002.png", &cover("http"));
    save("二/001.png", &cover("J001-WS_2019_Y-0004"));
    save(&format!("二/{}-002.png", code(5)), &cover("none"));
    save("三/001.png", &cover("J001-WS_2019_Y-0088"));
    let own = "order = ['code_in_name', 'page_code']\n[page_code]\nsymbols = ['code_128']\n";
    let rules = IntakeRules::builtin()
        .unwrap()
        .with_attach(AttachRules::laid_over(own).unwrap());
    let data = Data::new().await;
    let archive = data.open().await;
    let received = archive
        .receive_by(&rules, Stage::Filing, package.path())
        .await
        .unwrap();
    assert_eq!(
        received.accession.state.name(),
        "pending_review",
        "{:#?}",
        received.findings
    );
    let told: Vec<(String, WhyUnattached)> = list(&archive, received.accession.id)
        .await
        .into_iter()
        .map(|file| (file.file, file.why))
        .collect();
    let expected = [
        ("三/001.png".to_owned(), WhyUnattached::PageDisagrees),
        (format!("二/{}-002.png", code(5)), WhyUnattached::PageDisagrees),
    ];
    let mut expected = expected.to_vec();
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    let mut told = told;
    told.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(told, expected);
    assert_eq!(received.accession.files, 6 + 3);
}

#[tokio::test(flavor = "multi_thread")]
pub async fn what_waits_outlives_its_catalogue() {
    let data = Data::new().await;
    let archive = data.open().await;
    let id = receive(&archive, &package(&LOOSE)).await.accession.id;
    let row = find(&archive, id).await;
    desk(&archive, id)
        .decide(1, Wanted::Assign(code(1)))
        .await
        .unwrap();
    archive.close().await;
    // a folder of an accession that was only begun
    let begun = "0195d6f0-0000-7000-8000-000000000001";
    std::fs::create_dir_all(data.workspace().join(format!("held-{begun}"))).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", data.catalogue().display()));
    }
    let archive = data.open().await;
    let database = &archive.holdings.database;
    database.migrate().await.unwrap();
    let uploads = data.0.path().join("uploads");
    let mut found = WaitingFound::on_disk(&archive.holdings.vault, &data.workspace(), &uploads).unwrap();
    assert_eq!(found.batches().count(), 3, "two parts, and the rest");
    lantai_cataloguing::rebuild(&archive.holdings, &RestoreAccessions, &|_| {})
        .await
        .unwrap();
    assert_eq!(found.restore(database).await.unwrap(), 1);
    assert_eq!(found.restore(database).await.unwrap(), 0, "once is enough");
    let lost: Vec<String> = found.lost.iter().map(ToString::to_string).collect();
    assert_eq!(lost, [begun]);
    archive.close().await;

    let archive = data.restart().await;
    assert_eq!(find(&archive, id).await, row);
    let listed = list(&archive, id).await;
    assert_eq!(listed.len(), 4);
    assert!(
        listed.iter().all(|file| file.decision.is_none()),
        "it is asked again"
    );
    decide_all(&archive, id).await;
    answer(&archive, id, true).await.unwrap();
    conclude(&archive, id).await.unwrap();
    assert_attached(&archive, &data, "after the catalogue was lost").await;
    // what has ended does not come back
    let found = WaitingFound::on_disk(&archive.holdings.vault, &data.workspace(), &uploads).unwrap();
    assert_eq!((found.batches().count(), found.lost.len()), (0, 0));
}
