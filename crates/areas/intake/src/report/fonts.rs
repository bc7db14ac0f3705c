//! A font for Chinese, found on this machine.

use std::sync::Arc;

/// Families that have what a report needs, the best first.
const FAMILIES: [&str; 9] = [
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "SimSun",
    "Songti SC",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
];

/// Why no font could be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// There is none for Chinese.
    #[error(
        "no font for Chinese is installed: install the package fonts-noto-cjk (Debian, Ubuntu) or google-noto-serif-cjk-fonts (Fedora, openEuler)"
    )]
    Missing,
    /// There is one, and it cannot be read.
    #[error("the font {family} cannot be read")]
    Unreadable {
        /// Its family.
        family: String,
    },
}

impl FontError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "intake.font_missing",
            Self::Unreadable { .. } => "intake.font_unreadable",
        }
    }
}

/// The bytes of a font file, and which of its faces is meant.
pub(super) struct FontData {
    pub bytes: Arc<Vec<u8>>,
    pub index: u32,
}

/// Finds the font.
pub(super) fn find() -> Result<FontData, FontError> {
    let mut database = fontdb::Database::new();
    database.load_system_fonts();
    find_in(&database)
}

fn find_in(database: &fontdb::Database) -> Result<FontData, FontError> {
    for family in FAMILIES {
        let query = fontdb::Query {
            families: &[fontdb::Family::Name(family)],
            ..fontdb::Query::default()
        };
        let Some(id) = database.query(&query) else {
            continue;
        };
        let found = database.with_face_data(id, |bytes, index| FontData {
            bytes: Arc::new(bytes.to_vec()),
            index,
        });
        return found.ok_or_else(|| FontError::Unreadable {
            family: family.to_owned(),
        });
    }
    Err(FontError::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_font_the_error_says_what_to_install() {
        let error = find_in(&fontdb::Database::new()).err().unwrap();
        assert_eq!(error.code(), "intake.font_missing");
        assert!(error.to_string().contains("fonts-noto-cjk"));
    }
}
