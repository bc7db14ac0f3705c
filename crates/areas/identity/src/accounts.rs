//! The institution and its accounts.

use crate::error::IdentityError;
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
