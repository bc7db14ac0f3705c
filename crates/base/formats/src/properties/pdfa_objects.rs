//! The rules of PDF/A about single objects: actions, annotations, images, graphics states, streams, fonts.

use super::pdf::name_is;
use super::pdfa::{INTENTS, Rules};
use hayro_syntax::object::{Array, Dict, Name, Number, Object};

/// Actions that no part allows.
const ACTIONS: [&str; 13] = [
    "Launch",
    "Sound",
    "Movie",
    "ResetForm",
    "ImportData",
    "Hide",
    "SetOCGState",
    "Rendition",
    "Trans",
    "GoTo3DView",
    "JavaScript",
    "set-state",
    "no-op",
];
/// Annotations of part 1.
const ANNOTATIONS_1: [&str; 14] = [
    "Text",
    "Link",
    "FreeText",
    "Line",
    "Square",
    "Circle",
    "Highlight",
    "Underline",
    "Squiggly",
    "StrikeOut",
    "Stamp",
    "Ink",
    "Popup",
    "Widget",
];
/// Further ones of the later parts.
const ANNOTATIONS_2: [&str; 8] = [
    "Polygon",
    "PolyLine",
    "Caret",
    "FileAttachment",
    "PrinterMark",
    "TrapNet",
    "Watermark",
    "Redact",
];
/// Holds one dictionary against the rules, whatever it is.
pub(crate) fn check_dictionary(dict: &Dict<'_>, is_stream: bool, rules: &mut Rules<'_>) {
    if is_stream {
        check_stream(dict, rules);
    }
    if let Some(action) = dict.get::<Name<'_>>("S")
        && (ACTIONS.iter().any(|known| action.as_ref() == known.as_bytes()))
        && !dict.contains_key("P")
        && !dict.contains_key("K")
    {
        // part 4 lets engineering documents switch their layers
        let is_layer = rules.part == 4 && action.as_ref() == b"SetOCGState";
        if !is_layer {
            rules.broken("6.6.1", "6.5.1", format!("the action {}", action.as_str()));
        }
    }
    if name_is(dict, "S", "Named")
        && let Some(name) = dict.get::<Name<'_>>("N")
        && !matches!(
            name.as_ref(),
            b"NextPage" | b"PrevPage" | b"FirstPage" | b"LastPage"
        )
    {
        rules.broken("6.6.1", "6.5.1", format!("the named action {}", name.as_str()));
    }
    let is_page = name_is(dict, "Type", "Page");
    let is_field = dict.contains_key("FT") || name_is(dict, "Subtype", "Widget");
    if dict.contains_key("AA") && (is_field || (is_page && rules.part > 1)) {
        rules.broken("6.6.2", "6.5.2", "additional actions");
    }
    if is_field && dict.contains_key("A") && (rules.part == 1 || rules.part == 2 || rules.part == 3) {
        rules.broken("6.6.1", "6.4.1", "a field with an action");
    }
    if is_page && dict.contains_key("PresSteps") && rules.part > 1 {
        rules.broken("", "6.10", "presentation steps");
    }
    if dict.contains_key("EF") && rules.part == 1 {
        rules.broken("6.1.11", "6.8", "an embedded file");
    }
    if dict.contains_key("EF")
        && (rules.part == 2 || rules.part == 3)
        && !(dict.contains_key("F") && dict.contains_key("UF"))
    {
        rules.broken("", "6.8", "an embedded file without F and UF");
    }
    if dict.contains_key("EF") && rules.part == 3 && !dict.contains_key("AFRelationship") {
        rules.broken("", "6.8", "an embedded file without AFRelationship");
    }
    if is_annotation(dict) {
        check_annotation(dict, rules);
    }
    if name_is(dict, "Type", "ExtGState") || is_graphics_state(dict) {
        check_graphics_state(dict, rules);
    }
    if let Some(intent) = dict.get::<Name<'_>>("Intent")
        && name_is(dict, "Subtype", "Image")
        && !INTENTS.iter().any(|known| intent.as_ref() == known.as_bytes())
    {
        rules.broken(
            "6.2.9",
            "6.2.6",
            format!("the rendering intent {}", intent.as_str()),
        );
    }
    if rules.part == 1 && name_is(dict, "S", "Transparency") && !dict.contains_key("P") {
        rules.broken("6.4", "6.2.10", "a transparency group");
    }
    if name_is(dict, "Type", "Font") || dict.contains_key("BaseFont") {
        check_font(dict, rules);
    }
}

