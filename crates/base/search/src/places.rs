//! Where of a record its text stands, in the short form that the index keeps.

use lantai_domain::reading::{PlaceKind, TextPlace};
use std::fmt::Write;

/// `start file p12` or `start file s3.5`, separated by semicolons.
pub fn written(places: &[TextPlace]) -> String {
    let mut text = String::new();
    for place in places {
        let TextPlace { start, file, at } = place;
        // writing into a text cannot fail
        let _ = match at {
            PlaceKind::Page(page) => write!(text, "{start} {file} p{page};"),
            PlaceKind::Second(second) => write!(text, "{start} {file} s{second};"),
        };
    }
    text
}

/// The place of a character: the last one that begins at it or before it.
pub fn place_at(written: &str, character: usize) -> Option<TextPlace> {
    written
        .split_terminator(';')
        .filter_map(read)
        .take_while(|place| place.start <= character)
        .last()
}

fn read(place: &str) -> Option<TextPlace> {
    let mut parts = place.split(' ');
    let start = parts.next()?.parse().ok()?;
    let file = parts.next()?.parse().ok()?;
    let at = parts.next()?;
    let at = match at.split_at_checked(1)? {
        ("p", page) => PlaceKind::Page(page.parse().ok()?),
        ("s", second) => PlaceKind::Second(second.parse().ok()?),
        _ => return None,
    };
    Some(TextPlace { start, file, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_led_to_its_page_or_second() {
        let page = |start, page| TextPlace {
            start,
            file: 0,
            at: PlaceKind::Page(page),
        };
        let second = TextPlace {
            start: 40,
            file: 1,
            at: PlaceKind::Second(12.25),
        };
        let kept = written(&[page(0, 1), page(17, 2), second]);
        assert_eq!(kept, "0 0 p1;17 0 p2;40 1 s12.25;");
        assert_eq!(place_at(&kept, 16), Some(page(0, 1)));
        assert_eq!(place_at(&kept, 17), Some(page(17, 2)));
        assert_eq!(place_at(&kept, 4_000), Some(second));
        assert_eq!(place_at("", 3), None);
        assert_eq!(place_at("nonsense;3;4 5", 3), None);
    }
}
