//! Pages of the corpus are read as well as promised.

#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests say why they are skipped and what they measured"
)]

#[path = "support/measure.rs"]
mod measure;
#[path = "support/rendered.rs"]
mod rendered;

use image::{DynamicImage, GenericImage, GenericImageView, GrayImage, Luma};
use lantai_domain::reading::{Direction, LineRole, ReadPage, TextSource};
use lantai_models::ModelStore;
use lantai_models::ocr::{Ocr, OcrOptions};
use measure::{comparable, distance};
use std::path::{Path, PathBuf};

/// The folder of models that `LANTAI_MODELS` names.
fn models() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("LANTAI_MODELS").map(PathBuf::from) else {
        eprintln!("skipped: LANTAI_MODELS names no folder of models");
        return None;
    };
    if folder.join("ocr-recognition").is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: {} holds no ocr-recognition (set LANTAI_MODELS)",
        folder.display()
    );
    None
}

/// A folder of the corpus: `LANTAI_CORPUS`, `../shared/corpus` by default.
fn corpus(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap_or(Path::new("/"));
    let setting = std::env::var_os("LANTAI_CORPUS").unwrap_or_else(|| "../shared/corpus".into());
    let folder = root.join(setting).join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: the corpus has no folder {} (set LANTAI_CORPUS)",
        folder.display()
    );
    None
}

fn ocr() -> Option<Ocr> {
    let store = ModelStore::new(models()?).unwrap();
    let runtime = store.runtime().unwrap();
    Some(Ocr::open(&runtime, &store, OcrOptions::default()).unwrap())
}

/// Wrong characters and all characters.
fn errors(page: &ReadPage, truth: &str) -> (usize, usize) {
    let (truth, read) = (comparable(truth), comparable(&page.text));
    (distance(&truth, &read), truth.len())
}

fn read_file(ocr: &mut Ocr, path: &Path) -> (usize, usize) {
    let page = ocr.read(&image::open(path).unwrap(), None).unwrap();
    errors(
        &page,
        &std::fs::read_to_string(path.with_extension("txt")).unwrap(),
    )
}

#[test]
fn pages_of_each_kind_are_read_within_their_error_rates() {
    let (Some(mut ocr), Some(folder)) = (ocr(), corpus("ocr/pages")) else {
        return;
    };
    let kinds: [(&str, &[&str], f64); 4] = [
        (
            "modern",
            &["modern_01_level0", "modern_07_level0", "modern_08_level1"],
            0.01,
        ),
        ("modern, faded", &["modern_03_level2"], 0.01),
        (
            "vertical simplified",
            &["vertical_simplified_15_level2", "vertical_simplified_19_level0"],
            0.03,
        ),
        (
            "vertical traditional",
            &["vertical_traditional_21_level2", "vertical_traditional_26_level1"],
            0.04,
        ),
    ];
    for (kind, pages, most) in kinds {
        let (mut wrong, mut all) = (0, 0);
        for page in pages {
            let (errors, characters) = read_file(&mut ocr, &folder.join(format!("{page}.jpg")));
            wrong += errors;
            all += characters;
        }
        let rate = wrong as f64 / all as f64;
        eprintln!("{kind}: {rate:.4} of {all} characters");
        assert!(rate <= most, "{kind}: {rate:.4}, {most} promised");
    }
}

