//! For every refusal a container that gives it, and nothing else.

use lantai_formats::container::{Limits, UnpackError};

use crate::bench::Bench;
use crate::make::{
    Member, attributes, deflate, gzip, member, seven_zip, tar, tar_entry, tar_entry_of_size, xz, zip,
    zip_with_directory,
};

/// Names and what is wrong with them, in any container.
const NAMES: [(&str, &str); 16] = [
    ("/etc/passwd", "package.path_absolute"),
    ("../outside.txt", "package.path_upwards"),
    ("a/../../outside.txt", "package.path_upwards"),
    ("C:/outside.txt", "package.path_absolute"),
    ("..\\outside.txt", "package.path_upwards"),
    ("a\\b.txt", "package.path_backslash"),
    ("\\\\server\\share", "package.path_absolute"),
    ("a\u{202e}gpj.exe", "package.name_invisible"),
    ("a\nb", "package.name_invisible"),
    ("%2e%2e/outside.txt", "package.path_percent"),
    ("", "package.name_empty"),
    ("CON", "package.reserved_name"),
    ("a/aux.txt", "package.reserved_name"),
    ("trailing./a", "package.reserved_name"),
    ("trailing ", "package.reserved_name"),
    ("1/2/3/4/5/6/7/8/9/0/1/2/3/deep", "package.too_deep"),
];

#[test]
fn names_that_lead_astray_are_refused_in_every_kind() {
    let bench = Bench::new();
    for (name, code) in NAMES {
        assert_eq!(
            bench.refused(&zip(&[member(name, b"1"), member("ok", b"2")])),
            [code],
            "{name}"
        );
        let raw = if name.is_empty() {
            b"\0".as_slice()
        } else {
            name.as_bytes()
        };
        let bytes = tar(&[tar_entry(b"ok", b'0', b"2"), tar_entry(raw, b'0', b"1")]);
        assert_eq!(bench.refused(&bytes), [code], "{name}");
        assert_eq!(bench.refused(&gzip(&bytes)), [code], "{name}");
        assert_eq!(
            bench.refused(&seven_zip(&[(name, b"1"), ("ok", b"2")])),
            [code],
            "{name}"
        );
    }
    assert_eq!(
        bench.refused(&zip(&[member("a\0b", b"1")])),
        ["package.name_invisible"]
    );
    let long = "件".repeat(86);
    assert_eq!(
        bench.refused(&zip(&[member(&long, b"1")])),
        ["package.name_too_long"]
    );
}

