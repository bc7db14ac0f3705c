//! A lot that is over, as it lies in the vault beside its accession, and how it comes back.

use super::error::QualityError;
use super::judgement::{Judgement, Marks};
use super::lot::{Lot, LotItem};
use super::repository::QualityRepository;
use lantai_cataloguing::{CataloguingError, layout};
use lantai_database::UnitOfWork;
use lantai_vault::{Object, ObjectWriter};
use serde::{Deserialize, Serialize};

/// Folder of the lots in the accession's object.
const FOLDER: &str = "quality/";
/// What the sample of a lot ends with; a piece a line, with everybody's marks.
const ITEMS: &str = ".items.jsonl";

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    item: LotItem,
    marks: Vec<Judgement>,
}

/// The two documents of a lot.
pub(super) struct Kept {
    stem: String,
    lot: Vec<u8>,
    items: Vec<u8>,
}

impl Kept {
    /// The documents of a lot, its sample and all marks.
    pub fn new(lot: &Lot, items: Vec<LotItem>, mut marks: Marks) -> Result<Self, QualityError> {
        let mut document = serde_json::to_vec_pretty(lot)?;
        document.push(b'\n');
        let mut lines = Vec::new();
        for item in items {
            let marks = marks
                .remove(&item.number)
                .unwrap_or_default()
                .into_values()
                .collect();
            serde_json::to_writer(&mut lines, &Line { item, marks })?;
            lines.push(b'\n');
        }
        Ok(Self {
            stem: format!("{FOLDER}{}", lot.id),
            lot: document,
            items: lines,
        })
    }
}

/// Writes the documents into a new version of the accession's object.
pub(super) fn write(writer: &mut ObjectWriter, kept: &Kept) -> Result<(), CataloguingError> {
    layout::put_anew(writer, &format!("{}.json", kept.stem), &kept.lot)?;
    layout::put_anew(writer, &format!("{}{ITEMS}", kept.stem), &kept.items)
}

/// Brings the lots of an accession back into the catalogue.
pub(crate) async fn restore(work: &mut UnitOfWork, object: &Object) -> Result<(), CataloguingError> {
    let damaged = |path: &str| {
        let what = format!("{path} of {}", object.id().as_str());
        move |source| CataloguingError::Document { what, source }
    };
    let paths: Vec<String> = object
        .state(object.head())?
        .iter()
        .map(|file| file.path.as_str().to_owned())
        .filter(|path| path.starts_with(FOLDER) && path.ends_with(".json"))
        .collect();
    for path in paths {
        let document = layout::read_file(object, &path)?.unwrap_or_default();
        let lot: Lot = serde_json::from_slice(&document).map_err(damaged(&path))?;
        let path = format!("{}{ITEMS}", path.trim_end_matches(".json"));
        let lines = layout::read_file(object, &path)?.unwrap_or_default();
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<Line> = lines
            .map(|line| serde_json::from_slice(line).map_err(damaged(&path)))
            .collect::<Result<_, _>>()?;
        let (items, marks): (Vec<LotItem>, Vec<Vec<Judgement>>) =
            lines.into_iter().map(|line| (line.item, line.marks)).unzip();
        QualityRepository(work.conn()).insert(&lot, &items).await?;
        for mark in marks.iter().flatten() {
            QualityRepository(work.conn()).put_mark(lot.id, mark).await?;
        }
    }
    Ok(())
}
