//! Fonds (全宗): the records of one fonds-constituting unit.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The number of a fonds (全宗号): one capital letter and three digits, such as `J001` (DA/T 13-2022).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FondsNumber(String);

/// Why a text is no fonds number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no fonds number: one capital letter and three digits, such as J001")]
pub struct FondsNumberError(pub String);

impl FondsNumberError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "domain.fonds_number"
    }
}

impl FondsNumber {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FondsNumber {
    type Err = FondsNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let sound = bytes.len() == 4
            && bytes.first().is_some_and(u8::is_ascii_uppercase)
            && bytes.iter().skip(1).all(u8::is_ascii_digit);
        if sound {
            Ok(Self(text.to_owned()))
        } else {
            Err(FondsNumberError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for FondsNumber {
    type Error = FondsNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FondsNumber> for String {
    fn from(number: FondsNumber) -> Self {
        number.0
    }
}

impl fmt::Display for FondsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A fonds as it is described and kept in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fonds {
    /// 全宗号.
    pub number: FondsNumber,
    /// 全宗名称.
    pub title: String,
    /// 档案门类代码 of the records it holds, as known when it was registered.
    #[serde(default)]
    pub category_codes: Vec<String>,
    /// First year covered.
    #[serde(default)]
    pub year_from: Option<i32>,
    /// Last year covered.
    #[serde(default)]
    pub year_to: Option<i32>,
    /// 全宗介绍: history of the unit and its records.
    #[serde(default)]
    pub history: Option<String>,
}

impl Fonds {
    /// A fonds of which only the number is known: the number stands in for the title.
    pub fn unnamed(number: FondsNumber) -> Self {
        let title = number.as_str().to_owned();
        Self {
            number,
            title,
            category_codes: Vec::new(),
            year_from: None,
            year_to: None,
            history: None,
        }
    }

    /// Whether somebody has described it beyond its number.
    pub fn is_unnamed(&self) -> bool {
        self.title == self.number.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fonds_number_is_a_letter_and_three_digits() {
        assert!("J001".parse::<FondsNumber>().is_ok());
        for wrong in ["", "J01", "j001", "J0012", "1001", "J00一", "JJ01"] {
            assert!(wrong.parse::<FondsNumber>().is_err(), "{wrong}");
        }
    }
}
