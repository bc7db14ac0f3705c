//! Codes as cover sheets bear them, drawn and then treated as scanners treat them.

use super::*;
use image::{Luma, imageops};
use rxing::{EncodeHints, MultiFormatWriter, Writer};

const CODE: &str = "J001-WS·2019·Y-0001";
const PLAIN: &str = "J001-WS-2019-Y-0001";

/// A symbol drawn as it is printed: `width` by `height` pixels, quiet zone included.
fn symbol(text: &str, symbol: Symbol, width: i32, height: i32) -> GrayImage {
    encoded(
        text,
        symbol,
        width,
        height,
        (symbol == Symbol::Qr).then_some("UTF-8"),
    )
}

fn encoded(text: &str, symbol: Symbol, width: i32, height: i32, encoding: Option<&str>) -> GrayImage {
    let hints = EncodeHints {
        CharacterSet: encoding.map(str::to_owned),
        ..EncodeHints::default()
    };
    let matrix = MultiFormatWriter
        .encode_with_hints(text, &symbol.format(), width, height, &hints)
        .unwrap();
    GrayImage::from_fn(matrix.getWidth(), matrix.getHeight(), |x, y| {
        Luma([if matrix.get(x, y) { 25 } else { 235 }])
    })
}

/// The upper half of an A4 page at a resolution, with lines of writing and symbols in it at places given in
/// millimetres.
fn page(dpi: u32, symbols: &[(&GrayImage, u32, u32)]) -> GrayImage {
    let dots = |millimetres: u32| millimetres * dpi * 10 / 254;
    let mut page = GrayImage::from_pixel(dots(210), dots(148), Luma([235]));
    for line in 0..4 {
        let top = dots(105 + line * 10);
        for y in top..top + dots(3) {
            for x in dots(25)..dots(185) {
                if (x / 7 + y / 5 + line) % 3 == 0 {
                    page.put_pixel(x, y, Luma([60]));
                }
            }
        }
    }
    for (symbol, left, top) in symbols {
        imageops::replace(&mut page, *symbol, i64::from(dots(*left)), i64::from(dots(*top)));
    }
    page
}

/// Grain as a scanner's, from a fixed sequence.
fn noisy(mut page: GrayImage, strength: i32) -> GrayImage {
    let mut random = 7_u32;
    for pixel in page.pixels_mut() {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = i32::try_from(random >> 24).unwrap() * 2 * strength / 255 - strength;
        pixel.0[0] = u8::try_from((i32::from(pixel.0[0]) + grain).clamp(0, 255)).unwrap();
    }
    page
}

/// The page turned by a small angle, as a feeder turns it.
fn skewed(page: &GrayImage, degrees: f64) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = page.dimensions();
    let (middle_x, middle_y) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x) - middle_x, f64::from(y) - middle_y);
        let (x, y) = (x * cosine + y * sine + middle_x, y * cosine - x * sine + middle_y);
        let inside = x >= 0.0 && y >= 0.0 && x < f64::from(width) && y < f64::from(height);
        if inside {
            *page.get_pixel(x as u32, y as u32)
        } else {
            Luma([235])
        }
    })
}

/// How long one page takes, printed.
#[test]
fn a_page_at_300_dpi_is_searched() {
    let qr = symbol(CODE, Symbol::Qr, 300, 300);
    for (name, page) in [
        ("with a code", page(300, &[(&qr, 30, 40)])),
        ("without", page(300, &[])),
    ] {
        let begun = std::time::Instant::now();
        let found = codes_on(page, &[Symbol::Qr, Symbol::Code128]);
        println!(
            "{name}: {} ms, {} codes",
            begun.elapsed().as_millis(),
            found.len()
        );
        assert_eq!(found.len(), usize::from(name == "with a code"));
    }
}

fn texts(page: GrayImage) -> Vec<String> {
    texts_of(page, &[Symbol::Qr, Symbol::Code128])
}

fn texts_of(page: GrayImage, symbols: &[Symbol]) -> Vec<String> {
    codes_on(page, symbols)
        .into_iter()
        .map(|code| code.text)
        .collect()
}

