//! What the codes on pages (封面条码) say of the files of a package.

use super::{PageCodeRules, PagesRead};
use crate::sandbox::{ExamineError, Examiner};
use lantai_formats::page_code::PageCodeLimits;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering as Memory};
use std::time::Duration;

/// Endings of pictures that are looked at.
const PICTURES: [&str; 8] = ["jpg", "jpeg", "png", "tif", "tiff", "bmp", "gif", "webp"];

/// A file as it is looked at: its path in the package, and where it lies.
type Page = (String, PathBuf);

/// Reads the codes on pages by the rules of an archive.
pub struct PageCodeReader<'a> {
    rules: &'a PageCodeRules,
    examiner: &'a dyn Examiner,
}

impl<'a> PageCodeReader<'a> {
    /// A reader whose pictures are opened by `examiner`.
    pub fn new(rules: &'a PageCodeRules, examiner: &'a dyn Examiner) -> Self {
        Self { rules, examiner }
    }

    /// The archival codes that pages say for each of the files; a file of which no page says anything is not in it.
    pub fn read(&self, files: Vec<Page>) -> HashMap<String, Vec<String>> {
        let mut folders: BTreeMap<String, Vec<Page>> = BTreeMap::new();
        for file in files {
            let folder = file.0.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.entry(folder.to_owned()).or_default().push(file);
        }
        for files in folders.values_mut() {
            files.sort_by(|one, other| in_order(&one.0, &other.0));
        }
        match self.rules.read {
            PagesRead::FirstOfFolder => self.by_folder(&folders),
            PagesRead::Every => self.by_page(&folders),
        }
    }

    /// The first picture of a folder speaks for the whole folder, and for folders in it that have no code of their
    /// own. The package's own folder is none: it holds whatever is there.
    fn by_folder(&self, folders: &BTreeMap<String, Vec<Page>>) -> HashMap<String, Vec<String>> {
        let of_records = || folders.iter().filter(|(folder, _)| !folder.is_empty());
        let first: Vec<(&String, &Page)> = of_records()
            .filter_map(|(folder, files)| Some((folder, files.iter().find(|file| is_picture(&file.0))?)))
            .collect();
        let pages: Vec<&Page> = first.iter().map(|(_, page)| *page).collect();
        let codes = self.codes_of(&pages);
        let by_folder: HashMap<&str, &Vec<String>> = first
            .iter()
            .zip(&codes)
            .filter_map(|((folder, _), codes)| Some((folder.as_str(), codes.as_ref().ok()?)))
            .filter(|(_, codes)| !codes.is_empty())
            .collect();
        let mut said = HashMap::new();
        for (folder, files) in of_records() {
            let own = ancestors(folder).find_map(|folder| by_folder.get(folder));
            for (file, _) in files {
                said.extend(own.map(|codes| (file.clone(), (*codes).clone())));
            }
        }
        said
    }

    /// A page with a code begins a record. A picture that cannot be read might have begun one: what follows belongs
    /// to nothing until the next code.
    fn by_page(&self, folders: &BTreeMap<String, Vec<Page>>) -> HashMap<String, Vec<String>> {
        let pages: Vec<&Page> = folders
            .values()
            .flatten()
            .filter(|file| is_picture(&file.0))
            .collect();
        let codes = self.codes_of(&pages);
        let mut read: HashMap<&str, Result<Vec<String>, ExamineError>> =
            pages.iter().map(|page| page.0.as_str()).zip(codes).collect();
        let mut said = HashMap::new();
        for files in folders.values() {
            let mut now: Vec<String> = Vec::new();
            for (file, _) in files {
                match read.remove(file.as_str()) {
                    Some(Ok(codes)) if !codes.is_empty() => now = codes,
                    Some(Err(_)) => now.clear(),
                    _ => {}
                }
                if !now.is_empty() {
                    said.insert(file.clone(), now.clone());
                }
            }
        }
        said
    }

    /// The codes on pictures, as many at a time as there are processors.
    fn codes_of(&self, pages: &[&Page]) -> Vec<Result<Vec<String>, ExamineError>> {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity(pages.len()));
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers.min(pages.len()) {
                scope.spawn(|| {
                    while let place = next.fetch_add(1, Memory::Relaxed)
                        && let Some(page) = pages.get(place)
                    {
                        let codes = self.codes_on(page);
                        let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        found.push((place, codes));
                    }
                });
            }
        });
        let mut found = found
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, codes)| codes).collect()
    }

    fn codes_on(&self, (file, path): &Page) -> Result<Vec<String>, ExamineError> {
        let limits = PageCodeLimits {
            symbols: self.rules.symbols.clone(),
            most_pixels: u64::from(self.rules.most_megapixels) * 1_000_000,
        };
        let timeout = Duration::from_secs(self.rules.most_seconds);
        let found = self.examiner.page_codes(path, &limits, timeout);
        let found = found.inspect_err(|error| {
            tracing::warn!(
                file,
                code = error.code(),
                "the page {file} could not be searched for codes: {error}"
            );
        })?;
        let mut codes: Vec<String> = Vec::new();
        for symbol in found {
            if let Some(code) = self.rules.code_in(&symbol.text)
                && !codes.iter().any(|known| known == code)
            {
                codes.push(code.to_owned());
            }
        }
        Ok(codes)
    }
}

fn is_picture(file: &str) -> bool {
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    PICTURES
        .iter()
        .any(|picture| picture.eq_ignore_ascii_case(ending))
}

/// A folder, the folder it lies in, and so on.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        folder.rsplit_once('/').map(|(above, _)| above)
    })
}

/// The order in which pages follow each other: numbers count by their value, so that page 2 comes before page 10.
fn in_order(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        match (one.chars().next(), other.chars().next()) {
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (number, rest) = leading_number(one);
                let (number_of_other, rest_of_other) = leading_number(other);
                let by_value = (number.len(), number).cmp(&(number_of_other.len(), number_of_other));
                if by_value != Ordering::Equal {
                    return by_value;
                }
                (one, other) = (rest, rest_of_other);
            }
            (Some(a), Some(b)) if a == b => {
                let length = a.len_utf8();
                (one, other) = (
                    one.get(length..).unwrap_or_default(),
                    other.get(length..).unwrap_or_default(),
                );
            }
            (a, b) => return a.cmp(&b),
        }
    }
}

/// The digits that a text begins with, without zeros before them, and the rest.
fn leading_number(text: &str) -> (&str, &str) {
    let length = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests;
