//! Small documents made by the test.

use super::super::tests::{codes, read, read_with, zip_of};
use super::super::{Collector, ExtractOptions, Input, PagePicture, Pixels, ReadLimits, extract_input};
use crate::identify::Identifier;
use crate::properties::Claim;
use lantai_domain::reading::{PageUnit, ReadPage};
use std::io::Cursor;

const NAMESPACE: &str = "http://www.ofdspec.org/2016";

fn entry(namespace: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><ofd:OFD xmlns:ofd='{namespace}'><ofd:DocBody><ofd:DocInfo><ofd:Title>通知</ofd:Title>\
         <ofd:CustomDatas><ofd:CustomData Name='发票号码'>12345</ofd:CustomData></ofd:CustomDatas></ofd:DocInfo>\
         <ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )
}

const DOCUMENT: &str = "<ofd:Document xmlns:ofd='o'><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>\
    <ofd:DocumentRes>Res.xml</ofd:DocumentRes><ofd:TemplatePage ID='9' BaseLoc='T.xml'/></ofd:CommonData>\
    <ofd:Pages><ofd:Page ID='1' BaseLoc='P1.xml'/><ofd:Page ID='2' BaseLoc='P2.xml'/></ofd:Pages>\
    <ofd:CustomTags>Tags.xml</ofd:CustomTags><ofd:Attachments>A.xml</ofd:Attachments></ofd:Document>";
const PAGE: &str = "<ofd:Page xmlns:ofd='o'><ofd:Template TemplateID='9'/><ofd:Content><ofd:Layer>\
    <ofd:TextObject ID='31' Boundary='20 30 100 10' Size='4'><ofd:TextCode X='0' Y='4' DeltaX='g 3 4'>大坝验收</ofd:TextCode></ofd:TextObject>\
    </ofd:Layer></ofd:Content></ofd:Page>";
const TEMPLATE: &str = "<ofd:Page xmlns:ofd='o'><ofd:Content><ofd:Layer><ofd:TextObject ID='5' Boundary='20 10 100 10' Size='4'>\
    <ofd:TextCode X='0' Y='4'>表头</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>";
const SCAN: &str = "<ofd:Page xmlns:ofd='o'><ofd:Content><ofd:Layer><ofd:ImageObject ID='6' ResourceID='77' Boundary='0 0 210 297' CTM='210 0 0 297 0 0'/>\
    </ofd:Layer></ofd:Content></ofd:Page>";
const RESOURCES: &str = "<ofd:Res xmlns:ofd='o' BaseLoc='Res'><ofd:MultiMedias><ofd:MultiMedia ID='77' Type='Image'><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>";

