//! A table as a sheet: archivists keep it in a spreadsheet, a row for each item of the scope.

use super::document::{Direction, columns, facts_of};
use super::error::FilingError;
use super::table::{Class, Completeness, FilingTable, Match, RetentionRule, Row, Scheme};
use lantai_domain::{OpenStatusKind, SecurityClassification};
use lantai_formats::catalogue::{CatalogueReader, CatalogueRow, csv_row};
use std::io::Cursor;

/// The order of columns on export: elements of `rules/filing-columns.toml`.
pub(super) const ORDER: [&str; 22] = [
    "archival_code",
    "item_text",
    "class",
    "class_name",
    "filed",
    "retention",
    "conditions",
    "responsible_unit",
    "title_any",
    "title_all",
    "title_none",
    "document_types",
    "direction",
    "departments",
    "authors",
    "facts",
    "priority",
    "series",
    "at_least",
    "default_classification",
    "default_open_status",
    "code_template",
];

/// Writes the rows of a table as CSV that a spreadsheet opens (UTF-8 with its mark, formulas defused).
pub fn to_sheet(table: &FilingTable) -> Result<String, FilingError> {
    let rules = columns("table")?;
    let heading = |id: &str| {
        let element = rules.elements().iter().find(|element| element.id == id);
        element
            .and_then(|element| element.headings.first())
            .cloned()
            .unwrap_or_else(|| id.to_owned())
    };
    let headings: Vec<String> = ORDER.iter().map(|id| heading(id)).collect();
    let mut sheet = String::from('\u{feff}');
    sheet.push_str(&csv_row(headings.iter().map(String::as_str)));
    for row in table.rows() {
        let cells: Vec<String> = ORDER.iter().map(|id| cell(table, row, id)).collect();
        sheet.push_str(&csv_row(cells.iter().map(String::as_str)));
    }
    Ok(sheet)
}

/// What stands in a cell of the sheet.
pub(super) fn cell(table: &FilingTable, row: &Row, element: &str) -> String {
    let list = |words: &[String]| words.join("；");
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let completeness = row.completeness.as_ref();
    match element {
        "archival_code" => row.item_no.clone(),
        "item_text" => row.item_text.clone(),
        "class" => text(&row.class),
        "class_name" => row
            .class
            .as_deref()
            .map(|path| table.class_names(path).join("/"))
            .unwrap_or_default(),
        "filed" => if row.filed { "是" } else { "否" }.to_owned(),
        "retention" => text(&row.retention),
        "conditions" => text(&row.conditions),
        "responsible_unit" => text(&row.responsible_unit),
        "title_any" => list(&row.matches.title_any),
        "title_all" => list(&row.matches.title_all),
        "title_none" => list(&row.matches.title_none),
        "document_types" => list(&row.matches.document_types),
        "direction" => list(
            &row.matches
                .direction
                .iter()
                .map(|way| way.name().to_owned())
                .collect::<Vec<_>>(),
        ),
        "departments" => list(&row.matches.departments),
        "authors" => list(&row.matches.authors),
        "facts" => {
            let facts = row
                .matches
                .facts
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            facts.collect::<Vec<_>>().join("；")
        }
        "priority" => row.priority.to_string(),
        "series" => completeness
            .and_then(|one| one.series.clone())
            .unwrap_or_default(),
        "at_least" => completeness
            .and_then(|one| one.at_least)
            .map(|n| n.to_string())
            .unwrap_or_default(),
        "default_classification" => row.default_classification.label().to_owned(),
        "default_open_status" => row.default_open_status.name().to_owned(),
        "code_template" => text(&row.code_template),
        _ => String::new(),
    }
}

/// Reads a table from a sheet: CSV in any encoding, or Excel. Classes are those that the rows name, with the names of
/// the column beside; `retentions` are those of the table that the sheet was made from.
pub fn from_sheet(
    name: &str,
    bytes: Vec<u8>,
    scheme: Scheme,
    retentions: Vec<RetentionRule>,
) -> Result<FilingTable, FilingError> {
    let reader = CatalogueReader::from_reader(name, Cursor::new(bytes), columns("table")?)?;
    let (mut rows, mut classes) = (Vec::new(), Vec::new());
    for read in reader {
        let read = read.map_err(|source| FilingError::SheetLine {
            line: source.line(),
            source,
        })?;
        let row = row_of(&read)?;
        if let Some(path) = &row.class {
            add_classes(&mut classes, path, read.get("class_name").unwrap_or_default());
        }
        rows.push(row);
    }
    classes.sort_by(|one: &Class, other| one.path.cmp(&other.path));
    FilingTable::new(scheme, retentions, classes, rows)
}

/// The class of a row and those above it; `names` are theirs, joined by `/`.
fn add_classes(classes: &mut Vec<Class>, path: &str, names: &str) {
    let names: Vec<&str> = names.split('/').collect();
    let mut end = 0;
    for (place, part) in path.split('/').enumerate() {
        end += part.len() + usize::from(place > 0);
        let above = path.get(..end).unwrap_or(path);
        if classes.iter().all(|class| class.path != above) {
            let name = names
                .get(place)
                .map(|name| name.trim())
                .filter(|name| !name.is_empty());
            classes.push(Class {
                path: above.to_owned(),
                name: name.unwrap_or(part).to_owned(),
                english: String::new(),
            });
        }
    }
}

