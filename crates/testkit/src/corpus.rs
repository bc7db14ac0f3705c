//! Where the corpus of real files lies, and a word when it does not.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// A folder of the corpus, read in place; `None` after saying why the test is skipped. The setting `LANTAI_CORPUS`
/// names the corpus, relative to the root of the repository; it is `../shared/corpus` by default.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub fn corpus(folder: &str) -> Option<PathBuf> {
    let setting = std::env::var_os("LANTAI_CORPUS").unwrap_or_else(|| "../shared/corpus".into());
    let folder = repository_root().join(setting).join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: the corpus has no folder {} (set LANTAI_CORPUS)",
        folder.display()
    );
    None
}
