//! Who inspects: two persons who are not the same, and neither of them whoever received the lot.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A person of the staff, by account name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Person(String);

impl Person {
    /// The person of an account.
    pub fn new(account: &str) -> Self {
        Self(account.to_owned())
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Two persons were asked for and one was given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the two inspectors are the same person")]
pub struct SamePerson;

/// Two different persons. There is no way to hold a pair of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(Person, Person)", into = "(Person, Person)")]
pub struct Pair {
    one: Person,
    two: Person,
}

impl Pair {
    /// Two persons, who must differ.
    pub fn new(one: Person, two: Person) -> Result<Self, SamePerson> {
        if one == two {
            return Err(SamePerson);
        }
        Ok(Self { one, two })
    }

    /// The first.
    pub fn one(&self) -> &Person {
        &self.one
    }

    /// The second.
    pub fn two(&self) -> &Person {
        &self.two
    }

    /// Whether a person is one of them.
    pub fn has(&self, person: &Person) -> bool {
        self.one == *person || self.two == *person
    }
}

impl TryFrom<(Person, Person)> for Pair {
    type Error = SamePerson;

    fn try_from((one, two): (Person, Person)) -> Result<Self, Self::Error> {
        Self::new(one, two)
    }
}

impl From<Pair> for (Person, Person) {
    fn from(pair: Pair) -> Self {
        (pair.one, pair.two)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_two_persons_even_when_it_is_read() {
        assert_eq!(Pair::new(Person::new("li"), Person::new("li")), Err(SamePerson));
        let pair = Pair::new(Person::new("li"), Person::new("wang")).unwrap();
        let text = serde_json::to_string(&pair).unwrap();
        assert_eq!(text, r#"["li","wang"]"#);
        assert_eq!(serde_json::from_str::<Pair>(&text).unwrap(), pair);
        assert!(serde_json::from_str::<Pair>(r#"["li","li"]"#).is_err());
    }
}
