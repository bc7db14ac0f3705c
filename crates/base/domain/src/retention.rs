//! Retention period (保管期限): how long a record is kept (GB/T 18894-2016 7.4, order 10 of 2012).

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// How long a record is kept. Written `Y` or `D30` in codes (DA/T 13-2022), 永久 or 30年 in catalogues.
///
/// Orders as archives list it: permanent first, then the longer period before the shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Retention {
    /// 永久.
    Permanent,
    /// 定期: so many years, 1 to 99, counted from the first day after the year of formation.
    Years(u8),
}

/// Why a text is no retention period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// Nothing was written.
    #[error("the retention period is empty")]
    Empty,
    /// 长期 or 短期 of the rules before 2006, which name no number of years: the archive must decide which one.
    #[error("{term} is a term of the rules before 2006 and names no number of years")]
    Legacy {
        /// The term as written.
        term: String,
    },
    /// Not understood.
    #[error("{found:?} is no retention period: Y or D and years, such as D30, or 永久, 30年")]
    NotUnderstood {
        /// The text as written.
        found: String,
    },
}

impl RetentionError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "retention.empty",
            Self::Legacy { .. } => "retention.legacy_term",
            Self::NotUnderstood { .. } => "retention.not_understood",
        }
    }
}

impl Retention {
    /// Reads the component of a code and nothing else: `Y`, or `D` and one or two digits.
    pub fn from_code(text: &str) -> Option<Self> {
        if text == "Y" {
            return Some(Self::Permanent);
        }
        let digits = text.strip_prefix('D')?;
        if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().filter(|years| *years > 0).map(Self::Years)
    }

    /// The label people read: 永久 or 30年.
    pub fn label_zh(self) -> String {
        match self {
            Self::Permanent => "永久".to_owned(),
            Self::Years(years) => format!("{years}年"),
        }
    }

    /// Years it is kept; `None` for ever.
    pub fn years(self) -> Option<u8> {
        match self {
            Self::Permanent => None,
            Self::Years(years) => Some(years),
        }
    }

    /// Place in a list: permanent 0, then the longer period first.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Permanent => 0,
            Self::Years(years) => 100u8.saturating_sub(years).max(1),
        }
    }
}

impl PartialOrd for Retention {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Retention {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permanent => f.write_str("Y"),
            Self::Years(years) => write!(f, "D{years}"),
        }
    }
}

impl FromStr for Retention {
    type Err = RetentionError;

    /// Reads codes (`Y`, `D30`) and catalogue words (永久, 30年, 定期30年, 定期（10年）, 三十年).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
        if folded.is_empty() {
            return Err(RetentionError::Empty);
        }
        let not_understood = || RetentionError::NotUnderstood {
            found: text.to_owned(),
        };
        let upper = folded.to_ascii_uppercase();
        if let Some(retention) = Self::from_code(&upper) {
            return Ok(retention);
        }
        match folded.as_str() {
            "永久" | "永久保存" => return Ok(Self::Permanent),
            "长期" | "短期" | "長期" => return Err(RetentionError::Legacy { term: folded }),
            _ => {}
        }
        let period = folded.strip_prefix("定期").unwrap_or(&folded);
        let period = period.trim_matches(['(', ')', '-', ':', '·']);
        let years = period.strip_suffix('年').ok_or_else(not_understood)?;
        let years = crate::date::numerals::number(years).ok_or_else(not_understood)?;
        u8::try_from(years)
            .ok()
            .filter(|years| (1..=99).contains(years))
            .map(Self::Years)
            .ok_or_else(not_understood)
    }
}

impl TryFrom<String> for Retention {
    type Error = RetentionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Retention> for String {
    fn from(retention: Retention) -> Self {
        retention.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_mean_the_same() {
        for text in ["Y", "y", "永久", " 永 久 ", "Ｙ"] {
            assert_eq!(text.parse(), Ok(Retention::Permanent), "{text}");
        }
        for text in [
            "D30",
            "30年",
            "定期30年",
            "定期（30年）",
            "定期-30年",
            "三十年",
            "３０年",
            "d30",
        ] {
            assert_eq!(text.parse(), Ok(Retention::Years(30)), "{text}");
        }
    }

    #[test]
    fn old_terms_are_named_not_guessed() {
        assert_eq!(
            "长期".parse::<Retention>().unwrap_err().code(),
            "retention.legacy_term"
        );
        assert_eq!("".parse::<Retention>().unwrap_err().code(), "retention.empty");
        for wrong in ["D", "D0", "D100", "30", "年", "0年", "100年", "永远"] {
            assert_eq!(
                wrong.parse::<Retention>().unwrap_err().code(),
                "retention.not_understood",
                "{wrong}"
            );
        }
    }

    #[test]
    fn permanent_comes_first_and_longer_before_shorter() {
        let mut all = [Retention::Years(10), Retention::Permanent, Retention::Years(30)];
        all.sort();
        assert_eq!(all.map(|one| one.to_string()), ["Y", "D30", "D10"]);
        assert_eq!(Retention::Years(30).label_zh(), "30年");
        assert_eq!(serde_json::to_string(&Retention::Permanent).unwrap(), "\"Y\"");
    }
}
