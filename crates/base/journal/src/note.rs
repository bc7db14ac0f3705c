//! Signed notes and their keys (C2SP signed-note, tlog-cosignature).

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};

/// The largest note that is read; ours have less than a kilobyte.
const MAX_NOTE_BYTES: usize = 1_000_000;

const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";
const ED25519: u8 = 0x01;
const COSIGNATURE_V1: u8 = 0x04;

/// Why a note or a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The key's text is not of the standard form.
    #[error("the key is not written as a note key")]
    KeyForm,
    /// A key's name is empty, or has a space or a plus sign.
    #[error("a key's name has no spaces and no plus sign and is not empty")]
    KeyName,
    /// The four bytes after the name are not those of this name and key.
    #[error("the key does not fit its own hash")]
    KeyHash,
    /// Keys of this kind are unknown here.
    #[error("keys of kind {0} are not known")]
    KeyKind(u8),
    /// The bytes are no note.
    #[error("the text is not a signed note")]
    Form,
    /// The note is a note, but not a checkpoint of this log.
    #[error("the note is not a checkpoint of this log")]
    Checkpoint,
    /// No signature of the key is on the note.
    #[error("the note has no signature by this key")]
    Unsigned,
    /// The key's signature is not right.
    #[error("the signature does not fit the note")]
    Signature,
}

impl NoteError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyForm => "journal.key_form",
            Self::KeyName => "journal.key_name",
            Self::KeyHash => "journal.key_hash",
            Self::KeyKind(_) => "journal.key_kind",
            Self::Form => "journal.note_form",
            Self::Checkpoint => "journal.note_checkpoint",
            Self::Unsigned => "journal.note_unsigned",
            Self::Signature => "journal.note_signature",
        }
    }
}

/// What a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    /// The note's text.
    Ed25519,
    /// The note's text and the time at which a witness saw it (tlog-cosignature).
    CosignatureV1,
}

/// A public key with its name, printed as `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    kind: KeyKind,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// The name; for a journal its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn new(name: &str, kind: KeyKind, key: ed25519_dalek::VerifyingKey) -> Result<Self, NoteError> {
        check_name(name)?;
        let code = match kind {
            KeyKind::Ed25519 => ED25519,
            KeyKind::CosignatureV1 => COSIGNATURE_V1,
        };
        let id = key_id(name, code, key.as_bytes());
        Ok(Self {
            name: name.to_owned(),
            id,
            kind,
            key,
        })
    }

    /// Checks a signature over `text`, with the strict rules that refuse every second spelling of one.
    fn check(&self, text: &str, signature: &[u8]) -> Result<(), NoteError> {
        let (message, signature) = match self.kind {
            KeyKind::Ed25519 => (text.to_owned(), signature),
            KeyKind::CosignatureV1 => {
                let (time, rest) = signature.split_first_chunk::<8>().ok_or(NoteError::Signature)?;
                let seconds = u64::from_be_bytes(*time);
                (format!("cosignature/v1\ntime {seconds}\n{text}"), rest)
            }
        };
        verify_strict(self.key.as_bytes(), message.as_bytes(), signature)
    }
}

/// Checks an Ed25519 signature with the strict rules: canonical `S` and points, and no point of small order.
pub fn verify_strict(key: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), NoteError> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| NoteError::KeyForm)?;
    let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
    key.verify_strict(message, &signature)
        .map_err(|_| NoteError::Signature)
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = match self.kind {
            KeyKind::Ed25519 => vec![ED25519],
            KeyKind::CosignatureV1 => vec![COSIGNATURE_V1],
        };
        bytes.extend_from_slice(self.key.as_bytes());
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.id),
            STANDARD.encode(bytes)
        )
    }
}

impl FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, code, bytes) = parse_key(text)?;
        let kind = match code {
            ED25519 => KeyKind::Ed25519,
            COSIGNATURE_V1 => KeyKind::CosignatureV1,
            other => return Err(NoteError::KeyKind(other)),
        };
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| NoteError::KeyForm)?;
        let key = Self::new(name, kind, key)?;
        if key.id != id {
            Err(NoteError::KeyHash)
        } else {
            Ok(key)
        }
    }
}

