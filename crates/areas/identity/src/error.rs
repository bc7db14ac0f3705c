//! Why somebody could not sign in, or an account could not be made.

use crate::sign_in::password_rules::WeakPassword;
use crate::sign_in::settings::SettingsError;
use lantai_database::StoreError;

/// What went wrong around accounts and sessions.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Name or password are wrong; which of the two is not said.
    #[error("the name or the password is wrong")]
    WrongCredentials,
    /// Too many wrong passwords for this name.
    #[error("too many attempts, wait {seconds} seconds")]
    Throttled {
        /// How long to wait.
        seconds: u64,
    },
    /// Too many wrong passwords: the account is locked for addresses it does not know.
    #[error("the account is locked for another {seconds} seconds")]
    Locked {
        /// How long to wait.
        seconds: u64,
    },
    /// Too many passwords are being compared.
    #[error("too many sign in at the same time; try again in a moment")]
    Busy,
    /// The password was right; the account cannot be used.
    #[error("the account is not active, or has expired")]
    NotActive,
    /// A password that is not good enough.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// A code that is none, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// What was begun is not there any more: it took too long, or was finished.
    #[error("what was begun is over; begin again")]
    StepGone,
    /// Whoever asks is not signed in, or not that far.
    #[error("please sign in")]
    SignInNeeded,
    /// The last proof of who asks is too old for what is dangerous.
    #[error("please prove once more who you are")]
    ProofNeeded,
    /// The factor is the last one of an account that must have one.
    #[error("this account must have a second factor; set up another one first")]
    FactorNeeded,
    /// There is no such factor, session or link.
    #[error("there is nothing like it in this account")]
    NotInAccount,
    /// The answer of an authenticator is not sound.
    #[error("the passkey was not accepted: {0}")]
    Passkey(String),
    /// The passkey belongs to nobody here.
    #[error("this passkey is not known here")]
    PasskeyUnknown,
    /// The provider of identities did not answer as it should.
    #[error("the provider of identities did not answer as it should: {0}")]
    Provider(String),
    /// The provider of identities refused.
    #[error("the provider of identities refused: {0}")]
    ProviderRefused(String),
    /// No other provider of identities is configured.
    #[error("no other provider of identities is configured")]
    NoProvider,
    /// The identity at the provider is linked to no account.
    #[error("no account here is linked to this identity")]
    NotLinked,
    /// The identity, or the account, is linked already.
    #[error("this identity or this account is linked already")]
    LinkedAlready,
    /// The key of the sign-in cannot be used.
    #[error("the key that seals the secrets of signing in cannot be used")]
    SecretKey,
    /// The file with the key of the sign-in cannot be read or written.
    #[error("the file with the key that seals the secrets of signing in cannot be read or written")]
    KeyFile(#[source] std::io::Error),
    /// A sealed secret cannot be opened: it was sealed with another key.
    #[error("a sealed secret cannot be opened with this key")]
    Sealed,
    /// The settings of signing in cannot be used.
    #[error("the settings of signing in cannot be used: {0}")]
    Settings(#[from] SettingsError),
    /// The password cannot be hashed or compared.
    #[error("the password cannot be processed")]
    Password,
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
    /// The archive has no institution: it was not initialised.
    #[error("the archive is not initialised")]
    NotInitialised,
    /// The database failed.
    #[error("accounts cannot be read or written")]
    Store(#[from] StoreError),
    /// Work in the background was cut off.
    #[error("the work was interrupted")]
    Interrupted,
}

impl IdentityError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongCredentials => "identity.wrong_credentials",
            Self::Throttled { .. } => "identity.throttled",
            Self::Locked { .. } => "identity.locked",
            Self::Busy => "identity.busy",
            Self::NotActive => "identity.not_active",
            Self::Weak(weak) => weak.code(),
            Self::WrongCode => "identity.wrong_code",
            Self::StepGone => "identity.step_gone",
            Self::SignInNeeded => "identity.sign_in_needed",
            Self::ProofNeeded => "identity.proof_needed",
            Self::FactorNeeded => "identity.factor_needed",
            Self::NotInAccount => "identity.not_in_account",
            Self::Passkey(_) => "identity.passkey",
            Self::PasskeyUnknown => "identity.passkey_unknown",
            Self::Provider(_) => "identity.provider",
            Self::ProviderRefused(_) => "identity.provider_refused",
            Self::NoProvider => "identity.no_provider",
            Self::NotLinked => "identity.not_linked",
            Self::LinkedAlready => "identity.linked_already",
            Self::SecretKey => "identity.secret_key",
            Self::KeyFile(_) => "identity.key_file",
            Self::Sealed => "identity.sealed",
            Self::Settings(_) => "identity.settings",
            Self::Password => "identity.password",
            Self::Random => "identity.random",
            Self::NotInitialised => "identity.not_initialised",
            Self::Store(error) => error.code(),
            Self::Interrupted => "identity.interrupted",
        }
    }
}

impl From<tokio::task::JoinError> for IdentityError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
