//! hOCR: pages with lines as HTML, for tools that read nothing else.

use lantai_domain::reading::{PageBox, Reading};
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use std::io;

type Out = Writer<Vec<u8>>;

/// The pages of a reading as hOCR 1.2. Boxes are whole numbers in the unit of their page.
///
/// # Errors
/// None in practice: it is written into memory.
pub fn hocr(reading: &Reading, file: &str) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(b"<!DOCTYPE html>\n".to_vec());
    let root = BytesStart::new("html").with_attributes([("xmlns", "http://www.w3.org/1999/xhtml")]);
    out.write_event(Event::Start(root))?;
    out.write_event(Event::Start(BytesStart::new("head")))?;
    meta(&mut out, &[("charset", "utf-8")])?;
    meta(
        &mut out,
        &[
            ("name", "ocr-system"),
            ("content", concat!("lantai ", env!("CARGO_PKG_VERSION"))),
        ],
    )?;
    meta(
        &mut out,
        &[
            ("name", "ocr-capabilities"),
            ("content", "ocr_page ocr_line ocrp_wconf"),
        ],
    )?;
    out.write_event(Event::Start(BytesStart::new("title")))?;
    out.write_event(Event::Text(BytesText::new(file)))?;
    out.write_event(Event::End(BytesEnd::new("title")))?;
    out.write_event(Event::End(BytesEnd::new("head")))?;
    out.write_event(Event::Start(BytesStart::new("body")))?;
    for page in &reading.pages {
        let whole = PageBox {
            width: page.width,
            height: page.height,
            ..PageBox::default()
        };
        let title = format!("{}; ppageno {}", bbox(whole), page.n.saturating_sub(1));
        start(&mut out, "div", "ocr_page", &title)?;
        for line in &page.lines {
            let title = match line.place {
                Some(place) => format!("{}; x_wconf {:.0}", bbox(place), line.confidence * 100.0),
                None => format!("x_wconf {:.0}", line.confidence * 100.0),
            };
            start(&mut out, "span", "ocr_line", &title)?;
            out.write_event(Event::Text(BytesText::new(&line.text)))?;
            out.write_event(Event::End(BytesEnd::new("span")))?;
        }
        out.write_event(Event::End(BytesEnd::new("div")))?;
    }
    out.write_event(Event::End(BytesEnd::new("body")))?;
    out.write_event(Event::End(BytesEnd::new("html")))?;
    Ok(out.into_inner())
}

fn meta(out: &mut Out, attributes: &[(&str, &str)]) -> io::Result<()> {
    let element = BytesStart::new("meta").with_attributes(attributes.iter().copied());
    out.write_event(Event::Empty(element))
}

fn start(out: &mut Out, name: &str, class: &str, title: &str) -> io::Result<()> {
    let element = BytesStart::new(name).with_attributes([("class", class), ("title", title)]);
    out.write_event(Event::Start(element))
}

fn bbox(place: PageBox) -> String {
    let PageBox { x, y, width, height } = place;
    format!("bbox {x:.0} {y:.0} {:.0} {:.0}", x + width, y + height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::reading::{ReadLine, ReadPage};

    #[test]
    fn a_line_has_its_box_as_two_corners_and_its_confidence() {
        let mut reading = Reading::default();
        reading.push_page(ReadPage {
            lines: vec![ReadLine {
                text: "大坝 & 渠".to_owned(),
                place: Some([10.0, 20.0, 30.0, 40.0].into()),
                confidence: 0.5,
                ..ReadLine::default()
            }],
            width: 100.0,
            height: 200.0,
            ..ReadPage::default()
        });
        let html = String::from_utf8(hocr(&reading, "1.jpg").unwrap()).unwrap();
        assert!(html.contains(r#"title="bbox 0 0 100 200; ppageno 0""#), "{html}");
        assert!(
            html.contains(
                r#"<span class="ocr_line" title="bbox 10 20 40 60; x_wconf 50">大坝 &amp; 渠</span>"#
            ),
            "{html}"
        );
    }
}
