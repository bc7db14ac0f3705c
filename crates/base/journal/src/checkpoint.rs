//! The signed statement of what the journal is (C2SP tlog-checkpoint).

use crate::hash::Hash;
use crate::note::{NoteError, SigningKey, VerifyingKey, open_note, split_note};

/// Size and root of a journal, signed by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    note: String,
}

impl Checkpoint {
    /// States and signs that the journal of `key`'s name has `size` entries under `root`.
    pub(crate) fn sign(size: u64, root: Hash, key: &SigningKey) -> Self {
        let origin = key.verifying_key().name().to_owned();
        let note = key.sign(&format!("{origin}\n{size}\n{}\n", root.to_base64()));
        Self {
            origin,
            size,
            root,
            note,
        }
    }

    /// Reads a checkpoint whose first line is `origin` and that `key` signed.
    ///
    /// The key may belong to the log itself, whose name is the origin, or to a witness.
    pub fn open(note: &[u8], origin: &str, key: &VerifyingKey) -> Result<Self, NoteError> {
        open_note(note, key)?;
        let checkpoint = Self::read_unverified(note)?;
        if checkpoint.origin == origin {
            Ok(checkpoint)
        } else {
            Err(NoteError::Checkpoint)
        }
    }

    /// Reads what a checkpoint says without looking at its signatures: for reports on damaged journals only.
    pub(crate) fn read_unverified(note: &[u8]) -> Result<Self, NoteError> {
        let (text, _) = split_note(note)?;
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Checkpoint);
        };
        let root = Hash::from_base64(root).ok_or(NoteError::Checkpoint)?;
        let size = parse_size(size).ok_or(NoteError::Checkpoint)?;
        if origin.is_empty() {
            return Err(NoteError::Checkpoint);
        }
        let note = String::from_utf8_lossy(note).into_owned();
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            note,
        })
    }

    /// The journal's name, as its key has it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Entries in the journal.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree over all entries.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The whole signed note, as it lies in the file `checkpoint` and as outsiders keep it.
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// Decimal, without sign and leading zeros.
fn parse_size(text: &str) -> Option<u64> {
    let is_canonical = text == "0" || !text.starts_with('0');
    let is_decimal = text.bytes().all(|digit| digit.is_ascii_digit());
    if is_canonical && is_decimal {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_back_and_its_parts_are_checked() {
        let key = SigningKey::from_seed("log.example", [1; 32]).unwrap();
        let checkpoint = Checkpoint::sign(12, Hash::of_empty_tree(), &key);
        let note = checkpoint.note().as_bytes();
        assert_eq!(
            Checkpoint::open(note, "log.example", key.verifying_key()),
            Ok(checkpoint.clone())
        );
        assert_eq!(
            Checkpoint::open(note, "other.example", key.verifying_key()),
            Err(NoteError::Checkpoint)
        );
        for (size, root) in [
            ("012", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("+1", ""),
            ("1", "AA=="),
        ] {
            let note = key.sign(&format!("log.example\n{size}\n{root}\n"));
            let opened = Checkpoint::open(note.as_bytes(), "log.example", key.verifying_key());
            assert_eq!(opened, Err(NoteError::Checkpoint), "{size} {root}");
        }
    }
}
