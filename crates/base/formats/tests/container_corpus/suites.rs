//! Containers that the project did not write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lantai_formats::container::{inspect_nested, unpack};

use crate::bench::Bench;
use crate::corpus;

/// Containers of kinds that we take, in order: files that must come out of each.
const WHOLE: [(&str, usize); 74] = [
    ("7z-empty-mhc-off.7z", 1),
    ("7z-hello-mhc-off-copy.7z", 1),
    ("7z-hello-mhc-off-lzma2.7z", 1),
    ("COMPRESS-189.zip", 1),
    ("COMPRESS-210_unix_time_zip_test.zip", 14),
    ("COMPRESS-211_uid_gid_zip_test.zip", 12),
    ("COMPRESS-219.zip", 4),
    ("COMPRESS-320/BZip2-solid.7z", 46),
    ("COMPRESS-320/BZip2.7z", 46),
    ("COMPRESS-320/Deflate.7z", 46),
    ("COMPRESS-320/LZMA2-solid.7z", 46),
    ("COMPRESS-320/LZMA2.7z", 46),
    ("COMPRESS-324.tar", 1),
    ("COMPRESS-348.7z", 5),
    ("COMPRESS-379.jar", 0),
    ("COMPRESS-492.7z", 0),
    ("COMPRESS-612/test-times-epax-folder.tar", 1),
    ("COMPRESS-612/test-times-gnu.tar", 1),
    ("COMPRESS-612/test-times-oldbsdtar.tar", 1),
    ("COMPRESS-612/test-times-oldgnu.tar", 1),
    ("COMPRESS-612/test-times-posix-linux.tar", 1),
    ("COMPRESS-612/test-times-posix.tar", 1),
    ("COMPRESS-612/test-times-star-folder.tar", 1),
    ("COMPRESS-612/test-times-v7.tar", 1),
    ("COMPRESS-612/test-times-xstar-folder.tar", 1),
    ("COMPRESS-612/test-times-xustar.tar", 1),
    ("COMPRESS-666/compress-666.tar.gz", 7),
    (
        "android/Camera2Basic/Application/build/intermediates/instant-run-apk/debug/Application-debug.apk",
        28,
    ),
    (
        "android/Camera2Basic/Application/build/intermediates/split-apk/debug/slices/slice_1.apk",
        6,
    ),
    (
        "android/Camera2Basic/Application/build/intermediates/split-apk/debug/slices/slice_2.apk",
        5,
    ),
    (
        "android/Camera2Basic/Application/build/intermediates/split-apk/debug/slices/slice_5.apk",
        5,
    ),
    (
        "android/Camera2Basic/Application/build/intermediates/split-apk/debug/slices/slice_6.apk",
        6,
    ),
    (
        "android/Camera2Basic/Application/build/intermediates/split-apk/debug/slices/slice_8.apk",
        5,
    ),
    ("archives/FreeBSD_pax.tar", 10),
    ("archives/FreeBSD_ustar.tar", 10),
    ("archives/SunOS.zip", 10),
    ("archives/SunOS_cAEf.tar", 10),
    ("archives/SunOS_cf.tar", 10),
    ("bla-stored.zip", 2),
    ("bla.deflate.7z", 2),
    ("bla.jar", 5),
    ("bla.tar.bz2", 2),
    ("bla.tar.xz", 2),
    ("bla.txt.bz2", 1),
    ("bla.zip", 2),
    ("dirWith1TxtFile.tar", 1),
    ("emptyDir.tar", 0),
    ("lbzip2_32767.bz2", 1),
    ("longpath/cygwin_gnu.tar", 8),
    ("longpath/hudson.tar", 8),
    ("longpath/minotaur-c.zip", 8),
    ("longpath/minotaur-z.zip", 8),
    ("longpath/minotaur.jar", 9),
    ("longpath/minotaur_pax.tar", 8),
    ("longpath/minotaur_ustar.tar", 8),
    ("longpath/vmgump_gnu.tar", 8),
    ("longpath/vmgump_ustar.tar", 8),
    ("lorem-ipsum.txt.bz2", 1),
    ("lorem-ipsum.txt.gz", 1),
    ("ordertest.zip", 23),
    (
        "org/apache/commons/compress/COMPRESS-626/compress-626-pack200.jar",
        1,
    ),
    ("org/apache/commons/compress/COMPRESS-679/file.7z", 5),
    ("org/apache/commons/compress/gzip/members-size-0.gz", 1),
    ("org/apache/commons/compress/gzip/members.gz", 1),
    ("pack200/annotations2unpacked.jar", 9),
    ("pack200/annotationsRI.jar", 9),
    ("pack200/annotationsRI.pack.gz", 1),
    ("pack200/annotationsUnpacked.jar", 5),
    ("pack200/pack200.pack.gz", 1),
    ("pack200/sql-e1.pack.gz", 1),
    ("pack200/sql.pack.gz", 1),
    ("preepoch-posix.tar", 1),
    ("preepoch-star.tar", 1),
    ("utf8-7zip-test.zip", 3),
];

