//! Reads one file in a child process, which is this test program again, and says what came of it.

use lantai_domain::reading::ReadPage;
use lantai_formats::identify::Identifier;
use lantai_formats::properties::Claim;
use lantai_formats::reading::{
    Collector, ExtractOptions, PagePicture, Pixels, ReadError, ReadLimits, extract,
};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Says which file the child reads.
const FILE: &str = "LANTAI_TEST_READ";
/// Before what the child says.
const MARK: &str = "READ:";

/// What came of one file.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// `ok`, a code, `crash` or `hang`.
    pub result: String,
    pub pages: usize,
    pub characters: usize,
    pub pictures: usize,
    pub parts: usize,
    pub omissions: Vec<String>,
    /// Most memory held, in kB.
    pub peak: u64,
}

impl Outcome {
    pub fn has_text(&self) -> bool {
        self.characters > 0
    }
}

/// Where the library of PDFium lies; `None` after saying that tests with it are skipped.
#[expect(clippy::print_stdout, reason = "a skipped test says why")]
pub fn pdfium() -> Option<PathBuf> {
    let folder = std::env::var_os("LANTAI_MODELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models"),
        PathBuf::from,
    );
    let library = folder.join("pdfium/libpdfium.so");
    if library.is_file() {
        return Some(library);
    }
    println!("skipped: {} is not there (set LANTAI_MODELS)", library.display());
    None
}

pub fn options(identifier: &Identifier, library: Option<PathBuf>) -> ExtractOptions {
    ExtractOptions {
        pdfium: library,
        identifier: Some(identifier.clone()),
        program: "lantai test".to_owned(),
        ..ExtractOptions::default()
    }
}

/// Reads a file here and now, pictures of pages rendered small.
pub fn read(path: &Path, library: Option<PathBuf>) -> (Result<(), ReadError>, Collector<'static>) {
    let identifier = Identifier::builtin().unwrap();
    let claim = Claim::from(&identifier.identify_file(path).unwrap());
    let mut sink = Collector::recognising(|page: ReadPage, picture: &mut dyn PagePicture| {
        let rendered = picture.render(50.0, Pixels::Grey);
        if let Ok(rendered) = rendered {
            assert_eq!(
                rendered.bytes.len(),
                rendered.width as usize * rendered.height as usize,
                "{rendered:?}"
            );
        }
        Ok(page)
    });
    let result = extract(
        path,
        &claim,
        &options(&identifier, library),
        &ReadLimits::default(),
        &mut sink,
    );
    (result, sink)
}

/// The child's part: reads the file that the parent named, and says what came of it.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub fn be_child() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let (result, sink) = read(Path::new(&path), pdfium());
    let result = match &result {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.code().to_owned(),
    };
    let omissions: Vec<&str> = sink
        .reading
        .provenance
        .omitted
        .iter()
        .map(|omission| omission.code.as_str())
        .collect();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or("0")
        .to_owned();
    let characters = sink
        .reading
        .text
        .chars()
        .filter(|character| !character.is_whitespace())
        .count();
    println!(
        "{MARK}{result} {} {} {} {} {} {}",
        sink.reading.pages.len(),
        characters,
        sink.pictures.len(),
        sink.reading.parts.len(),
        peak,
        omissions.join(",")
    );
}

/// Reads a file in a child process, whose test `child` calls [`be_child`]; it is ended after some seconds.
pub fn in_child(path: &Path, child: &str, patience: Duration) -> Outcome {
    let program = std::env::current_exe().unwrap();
    let arguments: Vec<OsString> = [
        "--exact",
        child,
        "--nocapture",
        "--include-ignored",
        "--test-threads=1",
    ]
    .map(OsString::from)
    .into();
    let mut process = Command::new(program)
        .args(arguments)
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = process.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut said = String::new();
        let _ = output.read_to_string(&mut said);
        said
    });
    let begun = Instant::now();
    let is_hanging = loop {
        match process.try_wait().unwrap() {
            Some(_) => break false,
            None if begun.elapsed() > patience => {
                process.kill().unwrap();
                process.wait().unwrap();
                break true;
            }
            None => std::thread::park_timeout(Duration::from_millis(5)),
        }
    };
    let said = reader.join().unwrap();
    let Some(line) = said.split(MARK).nth(1) else {
        return Outcome {
            result: if is_hanging { "hang" } else { "crash" }.to_owned(),
            ..Outcome::default()
        };
    };
    let line = line.lines().next().unwrap_or_default();
    let fields: Vec<&str> = line.split(' ').collect();
    let number = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse().ok())
            .unwrap_or_default()
    };
    Outcome {
        result: fields.first().copied().unwrap_or_default().to_owned(),
        pages: number(1),
        characters: number(2),
        pictures: number(3),
        parts: number(4),
        peak: number(5) as u64,
        omissions: fields
            .get(6)
            .map(|codes| {
                codes
                    .split(',')
                    .filter(|code| !code.is_empty())
                    .map(str::to_owned)
                    .collect()
            })
            .unwrap_or_default(),
    }
}
