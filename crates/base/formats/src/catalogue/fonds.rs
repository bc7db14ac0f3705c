//! The list of fonds (全宗) that comes beside a catalogue.

use std::io::Read;

use super::csv::{CsvRecords, Record, cells_of_line};
use super::error::{CatalogueError, RowError};
use super::lines::DecodedLines;

/// One fonds as the list describes it: text, not yet judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FondsRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// 全宗号.
    pub number: String,
    /// 全宗名称; the number where the list has none.
    pub name: String,
    /// 门类代码, such as `WS`.
    pub category_code: Option<String>,
    /// 门类.
    pub category: Option<String>,
    /// 起始年.
    pub first_year: Option<i32>,
    /// 终止年.
    pub last_year: Option<i32>,
    /// 件数.
    pub items: Option<u64>,
    /// 说明.
    pub note: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Name,
    CategoryCode,
    Category,
    FirstYear,
    LastYear,
    Items,
    Note,
}

fn field_of(heading: &str) -> Option<Field> {
    let heading = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
    Some(match heading.as_str() {
        "全宗号" | "全宗代码" | "fonds" | "fonds number" | "fonds_identifier" => Field::Number,
        "全宗名称" | "全宗名" | "立档单位" | "fonds name" | "name" | "fonds_name" => Field::Name,
        "门类代码" | "category code" | "category_code" => Field::CategoryCode,
        "门类" | "category" => Field::Category,
        "起始年" | "起始年度" | "first year" | "first_year" => Field::FirstYear,
        "终止年" | "终止年度" | "last year" | "last_year" => Field::LastYear,
        "件数" | "items" => Field::Items,
        "说明" | "备注" | "附注" | "note" => Field::Note,
        _ => return None,
    })
}

/// Reads a list of fonds in CSV, in any encoding. Broken rows are refused one by one, the others go on.
pub fn read_fonds(
    reader: impl Read + Send + 'static,
) -> Result<Vec<Result<FondsRow, RowError>>, CatalogueError> {
    let mut records = CsvRecords::new(DecodedLines::new(Box::new(reader))?);
    let header = loop {
        let Some(line) = records.next_line()? else {
            return Err(CatalogueError::Empty);
        };
        if !line.text.trim().is_empty() {
            break line;
        }
    };
    let found = [',', ';', '\t'].into_iter().find_map(|delimiter| {
        let fields: Vec<Option<Field>> = cells_of_line(&header.text, delimiter)?
            .iter()
            .map(|heading| field_of(heading))
            .collect();
        fields
            .contains(&Some(Field::Number))
            .then_some((delimiter, fields))
    });
    let Some((delimiter, fields)) = found else {
        let headings = header
            .text
            .split([',', ';', '\t'])
            .take(40)
            .map(str::to_owned)
            .collect();
        return Err(CatalogueError::ColumnMissing {
            element: "fonds_identifier",
            headings,
        });
    };
    records.set_delimiter(delimiter);
    let rows = std::iter::from_fn(|| records.next_record());
    Ok(rows
        .map(|record| record.and_then(|record| fonds_of(record, &fields)))
        .collect())
}

fn fonds_of(record: Record, fields: &[Option<Field>]) -> Result<FondsRow, RowError> {
    if record.cells.len() < fields.len() {
        return Err(RowError::CellCount {
            line: record.line,
            expected: fields.len(),
            found: record.cells.len(),
        });
    }
    let mut row = FondsRow {
        line: record.line,
        ..FondsRow::default()
    };
    for (field, cell) in fields.iter().zip(record.cells) {
        let value = cell.trim().to_owned();
        let text = (!value.is_empty()).then(|| value.clone());
        match field {
            Some(Field::Number) => row.number = value,
            Some(Field::Name) => row.name = value,
            Some(Field::CategoryCode) => row.category_code = text,
            Some(Field::Category) => row.category = text,
            Some(Field::FirstYear) => row.first_year = value.parse().ok(),
            Some(Field::LastYear) => row.last_year = value.parse().ok(),
            Some(Field::Items) => row.items = value.parse().ok(),
            Some(Field::Note) => row.note = text,
            None => {}
        }
    }
    if row.name.is_empty() {
        row.name.clone_from(&row.number);
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_list_of_fonds_is_read_in_any_encoding() {
        let text = "全宗号,全宗名称,门类代码,门类,起始年,终止年,件数,说明\nJ001,县人民政府,WS,文书,1950,2024,12,\nJ002\n";
        let (bytes, _, _) = encoding_rs::GB18030.encode(text);
        let rows = read_fonds(Cursor::new(bytes.into_owned())).unwrap();
        let first = rows[0].as_ref().unwrap();
        assert_eq!(
            (first.name.as_str(), first.first_year, first.items),
            ("县人民政府", Some(1950), Some(12))
        );
        assert_eq!(rows[1].as_ref().unwrap_err().code(), "catalogue.cell_count");
        let missing = read_fonds(Cursor::new(b"a,b\n".to_vec())).unwrap_err();
        assert_eq!(missing.code(), "catalogue.column_missing");
    }
}
