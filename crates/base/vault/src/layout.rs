//! Where things lie: folder names, the storage root's own files, the path of an object.

use std::path::{Path, PathBuf};

use crate::digest::Algorithm;
use crate::identifier::ObjectId;

/// The OCFL storage root inside a vault.
pub(crate) const OBJECTS: &str = "objects";
/// Where batches are prepared, on the same file system.
pub(crate) const STAGING: &str = "staging";
/// Leftovers of removed batches begin with this; they carry no meaning any more.
pub(crate) const RUBBISH_PREFIX: &str = ".removed-";

pub(crate) const INVENTORY: &str = "inventory.json";
pub(crate) const SIDECAR: &str = "inventory.json.sha512";
pub(crate) const OBJECT_DECLARATION: &str = "0=ocfl_object_1.1";
pub(crate) const OBJECT_DECLARATION_TEXT: &str = "ocfl_object_1.1\n";
pub(crate) const CONTENT: &str = "content";
/// Folder of encrypted content below [`CONTENT`]; no file of a package gets such a name, because `~` is written `%7E`.
pub(crate) const ENCRYPTED: &str = "~encrypted";

/// The files of the storage root: path below it and exact bytes. They never change.
pub(crate) const ROOT_FILES: [(&str, &str); 3] = [
    ("0=ocfl_1.1", "ocfl_1.1\n"),
    (
        "ocfl_layout.json",
        "{\n  \"extension\": \"0004-hashed-n-tuple-storage-layout\",\n  \"description\": \"Hashed n-tuple storage layout: SHA-256 of the object identifier, three tuples of three characters\"\n}\n",
    ),
    (
        "extensions/0004-hashed-n-tuple-storage-layout/config.json",
        "{\n  \"extensionName\": \"0004-hashed-n-tuple-storage-layout\",\n  \"digestAlgorithm\": \"sha256\",\n  \"tupleSize\": 3,\n  \"numberOfTuples\": 3,\n  \"shortObjectRoot\": false\n}\n",
    ),
];

/// The folder name of an object: SHA-256 of its identifier, lower-case hexadecimal.
pub(crate) fn object_key(id: &ObjectId) -> String {
    Algorithm::Sha256.of(id.as_str().as_bytes())
}

/// The folder of an object below the storage root, by extension 0004 with its default parameters.
pub(crate) fn object_folder(objects: &Path, key: &str) -> PathBuf {
    let mut folder = objects.to_path_buf();
    for tuple in 0..3 {
        folder.push(&key[tuple * 3..tuple * 3 + 3]);
    }
    folder.push(key);
    folder
}
