//! `lantai identify`

use crate::output::{Output, Status};
use clap::Args;
use lantai_formats::identify::{Identification, Identifier};
use lantai_formats::package::walk;
use serde::Serialize;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Name the formats of files by PRONOM. JSON Lines with --json.
#[derive(Debug, Args)]
pub struct Identify {
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Line {
    path: PathBuf,
    #[serde(flatten)]
    identification: Identification,
}

impl Identify {
    /// Names them, one line a file.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        let identifier = Identifier::builtin()?;
        let mut well = true;
        for path in &self.paths {
            if !path.is_dir() {
                well &= one(&identifier, path, output)?;
                continue;
            }
            for found in walk(path) {
                match found {
                    Ok(file) => well &= one(&identifier, &file.path, output)?,
                    Err(error) => {
                        output.say(&format!("lantai: {}: {error} [{}]", path.display(), error.code()));
                        well = false;
                    }
                }
            }
        }
        Ok(Status::of(well))
    }
}

fn one(identifier: &Identifier, path: &Path, output: &Output) -> anyhow::Result<bool> {
    let looked = File::open(path).and_then(|mut file| {
        let size = file.metadata()?.len();
        identifier.identify(path.file_name().unwrap_or_default(), size, &mut file)
    });
    match looked {
        Ok(identification) => {
            let line = Line {
                path: path.to_path_buf(),
                identification,
            };
            output.answer(&line, || {
                let found = &line.identification;
                let version = found.version.as_deref().unwrap_or_default();
                let name = found.name.as_deref().unwrap_or("unknown");
                let puid = found.puid.as_deref().unwrap_or("-");
                format!("{puid:12} {name} {version}\t{}", path.display())
            })?;
            Ok(true)
        }
        Err(error) => {
            output.say(&format!(
                "lantai: {}: {error} [identify.unreadable]",
                path.display()
            ));
            Ok(false)
        }
    }
}