fn check_stream(dict: &Dict<'_>, rules: &mut Rules<'_>) {
    for key in ["F", "FFilter", "FDecodeParms"] {
        if dict.contains_key(key) {
            rules.broken("6.1.7", "6.1.7.1", format!("a stream with {key}"));
        }
    }
    let filters: Vec<Vec<u8>> = match dict.get::<Object<'_>>("Filter") {
        Some(Object::Name(name)) => vec![name.as_ref().to_vec()],
        Some(Object::Array(names)) => names
            .iter::<Name<'_>>()
            .take(16)
            .map(|name| name.as_ref().to_vec())
            .collect(),
        _ => Vec::new(),
    };
    if filters
        .iter()
        .any(|filter| matches!(filter.as_slice(), b"LZWDecode" | b"LZW"))
    {
        rules.broken("6.1.10", "6.1.7.2", "LZW compression");
    }
    if filters.iter().any(|filter| filter == b"Crypt") && rules.part > 1 {
        let parameters = dict.get::<Dict<'_>>("DecodeParms");
        if !parameters.is_none_or(|parameters| {
            !parameters.contains_key("Name") || name_is(&parameters, "Name", "Identity")
        }) {
            rules.broken("", "6.1.7.2", "a stream that is encrypted on its own");
        }
    }
    let is_image = name_is(dict, "Subtype", "Image");
    let is_form = name_is(dict, "Subtype", "Form");
    if (is_image || is_form) && dict.contains_key("OPI") {
        rules.broken("6.2.4", "6.2.8", "OPI");
    }
    if is_image && dict.contains_key("Alternates") {
        rules.broken("6.2.4", "6.2.8", "alternate images");
    }
    if is_image && dict.get::<bool>("Interpolate") == Some(true) {
        rules.broken("6.2.4", "6.2.8", "an interpolated image");
    }
    if is_form && (dict.contains_key("Ref") || dict.contains_key("PS") || name_is(dict, "Subtype2", "PS")) {
        rules.broken(
            "6.2.5",
            "6.2.9",
            "a form with PostScript or a reference to another file",
        );
    }
    if name_is(dict, "Subtype", "PS") {
        rules.broken("6.2.7", "6.2.9.3", "PostScript");
    }
    if is_image
        && rules.part == 1
        && dict
            .get::<Object<'_>>("SMask")
            .is_some_and(|mask| !matches!(mask, Object::Name(_) | Object::Null(_)))
    {
        rules.broken("6.4", "6.2.10", "an image with a soft mask");
    }
}

fn is_annotation(dict: &Dict<'_>) -> bool {
    name_is(dict, "Type", "Annot")
        || (dict.contains_key("Rect") && dict.contains_key("Subtype") && !dict.contains_key("Resources"))
}

