//! An archive that encrypts: nothing closed lies in clear, readers notice nothing, keys are exchanged, and without keys
//! everything says so.

use crate::desk::{Answer, Desk, OPEN, TEXT, UNREVIEWED, record, request, write_package};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lantai_domain::{Clock, Moment, NoProbe, Probe, SystemClock};
use lantai_preservation::{Report, Scope};
use lantai_server::{
    Access, Archive, Config, ContentEncryption, Encryption, NewArchive, Rotated, initialise, list_keys,
    new_keys, rebuild, rotate_keys, router, verify,
};
use serde_json::json;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const PASSPHRASE: &str = "石门渠的水往东流 1983";
const MARKER: &str = "炸药三百箱存放于县水利局后院";
const CLOSED_TITLE: &str = "关于石门渠工程的批复";

/// The text of the closed record: longer than some segments.
fn closed_text() -> String {
    (0..6_000).map(|line| format!("{line} {MARKER}\n")).collect()
}

/// An archive on disk, not opened.
struct House {
    folder: TempDir,
    config: Config,
    password: String,
}

impl House {
    fn data(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// An archive with keys, that encrypts, without records.
    async fn empty(algorithm: ContentEncryption) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = folder.path().join("passphrase");
        std::fs::write(&passphrase, format!("{PASSPHRASE}\n")).unwrap();
        std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o600)).unwrap();
        let config = Config {
            encryption: Encryption {
                algorithm,
                passphrase_file: passphrase,
                ..Encryption::default()
            },
            ..Config::default()
        };
        let data = folder.path().join("archive");
        let new = NewArchive {
            config: config.clone(),
            admin: "admin".to_owned(),
        };
        let made = initialise(&data, &new).await.unwrap();
        let password = std::fs::read_to_string(made.password_file).unwrap();
        let refused = Archive::open(&data, config.clone(), Access::Write).await;
        assert_eq!(refused.map(drop).unwrap_err().code(), "keys.no_store");
        new_keys(&data, &config).await.unwrap();
        Self {
            folder,
            config,
            password: password.trim().to_owned(),
        }
    }

    /// The same with the usual three records, one of them open; the unreviewed one has a long text.
    async fn filled(algorithm: ContentEncryption) -> Self {
        let house = Self::empty(algorithm).await;
        let desk = house.open().await;
        let package = desk.folder.path().join("石门渠档案");
        write_package(&package);
        std::fs::write(package.join("批复.txt"), closed_text()).unwrap();
        desk.take_in(&package).await;
        close(desk).await
    }

    async fn open(self) -> Desk {
        let archive = Archive::open(&self.data(), self.config.clone(), Access::Write)
            .await
            .unwrap();
        Desk {
            app: router(&archive),
            archive,
            password: self.password,
            folder: self.folder,
            changed: Mutex::default(),
        }
    }

    async fn rotate(&self, probe: Arc<dyn Probe>) -> Result<Rotated, lantai_server::ArchiveError> {
        rotate_keys(&self.data(), &self.config, probe, Arc::new(|_| {})).await
    }

    async fn verify(&self, config: &Config, scope: Scope) -> Report {
        let progress = Arc::new(lantai_vault::NoProgress);
        verify(&self.data(), config, scope, SystemClock.now(), progress)
            .await
            .unwrap()
    }

    /// The same configuration without a word of keys.
    fn keyless(&self) -> Config {
        Config {
            encryption: Encryption::default(),
            ..self.config.clone()
        }
    }
}

async fn close(desk: Desk) -> House {
    let config = desk.archive.config.clone();
    desk.archive.rest().await.unwrap();
    desk.archive.holdings.database.close().await;
    House {
        folder: desk.folder,
        config,
        password: desk.password,
    }
}

/// Files below a folder in which a text stands.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path)
                .unwrap()
                .windows(text.len())
                .any(|window| window == text.as_bytes())
            {
                found.push(path);
            }
        }
    }
    found
}

async fn part(desk: &Desk, code: &str, cookie: &str, range: &str) -> Answer {
    let path = format!("{}/files/1", record(code));
    let request = request(Method::GET, &path, Some(cookie)).header(header::RANGE, range);
    desk.ask(request.body(Body::empty()).unwrap()).await
}

