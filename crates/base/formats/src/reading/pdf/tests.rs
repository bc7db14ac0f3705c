//! Small documents made by the test.

use super::super::tests::{codes, read_with};
use super::super::{
    Collector, ExtractOptions, Input, PagePicture, Picture, Pixels, ReadError, ReadLimits, extract_input,
};
use crate::identify::Identifier;
use crate::properties::Claim;
use lantai_domain::reading::{PageUnit, ReadPage, TextSource};
use std::io::Cursor;
use std::path::{Path, PathBuf};

fn options() -> Option<ExtractOptions> {
    let folder = std::env::var_os("LANTAI_MODELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models"),
        PathBuf::from,
    );
    let library = folder.join("pdfium/libpdfium.so");
    if !library.is_file() {
        println!("skipped: {} is not there (set LANTAI_MODELS)", library.display());
        return None;
    }
    Some(ExtractOptions {
        pdfium: Some(library),
        ..ExtractOptions::default()
    })
}

/// A PDF of these objects, numbered from 1; the first is the catalogue.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    let end = format!(
        "trailer\n<</Size {}/Root 1 0 R/Info 6 0 R>>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    );
    bytes.extend(end.into_bytes());
    bytes
}

fn stream(dictionary: &str, content: &str) -> String {
    format!(
        "<<{dictionary}/Length {}>>\nstream\n{content}\nendstream",
        content.len()
    )
}

/// A document of one page that draws `content`; `page` and `catalogue` are added to their dictionaries, `more` are
/// objects from 7 on.
fn one_page(content: &str, page: &str, catalogue: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalogue}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</I 7 0 R>>>>{page}>>"
        ),
        stream("", content),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        "<</Title(Acceptance)/CreationDate(D:19980703120000+08'00')>>".to_owned(),
    ];
    objects.extend_from_slice(more);
    pdf(&objects)
}

fn read(bytes: &[u8], options: ExtractOptions) -> Collector<'static> {
    let (result, sink) = read_with("a.pdf", bytes, options, &ReadLimits::default());
    result.unwrap();
    sink
}

#[test]
fn lines_have_places_in_points() {
    let Some(options) = options() else { return };
    let content = "BT /F 12 Tf 72 700 Td (First line of the page) Tj 0 -20 Td (second) Tj ET BT /F 9 Tf 290 20 Td (- 7 -) Tj ET";
    let outline = "/Outlines 8 0 R";
    let more = [
        "<<>>".to_owned(),
        "<</Type/Outlines/First 9 0 R/Last 9 0 R/Count 1>>".to_owned(),
        "<</Title(Chapter one)/Parent 8 0 R/Dest[3 0 R/Fit]>>".to_owned(),
    ];
    let sink = read(&one_page(content, "", outline, &more), options);
    let page = &sink.reading.pages[0];
    assert_eq!(page.text, "First line of the page\nsecond\n- 7 -");
    assert_eq!(
        (page.width, page.height, page.unit),
        (595.0, 842.0, PageUnit::Point)
    );
    assert_eq!(page.source, TextSource::File);
    assert_eq!(page.label.as_deref(), Some("Chapter one"));
    let first = &page.lines[0];
    let place = first.place.unwrap();
    assert!(
        (place.x - 72.0).abs() < 2.0 && (place.y + place.height - 142.0).abs() < 6.0,
        "{place:?}"
    );
    assert_eq!(first.offsets.len(), first.text.chars().count());
    assert!(first.offsets.is_sorted());
    assert_eq!(page.lines[2].role, lantai_domain::reading::LineRole::Margin);
    let told: Vec<&str> = sink.reading.told.iter().map(|told| told.value.as_str()).collect();
    assert_eq!(told, ["Acceptance", "1998-07-03T12:00:00+08:00"]);
    assert_eq!(sink.reading.provenance.steps[0].program, "pdfium");
}

/// A grey picture of 40 by 60 pixels, black above and white below.
fn scan() -> String {
    let content = format!("{}{}>", "00".repeat(40 * 30), "ff".repeat(40 * 30));
    stream(
        "/Type/XObject/Subtype/Image/Width 40/Height 60/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/ASCIIHexDecode",
        &content,
    )
}

fn rendered(bytes: &[u8], options: &ExtractOptions, resolution: f32) -> (Collector<'static>, Vec<Picture>) {
    let identifier = Identifier::builtin().unwrap();
    let found = identifier
        .identify("a.pdf", bytes.len() as u64, &mut Cursor::new(bytes))
        .unwrap();
    let pictures = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let kept = pictures.clone();
    let mut sink = Collector::recognising(move |page: ReadPage, picture: &mut dyn PagePicture| {
        kept.borrow_mut().push(picture.render(resolution, Pixels::Grey)?);
        Ok(page)
    });
    let input = Input::from_bytes("a.pdf", bytes);
    extract_input(
        &input,
        &Claim::from(&found),
        options,
        &ReadLimits::default(),
        &mut sink,
    )
    .unwrap();
    let pictures = pictures.borrow().clone();
    (sink, pictures)
}