/// A private key with its name. Its text, [`SigningKey::to_private_text`], is for the caller to keep secret.
#[derive(Clone)]
pub struct SigningKey {
    public: VerifyingKey,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key that `seed`, 32 bytes from the caller's random source, determines.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = VerifyingKey::new(name, KeyKind::Ed25519, key.verifying_key())?;
        Ok(Self { public, key })
    }

    /// Reads the standard text `PRIVATE+KEY+name+hash+key`; spaces and a line end around it do not matter.
    pub fn from_private_text(text: &str) -> Result<Self, NoteError> {
        let text = text
            .trim()
            .strip_prefix(PRIVATE_PREFIX)
            .ok_or(NoteError::KeyForm)?;
        let (name, id, code, seed) = parse_key(text)?;
        if code != ED25519 {
            return Err(NoteError::KeyKind(code));
        }
        let key = Self::from_seed(name, seed)?;
        if key.public.id != id {
            Err(NoteError::KeyHash)
        } else {
            Ok(key)
        }
    }

    /// The standard text of the private key, without a line end. Secret.
    pub fn to_private_text(&self) -> String {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        let (name, id) = (self.public.name(), hex::encode(self.public.id));
        format!("{PRIVATE_PREFIX}{name}+{id}+{}", STANDARD.encode(bytes))
    }

    /// The key that checks this one's signatures.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The note with `text`, which ends with a line end, and this key's signature.
    pub fn sign(&self, text: &str) -> String {
        let mut bytes = self.public.id.to_vec();
        bytes.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n— {} {}\n", self.public.name, STANDARD.encode(bytes))
    }
}

/// Never shows the secret.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

/// The text of a note that carries a right signature by `key`.
///
/// Signatures by other keys are left aside, a wrong one by this key refuses the note (signed-note,
/// "verifying signatures").
pub fn open_note<'note>(note: &'note [u8], key: &VerifyingKey) -> Result<&'note str, NoteError> {
    let (text, signatures) = split_note(note)?;
    let mut is_signed = false;
    for line in signatures.lines() {
        let (name, id, signature) = parse_signature(line)?;
        if name != key.name || id != key.id {
            continue;
        }
        key.check(text, &signature)?;
        is_signed = true;
    }
    if is_signed {
        Ok(text)
    } else {
        Err(NoteError::Unsigned)
    }
}

/// A note's text, with its line end, and its signature lines.
pub(crate) fn split_note(note: &[u8]) -> Result<(&str, &str), NoteError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(NoteError::Form);
    }
    let note = std::str::from_utf8(note).map_err(|_| NoteError::Form)?;
    if note.chars().any(|letter| letter < ' ' && letter != '\n') || !note.ends_with('\n') {
        return Err(NoteError::Form);
    }
    let blank = note.rfind("\n\n").ok_or(NoteError::Form)?;
    let (text, signatures) = (&note[..blank + 1], &note[blank + 2..]);
    if signatures.is_empty() {
        Err(NoteError::Form)
    } else {
        Ok((text, signatures))
    }
}

fn parse_signature(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), NoteError> {
    let line = line.strip_prefix("— ").ok_or(NoteError::Form)?;
    let (name, signature) = line.split_once(' ').ok_or(NoteError::Form)?;
    check_name(name).map_err(|_| NoteError::Form)?;
    let bytes = STANDARD.decode(signature).map_err(|_| NoteError::Form)?;
    let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteError::Form)?;
    if signature.is_empty() {
        return Err(NoteError::Form);
    }
    Ok((name, *id, signature.to_vec()))
}

/// Name, hash, kind and bytes of a key.
type KeyParts<'text> = (&'text str, [u8; 4], u8, [u8; 32]);

