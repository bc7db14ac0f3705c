//! Containers made byte by byte, sound ones and evil ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// A member of a ZIP file to be made. What is `None` is as it should be.
#[derive(Clone, Default)]
pub struct Member {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    /// Name in the local header, where it is another one.
    pub local_name: Option<Vec<u8>>,
    pub crc32: Option<u32>,
    /// Size in both headers.
    pub size: Option<u32>,
    /// Size in the local header only.
    pub local_size: Option<u32>,
    /// Bytes instead of the compressed data.
    pub packed: Option<Vec<u8>>,
    pub unix_mode: Option<u32>,
    pub extra: Vec<u8>,
    /// Bytes behind the data; the local header is then silent.
    pub descriptor: Option<Vec<u8>>,
    /// Place of the local header in the directory.
    pub offset: Option<u32>,
}

pub fn member(name: &str, data: &[u8]) -> Member {
    Member {
        name: name.as_bytes().to_vec(),
        data: data.to_vec(),
        ..Member::default()
    }
}

impl Member {
    pub fn deflated(self) -> Self {
        Self { method: 8, ..self }
    }

    pub fn crc(&self) -> u32 {
        self.crc32.unwrap_or_else(|| crc32fast::hash(&self.data))
    }

    pub fn packed(&self) -> Vec<u8> {
        match &self.packed {
            Some(packed) => packed.clone(),
            None if self.method == 8 => deflate(&self.data),
            None => self.data.clone(),
        }
    }
}

pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn put(bytes: &mut Vec<u8>, numbers: &[(usize, u64)]) {
    for (length, number) in numbers {
        bytes.extend_from_slice(&number.to_le_bytes()[..*length]);
    }
}

fn length(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

/// A ZIP file, and where its directory begins.
pub fn zip_with_directory(members: &[Member]) -> (Vec<u8>, usize) {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = member.offset.map_or(length(&bytes), u64::from);
        let packed = member.packed();
        let size = member.size.map_or(length(&member.data), u64::from);
        let flags = u64::from(member.flags) | if member.descriptor.is_some() { 8 } else { 0 };
        let (mut local_crc, mut local_packed) = (u64::from(member.crc()), length(&packed));
        let mut local_size = member.local_size.map_or(size, u64::from);
        if member.descriptor.is_some() {
            (local_crc, local_packed, local_size) = (0, 0, 0);
        }
        let local_name = member.local_name.as_ref().unwrap_or(&member.name);
        bytes.extend_from_slice(b"PK\x03\x04");
        put(
            &mut bytes,
            &[
                (2, 20),
                (2, flags),
                (2, u64::from(member.method)),
                (4, 0x4ccf_6000),
            ],
        );
        put(&mut bytes, &[(4, local_crc), (4, local_packed), (4, local_size)]);
        put(&mut bytes, &[(2, length(local_name)), (2, length(&member.extra))]);
        bytes.extend_from_slice(local_name);
        bytes.extend_from_slice(&member.extra);
        bytes.extend_from_slice(&packed);
        bytes.extend_from_slice(member.descriptor.as_deref().unwrap_or_default());
        directory.extend_from_slice(b"PK\x01\x02");
        let made_by = if member.unix_mode.is_some() {
            0x031e
        } else {
            0x0014
        };
        put(
            &mut directory,
            &[(2, made_by), (2, 20), (2, flags), (2, u64::from(member.method))],
        );
        put(
            &mut directory,
            &[
                (4, 0x4ccf_6000),
                (4, u64::from(member.crc())),
                (4, length(&packed)),
                (4, size),
            ],
        );
        put(
            &mut directory,
            &[
                (2, length(&member.name)),
                (2, length(&member.extra)),
                (2, 0),
                (2, 0),
                (2, 0),
            ],
        );
        put(
            &mut directory,
            &[(4, u64::from(member.unix_mode.unwrap_or(0)) << 16), (4, offset)],
        );
        directory.extend_from_slice(&member.name);
        directory.extend_from_slice(&member.extra);
    }
    let directory_at = bytes.len();
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06");
    let count = members.len() as u64;
    put(
        &mut bytes,
        &[
            (2, 0),
            (2, 0),
            (2, count),
            (2, count),
            (4, length(&directory)),
            (4, directory_at as u64),
            (2, 0),
        ],
    );
    (bytes, directory_at)
}

pub fn zip(members: &[Member]) -> Vec<u8> {
    zip_with_directory(members).0
}

/// The Unicode name of Info-ZIP as an extra field.
pub fn unicode_field(stored: &[u8], name: &str) -> Vec<u8> {
    let mut field = Vec::new();
    put(
        &mut field,
        &[
            (2, 0x7075),
            (2, 5 + name.len() as u64),
            (1, 1),
            (4, u64::from(crc32fast::hash(stored))),
        ],
    );
    field.extend_from_slice(name.as_bytes());
    field
}

/// A header of TAR with its content, filled up.
pub fn tar_entry(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    tar_entry_of_size(name, kind, content, content.len() as u64)
}

/// The same with another size in the header.
pub fn tar_entry_of_size(name: &[u8], kind: u8, content: &[u8], size: u64) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"13300000000\0");
    header[156] = kind;
    if kind == b'1' || kind == b'2' {
        header[157..168].copy_from_slice(b"../../etc/a");
    }
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.extend_from_slice(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

pub fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = entries.concat();
    bytes.resize((bytes.len() + 1024).next_multiple_of(10_240), 0);
    bytes
}

/// An extended header of POSIX.
pub fn attributes(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut content = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let digits = if rest + 2 > 99 { 3 } else { 2 };
        content.extend_from_slice(format!("{} {key}=", rest + digits).as_bytes());
        content.extend_from_slice(value);
        content.push(b'\n');
    }
    tar_entry(b"PaxHeaders/a", b'x', &content)
}

pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub fn xz(data: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

pub fn seven_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = sevenz_rust2::ArchiveWriter::new(&mut bytes).unwrap();
    for (name, data) in files {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(*data)).unwrap();
    }
    writer.finish().unwrap();
    bytes.into_inner()
}
