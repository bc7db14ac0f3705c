//! Signing in: passwords, codes, passkeys, another provider; sessions and what their owners may do with them.
//!
//! [`SignIn`] is what the routes call. Time and random bytes are parameters of it; rules and settings are data.

pub(crate) mod account;
mod enter;
mod factors;
pub(crate) mod hashing;
mod passkeys;
pub(crate) mod password_rules;
mod passwords;
mod provider;
mod provider_client;
pub(crate) mod random;
mod recovery;
mod secret_box;
pub(crate) mod session;
pub(crate) mod settings;
mod standing;
mod throttle;
mod totp;

pub use account::{Duty, SignInAccount};
pub use enter::Entered;
pub use factors::{AccountFactors, NewAuthenticator};
pub use hashing::PasswordWork;
pub use password_rules::{PasswordRules, WeakPassword};
pub use passwords::choose_password;
pub use provider::{Returned, Way};
pub use random::{MachineRandom, RandomSource};
pub use secret_box::SecretBox;
pub use session::{Caller, FRESH_MS, Proof, Proofs, Session, Stage};
pub use settings::{OidcSettings, SecondFactorFor, SettingsError, SignInSettings};
pub use throttle::{Attempt, Lane, Refused, Throttle};

use crate::error::IdentityError;
use crate::repository::sign_in::SignInRepository;
use lantai_database::Database;
use lantai_domain::Clock;
use provider::Provider;
use std::path::Path;
use std::sync::Arc;

/// What signing in works with.
#[derive(Debug)]
pub struct SignInParts {
    /// Settings.
    pub settings: SignInSettings,
    /// What seals secrets.
    pub secrets: SecretBox,
    /// Rules of passwords.
    pub rules: PasswordRules,
    /// How many passwords are compared at the same time.
    pub passwords_at_once: usize,
    /// Folder to which file names in the settings are relative.
    pub data: std::path::PathBuf,
}

/// Signing in. Cheap to clone; all clones share what they remember.
#[derive(Clone)]
pub struct SignIn {
    database: Database,
    clock: Arc<dyn Clock>,
    random: Arc<dyn RandomSource>,
    institution: String,
    settings: Arc<SignInSettings>,
    secrets: Arc<SecretBox>,
    rules: Arc<PasswordRules>,
    work: PasswordWork,
    passwords: Arc<Throttle>,
    codes: Arc<Throttle>,
    provider: Option<Arc<Provider>>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl SignIn {
    /// Signing in to an institution's archive.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        random: Arc<dyn RandomSource>,
        institution: &str,
        parts: SignInParts,
    ) -> Result<Self, IdentityError> {
        parts.settings.check()?;
        let provider = match (&parts.settings.oidc, parts.settings.origin()?) {
            (Some(oidc), Some(origin)) => Some(Arc::new(Provider::new(oidc, &origin, &parts.data)?)),
            _ => None,
        };
        Ok(Self {
            database,
            clock,
            random,
            institution: institution.to_owned(),
            settings: Arc::new(parts.settings),
            secrets: Arc::new(parts.secrets),
            rules: Arc::new(parts.rules),
            work: PasswordWork::new(parts.passwords_at_once),
            passwords: Arc::default(),
            codes: Arc::default(),
            provider,
        })
    }

    /// Signing in as the files of a data folder have it: `keys/sign-in.key`, `rules/passwords.txt`.
    pub fn of_folder(
        data: &Path,
        database: Database,
        clock: Arc<dyn Clock>,
        institution: &str,
        settings: SignInSettings,
    ) -> Result<Self, IdentityError> {
        let random = MachineRandom;
        let parts = SignInParts {
            settings,
            secrets: SecretBox::of_file(&data.join("keys").join("sign-in.key"), &random)?,
            rules: PasswordRules::new(Some(data.join("rules").join("passwords.txt"))),
            passwords_at_once: std::thread::available_parallelism().map_or(1, usize::from),
            data: data.to_path_buf(),
        };
        Self::new(database, clock, Arc::new(random), institution, parts)
    }

    /// The settings.
    pub fn settings(&self) -> &SignInSettings {
        &self.settings
    }

    /// Name of the institution.
    pub fn institution(&self) -> &str {
        &self.institution
    }

    /// The present moment, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    async fn account(&self, name: &str) -> Result<Option<SignInAccount>, IdentityError> {
        let mut reader = self.database.read().await?;
        Ok(SignInRepository(reader.conn()).account(name).await?)
    }

    /// The account of a session; gone in the meantime, nobody is signed in.
    async fn account_of(&self, session: &Session) -> Result<SignInAccount, IdentityError> {
        self.account(&session.account)
            .await?
            .ok_or(IdentityError::SignInNeeded)
    }

    /// Refuses sessions whose owner did not prove lately who they are.
    fn must_be_fresh(&self, session: &Session) -> Result<(), IdentityError> {
        match (session.is_whole(), session.is_fresh(self.now_ms())) {
            (true, true) => Ok(()),
            (true, false) => Err(IdentityError::ProofNeeded),
            (false, _) => Err(IdentityError::SignInNeeded),
        }
    }
}
