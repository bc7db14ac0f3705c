//! Texts, catalogues and hostile tables that the project did not write.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use lantai_formats::catalogue::{CatalogueReader, RowError, csv_row, read_fonds};
use lantai_formats::package::{PackageKind, detect_kind, resolve_inside, walk};
use lantai_formats::text::decode_text;

#[test]
fn one_text_in_many_encodings_is_one_text() {
    let Some(folder) = corpus::folder("encodings") else {
        return;
    };
    let mut texts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in walk(&folder).map(Result::unwrap) {
        let name = file.relative.file_name().to_owned();
        let Some((stem, _)) = name.split_once(".txt") else {
            continue;
        };
        let mut parts = stem.splitn(3, '_');
        let (Some(number), Some(_), Some(encoding)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let decoded = decode_text(&std::fs::read(&file.path).unwrap());
        println!("{name}: {}", decoded.charset);
        texts
            .entry(number.to_owned())
            .or_default()
            .insert(encoding.to_owned(), decoded.text);
    }
    assert!(texts.len() >= 6);
    for (number, encodings) in texts {
        let whole = &encodings["utf-8"];
        for (encoding, text) in &encodings {
            if encoding == "gbk" || encoding == "big5hkscs" {
                // Those lack a few characters; what they have must be in the text, in order.
                let kept: String = whole.chars().filter(|letter| text.contains(*letter)).collect();
                assert_eq!(&kept, text, "{number} {encoding}");
            } else {
                assert_eq!(text, whole, "{number} {encoding}");
            }
        }
    }
}

#[test]
fn the_demonstration_archive_is_read_whole() {
    let Some(folder) = corpus::folder("demo-archive") else {
        return;
    };
    let PackageKind::Folder {
        catalogue: Some(catalogue),
    } = detect_kind(&folder).unwrap()
    else {
        panic!()
    };
    let reader = CatalogueReader::open(&catalogue).unwrap();
    let unknown: Vec<&str> = reader
        .columns()
        .iter()
        .filter(|column| column.element.is_none())
        .map(|column| column.heading.as_str())
        .collect();
    assert_eq!(unknown, ["合成字段"]);
    let rows: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 298);
    let codes: BTreeSet<&str> = rows.iter().filter_map(|row| row.archival_code()).collect();
    assert_eq!(codes.len(), 298);
    assert_eq!(rows[0].get("document_number"), Some("国发〔1981〕88号"));
    assert_eq!(rows[0].get("agency_item_number"), Some("0001"));
    for row in &rows {
        for file in row.files("full_text_file") {
            assert!(resolve_inside(&folder, file).unwrap().is_file(), "{file}");
        }
    }
    let fonds = read_fonds(File::open(folder.join("fonds.csv")).unwrap()).unwrap();
    assert_eq!(fonds.len(), 8);
    assert!(fonds.iter().all(Result::is_ok));
}

#[test]
fn a_catalogue_in_gb18030_gives_the_same_rows() {
    let Some(folder) = corpus::folder("demo-archive") else {
        return;
    };
    let bytes = std::fs::read(folder.join("catalogue.csv")).unwrap();
    let (encoded, _, _) = encoding_rs::GB18030.encode(std::str::from_utf8(&bytes).unwrap());
    let ours = CatalogueReader::from_bytes("目录.csv", encoded.into_owned()).unwrap();
    assert_eq!(ours.charset(), Some("GB18030"));
    let theirs = CatalogueReader::from_bytes("目录.csv", bytes).unwrap();
    assert!(ours.map(Result::unwrap).eq(theirs.map(Result::unwrap)));
}

#[test]
fn formulas_are_read_as_text_and_written_harmless() {
    let Some(folder) = corpus::folder("hostile") else {
        return;
    };
    let rows: Vec<_> = CatalogueReader::open(&folder.join("catalogue_formula.csv"))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[1].get("title"), Some("@SUM(1+1)"));
    for row in &rows {
        let line = csv_row([row.get("title").unwrap()]);
        let first = line.trim_start_matches('"').chars().next().unwrap();
        assert!(!['=', '@', '+', '-'].contains(&first), "{line}");
    }
}

