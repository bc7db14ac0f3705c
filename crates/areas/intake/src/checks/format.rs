//! Whether a format as somebody wrote it down is the one that was found (check ).

use lantai_formats::identify::Identification;

/// Names that people write for formats, and the beginnings of MIME types or identifiers that they stand for.
const NAMES: [(&str, &[&str]); 42] = [
    ("ofd", &["application/ofd", "local/ofd"]),
    ("pdf", &["application/pdf"]),
    ("txt", &["text/plain"]),
    ("text", &["text/"]),
    ("xml", &["application/xml", "text/xml", "image/svg"]),
    ("html", &["text/html", "application/xhtml"]),
    ("htm", &["text/html", "application/xhtml"]),
    ("csv", &["text/csv", "text/plain"]),
    ("jpg", &["image/jpeg"]),
    ("jpeg", &["image/jpeg"]),
    ("jp2", &["image/jp2", "image/jpx"]),
    ("jpeg2000", &["image/jp2", "image/jpx"]),
    ("tif", &["image/tiff"]),
    ("tiff", &["image/tiff"]),
    ("png", &["image/png"]),
    ("gif", &["image/gif"]),
    ("bmp", &["image/bmp", "image/x-ms-bmp"]),
    ("svg", &["image/svg"]),
    ("wav", &["audio/x-wav", "audio/wav", "audio/vnd.wave"]),
    ("mp3", &["audio/mpeg"]),
    ("flac", &["audio/flac", "audio/x-flac"]),
    ("mp4", &["video/mp4", "application/mp4", "audio/mp4"]),
    ("avi", &["video/x-msvideo", "video/avi", "video/msvideo"]),
    ("mpg", &["video/mpeg"]),
    ("mpeg", &["video/mpeg", "audio/mpeg"]),
    ("mxf", &["application/mxf"]),
    ("flv", &["video/x-flv"]),
    ("doc", &["application/msword"]),
    (
        "docx",
        &["application/vnd.openxmlformats-officedocument.wordprocessingml"],
    ),
    ("xls", &["application/vnd.ms-excel"]),
    (
        "xlsx",
        &["application/vnd.openxmlformats-officedocument.spreadsheetml"],
    ),
    ("ppt", &["application/vnd.ms-powerpoint"]),
    (
        "pptx",
        &["application/vnd.openxmlformats-officedocument.presentationml"],
    ),
    ("odt", &["application/vnd.oasis.opendocument.text"]),
    ("ods", &["application/vnd.oasis.opendocument.spreadsheet"]),
    ("rtf", &["application/rtf", "text/rtf"]),
    (
        "wps",
        &["local/wps", "application/vnd.ms-works", "application/wps"],
    ),
    ("et", &["local/et"]),
    ("eml", &["message/rfc822", "local/eml"]),
    ("warc", &["application/warc"]),
    ("zip", &["application/zip"]),
    ("tar", &["application/x-tar", "application/tar"]),
];

/// Whether a written format is the one found. `None`: what is written names no format that we know, and says nothing.
pub(crate) fn agrees(written: &str, found: &Identification) -> Option<bool> {
    let puid = found.puid.as_deref()?;
    let identifiers: Vec<&str> = words(written).filter(|word| is_puid(word)).collect();
    if !identifiers.is_empty() {
        return Some(identifiers.contains(&puid));
    }
    let mime = found.mime.as_deref().unwrap_or_default().to_ascii_lowercase();
    let types: Vec<String> = words(written)
        .filter(|word| is_mime(word))
        .map(str::to_ascii_lowercase)
        .collect();
    if !types.is_empty() {
        let listed = mime
            .split([',', ';'])
            .map(str::trim)
            .any(|known| types.iter().any(|written| written == known));
        // one format often has several types: the names behind them decide then
        let by_name = NAMES.iter().any(|(_, known)| {
            let starts = |text: &str| known.iter().any(|known| text.starts_with(known));
            starts(&mime) && types.iter().any(|written| starts(written))
        });
        return Some(listed || by_name || mime.is_empty());
    }
    let named: Vec<&[&str]> = words(written)
        .flat_map(|word| word.split('/'))
        .filter_map(|word| {
            let word = word.to_ascii_lowercase();
            NAMES
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(_, known)| *known)
        })
        .collect();
    if named.is_empty() {
        return None;
    }
    let is = |known: &&[&str]| {
        known
            .iter()
            .any(|known| mime.contains(known) || puid.starts_with(known))
    };
    Some(named.iter().any(is))
}

/// Words: letters, digits and what identifiers hold, at every other character parted.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && !"/-+._".contains(character))
        .map(|word| word.trim_matches(['.', '-', '_', '/']))
        .filter(|word| !word.is_empty())
}

fn is_puid(word: &str) -> bool {
    let number = word.strip_prefix("x-fmt/").or_else(|| word.strip_prefix("fmt/"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        || word.starts_with("local/")
}

fn is_mime(word: &str) -> bool {
    const TREES: [&str; 8] = [
        "application",
        "audio",
        "font",
        "image",
        "message",
        "model",
        "text",
        "video",
    ];
    word.split_once('/')
        .is_some_and(|(tree, rest)| TREES.contains(&tree.to_ascii_lowercase().as_str()) && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_formats::identify::Identifier;

    fn found(name: &str, bytes: &[u8]) -> Identification {
        let identifier = Identifier::builtin().unwrap();
        let mut source = std::io::Cursor::new(bytes.to_vec());
        identifier
            .identify(name, bytes.len() as u64, &mut source)
            .unwrap()
    }

    #[test]
    fn a_format_may_be_written_in_many_ways() {
        let text = found("a.txt", "正文\n".as_bytes());
        assert_eq!(text.puid.as_deref(), Some("x-fmt/111"));
        for same in [
            "x-fmt/111",
            "text/plain",
            "text/plain; charset=UTF-8 (x-fmt/111)",
            "TXT",
            "txt文本",
            ".txt",
        ] {
            assert_eq!(agrees(same, &text), Some(true), "{same}");
        }
        for other in [
            "fmt/18",
            "application/pdf",
            "PDF",
            "PDF/A-1b",
            "image/jpeg (fmt/43)",
        ] {
            assert_eq!(agrees(other, &text), Some(false), "{other}");
        }
        for nothing in ["", "文本", "version 1.4"] {
            assert_eq!(agrees(nothing, &text), None, "{nothing}");
        }
    }

    #[test]
    fn a_pdf_is_one_by_its_name_too() {
        let pdf = found(
            "a.pdf",
            b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
        );
        assert_eq!(agrees("PDF/A-1b", &pdf), Some(true));
        assert_eq!(agrees("application/pdf", &pdf), Some(true));
        assert_eq!(agrees("OFD 1.0", &pdf), Some(false));
    }
}
