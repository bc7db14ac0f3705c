//! 7z: the header is read and judged as a whole before a byte is written.

use std::io::{self, Read, Seek};

use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, EncoderMethod, Error, NtTime, Password};

use super::limits::Limits;
use super::little_endian::u32_at;
use super::refusal::{Fault, Refusal, UnpackError};
use super::seven_zip_header as header;
use super::unpacking::{Member, Unpacking, bomb, content_fault, too_large, too_many};

/// Attributes of Windows: a reparse point is a link.
const REPARSE_POINT: u32 = 0x400;
/// The mark of programs on UNIX that keep the mode in the upper half.
const HAS_UNIX_MODE: u32 = 0x8000;

/// Why a 7z container cannot be read on.
#[derive(Debug)]
pub(super) enum SevenZipFault {
    Refused(Refusal),
    Io(io::Error),
}

/// Reads the header. `None`: there are no entries.
pub(super) fn open(
    source: &mut (impl Read + Seek),
    bytes: u64,
    limits: &Limits,
) -> Result<Option<Archive>, SevenZipFault> {
    match header::check(source, bytes, limits) {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => return Ok(None),
        Ok(Err(refusal)) => return Err(SevenZipFault::Refused(refusal)),
        Err(error) => return Err(SevenZipFault::Io(error)),
    }
    let archive = Archive::read(source, &Password::empty()).map_err(fault_of)?;
    if archive.files.len() as u64 > limits.entries {
        return Err(SevenZipFault::Refused(too_many(
            limits,
            archive.files.len() as u64,
        )));
    }
    Ok(Some(archive))
}