/// Containers of kinds that we take which are refused, and why.
const REFUSED: [(&str, &str); 49] = [
    ("COMPRESS-178-fail.tar", "damaged"),
    ("COMPRESS-214_unix_symlinks.zip", "link"),
    ("COMPRESS-279-fail.tar", "truncated"),
    ("COMPRESS-320/PPMd-solid.7z", "method"),
    ("COMPRESS-356.tar", "damaged"),
    ("COMPRESS-380/COMPRESS-380-dd.zip", "method"),
    ("COMPRESS-380/COMPRESS-380.zip", "method"),
    ("COMPRESS-529-fail.tar", "truncated"),
    ("COMPRESS-530-fail.tar", "damaged"),
    ("COMPRESS-542-1.7z", "truncated"),
    ("COMPRESS-542-2.7z", "truncated"),
    ("COMPRESS-544_truncated_in_content-fail.tar", "truncated"),
    ("COMPRESS-546.zip", "truncated"),
    ("COMPRESS-548.zip", "truncated"),
    ("COMPRESS-612/test-times-gnu-incremental.tar", "duplicate_name"),
    ("COMPRESS-612/test-times-oldgnu-incremental.tar", "duplicate_name"),
    ("COMPRESS-612/test-times-xstar-incremental.tar", "duplicate_name"),
    ("COMPRESS-647/test.zip", "truncated"),
    ("COMPRESS-692/compress-692.zip", "method"),
    ("apache-maven-2.2.1.zip.001", "truncated"),
    ("archive_with_trailer.zip", "trailing_bytes"),
    ("bla-nonames.7z", "name_empty"),
    ("bla-stored-dd-contradicts-actualsize.zip", "trailing_bytes"),
    ("bla-stored-dd-nosig.zip", "trailing_bytes"),
    ("bla-stored-dd-sizes-differ.zip", "trailing_bytes"),
    ("bla-stored-dd.zip", "trailing_bytes"),
    ("bla.deflate64.7z", "method"),
    ("bla.encrypted.7z", "encrypted"),
    ("bla.noendheaderoffset.7z", "truncated"),
    ("longpath/winXP_antgnu.tar", "trailing_bytes"),
    ("longsymlink/gnu.tar", "link"),
    ("moby.zip", "method"),
    (
        "org/apache/commons/compress/fuzz/crash-f2efd9eaeb86cda597d07b5e3c3d81363633c2da",
        "truncated",
    ),
    (
        "org/apache/commons/compress/sevenz/numCyclesPower30.bin",
        "encrypted",
    ),
    (
        "org/apache/commons/compress/zip/createBoundedInputStream.bin",
        "too_large",
    ),
    (
        "org/apache/commons/compress/zip/decompressNextSymbol.bin",
        "truncated",
    ),
    ("org/apache/commons/compress/zip/test-method-xz.zip", "method"),
    ("password-encrypted.zip", "encrypted"),
    ("pax_gnu_sparse.tar", "sparse"),
    ("posix00_sparse.tar", "sparse"),
    ("posix10_sparse.tar", "sparse"),
    ("simple-aix-native-tar.tar", "link"),
    ("synthetic/long-name/gnu-fail.tar", "name_too_long"),
    ("synthetic/long-name/gnu.tar", "name_too_long"),
    ("synthetic/long-name/long-name.7z", "name_too_long"),
    ("synthetic/long-name/long-name.zip", "name_too_long"),
    ("synthetic/long-name/pax-fail.tar", "name_too_long"),
    ("synthetic/long-name/pax.tar", "name_too_long"),
    ("zipbomb.xlsx", "bomb_ratio"),
];

/// All files below a folder with their paths in it.
fn files_below(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = entries
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    let named = files.map(|entry| {
        let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap();
        (name.to_owned(), entry.path().to_path_buf())
    });
    named.collect()
}

