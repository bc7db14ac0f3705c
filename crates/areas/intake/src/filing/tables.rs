//! All tables of an archive: for each fonds and day at most one.

use super::document::Document;
use super::error::FilingError;
use super::table::FilingTable;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Tables that do not contradict each other.
#[derive(Debug, Clone)]
pub struct FilingTables(Vec<FilingTable>);

impl FilingTables {
    /// The table of the program alone.
    pub fn builtin() -> Result<Self, FilingError> {
        Self::new(Vec::new())
    }

    /// An archives' own tables. Where none of them is for every fonds, that of the program is there too.
    pub fn new(own: Vec<FilingTable>) -> Result<Self, FilingError> {
        let mut tables = own;
        if tables.iter().all(|table| !table.scheme().fonds.is_empty()) {
            tables.push(FilingTable::builtin()?);
        }
        let mut names = BTreeSet::new();
        for table in &tables {
            if !names.insert(table.name()) {
                return Err(FilingError::Twice(table.name()));
            }
        }
        for (place, one) in tables.iter().enumerate() {
            for other in tables.iter().skip(place + 1) {
                if let Some(from) = overlap(one, other) {
                    return Err(FilingError::Overlap {
                        one: one.name(),
                        other: other.name(),
                        from,
                    });
                }
            }
        }
        tables.sort_by(|one, other| {
            let key = |table: &FilingTable| {
                (
                    table.scheme().id.clone(),
                    std::cmp::Reverse(table.scheme().valid_from),
                )
            };
            key(one).cmp(&key(other))
        });
        Ok(Self(tables))
    }

    /// All tables, by scheme, the newest first.
    pub fn all(&self) -> &[FilingTable] {
        &self.0
    }

    /// A table by its name, such as `XZ-GENERAL@2026.1`.
    pub fn find(&self, name: &str) -> Option<&FilingTable> {
        self.0.iter().find(|table| table.name() == name)
    }

    /// The table for documents of a fonds on a day: the fonds' own, else the one for every fonds.
    pub fn on(&self, fonds: &str, day: Date) -> Option<&FilingTable> {
        let valid = || self.0.iter().filter(|table| table.is_valid_on(day));
        let own = valid().find(|table| table.names_fonds(fonds));
        own.or_else(|| valid().find(|table| table.scheme().fonds.is_empty()))
    }

    /// The table for a document; `today` stands for a day it does not name.
    pub fn of(&self, document: &Document, today: Date) -> Result<&FilingTable, FilingError> {
        let on = document.day().unwrap_or(today);
        let fonds = document.fonds.as_deref().unwrap_or_default();
        self.on(fonds, on).ok_or_else(|| FilingError::NoTable {
            fonds: fonds.to_owned(),
            on,
        })
    }
}

/// The first day on which both hold for the same fonds.
fn overlap(one: &FilingTable, other: &FilingTable) -> Option<Date> {
    let (one, other) = (one.scheme(), other.scheme());
    let both_general = one.fonds.is_empty() && other.fonds.is_empty();
    let shared = both_general || one.fonds.iter().any(|fonds| other.fonds.contains(fonds));
    let from = one.valid_from.max(other.valid_from);
    let until = one
        .valid_to
        .unwrap_or(Date::MAX)
        .min(other.valid_to.unwrap_or(Date::MAX));
    (shared && from <= until).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn table(id: &str, fonds: &str, from: &str, to: &str) -> FilingTable {
        let text = format!(
            "format = \"lantai-filing-scope/1\"\n[scheme]\nid = \"{id}\"\nversion = \"1\"\ntitle = \"x\"\n\
             fonds = [{fonds}]\nvalid_from = \"{from}\"\n{}\n[[class]]\npath = \"WS\"\nname = \"文书\"\n[[row]]\n\
             item_no = \"1\"\nitem_text = \"x\"\nfiled = true\nclass = \"WS\"\nretention = \"Y\"\n\
             match = {{ title_any = [\"通知\"] }}\n",
            if to.is_empty() {
                String::new()
            } else {
                format!("valid_to = \"{to}\"")
            }
        );
        FilingTable::from_toml(&text).unwrap()
    }

    #[test]
    fn an_older_table_stays_valid_for_older_years() {
        let old = table("A", "", "1990-01-01", "2025-12-31");
        let new = table("B", "", "2026-01-01", "");
        let own = table("C", "\"J001\"", "2020-01-01", "");
        let tables = FilingTables::new(vec![new, own, old]).unwrap();
        let name = |fonds, day| tables.on(fonds, day).map(FilingTable::name);
        assert_eq!(name("J002", date(2019, 6, 1)).as_deref(), Some("A@1"));
        assert_eq!(name("J002", date(2026, 1, 1)).as_deref(), Some("B@1"));
        assert_eq!(name("J001", date(2019, 12, 31)).as_deref(), Some("A@1"));
        assert_eq!(name("J001", date(2026, 1, 1)).as_deref(), Some("C@1"));
        assert_eq!(name("J001", date(1980, 1, 1)), None);
    }

    #[test]
    fn tables_that_hold_at_once_are_refused() {
        let long = table("A", "", "1990-01-01", "");
        let late = table("B", "", "2026-01-01", "");
        let error = FilingTables::new(vec![long.clone(), late]).unwrap_err();
        assert_eq!(error.code(), "filing.overlap");
        assert!(error.to_string().contains("2026-01-01"), "{error}");
        assert_eq!(
            FilingTables::new(vec![long.clone(), long]).unwrap_err().code(),
            "filing.twice"
        );
        let one = table("C", "\"J001\", \"J002\"", "2020-01-01", "");
        let other = table("D", "\"J002\"", "2020-01-01", "");
        assert_eq!(
            FilingTables::new(vec![one, other]).unwrap_err().code(),
            "filing.overlap"
        );
    }
}
