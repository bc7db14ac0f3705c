//! A ZIP file that is content, walked from local header to local header, and then through the directory behind them.

use std::collections::HashSet;
use std::io::{self, BufRead, Read};

use flate2::bufread::DeflateDecoder;

use super::names::{link_leading_out, name_leading_out};
use super::{Inspection, Stop, drain};
use crate::container::kind::beginning_of;
use crate::container::refusal::{Fault, Refusal};
use crate::container::stream::{Guarded, counted};
use crate::container::zip_records::{
    CENTRAL, CENTRAL_BYTES, DESCRIPTOR, Facts, LOCAL, LOCAL_BYTES, LocalHeader, ZipEntry, central_lengths,
    descriptor_length,
};
use crate::text::decode_file_name;

/// Bytes of a member that may be the target of a symbolic link; longer ones no system follows.
const TARGET_BYTES: usize = 4096;

impl Inspection<'_> {
    /// Walks a ZIP file from local header to local header. The directory behind them is needed for one thing only:
    /// to tell which members are symbolic links.
    pub(super) fn zip(&mut self, source: &mut dyn Read, depth: usize) -> Result<(), Stop> {
        let (mut source, consumed) = counted(source);
        // members, by where they begin, that would lead out if they were links
        let mut leading_out = HashSet::new();
        loop {
            let mut fixed = [0; LOCAL_BYTES];
            let begins = consumed.get() - source.buffer().len() as u64;
            let signature = beginning_of(&mut source, LOCAL.len())?;
            if signature != LOCAL {
                // the directory, or what comes before it; what is there was seen
                return if signature.len() < LOCAL.len() {
                    Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
                } else {
                    self.links(&signature, &mut source, &leading_out)
                };
            }
            source.read_exact(fixed.get_mut(LOCAL.len()..).unwrap_or_default())?;
            let Some(mut local) = LocalHeader::parse(&fixed) else {
                return Ok(());
            };
            let mut name = vec![0; local.name_length];
            source.read_exact(&mut name)?;
            let mut extra = vec![0; local.extra_length];
            source.read_exact(&mut extra)?;
            local.widen(&extra);
            self.count_entry()?;
            let shown = decode_file_name(&name);
            if let Some(refusal) = name_leading_out(&shown) {
                return Err(refusal.of(shown).into());
            }
            let facts = local.facts;
            if facts.is_encrypted() {
                let expected = "a file that anybody can open";
                return Err(Refusal::whole(Fault::Encrypted, expected, "a password")
                    .of(shown)
                    .into());
            }
            if let Some(method) = facts.method_refused() {
                let expected = "the method deflate, or stored";
                return Err(Refusal::whole(Fault::Method, expected, method).of(shown).into());
            }
            if facts.has_descriptor() && facts.method == 0 && facts.compressed == 0 && !name.ends_with(b"/") {
                // its end cannot be told without the directory: counted no further
                return Ok(());
            }
            let before = consumed.get() - source.buffer().len() as u64;
            let limits = self.limits;
            let mut hashed = Hashed::default();
            let outcome = if facts.method == 0 {
                let mut stored = (&mut source).take(facts.compressed);
                let outcome = self.content(&mut hashed.over(&mut stored), depth + 1);
                outcome.and_then(|()| Ok(drain(&mut hashed.over(&mut stored))?))
            } else {
                let mut member = Guarded::new(
                    DeflateDecoder::new(&mut source),
                    std::rc::Rc::clone(&consumed),
                    before,
                    limits,
                );
                let outcome = self.content(&mut hashed.over(&mut member), depth + 1);
                outcome.and_then(|()| Ok(drain(&mut hashed.over(&mut member))?))
            };
            outcome.map_err(|stop| stop.inside(&shown))?;
            if facts.method == 0 && hashed.bytes < facts.compressed {
                let found = format!("{} of {} bytes", hashed.bytes, facts.compressed);
                return Err(Refusal::whole(Fault::Truncated, "content to its end", found)
                    .of(shown)
                    .into());
            }
            let target = hashed.target().unwrap_or_default();
            if link_leading_out(&shown, target).is_some() {
                leading_out.insert(begins);
            }
            let used = consumed.get() - source.buffer().len() as u64 - before;
            let measured = Facts {
                crc32: hashed.hasher.finalize(),
                compressed: used,
                size: hashed.bytes,
                ..facts
            };
            if let Some(refusal) = behind_data(&mut source, facts, measured)? {
                return Err(refusal.of(shown).into());
            }
        }
    }

    /// Looks through the directory for links among the members that would lead out. It is read as far as it is one.
    fn links(
        &mut self,
        signature: &[u8],
        source: &mut impl BufRead,
        leading_out: &HashSet<u64>,
    ) -> Result<(), Stop> {
        let mut signature = signature.to_vec();
        let mut left = self.found.entries;
        while !leading_out.is_empty() && signature == CENTRAL && left > 0 {
            left -= 1;
            let mut header = signature;
            header.extend(beginning_of(source, CENTRAL_BYTES - CENTRAL.len())?);
            let Some((name, extra, comment)) = central_lengths(&header) else {
                return Ok(());
            };
            let rest = beginning_of(source, name + extra + comment)?;
            let (name, extra) = (rest.get(..name), rest.get(name..name + extra));
            let (Some(name), Some(extra)) = (name, extra) else {
                return Ok(());
            };
            let entry = ZipEntry::parse(&header, name, extra);
            let is_link =
                |entry: &ZipEntry| entry.unix_mode.is_some_and(|mode| mode & 0o170_000 == 0o120_000);
            if entry.is_some_and(|entry| is_link(&entry) && leading_out.contains(&entry.offset)) {
                let expected = "a link inside the container";
                return Err(Refusal::whole(Fault::Link, expected, "one that leads out of it")
                    .of(decode_file_name(name))
                    .into());
            }
            signature = beginning_of(source, CENTRAL.len())?;
        }
        Ok(())
    }
}

