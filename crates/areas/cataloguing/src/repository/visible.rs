//! The gate's answer as a condition on rows of `records`.

use lantai_domain::access::{Filter, FilterRule, OneOf};

/// A condition with the values of its places.
#[derive(Debug)]
pub(crate) struct Condition {
    /// SQL over the columns `fonds`, `category` and `access_cell`, in brackets.
    pub sql: String,
    /// The values of its places, in order.
    pub values: Vec<String>,
}

/// Rows that fit a filter; the first place is `$first`.
pub(crate) fn condition(filter: &Filter, first: usize) -> Condition {
    let mut values = Vec::new();
    let rules: Vec<String> = filter
        .rules()
        .iter()
        .map(|rule| of_rule(rule, first, &mut values))
        .collect();
    let sql = if rules.is_empty() {
        "(1 = 0)".to_owned()
    } else {
        format!("({})", rules.join(" OR "))
    };
    Condition { sql, values }
}

fn of_rule(rule: &FilterRule, first: usize, values: &mut Vec<String>) -> String {
    let mut parts = Vec::new();
    for (column, wanted) in [("fonds", &rule.fonds), ("category", &rule.categories)] {
        let (named, not) = match wanted {
            OneOf::These(named) => (named, ""),
            OneOf::AllBut(named) if named.is_empty() => continue,
            OneOf::AllBut(named) => (named, "NOT "),
        };
        let places: Vec<String> = named
            .iter()
            .map(|value| {
                values.push(value.clone());
                format!("${}", first + values.len() - 1)
            })
            .collect();
        parts.push(format!("{column} {not}IN ({})", places.join(", ")));
    }
    if !rule.cells.is_full() {
        let cells: Vec<String> = rule.cells.numbers().map(|number| number.to_string()).collect();
        parts.push(format!("access_cell IN ({})", cells.join(", ")));
    }
    if parts.is_empty() {
        return "1 = 1".to_owned();
    }
    format!("({})", parts.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::access::AccessCell;

    #[test]
    fn values_are_bound_and_never_written_into_the_text() {
        let filter = Filter::new(vec![FilterRule {
            fonds: OneOf::These(["J'; DROP TABLE records".to_owned(), "J002".to_owned()].into()),
            categories: OneOf::AllBut(["WS".to_owned()].into()),
            cells: [AccessCell::default()].into_iter().collect(),
        }]);
        let condition = condition(&filter, 4);
        assert_eq!(
            condition.sql,
            "((fonds IN ($4, $5) AND category NOT IN ($6) AND access_cell IN (0)))"
        );
        assert_eq!(condition.values.len(), 3);
    }

    #[test]
    fn nothing_and_everything_are_plain() {
        assert_eq!(condition(&Filter::nothing(), 1).sql, "(1 = 0)");
        assert_eq!(condition(&Filter::everything(), 1).sql, "(1 = 1)");
    }
}
