//! One pass over the bytes of a file: staged or only measured; digests and both ends come out of it.

use super::CHUNK;
use crate::progress::Progress;
use crate::submission::SubmittedFile;
use lantai_cataloguing::layout;
use lantai_formats::identify::HeadTail;
use lantai_vault::{
    Algorithm, Arriving, ByteObserver, Digester, LogicalPath, ObjectWriter, StoredFile, VaultError,
};
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

impl<'a> Observer<'a> {
    /// For a file whose SHA-512 and SM3 come from the vault.
    fn of(file: &SubmittedFile, progress: &'a Progress) -> Self {
        Self {
            window: HeadTail::new(),
            further: Further::of(file, &[Algorithm::Sha512, Algorithm::Sm3]),
            progress,
        }
    }

    fn measured(self, path: &LogicalPath, stored: StoredFile) -> Measured {
        let mut digests = vec![
            ("sha512".to_owned(), stored.sha512.clone()),
            ("sm3".to_owned(), stored.sm3.clone()),
        ];
        digests.extend(self.further.finish());
        Measured {
            path: path.as_str().to_owned(),
            size: stored.size,
            sha512: stored.sha512,
            sm3: stored.sm3,
            window: self.window,
            digests,
        }
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

/// A file on its way into the vault.
pub(super) struct Passing<'a> {
    /// Which of those that are read together.
    pub number: usize,
    pub file: &'a SubmittedFile,
    pub source: File,
    pub size: u64,
}

/// Fewer files than these are staged one after the other: for so few, a thread of its own for each digest is quicker
/// than digesting side by side.
const FEW: usize = 4;

/// Stages files: SHA-512 and SM3 come from the vault. Each answer goes with the file's number.
pub(super) fn stage(
    writer: &mut ObjectWriter,
    files: Vec<Passing<'_>>,
    progress: &Progress,
) -> Vec<(usize, Result<Measured, VaultError>)> {
    if files.len() < FEW {
        let staged = files.into_iter().map(|passing| {
            let mut observer = Observer::of(passing.file, progress);
            let measured = layout::content_path(&passing.file.name).and_then(|path| {
                let stored = writer.put(&path, passing.source, Some(passing.size), &mut observer)?;
                Ok(observer.measured(&path, stored))
            });
            (passing.number, measured)
        });
        return staged.collect();
    }
    let mut answers = Vec::new();
    let (mut arriving, mut observers) = (Vec::new(), Vec::new());
    for passing in files {
        match layout::content_path(&passing.file.name) {
            Ok(path) => {
                arriving.push(Arriving {
                    path: path.clone(),
                    source: passing.source,
                    announced: Some(passing.size),
                });
                observers.push((passing.number, path, Observer::of(passing.file, progress)));
            }
            Err(error) => answers.push((passing.number, Err(error))),
        }
    }
    let stored = writer.put_all(arriving, |number, bytes| match observers.get_mut(number) {
        Some((_, _, observer)) => observer.observe(bytes),
        None => Ok(()),
    });
    for ((number, path, observer), stored) in observers.into_iter().zip(stored) {
        answers.push((number, stored.map(|stored| observer.measured(&path, stored))));
    }
    answers
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
