//! Which reader a document goes to: by its bytes first, then by what identification said, then by its name.

use super::input::Input;
use crate::identify::{FormatKind, OleDirectory, ZipDirectory};
use crate::properties::Claim;
use std::io;

/// Bytes of the beginning that are looked at.
const HEAD: u64 = 4096;

/// The readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// PDF.
    Pdf,
    /// OFD (GB/T 33190).
    Ofd,
    /// Word processing in OOXML.
    Word,
    /// Workbooks: OOXML, BIFF in a compound file, OpenDocument.
    Sheets,
    /// Slides in OOXML.
    Slides,
    /// Drawings of Visio in OOXML.
    Visio,
    /// XML Paper Specification, OpenXPS.
    Xps,
    /// Word 6 to 2003.
    OldWord,
    /// PowerPoint 97 to 2003.
    OldSlides,
    /// OpenDocument text, presentation, drawing; also as one XML file, and of OpenOffice before it.
    OpenDocument,
    /// EPUB.
    Epub,
    /// One message (RFC 5322), web pages in one (MHTML).
    Email,
    /// A mailbox.
    Mbox,
    /// A message of Outlook.
    OutlookMessage,
    /// WARC and ARC, compressed or not.
    WebArchive,
    /// HTML, XHTML.
    Html,
    /// Markdown.
    Markdown,
    /// Rich Text Format.
    Rtf,
    /// Plain text in any encoding; also CSV, XML, source code.
    Plain,
    /// A picture: one page to be recognised.
    Image,
    /// What LibreOffice opens and nothing here reads.
    Bridge,
    /// Encrypted office documents in a compound file: there is nothing to read.
    Encrypted,
}

/// The reader for a document; `None` where there is none.
pub fn reader_for(claim: &Claim, input: &Input<'_>) -> io::Result<Option<Reader>> {
    let head = input.head(HEAD)?;
    let by_bytes = match head.as_slice() {
        [b'P', b'K', 3 | 5, ..] => in_zip(claim, input)?,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => in_compound(input)?,
        _ => by_head(&head),
    };
    Ok(by_bytes.or_else(|| by_claim(claim, input, &head)))
}

fn by_head(head: &[u8]) -> Option<Reader> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    if text.starts_with(br"{\rtf") {
        return Some(Reader::Rtf);
    }
    let begins = |mark: &[u8]| memchr::memmem::find(head, mark).is_some();
    if text.trim_ascii_start().starts_with(b"<?xml")
        && (begins(b"Word.Document") || begins(b"w:wordDocument"))
    {
        return Some(Reader::Word);
    }
    if text.starts_with(b"WARC/") || text.starts_with(b"filedesc://") {
        return Some(Reader::WebArchive);
    }
    if text.starts_with(&[0x78, 0x9F, 0x3E, 0x22]) {
        // what Outlook wraps up for the way (TNEF)
        return Some(Reader::OutlookMessage);
    }
    if super::mbox::is_mailbox(text) {
        return Some(Reader::Mbox);
    }
    // readers bear some bytes before the mark, and some inside it
    let beginning = head.get(..1024).unwrap_or(head);
    let mark: &[u8] = if beginning.starts_with(b"%") {
        b"PDF-1."
    } else {
        b"%PDF-"
    };
    memchr::memmem::find(beginning, mark).map(|_| Reader::Pdf)
}

