//! Check I-3.3: what was filed of a year against the archive's own table of filing scope (归档范围和保管期限表).

use crate::filing::{CoverageItem, Document, FilingTables, Gap, coverage};
use crate::submission::SubmittedItem;
use crate::tally::Tally;
use jiff::civil::Date;
use lantai_domain::{Description, Stage};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Records of a package that are compared; a year of a unit has fewer.
const MOST: usize = 20_000;

/// Records by fonds and year. Only those whose fonds has a table of its own are compared.
#[derive(Default)]
pub(super) struct Scope {
    tables: Option<Arc<FilingTables>>,
    years: BTreeMap<(String, u16), Vec<CoverageItem>>,
    count: usize,
}

impl Scope {
    /// Compares with these tables.
    pub fn new(tables: Option<Arc<FilingTables>>) -> Self {
        Self {
            tables,
            ..Self::default()
        }
    }

    /// Takes a record.
    pub fn note(&mut self, item: &SubmittedItem, description: &Description, tally: &Tally) {
        let Some(year) = description.year.and_then(|year| u16::try_from(year).ok()) else {
            return;
        };
        let fonds = description.code.fonds();
        if tally.stage() != Stage::Filing || self.count >= MOST || !self.has_table(fonds, year) {
            return;
        }
        self.count += 1;
        let document = Document {
            reference: Some(item.label()),
            document_type: description.document_type.clone(),
            author: description.author.clone(),
            department: description.organisation_or_subject.clone(),
            document_number: description.document_number.clone(),
            date: description.date.earliest(),
            fonds: Some(fonds.to_owned()),
            ..Document::titled(&description.title)
        };
        let of_year = self.years.entry((fonds.to_owned(), year)).or_default();
        of_year.push(CoverageItem {
            document,
            item_no: None,
        });
    }

    fn has_table(&self, fonds: &str, year: u16) -> bool {
        let table = self
            .tables
            .as_ref()
            .and_then(|tables| tables.on(fonds, end_of(year)?));
        table.is_some_and(|table| table.names_fonds(fonds))
    }

    /// Tells what the years lack.
    pub fn finish(&self, tally: &mut Tally) {
        let Some(tables) = &self.tables else { return };
        for ((fonds, year), items) in &self.years {
            let Some(table) = end_of(*year).and_then(|day| tables.on(fonds, day)) else {
                continue;
            };
            tally.tested("I-3.3", u64::try_from(items.len()).unwrap_or(u64::MAX));
            for gap in coverage(table, *year, items) {
                tell(&gap, &table.name(), &format!("{fonds} {year}"), tally);
            }
        }
    }
}

fn end_of(year: u16) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, 12, 31).ok()
}

fn tell(gap: &Gap, table: &str, of: &str, tally: &mut Tally) {
    match gap {
        Gap::TooFew {
            item_no,
            item_text,
            responsible_unit,
            expected,
            found,
            ..
        } => tally.fault("I-3.3", "intake.scope_too_few", |finding| {
            let unit = responsible_unit.as_deref().unwrap_or("the unit in charge");
            finding
                .record(of)
                .expected(format!(
                    "at least {expected} of row {item_no} of {table}: {item_text}"
                ))
                .found(found.to_string())
                .mend(format!("ask {unit} whether something was not handed in"))
        }),
        Gap::Holes {
            series,
            year,
            missing,
            missing_total,
            ..
        } => tally.fault("I-3.3", "intake.scope_holes", |finding| {
            let shown: Vec<String> = missing.iter().take(20).map(u32::to_string).collect();
            finding
                .record(of)
                .element("document_number")
                .expected(format!("{series}〔{year}〕 without holes"))
                .found(format!("{missing_total} missing: {}", shown.join(", ")))
                .mend("file the documents that are missing, or say in writing why they are not filed")
        }),
        Gap::OutOfScope {
            reference,
            item_no,
            item_text,
        } => tally.fault("I-3.3", "intake.scope_outside", |finding| {
            finding
                .record(reference)
                .expected(format!("a record within the scope of {table}"))
                .found(format!("row {item_no} is not filed: {item_text}"))
                .mend("take the record out, or decide with a reason that it is filed")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filing::FilingTable;
    use crate::rules::CheckRules;
    use lantai_domain::Outcome;

    fn own_table() -> Arc<FilingTables> {
        let text = FilingTable::builtin().unwrap().to_toml().unwrap();
        let mut table: toml::Value = toml::from_str(&text).unwrap();
        let scheme = table.get_mut("scheme").unwrap().as_table_mut().unwrap();
        scheme.insert("fonds".to_owned(), vec!["J001"].into());
        scheme.insert("id".to_owned(), "OWN".into());
        let own = FilingTable::from_toml(&toml::to_string(&table).unwrap()).unwrap();
        Arc::new(FilingTables::new(vec![own]).unwrap())
    }

    #[test]
    fn only_a_fonds_with_a_table_of_its_own_is_compared() {
        let scope = Scope::new(Some(own_table()));
        assert!(scope.has_table("J001", 2024));
        assert!(!scope.has_table("J002", 2024));
        assert!(!Scope::default().has_table("J001", 2024));
    }

    #[test]
    fn what_a_year_lacks_is_a_warning() {
        let mut scope = Scope::new(Some(own_table()));
        let one = CoverageItem {
            document: Document::titled("关于一件事的通知"),
            item_no: None,
        };
        scope.years.insert(("J001".to_owned(), 2024), vec![one]);
        let mut tally = Tally::new(CheckRules::builtin().unwrap(), Stage::Filing);
        scope.finish(&mut tally);
        let findings = tally.into_findings();
        assert!(!findings.is_empty());
        for finding in findings {
            assert_eq!(
                (finding.check.as_str(), finding.outcome),
                ("I-3.3", Outcome::Warn)
            );
            assert!(finding.mend.is_some());
        }
    }
}
