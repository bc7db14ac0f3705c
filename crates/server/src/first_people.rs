//! The first people of an archive: their passwords lie in files of their own until they are handed over.

use crate::archive::Places;
use crate::error::ArchiveError;
use crate::initialise::write_private;
use lantai_database::Database;
use lantai_domain::{RandomIds, SystemClock};
use lantai_identity::people::{self, FirstAccount, FirstAccounts};
use std::path::PathBuf;

/// Sees to it that every account belongs to a person and that the administrators' roles are held; names those that were
/// made. With `archivist`, an account of that name is made, too, and its password lies in the administrator's file.
pub(crate) async fn settle(
    database: &Database,
    places: &Places,
    institution: &str,
    archivist: Option<&str>,
) -> Result<Vec<String>, ArchiveError> {
    let first = FirstAccounts {
        institution,
        archivist,
    };
    let keep = |account: &FirstAccount| {
        let path = password_file(places, archivist, &account.name);
        write_private(&path, &format!("{}\n", account.password))
    };
    let made = people::begin(database, &SystemClock, &RandomIds, first, keep).await?;
    Ok(made.into_iter().map(|account| account.name).collect())
}

fn password_file(places: &Places, archivist: Option<&str>, account: &str) -> PathBuf {
    match archivist == Some(account) {
        true => places.password.clone(),
        false => places.first_password(account),
    }
}
