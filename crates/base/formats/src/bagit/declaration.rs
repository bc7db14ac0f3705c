//! The two lines of `bagit.txt` (RFC 8493 §2.1.1).

use std::fmt;

use encoding_rs::Encoding;

use super::fault::BagError;

/// The version of the standard that a bag follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(into = "String")]
pub struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// RFC 8493.
    pub const V1_0: Self = Self { major: 1, minor: 0 };

    const OLDEST: Self = Self { major: 0, minor: 93 };
    /// The drafts before this one called `bag-info.txt` `package-info.txt`.
    const WITH_BAG_INFO: Self = Self { major: 0, minor: 95 };

    pub(super) fn info_file(self) -> &'static str {
        if self < Self::WITH_BAG_INFO {
            "package-info.txt"
        } else {
            "bag-info.txt"
        }
    }

    pub(super) fn is_final(self) -> bool {
        self >= Self::V1_0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

/// What `bagit.txt` says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration {
    pub version: Version,
    pub encoding: &'static Encoding,
}

impl Declaration {
    /// Reads the file's bytes. Space where the standard has none is refused, since no bag could be told from what
    /// merely looks like one otherwise; drafts may have more lines than two.
    pub fn parse(bytes: &[u8]) -> Result<Self, BagError> {
        let malformed = |what| BagError::Declaration { what };
        if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
            return Err(malformed("it begins with a byte-order mark"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let mut lines = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line));
        let value = |line: Option<&'_ str>, label: &str, what| -> Result<String, BagError> {
            let value = line
                .and_then(|line| line.strip_prefix(label))
                .ok_or_else(|| malformed(what))?;
            Ok(value.to_owned())
        };
        let version_text = value(
            lines.next(),
            "BagIt-Version: ",
            "its first line is not BagIt-Version: and a version",
        )?;
        let label = value(
            lines.next(),
            "Tag-File-Character-Encoding: ",
            "its second line is not Tag-File-Character-Encoding: and an encoding",
        )?;
        let version =
            parse_version(&version_text).ok_or_else(|| malformed("the version is not two numbers"))?;
        if version < Version::OLDEST || version > Version::V1_0 || (version.major == 0 && version.minor > 97)
        {
            return Err(BagError::Version {
                version: version_text,
            });
        }
        if version.is_final() && lines.any(|line| !line.is_empty()) {
            return Err(malformed("it has more than two lines"));
        }
        let encoding = Encoding::for_label(label.as_bytes()).filter(|_| label.trim() == label);
        Ok(Self {
            version,
            encoding: encoding.ok_or(BagError::Encoding { label })?,
        })
    }
}

fn parse_version(text: &str) -> Option<Version> {
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten()
    };
    let (major, minor) = text.split_once('.')?;
    Some(Version {
        major: number(major)?,
        minor: number(minor)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_declarations_are_read() {
        for (text, version) in [
            ("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "1.0"),
            (
                "BagIt-Version: 0.97\r\nTag-File-Character-Encoding: GB18030",
                "0.97",
            ),
            (
                "BagIt-Version: 0.93\nTag-File-Character-Encoding: UTF-8\nx\n",
                "0.93",
            ),
        ] {
            assert_eq!(
                Declaration::parse(text.as_bytes()).unwrap().version.to_string(),
                version
            );
        }
    }

    #[test]
    fn bad_declarations_are_named() {
        let code = |text: &str| Declaration::parse(text.as_bytes()).unwrap_err().code();
        let second = "\nTag-File-Character-Encoding: UTF-8\n";
        assert_eq!(code("\u{feff}BagIt-Version: 1.0"), "bagit.declaration");
        assert_eq!(code(&format!("BagIt-Version : 1.0{second}")), "bagit.declaration");
        assert_eq!(code(&format!("BagIt-Version: 1.0 {second}")), "bagit.declaration");
        assert_eq!(code(&format!("BagIt-Version: .97{second}")), "bagit.declaration");
        assert_eq!(
            code(&format!("BagIt-Version: 1.0{second}more")),
            "bagit.declaration"
        );
        assert_eq!(code("BagIt-Version: 1.0\n"), "bagit.declaration");
        assert_eq!(code(&format!("BagIt-Version: 2.0{second}")), "bagit.version");
        assert_eq!(code(&format!("BagIt-Version: 0.98{second}")), "bagit.version");
        assert_eq!(
            code("BagIt-Version: 1.0\nTag-File-Character-Encoding: Klingon\n"),
            "bagit.encoding"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Declaration::parse(&bytes);
        }
    }
}
