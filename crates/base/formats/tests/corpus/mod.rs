//! Where the corpus lies, and a word when it does not.

use std::path::{Path, PathBuf};

#[expect(clippy::print_stdout, reason = "a skipped test says why")]
/// The folder of the corpus with this name, or `None` after saying why the test is skipped.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LANTAI_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus"),
        |setting| {
            let setting = PathBuf::from(setting);
            // A relative setting counts from the root of the repository.
            if setting.is_absolute() {
                setting
            } else {
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("../../..")
                    .join(setting)
            }
        },
    );
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: the corpus has no folder {} (set LANTAI_CORPUS)",
        folder.display()
    );
    None
}
