//! An encrypted file, `lantai-content/1`:
//!
//! ```text
//! lantai-content/1          16 bytes
//! 16                         1 byte: a segment holds 2 to the power of this many bytes
//! L                          1 byte: length of the wrapped file key
//! wrapped file key           L bytes
//! segment, tag               64 KiB of content, the last one less, and 16 bytes; as often as needed
//! summary, tag               length (8 bytes), SHA-512 (64) and SM3 (32) of the content, encrypted, and 16 bytes
//! ```
//!
//! The key of the file is random and used for this file only, so the nonce is what counts: three zero bytes, the number
//! of the segment in eight, and a last byte that is 1 for the summary. The summary's number is that of all segments, so
//! that a file that was cut anywhere does not open. Every tag covers the object's identifier and the path in it too.

use crate::identifier::ObjectId;
use crate::inventory::ContentPath;
use lantai_domain::content_key::{NONCE_BYTES, TAG_BYTES};
use std::io;

pub(super) const MAGIC: &[u8; 16] = b"lantai-content/1";
/// Segments hold 2 to the power of this many bytes.
pub(super) const SEGMENT_POWER: u8 = 16;
/// Bytes of content in a segment.
pub(super) const SEGMENT: usize = 1 << SEGMENT_POWER;
/// Bytes that a whole segment takes.
pub(super) const STORED_SEGMENT: u64 = (SEGMENT + TAG_BYTES) as u64;
/// Length, SHA-512, SM3.
pub(super) const SUMMARY: usize = 8 + 64 + 32;
/// Bytes that the summary takes.
pub(super) const STORED_SUMMARY: u64 = (SUMMARY + TAG_BYTES) as u64;

/// What the file's key and each segment are bound to: object and place.
pub(crate) fn file_context(object: &ObjectId, content: &ContentPath) -> Vec<u8> {
    let mut context = MAGIC.to_vec();
    context.push(SEGMENT_POWER);
    for part in [object.as_str(), content.as_str()] {
        context.extend_from_slice(&(part.len() as u64).to_be_bytes());
        context.extend_from_slice(part.as_bytes());
    }
    context
}

pub(super) fn segment_nonce(number: u64) -> [u8; NONCE_BYTES] {
    nonce(number, 0)
}

/// The nonce of the summary behind so many segments.
pub(super) fn summary_nonce(segments: u64) -> [u8; NONCE_BYTES] {
    nonce(segments, 1)
}

fn nonce(number: u64, kind: u8) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = kind;
    nonce
}

/// Length and digests of a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) size: u64,
    /// Lower-case hexadecimal.
    pub(crate) sha512: String,
    /// Lower-case hexadecimal.
    pub(crate) sm3: String,
}

impl Summary {
    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; SUMMARY];
        bytes[..8].copy_from_slice(&self.size.to_be_bytes());
        hex::decode_to_slice(&self.sha512, &mut bytes[8..72]).map_err(io::Error::other)?;
        hex::decode_to_slice(&self.sm3, &mut bytes[72..]).map_err(io::Error::other)?;
        Ok(bytes)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, digests) = bytes.split_first_chunk::<8>()?;
        let (sha512, sm3) = digests.split_at_checked(64)?;
        (sm3.len() == 32).then(|| Self {
            size: u64::from_be_bytes(*size),
            sha512: hex::encode(sha512),
            sm3: hex::encode(sm3),
        })
    }
}

/// The beginning of a file, before its first segment.
pub(super) fn header(wrapped: &[u8]) -> io::Result<Vec<u8>> {
    let length = u8::try_from(wrapped.len()).map_err(io::Error::other)?;
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&[SEGMENT_POWER, length]);
    header.extend_from_slice(wrapped);
    Ok(header)
}

/// A file that is not as it was encrypted.
pub(crate) fn refused(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{what} is not what was encrypted there"),
    )
}
