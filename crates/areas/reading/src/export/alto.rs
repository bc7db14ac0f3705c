//! ALTO 4.4: the text of pages with its places, as libraries and archives exchange it.

use lantai_domain::reading::{LineRole, PageBox, PageUnit, ReadLine, ReadPage, Reading};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io;

const NAMESPACE: &str = "http://www.loc.gov/standards/alto/ns-v4#";

/// The pages of a reading as ALTO, which knows lengths in pixels or tenths of a millimetre; what is measured otherwise
/// is told in tenths of a millimetre. `file` is the name of the file that was read.
///
/// # Errors
/// None in practice: it is written into memory.
pub fn alto(reading: &Reading, file: &str) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new());
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = BytesStart::new("alto").with_attributes([("xmlns", NAMESPACE), ("SCHEMAVERSION", "4.4")]);
    out.write_event(Event::Start(root))?;
    let in_pixels = reading
        .pages
        .first()
        .is_none_or(|page| page.unit == PageUnit::Pixel);
    describe(&mut out, reading, file, in_pixels)?;
    out.write_event(Event::Start(BytesStart::new("Layout")))?;
    for page in &reading.pages {
        write_page(&mut out, page, in_pixels)?;
    }
    out.write_event(Event::End(BytesEnd::new("Layout")))?;
    out.write_event(Event::End(BytesEnd::new("alto")))?;
    let mut bytes = out.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

type Out = Writer<Vec<u8>>;

fn element(out: &mut Out, name: &str, text: &str) -> io::Result<()> {
    out.write_event(Event::Start(BytesStart::new(name)))?;
    out.write_event(Event::Text(BytesText::new(text)))?;
    out.write_event(Event::End(BytesEnd::new(name)))
}

fn describe(out: &mut Out, reading: &Reading, file: &str, in_pixels: bool) -> io::Result<()> {
    out.write_event(Event::Start(BytesStart::new("Description")))?;
    element(out, "MeasurementUnit", if in_pixels { "pixel" } else { "mm10" })?;
    out.write_event(Event::Start(BytesStart::new("sourceImageInformation")))?;
    element(out, "fileName", file)?;
    out.write_event(Event::End(BytesEnd::new("sourceImageInformation")))?;
    for (number, step) in reading.provenance.steps.iter().enumerate() {
        let id = format!("step{}", number + 1);
        let start = BytesStart::new("Processing").with_attributes([("ID", id.as_str())]);
        out.write_event(Event::Start(start))?;
        element(out, "processingStepDescription", &step.step)?;
        if let Some(model) = &step.model {
            element(out, "processingStepSettings", model)?;
        }
        out.write_event(Event::Start(BytesStart::new("processingSoftware")))?;
        element(out, "softwareName", &step.program)?;
        out.write_event(Event::End(BytesEnd::new("processingSoftware")))?;
        out.write_event(Event::End(BytesEnd::new("Processing")))?;
    }
    out.write_event(Event::End(BytesEnd::new("Description")))
}

fn write_page(out: &mut Out, page: &ReadPage, in_pixels: bool) -> io::Result<()> {
    let scale = match page.unit {
        PageUnit::Pixel => 1.0,
        PageUnit::Point if in_pixels => 1.0,
        PageUnit::Point => 254.0 / 72.0,
        PageUnit::Millimetre => 10.0,
    };
    let n = page.n.to_string();
    let whole = PageBox {
        width: page.width,
        height: page.height,
        ..PageBox::default()
    };
    let mut start = BytesStart::new("Page");
    start.push_attribute(("ID", format!("page{n}").as_str()));
    start.push_attribute(("PHYSICAL_IMG_NR", n.as_str()));
    start.push_attribute(("WIDTH", length(page.width, scale).as_str()));
    start.push_attribute(("HEIGHT", length(page.height, scale).as_str()));
    out.write_event(Event::Start(start))?;
    out.write_event(Event::Start(placed(
        "PrintSpace",
        &format!("space{n}"),
        whole,
        scale,
    )))?;
    // ALTO has no place for lines that stand nowhere
    let lines: Vec<(&ReadLine, PageBox)> = page
        .lines
        .iter()
        .filter_map(|line| Some((line, line.place?)))
        .collect();
    for (number, group) in lines.chunk_by(|a, b| a.0.role == b.0.role).enumerate() {
        let id = format!("block{n}_{}", number + 1);
        let mut block = placed(
            "TextBlock",
            &id,
            around(group.iter().map(|(_, place)| *place)),
            scale,
        );
        if let Some(kind) = group.first().and_then(|(line, _)| kind_of(line.role)) {
            block.push_attribute(("TYPE", kind));
        }
        out.write_event(Event::Start(block))?;
        for (number, (line, place)) in group.iter().enumerate() {
            write_line(out, line, *place, &format!("{id}_{}", number + 1), scale)?;
        }
        out.write_event(Event::End(BytesEnd::new("TextBlock")))?;
    }
    out.write_event(Event::End(BytesEnd::new("PrintSpace")))?;
    out.write_event(Event::End(BytesEnd::new("Page")))
}

