//! What a package looks like from outside, without reading it: enough to tell whether it is the one of before.

use crate::receive::ReceiveRequest;
use lantai_formats::package::walk;
use lantai_vault::Algorithm;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The fingerprint of a package under a request: names, sizes and times of all its files, and how it is asked to be
/// read. `None`: what it refers to cannot be seen from outside, or something cannot be read, so it is never taken for
/// the one of before.
///
/// The time of the last change of each inode is part of it, which no ordinary program can set back.
pub fn fingerprint(request: &ReceiveRequest) -> Option<String> {
    if request.root.is_some() {
        return None;
    }
    let mut sum = Sum::default();
    sum.add(&format!(
        "{:?} {:?} {:?} {:?}",
        request.kind, request.stage, request.fonds, request.majors
    ));
    if let Some(catalogue) = &request.catalogue {
        sum.add_file("--catalogue", catalogue)?;
    }
    if request.path.is_dir() {
        for file in walk(&request.path) {
            let file = file.ok()?;
            sum.add_file(file.relative.as_str(), &file.path)?;
        }
    } else {
        sum.add_file("", &request.path)?;
    }
    Some(sum.finish())
}

/// A sum that does not depend on the order, because a folder is listed in any.
#[derive(Default)]
struct Sum {
    lanes: [u64; 4],
    count: u64,
}

impl Sum {
    fn add(&mut self, text: &str) {
        let digest = Algorithm::Sha512.of(text.as_bytes());
        for (lane, part) in self.lanes.iter_mut().zip(digest.as_bytes().chunks(16)) {
            let part = std::str::from_utf8(part).unwrap_or_default();
            *lane = lane.wrapping_add(u64::from_str_radix(part, 16).unwrap_or_default());
        }
        self.count += 1;
    }

    fn add_file(&mut self, name: &str, path: &Path) -> Option<()> {
        let found = std::fs::metadata(path).ok()?;
        self.add(&format!(
            "{name}\0{}\0{}.{}\0{}.{}",
            found.len(),
            found.mtime(),
            found.mtime_nsec(),
            found.ctime(),
            found.ctime_nsec()
        ));
        Some(())
    }

    fn finish(self) -> String {
        let lanes = self.lanes.map(|lane| format!("{lane:016x}")).concat();
        format!("{lanes}-{}", self.count)
    }
}