/// The closed record is read by the staff, whole and in part, and by nobody else.
async fn assert_readable(desk: &Desk) {
    let (text, cookie) = (closed_text(), desk.sign_in().await);
    let path = format!("{}/files/1", record(UNREVIEWED));
    let whole = desk.get(&path, Some(&cookie)).await;
    assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
    assert!(whole.body == text.as_bytes());
    assert_eq!(whole.header(header::CONTENT_LENGTH), text.len().to_string());
    assert!(whole.header(header::CONTENT_TYPE).starts_with("text/plain"));
    for (range, bytes) in [
        ("bytes=0-0", 0..1),
        ("bytes=65530-65550", 65_530..65_551),
        ("bytes=131072-300000", 131_072..text.len().min(300_001)),
        ("bytes=-7", text.len() - 7..text.len()),
    ] {
        let answer = part(desk, UNREVIEWED, &cookie, range).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert!(answer.body == text.as_bytes()[bytes.clone()], "{range}");
        assert_eq!(
            answer.header(header::CONTENT_RANGE),
            format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, text.len())
        );
    }
    let outside = part(desk, UNREVIEWED, &cookie, "bytes=9999999-").await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(desk.get(&path, None).await.status, StatusCode::NOT_FOUND);
    let shown = desk
        .get(&format!("{}/text", record(UNREVIEWED)), Some(&cookie))
        .await;
    assert!(shown.json()["text"].as_str().unwrap().contains(MARKER));
    let open = desk.get(&format!("{}/files/1", record(OPEN)), None).await;
    assert_eq!(open.text(), TEXT);
}

#[tokio::test]
async fn the_whole_way_of_an_encrypted_record() {
    for algorithm in [ContentEncryption::Sm4Gcm, ContentEncryption::Aes256Gcm] {
        let house = House::filled(algorithm).await;
        let vault = house.data().join("vault");
        for closed in [MARKER, CLOSED_TITLE, "陈阿福"] {
            assert_eq!(files_with(&vault, closed), Vec::<PathBuf>::new(), "{closed}");
        }
        assert!(
            !files_with(&vault, TEXT.trim()).is_empty(),
            "what is open lies in clear"
        );
        for folder in ["uploads", "work"] {
            let folder = house.data().join(folder);
            assert!(!folder.exists() || files_with(&folder, MARKER).is_empty());
        }
        assert!(files_with(&house.data(), PASSPHRASE).is_empty());
        let before = list_keys(&house.data(), &house.config, true).unwrap();
        assert_eq!(before.keys.len(), 1);
        assert!(
            before.keys[0].objects.unwrap() >= 3,
            "two records and an accession"
        );

        let desk = house.open().await;
        assert_readable(&desk).await;
        let house = close(desk).await;
        let report = house.verify(&house.config, Scope::ALL).await;
        assert_eq!(report.problems, Vec::new());

        let rotated = house.rotate(Arc::new(NoProbe)).await.unwrap();
        assert!(
            !rotated.resumed && rotated.rewrapped == rotated.objects,
            "{rotated:?}"
        );
        let after = list_keys(&house.data(), &house.config, true).unwrap();
        assert_eq!(after.active.as_ref(), Some(&rotated.key));
        let objects: Vec<Option<u64>> = after.keys.iter().map(|key| key.objects).collect();
        assert_eq!(objects, [Some(0), before.keys[0].objects]);
        let report = house.verify(&house.config, Scope::ALL).await;
        assert_eq!(report.problems, Vec::new());
        let desk = house.open().await;
        assert_readable(&desk).await;

        // a decision on opening reads and writes the encrypted object
        let cookie = desk.sign_in().await;
        let opened = json!({"status": "open", "ground": "满二十五年，经审核开放"});
        let path = format!("{}/opening", record(UNREVIEWED));
        let answer = desk.send(Method::POST, &path, Some(&cookie), &opened).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let file = desk.get(&format!("{}/files/1", record(UNREVIEWED)), None).await;
        assert!(file.body == closed_text().as_bytes(), "everybody may read it now");
        assert_eq!(
            files_with(&vault, MARKER),
            Vec::<PathBuf>::new(),
            "and it stays encrypted"
        );
        let back = json!({"status": "unreviewed", "ground": "撤销刚才的决定"});
        desk.send(Method::POST, &path, Some(&cookie), &back).await;

        let house = close(desk).await;
        for name in ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm"] {
            let _ = std::fs::remove_file(house.data().join(name));
        }
        let rebuilt = rebuild(&house.data(), house.config.clone(), &|_| {})
            .await
            .unwrap();
        assert_eq!(rebuilt.records, 3);
        let password = std::fs::read_to_string(rebuilt.password_file.unwrap()).unwrap();
        let house = House {
            password: password.trim().to_owned(),
            ..house
        };
        let desk = house.open().await;
        assert_readable(&desk).await;
    }
}