#[test]
fn every_kind_of_symbol_is_read_on_a_clean_scan() {
    for dpi in [200, 300] {
        let side = i32::try_from(dpi).unwrap();
        for (kind, text, width, height) in [
            (Symbol::Qr, CODE, side, side),
            (Symbol::DataMatrix, PLAIN, side, side),
            (Symbol::Code128, PLAIN, side * 3, side / 2),
            (Symbol::Code39, PLAIN, side * 4, side / 2),
        ] {
            let drawn = symbol(text, kind, width, height);
            let found = codes_on(page(dpi, &[(&drawn, 30, 40)]), &[kind]);
            let expected = PageCode {
                symbol: kind,
                text: text.to_owned(),
            };
            assert_eq!(found, [expected], "{kind:?} at {dpi} dpi");
        }
    }
}

#[test]
fn a_turned_a_skewed_and_a_noisy_page_are_read() {
    let qr = symbol(CODE, Symbol::Qr, 200, 200);
    let bars = symbol(PLAIN, Symbol::Code128, 620, 110);
    for (name, drawn, text, kind) in [
        ("qr", &qr, CODE, Symbol::Qr),
        ("bars", &bars, PLAIN, Symbol::Code128),
    ] {
        let clean = page(200, &[(drawn, 30, 40)]);
        let texts = |page| texts_of(page, &[kind]);
        assert_eq!(texts(imageops::rotate90(&clean)), [text], "{name} on its side");
        assert_eq!(texts(imageops::rotate180(&clean)), [text], "{name} upside down");
        assert_eq!(texts(skewed(&clean, 2.0)), [text], "{name} skewed");
        assert_eq!(texts(noisy(clean, 45)), [text], "{name} noisy");
    }
}

#[test]
fn chinese_is_read_in_whatever_encoding_the_printer_had() {
    for (text, encoding) in [
        ("档号：J001-WS·2019·Y-0001", Some("UTF-8")),
        ("档号：J001-WS·2019·Y-0001", Some("GB18030")),
        ("J001-WS-2019-Y-0001", None),
    ] {
        let drawn = encoded(text, Symbol::Qr, 220, 220, encoding);
        assert_eq!(texts(page(200, &[(&drawn, 30, 40)])), [text], "{encoding:?}");
    }
}

#[test]
fn a_small_symbol_is_read() {
    // twelve millimetres at 200 dpi
    let small = symbol(PLAIN, Symbol::Qr, 94, 94);
    assert_eq!(texts(page(200, &[(&small, 180, 10)])), [PLAIN]);
}

#[test]
fn several_codes_on_a_page_are_all_told() {
    let one = symbol(PLAIN, Symbol::Qr, 200, 200);
    let other = symbol("J001-WS-2019-Y-0002", Symbol::Qr, 200, 200);
    let found = texts(page(200, &[(&one, 20, 20), (&other, 140, 60)]));
    assert_eq!(found, [PLAIN, "J001-WS-2019-Y-0002"]);
    let again = texts(page(200, &[(&one, 20, 20), (&one, 140, 60)]));
    assert_eq!(again, [PLAIN], "the same code twice is one");
}

#[test]
fn what_is_not_asked_for_and_what_is_no_code_say_nothing() {
    let qr = symbol(CODE, Symbol::Qr, 200, 200);
    assert_eq!(codes_on(page(200, &[(&qr, 30, 40)]), &[Symbol::Code128]), []);
    assert_eq!(texts(noisy(page(200, &[]), 60)), Vec::<String>::new());
}

#[test]
fn files_are_read_up_to_their_limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("封面.png");
    let qr = symbol(CODE, Symbol::Qr, 200, 200);
    page(200, &[(&qr, 30, 40)]).save(&path).unwrap();
    let limits = |most_pixels| PageCodeLimits {
        symbols: vec![Symbol::Qr],
        most_pixels,
    };
    assert_eq!(read_page_codes(&path, &limits(60_000_000)).unwrap()[0].text, CODE);
    assert_eq!(read_page_codes(&path, &limits(1_000)).unwrap(), []);
    let text = folder.path().join("a.txt");
    std::fs::write(&text, "J001").unwrap();
    assert_eq!(read_page_codes(&text, &limits(60_000_000)).unwrap(), []);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(
        read_page_codes(&path, &limits(60_000_000)).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
}
