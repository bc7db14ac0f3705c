//! Why somebody could not sign in, or an account could not be made.

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
