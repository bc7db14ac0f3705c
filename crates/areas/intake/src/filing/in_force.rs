//! The tables in force: what is read while the archive runs, and how one more comes into force.

use super::changes::TableChanges;
use super::error::FilingError;
use super::table::FilingTable;
use super::tables::FilingTables;
use jiff::civil::Date;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    tables: RwLock<Arc<FilingTables>>,
    adding: Mutex<()>,
}

/// The tables of an archive and the folder that keeps its own; every clone sees what is added.
#[derive(Debug, Clone)]
pub struct TablesInForce(Arc<Inner>);

/// A table about to come into force.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The table.
    pub table: FilingTable,
    /// The table that it takes the place of, the newest of its scheme or else the one that holds for its fonds.
    pub replaces: Option<FilingTable>,
    /// The version that ends the day before, with its last day.
    pub ends: Option<(FilingTable, Date)>,
    /// What it changes against the one it replaces.
    pub changes: TableChanges,
    seen: Arc<FilingTables>,
    tables: FilingTables,
}

impl TablesInForce {
    /// Tables that were read from this folder.
    pub fn new(tables: FilingTables, folder: PathBuf) -> Self {
        Self(Arc::new(Inner {
            folder,
            tables: RwLock::new(Arc::new(tables)),
            adding: Mutex::new(()),
        }))
    }

    /// The tables of this moment.
    pub fn now(&self) -> Arc<FilingTables> {
        let tables = self.0.tables.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&tables)
    }

    /// What a table would change; nothing is written. An open version of the same scheme that began earlier ends the
    /// day before the new one begins; so does the program's own table where the new one is for every fonds.
    ///
    /// # Errors
    /// [`FilingError::Twice`] and [`FilingError::Overlap`] where it cannot stand beside the others.
    pub fn plan(&self, table: FilingTable) -> Result<Addition, FilingError> {
        let seen = self.now();
        if seen.find(&table.name()).is_some() {
            return Err(FilingError::Twice(table.name()));
        }
        let builtin = FilingTable::builtin()?;
        let (id, from) = (&table.scheme().id, table.scheme().valid_from);
        // the program's own table gives way to one for every fonds; for earlier documents it is kept
        let is_general = table.scheme().fonds.is_empty();
        let mut own: Vec<FilingTable> = seen
            .all()
            .iter()
            .filter(|one| **one != builtin || is_general && builtin.scheme().valid_from < from)
            .cloned()
            .collect();
        let mut ends = None;
        for one in &mut own {
            let scheme = one.scheme();
            let is_before = scheme.id == *id || *one == builtin;
            if is_before && scheme.valid_to.is_none() && scheme.valid_from < from {
                let last = from
                    .yesterday()
                    .map_err(|_| FilingError::row("scheme", format!("there is no day before {from}")))?;
                ends = Some((one.clone(), last));
                *one = one.ended(last)?;
            }
        }
        let replaces = replaced(&seen, &table).cloned();
        own.push(table.clone());
        let tables = FilingTables::new(own)?;
        let changes = TableChanges::between(replaces.as_ref(), &table);
        Ok(Addition {
            table,
            replaces,
            ends,
            changes,
            seen,
            tables,
        })
    }

    /// Writes the table into the folder of the archive and puts it in force; gives the file.
    ///
    /// # Errors
    /// [`FilingError::Changed`] where the tables are no longer those that the plan was made for.
    pub fn add(&self, addition: Addition) -> Result<PathBuf, FilingError> {
        let _only = self.0.adding.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&self.now(), &addition.seen) {
            return Err(FilingError::Changed);
        }
        let folder = &self.0.folder;
        std::fs::create_dir_all(folder).map_err(|source| FilingError::disk(folder, source))?;
        let path = folder.join(format!("{}.toml", addition.table.name()));
        if path.exists() {
            return Err(FilingError::Twice(addition.table.name()));
        }
        // the old one ends first: after a crash between the two, none holds at once with another
        if let Some((old, last)) = &addition.ends {
            if *old == FilingTable::builtin()? {
                put(
                    &folder.join(format!("{}.toml", old.name())),
                    &old.ended(*last)?.to_toml()?,
                )?;
            } else {
                end(folder, old, *last)?;
            }
        }
        put(&path, &addition.table.to_toml()?)?;
        let mut tables = self.0.tables.write().unwrap_or_else(PoisonError::into_inner);
        *tables = Arc::new(addition.tables);
        Ok(path)
    }
}

/// The table that a new one takes the place of.
fn replaced<'a>(tables: &'a FilingTables, new: &FilingTable) -> Option<&'a FilingTable> {
    let scheme = new.scheme();
    // of a scheme the newest stands first
    let same = tables.all().iter().find(|one| one.scheme().id == scheme.id);
    let fonds = scheme.fonds.first().map_or("", String::as_str);
    same.or_else(|| tables.on(fonds, scheme.valid_from))
}

