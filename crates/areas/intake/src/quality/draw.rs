//! Walking over the pieces of an accession: counting them, drawing some, and writing down what was drawn.

use super::error::QualityError;
use super::lot::{Choice, LotItem};
use super::rules::{HintRules, Stratify, Unit};
use super::sampling::{Candidate, Sampler, spread};
use lantai_cataloguing::{Holdings, RecordRepository, sort_code};
use lantai_domain::{AccessionId, ContentFile, Media, Record, RecordId};
use std::collections::BTreeMap;

/// Records read at once.
const AT_ONCE: u32 = 500;
/// Machine's hint: the file is so small that the page may be blank.
pub(super) const HINT_SMALL: &str = "small_file";
/// Machine's hint: nothing was seen in the picture when it came in.
const HINT_BLANK: &str = "blank";
/// Machine's hint: the picture states fewer dots per inch than digitisation asks for.
const HINT_LOW_RESOLUTION: &str = "low_resolution";
/// What the examination of a file calls a picture in which nothing is to be seen.
const BLANK: &str = "formats.blank";

/// What is drawn from.
#[derive(Debug, Clone)]
pub(super) struct Ground<'a> {
    pub accession: AccessionId,
    pub choice: &'a Choice,
    pub unit: Unit,
    pub stratify: Stratify,
}

impl Ground<'_> {
    fn takes(&self, record: &Record) -> bool {
        let code = record.description.code.to_string();
        self.choice
            .code_prefix
            .as_ref()
            .is_none_or(|prefix| code.starts_with(prefix.as_str()))
    }

    fn takes_file(&self, file: &ContentFile) -> bool {
        self.choice.media.is_none_or(|media| file.media == media)
    }

    /// The pieces of a record, by the places of their files; 0 is the whole record.
    fn pieces(&self, record: &Record) -> Vec<usize> {
        let files = record
            .files
            .iter()
            .enumerate()
            .filter(|(_, file)| self.takes_file(file));
        let places: Vec<usize> = files.map(|(place, _)| place + 1).collect();
        match self.unit {
            Unit::File => places,
            Unit::Record if places.is_empty() => Vec::new(),
            Unit::Record => vec![0],
        }
    }

    fn stratum(&self, record: &Record) -> String {
        match self.stratify {
            Stratify::None => String::new(),
            Stratify::Fonds => record.fonds().to_owned(),
            Stratify::File => {
                let code = record.description.code.to_string();
                code.rsplit_once('-')
                    .map_or(code.clone(), |(file, _)| file.to_owned())
            }
        }
    }

    /// Calls `each` with every piece: its stratum and its key.
    async fn walk(
        &self,
        holdings: &Holdings,
        mut each: impl FnMut(&str, &str) + Send,
    ) -> Result<(), QualityError> {
        let mut after = String::new();
        loop {
            let mut reader = holdings.database.read().await?;
            let page = RecordRepository(reader.conn())
                .page_of_accession(self.accession, &after, AT_ONCE)
                .await?;
            drop(reader);
            let Some(last) = page.last() else { return Ok(()) };
            after = sort_code(&last.record);
            for stored in page.iter().filter(|stored| self.takes(&stored.record)) {
                let stratum = self.stratum(&stored.record);
                for place in self.pieces(&stored.record) {
                    each(&stratum, &format!("{}/{place}", stored.record.id));
                }
            }
        }
    }

    /// Pieces by stratum.
    pub async fn count(&self, holdings: &Holdings) -> Result<BTreeMap<String, u64>, QualityError> {
        let mut strata: BTreeMap<String, u64> = BTreeMap::new();
        self.walk(holdings, |stratum, _| match strata.get_mut(stratum) {
            Some(count) => *count += 1,
            None => {
                strata.insert(stratum.to_owned(), 1);
            }
        })
        .await?;
        Ok(strata)
    }

    /// Draws `sample` pieces.
    pub async fn draw(
        &self,
        holdings: &Holdings,
        strata: &BTreeMap<String, u64>,
        sample: u64,
        seed: &str,
    ) -> Result<Vec<Candidate>, QualityError> {
        let mut sampler = Sampler::new(seed, spread(strata, sample));
        self.walk(holdings, |stratum, key| sampler.offer(stratum, key))
            .await?;
        Ok(sampler.finish())
    }

    /// The pieces that were drawn, as they are written down.
    pub async fn items(
        &self,
        holdings: &Holdings,
        drawn: &[Candidate],
        hints: &HintRules,
    ) -> Result<Vec<LotItem>, QualityError> {
        let mut items = Vec::with_capacity(drawn.len());
        for group in drawn.chunks(AT_ONCE as usize) {
            let keys: Vec<(RecordId, usize)> = group.iter().filter_map(|one| parse(&one.key)).collect();
            let mut ids: Vec<RecordId> = keys.iter().map(|(id, _)| *id).collect();
            ids.sort();
            ids.dedup();
            let mut reader = holdings.database.read().await?;
            let stored = RecordRepository(reader.conn()).find_many(&ids).await?;
            let records: BTreeMap<RecordId, Record> = stored
                .into_iter()
                .map(|stored| (stored.record.id, stored.record))
                .collect();
            for (id, place) in keys {
                let record = records.get(&id).ok_or(QualityError::ChangedMeanwhile)?;
                let number = u32::try_from(items.len() + 1).unwrap_or(u32::MAX);
                items.push(self.item(number, record, place, hints));
            }
        }
        point_out_small_ones(&mut items, hints);
        Ok(items)
    }

    fn item(&self, number: u32, record: &Record, place: usize, rules: &HintRules) -> LotItem {
        let file = place.checked_sub(1).and_then(|place| record.files.get(place));
        let whole: Vec<&ContentFile> = record.files.iter().filter(|file| self.takes_file(file)).collect();
        LotItem {
            number,
            record: record.id,
            code: record.description.code.to_string(),
            file: file.and_then(|_| u32::try_from(place).ok()),
            files: file.map_or(u32::try_from(whole.len()).unwrap_or(u32::MAX), |_| 1),
            name: file.map(|file| file.name.clone()),
            size: file.map_or_else(|| whole.iter().map(|file| file.size).sum(), |file| file.size),
            sha512: file.map(|file| file.sha512.clone()),
            hints: match file {
                // that it is small is decided below, when all sizes are known
                Some(file) if file.media == Media::Image => {
                    let known = known_of(file, rules).map(str::to_owned);
                    known.chain([HINT_SMALL.to_owned()]).collect()
                }
                _ => Vec::new(),
            },
        }
    }
}