#[tokio::test]
async fn without_keys_everything_says_so_and_nothing_is_lost() {
    let house = House::filled(ContentEncryption::Sm4Gcm).await;
    let keyless = house.keyless();
    let only_vault = Scope {
        journal: false,
        catalogue: false,
        ..Scope::ALL
    };
    assert_eq!(house.verify(&keyless, only_vault).await.problems, Vec::new());
    let report = house.verify(&keyless, Scope::ALL).await;
    let kinds: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| problem.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["vault.key_missing"],
        "one line for all: {:?}",
        report.problems
    );
    let refused = rebuild(&house.data(), keyless.clone(), &|_| {})
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "vault.key_missing");
    let right = house.config.clone();
    let wrong = Config {
        encryption: Encryption {
            passphrase_file: house.data().join("admin-password"),
            ..right.encryption.clone()
        },
        ..right.clone()
    };
    let refused = Archive::open(&house.data(), wrong.clone(), Access::Write).await;
    assert_eq!(refused.map(drop).unwrap_err().code(), "keys.passphrase_wrong");
    assert_eq!(house.verify(&wrong, only_vault).await.problems, Vec::new());

    let desk = House {
        config: keyless,
        ..house
    }
    .open()
    .await;
    let cookie = desk.sign_in().await;
    let answer = desk
        .get(&format!("{}/files/1", record(UNREVIEWED)), Some(&cookie))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "vault.key_missing")
    );
    let open = desk.get(&format!("{}/files/1", record(OPEN)), None).await;
    assert_eq!(open.text(), TEXT, "what is open needs no key");
    let house = close(desk).await;
    let desk = House {
        config: right,
        ..house
    }
    .open()
    .await;
    assert_readable(&desk).await;
}

#[tokio::test]
async fn an_altered_file_is_refused_by_name() {
    let house = House::filled(ContentEncryption::Aes256Gcm).await;
    let objects = house.data().join("vault/objects");
    let (path, whole) = files_with(&objects, "lantai-content/1")
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .max_by_key(|(_, bytes)| bytes.len())
        .unwrap();
    let mut altered = whole.clone();
    altered[1_000] ^= 1;
    std::fs::write(&path, altered).unwrap();
    let desk = house.open().await;
    let cookie = desk.sign_in().await;
    let file = format!("{}/files/1", record(UNREVIEWED));
    let answer = desk.get(&file, Some(&cookie)).await;
    assert_eq!(answer.code(), "vault.content_refused");
    let sound = part(&desk, UNREVIEWED, &cookie, "bytes=70000-70010").await;
    assert!(
        sound.body == closed_text().as_bytes()[70_000..70_011],
        "another segment is sound"
    );
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(
        desk.get(&file, Some(&cookie)).await.code(),
        "vault.content_refused"
    );
    let house = close(desk).await;
    let report = house.verify(&house.config, Scope::ALL).await;
    let kinds: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| problem.kind.as_str())
        .collect();
    assert!(
        kinds.contains(&"vault.altered") && kinds.contains(&"vault.undecryptable"),
        "{kinds:?}"
    );
}

/// Lets a number of moments pass and none after them.
struct StopAt(AtomicUsize);

impl Probe for StopAt {
    fn step(&self, _name: &'static str, _moment: Moment) -> io::Result<()> {
        let left = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop)
            .map_err(|_| io::Error::other("the machine stopped"))
    }
}

#[tokio::test]
async fn a_rotation_that_is_killed_again_and_again_ends_well() {
    let house = House::filled(ContentEncryption::Sm4Gcm).await;
    let mut stopped = 0;
    let mut last = None;
    // each attempt comes a little further than the one before
    for moments in (0..).step_by(4) {
        match house.rotate(Arc::new(StopAt(AtomicUsize::new(moments)))).await {
            Ok(rotated) => {
                last = Some(rotated);
                break;
            }
            Err(error) => {
                stopped += 1;
                assert!(["keys.disk", "vault.disk"].contains(&error.code()), "{error:?}");
                let report = house.verify(&house.config, Scope::ALL).await;
                assert_eq!(report.problems, Vec::new(), "after {moments} moments");
            }
        }
    }
    let rotated = last.unwrap();
    assert!(rotated.resumed && stopped > 4, "{rotated:?} after {stopped}");
    let listed = list_keys(&house.data(), &house.config, true).unwrap();
    assert_eq!(listed.keys.len(), 2, "no key was made in vain: {listed:?}");
    assert!(
        !listed.rewrapping && listed.keys[0].objects == Some(0),
        "{listed:?}"
    );
    let desk = house.open().await;
    assert_readable(&desk).await;
}

#[tokio::test]
async fn encryption_that_is_off_leaves_everything_as_it_was() {
    let desk = Desk::small().await;
    let vault = desk.folder.path().join("archive/vault");
    assert_eq!(files_with(&vault, "lantai-content/1"), Vec::<PathBuf>::new());
    assert_eq!(files_with(&vault, "lantai-object-key/1"), Vec::<PathBuf>::new());
    assert!(!desk.folder.path().join("archive/keys/content.keys").exists());
    assert!(!files_with(&vault, CLOSED_TITLE).is_empty());
}
