//! What a new version of a table changes against the one before, row by row.

use super::sheet::{ORDER, cell};
use super::table::{FilingTable, Row};

/// A cell that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The element, as `rules/filing-columns.toml` names it.
    pub element: &'static str,
    /// What stood there; may be empty.
    pub before: String,
    /// What stands there now; may be empty.
    pub after: String,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// Its number.
    pub item_no: String,
    /// What it is about now.
    pub item_text: String,
    /// The cells that differ; never empty.
    pub fields: Vec<FieldChange>,
}

/// How a table differs from another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableChanges {
    /// Rows whose number the other one does not have.
    pub added: Vec<Row>,
    /// Rows of the other one whose number is gone.
    pub removed: Vec<Row>,
    /// Rows that both have and that differ.
    pub changed: Vec<RowChange>,
    /// How many rows are the same.
    pub unchanged: usize,
}

impl TableChanges {
    /// What `new` changes against `old`; without an old one every row is added.
    pub fn between(old: Option<&FilingTable>, new: &FilingTable) -> Self {
        let mut changes = Self::default();
        for row in new.rows() {
            let before = old.and_then(|old| Some((old, old.row(&row.item_no)?)));
            let Some((old, before)) = before else {
                changes.added.push(row.clone());
                continue;
            };
            let fields = fields(old, before, new, row);
            if fields.is_empty() {
                changes.unchanged += 1;
            } else {
                changes.changed.push(RowChange {
                    item_no: row.item_no.clone(),
                    item_text: row.item_text.clone(),
                    fields,
                });
            }
        }
        let old = old.map(FilingTable::rows).unwrap_or_default();
        let gone = old.iter().filter(|row| new.row(&row.item_no).is_none());
        changes.removed = gone.cloned().collect();
        changes
    }
}

fn fields(old: &FilingTable, before: &Row, new: &FilingTable, after: &Row) -> Vec<FieldChange> {
    let changes = ORDER.into_iter().map(|element| FieldChange {
        element,
        before: told(old, before, element),
        after: told(new, after, element),
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// A cell as people read it: of a retention its name.
fn told(table: &FilingTable, row: &Row, element: &str) -> String {
    match (element, &row.retention) {
        ("retention", Some(id)) => table.retention_label(id),
        _ => cell(table, row, element),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filing::{from_sheet, to_sheet};

    fn of(sheet: &str) -> FilingTable {
        let builtin = FilingTable::builtin().unwrap();
        let retentions = builtin.retentions().to_vec();
        from_sheet(
            "table.csv",
            sheet.as_bytes().to_vec(),
            builtin.scheme().clone(),
            retentions,
        )
        .unwrap()
    }

    #[test]
    fn a_sheet_that_was_only_saved_again_changes_nothing() {
        let builtin = FilingTable::builtin().unwrap();
        let again = of(&to_sheet(&builtin).unwrap());
        let changes = TableChanges::between(Some(&builtin), &again);
        assert_eq!(changes.unchanged, builtin.rows().len());
        assert!(changes.added.is_empty() && changes.removed.is_empty() && changes.changed.is_empty());
        let first = TableChanges::between(None, &again);
        assert_eq!(first.added.len(), builtin.rows().len());
    }

    #[test]
    fn added_removed_and_changed_rows_are_told_by_number() {
        let builtin = FilingTable::builtin().unwrap();
        let sheet = to_sheet(&builtin).unwrap();
        let mut lines: Vec<String> = sheet.lines().map(str::to_owned).collect();
        let last = lines.pop().unwrap();
        let removed = builtin.rows().last().unwrap();
        assert!(last.starts_with(&removed.item_no));
        let first = builtin.rows().first().unwrap();
        lines[1] = lines[1].replacen(&first.item_text, "改过的条款", 1);
        let added = lines[1].replacen(&first.item_no, "99.9", 1);
        lines.push(added);
        let changes = TableChanges::between(Some(&builtin), &of(&(lines.join("\r\n") + "\r\n")));
        assert_eq!(changes.added[0].item_no, "99.9");
        assert_eq!(changes.removed, vec![removed.clone()]);
        assert_eq!(changes.unchanged, builtin.rows().len() - 2);
        let [change] = changes.changed.as_slice() else {
            panic!("{:?}", changes.changed)
        };
        assert_eq!(
            change.fields,
            vec![FieldChange {
                element: "item_text",
                before: first.item_text.clone(),
                after: "改过的条款".to_owned(),
            }]
        );
    }
}