fn picture() -> Vec<u8> {
    // left half black
    let image = image::GrayImage::from_fn(20, 10, |x, _| image::Luma([if x < 10 { 0 } else { 255 }]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn whole(namespace: &str) -> Vec<u8> {
    zip_of(&[
        ("OFD.xml", entry(namespace).as_bytes()),
        ("Doc_0/Document.xml", DOCUMENT.as_bytes()),
        ("Doc_0/P1.xml", PAGE.as_bytes()),
        ("Doc_0/P2.xml", SCAN.as_bytes()),
        ("Doc_0/T.xml", TEMPLATE.as_bytes()),
        ("Doc_0/Res.xml", RESOURCES.as_bytes()),
        ("Doc_0/Res/a.png", &picture()),
        ("Doc_0/Tags.xml", "<ofd:CustomTags xmlns:ofd='o'><ofd:CustomTag><ofd:FileLoc>Tag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>".as_bytes()),
        ("Doc_0/Tag.xml", "<fp:Invoice xmlns:fp='f' xmlns:ofd='o'><fp:Project><ofd:ObjectRef PageRef='1'>31</ofd:ObjectRef></fp:Project></fp:Invoice>".as_bytes()),
        ("Doc_0/A.xml", "<ofd:Attachments xmlns:ofd='o'><ofd:Attachment ID='1' Name='原始'><ofd:FileLoc>note.txt</ofd:FileLoc></ofd:Attachment></ofd:Attachments>".as_bytes()),
        ("Doc_0/note.txt", "附件的文字".as_bytes()),
    ])
}

#[test]
fn text_places_tags_and_attachments_are_read() {
    let sink = read("a.ofd", &whole(NAMESPACE));
    let page = &sink.reading.pages[0];
    assert_eq!(page.text, "表头\n大坝验收");
    assert_eq!(
        (page.unit, page.width, page.height),
        (PageUnit::Millimetre, 210.0, 297.0)
    );
    let place = page.lines[1].place.unwrap();
    assert_eq!((place.x, place.width, place.height.round()), (20.0, 16.0, 4.0));
    assert!((place.y - 30.56).abs() < 0.01, "{place:?}");
    assert_eq!(page.lines[1].offsets, [0.0, 0.25, 0.5, 0.75]);
    assert_eq!(sink.pictures, [2]);
    let told: Vec<(&str, &str)> = sink
        .reading
        .told
        .iter()
        .map(|told| (told.name.as_str(), told.value.as_str()))
        .collect();
    assert_eq!(
        told,
        [("title", "通知"), ("发票号码", "12345"), ("Project", "大坝验收")]
    );
    let part = &sink.reading.parts[0];
    assert_eq!(
        (part.name.as_str(), part.first_page, part.pages),
        ("原始 (note.txt)", 3, 1)
    );
    assert_eq!(sink.reading.pages[2].text.trim(), "附件的文字");
    assert_eq!(codes(&sink), [] as [&str; 0]);
}

#[test]
fn a_page_that_is_a_picture_is_rendered() {
    let bytes = whole(NAMESPACE);
    let identifier = Identifier::builtin().unwrap();
    let found = identifier
        .identify("a.ofd", bytes.len() as u64, &mut Cursor::new(&bytes))
        .unwrap();
    let mut rendered = Vec::new();
    let mut sink = Collector::recognising(|page: ReadPage, picture: &mut dyn PagePicture| {
        rendered.push(picture.render(25.4, Pixels::Grey)?);
        Ok(page)
    });
    let input = Input::from_bytes("a.ofd", &bytes);
    let options = ExtractOptions::default();
    extract_input(
        &input,
        &Claim::from(&found),
        &options,
        &ReadLimits::default(),
        &mut sink,
    )
    .unwrap();
    drop(sink);
    let picture = &rendered[0];
    assert_eq!((picture.width, picture.height), (210, 297));
    assert_eq!(picture.bytes[0], 0);
    assert_eq!(picture.bytes[209], 255);
}

#[test]
fn breaches_that_can_be_borne_are_told() {
    let sink = read("a.ofd", &whole("http://www.ofdspec.org"));
    assert_eq!(codes(&sink), ["reading.irregular"]);
    assert_eq!(sink.reading.pages[0].text, "表头\n大坝验收");

    let bytes = zip_of(&[
        ("OFD.xml", entry(NAMESPACE).as_bytes()),
        ("Doc_0/Document.xml", DOCUMENT.as_bytes()),
        ("P1.xml", PAGE.as_bytes()),
    ]);
    let sink = read("a.ofd", &bytes);
    assert_eq!(sink.reading.pages[0].text, "大坝验收");
    assert!(
        codes(&sink).contains(&"reading.irregular"),
        "P1.xml lies at the root"
    );
    assert!(
        codes(&sink).contains(&"reading.part_missing"),
        "P2.xml is not there"
    );
    assert_eq!(sink.reading.pages.len(), 2);
}

#[test]
fn what_is_no_ofd_is_refused() {
    for (name, content) in [
        ("a.xml", "<a/>"),
        ("OFD.xml", "<ofd:OFD xmlns:ofd='o'/>"),
        ("OFD.xml", "<ofd:OFD"),
    ] {
        let bytes = zip_of(&[(name, content.as_bytes()), ("OFD.xml.bak", b"")]);
        let (result, _) = read_with("a.ofd", &bytes, ExtractOptions::default(), &ReadLimits::default());
        assert!(result.is_err(), "{content}");
    }
}