#[test]
fn latin_lines_keep_the_spaces_between_words() {
    let (Some(mut ocr), Some(folder)) = (ocr(), corpus("ocr/latin")) else {
        return;
    };
    let page = ocr
        .read(&image::open(folder.join("phototest.tif")).unwrap(), Some(200.0))
        .unwrap();
    let truth = std::fs::read_to_string(folder.join("phototest.txt")).unwrap();
    let spaced = |text: &str| -> Vec<char> {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .collect()
    };
    let wrong = distance(&spaced(&page.text), &spaced(&truth));
    assert!(wrong <= 4, "{wrong} wrong: {}", page.text);
    assert_eq!(page.quality.unwrap().resolution, Some(200.0));
    for line in &page.lines {
        assert_eq!(line.offsets.len(), line.text.chars().count());
        assert!(line.offsets.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}

#[test]
fn pages_that_lie_are_set_upright() {
    let (Some(mut ocr), Some(folder)) = (ocr(), corpus("ocr/pages")) else {
        return;
    };
    for name in ["modern_05_level1", "vertical_traditional_24_level2"] {
        let path = folder.join(format!("{name}.jpg"));
        let truth = std::fs::read_to_string(path.with_extension("txt")).unwrap();
        let upright = image::open(&path).unwrap();
        let lying = if name.starts_with("modern") {
            upright.rotate180()
        } else {
            upright.rotate90()
        };
        let page = ocr.read(&lying, None).unwrap();
        let quality = page.quality.unwrap();
        assert_eq!(
            quality.turned,
            if name.starts_with("modern") { 180 } else { 270 },
            "{name}"
        );
        assert_eq!(
            (page.width as u32, page.height as u32),
            upright.dimensions(),
            "{name}"
        );
        let (wrong, all) = errors(&page, &truth);
        assert!(wrong * 25 <= all, "{name}: {wrong} of {all}");
    }
}

#[test]
fn a_rendered_page_is_read_almost_without_error() {
    let (Some(mut ocr), Some(folder)) = (ocr(), corpus("demo-archive/fulltext")) else {
        return;
    };
    let Some(pages) = rendered::pages(Path::new("/usr/share/fonts/opentype/noto"), &folder) else {
        eprintln!("skipped: no fonts (Noto CJK)");
        return;
    };
    let page = pages.iter().find(|page| page.name == "official").unwrap();
    let worst = rendered::DAMAGES.last().unwrap();
    let picture = DynamicImage::ImageLuma8(rendered::spoilt(&page.picture, worst));
    let read = ocr.read(&picture, Some(300.0)).unwrap();
    let (wrong, all) = errors(&read, &page.lines.join("\n"));
    assert!(wrong * 1000 <= all * 5, "{wrong} of {all}: {}", read.text);
    let quality = read.quality.unwrap();
    assert!((quality.skew.abs() - 2.0).abs() < 0.2, "{quality:?}");
    assert!(quality.contrast < 0.5 && !quality.is_blank, "{quality:?}");
    // the title is told by the layout, and its box stands where it was drawn
    let title = &read.lines[0];
    assert_eq!(
        (title.role, title.direction),
        (LineRole::Heading, Direction::Horizontal)
    );
    let place = title.place.unwrap();
    assert!((place.y..place.y + place.height).contains(&490.0), "{place:?}");
}

#[test]
fn empty_pages_have_no_text() {
    let Some(mut ocr) = ocr() else { return };
    let white = GrayImage::from_pixel(1240, 1754, Luma([250]));
    let mut striped = white.clone();
    for x in 0..1240 {
        striped.put_pixel(x, 3, Luma([0]));
    }
    for picture in [
        white,
        striped,
        GrayImage::new(0, 0),
        GrayImage::new(1, 1),
        GrayImage::new(1, 3000),
    ] {
        let size = picture.dimensions();
        let page = ocr.read(&DynamicImage::ImageLuma8(picture), None).unwrap();
        assert!(
            page.lines.is_empty() && page.text.is_empty(),
            "{size:?}: {}",
            page.text
        );
        assert_eq!(page.source, TextSource::None);
        assert_eq!((page.width as u32, page.height as u32), size);
    }
}

#[test]
fn a_long_scroll_is_read_to_its_end() {
    let (Some(mut ocr), Some(folder)) = (ocr(), corpus("ocr/pages")) else {
        return;
    };
    let path = folder.join("modern_05_level1.jpg");
    let truth = std::fs::read_to_string(path.with_extension("txt")).unwrap();
    let page = image::open(path).unwrap();
    let mut scroll = DynamicImage::new_luma8(page.width(), page.height() * 3);
    for part in 0..3 {
        scroll.copy_from(&page, 0, part * page.height()).unwrap();
    }
    let read = ocr.read(&scroll, None).unwrap();
    let (wrong, all) = errors(&read, &truth.repeat(3));
    assert!(wrong * 50 <= all, "{wrong} of {all}");
}
