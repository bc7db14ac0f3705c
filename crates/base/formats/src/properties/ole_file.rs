//! OLE2 compound files: Word, Excel, PowerPoint before 2007, WPS, and encrypted packages of later ones.

use super::source::{Source, little};
use super::{Claim, Depth, FaultKind, FileProperties};
use crate::identify::OleDirectory;
use std::io;

pub(crate) fn examine(claim: &Claim, source: &mut Source<'_>) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let Some(directory) = OleDirectory::read(source.from(0)?)? else {
        return Ok(properties.broken(FaultKind::Damaged, "no compound file follows the mark"));
    };
    if directory.entries.is_empty() {
        return Ok(properties.broken(FaultKind::Truncated, "its directory is missing"));
    }
    let has = |name: &str| directory.find(name).is_some();
    // formats that are encrypted by name
    let named = matches!(claim.puid.as_deref(), Some("fmt/754" | "fmt/755" | "fmt/494"));
    if has("EncryptedPackage") || has("DRMContent") || has("EncryptedSummary") || named {
        properties.encrypted = true;
        properties.fault(FaultKind::Encrypted, "it needs a password");
    }
    let mut beginning = |name: &str| match directory.find(name) {
        Some(entry) => directory.read_beginning(source.from(0)?, entry).map(Some),
        None => Ok(None),
    };
    if let Some(document) = beginning("WordDocument")? {
        // FIB: fEncrypted is bit 8 of the flags at byte 10
        if document.is_empty() {
            properties.fault(FaultKind::Damaged, "the document has no content");
        } else if little(&document, 10, 2).is_some_and(|flags| flags & 0x0100 != 0) && !properties.encrypted {
            properties.encrypted = true;
            properties.fault(FaultKind::Encrypted, "it needs a password");
        }
    }
    for name in ["Workbook", "Book"] {
        if let Some(workbook) = beginning(name)?
            && has_file_pass(&workbook)
            && !properties.encrypted
        {
            properties.encrypted = true;
            properties.fault(FaultKind::Encrypted, "it needs a password");
        }
    }
    if let Some(user) = beginning("Current User")?
        && little(&user, 12, 4) == Some(0xF3D1_C4DF)
        && !properties.encrypted
    {
        properties.encrypted = true;
        properties.fault(FaultKind::Encrypted, "it needs a password");
    }
    if has("_VBA_PROJECT_CUR") || has("_VBA_PROJECT") || has("VBA") || has("Macros") {
        properties.macros = true;
        properties.fault(FaultKind::Macros, "VBA");
    }
    Ok(properties)
}

/// Whether the first records of a workbook hold FILEPASS.
fn has_file_pass(workbook: &[u8]) -> bool {
    let mut at = 0_usize;
    for _ in 0..64 {
        let (Some(kind), Some(length)) = (little(workbook, at, 2), little(workbook, at + 2, 2)) else {
            return false;
        };
        if kind == 0x2F {
            return true;
        }
        at += 4 + usize::try_from(length).unwrap_or_default();
    }
    false
}