fn in_zip(claim: &Claim, input: &Input<'_>) -> io::Result<Option<Reader>> {
    let Some(directory) = ZipDirectory::read(&mut *input.reader()?, input.size())? else {
        // cut off: the claim says what it was
        return Ok(by_mime(claim));
    };
    let like = |name: &str| {
        directory
            .entries
            .iter()
            .any(|entry| entry.name.eq_ignore_ascii_case(name.as_bytes()))
    };
    let below = |folder: &str| {
        directory
            .entries
            .iter()
            .any(|entry| entry.name.starts_with(folder.as_bytes()))
    };
    if like("OFD.xml") || claim.mime_is("application/ofd") {
        return Ok(Some(Reader::Ofd));
    }
    if like("META-INF/container.xml") && !like("content.xml") {
        return Ok(Some(Reader::Epub));
    }
    if like("content.xml") && (like("META-INF/manifest.xml") || like("mimetype")) {
        let is_sheet = claim
            .mime
            .as_deref()
            .is_some_and(|mime| mime.starts_with("application/vnd.oasis.opendocument.spreadsheet"));
        let reader = if is_sheet {
            Reader::Sheets
        } else {
            Reader::OpenDocument
        };
        return Ok(Some(reader));
    }
    if like("FixedDocSeq.fdseq") || like("FixedDocumentSequence.fdseq") {
        return Ok(Some(Reader::Xps));
    }
    if !(like("[Content_Types].xml") || like("_rels/.rels")) {
        return Ok(by_mime(claim));
    }
    let folders = [
        ("word/", Reader::Word),
        ("xl/", Reader::Sheets),
        ("ppt/", Reader::Slides),
        ("visio/", Reader::Visio),
        ("Documents/", Reader::Xps),
    ];
    let by_folder = folders.into_iter().find(|(folder, _)| below(folder));
    Ok(by_folder.map(|(_, reader)| reader).or_else(|| by_mime(claim)))
}

fn in_compound(input: &Input<'_>) -> io::Result<Option<Reader>> {
    let Some(directory) = OleDirectory::read(&mut *input.reader()?)? else {
        return Ok(None);
    };
    let marks = [
        ("EncryptedPackage", Reader::Encrypted),
        ("DRMContent", Reader::Encrypted),
        ("EncryptedSummary", Reader::OldSlides),
        ("__properties_version1.0", Reader::OutlookMessage),
        ("PowerPoint Document", Reader::OldSlides),
        ("PP97_DUALSTORAGE", Reader::OldSlides),
        ("WordDocument", Reader::OldWord),
        ("Workbook", Reader::Sheets),
        ("Book", Reader::Sheets),
        // Publisher, Works, Visio, Quattro Pro, StarOffice
        ("Quill", Reader::Bridge),
        ("MatOST", Reader::Bridge),
        ("VisioDocument", Reader::Bridge),
        ("NativeContent_MAIN", Reader::Bridge),
        ("StarWriterDocument", Reader::Bridge),
        ("StarCalcDocument", Reader::Bridge),
        ("StarDrawDocument3", Reader::Bridge),
        // Hangul
        ("HwpSummaryInformation", Reader::Bridge),
    ];
    let mark = marks.into_iter().find(|(name, _)| directory.find(name).is_some());
    Ok(mark.map(|(_, reader)| reader))
}

/// By the MIME type alone.
fn by_mime(claim: &Claim) -> Option<Reader> {
    let mime = claim.mime.as_deref()?;
    Some(match mime {
        "application/pdf" => Reader::Pdf,
        "application/ofd" => Reader::Ofd,
        "message/rfc822" | "multipart/related" | "message/news" => Reader::Email,
        "application/mbox" => Reader::Mbox,
        "application/vnd.ms-outlook" => Reader::OutlookMessage,
        "application/warc" | "application/x-warc" | "application/x-internet-archive" => Reader::WebArchive,
        "text/html" | "application/xhtml+xml" => Reader::Html,
        "text/markdown" | "text/x-web-markdown" => Reader::Markdown,
        "application/rtf" | "text/rtf" => Reader::Rtf,
        "application/epub+zip" => Reader::Epub,
        "application/oxps" | "application/vnd.ms-xpsdocument" => Reader::Xps,
        "application/msword" => Reader::OldWord,
        "application/vnd.ms-excel" => Reader::Sheets,
        "application/vnd.ms-powerpoint" => Reader::OldSlides,
        "application/vnd.lotus-1-2-3"
        | "application/vnd.wordperfect"
        | "application/x-hwp"
        | "application/vnd.ms-works"
        | "application/vnd.visio"
        | "application/x-mspublisher" => Reader::Bridge,
        _ if mime.contains("wordprocessingml") || mime.starts_with("application/vnd.ms-word.") => {
            Reader::Word
        }
        _ if mime.contains("spreadsheetml") || mime.starts_with("application/vnd.ms-excel.") => {
            Reader::Sheets
        }
        _ if mime.contains("presentationml") || mime.starts_with("application/vnd.ms-powerpoint.") => {
            Reader::Slides
        }
        _ if mime.starts_with("application/vnd.oasis.opendocument.spreadsheet") => Reader::Sheets,
        _ if mime.starts_with("application/vnd.oasis.opendocument.") => Reader::OpenDocument,
        _ if mime.starts_with("application/vnd.sun.xml.") => Reader::OpenDocument,
        _ => return None,
    })
}

