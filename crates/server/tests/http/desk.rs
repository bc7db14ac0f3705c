//! A small archive with its application, asked in process.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use lantai_domain::{AccessionId, Role, Stage, Viewer};
use lantai_identity::people::{Actor, Grant, NewAccount, NewPost, People, Scope, Validity};
use lantai_identity::{AccountRepository, InstitutionRepository};
use lantai_intake::{Accession, AccessionState, Progress, ReceiveRequest, receive};
use lantai_server::{Access, Archive, Config, NewArchive, initialise, router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower::ServiceExt;

/// The record that everybody may read, with a text, a page in HTML and a drawing in SVG.
pub const OPEN: &str = "J901-WS·1983-Y-0001";
/// The record that nobody has reviewed.
pub const UNREVIEWED: &str = "J901-WS·1983-Y-0002";
/// The record of which the public may see the entry only.
pub const ENTRY_ONLY: &str = "J901-WS·1983-Y-0003";
/// The words of the open record's text.
pub const TEXT: &str = "石门乡拟修渠道六公里，引水灌溉，请批示。\n";
pub const HTML: &str =
    "<!DOCTYPE html><html><head><title>x</title></head><body><script>alert(1)</script></body></html>\n";
pub const SVG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" \
                       width=\"9\" height=\"9\"><script>alert(1)</script></svg>\n";

/// An archive in a folder of its own.
pub struct Desk {
    pub archive: Archive,
    pub app: Router,
    pub password: String,
    pub folder: TempDir,
    /// Passwords that people chose in place of their first ones.
    pub changed: Mutex<HashMap<String, String>>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that it sets, to be sent.
    pub fn cookie(&self) -> String {
        let cookie = self.header(header::SET_COOKIE).split(';').next();
        cookie.unwrap().to_owned()
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        assert_eq!(
            self.header(header::CONTENT_TYPE),
            "application/problem+json",
            "{}",
            self.text()
        );
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

/// Who asks: nobody known, or whoever the cookie names.
pub type Cookie<'c> = Option<&'c str>;

impl Desk {
    /// An archive without records.
    pub async fn empty() -> Self {
        Self::with(Config::default()).await
    }

    /// An archive without records, configured in its own way.
    pub async fn with(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("archive");
        let new = NewArchive {
            config,
            admin: "admin".to_owned(),
        };
        let made = initialise(&data, &new).await.unwrap();
        let password = std::fs::read_to_string(made.password_file)
            .unwrap()
            .trim()
            .to_owned();
        let archive = Archive::open(&data, new.config, Access::Write).await.unwrap();
        let app = router(&archive);
        Self {
            archive,
            app,
            password,
            folder,
            changed: Mutex::default(),
        }
    }

    /// An archive with [`OPEN`], [`UNREVIEWED`] and [`ENTRY_ONLY`].
    pub async fn small() -> Self {
        let desk = Self::empty().await;
        let package = desk.folder.path().join("石门渠档案");
        write_package(&package);
        desk.take_in(&package).await;
        desk
    }

    /// Takes a package in; it must be accepted.
    pub async fn take_in(&self, package: &Path) {
        let holdings = &self.archive.holdings;
        let (id, now) = (AccessionId::new(holdings.ids.next()), holdings.clock.now());
        let (name, by) = ("石门渠档案", Viewer::local_archivist().name().to_owned());
        let accession = Accession::begin(id, name, None, Stage::Filing, &by, now, AccessionState::Checking);
        let request = ReceiveRequest {
            path: package.to_path_buf(),
            name: name.to_owned(),
            kind: None,
            catalogue: None,
            root: None,
            fonds: None,
            stage: Stage::Filing,
            majors: lantai_intake::MajorFaults::Return,
            by,
            environment: None,
            workspace: self.archive.workspace().to_path_buf(),
        };
        let received = receive(
            holdings,
            &self.archive.rules,
            accession,
            &request,
            &Arc::new(Progress::default()),
        )
        .await;
        let received = received.unwrap();
        let accepted = matches!(received.accession.state, AccessionState::Accepted { .. });
        assert!(accepted, "{:#?}", received.findings);
        self.archive.worker().run_until_idle().await.unwrap();
    }

    /// Asks with whatever body and headers.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn get(&self, path: &str, cookie: Cookie<'_>) -> Answer {
        self.ask(request(Method::GET, path, cookie).body(Body::empty()).unwrap())
            .await
    }

    /// Sends JSON, with the proof that a page of ours sends it.
    pub async fn send(&self, method: Method, path: &str, cookie: Cookie<'_>, body: &Value) -> Answer {
        let request = request(method, path, cookie).header("x-lantai-csrf", "1");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.ask(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Signs the archivist in and gives the cookie to send.
    pub async fn sign_in(&self) -> String {
        self.sign_in_as("admin", &self.password).await
    }

    /// Signs one of the administrators in: `sysadmin`, `secadmin` or `auditadmin`.
    pub async fn administrator(&self, name: &str) -> String {
        let file = self.archive.data.join(format!("{name}-password"));
        let password = std::fs::read_to_string(file).unwrap();
        self.sign_in_as(name, password.trim()).await
    }

    /// A new member of the staff with posts that reach everything, signed in.
    pub async fn member(&self, name: &str, roles: &[Role]) -> String {
        let holdings = &self.archive.holdings;
        let database = &holdings.database;
        let people = People::new(database.clone(), holdings.clock.clone(), holdings.ids.clone());
        let (system, security) = (self.actor("sysadmin").await, self.actor("secadmin").await);
        let person = people.enter_person(system, name, None).await.unwrap();
        let new = NewAccount {
            name: name.to_owned(),
            person,
            expires_at: None,
        };
        let password = people.create_account(system, new).await.unwrap();
        people.activate(security, name).await.unwrap();
        let mut reader = database.read().await.unwrap();
        let root = InstitutionRepository(reader.conn())
            .root()
            .await
            .unwrap()
            .unwrap()
            .id;
        for role in roles {
            let new = NewPost {
                institution: root,
                name: format!("岗位 {role}"),
                scope: Scope::everything(*role),
            };
            let grant = Grant {
                person,
                post: people.make_post(new).await.unwrap(),
                validity: Validity::since(holdings.clock.now()),
                replaces: None,
            };
            let id = people.propose(system, grant).await.unwrap();
            people.agree(security, id).await.unwrap();
        }
        self.sign_in_as(name, &password).await
    }

    /// Whoever has an account.
    pub async fn actor(&self, account: &str) -> Actor {
        let mut reader = self.archive.holdings.database.read().await.unwrap();
        let found = AccountRepository(reader.conn()).find(account).await.unwrap();
        Actor {
            person: found.unwrap().person.unwrap(),
        }
    }

    /// Signs somebody in and gives the cookie to send. Who must change the password does so the first time.
    pub async fn sign_in_as(&self, name: &str, password: &str) -> String {
        let changed = self.changed.lock().unwrap().get(name).cloned();
        let password = changed.unwrap_or_else(|| password.to_owned());
        let body = json!({"name": name, "password": password});
        let answer = self.send(Method::POST, "/api/v1/session", None, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let cookie = answer.cookie();
        if answer.json()["password_must_change"] != true {
            return cookie;
        }
        let own = format!("{}-石门渠", password.chars().rev().collect::<String>());
        let body = json!({"new": own});
        let path = "/api/v1/account/password";
        let answer = self.send(Method::PUT, path, Some(&cookie), &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.changed.lock().unwrap().insert(name.to_owned(), own);
        answer.cookie()
    }
}

pub fn request(method: Method, path: &str, cookie: Cookie<'_>) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    match cookie {
        Some(cookie) => request.header(header::COOKIE, cookie),
        None => request,
    }
}

/// A code or a question as part of an address.
pub fn encode(text: &str) -> String {
    lantai_cataloguing::routes::encode(text)
}

pub fn record(code: &str) -> String {
    format!("/api/v1/records/{}", encode(code))
}

/// A package of three records as an office would hand it over.
pub fn write_package(folder: &Path) {
    let rows = [
        "档号,全宗号,门类,年度,保管期限,题名,责任者,日期,开放状态,开放说明,原文文件".to_owned(),
        format!(
            "{OPEN},J901,文书,1983,永久,关于修建石门渠的请示,石门乡人民政府,19830412,开放,形成满二十五年,请示.txt;说明.html;图.svg"
        ),
        format!("{UNREVIEWED},J901,文书,1983,永久,关于石门渠工程的批复,县人民政府,19830503,待审核,,批复.txt"),
        format!(
            "{ENTRY_ONLY},J901,文书,1983,永久,石门渠占地补偿花名册,石门乡人民政府,19830611,目录公开,涉及个人信息,名册.txt"
        ),
    ];
    let files = [
        ("catalogue.csv", rows.join("\r\n") + "\r\n"),
        ("请示.txt", TEXT.to_owned()),
        ("说明.html", HTML.to_owned()),
        ("图.svg", SVG.to_owned()),
        (
            "批复.txt",
            "同意修建石门渠，所需炸药由县水利局统筹。\n".to_owned(),
        ),
        ("名册.txt", "陈阿福，补偿一百二十元。\n".to_owned()),
    ];
    std::fs::create_dir_all(folder).unwrap();
    for (name, content) in files {
        std::fs::write(folder.join(name), content).unwrap();
    }
}

/// The demonstration collection as a package.
pub fn write_collection(folder: &Path) -> PathBuf {
    let package = folder.join("荻川县档案");
    lantai_demo_collection::write_to(&package).unwrap();
    package
}
