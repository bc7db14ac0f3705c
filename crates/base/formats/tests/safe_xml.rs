//! XML as hostile senders write it: refused by name, within limits, and nothing fetched.

mod corpus;

use encoding_rs::GB18030;
use lantai_formats::safe_xml::{
    Element, SafeReader, XmlEvent, XmlFault, XmlLimits, XmlWriter, is_allowed_text, read_tree,
};
use proptest::prelude::*;

fn read(document: &[u8]) -> Result<Element, XmlFault> {
    read_tree(document, &XmlLimits::DOCUMENT)
}

fn code(document: &[u8]) -> &'static str {
    read(document).map_or_else(|fault| fault.code(), |_| "sound")
}

#[test]
fn a_document_becomes_a_tree() {
    let document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- note -->\r\n\
        <a:档案 xmlns:a=\"urn:a\" xmlns=\"urn:b\">\r\n <题名 语种='汉&#10;语'>甲 &amp; 乙<![CDATA[<丙>]]></题名>\r\n<空/></a:档案>\r\n";
    let root = read(document.as_bytes()).unwrap();
    assert_eq!(
        (root.namespace.as_deref(), root.name.as_str(), root.line),
        (Some("urn:a"), "档案", 3)
    );
    let title = root.child("题名").unwrap();
    assert_eq!((title.namespace.as_deref(), title.line), (Some("urn:b"), 4));
    assert_eq!(title.text, "甲 & 乙<丙>");
    assert_eq!(title.attribute("语种"), Some("汉\n语"));
    assert_eq!(root.child_text("空"), Some(""));
    assert_eq!(root.descendants().count(), 3);
    assert_eq!(root.text, "\n \n", "line ends are made plain");
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let wrong = [
        "",
        " ",
        "text",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>text",
        "text<a/>",
        "<a b='1' b='2'/>",
        "<a b=1/>",
        "<a b/>",
        "<a b='<'/>",
        "<a>]]></a>",
        "<a>&</a>",
        "<a>& </a>",
        "<a>&#0;</a>",
        "<a>&#xFFFF;</a>",
        "<1/>",
        "<a:b/>",
        "<a x:b='1'/>",
        "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
        "<a xmlns:x=''/>",
        "<a b='1'c='2'/>",
        "<!-- a -- b --><a/>",
        " <?xml version='1.0'?><a/>",
        "<?xml version='1.1'?><a/>",
        "<?xml?><a/>",
        "<?xml encoding='UTF-8'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<a>\u{1}</a>",
        "<a b='\u{1}'/>",
        "<a",
        "<a></a",
        "<a><![CDATA[</a>",
        "<a/>&amp;",
        "<a/><![CDATA[x]]>",
        "<a:b:c xmlns:a='u'/>",
        "<a></a b='c'>",
        "<!ELEMENT a ANY><a/>",
        "<a xmlns:xml='urn:other'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
    ];
    for document in wrong {
        assert_eq!(code(document.as_bytes()), "xml.not_well_formed", "{document:?}");
    }
    // the end of a section may fall between two pieces of text
    let long = format!("<a>{}]]></a>", "文".repeat(21_845));
    assert_eq!(code(long.as_bytes()), "xml.not_well_formed");
}

#[test]
fn what_could_fetch_or_expand_is_refused() {
    assert_eq!(code(b"<!DOCTYPE a><a/>"), "xml.doctype");
    assert_eq!(code(b"<!doctype a [<!ENTITY x 'y'>]><a>&x;</a>"), "xml.doctype");
    assert_eq!(code(b"<!DOCTYPE a [<!ENTITY"), "xml.doctype");
    assert_eq!(code(b"<a>&x;</a>"), "xml.entity");
    assert_eq!(code(b"<a b='&x;'/>"), "xml.entity");
    let include =
        b"<a><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/></a>";
    assert_eq!(code(include), "xml.include");
}

#[test]
fn limits_hold() {
    let deep = "<a>".repeat(100) + &"</a>".repeat(100);
    assert_eq!(code(deep.as_bytes()), "xml.too_deep");
    let attributes: String = (0..300).map(|n| format!(" a{n}='x'")).collect();
    assert_eq!(code(format!("<a{attributes}/>").as_bytes()), "xml.too_large");
    assert_eq!(
        code(format!("<{}/>", "a".repeat(300)).as_bytes()),
        "xml.too_large"
    );
    let limits = XmlLimits {
        bytes: 1_000_000,
        elements: 50,
        text: 100_000,
        ..XmlLimits::DOCUMENT
    };
    let limited = |document: String| read_tree(document.as_bytes(), &limits).unwrap_err().code();
    assert_eq!(limited(format!("<a>{}</a>", "<b/>".repeat(60))), "xml.too_large");
    assert_eq!(
        limited(format!("<a>{}</a>", "x".repeat(100_001))),
        "xml.too_large"
    );
    assert_eq!(
        limited(format!("<a b='{}'/>", "x".repeat(100_001))),
        "xml.too_large"
    );
    assert_eq!(
        limited(format!("<!--{}--><a/>", "x".repeat(100_001))),
        "xml.too_large"
    );
    assert_eq!(
        limited(format!("<a>{}</a>", " ".repeat(1_000_001))),
        "xml.too_large"
    );
}

