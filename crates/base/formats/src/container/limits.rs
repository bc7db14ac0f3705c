//! How much may be unpacked: data, not code (`rules/limits.toml`).

use serde::Deserialize;

const BUILTIN: &str = include_str!("../../../../../rules/limits.toml");

/// Why a file of limits cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    /// It is not what the form asks for.
    #[error("the limits of unpacking cannot be read")]
    Form(#[from] toml::de::Error),
}

impl LimitsError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        "formats.limits"
    }
}

/// Limits of what is unpacked. Sizes are in bytes; what each one means is written in `rules/limits.toml`. The default
/// value lets nothing through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Which version of the limits it is; reports name it.
    pub version: String,
    /// Files and folders in one container.
    pub entries: u64,
    /// Bytes of all files together when unpacked.
    pub total_bytes: u64,
    /// How many times larger than its compressed form a file, or the whole, may become.
    pub ratio: u64,
    /// Below this many unpacked bytes the ratio is not looked at.
    pub ratio_floor_bytes: u64,
    /// Folders in one another.
    pub folder_depth: usize,
    /// Bytes of one part of a path.
    pub name_bytes: usize,
    /// Bytes of a whole path.
    pub path_bytes: usize,
    /// Bytes of a directory.
    pub directory_bytes: u64,
    /// Bytes of the header of 7z.
    pub seven_zip_header_bytes: u64,
    /// Bytes of one extended header of TAR.
    pub header_bytes: u64,
    /// Memory that a decompressor may ask for.
    pub dictionary_bytes: u64,
    /// Faults listed before reading stops.
    pub refusals_listed: usize,
    /// Containers inside one another that are looked into.
    pub nested_depth: usize,
    /// Entries looked at in a container that is content.
    pub nested_entries: u64,
    /// Bytes counted in a container that is content.
    pub nested_total_bytes: u64,
    /// Bytes of an inner 7z container held in memory.
    pub nested_buffer_bytes: u64,
    /// Members at the root of a ZIP file that make it a document.
    pub document_members: Vec<String>,
    /// Beginnings of compressed content that make it a document.
    pub document_beginnings: Vec<String>,
}

impl Limits {
    /// The limits that come with the program.
    pub fn builtin() -> Result<Self, LimitsError> {
        Self::from_toml(BUILTIN)
    }

    /// The limits of the program with a file laid over them, which gives only what differs.
    pub fn with_overrides(text: &str) -> Result<Self, LimitsError> {
        let mut limits: toml::Table = toml::from_str(BUILTIN)?;
        limits.extend(toml::from_str::<toml::Table>(text)?);
        Ok(limits.try_into()?)
    }

    /// Limits from a file's text, which gives all of them.
    pub fn from_toml(text: &str) -> Result<Self, LimitsError> {
        Ok(toml::from_str(text)?)
    }

    /// Whether so many bytes out of so few are a bomb.
    pub fn is_bomb(&self, compressed: u64, unpacked: u64) -> bool {
        unpacked > self.ratio_floor_bytes && unpacked > compressed.saturating_mul(self.ratio)
    }

    /// These limits for a container that is content: counted, not unpacked.
    pub(super) fn of_nested(&self) -> Self {
        Self {
            entries: self.nested_entries,
            total_bytes: self.nested_total_bytes,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_limits_are_read_and_a_wrong_file_is_named() {
        let limits = Limits::builtin().unwrap();
        assert_eq!(
            (limits.ratio, limits.folder_depth, limits.name_bytes),
            (200, 12, 255)
        );
        assert!(limits.is_bomb(20_000, 20_000_000));
        assert!(!limits.is_bomb(20, 20_000), "small files may compress well");
        assert_eq!(
            Limits::from_toml("entries = 'many'").unwrap_err().code(),
            "formats.limits"
        );
        let misspelt = include_str!("../../../../../rules/limits.toml").replace("ratio =", "ration =");
        assert!(Limits::from_toml(&misspelt).is_err());
    }

    #[test]
    fn a_file_laid_over_changes_what_it_gives() {
        let limits = Limits::with_overrides("ratio = 1_000\nversion = 'ours-1'").unwrap();
        let builtin = Limits::builtin().unwrap();
        assert_eq!((limits.ratio, limits.version.as_str()), (1_000, "ours-1"));
        assert_eq!(limits.nested_depth, builtin.nested_depth);
        for wrong in ["ration = 3", "ratio = 'high'", "ratio = -1", "not toml"] {
            assert_eq!(
                Limits::with_overrides(wrong).unwrap_err().code(),
                "formats.limits",
                "{wrong}"
            );
        }
    }
}
