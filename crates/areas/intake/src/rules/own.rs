//! Rules as they lie in an archive's folder, and profiles by their name.

use super::{CheckRules, RuleFiles, RulesError};
use std::io::ErrorKind;
use std::path::Path;

/// Name of the profile that changes nothing.
const DEFAULT: &str = "default";

impl CheckRules {
    /// The rules of an archive: those of the program, with `checks.toml`, `elements.toml`, `limits.toml`,
    /// `environment.toml` and `copies.toml` of a folder laid over them, and a profile laid over them all. A profile is a name (`profiles/NAME.toml` in the folder, else
    /// one that comes with the program) or the path of a file.
    pub fn of_folder(folder: Option<&Path>, profile: Option<&str>) -> Result<Self, RulesError> {
        let own = |name: &str| match folder {
            Some(folder) => read(&folder.join(name)),
            None => Ok(None),
        };
        let checks = own("checks.toml")?;
        let elements = own("elements.toml")?;
        let limits = own("limits.toml")?;
        let environment = own("environment.toml")?;
        let copies = own("copies.toml")?;
        let profile = match profile.map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => find(name, own(&format!("profiles/{name}.toml")).ok().flatten())?,
            None => None,
        };
        Self::load(&RuleFiles {
            checks: checks.as_deref(),
            elements: elements.as_deref(),
            limits: limits.as_deref(),
            environment: environment.as_deref(),
            copies: copies.as_deref(),
            profile: profile.as_deref(),
        })
    }
}

fn find(name: &str, own: Option<String>) -> Result<Option<String>, RulesError> {
    if own.is_some() {
        return Ok(own);
    }
    if name == DEFAULT {
        return Ok(None);
    }
    if let Some(builtin) = CheckRules::builtin_profile(name) {
        return Ok(Some(builtin.to_owned()));
    }
    match read(Path::new(name))? {
        Some(text) => Ok(Some(text)),
        None => Err(RulesError::UnknownProfile(name.to_owned())),
    }
}

fn read(path: &Path) -> Result<Option<String>, RulesError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RulesError::Unreadable {
            path: path.to_path_buf(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_found_in_the_folder_then_in_the_program_then_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("profiles")).unwrap();
        let named = |name: &str| format!("[profile]\nname = '{name}'\nversion = '1'\n");
        std::fs::write(folder.path().join("profiles/county.toml"), named("county")).unwrap();
        let file = folder.path().join("other.toml");
        std::fs::write(&file, named("other")).unwrap();
        let of = |profile: &str| {
            CheckRules::of_folder(Some(folder.path()), Some(profile)).map(|rules| rules.profile.name)
        };
        assert_eq!(of("county").unwrap(), "county");
        assert_eq!(of("strict").unwrap(), "strict");
        assert_eq!(of("default").unwrap(), "default");
        assert_eq!(of(file.to_str().unwrap()).unwrap(), "other");
        assert!(matches!(of("nowhere"), Err(RulesError::UnknownProfile(name)) if name == "nowhere"));
        assert_eq!(CheckRules::of_folder(None, None).unwrap().profile.name, "default");
    }

    #[test]
    fn the_folder_changes_elements_and_checks() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("checks.toml"), "findings_kept_per_check = 7").unwrap();
        let elements = "[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', max_length = 60 }]";
        std::fs::write(folder.path().join("elements.toml"), elements).unwrap();
        let rules = CheckRules::of_folder(Some(folder.path()), None).unwrap();
        assert_eq!(rules.findings_kept_per_check, 7);
        let documents = rules.schemes.named("documents").unwrap();
        assert_eq!(documents.element("title").unwrap().max_length, Some(60));
    }

    #[test]
    fn the_folder_names_rooms_and_the_policy_of_copies() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("environment.toml");
        let rooms = "[[kind]]\nid = 'paper_store'\ntemperature = { most = 22 }\n\
                     [[room]]\nid = 'B1-201'\nkinds = ['paper_store']\n";
        std::fs::write(&own, rooms).unwrap();
        std::fs::write(folder.path().join("copies.toml"), "copies = 2").unwrap();
        let rules = CheckRules::of_folder(Some(folder.path()), None).unwrap();
        let paper = &rules.rooms.kinds[0].temperature;
        assert_eq!((paper.least, paper.most), (Some(14.0), Some(22.0)));
        assert_eq!(
            (rules.rooms.rooms.len(), rules.copies.copies, rules.copies.offline),
            (1, 2, 1)
        );
        std::fs::write(&own, "[[room]]\nid = 'B1-201'\nkinds = ['cellar']\n").unwrap();
        let error = CheckRules::of_folder(Some(folder.path()), None).unwrap_err();
        assert!(matches!(error, RulesError::UnknownRoomKind(kind) if kind == "cellar"));
    }

    #[test]
    fn the_folder_changes_limits() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("limits.toml");
        std::fs::write(&own, "nested_depth = 2\n").unwrap();
        let rules = CheckRules::of_folder(Some(folder.path()), None).unwrap();
        assert_eq!(rules.limits.nested_depth, 2);
        assert_eq!(rules.limits.ratio, CheckRules::builtin().unwrap().limits.ratio);
        std::fs::write(&own, "nested_depht = 2\n").unwrap();
        let error = CheckRules::of_folder(Some(folder.path()), None).unwrap_err();
        assert_eq!(error.code(), "formats.limits");
    }
}
