//! What a post lets its holder do: roles, and which of them one person may never hold together.
//!
//! GB/T 39784-2021 4.4 and 11.4 name the least set of roles; DA/T 92-2022 9.1.3 and DA/T 94-2022 annex E demand that
//! system administrator, security administrator and auditor (三员分立) are three persons, none of whom works with records.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A role (角色). A person has it by holding a post; a reader has it by being registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 系统管理员: runs the system and makes accounts, which others bring to life.
    SystemAdmin,
    /// 安全保密管理员: brings accounts to life, confirms grants, sets policies.
    SecurityAdmin,
    /// 安全审计员: reads the audit trail of everybody, changes nothing.
    AuditAdmin,
    /// 网络管理员: watches health, addresses, certificates.
    NetworkAdmin,
    /// 档案管理员: every function of the business within the scope of the post.
    Archivist,
    /// 接收人员: takes packages in.
    Receiver,
    /// 质检员: inspects digitised holdings.
    QualityInspector,
    /// 著录员: describes and arranges.
    Cataloguer,
    /// 初审人员: first reading of an opening review.
    OpeningReviewer,
    /// 复审人员: second reading.
    OpeningRereviewer,
    /// 审定人员: decides on opening.
    OpeningApprover,
    /// 利用服务人员: serves readers.
    ReferenceArchivist,
    /// 保管人员: looks after stores, formats, copies, rooms.
    PreservationOfficer,
    /// 馆领导: approves, sees figures.
    Director,
    /// 立档单位档案员: hands in for a unit and sees what that unit handed in.
    UnitClerk,
    /// 监督指导人员 of the archives authority: figures and inspections, no records.
    Supervisor,
    /// 注册利用者: a reader with an account.
    Reader,
    /// 实名利用者: a reader whose identity was verified.
    VerifiedReader,
}

/// All roles, in the order in which they are shown.
pub const ROLES: [Role; 18] = [
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::NetworkAdmin,
    Role::Director,
    Role::Archivist,
    Role::Receiver,
    Role::QualityInspector,
    Role::Cataloguer,
    Role::OpeningReviewer,
    Role::OpeningRereviewer,
    Role::OpeningApprover,
    Role::ReferenceArchivist,
    Role::PreservationOfficer,
    Role::UnitClerk,
    Role::Supervisor,
    Role::VerifiedReader,
    Role::Reader,
];

/// What kind of work a role is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duty {
    /// One of the administrators: never sees a record, holds nothing else.
    Administration,
    /// Works with records.
    Business,
    /// Watches over the work of others; sees figures, no records.
    Oversight,
    /// Uses the holdings.
    Use,
}

/// Two roles that one person may not hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{one} and {other} may not be held by the same person")]
pub struct DutyConflict {
    /// The role held already.
    pub one: Role,
    /// The role asked for.
    pub other: Role,
}

impl Role {
    /// Identifier in rules, interfaces and the journal.
    pub fn id(self) -> &'static str {
        match self {
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::AuditAdmin => "audit_admin",
            Self::NetworkAdmin => "network_admin",
            Self::Archivist => "archivist",
            Self::Receiver => "receiver",
            Self::QualityInspector => "quality_inspector",
            Self::Cataloguer => "cataloguer",
            Self::OpeningReviewer => "opening_reviewer",
            Self::OpeningRereviewer => "opening_rereviewer",
            Self::OpeningApprover => "opening_approver",
            Self::ReferenceArchivist => "reference_archivist",
            Self::PreservationOfficer => "preservation_officer",
            Self::Director => "director",
            Self::UnitClerk => "unit_clerk",
            Self::Supervisor => "supervisor",
            Self::Reader => "reader",
            Self::VerifiedReader => "verified_reader",
        }
    }

    /// What kind of work it is.
    pub fn duty(self) -> Duty {
        match self {
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin | Self::NetworkAdmin => {
                Duty::Administration
            }
            Self::Director
            | Self::Archivist
            | Self::Receiver
            | Self::QualityInspector
            | Self::Cataloguer
            | Self::OpeningReviewer
            | Self::OpeningRereviewer
            | Self::OpeningApprover
            | Self::ReferenceArchivist
            | Self::PreservationOfficer
            | Self::UnitClerk => Duty::Business,
            Self::Supervisor => Duty::Oversight,
            Self::Reader | Self::VerifiedReader => Duty::Use,
        }
    }

    /// Whether it is one of the administrators.
    pub fn is_administrator(self) -> bool {
        self.duty() == Duty::Administration
    }

    /// Whether one person may hold both. An administrator holds one administrator's role and nothing else; whoever
    /// watches over an archives does not work in one.
    pub fn joins(self, other: Self) -> Result<(), DutyConflict> {
        if self == other {
            return Ok(());
        }
        let conflict = self.is_administrator()
            || other.is_administrator()
            || (self.duty() == Duty::Oversight && other.duty() == Duty::Business)
            || (other.duty() == Duty::Oversight && self.duty() == Duty::Business);
        match conflict {
            true => Err(DutyConflict { one: self, other }),
            false => Ok(()),
        }
    }

    /// Whether one person may hold all of these.
    pub fn join_all(held: impl IntoIterator<Item = Self>, wanted: Self) -> Result<(), DutyConflict> {
        held.into_iter().try_for_each(|held| held.joins(wanted))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A word that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role")]
pub struct NoRole(pub String);

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = ROLES.into_iter().find(|role| role.id() == text);
        found.ok_or_else(|| NoRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_role_is_listed_once_and_reads_back() {
        let listed: BTreeSet<Role> = ROLES.into_iter().collect();
        assert_eq!(listed.len(), ROLES.len());
        for role in ROLES {
            assert_eq!(role.id().parse::<Role>().unwrap(), role);
            let stored = serde_json::to_string(&role).unwrap();
            assert_eq!(stored, format!("\"{}\"", role.id()));
        }
        assert_eq!("superuser".parse::<Role>(), Err(NoRole("superuser".to_owned())));
    }

    #[test]
    fn an_administrator_holds_nothing_else() {
        for administrator in ROLES.into_iter().filter(|role| role.is_administrator()) {
            for other in ROLES.into_iter().filter(|other| *other != administrator) {
                assert!(administrator.joins(other).is_err(), "{administrator} {other}");
                assert!(other.joins(administrator).is_err(), "{other} {administrator}");
            }
        }
    }

    #[test]
    fn joining_is_the_same_in_both_directions() {
        for one in ROLES {
            for other in ROLES {
                assert_eq!(
                    one.joins(other).is_ok(),
                    other.joins(one).is_ok(),
                    "{one} {other}"
                );
            }
        }
        assert!(Role::Archivist.joins(Role::OpeningApprover).is_ok());
        assert!(Role::Supervisor.joins(Role::Archivist).is_err());
        assert!(Role::Supervisor.joins(Role::Reader).is_ok());
    }
}
