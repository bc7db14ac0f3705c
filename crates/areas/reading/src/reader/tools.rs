//! What a child is given besides files, and what it opens of it when it is first needed.

use crate::understanding::{UnderstandingRules, UnderstandingRulesError};
use lantai_domain::reading::Omission;
use lantai_formats::identify::Identifier;
use lantai_models::names::{OCR_DETECTION, OCR_RECOGNITION, PDFIUM, SPEECH, WORDS};
use lantai_models::ocr::{Ocr, OcrOptions};
use lantai_models::speech::{Speech, SpeechOptions};
use lantai_models::words::{DictionaryTagger, Tagger, Words};
use lantai_models::{ModelError, ModelStore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Where the tools of readers lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolPaths {
    /// Folder of the models.
    pub models: PathBuf,
    /// A private folder for files under way.
    pub scratch: PathBuf,
    /// LibreOffice, for formats that nothing else reads.
    pub libreoffice: Option<PathBuf>,
    /// ffmpeg, for films and rare sound.
    pub ffmpeg: Option<PathBuf>,
    /// Folder with rule files of the archive, which take the place of the program's own.
    pub rules: Option<PathBuf>,
    /// Folders in which programs look for programs.
    pub search_path: String,
}

/// Models whose absence or change makes another reading.
const RECIPE: [(&str, &str); 5] = [
    (PDFIUM, "libpdfium.so"),
    (OCR_DETECTION, "PP-OCRv6_det_small.onnx"),
    (OCR_RECOGNITION, "PP-OCRv6_rec_small.onnx"),
    (SPEECH, "model.bin"),
    (WORDS, "lac_encoder.onnx"),
];

impl ToolPaths {
    /// The environment of the children: programs that they start need to find others, and a home that is not anybody's.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let scratch = self.scratch.to_string_lossy().into_owned();
        vec![
            ("PATH".to_owned(), self.search_path.clone()),
            ("HOME".to_owned(), scratch.clone()),
            ("TMPDIR".to_owned(), scratch),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ]
    }

    /// A short name of the program and of the models that are there.
    pub(super) fn recipe(&self, program: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(program.as_bytes());
        if let Ok(store) = ModelStore::new(&self.models) {
            for (model, file) in RECIPE {
                if let (true, Ok(digest)) = (store.require(model).is_ok(), store.digest(model, file)) {
                    hasher.update(digest.as_bytes());
                }
                hasher.update(b"\n");
            }
        }
        for program in [&self.libreoffice, &self.ffmpeg] {
            hasher.update([u8::from(program.is_some())]);
        }
        hex::encode(&hasher.finalize()[..8])
    }
}

/// The tools of a child, each opened when it is first needed, and kept.
#[derive(Default)]
pub(super) struct Tools {
    paths: Option<ToolPaths>,
    store: Option<ModelStore>,
    identifier: Option<Identifier>,
    ocr: Option<Ocr>,
    speech: Option<Speech>,
    tagger: Option<Box<dyn Tagger>>,
    rules: Option<UnderstandingRules>,
}

impl Tools {
    /// Goes over to these paths; what was opened of others is closed.
    pub fn use_paths(&mut self, paths: &ToolPaths) -> Result<(), ModelError> {
        if self.paths.as_ref() != Some(paths) {
            *self = Self {
                paths: Some(paths.clone()),
                store: Some(ModelStore::new(&paths.models)?),
                ..Self::default()
            };
        }
        Ok(())
    }

    fn store(&self) -> Result<&ModelStore, ModelError> {
        // set together with the paths, before anything is asked for
        self.store.as_ref().ok_or_else(|| ModelError::Missing {
            name: "models".to_owned(),
            path: PathBuf::new(),
        })
    }

    /// The library of PDFium; `None`: it is not there.
    pub fn pdfium(&self) -> Option<PathBuf> {
        self.store().ok()?.file(PDFIUM, "libpdfium.so").ok()
    }

    /// Names formats of files inside files.
    pub fn identifier(&mut self) -> Option<Identifier> {
        if self.identifier.is_none() {
            self.identifier = Identifier::builtin().ok();
        }
        self.identifier.clone()
    }

    /// Reads pages.
    pub fn ocr(&mut self) -> Result<&mut Ocr, ModelError> {
        if self.ocr.is_none() {
            let store = self.store()?;
            self.ocr = Some(Ocr::open(&store.runtime()?, store, OcrOptions::default())?);
        }
        self.ocr.as_mut().ok_or_else(|| ModelError::Missing {
            name: OCR_DETECTION.to_owned(),
            path: PathBuf::new(),
        })
    }

    /// Writes down what is said.
    pub fn speech(&mut self) -> Result<&mut Speech, ModelError> {
        if self.speech.is_none() {
            let store = self.store()?;
            self.speech = Some(Speech::open(&store.runtime()?, store, SpeechOptions::default())?);
        }
        self.speech.as_mut().ok_or_else(|| ModelError::Missing {
            name: SPEECH.to_owned(),
            path: PathBuf::new(),
        })
    }

    /// The rules of understanding: the archive's own files, else the program's.
    pub fn open_rules(&mut self) -> Result<(), UnderstandingRulesError> {
        if self.rules.is_none() {
            let folder = self.paths.as_ref().and_then(|paths| paths.rules.as_deref());
            let own = |name| std::fs::read_to_string(folder?.join(name)).ok();
            let (understanding, names) = (own("understanding.toml"), own("names.toml"));
            self.rules = Some(UnderstandingRules::read(
                understanding.as_deref(),
                names.as_deref(),
            )?);
        }
        Ok(())
    }

    /// The rules that were opened.
    pub fn rules(&self) -> Option<UnderstandingRules> {
        self.rules.clone()
    }

    /// Cuts words: the model, or else the dictionary, with a word about it.
    pub fn tagger(&mut self) -> (&mut dyn Tagger, Option<Omission>) {
        let mut omission = None;
        if self.tagger.is_none() {
            let opened = self
                .store()
                .and_then(|store| Words::open(&store.runtime()?, store));
            let tagger: Box<dyn Tagger> = match opened {
                Ok(words) => Box::new(words),
                Err(error) => {
                    omission = Some(left_out("words", &error));
                    Box::new(DictionaryTagger::default())
                }
            };
            return (&mut **self.tagger.insert(tagger), omission);
        }
        (
            &mut **self
                .tagger
                .get_or_insert_with(|| Box::new(DictionaryTagger::default())),
            omission,
        )
    }
}

/// A model that cannot be used, as something that the reading lacks.
pub(super) fn left_out(step: &str, error: &ModelError) -> Omission {
    let code = match error.is_missing() {
        true => "reading.model_missing",
        false => error.code(),
    };
    Omission {
        step: step.to_owned(),
        code: code.to_owned(),
        detail: error.to_string(),
        range: None,
    }
}