fn parse_key(text: &str) -> Result<KeyParts<'_>, NoteError> {
    let (name, rest) = text.split_once('+').ok_or(NoteError::KeyForm)?;
    let (id, key) = rest.split_once('+').ok_or(NoteError::KeyForm)?;
    check_name(name)?;
    let id = hex::decode(id)
        .ok()
        .and_then(|id| id.try_into().ok())
        .ok_or(NoteError::KeyForm)?;
    let bytes = STANDARD.decode(key).map_err(|_| NoteError::KeyForm)?;
    let (code, key) = bytes.split_first().ok_or(NoteError::KeyForm)?;
    match <[u8; 32]>::try_from(key) {
        Ok(key) => Ok((name, id, *code, key)),
        Err(_) if *code != ED25519 && *code != COSIGNATURE_V1 => Err(NoteError::KeyKind(*code)),
        Err(_) => Err(NoteError::KeyForm),
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let is_fit = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '+';
    if !name.is_empty() && name.chars().all(is_fit) {
        Ok(())
    } else {
        Err(NoteError::KeyName)
    }
}

/// The first four bytes of `SHA-256(name ‖ "\n" ‖ kind ‖ key)`.
fn key_id(name: &str, code: u8, key: &[u8; 32]) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', code]);
    hasher.update(key);
    let digest: [u8; 32] = hasher.finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Computed with another library (Python's cryptography) from the seed below: keys and notes keep this form for ever.
    const PUBLIC: &str = "archive.example/journal+18f132f4+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    const TEXT: &str = "archive.example/journal\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    const SIGNATURE: &str = "— archive.example/journal GPEy9NbKPIQEORDFG/AezDfEvZ5yrlbuOSprUiXa3jCVWls+E0S11GXYpwVRX21p+iOU47sk1KEithET96heQTK4mw0=\n";

    fn key() -> SigningKey {
        SigningKey::from_seed("archive.example/journal", [7; 32]).unwrap()
    }

    #[test]
    fn a_note_is_what_another_library_makes_of_it() {
        let note = format!("{TEXT}\n{SIGNATURE}");
        assert_eq!(key().verifying_key().to_string(), PUBLIC);
        assert_eq!(key().sign(TEXT), note);
        assert_eq!(open_note(note.as_bytes(), &PUBLIC.parse().unwrap()), Ok(TEXT));
    }

    #[test]
    fn keys_survive_their_text() {
        let key = key();
        let again = SigningKey::from_private_text(&format!("{}\n", key.to_private_text())).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        assert_eq!(
            key.verifying_key().to_string().parse(),
            Ok(key.verifying_key().clone())
        );
        assert!(!format!("{key:?}").contains(&key.to_private_text()[40..]));
    }

    #[test]
    fn faulty_keys_are_named() {
        let parse = |text: &str| text.parse::<VerifyingKey>().unwrap_err();
        assert_eq!(parse("x"), NoteError::KeyForm);
        assert_eq!(parse(&PUBLIC.replace("18f132f4", "18f132f5")), NoteError::KeyHash);
        assert_eq!(parse(&PUBLIC.replace("archive", "archive ")), NoteError::KeyName);
        assert_eq!(parse("a+00000000+Ag=="), NoteError::KeyKind(2));
        assert_eq!(
            SigningKey::from_seed("a b", [0; 32]).unwrap_err(),
            NoteError::KeyName
        );
        assert_eq!(
            SigningKey::from_private_text(PUBLIC).unwrap_err(),
            NoteError::KeyForm
        );
    }

    #[test]
    fn a_note_by_someone_else_is_unsigned() {
        let stranger = SigningKey::from_seed("archive.example/journal", [8; 32]).unwrap();
        let note = key().sign(TEXT);
        assert_eq!(
            open_note(note.as_bytes(), stranger.verifying_key()),
            Err(NoteError::Unsigned)
        );
        let both = note + "— other.example AAAAAAE=\n";
        assert_eq!(open_note(both.as_bytes(), key().verifying_key()), Ok(TEXT));
    }

    proptest! {
        #[test]
        fn any_flipped_bit_refuses_the_note(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let key = key();
            let mut note = key.sign("origin\n12\nroot\n").into_bytes();
            let at = at.index(note.len());
            note[at] ^= 1 << bit;
            prop_assert!(open_note(&note, key.verifying_key()).is_err());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,40}(\\+\\PC{0,40}){0,3}") {
            let _ = open_note(&bytes, key().verifying_key());
            let _ = text.parse::<VerifyingKey>();
            let _ = SigningKey::from_private_text(&text);
        }
    }
}
