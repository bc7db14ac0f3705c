//! Writes bags of version 1.0.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::digest::{Algorithm, Hasher};
use super::fault::BagError;
use super::path::{PAYLOAD, encode, folded, stays_inside};
use super::validate::hash_file;

const CHUNK_BYTES: usize = 256 * 1024;

/// Files that are kept open before they are synced together.
const MOST_OPEN_FILES: usize = 128;

/// What was written for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path in the bag.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its digests in hexadecimal digits, one for each of the bag's algorithms.
    pub digests: Vec<(Algorithm, String)>,
}

/// Writes a bag file by file.
///
/// It grows under the name `NAME.partial` and gets `bagit.txt` last, so that an interrupted one is neither found under
/// its name nor taken for a bag. Dropped without [`BagWriter::finish`], it removes what it wrote.
#[derive(Debug)]
pub struct BagWriter {
    target: PathBuf,
    partial: PathBuf,
    info: Vec<(String, String)>,
    algorithms: Vec<Algorithm>,
    manifests: Vec<(Algorithm, BufWriter<File>)>,
    tag_files: Vec<WrittenFile>,
    names: HashSet<String>,
    bytes: u64,
    files: u64,
    unsynced: Vec<File>,
    is_finished: bool,
}

impl BagWriter {
    /// Starts a bag that will stand at `dir`, where nothing may be yet, with a manifest for each of `algorithms`
    /// (SHA-512 if there are none). `info` becomes `bag-info.txt`; the caller gives `Bagging-Date` with it, and
    /// `Payload-Oxum` is added. An older unfinished bag of the same name is removed.
    pub fn create(dir: &Path, info: &[(String, String)], algorithms: &[Algorithm]) -> Result<Self, BagError> {
        for (label, value) in info {
            check_label(label, value)?;
        }
        if fs::symlink_metadata(dir).is_ok() {
            return Err(BagError::Exists { path: dir.to_owned() });
        }
        let mut algorithms = algorithms.to_vec();
        algorithms.sort_unstable();
        algorithms.dedup();
        if algorithms.is_empty() {
            algorithms.push(Algorithm::Sha512);
        }
        let mut name = dir.file_name().map(ToOwned::to_owned).unwrap_or_default();
        name.push(".partial");
        let partial = dir.with_file_name(name);
        match fs::remove_dir_all(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BagError::io("remove", &partial, error));
            }
            _ => {}
        }
        let payload = partial.join(PAYLOAD);
        fs::create_dir_all(&payload).map_err(|source| BagError::io("create", &payload, source))?;
        let mut writer = Self {
            target: dir.to_owned(),
            partial,
            info: info.to_vec(),
            algorithms,
            manifests: Vec::new(),
            tag_files: Vec::new(),
            names: HashSet::new(),
            bytes: 0,
            files: 0,
            unsynced: Vec::new(),
            is_finished: false,
        };
        for algorithm in writer.algorithms.clone() {
            let path = writer.partial.join(manifest_name("manifest", algorithm));
            let file = File::create_new(&path).map_err(|source| BagError::io("create", &path, source))?;
            writer.manifests.push((algorithm, BufWriter::new(file)));
        }
        Ok(writer)
    }

    /// Adds a payload file; `path` is relative to the payload, such as `照片/0001.jpg`, and names must differ in more
    /// than case and Unicode's normal form, so that the bag can be unpacked anywhere. Reads `source` to its end.
    pub fn add(&mut self, path: &str, source: &mut dyn Read) -> Result<WrittenFile, BagError> {
        let written = self.write_file(format!("{PAYLOAD}{path}"), source)?;
        for (algorithm, manifest) in &mut self.manifests {
            let digest = written.digests.iter().find(|(known, _)| known == algorithm);
            let digest = digest.map_or("", |(_, digest)| digest);
            writeln!(manifest, "{digest}  {}", encode(&written.path))
                .map_err(|source| BagError::io("write", &self.partial, source))?;
        }
        self.bytes += written.bytes;
        self.files += 1;
        Ok(written)
    }

    /// Adds a file about the payload, such as `metadata/descriptions.json`; it is listed in the tag manifests.
    pub fn add_tag_file(&mut self, path: &str, source: &mut dyn Read) -> Result<WrittenFile, BagError> {
        let is_reserved = |name: &str| {
            let name = name.to_lowercase();
            let is_manifest = name.starts_with("manifest-") || name.starts_with("tagmanifest-");
            is_manifest || ["bagit.txt", "bag-info.txt", "fetch.txt", "data"].contains(&name.as_str())
        };
        if is_reserved(path.split('/').next().unwrap_or(path)) {
            return Err(BagError::Name {
                path: path.to_owned(),
            });
        }
        let written = self.write_file(path.to_owned(), source)?;
        self.tag_files.push(written.clone());
        Ok(written)
    }

    /// Completes the bag and gives it its name. On return it survives a loss of power. Returns where it stands.
    pub fn finish(mut self) -> Result<PathBuf, BagError> {
        let failed = |path: &Path, source| BagError::io("write", path, source);
        for (algorithm, manifest) in std::mem::take(&mut self.manifests) {
            let name = manifest_name("manifest", algorithm);
            let file = manifest
                .into_inner()
                .map_err(|error| failed(&self.partial, error.into_error()))?;
            self.unsynced.push(file);
            self.note_tag_file(&name)?;
        }
        let oxum = (
            "Payload-Oxum".to_owned(),
            format!("{}.{}", self.bytes, self.files),
        );
        let mut info = String::new();
        for (label, value) in self
            .info
            .iter()
            .filter(|(label, _)| !label.eq_ignore_ascii_case(&oxum.0))
            .chain([&oxum])
        {
            // A line end in a value continues on the next line, which begins with space (§2.2.2).
            let lines: Vec<&str> = value
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            info.push_str(&format!("{label}: {}\n", lines.join("\n  ")));
        }
        self.write_small("bag-info.txt", &info)?;
        self.note_tag_file("bag-info.txt")?;
        let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
        let mut digests = Vec::new();
        for algorithm in self.algorithms.clone() {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(declaration.as_bytes());
            digests.push((algorithm, hasher.finish()));
        }
        let bytes = declaration.len() as u64;
        self.tag_files.push(WrittenFile {
            path: "bagit.txt".to_owned(),
            bytes,
            digests,
        });
        self.tag_files.sort_by(|a, b| a.path.cmp(&b.path));
        for algorithm in self.algorithms.clone() {
            let digest = |file: &WrittenFile| {
                let found = file.digests.iter().find(|(known, _)| *known == algorithm);
                found.map_or_else(String::new, |(_, digest)| digest.clone())
            };
            let lines = self
                .tag_files
                .iter()
                .map(|file| format!("{}  {}\n", digest(file), encode(&file.path)));
            let text: String = lines.collect();
            self.write_small(&manifest_name("tagmanifest", algorithm), &text)?;
        }
        self.sync()?;
        self.write_small("bagit.txt", declaration)?;
        self.sync()?;
        sync_folders(&self.partial)?;
        if fs::symlink_metadata(&self.target).is_ok() {
            return Err(BagError::Exists {
                path: self.target.clone(),
            });
        }
        fs::rename(&self.partial, &self.target)
            .map_err(|source| BagError::io("rename", &self.target, source))?;
        self.is_finished = true;
        let parent = self
            .target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        sync_folder(parent.unwrap_or(Path::new(".")))?;
        Ok(self.target.clone())
    }

    /// Writes a file, hashing it on the way; nothing is left of one that failed.
    fn write_file(&mut self, path: String, source: &mut dyn Read) -> Result<WrittenFile, BagError> {
        if !stays_inside(&path) || path.contains('\\') || path.chars().any(|letter| letter.is_control()) {
            return Err(BagError::Name { path });
        }
        if !self.names.insert(folded(&path)) {
            return Err(BagError::NameTaken { path });
        }
        let location = self.partial.join(&path);
        let written = self.copy(&location, source);
        let (bytes, digests) = match written {
            Ok(written) => written,
            Err(source) => {
                self.names.remove(&folded(&path));
                let _ = fs::remove_file(&location); // the error that counts is the first one
                return Err(BagError::io("write", &location, source));
            }
        };
        if self.unsynced.len() >= MOST_OPEN_FILES {
            self.sync()?;
        }
        Ok(WrittenFile { path, bytes, digests })
    }

    fn copy(
        &mut self,
        location: &Path,
        source: &mut dyn Read,
    ) -> io::Result<(u64, Vec<(Algorithm, String)>)> {
        if let Some(folder) = location.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create_new(location)?;
        let mut hashers: Vec<(Algorithm, Hasher)> = self
            .algorithms
            .iter()
            .map(|algorithm| (*algorithm, Hasher::new(*algorithm)))
            .collect();
        let (mut chunk, mut bytes) = (vec![0; CHUNK_BYTES], 0);
        loop {
            let count = match source.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            for (_, hasher) in &mut hashers {
                hasher.update(&chunk[..count]);
            }
            file.write_all(&chunk[..count])?;
            bytes += count as u64;
        }
        self.unsynced.push(file);
        let digests = hashers
            .into_iter()
            .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
            .collect();
        Ok((bytes, digests))
    }

    fn write_small(&mut self, name: &str, text: &str) -> Result<(), BagError> {
        let location = self.partial.join(name);
        self.copy(&location, &mut text.as_bytes())
            .map_err(|source| BagError::io("write", &location, source))?;
        Ok(())
    }

    /// Lists a file that was written without the tag manifests' digests.
    fn note_tag_file(&mut self, name: &str) -> Result<(), BagError> {
        let location = self.partial.join(name);
        let hashers = self
            .algorithms
            .iter()
            .map(|algorithm| (*algorithm, Hasher::new(*algorithm)))
            .collect();
        let digests = hash_file(&location, hashers, &|_| {})
            .map_err(|source| BagError::io("read", &location, source))?;
        let bytes = fs::metadata(&location).map(|metadata| metadata.len());
        let bytes = bytes.map_err(|source| BagError::io("read", &location, source))?;
        self.tag_files.push(WrittenFile {
            path: name.to_owned(),
            bytes,
            digests,
        });
        Ok(())
    }

    fn sync(&mut self) -> Result<(), BagError> {
        for file in std::mem::take(&mut self.unsynced) {
            file.sync_all()
                .map_err(|source| BagError::io("sync", &self.partial, source))?;
        }
        Ok(())
    }
}

impl Drop for BagWriter {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_dir_all(&self.partial); // what stays is removed by the next bag of that name
        }
    }
}

fn manifest_name(kind: &str, algorithm: Algorithm) -> String {
    format!("{kind}-{algorithm}.txt")
}

fn check_label(label: &str, value: &str) -> Result<(), BagError> {
    let is_label = !label.trim().is_empty() && label.trim() == label;
    let is_line = !label.contains([':', '\n', '\r']) && !value.contains('\0');
    if is_label && is_line {
        Ok(())
    } else {
        Err(BagError::Label {
            label: label.to_owned(),
        })
    }
}

fn sync_folder(folder: &Path) -> Result<(), BagError> {
    let sync = || File::open(folder)?.sync_all();
    sync().map_err(|source| BagError::io("sync", folder, source))
}

/// Makes the names in a folder and below it durable.
fn sync_folders(root: &Path) -> Result<(), BagError> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |source| BagError::io("read", &folder, source);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push(entry.path());
            }
        }
        sync_folder(&folder)?;
    }
    Ok(())
}
