//! What an account and a person are worth at a moment.

use super::account::Standing;
use super::person::PersonKind;
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::{AccountRepository, PersonRepository};
use jiff::Timestamp;
use lantai_database::{Conn, StoreError};
use lantai_domain::access::Hat;
use lantai_domain::{PersonId, Role};

/// Whether an account can be used at a moment, and by whom.
pub async fn standing(conn: Conn<'_>, account: &str, now: Timestamp) -> Result<Standing, StoreError> {
    let found = AccountRepository(conn).find(account).await?;
    Ok(found.map_or(Standing::Unknown, |account| account.standing(now)))
}

/// The hats of a person at a moment: one for each post that was agreed on and holds, or the reader's card. A program
/// has none of its own: its tokens give them.
pub async fn hats_of(mut conn: Conn<'_>, person: PersonId, at: Timestamp) -> Result<Vec<Hat>, StoreError> {
    let Some(found) = PersonRepository(conn.reborrow()).find(person).await? else {
        return Ok(Vec::new());
    };
    match found.kind {
        PersonKind::Service => Ok(Vec::new()),
        PersonKind::Reader => {
            let verified = PersonRepository(conn).check(person).await?.is_some();
            let role = if verified {
                Role::VerifiedReader
            } else {
                Role::Reader
            };
            Ok(vec![Hat {
                role: Some(role),
                ..Hat::public()
            }])
        }
        PersonKind::Staff => {
            let standing = HoldingRepository(conn).standing_of(person, at).await?;
            let effective = standing.iter().filter(|(holding, _)| holding.is_effective(at));
            Ok(effective.map(|(_, post)| post.scope.hat(Some(post.id))).collect())
        }
    }
}
