//! Posts (岗位): a role somewhere, with what it reaches.

use super::error::PeopleError;
use super::words::check_name;
use jiff::Timestamp;
use lantai_domain::access::{Hat, Span};
use lantai_domain::{Duty, FondsNumber, InstitutionId, PostId, Role, SecurityClassification};
use std::collections::BTreeSet;

/// Values that a scope names at most.
const MOST_VALUES: usize = 500;

/// What a post, or a token, allows: a role, and which records it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    role: Role,
    fonds: Span,
    categories: Span,
    clearance: SecurityClassification,
}

fn codes(span: Span) -> Result<Span, PeopleError> {
    let Span::Only(values) = span else {
        return Ok(Span::All);
    };
    let values: BTreeSet<String> = values.iter().map(|value| value.trim().to_owned()).collect();
    let sound = |value: &String| {
        !value.is_empty() && value.chars().count() <= 32 && value.chars().all(char::is_alphanumeric)
    };
    if values.is_empty() || values.len() > MOST_VALUES || !values.iter().all(sound) {
        return Err(PeopleError::Scope);
    }
    Ok(Span::Only(values))
}

impl Scope {
    /// A role with what it reaches. Readers' roles come from being registered and are no posts. Administrators reach no
    /// record, whatever is asked for; the clerk of a unit reaches named fonds only.
    pub fn new(
        role: Role,
        fonds: Span,
        categories: Span,
        clearance: SecurityClassification,
    ) -> Result<Self, PeopleError> {
        let (fonds, categories, clearance) = match role.duty() {
            Duty::Use => return Err(PeopleError::RoleOfNoPost(role)),
            Duty::Administration | Duty::Oversight => (Span::All, Span::All, SecurityClassification::Public),
            Duty::Business => (codes(fonds)?, codes(categories)?, clearance),
        };
        if fonds
            .values()
            .any(|number| number.parse::<FondsNumber>().is_err())
            || (role == Role::UnitClerk && fonds == Span::All)
        {
            return Err(PeopleError::Scope);
        }
        Ok(Self {
            role,
            fonds,
            categories,
            clearance,
        })
    }

    /// A role that reaches everything, up to internal records.
    pub fn everything(role: Role) -> Self {
        let clearance = match role.duty() {
            Duty::Business => SecurityClassification::Internal,
            Duty::Administration | Duty::Oversight | Duty::Use => SecurityClassification::Public,
        };
        Self {
            role,
            fonds: Span::All,
            categories: Span::All,
            clearance,
        }
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The fonds that it reaches.
    pub fn fonds(&self) -> &Span {
        &self.fonds
    }

    /// The categories that it reaches.
    pub fn categories(&self) -> &Span {
        &self.categories
    }

    /// Up to which classification.
    pub fn clearance(&self) -> SecurityClassification {
        self.clearance
    }

    /// The hat that it gives.
    pub fn hat(&self, post: Option<PostId>) -> Hat {
        Hat {
            post,
            role: Some(self.role),
            fonds: self.fonds.clone(),
            categories: self.categories.clone(),
            clearance: self.clearance,
        }
    }
}

/// A post. What it allows never changes; other rights are another post, which two persons see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Identifies it.
    pub id: PostId,
    /// Where it is.
    pub institution: InstitutionId,
    /// Its name, such as 保管利用科著录员.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// Since when it exists no more.
    pub closed_at: Option<Timestamp>,
}

/// A post to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPost {
    /// Where it is.
    pub institution: InstitutionId,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
}

impl NewPost {
    /// With a name that is one.
    pub fn checked(self) -> Result<Self, PeopleError> {
        Ok(Self {
            name: check_name(&self.name)?,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(values: &[&str]) -> Span {
        Span::Only(values.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_post_of_the_business_reaches_what_is_named() {
        let clearance = SecurityClassification::Internal;
        let scope = Scope::new(Role::Cataloguer, only(&["J001"]), only(&["WS"]), clearance).unwrap();
        assert!(scope.fonds().reaches("J001") && !scope.fonds().reaches("J002"));
        for (fonds, categories) in [
            (only(&["j1"]), Span::All),
            (only(&[]), Span::All),
            (Span::All, only(&[" "])),
        ] {
            let refused = Scope::new(Role::Cataloguer, fonds, categories, clearance);
            assert!(matches!(refused, Err(PeopleError::Scope)), "{refused:?}");
        }
    }

    #[test]
    fn the_clerk_of_a_unit_reaches_named_fonds_only() {
        let clearance = SecurityClassification::Internal;
        assert!(Scope::new(Role::UnitClerk, Span::All, Span::All, clearance).is_err());
        assert!(Scope::new(Role::UnitClerk, only(&["J001"]), Span::All, clearance).is_ok());
    }

    #[test]
    fn administrators_have_no_clearance_and_readers_no_post() {
        let asked = SecurityClassification::TopSecret;
        let scope = Scope::new(Role::SystemAdmin, only(&["J001"]), Span::All, asked).unwrap();
        assert_eq!(scope.clearance(), SecurityClassification::Public);
        assert!(matches!(
            Scope::new(Role::VerifiedReader, Span::All, Span::All, asked),
            Err(PeopleError::RoleOfNoPost(Role::VerifiedReader))
        ));
    }
}
