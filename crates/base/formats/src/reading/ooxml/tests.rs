//! Small documents made by the test.

use super::super::tests::{codes, read, read_with, zip_of};
use super::super::{ExtractOptions, ReadLimits};
use lantai_domain::reading::LineRole;

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

fn word(body: &str, others: &[(&str, &[u8])]) -> Vec<u8> {
    let document = format!(
        "<?xml version='1.0' encoding='UTF-8'?><w:document xmlns:w='w' xmlns:r='r' xmlns:mc='mc'><w:body>{body}</w:body></w:document>"
    );
    let relations = format!(
        "<Relationships>{}</Relationships>",
        [
            "styles",
            "numbering",
            "footnotes",
            "comments",
            "header1",
            "footer1"
        ]
        .iter()
        .map(|part| {
            let kind = part.trim_end_matches('1');
            format!("<Relationship Id='{part}' Type='http://x/relationships/{kind}' Target='{part}.xml'/>")
        })
        .collect::<String>()
    );
    let mut members = vec![
        TYPES,
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
    ];
    members.extend_from_slice(others);
    zip_of(&members)
}

fn run(text: &str) -> String {
    format!("<w:r><w:t>{text}</w:t></w:r>")
}

#[test]
fn paragraphs_headings_tables_and_notes_are_read_in_order() {
    let styles =
        "<w:styles xmlns:w='w'><w:style w:styleId='1'><w:name w:val='heading 1'/></w:style></w:styles>";
    let notes = "<w:footnotes xmlns:w='w'><w:footnote w:id='-1' w:type='separator'><w:p><w:r><w:t>--</w:t></w:r></w:p></w:footnote>\
                 <w:footnote w:id='2'><w:p><w:r><w:t>见附件</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let header = "<w:hdr xmlns:w='w'><w:p><w:r><w:t>机密</w:t></w:r></w:p></w:hdr>";
    let body = format!(
        "<w:p><w:pPr><w:pStyle w:val='1'/></w:pPr>{}</w:p>\
         <w:p>{}<w:r><w:footnoteReference w:id='2'/></w:r><w:del><w:r><w:t>moved</w:t><w:delText>gone</w:delText></w:r></w:del><w:ins>{}</w:ins></w:p>\
         <w:tbl><w:tr><w:tc><w:p>{}</w:p></w:tc><w:tc><w:p>{}</w:p><w:p>{}</w:p></w:tc></w:tr></w:tbl>\
         <w:p><w:r><w:br w:type='page'/></w:r>{}</w:p>",
        run("大坝验收"),
        run("A &amp; B"),
        run("，已批准"),
        run("名称"),
        run("水"),
        run("库"),
        run("第二页"),
    );
    let bytes = word(
        &body,
        &[
            ("word/styles.xml", styles.as_bytes()),
            ("word/footnotes.xml", notes.as_bytes()),
            ("word/header1.xml", header.as_bytes()),
        ],
    );
    let sink = read("a.docx", &bytes);
    let pages = &sink.reading.pages;
    assert_eq!(pages.len(), 2);
    assert_eq!(
        pages[0].text,
        "机密\n大坝验收\nA & B，已批准\n名称\t水 库\n见附件"
    );
    let roles: Vec<LineRole> = pages[0].lines.iter().map(|line| line.role).collect();
    assert_eq!(
        roles,
        [
            LineRole::Margin,
            LineRole::Heading,
            LineRole::Body,
            LineRole::Table,
            LineRole::Body
        ]
    );
    assert_eq!(pages[0].label.as_deref(), Some("大坝验收"));
    assert_eq!(pages[1].text, "第二页");
    assert_eq!(codes(&sink), [] as [&str; 0]);
}

#[test]
fn numbers_of_lists_are_written_and_text_boxes_read_once() {
    let lists = "<w:numbering xmlns:w='w'><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='1'/>\
                 <w:numFmt w:val='chineseCountingThousand'/><w:lvlText w:val='第%1条'/></w:lvl></w:abstractNum>\
                 <w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num></w:numbering>";
    let listed = |text: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='5'/></w:numPr></w:pPr>{}</w:p>",
            run(text)
        )
    };
    let boxed = format!(
        "<w:p>{}<w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p>{}</w:p></w:txbxContent></mc:Choice>\
         <mc:Fallback><w:txbxContent><w:p>{}</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        run("around"),
        run("boxed"),
        run("boxed")
    );
    let bytes = word(
        &format!("{}{}{boxed}", listed("总则"), listed("附则")),
        &[("word/numbering.xml", lists.as_bytes())],
    );
    let sink = read("a.docx", &bytes);
    assert_eq!(sink.reading.text, "第一条 总则\n第二条 附则\nboxed\naround\n");
}

#[test]
fn broken_xml_keeps_what_came_before_it() {
    let document = b"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>before</w:t></w:r></w:p><w:p></w:x>";
    let bytes = zip_of(&[TYPES, ("word/document.xml", document)]);
    let sink = read("a.docx", &bytes);
    assert_eq!(sink.reading.text, "before\n");
    assert_eq!(codes(&sink), ["reading.damaged"]);

    let bytes = zip_of(&[
        TYPES,
        ("word/document.xml", b"<w:document><w:bo"),
        ("word/a", b""),
    ]);
    let (result, _) = read_with(
        "a.docx",
        &bytes,
        ExtractOptions::default(),
        &ReadLimits::default(),
    );
    assert_eq!(result.unwrap_err().code(), "reading.damaged");
}

