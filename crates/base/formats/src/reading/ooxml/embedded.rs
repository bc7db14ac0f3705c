//! Files inside an office document: embedded documents, and pictures large enough to hold writing.

use super::super::compound::Compound;
use super::super::context::Context;
use super::super::error::ReadError;
use super::super::package::Package;
use std::io::{Cursor, Read, Seek};

/// A picture of fewer bytes is a logo or a bullet.
const SMALL_PICTURE: usize = 12 * 1024;
/// Endings of pictures that are looked at.
const PICTURES: [&str; 8] = ["jpg", "jpeg", "png", "tif", "tiff", "bmp", "jp2", "webp"];

/// Hands on what is embedded below a folder of the package (`word/`, `ppt/`, `xl/`).
pub(in super::super) fn hand_on(
    package: &mut Package<'_>,
    folder: &str,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    if !context.wants_rest() {
        return Ok(());
    }
    for member in package.names_below(&format!("{folder}embeddings/")) {
        hand_on_member(package, &member, context)?;
    }
    for member in package.names_below(&format!("{folder}media/")) {
        let ending = member.rsplit('.').next().unwrap_or_default().to_lowercase();
        if PICTURES.contains(&ending.as_str()) {
            hand_on_member(package, &member, context)?;
        }
    }
    Ok(())
}

/// Hands on one member.
pub(super) fn hand_on_member(
    package: &mut Package<'_>,
    member: &str,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let name = member.rsplit('/').next().unwrap_or(member).to_owned();
    let bytes = match package.read(member) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(()),
        Err(error) if error.ends_all() => return Err(error),
        Err(error) => {
            context.omit(error.code(), error.to_string());
            return Ok(());
        }
    };
    if member.contains("/media/") && bytes.len() < SMALL_PICTURE {
        return Ok(());
    }
    match wrapped(&bytes, context.limits().part_bytes) {
        Some((inner, content)) => context.part(inner.as_deref().unwrap_or(&name), "", &content),
        None => context.part(&name, "", &bytes),
    }
}

/// The file that an OLE object wraps, with its name: as a package of the shell, or as the content of a stream.
fn wrapped(bytes: &[u8], most: u64) -> Option<(Option<String>, Vec<u8>)> {
    if !bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return None;
    }
    let mut file = Compound::open(Cursor::new(bytes), most).ok()?;
    wrapped_in(&mut file, "")
}

/// The file that an OLE object wraps in a storage of a compound file; `""` is the root.
fn wrapped_in<R: Read + Seek>(file: &mut Compound<R>, storage: &str) -> Option<(Option<String>, Vec<u8>)> {
    let path = |name: &str| {
        if storage.is_empty() {
            name.to_owned()
        } else {
            format!("{storage}/{name}")
        }
    };
    if let Ok(Some(native)) = file.stream(&path("\u{1}Ole10Native")) {
        return native_package(&native);
    }
    ["Package", "CONTENTS"]
        .iter()
        .find_map(|name| file.stream(&path(name)).ok().flatten())
        .map(|content| (None, content))
}

/// Hands on the objects that lie in storages of a workbook of old.
pub(in super::super) fn hand_on_storages(bytes: &[u8], context: &mut Context<'_>) -> Result<(), ReadError> {
    if !context.wants_rest() {
        return Ok(());
    }
    let most = context.limits().part_bytes;
    let Ok(mut file) = Compound::open(Cursor::new(bytes), most) else {
        return Ok(());
    };
    let storages: Vec<String> = file
        .names("")
        .into_iter()
        .filter(|name| name.starts_with("MBD"))
        .collect();
    for storage in storages {
        let found = match wrapped_in(&mut file, &storage) {
            Some(found) => Ok(found),
            // the document of another office program
            None => file
                .copy_storage(&storage, |_, content| content)
                .map(|content| (None, content)),
        };
        match found {
            Ok((name, content)) => context.part(name.as_deref().unwrap_or(&storage), "", &content)?,
            Err(error) if error.ends_all() => return Err(error),
            Err(error) => context.omit(error.code(), error.to_string()),
        }
    }
    Ok(())
}

/// A file packed by the shell (MS-OLEDS 2.3.6): label, path, path again, length, content.
fn native_package(native: &[u8]) -> Option<(Option<String>, Vec<u8>)> {
    let text = |at: usize| {
        let rest = native.get(at..)?;
        let length = rest.iter().take(1024).position(|byte| *byte == 0)?;
        Some((rest.get(..length)?, at + length + 1))
    };
    let number = |at: usize| {
        let bytes = native.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let (label, after_label) = text(6)?;
    let (_, after_path) = text(after_label)?;
    let temporary = number(after_path.checked_add(4)?)?;
    let length_at = after_path.checked_add(8)?.checked_add(temporary)?;
    let length = number(length_at)?;
    let begin = length_at.checked_add(4)?;
    let end = begin.checked_add(length)?.min(native.len());
    let content = native.get(begin..end).filter(|content| !content.is_empty())?;
    let label = crate::text::decode_file_name(label);
    let name = label.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    Some(((!name.is_empty()).then_some(name), content.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_packed_by_the_shell_is_unwrapped() {
        let mut native = vec![0, 0, 0, 0, 2, 0];
        native.extend(b"note.txt\0C:\\a\\note.txt\0");
        native.extend([0, 0, 3, 0, 4, 0, 0, 0]);
        native.extend(b"tmp\0");
        native.extend([5, 0, 0, 0]);
        native.extend(b"hello and more");
        let (name, content) = native_package(&native).unwrap();
        assert_eq!(
            (name.as_deref(), content.as_slice()),
            (Some("note.txt"), &b"hello"[..])
        );
        for cut in 0..native.len() {
            let _ = native_package(&native[..cut]);
        }
    }
}