#[test]
fn names_that_clash_are_refused_in_every_kind() {
    let bench = Bench::new();
    for (one, other, code) in [
        ("a", "a", "package.duplicate_name"),
        ("档案/A.txt", "档案/a.TXT", "package.case_clash"),
        ("caf\u{e9}", "cafe\u{301}", "package.normalisation_clash"),
        ("a", "a/b", "package.file_and_folder"),
        ("a/b", "a", "package.file_and_folder"),
    ] {
        assert_eq!(
            bench.refused(&zip(&[member(one, b"1"), member(other, b"2")])),
            [code]
        );
        let entries = [
            tar_entry(one.as_bytes(), b'0', b"1"),
            tar_entry(other.as_bytes(), b'0', b"2"),
        ];
        assert_eq!(bench.refused(&tar(&entries)), [code]);
        assert_eq!(bench.refused(&seven_zip(&[(one, b"1"), (other, b"2")])), [code]);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let bench = Bench::new();
    for (mode, code) in [
        (0o120_777, "package.link"),
        (0o020_666, "package.not_a_file"),
        (0o060_666, "package.not_a_file"),
        (0o010_666, "package.not_a_file"),
        (0o140_666, "package.not_a_file"),
    ] {
        let entry = Member {
            unix_mode: Some(mode),
            ..member("a", b"../../etc/passwd")
        };
        assert_eq!(bench.refused(&zip(&[entry])), [code]);
    }
    for (kind, code) in [
        (b'1', "package.link"),
        (b'2', "package.link"),
        (b'3', "package.not_a_file"),
        (b'4', "package.not_a_file"),
        (b'6', "package.not_a_file"),
        (b'?', "package.not_a_file"),
        (b'S', "package.sparse"),
        (b'M', "package.split"),
    ] {
        assert_eq!(
            bench.refused(&tar(&[tar_entry(b"a", kind, b"")])),
            [code],
            "{}",
            char::from(kind)
        );
    }
    let sparse = [
        attributes(&[("GNU.sparse.major", b"1")]),
        tar_entry(b"a", b'0', b""),
    ];
    assert_eq!(bench.refused(&tar(&sparse)), ["package.sparse"]);
}

#[test]
fn nothing_is_written_through_a_link_that_came_first() {
    let bench = Bench::new();
    let entries = [
        tar_entry(b"link", b'2', b""),
        tar_entry(b"link/outside.txt", b'0', b"1"),
    ];
    assert_eq!(
        bench.refused(&tar(&entries)),
        ["package.link", "package.file_and_folder"]
    );
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let bench = Bench::new();
    let zeros = vec![0; 20_000_000];
    let codes = bench.refused(&zip(&[member("zeros", &zeros).deflated()]));
    assert!(
        codes.iter().all(|code| *code == "package.bomb_ratio"),
        "{codes:?}"
    );
    // a size that lies does not help: what comes out is counted
    let lying = Member {
        size: Some(100),
        crc32: Some(0),
        ..member("zeros", &zeros).deflated()
    };
    assert_eq!(bench.refused(&zip(&[lying])), ["package.size_contradicts"]);
    let streams = [
        gzip(&tar(&[tar_entry(b"zeros", b'0', &zeros)])),
        gzip(&zeros),
        xz(&zeros),
        crate::make::bzip2(&zeros),
        crate::make::zstd(&zeros),
        seven_zip(&[("zeros", &zeros)]),
    ];
    for bytes in streams {
        assert_eq!(bench.refused(&bytes), ["package.bomb_ratio"]);
    }
    // thousands of headers instead of content
    let headers = vec![tar_entry(b"././@LongLink", b'L', &[0; 512]); 20_000].concat();
    assert_eq!(bench.refused(&gzip(&headers)), ["package.bomb_ratio"]);
}

#[test]
fn limits_hold() {
    let mut bench = Bench::new();
    let three = [member("1", b"one"), member("2", b"two"), member("3", b"three")];
    let entries = ["1", "2", "3"].map(|name| tar_entry(name.as_bytes(), b'0', b"three"));
    bench.limits = Limits {
        entries: 2,
        ..bench.limits
    };
    for bytes in [
        zip(&three),
        tar(&entries),
        seven_zip(&[("1", b"1"), ("2", b"2"), ("3", b"3")]),
    ] {
        assert_eq!(bench.refused(&bytes), ["package.too_many_entries"]);
    }
    bench.limits = Limits {
        entries: 10,
        total_bytes: 10,
        ..bench.limits
    };
    for bytes in [
        zip(&three),
        tar(&entries),
        gzip(b"more than ten bytes"),
        seven_zip(&[("1", b"more than ten bytes")]),
    ] {
        assert_eq!(bench.refused(&bytes), ["package.too_large"]);
    }
    bench.limits = Limits {
        total_bytes: 10_000_000,
        dictionary_bytes: 4096,
        seven_zip_header_bytes: 20,
        header_bytes: 100,
        ..bench.limits
    };
    assert_eq!(bench.refused(&xz(&[7; 100_000])), ["package.memory_demand"]);
    assert_eq!(bench.refused(&seven_zip(&[("1", b"1")])), ["package.too_large"]);
    let long = tar_entry(b"././@LongLink", b'L', &[b'a'; 101]);
    assert_eq!(bench.refused(&tar(&[long])), ["package.name_too_long"]);
    bench.limits.seven_zip_header_bytes = 1000;
    assert_eq!(
        bench.refused(&seven_zip(&[("1", &[7; 100_000])])),
        ["package.memory_demand"]
    );
}

#[test]
fn all_faults_of_a_directory_are_listed_up_to_a_bound() {
    let mut bench = Bench::new();
    let members: Vec<Member> = (0..50)
        .map(|number| member(&format!("../{number}"), b""))
        .collect();
    assert_eq!(bench.refused(&zip(&members)).len(), 50);
    bench.limits.refusals_listed = 10;
    assert_eq!(bench.refused(&zip(&members)).len(), 10);
}

#[test]
fn passwords_and_methods_not_agreed_are_refused() {
    let bench = Bench::new();
    let with = |flags, method| Member {
        flags,
        method,
        packed: Some(b"1234567890".to_vec()),
        ..member("a", b"1234567890")
    };
    for flags in [1, 1 | 64, 1 << 13] {
        assert_eq!(bench.refused(&zip(&[with(flags, 8)])), ["package.encrypted"]);
    }
    assert_eq!(bench.refused(&zip(&[with(0, 99)])), ["package.encrypted"]);
    for method in [1, 6, 9, 12, 14, 93, 95, 98, 50] {
        assert_eq!(bench.refused(&zip(&[with(0, method)])), ["package.method"]);
    }
}

#[test]
fn content_that_is_not_what_was_packed_is_refused() {
    let bench = Bench::new();
    let base = || member("a", b"content").deflated();
    let cases = [
        (
            Member {
                crc32: Some(1),
                ..base()
            },
            "package.wrong_crc",
        ),
        (
            Member {
                size: Some(8),
                ..base()
            },
            "package.size_contradicts",
        ),
        (
            Member {
                size: Some(6),
                ..base()
            },
            "package.size_contradicts",
        ),
        (
            Member {
                size: Some(8),
                method: 0,
                ..base()
            },
            "package.size_contradicts",
        ),
        (
            Member {
                local_size: Some(8),
                ..base()
            },
            "package.headers_contradict",
        ),
        (
            Member {
                local_name: Some(b"b".to_vec()),
                ..base()
            },
            "package.headers_contradict",
        ),
        (
            Member {
                descriptor: Some(vec![0; 12]),
                ..base()
            },
            "package.headers_contradict",
        ),
        (
            Member {
                packed: Some(vec![0xff; 20]),
                ..base()
            },
            "package.damaged",
        ),
        (
            Member {
                packed: Some(deflate(b"content")[..5].to_vec()),
                ..base()
            },
            "package.truncated",
        ),
        (
            Member {
                packed: Some([deflate(b"content"), b"hidden".to_vec()].concat()),
                ..base()
            },
            "package.size_contradicts",
        ),
    ];
    for (number, (entry, code)) in cases.into_iter().enumerate() {
        assert_eq!(
            bench.refused(&zip(&[member("ok", b"1"), entry])),
            [code],
            "case {number}"
        );
    }
}

#[test]
fn a_directory_that_hides_something_is_refused() {
    let bench = Bench::new();
    let shared = Member {
        offset: Some(0),
        ..member("a", b"1")
    };
    assert_eq!(
        bench.refused(&zip(&[member("a", b"1"), shared])),
        ["package.overlap", "package.duplicate_name"]
    );
    // a member between two others, and one at the end, that the directory does not list
    for place in [1, 2] {
        let mut members = vec![member("a", b"1"), member("b", b"2")];
        members.insert(place, member("c", b"3"));
        let (mut bytes, at) = zip_with_directory(&members);
        let from = at + 47 * place;
        bytes.drain(from..from + 47);
        let end = bytes.len() - 22;
        bytes[end + 8] = 2;
        bytes[end + 10] = 2;
        bytes[end + 12] = 94;
        assert_eq!(bench.refused(&bytes), ["package.headers_contradict"]);
    }
    let (mut bytes, at) = zip_with_directory(&[member("a", b"1")]);
    let end = bytes.len() - 22;
    bytes[end + 10] = 2;
    assert_eq!(bench.refused(&bytes), ["package.headers_contradict"]);
    bytes[end + 10] = 1;
    bytes[at] = b'Q';
    assert_eq!(bench.refused(&bytes), ["package.damaged"]);
    bytes[at] = b'P';
    bytes[end + 4] = 3;
    assert_eq!(bench.refused(&bytes), ["package.split"]);
    bytes[end + 4] = 0;
    assert!(bench.unpack(&bytes).is_ok());
}

#[test]
fn what_ends_too_early_or_too_late_is_refused() {
    let bench = Bench::new();
    let content: Vec<u8> = (0..100_000_u32)
        .flat_map(|number| (number.wrapping_mul(2_654_435_761)).to_le_bytes())
        .collect();
    let tarred = tar(&[tar_entry(b"a", b'0', &content)]);
    for whole in [
        zip(&[member("a", &content).deflated()]),
        tarred.clone(),
        gzip(&tarred),
        xz(&tarred),
        crate::make::bzip2(&tarred),
        crate::make::zstd(&tarred),
        seven_zip(&[("a", &content)]),
    ] {
        let half = &whole[..whole.len() / 2];
        assert_eq!(bench.refused(half), ["package.truncated"]);
        assert!(bench.unpack(&whole).is_ok());
        bench.clear();
        let longer = [&whole[..], b"more of it that belongs to nothing"].concat();
        let code = bench.refused(&longer)[0];
        // a stream cannot tell what follows it from a broken continuation
        let codes = ["package.trailing_bytes", "package.damaged", "package.truncated"];
        assert!(codes.contains(&code), "{code}");
    }
    let without_end = tar_entry(b"a", b'0', b"1");
    assert_eq!(bench.refused(&without_end), ["package.truncated"]);
    let liar = tar_entry_of_size(b"a", b'0', b"1", 1 << 32);
    assert_eq!(bench.refused(&tar(&[liar])), ["package.truncated"]);
    let hidden = [tar(&[tar_entry(b"a", b'0', b"1")]), tar_entry(b"b", b'0', b"2")].concat();
    assert_eq!(bench.refused(&hidden), ["package.trailing_bytes"]);
    assert_eq!(bench.refused(b"Rar!\x1a\x07\x01\0"), ["package.not_a_container"]);
    assert_eq!(bench.refused(b""), ["package.not_a_container"]);
}

#[test]
fn our_own_failures_are_no_refusals() {
    let bench = Bench::new();
    let bytes = zip(&[member("a", b"1")]);
    bench.unpack(&bytes).unwrap();
    let again = lantai_formats::container::unpack(
        &bench.container(&bytes),
        &bench.quarantine(),
        &bench.limits,
        &mut |_| {},
    );
    assert!(matches!(again, Err(UnpackError::QuarantineInUse(_))));
    assert!(
        bench.quarantine().join("a").is_file(),
        "what lies there is left alone"
    );
    let missing = bench
        .unpack_file(&bench.quarantine().join("nothing"))
        .map(|it| it.entries);
    bench.clear();
    assert_eq!(missing.unwrap_err().code(), "package.read");
}
