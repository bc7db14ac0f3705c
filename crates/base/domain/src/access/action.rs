//! What can be done, in the words of policies.

use std::fmt;
use std::str::FromStr;

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// A record: policies see its attributes.
    Record,
    /// The archive as a whole.
    Archive,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $id:literal on $reach:ident),+ $(,)?) => {
        /// An action that the gate is asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $name),+
        }

        /// All actions.
        pub const ACTIONS: &[Action] = &[$(Action::$name),+];

        impl Action {
            /// Its word in policies and interfaces.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// What it is done to.
            pub fn reach(self) -> Reach {
                match self { $(Self::$name => Reach::$reach),+ }
            }
        }
    };
}

actions! {
    /// To know that a record is there: title, code, dates; to count it.
    ViewEntry = "view_entry" on Record,
    /// To read the masked copy where one was made.
    ViewMasked = "view_masked" on Record,
    /// To read text and files.
    ViewContent = "view_content" on Record,
    /// To see what happened to it, and where and how it is kept.
    ViewHistory = "view_history" on Record,
    /// To take files away.
    Download = "download" on Record,
    /// To change the description.
    Describe = "describe" on Record,
    /// To give an opinion in the first reading of an opening review.
    ReviewFirst = "review_first" on Record,
    /// To give an opinion in the second reading.
    ReviewSecond = "review_second" on Record,
    /// To decide on opening.
    DecideOpening = "decide_opening" on Record,
    /// To cut a masked copy.
    Redact = "redact" on Record,
    /// To propose or carry out destruction.
    Dispose = "dispose" on Record,
    /// To give out a certified copy.
    Certify = "certify" on Record,
    /// To take packages for a fonds in and follow them: asked with an unreviewed record of the fonds.
    Receive = "receive" on Record,
    /// To decide what no check can: asked with an unreviewed record of the fonds.
    DecideTask = "decide_task" on Record,
    /// To inspect digitised holdings.
    InspectQuality = "inspect_quality" on Archive,
    /// To use and change the tables of filing scope.
    File = "file" on Archive,
    /// To verify the stores, to move formats.
    Preserve = "preserve" on Archive,
    /// To see figures of holdings and work.
    ViewFigures = "view_figures" on Archive,
    /// To make, change and disable accounts, institutions and posts.
    ManageAccounts = "manage_accounts" on Archive,
    /// To bring accounts to life and confirm who gets a post.
    ConfirmGrants = "confirm_grants" on Archive,
    /// To take posts, accounts and tokens away; at once.
    WithdrawGrants = "withdraw_grants" on Archive,
    /// To see institutions, persons, posts and who holds them.
    ViewPeople = "view_people" on Archive,
    /// To see readers and keep that they showed who they are.
    VerifyReaders = "verify_readers" on Archive,
    /// To read policies and try them.
    ViewPolicies = "view_policies" on Archive,
    /// To read the audit trail.
    ReadAudit = "read_audit" on Archive,
    /// To see and acknowledge its alerts.
    ViewAlerts = "view_alerts" on Archive,
    /// To propose that its oldest part be removed by rule.
    RetireAudit = "retire_audit" on Archive,
    /// To agree to that.
    ConfirmAuditRetirement = "confirm_audit_retirement" on Archive,
    /// To see the state of machine, network, jobs.
    ViewHealth = "view_health" on Archive,
    /// To change the configuration.
    Configure = "configure" on Archive,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A word that names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no action")]
pub struct NoAction(pub String);

impl FromStr for Action {
    type Err = NoAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = ACTIONS.iter().copied().find(|action| action.id() == text);
        found.ok_or_else(|| NoAction(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_reads_back() {
        for action in ACTIONS {
            assert_eq!(action.id().parse::<Action>().unwrap(), *action);
        }
        assert!("rule_the_world".parse::<Action>().is_err());
    }
}
