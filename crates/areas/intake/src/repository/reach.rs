//! The fonds of the gate's answer as a condition on accessions.

use lantai_domain::access::{Filter, OneOf};

/// A condition on a column that names a fonds or none, and the values of its places, the first of them `$first`.
/// An accession whose package names the fonds is for those who reach every one.
pub(crate) fn fonds_condition(filter: &Filter, column: &str, first: usize) -> (String, Vec<String>) {
    let mut values: Vec<String> = Vec::new();
    let mut ways = Vec::new();
    for fonds in filter.fonds() {
        let (named, not) = match fonds {
            OneOf::AllBut(named) if named.is_empty() => return ("(1 = 1)".to_owned(), Vec::new()),
            OneOf::AllBut(named) => (named, "NOT "),
            OneOf::These(named) => (named, ""),
        };
        let places: Vec<String> = named
            .iter()
            .map(|value| {
                values.push(value.clone());
                format!("${}", first + values.len() - 1)
            })
            .collect();
        ways.push(format!("{column} {not}IN ({})", places.join(", ")));
    }
    if ways.is_empty() {
        return ("(1 = 0)".to_owned(), Vec::new());
    }
    (format!("({})", ways.join(" OR ")), values)
}
