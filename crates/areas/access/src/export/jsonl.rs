//! All records in one file, so that two exports of equal archives are equal bytes.

use crate::error::AccessError;
use lantai_cataloguing::StoredRecord;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Name of the file.
const NAME: &str = "records.jsonl";

/// The file being written.
pub(super) struct JsonlFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl JsonlFile {
    /// Begins the file; one that is there is not overwritten.
    pub fn create(folder: &Path) -> Result<Self, AccessError> {
        let path = folder.join(NAME);
        let file = File::create_new(&path).map_err(|source| AccessError::write(&path, source))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
        })
    }

    /// Writes a record on a line of its own; says how many bytes.
    pub fn write(&mut self, stored: &StoredRecord) -> Result<u64, AccessError> {
        let value = serde_json::to_value(&stored.record)?;
        let mut line = serde_json::to_vec(&Sorted::of(value))?;
        line.push(b'\n');
        self.file
            .write_all(&line)
            .map_err(|source| AccessError::write(&self.path, source))?;
        Ok(line.len() as u64)
    }

    /// Writes out what is buffered.
    pub fn finish(mut self) -> Result<(), AccessError> {
        self.file
            .flush()
            .map_err(|source| AccessError::write(&self.path, source))
    }
}

/// JSON whose keys are sorted whatever the parser's features are.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Sorted {
    Object(BTreeMap<String, Sorted>),
    Array(Vec<Sorted>),
    Plain(Value),
}

impl Sorted {
    fn of(value: Value) -> Self {
        match value {
            Value::Object(map) => Self::Object(
                map.into_iter()
                    .map(|(key, value)| (key, Self::of(value)))
                    .collect(),
            ),
            Value::Array(values) => Self::Array(values.into_iter().map(Self::of).collect()),
            plain => Self::Plain(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value: Value = serde_json::from_str(r#"{"b":[{"z":1,"a":null}],"a":"x"}"#).unwrap();
        assert_eq!(
            serde_json::to_string(&Sorted::of(value)).unwrap(),
            r#"{"a":"x","b":[{"a":null,"z":1}]}"#
        );
    }
}
