//! Any content comes back, from any place; whatever is altered, cut, exchanged or taken from elsewhere is refused.

use super::decryptor::Decryptor;
use super::encryptor::{Encryptor, FileLock};
use super::format::{SEGMENT, STORED_SEGMENT, Summary};
use crate::digest::Algorithm;
use lantai_domain::{KeyKeeper, ObjectKey};
use lantai_testkit::{CipherAlgorithm, KeyRing};
use proptest::prelude::*;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

fn key(algorithm: CipherAlgorithm) -> Arc<dyn ObjectKey> {
    let ring = KeyRing::fleeting(algorithm, "a").unwrap();
    ring.new_object_key("urn:test:1").unwrap().1
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 31 / 7 + length) as u8).collect()
}

fn encrypted(key: &dyn ObjectKey, context: &[u8], content: &[u8]) -> Vec<u8> {
    let lock = FileLock::new(key, context.to_vec()).unwrap();
    let mut encryptor = Encryptor::new(Vec::new(), lock);
    // in pieces that do not fit the segments
    for piece in content.chunks(10_007) {
        encryptor.write_all(piece).unwrap();
    }
    let summary = Summary {
        size: content.len() as u64,
        sha512: Algorithm::Sha512.of(content),
        sm3: Algorithm::Sm3.of(content),
    };
    encryptor.finish(&summary).unwrap()
}

fn open(key: &dyn ObjectKey, context: &[u8], stored: &[u8]) -> io::Result<Decryptor<Cursor<Vec<u8>>>> {
    Decryptor::open(Cursor::new(stored.to_vec()), key, context.to_vec())
}

fn read(key: &dyn ObjectKey, context: &[u8], stored: &[u8]) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    open(key, context, stored)?.read_to_end(&mut read)?;
    Ok(read)
}

fn refused<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => {
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
            error.to_string()
        }
    }
}

#[test]
fn every_length_comes_back_and_nothing_of_it_is_to_be_seen() {
    for algorithm in [CipherAlgorithm::Aes256Gcm, CipherAlgorithm::Sm4Gcm] {
        let key = key(algorithm);
        let lengths = [
            0,
            1,
            15,
            16,
            SEGMENT - 1,
            SEGMENT,
            SEGMENT + 1,
            3 * SEGMENT,
            3 * SEGMENT + 99,
        ];
        for length in lengths {
            let content = bytes(length);
            let stored = encrypted(&*key, b"place", &content);
            assert!(read(&*key, b"place", &stored).unwrap() == content, "{length}");
            let opened = open(&*key, b"place", &stored).unwrap();
            assert_eq!(opened.summary.size, length as u64);
            assert_eq!(opened.summary.sm3, Algorithm::Sm3.of(&content));
            let marker = &content[..length.min(24)];
            assert!(marker.len() < 8 || !stored.windows(marker.len()).any(|window| window == marker));
            let again = encrypted(&*key, b"place", &content);
            assert!(
                stored != again,
                "the same content never encrypts to the same bytes"
            );
        }
    }
}

#[test]
fn segments_that_are_exchanged_dropped_or_doubled_are_refused() {
    let key = key(CipherAlgorithm::Aes256Gcm);
    let content = bytes(4 * SEGMENT);
    let stored = encrypted(&*key, b"place", &content);
    let segment = usize::try_from(STORED_SEGMENT).unwrap();
    let begin = stored.len() - 4 * segment - 120;
    let at = |number: usize| begin + number * segment..begin + (number + 1) * segment;
    let mut exchanged = stored.clone();
    exchanged[at(1)].copy_from_slice(&stored[at(2)]);
    exchanged[at(2)].copy_from_slice(&stored[at(1)]);
    assert!(refused(read(&*key, b"place", &exchanged)).contains("segment 1"));
    let dropped = [&stored[..at(3).start], &stored[at(3).end..]].concat();
    assert!(refused(read(&*key, b"place", &dropped)).contains("the end"));
    let doubled = [&stored[..at(3).end], &stored[at(3)], &stored[at(3).end..]].concat();
    assert!(refused(read(&*key, b"place", &doubled)).contains("the end"));
    // what comes before an altered segment can still be read, it itself cannot
    let mut opened = open(&*key, b"place", &exchanged).unwrap();
    let mut first = vec![0; SEGMENT];
    opened.read_exact(&mut first).unwrap();
    assert!(first == content[..SEGMENT]);
    refused(opened.read(&mut [0; 10]));
    // a segment of another file of the same object
    let other = encrypted(&*key, b"place", &content);
    let mut mixed = stored.clone();
    mixed[at(0)].copy_from_slice(&other[at(0)]);
    assert!(refused(read(&*key, b"place", &mixed)).contains("segment 0"));
}

#[test]
fn a_file_opens_in_its_place_only() {
    let mine = key(CipherAlgorithm::Sm4Gcm);
    let stored = encrypted(&*mine, b"place", b"content");
    assert!(refused(read(&*mine, b"elsewhere", &stored)).contains("the key of the file"));
    let others = key(CipherAlgorithm::Sm4Gcm);
    refused(read(&*others, b"place", &stored));
    refused(read(&*mine, b"place", b""));
    refused(read(
        &*mine,
        b"place",
        b"plain text that is long enough to be looked at as if it were encrypted",
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_range_is_read(length in 0_usize..200_000, from in 0_usize..220_000, count in 0_usize..150_000) {
        let key = key(CipherAlgorithm::Aes256Gcm);
        let content = bytes(length);
        let mut opened = open(&*key, b"p", &encrypted(&*key, b"p", &content)).unwrap();
        opened.seek(SeekFrom::Start(from as u64)).unwrap();
        let mut found = Vec::new();
        opened.by_ref().take(count as u64).read_to_end(&mut found).unwrap();
        let begin = from.min(length);
        prop_assert!(found == content[begin..(begin + count).min(length)]);
        prop_assert_eq!(opened.seek(SeekFrom::End(0)).unwrap(), length as u64);
        prop_assert!(opened.seek(SeekFrom::Current(-(length as i64) - 1)).is_err());
    }

    #[test]
    fn any_flipped_bit_is_refused(length in 0_usize..200_000, place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let key = key(CipherAlgorithm::Sm4Gcm);
        let mut stored = encrypted(&*key, b"p", &bytes(length));
        let place = place.index(stored.len());
        stored[place] ^= 1 << bit;
        refused(read(&*key, b"p", &stored));
    }

    #[test]
    fn any_cut_is_refused_when_it_is_opened(length in 0_usize..200_000, place in any::<prop::sample::Index>()) {
        let key = key(CipherAlgorithm::Aes256Gcm);
        let stored = encrypted(&*key, b"p", &bytes(length));
        refused(open(&*key, b"p", &stored[..place.index(stored.len())]));
    }

    #[test]
    fn whatever_is_opened_never_panics(stored in prop::collection::vec(any::<u8>(), 0..400)) {
        let key = key(CipherAlgorithm::Aes256Gcm);
        let mut with_header = b"lantai-content/1".to_vec();
        with_header.extend(&stored);
        prop_assert!(read(&*key, b"p", &stored).is_err());
        prop_assert!(read(&*key, b"p", &with_header).is_err());
    }
}