#[test]
fn encodings_are_held_to_their_word() {
    let text = |name: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{name}\"?>\n<目录><题名>示例县档案馆2020年工作总结</题名></目录>"
        )
    };
    let title = |bytes: &[u8]| read(bytes).unwrap().child_text("题名").unwrap().to_owned();
    for name in ["GB18030", "gb2312", "GBK"] {
        let declared = text(name);
        let (bytes, _, _) = GB18030.encode(&declared);
        assert_eq!(title(&bytes), "示例县档案馆2020年工作总结");
        assert_eq!(
            code(text(name).as_bytes()),
            "xml.encoding",
            "{name} declared over UTF-8"
        );
    }
    let as_utf8 = text("UTF-8");
    let (bytes, _, _) = GB18030.encode(&as_utf8);
    let fault = read(&bytes).unwrap_err();
    assert_eq!((fault.code(), fault.line()), ("xml.encoding", Some(2)));
    let mut utf16: Vec<u8> = vec![0xFE, 0xFF];
    utf16.extend(text("UTF-16").encode_utf16().flat_map(u16::to_be_bytes));
    assert_eq!(title(&utf16), "示例县档案馆2020年工作总结");
    assert_eq!(code(b"<a>\xC3</a>"), "xml.encoding");
    assert_eq!(code(b"<a>\xED\xA0\x80</a>"), "xml.encoding");
}

#[test]
fn long_texts_come_in_pieces_and_lines_are_counted() {
    let long = "数据行\n".repeat(100_000);
    let document = format!("<a>{long}<b/></a>");
    let mut reader = SafeReader::new(document.as_bytes(), XmlLimits::STREAM).unwrap();
    let (mut text, mut pieces, mut line_of_b) = (String::new(), 0, 0);
    while let Some(event) = reader.next_event().unwrap() {
        match event {
            XmlEvent::Text(piece) => {
                text.push_str(piece);
                pieces += 1;
            }
            XmlEvent::Start(tag) if tag.name.local == "b" => line_of_b = reader.line(),
            _ => {}
        }
    }
    assert!(text == long && pieces > 5);
    assert_eq!(line_of_b, 100_001);
}

#[test]
fn the_hostile_documents_of_the_corpus_are_refused() {
    let Some(root) = corpus::folder("hostile") else {
        return;
    };
    let mut seen = 0;
    for name in ["xml_entity_expansion.xml", "xml_external_entity.xml"] {
        let file = std::fs::File::open(root.join(name)).unwrap();
        assert_eq!(
            read_tree(file, &XmlLimits::DOCUMENT).unwrap_err().code(),
            "xml.doctype",
            "{name}"
        );
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn what_is_written_is_read_again() {
    let mut writer = XmlWriter::new(Vec::new(), true).unwrap();
    writer.start("根", &[("eep版本", "20\"09")]).unwrap();
    writer.element("题名", "甲<&>\r\n乙").unwrap();
    writer.start("数据", &[]).unwrap();
    assert_eq!(writer.base64(&mut [7_u8; 100_000].as_slice()).unwrap(), 100_000);
    writer.end().unwrap();
    assert!(writer.element("题名", "\u{8}").is_err());
    assert!(writer.element("题 名", "").is_err());
    let mut writer = XmlWriter::new(Vec::new(), true).unwrap();
    writer.start("根", &[("eep版本", "20\"09\n")]).unwrap();
    writer.element("题名", "甲<&>\r\n乙").unwrap();
    writer.end().unwrap();
    let bytes = writer.finish().unwrap();
    let root = read(&bytes).unwrap();
    assert_eq!(root.child("题名").unwrap().text, "甲<&>\r\n乙");
    assert_eq!(root.attribute("eep版本"), Some("20\"09\n"));
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn pieces_of_xml_make_it_panic_neither(pieces in proptest::collection::vec(prop_oneof![
        Just("<a"), Just(">"), Just("/>"), Just("</a>"), Just("<!--"), Just("-->"), Just("<![CDATA["), Just("]]>"), Just("&"),
        Just(";"), Just("&#x"), Just(" b='"), Just("'"), Just("<?x"), Just("?>"), Just("<!DOCTYPE"), Just("文"), Just("\r"),
        Just("\n"), Just("xmlns:a='u'"), Just("<a:b"), Just("<?xml version='1.0'?>"),
    ], 0..40)) {
        let document: String = pieces.concat();
        if let Ok(root) = read(document.as_bytes()) {
            prop_assert!(!root.name.is_empty());
        }
    }

    #[test]
    fn any_text_is_written_and_read_again(text in "\\PC{0,80}", value in "\\PC{0,40}") {
        prop_assume!(is_allowed_text(&text) && is_allowed_text(&value));
        let mut writer = XmlWriter::new(Vec::new(), false).unwrap();
        writer.element_with("a", &[("b", &value)], &text).unwrap();
        let bytes = writer.finish().unwrap();
        let root = read(&bytes).unwrap_or_else(|fault| panic!("{fault}"));
        prop_assert_eq!(root.text.as_str(), text);
        prop_assert_eq!(root.attribute("b"), Some(value.as_str()));
    }
}