/// What the examination at intake tells of a picture.
fn known_of(file: &ContentFile, rules: &HintRules) -> impl Iterator<Item = &'static str> {
    let known = file.properties.as_ref();
    let is_blank = known.is_some_and(|known| known.faults.iter().any(|fault| fault == BLANK));
    let dpi = known.and_then(|known| known.resolution_dpi);
    let is_coarse = dpi.is_some_and(|dpi| dpi < rules.least_dpi);
    let hints = [(is_blank, HINT_BLANK), (is_coarse, HINT_LOW_RESOLUTION)];
    hints
        .into_iter()
        .filter_map(|(is_so, hint)| is_so.then_some(hint))
}

fn parse(key: &str) -> Option<(RecordId, usize)> {
    let (record, place) = key.split_once('/')?;
    Some((record.parse().ok()?, place.parse().ok()?))
}

/// Keeps the hint on pictures whose file is much smaller than the middle one.
fn point_out_small_ones(items: &mut [LotItem], hints: &HintRules) {
    let picture = |item: &LotItem| item.hints.iter().any(|hint| hint == HINT_SMALL);
    let mut sizes: Vec<u64> = items
        .iter()
        .filter(|item| picture(item))
        .map(|item| item.size)
        .collect();
    sizes.sort_unstable();
    let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(0);
    for item in items {
        if item.size as f64 >= middle as f64 * hints.small_file {
            item.hints.retain(|hint| hint != HINT_SMALL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::IdSource;
    use lantai_testkit::CountingIds;

    #[test]
    fn a_picture_much_smaller_than_the_others_is_pointed_out() {
        let ids = CountingIds::default();
        let item = |size| LotItem {
            number: 1,
            record: RecordId::new(ids.next()),
            code: "J001-WS·2019·Y-0001".to_owned(),
            file: Some(1),
            files: 1,
            name: None,
            size,
            sha512: None,
            hints: vec![HINT_SMALL.to_owned()],
        };
        let mut items = vec![item(1_000_000), item(90_000), item(800_000), item(1_200_000)];
        let rules = HintRules {
            small_file: 0.15,
            least_dpi: 200,
        };
        point_out_small_ones(&mut items, &rules);
        let told: Vec<bool> = items.iter().map(|item| !item.hints.is_empty()).collect();
        assert_eq!(told, [false, true, false, false]);
    }
}
