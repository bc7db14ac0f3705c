//! Whether an account may be signed in to at all, and how strict signing in is with it.

use super::SignIn;
use super::account::Duty;
use crate::error::IdentityError;
use crate::people::{self, AccountKind};
use lantai_domain::audit::AuditActor;

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether it is active and has not expired.
    pub may_sign_in: bool,
    /// What kind of work it is for.
    pub duty: Duty,
    /// How the audit trail names who signs in: the staff by account, readers by reference.
    pub named: AuditActor,
}

impl SignIn {
    pub(super) async fn standing(&self, account: &str) -> Result<Standing, IdentityError> {
        let now = self.clock.now();
        let mut reader = self.database.read().await?;
        let standing = people::standing(reader.conn(), account, now).await?;
        let Some((person, kind)) = standing.who_signs_in() else {
            return Ok(Standing {
                may_sign_in: false,
                duty: Duty::Staff,
                named: AuditActor::person(account),
            });
        };
        let duty = match kind {
            AccountKind::Reader => Duty::Reader,
            AccountKind::Person | AccountKind::Service => {
                let hats = people::hats_of(reader.conn(), person, now).await?;
                let mut roles = hats.iter().filter_map(|hat| hat.role);
                match roles.any(|role| role.is_administrator()) {
                    true => Duty::Administrator,
                    false => Duty::Staff,
                }
            }
        };
        let named = match duty {
            Duty::Reader => AuditActor::person(person.to_string()),
            Duty::Administrator | Duty::Staff => AuditActor::person(account),
        };
        Ok(Standing {
            may_sign_in: true,
            duty,
            named,
        })
    }
}
