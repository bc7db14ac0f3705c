//! The list of a package's files with their digests, and the one digest that stands for the whole package.
//!
//! A line is `SM3  size  name` and a line feed; the lines are sorted by their bytes, and the SM3 of the list is the
//! package's digest (固化值). A package that came as one container file is known by that file's own digest.

use crate::error::IntakeError;
use lantai_vault::Algorithm;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Lines sorted in memory at once.
const LINES_AT_ONCE: usize = 50_000;
/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// What a package's digest was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestOf {
    /// The container file as it came.
    Container,
    /// The sorted list of files.
    FileList,
}

/// The digest that stands for a whole package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageDigest {
    /// What it was taken over.
    pub of: DigestOf,
    /// Always `sm3`.
    pub algorithm: String,
    /// Lower-case hexadecimal.
    pub value: String,
    /// SM3 of the list of files; the same as `value` where the package is no container.
    pub file_list: String,
    /// Files in the list.
    pub files: u64,
}

/// A file of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedFile {
    /// Name inside the package.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// SM3, lower-case hexadecimal.
    pub sm3: String,
}

impl ListedFile {
    fn line(&self) -> String {
        // a name may hold a line feed; the list may not be made to say something else by it
        let name = self.name.replace('\\', "\\\\").replace('\n', "\\n");
        format!("{}  {}  {name}\n", self.sm3, self.size)
    }
}

/// Sorts the list on disk, so that memory stays flat however many files a package has.
pub(crate) struct Listing {
    folder: PathBuf,
    lines: Vec<String>,
    runs: Vec<PathBuf>,
    files: u64,
}

impl Listing {
    /// An empty list; what it needs beside memory goes into `folder`, which is there and belongs to the caller.
    pub fn create(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            lines: Vec::new(),
            runs: Vec::new(),
            files: 0,
        }
    }

    /// Adds a file.
    pub fn add(&mut self, file: &ListedFile) -> Result<(), IntakeError> {
        self.files += 1;
        self.lines.push(file.line());
        if self.lines.len() >= LINES_AT_ONCE {
            self.write_run()?;
        }
        Ok(())
    }

    fn write_run(&mut self) -> Result<(), IntakeError> {
        self.lines.sort_unstable();
        let path = self.folder.join(format!("files-{}.run", self.runs.len()));
        let disk = |source| IntakeError::disk("write", &path, source);
        let mut file = BufWriter::new(File::create(&path).map_err(disk)?);
        for line in self.lines.drain(..) {
            file.write_all(line.as_bytes()).map_err(disk)?;
        }
        file.flush().map_err(disk)?;
        self.runs.push(path);
        Ok(())
    }

    /// Writes the sorted list to `path`; says its digest and how many files it has.
    pub fn finish(mut self, path: &Path) -> Result<(String, u64), IntakeError> {
        self.write_run()?;
        let disk = |source| IntakeError::disk("write", path, source);
        let mut list = BufWriter::new(File::create(path).map_err(disk)?);
        let mut digester = Algorithm::Sm3.start();
        let mut readers = Vec::new();
        let mut heap = BinaryHeap::new();
        for (number, run) in self.runs.iter().enumerate() {
            let file = File::open(run).map_err(|source| IntakeError::disk("read", run, source))?;
            readers.push(BufReader::new(file));
            push_next(&mut heap, &mut readers, number, run)?;
        }
        while let Some(Reverse((line, number))) = heap.pop() {
            digester.update(line.as_bytes());
            list.write_all(line.as_bytes()).map_err(disk)?;
            push_next(&mut heap, &mut readers, number, &self.runs[number])?;
        }
        list.flush().map_err(disk)?;
        for run in &self.runs {
            std::fs::remove_file(run).map_err(|source| IntakeError::disk("remove", run, source))?;
        }
        Ok((digester.finish(), self.files))
    }
}

fn push_next(
    heap: &mut BinaryHeap<Reverse<(String, usize)>>,
    readers: &mut [BufReader<File>],
    number: usize,
    run: &Path,
) -> Result<(), IntakeError> {
    let mut line = String::new();
    let read = readers[number].read_line(&mut line);
    if read.map_err(|source| IntakeError::disk("read", run, source))? > 0 {
        heap.push(Reverse((line, number)));
    }
    Ok(())
}

/// Size and SM3 of a file, read once.
pub(crate) fn measure(path: &Path) -> Result<(u64, String), IntakeError> {
    let disk = |source| IntakeError::disk("read", path, source);
    let mut file = File::open(path).map_err(disk)?;
    let mut digester = Algorithm::Sm3.start();
    let mut buffer = vec![0_u8; CHUNK];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer).map_err(disk)?;
        if read == 0 {
            return Ok((size, digester.finish()));
        }
        digester.update(&buffer[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(name: &str, size: u64) -> ListedFile {
        ListedFile {
            name: name.to_owned(),
            size,
            sm3: Algorithm::Sm3.of(name.as_bytes()),
        }
    }

    fn list(files: &[ListedFile], lines_at_once: usize) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut listing = Listing::create(folder.path());
        for (number, file) in files.iter().enumerate() {
            listing.add(file).unwrap();
            if number % lines_at_once == 0 {
                listing.write_run().unwrap();
            }
        }
        let path = folder.path().join("files.tsv");
        let (digest, count) = listing.finish(&path).unwrap();
        assert_eq!(count, files.len() as u64);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        (digest, std::fs::read_to_string(path).unwrap())
    }

    proptest! {
        #[test]
        fn the_order_of_reading_does_not_matter(names in prop::collection::vec("[a-c/\\\\\n一二]{1,6}", 0..30), at_once in 1_usize..5) {
            let mut files: Vec<_> = names.iter().map(|name| file(name, 3)).collect();
            let (digest, text) = list(&files, at_once);
            files.reverse();
            prop_assert_eq!(list(&files, 100).0, digest.clone());
            prop_assert_eq!(Algorithm::Sm3.of(text.as_bytes()), digest);
            prop_assert_eq!(text.lines().count(), files.len());
        }
    }

    #[test]
    fn another_byte_is_another_digest() {
        let whole = [file("a.txt", 1), file("b.txt", 2)];
        assert_ne!(list(&whole, 9).0, list(&whole[..1], 9).0);
        assert_ne!(
            list(&whole, 9).0,
            list(&[file("a.txt", 1), file("b.txt", 3)], 9).0
        );
    }

    #[test]
    fn a_file_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"abc").unwrap();
        assert_eq!(measure(&path).unwrap(), (3, Algorithm::Sm3.of(b"abc")));
    }
}
