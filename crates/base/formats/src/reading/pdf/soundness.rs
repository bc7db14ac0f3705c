//! Whether the text of a page can be taken, or its picture must be recognised.

/// What a page has.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Inventory {
    /// Share of the page that pictures cover, 0 to 1.
    pub(super) covered: f32,
    /// Objects that draw text.
    pub(super) texts: usize,
    /// Objects that draw lines and areas.
    pub(super) paths: usize,
}

/// Fewer characters than this on a page that a picture covers are a stamp or a page number, not its text.
const FEW: usize = 40;
/// A picture that covers less of a page of no text is an ornament.
const ORNAMENT: f32 = 0.04;
/// Writing drawn as shapes takes more of them.
const MANY_PATHS: usize = 40;
/// A picture covers the page.
const COVERED: f32 = 0.5;

/// Whether so many characters speak for a look at what the page draws.
pub(super) fn needs_look(readable: usize, meaningless: usize) -> bool {
    readable < FEW || is_garbled(readable, meaningless)
}

/// Whether too many characters mean nothing: the font has no Unicode map, or a wrong one.
pub(super) fn is_garbled(readable: usize, meaningless: usize) -> bool {
    meaningless * 4 > readable + meaningless
}

/// Whether the page must be recognised on its picture.
pub(super) fn needs_recognition(readable: usize, meaningless: usize, page: &Inventory) -> bool {
    if is_garbled(readable, meaningless) {
        return true;
    }
    if readable > 0 {
        return readable < FEW && page.covered >= COVERED;
    }
    page.covered >= ORNAMENT || page.texts > 0 || page.paths >= MANY_PATHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_garbled_fonts_and_outlined_text_are_recognised_and_plain_text_is_not() {
        let scan = Inventory {
            covered: 1.0,
            ..Inventory::default()
        };
        let blank = Inventory::default();
        let outlines = Inventory {
            paths: 400,
            ..Inventory::default()
        };
        assert!(needs_recognition(0, 0, &scan));
        assert!(needs_recognition(12, 0, &scan), "a stamp on a scan");
        assert!(!needs_recognition(900, 3, &scan), "a layer below the picture");
        assert!(needs_recognition(100, 200, &blank), "no Unicode map");
        assert!(needs_recognition(0, 0, &outlines));
        assert!(!needs_recognition(12, 0, &blank));
        assert!(!needs_recognition(0, 0, &blank), "an empty page is empty");
    }
}