fn write_line(out: &mut Out, line: &ReadLine, place: PageBox, id: &str, scale: f32) -> io::Result<()> {
    out.write_event(Event::Start(placed("TextLine", id, place, scale)))?;
    let mut string = placed("String", &format!("{id}_s"), place, scale);
    string.push_attribute(("CONTENT", line.text.as_str()));
    string.push_attribute(("WC", format!("{:.3}", line.confidence.clamp(0.0, 1.0)).as_str()));
    out.write_event(Event::Empty(string))?;
    out.write_event(Event::End(BytesEnd::new("TextLine")))
}

fn kind_of(role: LineRole) -> Option<&'static str> {
    match role {
        LineRole::Body => None,
        LineRole::Heading => Some("heading"),
        LineRole::Table => Some("table"),
        LineRole::Seal => Some("seal"),
        LineRole::Margin => Some("margin"),
        LineRole::Caption => Some("caption"),
    }
}

fn length(value: f32, scale: f32) -> String {
    format!("{:.0}", (value * scale).max(0.0))
}

fn placed(name: &'static str, id: &str, place: PageBox, scale: f32) -> BytesStart<'static> {
    let mut start = BytesStart::new(name);
    start.push_attribute(("ID", id));
    start.push_attribute(("HPOS", length(place.x, scale).as_str()));
    start.push_attribute(("VPOS", length(place.y, scale).as_str()));
    start.push_attribute(("WIDTH", length(place.width, scale).as_str()));
    start.push_attribute(("HEIGHT", length(place.height, scale).as_str()));
    start
}

fn around(places: impl Iterator<Item = PageBox>) -> PageBox {
    let joined = places.reduce(|a, b| {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        PageBox {
            x,
            y,
            width: (a.x + a.width).max(b.x + b.width) - x,
            height: (a.y + a.height).max(b.y + b.height) - y,
        }
    });
    joined.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, place: Option<[f32; 4]>, role: LineRole) -> ReadLine {
        ReadLine {
            text: text.to_owned(),
            place: place.map(PageBox::from),
            confidence: 0.987,
            role,
            ..ReadLine::default()
        }
    }

    #[test]
    fn lines_of_one_kind_make_a_block_with_their_places() {
        let mut reading = Reading::default();
        reading.push_page(ReadPage {
            text: "关于<修坝>的请示\n县人民委员会".to_owned(),
            lines: vec![
                line(
                    "关于<修坝>的请示",
                    Some([10.0, 20.0, 300.0, 40.0]),
                    LineRole::Heading,
                ),
                line("县人民委员会", Some([10.0, 80.0, 200.0, 30.0]), LineRole::Body),
                line("乡公所", Some([5.0, 120.0, 100.0, 30.0]), LineRole::Body),
                line("无处", None, LineRole::Body),
            ],
            width: 800.0,
            height: 1200.0,
            ..ReadPage::default()
        });
        let xml = String::from_utf8(alto(&reading, "0001.jpg").unwrap()).unwrap();
        assert!(xml.contains("<MeasurementUnit>pixel</MeasurementUnit>"), "{xml}");
        assert!(
            xml.contains(r#"CONTENT="关于&lt;修坝&gt;的请示" WC="0.987""#),
            "{xml}"
        );
        assert!(
            xml.contains(r#"<TextBlock ID="block1_2" HPOS="5" VPOS="80" WIDTH="205" HEIGHT="70">"#),
            "{xml}"
        );
        assert_eq!(
            xml.matches("<TextLine").count(),
            3,
            "a line that stands nowhere is left out"
        );
    }

    #[test]
    fn points_are_told_in_tenths_of_a_millimetre() {
        let mut reading = Reading::default();
        reading.push_page(ReadPage {
            width: 595.0,
            height: 842.0,
            unit: PageUnit::Point,
            ..ReadPage::default()
        });
        let xml = String::from_utf8(alto(&reading, "a.pdf").unwrap()).unwrap();
        assert!(xml.contains(r#"WIDTH="2099" HEIGHT="2970""#), "{xml}");
        assert!(xml.contains("mm10"), "{xml}");
    }
}