/// Holds what was measured of a member against its header, or against the descriptor behind its data.
fn behind_data(source: &mut impl Read, declared: Facts, measured: Facts) -> Result<Option<Refusal>, Stop> {
    let fits = if declared.has_descriptor() {
        let mut behind = [0; 24];
        let mut length = 12;
        source.read_exact(behind.get_mut(..length).unwrap_or_default())?;
        let mut longer = if behind.starts_with(DESCRIPTOR) {
            [16, 24]
        } else {
            [12, 20]
        }
        .into_iter();
        loop {
            if let Some(found) = descriptor_length(behind.get(..length).unwrap_or_default(), measured) {
                break found == length;
            }
            let Some(next) = longer.find(|next| *next > length) else {
                break false;
            };
            source.read_exact(behind.get_mut(length..next).unwrap_or_default())?;
            length = next;
        }
    } else {
        if declared.size != measured.size || declared.compressed != measured.compressed {
            let expected = format!("{} bytes out of {}", declared.size, declared.compressed);
            let found = format!("{} out of {}", measured.size, measured.compressed);
            return Ok(Some(Refusal::whole(Fault::SizeContradicts, expected, found)));
        }
        declared.crc32 == measured.crc32
    };
    let expected = "the content that was packed";
    Ok((!fits).then(|| {
        Refusal::whole(
            Fault::WrongCrc,
            expected,
            format!("CRC-32 {:08x}", measured.crc32),
        )
    }))
}

/// Sum and length of what was read of a member.
#[derive(Default)]
struct Hashed {
    hasher: crc32fast::Hasher,
    bytes: u64,
    /// The beginning, as much as a link's target may be long.
    beginning: Vec<u8>,
}

impl Hashed {
    fn over<'a>(&'a mut self, inner: &'a mut dyn Read) -> HashedReader<'a> {
        HashedReader { hashed: self, inner }
    }

    /// The whole content, where a system could take it for the target of a link.
    fn target(&self) -> Option<&str> {
        let is_whole = self.beginning.len() as u64 == self.bytes;
        let text = std::str::from_utf8(&self.beginning).ok()?;
        (is_whole && !text.contains(['\0', '\n'])).then_some(text)
    }
}

struct HashedReader<'a> {
    hashed: &'a mut Hashed,
    inner: &'a mut dyn Read,
}

impl Read for HashedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        self.hashed.hasher.update(bytes);
        let wanted = TARGET_BYTES
            .saturating_sub(self.hashed.beginning.len())
            .min(count);
        self.hashed
            .beginning
            .extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        self.hashed.bytes += count as u64;
        Ok(count)
    }
}