/// Ends a table in its own file. A file written by hand keeps its notes: only the line is added.
fn end(folder: &Path, table: &FilingTable, last: Date) -> Result<(), FilingError> {
    let disk = |source| FilingError::disk(folder, source);
    let ended = table.ended(last)?;
    for entry in std::fs::read_dir(folder).map_err(disk)? {
        let path = entry.map_err(disk)?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|source| FilingError::disk(&path, source))?;
        if !FilingTable::from_toml(&text).is_ok_and(|one| one == *table) {
            continue;
        }
        let line = format!("[scheme]\nvalid_to = \"{last}\"");
        let added = text.replacen("[scheme]", &line, 1);
        return match FilingTable::from_toml(&added) {
            Ok(one) if one == ended => put(&path, &added),
            _ => put(&path, &ended.to_toml()?),
        };
    }
    // it was taken away by hand: nothing is left to end
    Ok(())
}

/// Writes a file whole or not at all.
fn put(path: &Path, text: &str) -> Result<(), FilingError> {
    let failed = |source| FilingError::disk(path, source);
    let partial = path.with_extension("toml.part");
    let mut file = std::fs::File::create(&partial).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn table(version: &str, from: &str) -> FilingTable {
        let text = format!(
            "format = \"lantai-filing-scope/1\"\n# kept by hand\n[scheme]\nid = \"OWN\"\nversion = \"{version}\"\n\
             title = \"x\"\nvalid_from = \"{from}\"\n[[class]]\npath = \"WS\"\nname = \"文书\"\n[[row]]\n\
             item_no = \"1\"\nitem_text = \"x\"\nfiled = true\nclass = \"WS\"\nretention = \"Y\"\n\
             match = {{ title_any = [\"通知\"] }}\n"
        );
        FilingTable::from_toml(&text).unwrap()
    }

    fn in_force(folder: &Path) -> TablesInForce {
        let mut own = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            own.push(
                FilingTable::from_toml(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap(),
            );
        }
        TablesInForce::new(FilingTables::new(own).unwrap(), folder.to_path_buf())
    }

    #[test]
    fn a_new_version_ends_the_one_before_and_both_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let tables = in_force(folder.path());
        let other = tables.clone();
        let first = tables.plan(table("1", "2020-01-01")).unwrap();
        assert_eq!(
            first.replaces.as_ref().map(FilingTable::name).as_deref(),
            Some("XZ-GENERAL@2026.1"),
            "the table of the program holds until there is one for every fonds"
        );
        assert_eq!(first.ends.as_ref().unwrap().1, date(2019, 12, 31));
        let path = tables.add(first).unwrap();
        let of = |day| other.now().on("J001", day).unwrap().name();
        assert_eq!(of(date(2021, 1, 1)), "OWN@1");
        assert_eq!(
            of(date(2019, 12, 31)),
            "XZ-GENERAL@2026.1",
            "kept for earlier documents"
        );
        // a note written by hand is kept when the table ends
        let noted = format!("# kept by hand\n{}", std::fs::read_to_string(&path).unwrap());
        std::fs::write(&path, noted).unwrap();

        let second = tables.plan(table("2", "2026-07-01")).unwrap();
        assert_eq!(second.replaces.as_ref().unwrap().name(), "OWN@1");
        assert_eq!(second.ends.as_ref().unwrap().1, date(2026, 6, 30));
        assert_eq!(second.changes.unchanged, 1);
        let stale = tables.plan(table("3", "2027-01-01")).unwrap();
        tables.add(second).unwrap();
        assert_eq!(tables.add(stale).unwrap_err().code(), "filing.changed");

        let again = in_force(folder.path());
        for tables in [&tables, &again] {
            let name = |day| tables.now().on("J001", day).unwrap().name();
            assert_eq!(name(date(2026, 6, 30)), "OWN@1");
            assert_eq!(name(date(2026, 7, 1)), "OWN@2");
        }
        assert!(
            std::fs::read_to_string(&path)
                .unwrap()
                .starts_with("# kept by hand")
        );
    }

    #[test]
    fn what_cannot_stand_beside_the_others_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let tables = in_force(folder.path());
        let first = tables.plan(table("1", "2020-01-01")).unwrap();
        tables.add(first).unwrap();
        assert_eq!(
            tables.plan(table("1", "2027-01-01")).unwrap_err().code(),
            "filing.twice"
        );
        assert_eq!(
            tables.plan(table("2", "2019-01-01")).unwrap_err().code(),
            "filing.overlap"
        );
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 2, "the first, and the program's own up to the day before");
    }
}
