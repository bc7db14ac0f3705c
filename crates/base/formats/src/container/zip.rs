//! ZIP: the directory is read and judged as a whole before a byte is written.
//!
//! What a member is stands in three places: the central directory, its local header, and perhaps a descriptor behind
//! its data. Programs differ in which one they trust, so that a file in which they differ is two packages in one; here
//! all must say the same, and no byte may belong to two members.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

use super::refusal::{Fault, Refusal, UnpackError};
use super::unpacking::{Member, Unpacking, bomb, too_large, too_many};
use super::zip_faults::{contradiction, faults_of, hidden_entry};
use super::zip_records::{
    CENTRAL, CENTRAL_BYTES, END, END_64, END_BYTES, EndRecord, LOCAL, LOCAL_BYTES, LOCATOR_64, LocalHeader,
    ZipEntry, central_lengths, descriptor_length,
};
use crate::package::LogicalName;

/// The longest comment behind the end record.
const COMMENT_BYTES: u64 = 65_535;
/// The end record of Zip64 without what may be appended to it, and its locator.
const END_64_BYTES: u64 = 56;
const LOCATOR_64_BYTES: u64 = 20;
/// The longest data descriptor.
const DESCRIPTOR_BYTES: u64 = 24;

/// An entry that was judged: what it is called and where its data lies.
struct Sound {
    entry: ZipEntry,
    name: LogicalName,
    name_bytes: Option<Vec<u8>>,
    data_at: u64,
}

/// Unpacks a ZIP file.
pub(super) fn unpack(file: &mut File, bytes: u64, unpacking: &mut Unpacking<'_>) -> Result<(), UnpackError> {
    let mut archive = Archive {
        file: BufReader::with_capacity(64 * 1024, file),
        bytes,
        position: None,
    };
    let (end, directory_end) = archive.end(unpacking)?;
    let entries = archive.directory(end, directory_end, unpacking)?;
    let sound = archive.judge(entries, directory_end - end.directory_bytes, unpacking)?;
    unpacking.end_if_refused()?;
    for entry in sound {
        archive.write(entry, unpacking)?;
    }
    Ok(())
}

struct Archive<'a> {
    file: BufReader<&'a mut File>,
    bytes: u64,
    /// Where the reader stands, if that is known: then what is buffered can be used.
    position: Option<u64>,
}