#[test]
fn what_expands_beyond_the_limit_is_refused() {
    let document = format!(
        "<w:document xmlns:w='w'><w:body>{}</w:body></w:document>",
        " ".repeat(200_000)
    );
    let bytes = zip_of(&[TYPES, ("word/document.xml", document.as_bytes())]);
    let limits = ReadLimits {
        expanded_bytes: 50_000,
        ..ReadLimits::default()
    };
    let (result, _) = read_with("a.docx", &bytes, ExtractOptions::default(), &limits);
    assert_eq!(result.unwrap_err().code(), "reading.too_large");
}

#[test]
fn properties_are_told() {
    let core = "<cp:coreProperties xmlns:cp='cp' xmlns:dc='dc'><dc:title>关于验收的报告</dc:title><dc:creator>水利局</dc:creator></cp:coreProperties>";
    let custom = "<Properties><property name='文号'><vt:lpwstr xmlns:vt='v'>水发〔1998〕7号</vt:lpwstr></property></Properties>";
    let bytes = word(
        "<w:p/>",
        &[
            ("docProps/core.xml", core.as_bytes()),
            ("docProps/custom.xml", custom.as_bytes()),
        ],
    );
    let sink = read("a.docx", &bytes);
    let told: Vec<(&str, &str)> = sink
        .reading
        .told
        .iter()
        .map(|told| (told.name.as_str(), told.value.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("title", "关于验收的报告"),
            ("author", "水利局"),
            ("文号", "水发〔1998〕7号")
        ]
    );
    assert_eq!(
        sink.reading.pages.len(),
        1,
        "an empty document has one empty page"
    );
}

#[test]
fn slides_have_titles_tables_and_notes() {
    let slide = "<p:sld xmlns:p='p' xmlns:a='a'><p:sp><p:nvPr><p:ph type='title'/></p:nvPr><p:txBody><a:p><a:r><a:t>防汛</a:t></a:r></a:p></p:txBody></p:sp>\
                 <p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>水位</a:t></a:r></a:p></a:txBody></a:tc>\
                 <a:tc><a:txBody><a:p><a:r><a:t>12米</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame></p:sld>";
    let notes = "<p:notes xmlns:p='p' xmlns:a='a'><p:sp><p:txBody><a:p><a:r><a:t>说明</a:t></a:r></a:p></p:txBody></p:sp></p:notes>";
    let relations = "<Relationships><Relationship Id='r1' Type='x/notesSlide' Target='../notesSlides/notesSlide1.xml'/></Relationships>";
    let bytes = zip_of(&[
        TYPES,
        ("ppt/presentation.xml", b"<p:presentation xmlns:p='p' xmlns:r='r'><p:sldIdLst><p:sldId id='256' r:id='rId2'/></p:sldIdLst></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", b"<Relationships><Relationship Id='rId2' Type='x/slide' Target='slides/slide7.xml'/></Relationships>"),
        ("ppt/slides/slide7.xml", slide.as_bytes()),
        ("ppt/slides/_rels/slide7.xml.rels", relations.as_bytes()),
        ("ppt/notesSlides/notesSlide1.xml", notes.as_bytes()),
    ]);
    let sink = read("a.pptx", &bytes);
    let page = &sink.reading.pages[0];
    assert_eq!(page.text, "防汛\n水位\t12米\n说明");
    assert_eq!(page.label.as_deref(), Some("防汛"));
    assert_eq!(page.lines[1].role, LineRole::Table);
}

#[test]
fn sheets_are_pages_with_dates_in_iso() {
    let workbook = "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='人员' sheetId='1' r:id='rId1'/></sheets></workbook>";
    let relations = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='rId2' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles' Target='styles.xml'/></Relationships>";
    let styles = "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><cellXfs count='2'><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>";
    let sheet = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>姓名</t></is></c><c r='C1' t='inlineStr'><is><t>出生</t></is></c></row>\
                 <row r='2'><c r='A2' t='inlineStr'><is><t>张三</t></is></c><c r='C2' s='1'><v>43647</v></c><c r='XFD2'><f>1+1</f><v>2</v></c></row></sheetData></worksheet>";
    let bytes = zip_of(&[
        TYPES,
        (
            "_rels/.rels",
            b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        ),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]);
    let sink = read("a.xlsx", &bytes);
    let page = &sink.reading.pages[0];
    assert_eq!(page.label.as_deref(), Some("人员"));
    let far = "\t".repeat(16);
    assert_eq!(page.text, format!("姓名\t\t出生\n张三\t\t2019-07-01{far}2"));
}

#[test]
fn an_encrypted_document_is_named_so() {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    file.create_stream("/EncryptedPackage").unwrap();
    let bytes = file.into_inner().into_inner();
    let (result, _) = read_with(
        "a.docx",
        &bytes,
        ExtractOptions::default(),
        &ReadLimits::default(),
    );
    assert_eq!(result.unwrap_err().code(), "reading.encrypted");
}

#[test]
fn words_of_drawings_are_read_by_page() {
    let bytes = zip_of(&[
        TYPES,
        ("visio/pages/pages.xml", b"<Pages xmlns:r='r'><Page Name='Plan'><Rel r:id='rId1'/></Page></Pages>"),
        ("visio/pages/_rels/pages.xml.rels", b"<Relationships><Relationship Id='rId1' Type='x/page' Target='page1.xml'/></Relationships>"),
        ("visio/pages/page1.xml", b"<PageContents><Shapes><Shape><Text>Pump<cp IX='0'/> house</Text></Shape></Shapes></PageContents>"),
    ]);
    let sink = read("a.vsdx", &bytes);
    assert_eq!(sink.reading.text, "Pump house\n");
    assert_eq!(sink.reading.pages[0].label.as_deref(), Some("Plan"));
}
