//! The institution and its accounts.

use crate::error::IdentityError;
use crate::password;
use crate::repository::IdentityRepository;
use lantai_database::{Database, UnitOfWork};
use lantai_domain::Clock;

/// Names the institution, inside the unit of work that creates the archive.
pub async fn create_institution(
    work: &mut UnitOfWork,
    clock: &dyn Clock,
    name: &str,
) -> Result<(), IdentityError> {
    Ok(IdentityRepository(work.conn())
        .put_institution(name, &clock.now().to_string())
        .await?)
}

/// The institution's name.
pub async fn institution_name(database: &Database) -> Result<String, IdentityError> {
    let mut reader = database.read().await?;
    IdentityRepository(reader.conn())
        .institution()
        .await?
        .ok_or(IdentityError::NotInitialised)
}

/// Makes an account with a password.
pub async fn create_account(
    database: &Database,
    clock: &dyn Clock,
    name: &str,
    password: &str,
) -> Result<(), IdentityError> {
    let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(allowed) {
        return Err(IdentityError::Name(name.to_owned()));
    }
    let password = password.to_owned();
    let hash = tokio::task::spawn_blocking(move || password::hash(&password)).await??;
    let mut work = database.begin_upkeep().await?;
    IdentityRepository(work.conn())
        .insert_account(name, &hash, &clock.now().to_string())
        .await?;
    Ok(work.commit().await?)
}
