//! Code pages of documents and fonts.

use encoding_rs::Encoding;

/// The encoding of a Windows or DOS code page.
pub(in crate::reading) fn code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        874 => encoding_rs::WINDOWS_874,
        866 => encoding_rs::IBM866,
        932 => encoding_rs::SHIFT_JIS,
        936 | 54936 | 20936 => encoding_rs::GB18030,
        949 | 1361 => encoding_rs::EUC_KR,
        950 | 951 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1252 | 28591 | 20127 | 437 | 850 => encoding_rs::WINDOWS_1252,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10000 => encoding_rs::MACINTOSH,
        10007 => encoding_rs::X_MAC_CYRILLIC,
        20866 => encoding_rs::KOI8_R,
        21866 => encoding_rs::KOI8_U,
        28592 => encoding_rs::ISO_8859_2,
        28595 => encoding_rs::ISO_8859_5,
        50220..=50222 => encoding_rs::ISO_2022_JP,
        51932 => encoding_rs::EUC_JP,
        51949 => encoding_rs::EUC_KR,
        65001 => encoding_rs::UTF_8,
        _ => return None,
    })
}

/// The encoding of a Windows character set of a font; `None`: that of the document.
pub(in crate::reading) fn font_charset(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        0 => encoding_rs::WINDOWS_1252,
        77 => encoding_rs::MACINTOSH,
        128 => encoding_rs::SHIFT_JIS,
        129 | 130 => encoding_rs::EUC_KR,
        134 => encoding_rs::GB18030,
        136 => encoding_rs::BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        163 => encoding_rs::WINDOWS_1258,
        177 => encoding_rs::WINDOWS_1255,
        178 => encoding_rs::WINDOWS_1256,
        186 => encoding_rs::WINDOWS_1257,
        204 => encoding_rs::WINDOWS_1251,
        222 => encoding_rs::WINDOWS_874,
        238 => encoding_rs::WINDOWS_1250,
        _ => return None,
    })
}

/// Decodes a run of bytes. A font said to be Latin in an East Asian document is often none: pairs of high bytes that
/// make characters there are characters.
pub(super) fn decode_run(
    bytes: &[u8],
    font: Option<&'static Encoding>,
    document: &'static Encoding,
) -> String {
    let encoding = font.unwrap_or(document);
    let is_latin_in_east = encoding == encoding_rs::WINDOWS_1252 && !document.is_single_byte();
    if is_latin_in_east {
        let mut text = String::new();
        for run in bytes.chunk_by(|left, right| left.is_ascii() == right.is_ascii()) {
            let (eastern, had_errors) = document.decode_without_bom_handling(run);
            if had_errors || run.len() % 2 == 1 {
                text.push_str(&encoding.decode_without_bom_handling(run).0);
            } else {
                text.push_str(&eastern);
            }
        }
        return text;
    }
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}