/// What is wrong with a container as a whole: methods, sizes, memory.
pub(super) fn faults_of_blocks(archive: &Archive, limits: &Limits) -> Vec<Refusal> {
    let mut faults = Vec::new();
    let packed = archive
        .pack_sizes()
        .iter()
        .fold(0_u64, |sum, size| sum.saturating_add(*size));
    let total = archive
        .files
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.size));
    if total > limits.total_bytes {
        faults.push(too_large(limits, total));
    }
    if limits.is_bomb(packed, total) {
        faults.push(bomb(limits, packed, total));
    }
    for block in &archive.blocks {
        for fault in faults_of_coders(block, limits) {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults
}

fn faults_of_coders(block: &Block, limits: &Limits) -> Vec<Refusal> {
    let mut faults = Vec::new();
    for coder in &block.coders {
        let id = coder.encoder_method_id();
        let properties = coder.properties();
        // the window grows with what is decompressed, up to the dictionary
        let dictionary = match id {
            EncoderMethod::ID_LZMA => u32_at(properties, 1).map(u64::from),
            EncoderMethod::ID_LZMA2 => properties.first().map(|bits| {
                let bits = u32::from(bits & 63);
                (2 | u64::from(bits & 1)) << (bits / 2 + 11)
            }),
            EncoderMethod::ID_COPY
            | EncoderMethod::ID_DEFLATE
            | EncoderMethod::ID_BZIP2
            | EncoderMethod::ID_DELTA
            | EncoderMethod::ID_BCJ_X86
            | EncoderMethod::ID_BCJ2
            | EncoderMethod::ID_BCJ_PPC
            | EncoderMethod::ID_BCJ_IA64
            | EncoderMethod::ID_BCJ_ARM
            | EncoderMethod::ID_BCJ_ARM64
            | EncoderMethod::ID_BCJ_ARM_THUMB
            | EncoderMethod::ID_BCJ_SPARC
            | EncoderMethod::ID_BCJ_RISCV => None,
            header::AES => {
                let expected = "a container that anybody can open";
                faults.push(Refusal::whole(Fault::Encrypted, expected, "a password"));
                None
            }
            other => {
                let name = EncoderMethod::by_id(other).map_or_else(
                    || format!("method {}", hex::encode(other)),
                    |method| method.name().to_owned(),
                );
                faults.push(Refusal::whole(
                    Fault::Method,
                    "LZMA, LZMA2, deflate, bzip2 or stored",
                    name,
                ));
                None
            }
        };
        let needed = dictionary.unwrap_or(0).min(block.get_unpack_size());
        if needed > limits.dictionary_bytes {
            faults.push(Refusal::whole(
                Fault::MemoryDemand,
                format!("a dictionary of at most {} bytes", limits.dictionary_bytes),
                format!("{needed}"),
            ));
        }
    }
    faults
}

/// What is wrong with an entry.
fn fault_of_entry(entry: &ArchiveEntry) -> Option<Refusal> {
    let refusal = |fault, found: &str| Some(Refusal::whole(fault, "a file or folder", found));
    if entry.is_anti_item {
        return refusal(Fault::NotAFile, "an order to delete a file");
    }
    let attributes = entry.windows_attributes;
    if !entry.has_windows_attributes {
        return None;
    }
    let mode = if attributes & HAS_UNIX_MODE == 0 {
        0
    } else {
        attributes >> 16
    };
    match mode & 0o170_000 {
        0o120_000 => refusal(Fault::Link, "a symbolic link"),
        0o020_000 | 0o060_000 | 0o010_000 | 0o140_000 => refusal(Fault::NotAFile, "a device, pipe or socket"),
        _ if attributes & REPARSE_POINT != 0 => refusal(Fault::Link, "a link of Windows"),
        _ => None,
    }
}

/// Hands every entry with its content over, solid blocks in their order.
pub(super) fn read_all<R: Read + Seek, E>(
    archive: &Archive,
    source: &mut R,
    mut each: impl FnMut(usize, &ArchiveEntry, &mut dyn Read) -> Result<(), E>,
    mut failed: impl FnMut(SevenZipFault) -> E,
) -> Result<(), E> {
    let password = Password::empty();
    for block in 0..archive.blocks.len() {
        let mut index = archive
            .stream_map
            .block_first_file_index
            .get(block)
            .copied()
            .unwrap_or(0);
        let mut stopped = None;
        let decoder = BlockDecoder::new(1, block, archive, &password, source);
        let result = decoder.for_each_entries(&mut |entry, content| {
            let outcome = each(index, entry, content);
            index += 1;
            Ok(match outcome {
                Ok(()) => true,
                Err(error) => {
                    stopped = Some(error);
                    false
                }
            })
        });
        if let Some(error) = stopped {
            return Err(error);
        }
        result.map_err(|error| failed(fault_of(error)))?;
    }
    for (index, entry) in archive.files.iter().enumerate() {
        if archive
            .stream_map
            .file_block_index
            .get(index)
            .is_none_or(Option::is_none)
        {
            each(index, entry, &mut io::empty())?;
        }
    }
    Ok(())
}

/// Unpacks a 7z file.
pub(super) fn unpack(
    source: &mut (impl Read + Seek),
    bytes: u64,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    let archive = match open(source, bytes, unpacking.limits) {
        Ok(Some(archive)) => archive,
        Ok(None) => return Ok(()),
        Err(fault) => return Err(ended(unpacking, fault)),
    };
    for fault in faults_of_blocks(&archive, unpacking.limits) {
        unpacking.refuse(fault)?;
    }
    let mut names = Vec::with_capacity(archive.files.len());
    for entry in &archive.files {
        unpacking.count_entry()?;
        let shown = entry.name.trim_end_matches('/');
        if let Some(fault) = fault_of_entry(entry) {
            unpacking.refuse(fault.of(shown))?;
        }
        names.push(unpacking.admit(shown, shown.as_bytes(), entry.is_directory)?);
    }
    unpacking.end_if_refused()?;
    let unpacking = std::cell::RefCell::new(unpacking);
    read_all(
        &archive,
        source,
        |index, entry, content| {
            let mut unpacking = unpacking.borrow_mut();
            let Some(name) = names.get_mut(index).and_then(Option::take) else {
                let refusal = Refusal::whole(Fault::Damaged, "every entry once", "one of them twice");
                return Err(unpacking.end_with(refusal));
            };
            if entry.is_directory {
                return unpacking.folder(&name);
            }
            let member = Member {
                name,
                name_bytes: None,
                modified: entry
                    .has_last_modified_date
                    .then(|| seconds(entry.last_modified_date)),
                size: Some(entry.size),
                crc32: None,
                compressed: None,
            };
            unpacking.write(member, content)
        },
        |fault| ended(&mut unpacking.borrow_mut(), fault),
    )
}

fn ended(unpacking: &mut Unpacking<'_>, fault: SevenZipFault) -> UnpackError {
    match fault {
        SevenZipFault::Refused(refusal) => unpacking.end_with(refusal),
        SevenZipFault::Io(error) => unpacking.reading_failed(None, error),
    }
}

/// Seconds since 1970 of a time of Windows.
fn seconds(time: NtTime) -> i64 {
    let time = std::time::SystemTime::from(time);
    match time.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, i64::wrapping_neg),
    }
}

/// What an error of the library means.
fn fault_of(error: Error) -> SevenZipFault {
    let (fault, expected, found) = match error {
        Error::Io(error, _) | Error::FileOpen(error, _) | Error::MaybeBadPassword(error) => {
            return match content_fault(&error) {
                Some(refusal) => SevenZipFault::Refused(refusal),
                None => SevenZipFault::Io(error),
            };
        }
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => (
            Fault::WrongCrc,
            "the content that was packed",
            "a wrong checksum".to_owned(),
        ),
        Error::PasswordRequired => (
            Fault::Encrypted,
            "a container that anybody can open",
            "a password".to_owned(),
        ),
        Error::UnsupportedCompressionMethod(method) => (Fault::Method, "a method that is agreed", method),
        Error::MaxMemLimited { actaul_kb, .. } => (
            Fault::MemoryDemand,
            "a dictionary within the limit",
            format!("{actaul_kb} KiB"),
        ),
        other => (Fault::Damaged, "a header that can be read", other.to_string()),
    };
    SevenZipFault::Refused(Refusal::whole(fault, expected, found))
}
