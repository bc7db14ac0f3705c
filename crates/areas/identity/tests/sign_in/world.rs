//! An archive whose accounts can be signed in to.

use jiff::SignedDuration;
use lantai_database::Database;
use lantai_domain::{Clock, RandomIds};
use lantai_identity::people::{self, FirstAccounts, PeopleError};
use lantai_identity::sign_in::{
    Caller, Duty, Entered, MachineRandom, PasswordRules, PasswordWork, SecretBox, SignIn, SignInParts,
    SignInSettings, choose_password,
};
use lantai_identity::{IdentityError, SignInRepository};
use lantai_testkit::MovableClock;
use std::sync::Arc;
use totp_rs::{Builder, Secret};

/// The password of every account here.
pub const PASSWORD: &str = "青溪县水库在一九五八年建成";

pub struct World {
    pub sign_in: SignIn,
    pub clock: Arc<MovableClock>,
    pub database: Database,
    _data: tempfile::TempDir,
}

impl World {
    pub async fn new(database: Database) -> Self {
        Self::with(database, SignInSettings::default()).await
    }

    pub async fn with(database: Database, settings: SignInSettings) -> Self {
        let clock = Arc::new(MovableClock::default());
        let data = tempfile::tempdir().unwrap();
        std::fs::write(
            data.path().join("oidc.secret"),
            "a secret of the tests only, long enough\n",
        )
        .unwrap();
        for name in ["王芳", "李敏"] {
            member(&database, &clock, name).await;
        }
        let parts = SignInParts {
            settings,
            secrets: SecretBox::new(&[7; 32]).unwrap(),
            rules: PasswordRules::new(None),
            passwords_at_once: 2,
            data: data.path().to_path_buf(),
        };
        let sign_in = SignIn::new(
            database.clone(),
            Arc::clone(&clock) as _,
            Arc::new(MachineRandom),
            "石门县档案馆",
            parts,
        )
        .unwrap();
        Self {
            sign_in,
            clock,
            database,
            _data: data,
        }
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub async fn enter(&self, caller: &Caller, name: &str) -> Entered {
        self.sign_in.enter(caller, name, PASSWORD).await.unwrap()
    }

    pub async fn wrong(&self, caller: &Caller, name: &str) -> IdentityError {
        self.sign_in
            .enter(caller, name, "不是这个口令")
            .await
            .unwrap_err()
    }

    pub async fn demand_new_password(&self, name: &str) {
        let mut work = self.database.begin_upkeep().await.unwrap();
        SignInRepository(work.conn())
            .demand_new_password(name)
            .await
            .unwrap();
        work.commit().await.unwrap();
    }

    /// The code that an authenticator with this secret shows now.
    pub fn code(&self, secret: &str) -> String {
        let totp = Builder::new()
            .with_secret(Secret::try_from_base32(secret).unwrap())
            .build()
            .unwrap();
        let seconds = u64::try_from(self.sign_in.now_ms() / 1_000).unwrap();
        totp.generate(seconds).to_string()
    }

    /// Sets an authenticator up in a session; its secret and the recovery codes.
    pub async fn enrol(&self, entered: &Entered) -> (String, Vec<String>) {
        let begun = self.sign_in.begin_totp(&entered.session).await.unwrap();
        let (codes, _) = self
            .sign_in
            .confirm_totp(&home(), &entered.session, &begun.step, &self.code(&begun.secret))
            .await
            .unwrap();
        (begun.secret, codes)
    }
}

/// A member of the staff with [`PASSWORD`].
pub async fn member(database: &Database, clock: &MovableClock, name: &str) {
    let first = FirstAccounts {
        institution: "石门县档案馆",
        archivist: Some(name),
    };
    people::begin(database, clock, &RandomIds, first, |_| Ok::<_, PeopleError>(()))
        .await
        .unwrap();
    let (rules, work) = (Arc::new(PasswordRules::new(None)), PasswordWork::new(1));
    let chosen = choose_password(&rules, &work, name, PASSWORD, Duty::Staff)
        .await
        .unwrap();
    let mut work = database.begin_upkeep().await.unwrap();
    SignInRepository(work.conn())
        .put_password(name, &chosen, clock.now().as_millisecond())
        .await
        .unwrap();
    work.commit().await.unwrap();
}

pub fn from(address: &str) -> Caller {
    Caller {
        address: address.to_owned(),
        agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0".to_owned(),
    }
}

/// Where the owner of an account sits.
pub fn home() -> Caller {
    from("10.0.0.1")
}

pub fn code_of<T: std::fmt::Debug>(result: Result<T, IdentityError>) -> &'static str {
    result.unwrap_err().code()
}