fn check_annotation(dict: &Dict<'_>, rules: &mut Rules<'_>) {
    let subtype = dict.get::<Name<'_>>("Subtype");
    let Some(subtype) = subtype else { return };
    let listed = |list: &[&str]| list.iter().any(|known| subtype.as_ref() == known.as_bytes());
    let is_allowed = listed(&ANNOTATIONS_1)
        || (rules.part > 1 && listed(&ANNOTATIONS_2))
        || (rules.part == 4 && listed(&["Projection", "3D", "RichMedia", "Screen"]));
    if !is_allowed {
        rules.broken("6.5.2", "6.3.1", format!("an annotation {}", subtype.as_str()));
    }
    let is_popup = subtype.as_ref() == b"Popup";
    let flags = dict.get::<i32>("F");
    match flags {
        None if !is_popup || rules.part == 1 => rules.broken("6.5.3", "6.3.2", "an annotation without flags"),
        // print must be set; hidden, invisible and no view must not
        Some(flags) if flags & 4 == 0 || flags & 0b10_0011 != 0 => {
            rules.broken("6.5.3", "6.3.2", "an annotation that is not shown or not printed");
        }
        _ => {}
    }
    if rules.part == 1
        && dict
            .get::<Number>("CA")
            .is_some_and(|opacity| opacity.as_f64() != 1.0)
    {
        rules.broken("6.5.3", "6.3.2", "an annotation that is not opaque");
    }
    let appearance = dict.get::<Dict<'_>>("AP");
    if let Some(appearance) = &appearance
        && (appearance.contains_key("D") || appearance.contains_key("R") || !appearance.contains_key("N"))
    {
        rules.broken(
            "6.5.3",
            "6.3.3",
            "an annotation with an appearance other than the normal one",
        );
    }
    if rules.part > 1
        && appearance.is_none()
        && !is_popup
        && subtype.as_ref() != b"Link"
        && subtype.as_ref() != b"Projection"
    {
        let corners: Vec<f64> = dict.get::<Array<'_>>("Rect").map_or_else(Vec::new, |rect| {
            rect.iter::<Number>().map(|number| number.as_f64()).collect()
        });
        let is_empty =
            matches!(corners.as_slice(), [left, bottom, right, top] if left == right && bottom == top);
        if !is_empty {
            rules.broken("", "6.3.3", "an annotation without an appearance");
        }
    }
}

fn is_graphics_state(dict: &Dict<'_>) -> bool {
    !dict.contains_key("Subtype")
        && (dict.contains_key("TR") || dict.contains_key("TR2") || dict.contains_key("BM"))
        && !dict.contains_key("Type")
}

fn check_graphics_state(dict: &Dict<'_>, rules: &mut Rules<'_>) {
    if dict.contains_key("TR") {
        rules.broken("6.2.8", "6.2.5", "a transfer function");
    }
    if dict.contains_key("TR2") && !name_is(dict, "TR2", "Default") {
        rules.broken("6.2.8", "6.2.5", "a transfer function");
    }
    if dict.contains_key("HTP") && rules.part > 1 {
        rules.broken("", "6.2.5", "a halftone phase");
    }
    if let Some(intent) = dict.get::<Name<'_>>("RI")
        && !INTENTS.iter().any(|known| intent.as_ref() == known.as_bytes())
    {
        rules.broken(
            "6.2.9",
            "6.2.6",
            format!("the rendering intent {}", intent.as_str()),
        );
    }
    if rules.part != 1 {
        return;
    }
    if dict
        .get::<Object<'_>>("SMask")
        .is_some_and(|mask| !matches!(&mask, Object::Name(name) if name.as_ref() == b"None"))
    {
        rules.broken("6.4", "6.2.10", "a soft mask");
    }
    if dict
        .get::<Name<'_>>("BM")
        .is_some_and(|mode| !matches!(mode.as_ref(), b"Normal" | b"Compatible"))
    {
        rules.broken("6.4", "6.2.10", "a blend mode");
    }
    for key in ["CA", "ca"] {
        if dict
            .get::<Number>(key)
            .is_some_and(|opacity| opacity.as_f64() != 1.0)
        {
            rules.broken("6.4", "6.2.10", "an opacity below one");
        }
    }
}

fn check_font(dict: &Dict<'_>, rules: &mut Rules<'_>) {
    let descriptor = dict.get::<Dict<'_>>("FontDescriptor");
    let is_wanting = rules.part > 1
        && name_is(dict, "Subtype", "CIDFontType2")
        && descriptor.is_some_and(|descriptor| descriptor.contains_key("FontFile2"))
        && !dict.contains_key("CIDToGIDMap");
    if is_wanting {
        rules.broken(
            "6.3.3.2",
            "6.2.11.3.2",
            "an embedded CID font without CIDToGIDMap",
        );
    }
}
