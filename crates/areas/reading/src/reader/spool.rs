//! The lines of a reading under way, kept in a file: whoever is interrupted goes on after the last of them.

use super::protocol::Line;
use crate::error::ReadingError;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What the lines are of; of anything else they are worth nothing.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Heading {
    sha256: String,
    recipe: String,
}

/// A file of lines.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    file: File,
}

impl Spool {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`ReadingError::File`].
    pub fn open(path: &Path) -> Result<Self, ReadingError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| failed(path, source))?;
        Ok(Self {
            path: path.to_path_buf(),
            file,
        })
    }

    /// Tells the lines that were kept of this file by these tools. A line that was cut off ends them; whatever follows
    /// the last good one is cut away.
    pub(super) fn replay(
        &self,
        sha256: &str,
        recipe: &str,
        mut each: impl FnMut(Line) -> Option<super::Progress>,
    ) -> Result<(), ReadingError> {
        let failed = |source| failed(&self.path, source);
        let mut lines = BufReader::new(&self.file);
        lines.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut good = 0;
        let mut line = Vec::new();
        let mut is_first = true;
        loop {
            line.clear();
            let count = lines.read_until(b'\n', &mut line).map_err(failed)?;
            if count == 0 || line.last() != Some(&b'\n') {
                break;
            }
            if is_first {
                let heading: Option<Heading> = serde_json::from_slice(&line).ok();
                if heading.is_none_or(|heading| heading.sha256 != sha256 || heading.recipe != recipe) {
                    break;
                }
                is_first = false;
            } else {
                match serde_json::from_slice(&line) {
                    Ok(line) => {
                        each(line);
                    }
                    Err(_) => break,
                }
            }
            good += count as u64;
        }
        self.file.set_len(good).map_err(failed)?;
        (&self.file).seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(())
    }

    /// Keeps a line.
    pub(super) fn write(&mut self, sha256: &str, recipe: &str, line: &Line) -> Result<(), ReadingError> {
        let text = |value: serde_json::Result<String>| {
            value.map_err(|source| ReadingError::Document {
                what: "a line".to_owned(),
                source,
            })
        };
        let failed = |source| failed(&self.path, source);
        let mut lines = String::new();
        if self.file.stream_position().map_err(failed)? == 0 {
            let heading = Heading {
                sha256: sha256.to_owned(),
                recipe: recipe.to_owned(),
            };
            lines.push_str(&text(serde_json::to_string(&heading))?);
            lines.push('\n');
        }
        lines.push_str(&text(serde_json::to_string(line))?);
        lines.push('\n');
        self.file.write_all(lines.as_bytes()).map_err(failed)
    }
}

fn failed(path: &Path, source: std::io::Error) -> ReadingError {
    ReadingError::File {
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::reading::ReadPage;

    fn page(n: u32) -> Line {
        Line::Page(Box::new(ReadPage {
            n,
            text: format!("第{n}页"),
            ..ReadPage::default()
        }))
    }

    fn pages(spool: &Spool, sha256: &str, recipe: &str) -> Vec<u32> {
        let mut pages = Vec::new();
        spool
            .replay(sha256, recipe, |line| {
                if let Line::Page(page) = line {
                    pages.push(page.n);
                }
                None
            })
            .unwrap();
        pages
    }

    #[test]
    fn an_interrupted_reading_goes_on_after_its_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        let mut spool = Spool::open(&path).unwrap();
        assert_eq!(pages(&spool, "a", "r"), [0_u32; 0]);
        spool.write("a", "r", &page(1)).unwrap();
        spool.write("a", "r", &page(2)).unwrap();
        drop(spool);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();

        let mut spool = Spool::open(&path).unwrap();
        assert_eq!(pages(&spool, "a", "r"), [1]);
        spool.write("a", "r", &page(2)).unwrap();
        drop(spool);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn lines_of_another_file_or_of_other_tools_are_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        for (sha256, recipe) in [("b", "r"), ("a", "s")] {
            let mut spool = Spool::open(&path).unwrap();
            assert_eq!(pages(&spool, "a", "r"), [0_u32; 0]);
            spool.write("a", "r", &page(1)).unwrap();
            assert_eq!(pages(&spool, sha256, recipe), [0_u32; 0]);
            assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        }
    }
}
