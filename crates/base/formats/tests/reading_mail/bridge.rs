//! LibreOffice as a bridge, where it is installed.

use crate::{corpus, options, read};
use lantai_formats::reading::ExtractOptions;
use std::path::{Path, PathBuf};

/// The programs that are needed, or a word why the test is skipped.
fn programs() -> Option<(PathBuf, PathBuf)> {
    let office = ["/usr/bin/soffice", "/usr/lib/libreoffice/program/soffice"];
    let office = office.into_iter().map(PathBuf::from).find(|path| path.is_file());
    let models = std::env::var_os("LANTAI_MODELS").map(PathBuf::from);
    let pdfium = models
        .map(|models| models.join("pdfium/libpdfium.so"))
        .filter(|path| path.is_file());
    match (office, pdfium) {
        (Some(office), Some(pdfium)) => Some((office, pdfium)),
        (None, _) => {
            println!("skipped: LibreOffice is not installed");
            None
        }
        (_, None) => {
            println!("skipped: there is no libpdfium.so (set LANTAI_MODELS)");
            None
        }
    }
}

#[test]
fn what_nothing_else_reads_is_read_by_libreoffice() {
    let Some(folder) = corpus::folder("office-and-media") else {
        return;
    };
    let Some((office, pdfium)) = programs() else {
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let options = ExtractOptions {
        libreoffice: Some(office),
        pdfium: Some(pdfium),
        scratch: Some(scratch.path().to_owned()),
        ..options()
    };
    let mut texts = 0;
    for file in [
        "poi/publisher/Sample4.pub",
        "poi/diagram/44501.vsd",
        "tika/testWORKS2000.wps",
        "tika/testStarOffice-5.2-writer.sdw",
        "tika/testHWP_5.0.hwp",
    ] {
        let (reading, result) = read(&folder.join(file), &options);
        let letters = reading
            .text
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .count();
        println!(
            "{file}: {letters} letters on {} pages, {result:?}",
            reading.pages.len()
        );
        texts += usize::from(letters > 0);
    }
    assert!(texts >= 2, "{texts}");
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn without_libreoffice_its_formats_are_refused_by_name() {
    let Some(folder) = corpus::folder("office-and-media") else {
        return;
    };
    let (_, result) = read(&folder.join(Path::new("poi/publisher/Sample4.pub")), &options());
    assert_eq!(result.unwrap_err().code(), "reading.program_missing");
}
