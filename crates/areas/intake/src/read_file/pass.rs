//! One pass over the bytes of a file: staged or only measured; digests and both ends come out of it.

use super::CHUNK;
use crate::progress::Progress;
use crate::submission::SubmittedFile;
use lantai_cataloguing::layout;
use lantai_formats::identify::HeadTail;
use lantai_vault::{Algorithm, ByteObserver, Digester, ObjectWriter, VaultError};
use std::fs::File;
use std::io::Read;

/// Digests that were declared and that nobody else computes on the way.
struct Further(Vec<(Algorithm, Box<dyn Digester>)>);

impl Further {
    /// Digesters for what description and list declare, except what is computed anyhow.
    fn of(file: &SubmittedFile, computed: &[Algorithm]) -> Self {
        let declared = file.declared.iter().chain(&file.listed);
        let mut running: Vec<(Algorithm, Box<dyn Digester>)> = Vec::new();
        for algorithm in declared.filter_map(|digest| Algorithm::named(&digest.algorithm)) {
            if !computed.contains(&algorithm) && running.iter().all(|(known, _)| *known != algorithm) {
                running.push((algorithm, algorithm.start()));
            }
        }
        Self(running)
    }

    fn finish(self) -> Vec<(String, String)> {
        self.0
            .into_iter()
            .map(|(algorithm, digester)| (algorithm.name().to_owned(), digester.finish()))
            .collect()
    }
}

/// Sees the bytes go by.
struct Observer<'a> {
    window: HeadTail,
    further: Further,
    progress: &'a Progress,
}

impl ByteObserver for Observer<'_> {
    fn observe(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.window.feed(bytes);
        for (_, digester) in &mut self.further.0 {
            digester.update(bytes);
        }
        self.progress.bytes_done(bytes.len() as u64);
        Ok(())
    }
}

/// What the pass measured.
pub(super) struct Measured {
    pub path: String,
    pub size: u64,
    pub sha512: String,
    pub sm3: String,
    pub window: HeadTail,
    /// All digests by algorithm.
    pub digests: Vec<(String, String)>,
}

/// Stages a file: SHA-512 and SM3 come from the vault.
pub(super) fn stage(
    writer: &mut ObjectWriter,
    file: &SubmittedFile,
    source: File,
    size: u64,
    progress: &Progress,
) -> Result<Measured, VaultError> {
    let further = Further::of(file, &[Algorithm::Sha512, Algorithm::Sm3]);
    let mut observer = Observer {
        window: HeadTail::new(),
        further,
        progress,
    };
    let path = layout::content_path(&file.name)?;
    let stored = writer.put(&path, source, Some(size), &mut observer)?;
    let mut digests = vec![
        ("sha512".to_owned(), stored.sha512.clone()),
        ("sm3".to_owned(), stored.sm3.clone()),
    ];
    digests.extend(observer.further.finish());
    Ok(Measured {
        path: path.as_str().to_owned(),
        size: stored.size,
        sha512: stored.sha512,
        sm3: stored.sm3,
        window: observer.window,
        digests,
    })
}

/// Reads a file without keeping it; only what is asked for or was declared is computed.
pub(super) fn measure(
    file: &SubmittedFile,
    mut source: File,
    size: u64,
    asked: &[Algorithm],
    progress: &Progress,
) -> Result<Measured, VaultError> {
    let path = layout::content_path(&file.name)?;
    let mut further = Further::of(file, asked);
    let asked = asked.iter().map(|algorithm| (*algorithm, algorithm.start()));
    further.0.extend(asked);
    let mut observer = Observer {
        window: HeadTail::new(),
        further,
        progress,
    };
    let mut buffer = vec![0; CHUNK];
    let mut found = 0_u64;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(VaultError::Source { path, source }),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        observer.observe(bytes).map_err(|source| VaultError::Source {
            path: path.clone(),
            source,
        })?;
        found += count as u64;
        if found > size {
            break;
        }
    }
    if found != size {
        return Err(VaultError::FileChanged {
            path,
            expected: size,
            found,
        });
    }
    let digests = observer.further.finish();
    let of = |name: &str| {
        let found = digests.iter().find(|(algorithm, _)| algorithm == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    Ok(Measured {
        path: path.as_str().to_owned(),
        size,
        sha512: of("sha512"),
        sm3: of("sm3"),
        window: observer.window,
        digests,
    })
}
