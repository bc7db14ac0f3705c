//! Files examined by a real child process of this program.

use lantai_formats::identify::{Identification, Identifier};
use lantai_formats::properties::{ExamineLimits, FaultKind};
use lantai_intake::{ChildLimits, Examiner, InProcess, Sandbox, SandboxOptions};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn options() -> SandboxOptions {
    SandboxOptions::new(env!("CARGO_BIN_EXE_lantai").into(), 2)
}

fn identify(path: &Path) -> Identification {
    let mut file = File::open(path).unwrap();
    let size = file.metadata().unwrap().len();
    let identifier = Identifier::builtin().unwrap();
    identifier
        .identify(path.file_name().unwrap(), size, &mut file)
        .unwrap()
}

/// A PDF of so many pages that says the same on each.
fn pdf(folder: &Path, pages: usize) -> PathBuf {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", page + 3)).collect();
    let mut text = format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[{kids}]/Count {pages}>>\nendobj\n"
    );
    for page in 0..pages {
        text += &format!(
            "{} 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n",
            page + 3
        );
    }
    text += "trailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
    let path = folder.join("永久-0001.pdf");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_child_and_this_process_find_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = pdf(folder.path(), 12);
    let sandbox = Sandbox::new(SandboxOptions {
        files_per_child: 3,
        ..options()
    });
    let identification = identify(&path);
    let here = InProcess::default().examine(&identification, &path).unwrap();
    assert_eq!(here.pages, Some(12));
    // children are replaced on the way
    for _ in 0..10 {
        assert_eq!(sandbox.examine(&identification, &path).unwrap(), here);
    }
}

#[test]
fn a_child_without_memory_is_told_by_name_and_the_next_file_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    // the whole of it is read into memory: more than the child may have
    let file = File::create(&path).unwrap();
    file.set_len(400 << 20).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"%PDF-1.4\n1 0 obj\n", 0).unwrap();
    let limits = ChildLimits {
        memory_bytes: 200 << 20,
        ..ChildLimits::default()
    };
    let sandbox = Sandbox::new(SandboxOptions {
        child: limits,
        ..options()
    });
    let error = sandbox.examine(&identify(&path), &path).unwrap_err();
    assert_eq!(error.code(), "intake.examiner_memory", "{error}");
    assert!(error.is_of_the_file());
    let sound = pdf(folder.path(), 2);
    assert_eq!(sandbox.examine(&identify(&sound), &sound).unwrap().pages, Some(2));
}

#[test]
fn a_child_that_is_out_of_time_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = pdf(folder.path(), 3);
    // a child that never answers, as one does that a file has caught
    let silent = folder.path().join("silent");
    std::fs::write(&silent, "#!/bin/sh\nexec sleep 600\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&silent, mode).unwrap();
    let sandbox = Sandbox::new(SandboxOptions {
        timeout: Duration::from_millis(300),
        ..SandboxOptions::new(silent, 1)
    });
    assert_eq!(
        sandbox.examine(&identify(&path), &path).unwrap_err().code(),
        "intake.examiner_timeout"
    );
}

#[test]
fn hostile_and_difficult_files_end_no_child() {
    let (Some(difficult), Some(hostile)) = (
        lantai_testkit::corpus("pdf-difficult"),
        lantai_testkit::corpus("hostile"),
    ) else {
        return;
    };
    let sandbox = Sandbox::new(SandboxOptions {
        timeout: Duration::from_secs(10),
        ..options()
    });
    let (mut files, mut named) = (0, 0);
    for folder in [difficult, hostile] {
        for path in lantai_formats::package::walk(&folder)
            .filter_map(Result::ok)
            .map(|file| file.path)
        {
            files += 1;
            match sandbox.examine(&identify(&path), &path) {
                Ok(properties) => named += u32::from(!properties.faults.is_empty()),
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
    println!("{files} files, {named} with faults");
    assert!(files > 400);
}

#[test]
fn pixels_are_decoded_in_the_child_up_to_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blank.bmp");
    let (side, begin) = (200_u32, 54_u32);
    let mut bytes = b"BM".to_vec();
    for word in [
        begin + side * side * 3,
        0,
        begin,
        40,
        side,
        side,
        24 << 16 | 1,
        0,
        side * side * 3,
        11_811,
        11_811,
        0,
        0,
    ] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.resize((begin + side * side * 3) as usize, 0xFF);
    std::fs::write(&path, &bytes).unwrap();
    let found = Sandbox::new(options()).examine(&identify(&path), &path).unwrap();
    assert_eq!(
        (found.width, found.resolution_dpi, found.ink_ppm),
        (Some(200), Some(300), Some(0))
    );
    assert!(found.has(FaultKind::Blank) && found.is_whole());
    let limits = ExamineLimits {
        decoded_pixels: 0,
        ..ExamineLimits::default()
    };
    let walked = Sandbox::new(SandboxOptions { limits, ..options() })
        .examine(&identify(&path), &path)
        .unwrap();
    assert_eq!(walked.ink_ppm, None);
}