#[test]
fn a_scan_is_announced_and_rendered() {
    let Some(options) = options() else { return };
    let bytes = one_page("q 595 0 0 842 0 0 cm /I Do Q", "", "", &[scan()]);
    let (sink, pictures) = rendered(&bytes, &options, 36.0);
    assert_eq!(sink.pictures, [1]);
    let picture = &pictures[0];
    assert_eq!((picture.width, picture.height), (297, 421));
    assert_eq!(picture.bytes.len(), 297 * 421);
    assert!(picture.bytes[297 * 50 + 100] < 10, "above is black");
    assert!(picture.bytes[297 * 400 + 100] > 245, "below is white");
    // asked for about as many pixels as it has, the picture itself is given
    let (_, pictures) = rendered(&bytes, &options, 5.0);
    assert_eq!((pictures[0].width, pictures[0].height), (40, 60));
}

#[test]
fn a_layer_below_a_scan_is_its_text_and_a_stamp_is_not() {
    let Some(options) = options() else { return };
    let layer = "q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr /F 12 Tf 72 700 Td (The commission accepts the dam and the spillway without reserve) Tj ET";
    let sink = read(&one_page(layer, "", "", &[scan()]), options.clone());
    assert_eq!(sink.pictures, [] as [u32; 0]);
    assert!(sink.reading.text.starts_with("The commission"));
    let stamp = "q 595 0 0 842 0 0 cm /I Do Q BT /F 12 Tf 72 20 Td (Scanned) Tj ET";
    let sink = read(&one_page(stamp, "", "", &[scan()]), options);
    assert_eq!(sink.pictures, [1]);
    assert_eq!(sink.reading.text, "Scanned\n");
}

#[test]
fn fields_comments_and_attachments_are_read() {
    let Some(options) = options() else { return };
    let catalogue = "/AcroForm<</Fields[9 0 R]>>/Names<</EmbeddedFiles<</Names[(note.txt) 10 0 R]>>>>";
    let more = [
        "<<>>".to_owned(),
        "<</Type/Annot/Subtype/Text/Rect[100 100 120 120]/Contents(Look here)>>".to_owned(),
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Li Si)/Rect[50 500 150 520]>>".to_owned(),
        "<</Type/Filespec/F(note.txt)/UF(note.txt)/EF<</F 11 0 R>>>>".to_owned(),
        stream("/Type/EmbeddedFile", "words of the attachment"),
    ];
    let bytes = one_page(
        "BT /F 12 Tf 72 700 Td (Form) Tj ET",
        "/Annots[8 0 R 9 0 R]",
        catalogue,
        &more,
    );
    let sink = read(&bytes, options);
    assert_eq!(sink.reading.pages[0].text, "Form\nLook here\nLi Si");
    assert_eq!(sink.reading.parts[0].name, "note.txt");
    assert_eq!(sink.reading.pages[1].text.trim(), "words of the attachment");
    assert_eq!(codes(&sink), [] as [&str; 0]);
}

#[test]
fn a_turned_page_is_read_as_it_is_shown() {
    let Some(options) = options() else { return };
    let bytes = one_page(
        "BT 0 1 -1 0 40 72 Tm /F 12 Tf (turned to stand) Tj ET",
        "/Rotate 90",
        "",
        &["<<>>".to_owned()],
    );
    let sink = read(&bytes, options);
    let page = &sink.reading.pages[0];
    assert_eq!((page.width, page.height), (842.0, 595.0));
    let place = page.lines[0].place.unwrap();
    assert!(
        place.width > place.height * 3.0 && (place.x - 72.0).abs() < 2.0,
        "{place:?}"
    );
}

#[test]
fn a_blank_page_is_no_picture() {
    let Some(options) = options() else { return };
    let sink = read(&one_page("", "", "", &["<<>>".to_owned()]), options);
    assert_eq!(sink.pictures, [] as [u32; 0]);
    assert_eq!(sink.reading.pages[0].source, TextSource::None);
}

#[test]
fn without_the_library_and_with_damage_the_reason_is_named() {
    let bytes = one_page("", "", "", &["<<>>".to_owned()]);
    let (result, _) = read_with("a.pdf", &bytes, ExtractOptions::default(), &ReadLimits::default());
    assert!(matches!(
        result,
        Err(ReadError::ProgramMissing { program: "pdfium" })
    ));
    let Some(options) = options() else { return };
    for cut in [12, 40, bytes.len() / 3] {
        let (result, sink) = read_with("a.pdf", &bytes[..cut], options.clone(), &ReadLimits::default());
        assert!(
            matches!(result, Err(ReadError::Damaged { .. })),
            "{cut}: {result:?} {}",
            sink.reading.pages.len()
        );
    }
}

#[test]
fn a_form_in_xml_gives_its_words() {
    let Some(options) = options() else { return };
    let xml = "<xdp:xdp xmlns:xdp='x'><xfa:datasets xmlns:xfa='f'><xfa:data><form><who>Wang Wu</who></form></xfa:data></xfa:datasets></xdp:xdp>";
    let catalogue = "/AcroForm<</Fields[]/XFA[(datasets) 8 0 R]>>";
    let more = ["<<>>".to_owned(), stream("", xml)];
    let sink = read(
        &one_page("BT /F 12 Tf 72 700 Td (Please wait) Tj ET", "", catalogue, &more),
        options,
    );
    assert_eq!(sink.reading.text, "Please wait\nWang Wu\n");
    assert_eq!(sink.reading.pages[1].label.as_deref(), Some("XFA"));
}
