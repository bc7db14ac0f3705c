//! A rule derived from one example: what a person says of one file of a folder, said of the others.

/// How the archival code of a file follows from its path, as one example shows it: the code ends with a number that
/// is one of the numbers in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedRule {
    /// What stands before the number in every code.
    prefix: String,
    /// Digits of the number in a code, zeros before it included.
    digits: usize,
    /// Which of the path's numbers it is.
    place: usize,
    /// How many numbers a path of the kind has.
    numbers: usize,
}

impl DerivedRule {
    /// The rule that an example shows; `None` where no number of the path is the one that ends the code.
    ///
    /// Where several are, the one in the file's own name counts first: `2/0002-001.jpg` for `…-0002`.
    pub fn of(path: &str, code: &str) -> Option<Self> {
        let (prefix, digits) = ending_number(code)?;
        let wanted: u64 = digits.parse().ok()?;
        let numbers = numbers_of(path);
        let name_begins = path.rfind('/').map_or(0, |slash| slash + 1);
        let fitting = || {
            let places = numbers.iter().enumerate();
            places.filter(|(_, (_, number))| *number == Some(wanted))
        };
        let (place, _) = fitting()
            .find(|(_, (start, _))| *start >= name_begins)
            .or_else(|| fitting().next_back())?;
        Some(Self {
            prefix: prefix.to_owned(),
            digits: digits.len(),
            place,
            numbers: numbers.len(),
        })
    }

    /// The code that the rule gives for a path; `None` where the path is not of the kind.
    pub fn code_of(&self, path: &str) -> Option<String> {
        let numbers = numbers_of(path);
        if numbers.len() != self.numbers {
            return None;
        }
        let number = numbers.get(self.place)?.1?;
        Some(format!("{}{number:0digits$}", self.prefix, digits = self.digits))
    }
}

/// A code without the number it ends with, and that number.
fn ending_number(code: &str) -> Option<(&str, &str)> {
    let prefix = code.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = code.get(prefix.len()..)?;
    (!digits.is_empty()).then_some((prefix, digits))
}

/// The numbers in a path with the places where they begin, its extension left out; `None`: too large for a number.
fn numbers_of(path: &str) -> Vec<(usize, Option<u64>)> {
    let name_begins = path.rfind('/').map_or(0, |slash| slash + 1);
    let end = match path.rfind('.') {
        Some(dot) if dot > name_begins => dot,
        _ => path.len(),
    };
    let text = path.get(..end).unwrap_or(path);
    let mut numbers = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let digits = rest.get(start..).unwrap_or_default();
        let length = digits
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(digits.len());
        let place = text.len() - digits.len();
        numbers.push((place, digits.get(..length).and_then(|number| number.parse().ok())));
        rest = digits.get(length..).unwrap_or_default();
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_example_says_the_rest_of_the_folder() {
        for (path, code, other, expected) in [
            (
                "扫描/IMG_0007.jpg",
                "J001-WS·2019·Y-0007",
                "扫描/IMG_0012.jpg",
                Some("J001-WS·2019·Y-0012"),
            ),
            (
                "扫描/7.jpg",
                "J001-WS·2019·Y-0007",
                "扫描/112.jpg",
                Some("J001-WS·2019·Y-0112"),
            ),
            (
                "卷2/0007-001.jpg",
                "J001-WS-0007",
                "卷2/0008-014.jpg",
                Some("J001-WS-0008"),
            ),
            (
                "0003/001.tif",
                "J001-WS-0003",
                "0004/017.tif",
                Some("J001-WS-0004"),
            ),
            (
                "2/0002-001.jpg",
                "J001-WS-0002",
                "2/0003-001.jpg",
                Some("J001-WS-0003"),
            ),
            ("扫描/IMG_0007.jpg", "J001-WS·2019·Y-0007", "扫描/封面.jpg", None),
            (
                "扫描/IMG_0007.jpg",
                "J001-WS·2019·Y-0007",
                "扫描/IMG_0012-1.jpg",
                None,
            ),
        ] {
            let rule = DerivedRule::of(path, code).unwrap();
            assert_eq!(rule.code_of(path).as_deref(), Some(code), "{path}");
            assert_eq!(rule.code_of(other).as_deref(), expected, "{other}");
        }
    }

    #[test]
    fn an_example_that_shows_nothing_gives_no_rule() {
        assert_eq!(DerivedRule::of("扫描/封面.jpg", "J001-WS-0007"), None);
        assert_eq!(DerivedRule::of("扫描/0008.jpg", "J001-WS-0007"), None);
        assert_eq!(DerivedRule::of("扫描/0008.jpg", "J001-WS"), None);
        // a number of a name that is too large for any code
        assert_eq!(DerivedRule::of("99999999999999999999999.jpg", "J001-WS-7"), None);
    }

    proptest! {
        #[test]
        fn what_an_example_says_of_itself_is_true(path in "\\PC{0,30}", code in "\\PC{0,30}") {
            if let Some(rule) = DerivedRule::of(&path, &code) {
                prop_assert_eq!(rule.code_of(&path), Some(code));
            }
        }
    }
}