/// Every file of the suite has one of three outcomes: unpacked whole, refused for the reason named here, or of no
/// kind that we take. Files that must be refused by their names are among the refused.
#[test]
fn the_suite_has_the_outcomes_that_its_names_state() {
    let Some(folder) = corpus::folder("archive-files/compress") else {
        return;
    };
    let bench = Bench::new();
    let (whole, refused): (BTreeMap<_, _>, BTreeMap<_, _>) = (WHOLE.into(), REFUSED.into());
    let (mut unpacked_whole, mut refused_by_name, mut other_kinds) = (0, 0, 0);
    for (name, path) in files_below(&folder) {
        let result = bench.unpack_file(&path);
        bench.clear();
        match result {
            Ok(unpacked) => {
                assert_eq!(whole.get(name.as_str()), Some(&unpacked.entries.len()), "{name}");
                assert!(!name.contains("-fail"), "{name}");
                unpacked_whole += 1;
            }
            Err(error) if error.code() == "package.not_a_container" => {
                assert!(
                    !whole.contains_key(name.as_str()) && !refused.contains_key(name.as_str()),
                    "{name}"
                );
                other_kinds += 1;
            }
            Err(error) => {
                let reason = refused.get(name.as_str());
                let code = reason.map(|reason| format!("package.{reason}"));
                assert_eq!(
                    code.as_deref(),
                    Some(error.code()),
                    "{name}: {:?}",
                    error.refusals()
                );
                refused_by_name += 1;
            }
        }
    }
    assert_eq!((unpacked_whole, refused_by_name), (WHOLE.len(), REFUSED.len()));
    assert_eq!(unpacked_whole + refused_by_name + other_kinds, 199);
}

#[test]
fn looking_into_every_file_of_the_suite_ends_well() {
    let Some(folder) = corpus::folder("archive-files/compress") else {
        return;
    };
    let bench = Bench::new();
    let mut codes = BTreeMap::new();
    for (name, path) in files_below(&folder) {
        match inspect_nested(&path, &bench.limits) {
            Ok(found) => assert!(found.is_none_or(|found| found.containers > 0), "{name}"),
            Err(error) => {
                codes.insert(name, error.code());
            }
        }
    }
    for (name, code) in [
        ("zipbomb.xlsx", "package.bomb_ratio"),
        ("password-encrypted.zip", "package.encrypted"),
        ("bla.encrypted.7z", "package.encrypted"),
        ("COMPRESS-544_truncated_in_content-fail.tar", "package.truncated"),
    ] {
        assert_eq!(codes.get(name), Some(&code), "{name}");
    }
}

#[test]
fn the_hostile_containers_are_refused_by_name() {
    let Some(folder) = corpus::folder("hostile") else {
        return;
    };
    let bench = Bench::new();
    for (name, codes) in [
        ("zip_slip.zip", &["package.path_upwards"][..]),
        (
            "tar_symlink_escape.tar",
            &["package.link", "package.file_and_folder"],
        ),
        (
            "bomb_20mb_of_zeros.zip",
            &["package.bomb_ratio", "package.bomb_ratio"],
        ),
    ] {
        let error = bench
            .unpack_file(&folder.join(name))
            .map(|it| it.entries)
            .unwrap_err();
        let found: Vec<&str> = error.refusals().iter().map(|refusal| refusal.code()).collect();
        assert_eq!(found, codes, "{name}");
    }
    let nested = inspect_nested(&folder.join("nested_12_levels.zip"), &bench.limits).unwrap_err();
    assert_eq!(nested.code(), "package.nested_too_deep");
}

#[test]
fn many_entries_and_names_in_gbk_come_out_whole() {
    let Some(folder) = corpus::folder("hostile") else {
        return;
    };
    let bench = Bench::new();
    let mut last = 0;
    let many = unpack(
        &folder.join("many_entries_3000.zip"),
        &bench.quarantine(),
        &bench.limits,
        &mut |progress| {
            last = progress.files;
        },
    );
    assert_eq!((many.unwrap().entries.len(), last), (3000, 3000));
    bench.clear();
    let gbk = bench.unpack_file(&folder.join("zip_gbk_names.zip")).unwrap();
    assert_eq!(gbk.entries[0].name.as_str(), "永久-2018-会议纪要.txt");
    let stored = b"\xd3\xc0\xbe\xc3-2018-\xbb\xe1\xd2\xe9\xbc\xcd\xd2\xaa.txt";
    assert_eq!(gbk.entries[0].name_bytes.as_deref(), Some(&stored[..]));
}
