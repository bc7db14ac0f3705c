//! Signing in by another provider: a real one (the npm package `oidc-provider`), started for each test.

use crate::world::{World, code_of, home, member};
use lantai_identity::sign_in::{OidcSettings, Returned, SignInSettings, Stage, Way};
use lantai_testkit::{on_every_engine, repository_root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const ORIGIN: &str = "http://localhost:8700";

struct RealProvider {
    process: Child,
    issuer: String,
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl RealProvider {
    /// `None`: this machine has no node, or the packages of the pages are not installed.
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    fn start() -> Option<Self> {
        let web = repository_root().join("web");
        if !web.join("node_modules/oidc-provider").exists() {
            eprintln!("skipped: web/node_modules has no oidc-provider (npm ci)");
            return None;
        }
        let started = Command::new("node")
            .arg("e2e/identity-provider.mjs")
            .arg(format!("{ORIGIN}/api/v1/session/provider/return"))
            .current_dir(web)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut process) = started else {
            eprintln!("skipped: node is not installed");
            return None;
        };
        let mut line = String::new();
        let lines = process.stdout.take().unwrap();
        BufReader::new(lines).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Some(Self {
            process,
            issuer: told["issuer"].as_str().unwrap().to_owned(),
        })
    }

    fn settings(&self, claim: &str, strong: bool) -> SignInSettings {
        SignInSettings {
            origin: ORIGIN.to_owned(),
            oidc: Some(OidcSettings {
                name: "统一认证".to_owned(),
                issuer: self.issuer.clone(),
                client_id: "lantai".to_owned(),
                client_secret_file: Some("oidc.secret".into()),
                account_claim: claim.to_owned(),
                proves_second_factor: strong,
                ca_file: None,
            }),
            ..SignInSettings::default()
        }
    }

    /// Who is signed in there from now on.
    async fn becomes(&self, account: &str) {
        let address = format!("{}/as?account={account}", self.issuer);
        reqwest::get(address).await.unwrap();
    }

    /// A browser that goes the way and is sent back: state and code.
    async fn walk(&self, way: &Way) -> (String, String) {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut cookies = BTreeMap::new();
        let mut address = way.address.clone();
        for _ in 0..10 {
            let sent: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = client
                .get(&address)
                .header("cookie", sent.join("; "))
                .send()
                .await
                .unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let status = answer.status();
            let location = answer
                .headers()
                .get("location")
                .map(|it| it.to_str().unwrap().to_owned());
            let Some(location) = location else {
                panic!("{status} at {address}: {}", answer.text().await.unwrap());
            };
            if location.starts_with(ORIGIN) {
                let asked = location.split_once('?').unwrap().1;
                let of = |name: &str| {
                    let found = asked
                        .split('&')
                        .find_map(|pair| pair.strip_prefix(&format!("{name}=")));
                    found.unwrap_or_else(|| panic!("{location}")).to_owned()
                };
                return (of("state"), of("code"));
            }
            address = match location.starts_with("http") {
                true => location,
                false => format!("{}{location}", self.issuer),
            };
        }
        panic!("no end of the way");
    }
}

async fn enter(world: &World, provider: &RealProvider) -> Result<Returned, lantai_identity::IdentityError> {
    let way = world.sign_in.go_to_provider(None).await.unwrap();
    let (state, code) = provider.walk(&way).await;
    world
        .sign_in
        .come_back(&home(), Some(&way.state), &state, &code)
        .await
}

#[tokio::test]
async fn a_claim_leads_to_the_account_of_that_name_and_stays_bound_to_it() {
    let Some(provider) = RealProvider::start() else {
        return;
    };
    on_every_engine(async |database| {
        let world = World::with(database, provider.settings("preferred_username", false)).await;
        provider.becomes("王芳").await;
        let Returned::Entered(entered) = enter(&world, &provider).await.unwrap() else {
            panic!("not signed in");
        };
        assert_eq!(
            (entered.session.account.as_str(), entered.session.stage),
            ("王芳", Stage::Whole)
        );
        assert_eq!(entered.session.proofs.to_string(), "provider");
        let factors = world.sign_in.factors(&entered.session).await.unwrap();
        assert!(factors.outside[0].subject.starts_with("subject-"));
        // nobody is made who is not there
        provider.becomes("陌生人").await;
        assert_eq!(code_of(enter(&world, &provider).await), "identity.not_linked");
    })
    .await;
}

#[tokio::test]
async fn what_comes_back_counts_once_and_in_the_browser_that_went() {
    let Some(provider) = RealProvider::start() else {
        return;
    };
    on_every_engine(async |database| {
        let world = World::with(database, provider.settings("preferred_username", false)).await;
        provider.becomes("王芳").await;
        let way = world.sign_in.go_to_provider(None).await.unwrap();
        for part in ["code_challenge_method=S256", "nonce=", "scope=openid+profile"] {
            assert!(
                way.address.contains(part),
                "{part} is missing from {}",
                way.address
            );
        }
        let (state, code) = provider.walk(&way).await;
        for kept in [None, Some("another browser")] {
            let foreign = world.sign_in.come_back(&home(), kept, &state, &code).await;
            assert_eq!(code_of(foreign), "identity.step_gone");
        }
        world
            .sign_in
            .come_back(&home(), Some(&state), &state, &code)
            .await
            .unwrap();
        let again = world
            .sign_in
            .come_back(&home(), Some(&state), &state, &code)
            .await;
        assert_eq!(code_of(again), "identity.step_gone");
        // a code of one way does not fit another
        let other = world.sign_in.go_to_provider(None).await.unwrap();
        let stolen = world
            .sign_in
            .come_back(&home(), Some(&other.state), &other.state, &code)
            .await;
        assert_eq!(code_of(stolen), "identity.provider");
    })
    .await;
}

#[tokio::test]
async fn mail_that_the_provider_did_not_verify_leads_nowhere() {
    let Some(provider) = RealProvider::start() else {
        return;
    };
    on_every_engine(async |database| {
        let world = World::with(database, provider.settings("email", false)).await;
        for name in ["王芳@example.cn", "李敏@example.cn"] {
            member(&world.database, &world.clock, name).await;
        }
        provider.becomes("王芳").await;
        enter(&world, &provider).await.unwrap();
        provider.becomes("李敏").await;
        assert_eq!(code_of(enter(&world, &provider).await), "identity.not_linked");
    })
    .await;
}

#[tokio::test]
async fn without_a_claim_only_who_linked_it_comes_in() {
    let Some(provider) = RealProvider::start() else {
        return;
    };
    on_every_engine(async |database| {
        let world = World::with(database, provider.settings("", false)).await;
        provider.becomes("王芳").await;
        assert_eq!(code_of(enter(&world, &provider).await), "identity.not_linked");
        let desk = world.enter(&home(), "李敏").await;
        let way = world.sign_in.go_to_provider(Some(&desk.session)).await.unwrap();
        let (state, code) = provider.walk(&way).await;
        let linked = world
            .sign_in
            .come_back(&home(), Some(&state), &state, &code)
            .await
            .unwrap();
        assert!(matches!(linked, Returned::Linked));
        let Returned::Entered(entered) = enter(&world, &provider).await.unwrap() else {
            panic!("not signed in");
        };
        assert_eq!(entered.session.account, "李敏");
        // the identity is taken
        let other = world.enter(&home(), "王芳").await;
        let way = world.sign_in.go_to_provider(Some(&other.session)).await.unwrap();
        let (state, code) = provider.walk(&way).await;
        let taken = world
            .sign_in
            .come_back(&home(), Some(&state), &state, &code)
            .await;
        assert_eq!(code_of(taken), "identity.linked_already");
        world.sign_in.unlink(&desk.session).await.unwrap();
        assert_eq!(code_of(enter(&world, &provider).await), "identity.not_linked");
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_is_still_asked_for_unless_the_provider_is_trusted_with_it() {
    let Some(provider) = RealProvider::start() else {
        return;
    };
    for (strong, stage) in [(false, Stage::SecondFactor), (true, Stage::Whole)] {
        on_every_engine(async |database| {
            let world = World::with(database, provider.settings("preferred_username", strong)).await;
            let desk = world.enter(&home(), "王芳").await;
            world.enrol(&desk).await;
            provider.becomes("王芳").await;
            let Returned::Entered(entered) = enter(&world, &provider).await.unwrap() else {
                panic!("not signed in");
            };
            assert_eq!(entered.session.stage, stage);
        })
        .await;
    }
}
