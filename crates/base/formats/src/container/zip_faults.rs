//! What the headers of a ZIP file say against an entry.

use super::limits::Limits;
use super::refusal::{Fault, Refusal};
use super::unpacking::bomb;
use super::zip_records::{LocalHeader, ZipEntry};

/// An entry that the directory does not list.
pub(super) fn hidden_entry(at: u64) -> Refusal {
    let found = format!("one at byte {at} that it does not list");
    Refusal::whole(
        Fault::HeadersContradict,
        "a directory that lists every entry",
        found,
    )
}

/// What the directory alone says against an entry.
pub(super) fn faults_of(entry: &ZipEntry, limits: &Limits) -> Vec<Refusal> {
    let facts = entry.facts;
    let mut faults = Vec::new();
    if facts.is_encrypted() {
        faults.push(Refusal::whole(
            Fault::Encrypted,
            "a file that anybody can open",
            "a password",
        ));
    } else if let Some(method) = facts.method_refused() {
        faults.push(Refusal::whole(
            Fault::Method,
            "the method deflate, or stored",
            method,
        ));
    }
    // the kind of a file in the mode of UNIX
    match entry.unix_mode.map(|mode| mode & 0o170_000) {
        Some(0o120_000) => faults.push(Refusal::whole(Fault::Link, "a file or folder", "a symbolic link")),
        Some(0o020_000 | 0o060_000 | 0o010_000 | 0o140_000) => {
            let found = "a device, pipe or socket";
            faults.push(Refusal::whole(Fault::NotAFile, "a file or folder", found));
        }
        _ => {}
    }
    if entry.volume != 0 {
        let found = format!("volume {}", u32::from(entry.volume) + 1);
        faults.push(Refusal::whole(Fault::Split, "a container in one volume", found));
    }
    if entry.is_folder() && facts.size != 0 {
        let found = format!("{} bytes", facts.size);
        faults.push(Refusal::whole(
            Fault::SizeContradicts,
            "a folder without content",
            found,
        ));
    }
    if facts.method == 0 && facts.compressed != facts.size {
        let found = format!("{} stored for {}", facts.compressed, facts.size);
        faults.push(Refusal::whole(
            Fault::SizeContradicts,
            "as many bytes stored as the file has",
            found,
        ));
    }
    if limits.is_bomb(facts.compressed, facts.size) {
        faults.push(bomb(limits, facts.compressed, facts.size));
    }
    faults
}

/// What the local header says otherwise than the directory.
pub(super) fn contradiction(entry: &ZipEntry, local: &LocalHeader) -> Option<Refusal> {
    let (central, local) = (entry.facts, local.facts);
    let differ = |what: &str, central: String, local: String| {
        let expected = format!("{what} {central}, as the directory says");
        Some(Refusal::whole(
            Fault::HeadersContradict,
            expected,
            format!("{local} in its own header"),
        ))
    };
    if central.method != local.method {
        return differ("method", central.method.to_string(), local.method.to_string());
    }
    if central.is_encrypted() != local.is_encrypted() {
        return differ(
            "encryption",
            central.is_encrypted().to_string(),
            local.is_encrypted().to_string(),
        );
    }
    // with a descriptor the local header may be silent
    let is_silent = |value: u64| value == 0 && local.has_descriptor();
    if central.size != local.size && !is_silent(local.size) {
        return differ("size", central.size.to_string(), local.size.to_string());
    }
    if central.compressed != local.compressed && !is_silent(local.compressed) {
        return differ(
            "compressed size",
            central.compressed.to_string(),
            local.compressed.to_string(),
        );
    }
    if central.crc32 != local.crc32 && !is_silent(u64::from(local.crc32)) {
        return differ(
            "CRC-32",
            format!("{:08x}", central.crc32),
            format!("{:08x}", local.crc32),
        );
    }
    None
}