fn row_of(read: &CatalogueRow) -> Result<Row, FilingError> {
    let wrong = |what: &str| FilingError::row(format!("line {}", read.line), what.to_owned());
    let text = |element: &str| read.get(element).map(armed).map(str::to_owned);
    let list = |element: &str| -> Vec<String> {
        let words = read.get(element).map(armed).unwrap_or_default();
        let words = words.split(['；', ';', '、', '\n']).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let filed = match read.get("filed").unwrap_or("是") {
        "是" | "归档" | "yes" | "true" | "1" => true,
        "否" | "不归档" | "no" | "false" | "0" => false,
        _ => return Err(wrong("whether it is filed is 是 or 否")),
    };
    let ways = list("direction");
    let direction = ways
        .iter()
        .map(|way| Direction::read(way))
        .collect::<Option<Vec<_>>>();
    let number = |element: &str, what: &str| match read.get(element) {
        Some(digits) => digits.parse::<i32>().map(Some).map_err(|_| wrong(what)),
        None => Ok(None),
    };
    let at_least = number("at_least", "the number of documents is a number")?;
    let completeness = Completeness {
        series: text("series"),
        at_least: at_least.and_then(|count| u32::try_from(count).ok()),
    };
    let classification = read.get("default_classification").unwrap_or_default();
    let status = read.get("default_open_status").unwrap_or("unreviewed");
    let status: OpenStatusKind = serde_json::from_value(serde_json::Value::String(status.to_owned()))
        .map_err(|_| wrong("there is no such opening status"))?;
    Ok(Row {
        item_no: text("archival_code").ok_or_else(|| wrong("it has no number"))?,
        item_text: text("item_text").unwrap_or_default(),
        filed,
        class: text("class"),
        // 永久 and 30年 are read as Y and D30; identifiers of the table's own stay
        retention: text("retention").map(|word| match word.parse::<lantai_domain::Retention>() {
            Ok(retention) => retention.to_string(),
            Err(_) => word,
        }),
        conditions: text("conditions"),
        responsible_unit: text("responsible_unit"),
        completeness: Some(completeness).filter(|one| one.series.is_some() || one.at_least.is_some()),
        default_classification: SecurityClassification::from_label(classification)
            .map_err(|error| wrong(&error.to_string()))?,
        default_open_status: status,
        code_template: text("code_template"),
        priority: number("priority", "the priority is a number")?.unwrap_or(0),
        matches: Match {
            title_any: list("title_any"),
            title_all: list("title_all"),
            title_none: list("title_none"),
            document_types: list("document_types"),
            direction: direction.ok_or_else(|| wrong("the direction is 收文, 发文 or 内部"))?,
            departments: list("departments"),
            authors: list("authors"),
            facts: read.get("facts").map(facts_of).unwrap_or_default(),
        },
    })
}

/// Takes away the apostrophe that keeps a spreadsheet from running a cell.
fn armed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sheet: &[u8]) -> Result<FilingTable, FilingError> {
        let table = FilingTable::builtin().unwrap();
        from_sheet(
            "表.csv",
            sheet.to_vec(),
            table.scheme().clone(),
            table.retentions().to_vec(),
        )
    }

    #[test]
    fn what_is_written_as_a_sheet_is_read_back_the_same() {
        let table = FilingTable::builtin().unwrap();
        let sheet = to_sheet(&table).unwrap();
        assert!(sheet.starts_with("\u{feff}条款号,归档范围,"));
        let back = read(sheet.as_bytes()).unwrap();
        assert_eq!(back.rows(), table.rows());
        // as a spreadsheet of an older machine would save it
        let (gbk, _, _) = encoding_rs::GB18030.encode(&sheet[3..]);
        assert_eq!(read(&gbk).unwrap().rows(), table.rows());
    }

    #[test]
    fn a_cell_is_never_a_formula_and_comes_back_as_it_was() {
        let table = FilingTable::builtin().unwrap();
        let mut rows = table.rows().to_vec();
        rows[0].item_text = "=HYPERLINK(\"http://example.org\")".to_owned();
        rows[1].matches.title_any = vec!["@SUM(1)".to_owned()];
        let made = FilingTable::new(
            table.scheme().clone(),
            table.retentions().to_vec(),
            table.classes().to_vec(),
            rows,
        );
        let made = made.unwrap();
        let sheet = to_sheet(&made).unwrap();
        assert!(sheet.contains("'=HYPERLINK") && sheet.contains("'@SUM"));
        assert!(!sheet.contains(",=HYPERLINK") && !sheet.contains(",@SUM"));
        assert_eq!(read(sheet.as_bytes()).unwrap().rows(), made.rows());
    }

    #[test]
    fn faults_are_told_with_their_line_or_row() {
        let sheet = to_sheet(&FilingTable::builtin().unwrap()).unwrap();
        for (from, to, told) in [
            (",是,Y,", ",也许,Y,", "line 2"),
            (",是,Y,", ",是,短期,", "row 1.1"),
            ("WS/01,文书/党群工作,是,Y", ",文书/党群工作,是,Y", "row 1.1"),
        ] {
            assert!(sheet.contains(from), "{from}");
            let error = read(sheet.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
        assert_eq!(
            read("甲,乙\n1,2\n".as_bytes()).unwrap_err().code(),
            "catalogue.column_missing"
        );
    }
}
