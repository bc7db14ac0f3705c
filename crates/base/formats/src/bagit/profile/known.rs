//! The profiles that an archive has.

use super::{Profile, ProfileError};
use std::collections::BTreeMap;
use std::path::Path;

/// The profiles that an archive has, by their addresses.
#[derive(Debug, Clone, Default)]
pub struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// Reads every `*.json` of a folder; a folder that is not there has none.
    ///
    /// # Errors
    /// Where a file is no profile or the disk fails.
    pub fn open(folder: &Path) -> Result<Self, ProfileError> {
        let failed = |source| ProfileError::Io {
            name: folder.display().to_string(),
            source,
        };
        let mut profiles = Self::default();
        if !folder.is_dir() {
            return Ok(profiles);
        }
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            profiles.add(Profile::open(&path)?);
        }
        Ok(profiles)
    }

    /// Adds a profile.
    pub fn add(&mut self, profile: Profile) {
        self.0.insert(plain_address(profile.identifier()), profile);
    }

    /// The profile with an address; `http` and `https` are one.
    pub fn find(&self, identifier: &str) -> Option<&Profile> {
        self.0.get(&plain_address(identifier))
    }
}

fn plain_address(identifier: &str) -> String {
    let identifier = identifier.trim();
    identifier
        .strip_prefix("https://")
        .or_else(|| identifier.strip_prefix("http://"))
        .unwrap_or(identifier)
        .trim_end_matches('/')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_tls_are_one() {
        let mut profiles = Profiles::default();
        let text = r#"{"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "http://archive.example/p.json"}}"#;
        profiles.add(Profile::parse("p.json", text).unwrap());
        assert!(profiles.find("https://archive.example/p.json").is_some());
        assert!(profiles.find("https://archive.example/q.json").is_none());
    }
}