fn by_claim(claim: &Claim, input: &Input<'_>, head: &[u8]) -> Option<Reader> {
    let extension = input.extension();
    let is_text =
        claim.is_text || matches!(claim.kind, FormatKind::Text | FormatKind::Data | FormatKind::Mail);
    let is_zip = head.starts_with(b"PK");
    if let Some(reader) = by_mime(claim) {
        // a workbook of old that is no compound file is what a web page, an XML or a table was named
        let is_text_after_all = matches!(reader, Reader::Sheets | Reader::OldWord | Reader::OldSlides);
        if !is_text_after_all {
            return Some(reader);
        }
    }
    if claim.kind == FormatKind::Image && !claim.mime_is("image/svg+xml") {
        return Some(Reader::Image);
    }
    let by_extension = match extension.as_str() {
        "eml" | "mht" | "mhtml" | "nws" if is_text => Some(Reader::Email),
        "mbox" | "mbx" if is_text => Some(Reader::Mbox),
        "md" | "markdown" if is_text => Some(Reader::Markdown),
        "htm" | "html" | "xhtml" if is_text => Some(Reader::Html),
        "fodt" | "fods" | "fodp" | "fodg" => Some(Reader::OpenDocument),
        "warc" | "arc" => Some(Reader::WebArchive),
        "123" | "wk1" | "wk3" | "wk4" | "wks" | "wps" | "wpd" | "qpw" | "sdw" | "sdc" | "sdd" | "hwp"
        | "pages" | "numbers" | "key" | "abw" | "pub" | "vsd" | "uot" | "uos" | "uop" | "lwp" => {
            Some(Reader::Bridge)
        }
        // cut off or broken: the reader says how
        "docx" | "docm" | "dotx" | "dotm" if is_zip => Some(Reader::Word),
        "xlsx" | "xlsm" | "xltx" | "xlsb" if is_zip => Some(Reader::Sheets),
        "pptx" | "pptm" | "ppsx" | "potx" if is_zip => Some(Reader::Slides),
        "vsdx" | "vsdm" if is_zip => Some(Reader::Visio),
        "ofd" if is_zip => Some(Reader::Ofd),
        // before there were compound files
        "doc" | "dot" | "xls" | "xlt" | "xlw" | "ppt" | "et" | "dps" if !is_text && !is_zip => {
            Some(Reader::Bridge)
        }
        _ if extension == "gz" && is_compressed_web_archive(input.name()) => Some(Reader::WebArchive),
        _ => None,
    };
    if by_extension.is_some() {
        return by_extension;
    }
    match claim.kind {
        FormatKind::Mail if head.starts_with(b"From ") => Some(Reader::Mbox),
        FormatKind::Mail if is_text => Some(Reader::Email),
        FormatKind::Web if is_text => Some(Reader::Html),
        _ if claim.is_text => Some(Reader::Plain),
        _ if crate::text::readable_charset(head).is_some() => Some(Reader::Plain),
        _ => None,
    }
}

fn is_compressed_web_archive(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".warc.gz") || name.ends_with(".arc.gz")
}