impl Archive<'_> {
    /// The bytes at a place, as far as there are any.
    fn at(
        &mut self,
        offset: u64,
        length: u64,
        unpacking: &mut Unpacking<'_>,
    ) -> Result<Vec<u8>, UnpackError> {
        let mut bytes = Vec::new();
        let result = self
            .go_to(offset)
            .and_then(|()| (&mut self.file).take(length).read_to_end(&mut bytes));
        match result {
            Ok(count) => {
                self.position = Some(offset + count as u64);
                Ok(bytes)
            }
            Err(error) => Err(unpacking.reading_failed(None, error)),
        }
    }

    /// Goes to a place, if it is near without losing what is buffered. From then on the position is not known.
    fn go_to(&mut self, offset: u64) -> std::io::Result<()> {
        let distance = self
            .position
            .take()
            .and_then(|position| offset.checked_signed_diff(position));
        match distance {
            Some(distance) => self.file.seek_relative(distance),
            None => self.file.seek(SeekFrom::Start(offset)).map(|_| ()),
        }
    }

    /// The end record, and where the directory ends.
    fn end(&mut self, unpacking: &mut Unpacking<'_>) -> Result<(EndRecord, u64), UnpackError> {
        let window = self.bytes.min(END_BYTES as u64 + COMMENT_BYTES);
        let window_at = self.bytes - window;
        let tail = self.at(window_at, window, unpacking)?;
        let refusal =
            |fault, expected: &str, found: String| UnpackError::from(Refusal::whole(fault, expected, found));
        // the record whose comment ends with the file; another one is a part of a comment, or hides something
        let mut nearest = None;
        let place = memchr::memmem::rfind_iter(&tail, END).find(|place| {
            let comment = tail.get(place + 20..place + 22).map_or(0, |length| {
                usize::from(u16::from_le_bytes([length[0], length[1]]))
            });
            nearest = nearest.or(Some(place + END_BYTES + comment));
            place + END_BYTES + comment == tail.len()
        });
        let Some(place) = place else {
            return Err(match nearest {
                None => refusal(Fault::Truncated, "a directory at the end", "none".to_owned()),
                Some(end) if end > tail.len() => {
                    refusal(Fault::Truncated, "a whole end record", "a part of one".to_owned())
                }
                Some(end) => refusal(
                    Fault::TrailingBytes,
                    "nothing after the end record",
                    format!("{} bytes", tail.len() - end),
                ),
            });
        };
        let damaged = || refusal(Fault::Damaged, "an end record", "a broken one".to_owned());
        let end = tail.get(place..).and_then(EndRecord::parse).ok_or_else(damaged)?;
        let record_at = window_at + place as u64;
        let (end, directory_end) = if end.is_wide() && record_at >= LOCATOR_64_BYTES {
            self.end_64(end, record_at, unpacking)?
        } else {
            (end, record_at)
        };
        if end.volume != 0 || end.directory_volume != 0 {
            return Err(refusal(
                Fault::Split,
                "a container in one volume",
                format!("volume {}", u64::from(end.volume) + 1),
            ));
        }
        let directory_at = directory_end.checked_sub(end.directory_bytes);
        match directory_at {
            Some(at) if at == end.directory_offset => Ok((end, directory_end)),
            Some(at) if at > end.directory_offset => Err(refusal(
                Fault::TrailingBytes,
                "the directory where the end record says",
                format!("{} bytes that belong to nothing", at - end.directory_offset),
            )),
            _ => Err(refusal(
                Fault::Truncated,
                "the directory inside the file",
                format!(
                    "a directory of {} bytes at {}",
                    end.directory_bytes, end.directory_offset
                ),
            )),
        }
    }

    fn end_64(
        &mut self,
        end: EndRecord,
        record_at: u64,
        unpacking: &mut Unpacking<'_>,
    ) -> Result<(EndRecord, u64), UnpackError> {
        let locator_at = record_at - LOCATOR_64_BYTES;
        let locator = self.at(locator_at, LOCATOR_64_BYTES, unpacking)?;
        if !locator.starts_with(LOCATOR_64) {
            // a value that happens to stand at the limit
            return Ok((end, record_at));
        }
        let at = super::little_endian::u64_at(&locator, 8).unwrap_or(u64::MAX);
        let record = if at < locator_at {
            self.at(at, END_64_BYTES, unpacking)?
        } else {
            Vec::new()
        };
        let wide = EndRecord::parse_64(&record).filter(|_| record.starts_with(END_64));
        wide.map(|wide| (wide, at)).ok_or_else(|| {
            let found = "a locator that leads nowhere";
            Refusal::whole(Fault::Damaged, "the end record of Zip64", found).into()
        })
    }

    /// Reads the central directory.
    fn directory(
        &mut self,
        end: EndRecord,
        directory_end: u64,
        unpacking: &mut Unpacking<'_>,
    ) -> Result<Vec<ZipEntry>, UnpackError> {
        let limits = unpacking.limits;
        if end.entries > limits.entries {
            return Err(too_many(limits, end.entries).into());
        }
        if end.directory_bytes > limits.directory_bytes {
            return Err(Refusal::whole(
                Fault::TooLarge,
                format!("a directory of at most {} bytes", limits.directory_bytes),
                format!("{} bytes", end.directory_bytes),
            )
            .into());
        }
        let mut at = end.directory_offset;
        if let Err(error) = self.go_to(at) {
            return Err(unpacking.reading_failed(None, error));
        }
        let mut entries = Vec::new();
        let (mut name, mut extra) = (Vec::new(), Vec::new());
        while at < directory_end {
            unpacking.count_entry()?;
            let mut fixed = [0; CENTRAL_BYTES];
            let read = read_header(&mut self.file, &mut fixed, &mut name, &mut extra);
            let length = read.map_err(|error| unpacking.reading_failed(None, error))?;
            let entry = ZipEntry::parse(&fixed, &name, &extra).filter(|_| fixed.starts_with(CENTRAL));
            let (Some(entry), Some(length)) = (entry, length) else {
                let found = format!("something else at byte {at}");
                return Err(unpacking.end_with(Refusal::whole(
                    Fault::Damaged,
                    "a directory of entries",
                    found,
                )));
            };
            at += length;
            entries.push(entry);
        }
        if at != directory_end || entries.len() as u64 != end.entries {
            return Err(unpacking.end_with(Refusal::whole(
                Fault::HeadersContradict,
                format!(
                    "{} entries in {} bytes, as the end record says",
                    end.entries, end.directory_bytes
                ),
                format!("{} entries in {} bytes", entries.len(), at - end.directory_offset),
            )));
        }
        Ok(entries)
    }

    /// Judges all entries, in the order of their data; faults are noted.
    fn judge(
        &mut self,
        mut entries: Vec<ZipEntry>,
        directory_at: u64,
        unpacking: &mut Unpacking<'_>,
    ) -> Result<Vec<Sound>, UnpackError> {
        entries.sort_by_key(|entry| entry.offset);
        for entry in &entries {
            unpacking.decoder.learn(&entry.raw_name);
        }
        let total = entries
            .iter()
            .fold(0_u64, |total, entry| total.saturating_add(entry.facts.size));
        if total > unpacking.limits.total_bytes {
            unpacking.refuse(too_large(unpacking.limits, total))?;
        }
        if unpacking.limits.is_bomb(self.bytes, total) {
            unpacking.refuse(bomb(unpacking.limits, self.bytes, total))?;
        }
        let mut sound = Vec::with_capacity(entries.len());
        let mut free_from = 0;
        for entry in entries {
            let (decoded, name_bytes) = match (&entry.unicode_name, std::str::from_utf8(&entry.raw_name)) {
                (Some(name), Err(_)) => (name.clone(), Some(entry.raw_name.to_vec())),
                (Some(name), Ok(_)) if !entry.facts.is_utf8() => (name.clone(), None),
                _ => unpacking.decoder.decode(&entry.raw_name),
            };
            let is_folder = entry.is_folder();
            let shown = if is_folder {
                decoded.trim_end_matches('/')
            } else {
                decoded.as_str()
            };
            let raw = entry.raw_name.strip_suffix(b"/").unwrap_or(&entry.raw_name);
            let mut faults = faults_of(&entry, unpacking.limits);
            let place = self.locate(&entry, free_from, directory_at, unpacking)?;
            let data_at = match place {
                Ok((data_at, end)) => {
                    free_from = end;
                    data_at
                }
                Err(fault) => {
                    free_from = free_from.max(entry.offset);
                    faults.push(fault);
                    0
                }
            };
            for fault in faults {
                unpacking.refuse(fault.of(shown))?;
            }
            if let Some(name) = unpacking.admit(shown, raw, is_folder)? {
                sound.push(Sound {
                    name,
                    name_bytes,
                    data_at,
                    entry,
                });
            }
        }
        // behind an entry that is astray nothing can be said of what is hidden
        if free_from < directory_at && !unpacking.is_refused() {
            let hidden = self.at(free_from, 4, unpacking)?;
            if hidden == LOCAL {
                unpacking.refuse(hidden_entry(free_from))?;
            }
        }
        Ok(sound)
    }

    /// Where the data of an entry begins, and where it ends with its descriptor.
    fn locate(
        &mut self,
        entry: &ZipEntry,
        free_from: u64,
        directory_at: u64,
        unpacking: &mut Unpacking<'_>,
    ) -> Result<Result<(u64, u64), Refusal>, UnpackError> {
        if entry.offset < free_from {
            let found = format!("a beginning at byte {}, inside another entry", entry.offset);
            return Ok(Err(Refusal::whole(Fault::Overlap, "bytes of its own", found)));
        }
        if entry.offset >= directory_at {
            let found = format!("byte {}, behind the entries", entry.offset);
            return Ok(Err(Refusal::whole(
                Fault::Truncated,
                "its data inside the file",
                found,
            )));
        }
        if entry.offset > free_from && !unpacking.is_refused() && self.at(free_from, 4, unpacking)? == LOCAL {
            return Ok(Err(hidden_entry(free_from)));
        }
        let fixed = self.at(entry.offset, LOCAL_BYTES as u64, unpacking)?;
        let Some(mut local) = LocalHeader::parse(&fixed).filter(|_| fixed.starts_with(LOCAL)) else {
            let expected = "its header where the directory says";
            return Ok(Err(Refusal::whole(Fault::Damaged, expected, "something else")));
        };
        let name_and_extra = self.at(
            entry.offset + LOCAL_BYTES as u64,
            (local.name_length + local.extra_length) as u64,
            unpacking,
        )?;
        let (name, extra) = name_and_extra.split_at(local.name_length.min(name_and_extra.len()));
        local.widen(extra);
        if name != &*entry.raw_name {
            let found = format!(
                "{} in its own header",
                String::from_utf8_lossy(name).escape_debug()
            );
            let expected = "one name in both headers";
            return Ok(Err(Refusal::whole(Fault::HeadersContradict, expected, found)));
        }
        let data_at = entry.offset + (LOCAL_BYTES + local.name_length + local.extra_length) as u64;
        let data_end = data_at.checked_add(entry.facts.compressed);
        let Some(data_end) = data_end.filter(|end| *end <= directory_at) else {
            let found = format!("{} bytes declared, more than there are", entry.facts.compressed);
            return Ok(Err(Refusal::whole(
                Fault::Truncated,
                "its data inside the file",
                found,
            )));
        };
        if let Some(refusal) = contradiction(entry, &local) {
            return Ok(Err(refusal));
        }
        if !local.facts.has_descriptor() {
            return Ok(Ok((data_at, data_end)));
        }
        let behind = self.at(data_end, DESCRIPTOR_BYTES.min(directory_at - data_end), unpacking)?;
        Ok(descriptor_length(&behind, entry.facts)
            .map(|length| (data_at, data_end + length as u64))
            .ok_or_else(|| {
                let expected = "size and checksum behind the data as in the directory";
                Refusal::whole(Fault::HeadersContradict, expected, "others, or none")
            }))
    }

    fn write(&mut self, sound: Sound, unpacking: &mut Unpacking<'_>) -> Result<(), UnpackError> {
        if sound.entry.is_folder() {
            return unpacking.folder(&sound.name);
        }
        let facts = sound.entry.facts;
        let shown = sound.name.as_str().to_owned();
        let member = Member {
            name: sound.name,
            name_bytes: sound.name_bytes,
            modified: sound.entry.modified,
            size: Some(facts.size),
            crc32: Some(facts.crc32),
            compressed: Some(facts.compressed),
        };
        if let Err(error) = self.go_to(sound.data_at) {
            return Err(unpacking.reading_failed(Some(&shown), error));
        }
        let mut data = (&mut self.file).take(facts.compressed);
        if facts.method == 0 {
            unpacking.write(member, &mut data)?;
            self.position = Some(sound.data_at + facts.compressed);
            return Ok(());
        }
        let mut inflating = DeflateDecoder::new(data);
        unpacking.write(member, &mut inflating)?;
        let used = inflating.total_in();
        if used == facts.compressed {
            return Ok(());
        }
        Err(unpacking.end_with(
            Refusal::whole(
                Fault::SizeContradicts,
                format!("{} compressed bytes, as the directory says", facts.compressed),
                format!("{used}"),
            )
            .of(shown),
        ))
    }
}

/// Reads a central header with its name and extra field and passes over its comment; the length of all.
fn read_header(
    reader: &mut impl Read,
    fixed: &mut [u8; CENTRAL_BYTES],
    name: &mut Vec<u8>,
    extra: &mut Vec<u8>,
) -> std::io::Result<Option<u64>> {
    reader.read_exact(fixed)?;
    let Some((name_length, extra_length, comment_length)) = central_lengths(fixed) else {
        return Ok(None);
    };
    for (part, length) in [(&mut *name, name_length), (&mut *extra, extra_length)] {
        part.resize(length, 0);
        reader.read_exact(part)?;
    }
    let mut comment = [0; 512];
    let mut left = comment_length;
    while left > 0 {
        let piece = comment.get_mut(..left.min(512)).unwrap_or_default();
        reader.read_exact(piece)?;
        left -= piece.len();
    }
    Ok(Some(
        (CENTRAL_BYTES + name_length + extra_length + comment_length) as u64,
    ))
}
