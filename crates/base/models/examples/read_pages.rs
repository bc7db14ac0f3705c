//! Reads pictures of pages and measures: `read_pages MODELS PICTURE…`. Where `x.txt` lies beside `x.jpg`, its character
//! error rate is told. With `--text` the text is printed, with `--errors` what differs, with `--json` the page.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for the bench")]

#[path = "../tests/support/measure.rs"]
mod measure;

use lantai_models::ocr::{Ocr, OcrOptions};
use lantai_models::{ModelStore, Runtime};
use measure::{comparable, distance};
use std::path::PathBuf;

fn main() {
    let (flags, paths): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|known| known == flag);
    let mut paths = paths.into_iter().map(PathBuf::from);
    let store = ModelStore::new(paths.next().unwrap()).unwrap();
    let runtime: Runtime = store.runtime().unwrap();
    let options = OcrOptions {
        layout: !has("--no-layout"),
        ..OcrOptions::default()
    };
    let mut ocr = Ocr::open(&runtime, &store, options).unwrap();
    let (mut wrong, mut all, mut seconds) = (0, 0, 0.0);
    for path in paths {
        let mut picture = image::open(&path).unwrap();
        for (flag, turned) in [("--turn90", 90), ("--turn180", 180), ("--turn270", 270)] {
            if has(flag) {
                picture = match turned {
                    90 => picture.rotate90(),
                    180 => picture.rotate180(),
                    _ => picture.rotate270(),
                };
            }
        }
        let before = processor_seconds();
        let page = ocr.read(&picture, None).unwrap();
        let spent = processor_seconds() - before;
        seconds += spent;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let quality = page.quality.unwrap_or_default();
        print!(
            "{name}: {} lines, {spent:.2} s, turned {}, skew {:.2}, sharp {:.0}, contrast {:.2}, ink {:.4}",
            page.lines.len(),
            quality.turned,
            quality.skew,
            quality.sharpness,
            quality.contrast,
            quality.ink
        );
        if let Ok(truth) = std::fs::read_to_string(path.with_extension("txt")) {
            let (truth, read) = (comparable(&truth), comparable(&page.text));
            let errors = distance(&truth, &read);
            wrong += errors;
            all += truth.len();
            print!(
                ", CER {:.4} ({errors} of {})",
                errors as f64 / truth.len() as f64,
                truth.len()
            );
        }
        println!();
        if has("--text") {
            println!("{}", page.text);
        }
        if has("--json") {
            println!("{}", serde_json::to_string(&page).unwrap());
        }
    }
    if all > 0 {
        println!("CER {:.4}", wrong as f64 / all as f64);
    }
    println!("{seconds:.1} processor seconds, {} MiB at most", peak_memory());
}

/// Processor seconds of this process so far.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = behind_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// The most memory that this process has held, in MiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