#[test]
fn broken_rows_are_named_and_the_others_go_on() {
    let text =
        "归档文件目录\n档号;题名;Unknown\nA1;一;x\nA2;二\nA3;\"三;\nA4;四;y;;\n\nA5;五;z;too;many\nA6;六;\n";
    let outcomes: Vec<_> = CatalogueReader::from_bytes("a.csv", text.into())
        .unwrap()
        .map(|row| {
            row.map(|row| row.archival_code().unwrap().to_owned())
                .map_err(|it| (it.line(), it.code()))
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            Ok("A1".to_owned()),
            Err((4, "catalogue.cell_count")),
            Err((5, "catalogue.quote_open")),
            Ok("A4".to_owned()),
            Err((8, "catalogue.cell_count")),
            Ok("A6".to_owned()),
        ]
    );
}

#[test]
fn json_lines_and_missing_columns() {
    let text = "{\"档号\":\"A1\",\"title\":\"一\",\"页数\":2,\"主题词\":[\"a\",\"b\"],\"x\":{\"y\":1}}\nnot json\n[1]\n{\"档号\":\"A2\"}\n";
    let rows: Vec<_> = CatalogueReader::from_bytes("a.jsonl", text.into())
        .unwrap()
        .collect();
    let first = rows[0].as_ref().unwrap();
    assert_eq!(
        (first.get("total_number_of_pages"), first.get("descriptor")),
        (Some("2"), Some("a;b"))
    );
    assert_eq!(first.other["x"], "{\"y\":1}");
    assert!(matches!(rows[1], Err(RowError::Json { line: 2, .. })));
    assert!(matches!(rows[2], Err(RowError::Json { line: 3, .. })));
    assert_eq!(rows[3].as_ref().unwrap().line, 4);
    for (name, bytes, code) in [
        ("a.csv", &b"a,b\n1,2\n"[..], "catalogue.column_missing"),
        ("a.jsonl", b"{\"a\":1}\n", "catalogue.column_missing"),
        ("a.csv", b"\n\n", "catalogue.empty"),
        ("a.xlsx", b"no workbook", "catalogue.workbook_unreadable"),
        ("a.pdf", b"", "catalogue.unknown_kind"),
    ] {
        assert_eq!(
            CatalogueReader::from_bytes(name, bytes.to_vec())
                .unwrap_err()
                .code(),
            code,
            "{name}"
        );
    }
}

#[test]
fn any_table_of_the_corpus_opens_or_is_refused() {
    for part in ["office-and-media", "format-corpus", "hostile"] {
        let Some(folder) = corpus::folder(part) else {
            return;
        };
        let (mut opened, mut refused) = (0, BTreeMap::<&str, usize>::new());
        for file in walk(&folder).filter_map(Result::ok) {
            match CatalogueReader::open(&file.path) {
                Ok(reader) => opened += reader.count().min(1),
                Err(error) => *refused.entry(error.code()).or_default() += 1,
            }
        }
        println!("{part}: {opened} opened, refused {refused:?}");
    }
}

/// A workbook as an office program writes it, as small as it can be: a title above the headings, numbers, a date,
/// a failed formula, an empty row.
fn workbook() -> Vec<u8> {
    use std::io::Write;
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet \
         xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
         <row r=\"1\">{}</row><row r=\"2\">{}{}{}</row>\
         <row r=\"3\">{}<c r=\"B3\"><v>12</v></c><c r=\"C3\" s=\"1\"><v>43647</v></c></row>\
         <row r=\"5\">{}<c r=\"B5\" t=\"e\"><v>#REF!</v></c></row><row r=\"6\">{}</row></sheetData></worksheet>",
        cell("A1", "归档文件目录"),
        cell("A2", "档号"),
        cell("B2", "页数"),
        cell("C2", "成文日期"),
        cell("A3", "A1"),
        cell("A5", "A2"),
        cell("A6", "A3"),
    );
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
                 <Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/>\
                 </Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
                 <Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
                 </Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets>\
                 <sheet name=\"目录\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>\
                 </cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_is_read_as_a_person_sees_it() {
    let rows: Vec<_> = CatalogueReader::from_bytes("目录.xlsx", workbook())
        .unwrap()
        .collect();
    let first = rows[0].as_ref().unwrap();
    assert_eq!(
        (first.line, first.get("total_number_of_pages"), first.get("date")),
        (3, Some("12"), Some("2019-07-01"))
    );
    assert!(matches!(&rows[1], Err(RowError::CellError { line: 5, heading, .. }) if heading == "页数"));
    assert_eq!(rows[2].as_ref().unwrap().archival_code(), Some("A3"));
    assert_eq!(rows.len(), 3);
}
