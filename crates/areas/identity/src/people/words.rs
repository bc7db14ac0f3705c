//! Small words of people: names, reasons, moments as the catalogue keeps them.

use super::error::PeopleError;
use jiff::Timestamp;
use lantai_database::StoreError;

/// Letters of a name at most.
const LONGEST_NAME: usize = 100;
/// Letters of a reason at most.
const LONGEST_REASON: usize = 500;

fn tidy(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    let sound = !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
    sound.then(|| text.to_owned())
}

/// A name of a person, an institution or a post.
pub(crate) fn check_name(name: &str) -> Result<String, PeopleError> {
    tidy(name, LONGEST_NAME).ok_or(PeopleError::Name)
}

/// A reason given by a person.
pub(crate) fn check_reason(reason: &str) -> Result<String, PeopleError> {
    tidy(reason, LONGEST_REASON).ok_or(PeopleError::ReasonMissing)
}

/// The name of an account: what can be typed anywhere, without blanks.
pub(crate) fn check_account_name(name: &str) -> Result<String, PeopleError> {
    let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '@');
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(allowed) {
        return Err(PeopleError::AccountName(name.to_owned()));
    }
    Ok(name.to_owned())
}

/// A moment out of the catalogue.
pub(crate) fn moment(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds).map_err(|error| StoreError::corrupt("moment", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(check_name("  王芳 ").unwrap(), "王芳");
        for bad in ["", "   ", "a\u{0}b", &"长".repeat(101)] {
            assert!(matches!(check_name(bad), Err(PeopleError::Name)), "{bad:?}");
        }
        assert!(check_reason(" ").is_err());
    }

    #[test]
    fn accounts_have_names_without_blanks() {
        for good in ["王芳.2", "wang.fang@example.cn"] {
            assert_eq!(check_account_name(good).unwrap(), good);
        }
        for bad in ["", "a b", "a/b", "<x>", &"a".repeat(65)] {
            assert!(check_account_name(bad).is_err(), "{bad:?}");
        }
    }
}
