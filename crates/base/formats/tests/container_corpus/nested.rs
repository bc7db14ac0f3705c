//! Containers that are content are looked into, and harm inside them is found.

use lantai_formats::container::inspect_nested;

use crate::bench::Bench;
use crate::make::{Member, attributes, gzip, member, seven_zip, tar, tar_entry, zip};

#[test]
fn containers_in_one_another_are_looked_into_as_deep_as_the_limit() {
    let bench = Bench::new();
    let deeper = |bytes: Vec<u8>, level: usize| match level % 4 {
        0 => zip(&[member("inner", &bytes)]),
        1 => zip(&[member("inner", &bytes).deflated()]),
        2 => gzip(&tar(&[tar_entry(b"inner", b'0', &bytes)])),
        _ => seven_zip(&[("inner", &bytes)]),
    };
    let mut bytes = b"content".to_vec();
    for level in 0..bench.limits.nested_depth {
        bytes = deeper(bytes, level);
    }
    let found = inspect_nested(&bench.container(&bytes), &bench.limits)
        .unwrap()
        .unwrap();
    assert_eq!((found.depth, found.containers, found.entries), (5, 5, 5));
    let one_more = deeper(bytes, 5);
    let error = inspect_nested(&bench.container(&one_more), &bench.limits).unwrap_err();
    assert_eq!(error.code(), "package.nested_too_deep");
    assert_eq!(
        error.refusals()[0].entry.as_deref(),
        Some("inner!/inner!/inner!/inner!/inner")
    );
    assert!(
        inspect_nested(&bench.container(b"plain"), &bench.limits)
            .unwrap()
            .is_none()
    );
}

#[test]
fn harm_inside_a_container_that_is_content_is_found() {
    let mut bench = Bench::new();
    let locked = Member {
        flags: 1,
        ..member("secret", b"1234567890123")
    };
    let bomb = zip(&[member("zeros", &vec![0; 20_000_000]).deflated()]);
    let wrong = Member {
        crc32: Some(7),
        ..member("a", b"1").deflated()
    };
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    for (inner, code) in [
        (zip(&[locked]), "package.encrypted"),
        (bomb, "package.bomb_ratio"),
        (zip(&[wrong]), "package.wrong_crc"),
        (cut(zip(&[member("a", &[7; 100_000])])), "package.truncated"),
        (cut(gzip(&[7; 100_000])), "package.truncated"),
    ] {
        for outer in [
            zip(&[member("outer", &inner)]),
            tar(&[tar_entry(b"outer", b'0', &inner)]),
            seven_zip(&[("outer", &inner)]),
        ] {
            let error = inspect_nested(&bench.container(&outer), &bench.limits).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.refusals()[0].entry.as_deref().unwrap().starts_with("outer"));
        }
    }
    bench.limits.nested_total_bytes = 1000;
    bench.limits.nested_entries = 2;
    let many = zip(&[member("a", b""), member("b", b""), member("c", b"")]);
    let error = inspect_nested(&bench.container(&many), &bench.limits).unwrap_err();
    assert_eq!(error.code(), "package.too_many_entries");
    let large = zip(&[member("a", &[1; 600]), member("b", &[1; 600])]);
    let error = inspect_nested(&bench.container(&large), &bench.limits).unwrap_err();
    assert_eq!(error.code(), "package.too_large");
}

#[test]
fn names_and_links_that_lead_out_of_a_container_that_is_content_are_refused() {
    let bench = Bench::new();
    let link = |target: &str| Member {
        unix_mode: Some(0o120_777),
        ..member("folder/link", target.as_bytes())
    };
    let inner_link = attributes(&[("linkpath", b"b/c")]);
    let outer_link = attributes(&[("linkpath", b"../b")]);
    for (bytes, code) in [
        (zip(&[member("../a", b"1")]), "package.path_upwards"),
        (zip(&[member("..\\a", b"1")]), "package.path_upwards"),
        (tar(&[tar_entry(b"/etc/a", b'0', b"1")]), "package.path_absolute"),
        (seven_zip(&[("a/../../b", b"1")]), "package.path_upwards"),
        (zip(&[member("a", b"1"), link("../../b")]), "package.link"),
        (
            zip(&[member("a", b"1"), link("/etc/passwd").deflated()]),
            "package.link",
        ),
        (tar(&[tar_entry(b"a", b'2', b"")]), "package.link"),
        (tar(&[tar_entry(b"a", b'1', b"")]), "package.path_upwards"),
        (tar(&[outer_link, tar_entry(b"a", b'2', b"")]), "package.link"),
    ] {
        let error = inspect_nested(&bench.container(&bytes), &bench.limits).unwrap_err();
        assert_eq!(error.code(), code);
        let outer = zip(&[member("outer", &bytes).deflated()]);
        let error = inspect_nested(&bench.container(&outer), &bench.limits).unwrap_err();
        assert_eq!(error.code(), code);
    }
    for bytes in [
        // a member that only looks like the target of a link
        zip(&[member("a", b"../../b")]),
        zip(&[link("../b"), member("b", b"1")]),
        tar(&[tar_entry(b"folder/deep/er/a", b'2', b"")]),
        tar(&[inner_link, tar_entry(b"a", b'2', b"")]),
        seven_zip(&[("a/b", b"1")]),
    ] {
        inspect_nested(&bench.container(&bytes), &bench.limits)
            .unwrap()
            .unwrap();
    }
}
