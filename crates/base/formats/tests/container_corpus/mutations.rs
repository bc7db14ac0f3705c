//! Whatever the bytes: no panic, no way out of the quarantine.

use std::sync::LazyLock;

use lantai_formats::container::{detect_container, inspect_nested};
use proptest::prelude::*;

use crate::bench::Bench;
use crate::make::{bzip2, gzip, member, seven_zip, tar, tar_entry, xz, zip, zstd};

static SOUND: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let text = "目录与正文\n".repeat(40);
    let tarred = tar(&[tar_entry(b"a/b.txt", b'0', text.as_bytes())]);
    vec![
        zip(&[
            member("a/", b""),
            member("a/b.txt", text.as_bytes()).deflated(),
            member("c", b"1"),
        ]),
        gzip(&tarred),
        bzip2(&tarred),
        xz(&tarred),
        zstd(&tarred),
        seven_zip(&[("a/b.txt", text.as_bytes()), ("c", b"1")]),
        zip(&[member("inner.zip", &zip(&[member("a", b"1")]))]),
        tarred,
    ]
});

fn try_everything(bytes: &[u8]) {
    let bench = Bench::new();
    let container = bench.container(bytes);
    let _ = detect_container(&container, &bench.limits);
    let _ = inspect_nested(&container, &bench.limits);
    // the bench looks that nothing beside the quarantine changes
    if let Err(error) = bench.unpack_file(&container) {
        assert!(
            !error.refusals().is_empty(),
            "the content is at fault, not we: {error:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_bytes_do_no_harm(
        which in 0_usize..8,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = SOUND[which].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len().min(1500));
            bytes[place] = byte;
        }
        try_everything(&bytes);
    }

    #[test]
    fn changed_ends_do_no_harm(
        which in 0_usize..8,
        cut in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((0_usize..200, any::<u8>()), 0..4),
    ) {
        let mut bytes = SOUND[which].clone();
        if changes.is_empty() {
            bytes.truncate(cut.index(bytes.len()));
        }
        for (from_end, byte) in changes {
            let place = bytes.len() - 1 - from_end.min(bytes.len() - 1);
            bytes[place] = byte;
        }
        try_everything(&bytes);
    }

    #[test]
    fn random_bytes_after_a_signature_do_no_harm(
        signature in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c\0\x04", b"\x1f\x8b\x08\0", b"BZh9\x31\x41\x59\x26\x53\x59",
            b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"",
        ]),
        rest in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        try_everything(&[signature, &rest].concat());
    }

    #[test]
    fn no_name_leads_out(names in proptest::collection::vec("[a.A/\\\\:%2e\u{301} ]{0,12}", 1..4)) {
        let members: Vec<_> = names.iter().map(|name| member(name, b"1")).collect();
        try_everything(&zip(&members));
        let entries: Vec<_> = names.iter().map(|name| tar_entry(name.as_bytes(), b'0', b"1")).collect();
        try_everything(&tar(&entries));
    }
}
