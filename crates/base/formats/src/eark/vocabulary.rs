//! The fixed word lists of the E-ARK specifications (CSIP 2.2, SIP 2.2).

/// `mets/@TYPE`: VocabularyContentCategory. Dashes are compared whatever their length.
const CONTENT_CATEGORIES: [&str; 42] = [
    "Textual works - Print",
    "Textual works - Digital",
    "Textual works - Electronic Serials",
    "Digital Musical Composition (score-based representations)",
    "Musical Scores - Print",
    "Musical Scores - Digital",
    "Photographs - Print",
    "Photographs - Digital",
    "Other Graphic Images - Print",
    "Other Graphic Images - Digital",
    "Microforms",
    "Audio - On Tangible Medium (digital or analog)",
    "Audio - Media-independent (digital)",
    "Motion Pictures - Digital and Physical Media",
    "Video - File-based and Physical Media",
    "Software",
    "Software and Video Games",
    "Email",
    "Datasets",
    "Geospatial Data",
    "Geographic Information System (GIS) - Vector Data",
    "GIS Raster and Georeferenced Images",
    "GIS Vector and Raster Combined",
    "Non-GIS Cartographic",
    "2D and 3D Computer Aided Design",
    "Design (schematics, architectural drawings) - Print",
    "Scanned 3D Objects (output from photogrammetry scanning)",
    "Databases",
    "Websites",
    "Web Archives",
    "Collection",
    "Event",
    "Image",
    "Interactive resource",
    "Moving image",
    "Sound",
    "Still image",
    "Text",
    "Physical object",
    "Service",
    "Mixed",
    "Other",
];

/// `@csip:CONTENTINFORMATIONTYPE`: VocabularyContentInformationType. The specifications of content types are named
/// with their version, so that a later version of a known one is known too.
const CONTENT_INFORMATION_TYPES: [&str; 7] =
    ["ERMS", "SIARD1", "SIARD2", "SIARDDK", "GeoData", "MIXED", "OTHER"];

/// Beginnings of the names of content information type specifications.
const CONTENT_INFORMATION_SPECIFICATIONS: [&str; 8] = [
    "citsarchival_v",
    "citscarchival_v",
    "citserms_v",
    "citspremis_v",
    "citsehpj_v",
    "citsehcr_v",
    "citssiard_v",
    "citsgeospatial_v",
];

/// `metsHdr/@csip:OAISPACKAGETYPE`: VocabularyOAISPackageType.
pub(super) const PACKAGE_TYPES: [&str; 5] = ["SIP", "AIP", "DIP", "AIU", "AIC"];

/// `dmdSec/@STATUS` and alike: VocabularyStatus.
pub(super) const STATUSES: [&str; 2] = ["CURRENT", "SUPERSEDED"];

/// `mdRef/@MDTYPE` of METS 1.12.
pub(super) const METADATA_TYPES: [&str; 32] = [
    "MARC",
    "MODS",
    "EAD",
    "DC",
    "NISOIMG",
    "LC-AV",
    "VRA",
    "TEIHDR",
    "DDI",
    "FGDC",
    "LOM",
    "PREMIS",
    "PREMIS:OBJECT",
    "PREMIS:AGENT",
    "PREMIS:RIGHTS",
    "PREMIS:EVENT",
    "TEXTMD",
    "METSRIGHTS",
    "ISO 19115:2003 NAP",
    "EAC-CPF",
    "LIDO",
    "OTHER",
    "AES57-2011",
    "AMD",
    "AUDIOMD",
    "DOCUMENTMD",
    "IRTS",
    "METS",
    "VIDEOMD",
    "VCARD",
    "XML",
    "AES60-2011",
];

/// First words of `fileGrp/@USE`: VocabularyFileGrpAndStructMapDivisionLabel.
pub(super) const FILE_GROUPS: [&str; 5] = ["Metadata", "Documentation", "Schemas", "Representations", "Data"];

/// `metsHdr/@RECORDSTATUS`: VocabularyRECORDSTATUS (SIP 2.2).
pub(super) const RECORD_STATUSES: [&str; 7] = [
    "NEW",
    "SUPPLEMENT",
    "REPLACEMENT",
    "TEST",
    "VERSION",
    "DELETE",
    "OTHER",
];

/// First parts of media types that IANA registers.
const MEDIA_TYPES: [&str; 10] = [
    "application",
    "audio",
    "font",
    "haptics",
    "image",
    "message",
    "model",
    "multipart",
    "text",
    "video",
];

/// Registered media types that have no file extension of their own, and so are in no table of extensions.
const MORE_MEDIA_TYPES: [&str; 14] = [
    "application/octet-stream",
    "application/xml-dtd",
    "application/xml-external-parsed-entity",
    "application/ofd",
    "application/gml+xml",
    "application/http",
    "application/sql",
    "application/warc",
    "application/mbox",
    "audio/basic",
    "image/jpx",
    "message/rfc822",
    "text/xml",
    "text/xml-external-parsed-entity",
];

/// Whether a content category is in the list; `OTHER` is written in both ways.
pub(super) fn is_content_category(value: &str) -> bool {
    let plain = |text: &str| text.replace(['–', '—'], "-").to_lowercase();
    let wanted = plain(value.trim());
    CONTENT_CATEGORIES.iter().any(|known| plain(known) == wanted)
}

/// Whether a content information type is in the list.
pub(super) fn is_content_information_type(value: &str) -> bool {
    let value = value.trim();
    CONTENT_INFORMATION_TYPES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(value))
        || CONTENT_INFORMATION_SPECIFICATIONS
            .iter()
            .any(|known| value.to_ascii_lowercase().starts_with(known))
}

/// Whether a media type is one that IANA registers, as far as that can be told without its register: the first part
/// is one of the registered ones, and the second is known, or of a tree whose entries cannot all be listed.
pub(super) fn is_media_type(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    let essence = value.split(';').next().unwrap_or_default().trim_end();
    let Some((first, second)) = essence.split_once('/') else {
        return false;
    };
    let is_name = |text: &str| {
        !text.is_empty()
            && text.len() <= 127
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    if !MEDIA_TYPES.contains(&first) || !is_name(second) {
        return false;
    }
    let is_in_a_tree = ["vnd.", "prs.", "x-", "x."]
        .iter()
        .any(|tree| second.starts_with(tree));
    let has_suffix = second
        .rsplit_once('+')
        .is_some_and(|(_, suffix)| ["xml", "json", "zip", "gzip", "cbor"].contains(&suffix));
    is_in_a_tree
        || has_suffix
        || MORE_MEDIA_TYPES.contains(&essence)
        || mime_guess::get_mime_extensions_str(essence).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_of_any_length_are_one() {
        assert!(is_content_category("Textual works – Print"));
        assert!(is_content_category("Textual works - Print"));
        assert!(is_content_category("OTHER"));
        assert!(!is_content_category("SIP:X"));
    }

    #[test]
    fn media_types_are_told_from_words() {
        for known in [
            "text/xml",
            "application/pdf",
            "image/tiff",
            "application/vnd.ms-excel",
            "application/x-own",
            "image/svg+xml",
        ] {
            assert!(is_media_type(known), "{known}");
        }
        for unknown in [
            "PNG",
            "binary",
            "other/xml",
            "application/wrongmimetype",
            "",
            "text/",
        ] {
            assert!(!is_media_type(unknown), "{unknown}");
        }
    }

    #[test]
    fn content_information_types_have_versions() {
        assert!(is_content_information_type("citssiard_v1_0"));
        assert!(is_content_information_type("MIXED"));
        assert!(!is_content_information_type("SIARDUK"));
    }
}
