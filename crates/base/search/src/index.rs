//! The index on the disk: made, opened, kept current.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::store::Compressor;
use tantivy::{Index as Engine, IndexReader, IndexSettings, ReloadPolicy, Searcher};

use crate::error::SearchError;
use crate::schema::{self, Fields};
use crate::writer::IndexWriter;

/// Says which version wrote the index; stands beside the engine's files.
const VERSION_FILE: &str = "lantai-index.json";

#[derive(Serialize, Deserialize)]
struct VersionFile {
    version: u32,
}

/// A search index in a folder of its own. Cheap to share behind an `Arc`; searching needs `&self` only.
pub struct Index {
    path: PathBuf,
    engine: Engine,
    reader: IndexReader,
    fields: Fields,
}

impl Index {
    /// Makes an empty index; the folder is created when it is missing.
    ///
    /// [`SearchError::Exists`] when there is one already: delete the folder first to start anew.
    pub fn create(path: &Path) -> Result<Self, SearchError> {
        std::fs::create_dir_all(path).map_err(|source| SearchError::storage(path, source))?;
        if path.join(VERSION_FILE).exists() || path.join("meta.json").exists() {
            return Err(SearchError::Exists {
                path: path.to_path_buf(),
            });
        }
        let (schema, fields) = schema::build();
        let directory =
            MmapDirectory::open(path).map_err(|error| SearchError::from_engine(path, error.into()))?;
        // Long texts compress better in larger blocks; a hit costs one block.
        let settings = IndexSettings {
            docstore_compression: Compressor::Lz4,
            docstore_blocksize: 32_768,
            ..IndexSettings::default()
        };
        let engine = Engine::create(directory, schema, settings)
            .map_err(|error| SearchError::from_engine(path, error))?;
        // Last, so that a half-made index is never taken for a whole one.
        write_version(path).map_err(|source| SearchError::storage(path, source))?;
        Self::ready(path, engine, fields)
    }

    /// Opens an index.
    ///
    /// [`SearchError::Outdated`] when another version wrote it, [`SearchError::Missing`] when there is none,
    /// [`SearchError::Corrupt`] when it cannot be read: the answer to all three is to build it anew.
    pub fn open(path: &Path) -> Result<Self, SearchError> {
        let found = read_version(path)?;
        if found != schema::VERSION {
            return Err(SearchError::Outdated {
                found,
                expected: schema::VERSION,
            });
        }
        let engine =
            Engine::open_in_dir(path).map_err(|error| match SearchError::from_engine(path, error) {
                SearchError::Engine(source) => SearchError::Corrupt {
                    path: path.to_path_buf(),
                    source,
                },
                other => other,
            })?;
        let (schema, fields) = schema::build();
        if engine.schema() != schema {
            return Err(SearchError::Outdated {
                found,
                expected: schema::VERSION,
            });
        }
        Self::ready(path, engine, fields)
    }

    fn ready(path: &Path, engine: Engine, fields: Fields) -> Result<Self, SearchError> {
        schema::register(&engine);
        let reader = engine
            .reader_builder()
            // We know when we have committed; watching the folder would cost a thread.
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(20)
            .try_into()
            .map_err(|error| SearchError::from_engine(path, error))?;
        Ok(Self {
            path: path.to_path_buf(),
            engine,
            reader,
            fields,
        })
    }

    /// Starts writing. Only one writer at a time may exist for a folder, in all processes together;
    /// a second one is [`SearchError::InUse`].
    ///
    /// `memory_budget` bounds the bytes held before a part of the index is written out, at least 15 MB;
    /// 64 MB is good for bulk loading. From 30 MB on two threads work.
    pub fn writer(&self, memory_budget: usize) -> Result<IndexWriter, SearchError> {
        IndexWriter::start(&self.path, &self.engine, &self.fields, memory_budget)
    }

    /// Makes what was committed visible to searches that begin from now on.
    pub fn reload(&self) -> Result<(), SearchError> {
        self.reader
            .reload()
            .map_err(|error| SearchError::from_engine(&self.path, error))
    }

    /// How many records the index holds, whoever may see them.
    pub fn record_count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// The folder of the index.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }
}

fn write_version(path: &Path) -> std::io::Result<()> {
    let text = serde_json::to_vec(&VersionFile {
        version: schema::VERSION,
    })?;
    let mut file = File::create(path.join(VERSION_FILE))?;
    file.write_all(&text)?;
    file.sync_all()?;
    File::open(path)?.sync_all()
}

fn read_version(path: &Path) -> Result<u32, SearchError> {
    let text = match std::fs::read(path.join(VERSION_FILE)) {
        Ok(text) => text,
        Err(source) if source.kind() == ErrorKind::NotFound => {
            return Err(SearchError::Missing {
                path: path.to_path_buf(),
            });
        }
        Err(source) => return Err(SearchError::storage(path, source)),
    };
    // An unreadable version is some other version.
    Ok(serde_json::from_slice::<VersionFile>(&text).map_or(0, |file| file.version))
}
