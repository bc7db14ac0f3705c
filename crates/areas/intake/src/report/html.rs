//! The report as one HTML page without anything from outside, to be read and printed.

use super::ReportData;
use super::sheet::{Block, Cell, TITLE, blocks};
use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// What a policy names so that a browser takes the page's own styles and no others (`sha256-…`).
pub(crate) fn style_digest() -> String {
    let digest = digest::digest(&digest::SHA256, STYLE.as_bytes());
    format!("sha256-{}", BASE64_STANDARD.encode(digest))
}

const STYLE: &str = "
@page { size: A4; margin: 18mm 16mm 20mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.5 'Noto Serif CJK SC', 'Source Han Serif SC', 'SimSun', serif; color: #111; margin: 0 auto; padding: 24px; max-width: 860px; }
header { text-align: center; border-bottom: 2px solid #9b1c1c; margin-bottom: 16px; padding-bottom: 8px; }
header p { margin: 0; font-size: 13pt; letter-spacing: .1em; }
h1 { font-size: 18pt; margin: 4px 0 0; }
h2 { font-size: 12.5pt; margin: 18px 0 6px; }
small { display: block; color: #555; font-size: .78em; line-height: 1.35; }
h1 small, h2 small { display: inline; font-weight: normal; margin-left: .5em; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #999; padding: 3px 6px; vertical-align: top; text-align: left; overflow-wrap: anywhere; white-space: pre-line; }
thead th { background: #f2efe9; }
.bad { color: #9b1c1c; font-weight: bold; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 28px 32px; margin-top: 28px; break-inside: avoid; }
.signatures div { border-bottom: 1px solid #333; padding-bottom: 26px; }
.signatures span { float: right; color: #555; }
footer { margin-top: 24px; color: #555; font-size: 9pt; }
@media screen and (max-width: 600px) { body { padding: 12px; } .signatures { grid-template-columns: 1fr; } table { font-size: 9pt; } }
";

/// The report as a page.
pub fn html(report: &ReportData) -> String {
    let mut page = String::new();
    let title = format!("{} {}", TITLE.0, escaped(&report.package.name));
    page.push_str("<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str(&format!(
        "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n"
    ));
    if !report.heading.is_empty() {
        page.push_str(&format!("<p>{}</p>\n", escaped(&report.heading)));
    }
    page.push_str(&format!(
        "<h1>{}<small lang=\"en\">{}</small></h1>\n</header>\n<main>\n",
        TITLE.0, TITLE.1
    ));
    for block in blocks(report) {
        put(&mut page, &block);
    }
    page.push_str(&format!(
        "</main>\n<footer>{} · {} {}</footer>\n</body>\n</html>\n",
        escaped(&report.report_id),
        escaped(&report.tool.name),
        escaped(&report.tool.version)
    ));
    page
}

fn put(page: &mut String, block: &Block) {
    match block {
        Block::Heading { zh, en } => page.push_str(&format!(
            "<h2>{}<small lang=\"en\">{en}</small></h2>\n",
            escaped(zh)
        )),
        Block::Text { zh, en } => {
            page.push_str(&format!(
                "<p>{}<small lang=\"en\">{}</small></p>\n",
                escaped(zh),
                escaped(en)
            ));
        }
        Block::Table { head, widths, rows } => table(page, head, widths, rows),
        Block::Signatures(lines) => {
            page.push_str("<div class=\"signatures\">\n");
            for line in lines {
                page.push_str(&format!(
                    "<div>{}<small lang=\"en\">{}</small><span>日期 date：</span></div>\n",
                    escaped(&line.zh),
                    escaped(&line.en)
                ));
            }
            page.push_str("</div>\n");
        }
    }
}

fn table(page: &mut String, head: &[Cell], widths: &[f32], rows: &[Vec<Cell>]) {
    page.push_str("<table>\n<colgroup>");
    for width in widths {
        page.push_str(&format!("<col width=\"{:.0}%\">", width * 100.0));
    }
    page.push_str("</colgroup>\n");
    if !head.is_empty() {
        page.push_str("<thead><tr>");
        for cell in head {
            page.push_str(&format!("<th scope=\"col\">{}</th>", inside(cell)));
        }
        page.push_str("</tr></thead>\n");
    }
    page.push_str("<tbody>\n");
    for row in rows {
        page.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            let tag = if place == 0 { "th scope=\"row\"" } else { "td" };
            let end = if place == 0 { "th" } else { "td" };
            let class = if cell.is_bad { " class=\"bad\"" } else { "" };
            page.push_str(&format!("<{tag}{class}>{}</{end}>", inside(cell)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
}

fn inside(cell: &Cell) -> String {
    let small = match cell.en.as_str() {
        "" => String::new(),
        en => format!("<small lang=\"en\">{}</small>", escaped(en)),
    };
    format!("{}{small}", escaped(&cell.zh))
}

/// Text for HTML; what a package says is never markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // text that runs the other way could make a line say what it does not
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => safe.push('\u{FFFD}'),
            character if character.is_control() && character != '\n' => safe.push('\u{FFFD}'),
            character => safe.push(character),
        }
    }
    safe
}
