use super::*;
use image::{GenericImageView, GrayImage, Luma, Rgb, RgbImage};
use proptest::prelude::*;
use tiff::encoder::{Compression, TiffEncoder, colortype};

fn colours() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(40, 30, |x, y| {
        Rgb([(x * 6) as u8, (y * 8) as u8, 90])
    }))
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn first(bytes: &[u8], limits: &PictureLimits) -> Result<Decoded, PictureError> {
    Pictures::open(bytes, limits)?.next().unwrap()
}

#[test]
fn every_format_gives_its_pixels() {
    let picture = colours();
    for format in [
        ImageFormat::Png,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ] {
        let decoded = first(&written(&picture, format), &PictureLimits::default()).unwrap();
        assert_eq!(decoded.image, picture, "{format:?}");
        assert_eq!((decoded.reduced, &decoded.cut_short), (1, &None), "{format:?}");
    }
    for format in [ImageFormat::Jpeg, ImageFormat::Gif] {
        let decoded = first(&written(&picture, format), &PictureLimits::default()).unwrap();
        assert_eq!(
            (decoded.image.width(), decoded.image.height()),
            (40, 30),
            "{format:?}"
        );
        let far = decoded
            .image
            .as_bytes()
            .iter()
            .zip(picture.as_bytes())
            .filter(|(one, other)| one.abs_diff(**other) > 40);
        assert_eq!(far.count(), 0, "{format:?}");
    }
}

#[test]
fn transparent_parts_are_paper() {
    let glass = DynamicImage::new_rgba8(8, 8);
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let decoded = first(&written(&glass, format), &PictureLimits::default()).unwrap();
        assert!(
            decoded.image.as_bytes().iter().all(|value| *value == 255),
            "{format:?}"
        );
    }
}

fn pages(compression: Compression) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)
        .unwrap()
        .with_compression(compression);
    for shade in [10_u8, 200] {
        let mut page = encoder.new_image::<colortype::Gray8>(50, 70).unwrap();
        page.rows_per_strip(16).unwrap();
        page.resolution_unit(tiff::tags::ResolutionUnit::Inch);
        page.x_resolution(tiff::encoder::Rational { n: 300, d: 1 });
        page.y_resolution(tiff::encoder::Rational { n: 300, d: 1 });
        page.write_data(&[shade; 50 * 70]).unwrap();
    }
    bytes.into_inner()
}

#[test]
fn pages_of_a_tiff_follow_each_other() {
    for compression in [Compression::Uncompressed, Compression::Lzw, Compression::Packbits] {
        let bytes = pages(compression);
        let pictures = Pictures::open(&bytes, &PictureLimits::default()).unwrap();
        assert_eq!(pictures.count_pages(), 2);
        let shades: Vec<(u8, Option<f32>)> = pictures
            .map(|page| {
                let page = page.unwrap();
                assert_eq!((page.image.width(), page.image.height()), (50, 70));
                (page.image.as_bytes()[0], page.resolution)
            })
            .collect();
        assert_eq!(shades, [(10, Some(300.0)), (200, Some(300.0))]);
    }
}

#[test]
fn a_bilevel_tiff_is_black_on_white() {
    // 8 × 2 pixels, one bit each, white is zero: a row of writing above a row of paper
    let mut bytes = b"II\x2A\0\x0A\0\0\0\xF0\x00".to_vec();
    let entries: [(u16, u16, u32, u32); 8] = [
        (256, 3, 1, 8),
        (257, 3, 1, 2),
        (258, 3, 1, 1),
        (259, 3, 1, 1),
        (262, 3, 1, 0),
        (273, 4, 1, 8),
        (278, 3, 1, 2),
        (279, 4, 1, 2),
    ];
    bytes.extend(8_u16.to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    let decoded = first(&bytes, &PictureLimits::default()).unwrap();
    let rows = decoded.image.as_luma8().unwrap().as_raw().clone();
    assert_eq!(
        rows,
        [
            0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
        ]
    );
}

#[test]
fn a_large_picture_is_reduced_on_the_way() {
    let picture = DynamicImage::ImageLuma8(GrayImage::from_fn(400, 300, |x, _| Luma([(x / 2) as u8])));
    let limits = PictureLimits {
        pixels: 20_000,
        ..PictureLimits::default()
    };
    for format in [
        ImageFormat::Png,
        ImageFormat::Tiff,
        ImageFormat::Bmp,
        ImageFormat::Jpeg,
    ] {
        let decoded = first(&written(&picture, format), &limits).unwrap();
        assert_eq!(
            (decoded.image.width(), decoded.image.height()),
            (134, 100),
            "{format:?}"
        );
        assert_eq!(decoded.reduced, 3, "{format:?}");
        let shade = decoded.image.get_pixel(100, 50).0[0];
        assert!(shade.abs_diff(150) < 4, "{format:?}: {shade}");
    }
}

/// The head of a PNG of a size, with a correct checksum and nothing behind it.
fn png_claim(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0D".to_vec();
    bytes.extend(&header);
    bytes.extend(crc32fast::hash(&header).to_be_bytes());
    bytes.extend(b"\0\0\0\x04IDAT\x78\x01\0\0\0\0\0\0");
    bytes
}

/// A TIFF that states a size, with one strip of no bytes.
fn tiff_claim(width: u32, height: u32, rows: u32) -> Vec<u8> {
    let mut bytes = b"II\x2A\0\x08\0\0\0".to_vec();
    let entries = [
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, rows),
        (279, 4),
    ];
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        bytes.extend(u16::to_le_bytes(tag));
        bytes.extend(4_u16.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}

#[test]
fn sizes_that_are_lies_are_refused_by_name() {
    let limits = PictureLimits::default();
    let refused = |bytes: &[u8]| first(bytes, &limits).unwrap_err();
    assert!(matches!(
        refused(&png_claim(30_000, 30_000)),
        PictureError::Damaged { .. }
    ));
    assert!(matches!(
        refused(&png_claim(400_000, 400_000)),
        PictureError::TooLarge { .. }
    ));
    assert!(matches!(
        refused(&png_claim(2_000_000, 2)),
        PictureError::TooLarge { .. }
    ));
    assert!(matches!(refused(&png_claim(0, 5)), PictureError::Damaged { .. }));
    assert_eq!(
        refused(&tiff_claim(30_000, 30_000, 30_000)),
        PictureError::TooMuchMemory
    );
    assert!(matches!(
        refused(&tiff_claim(30_000, 30_000, 8)),
        PictureError::Damaged { .. }
    ));
    assert!(matches!(
        refused(&tiff_claim(40_000, 40_000, 40_000)),
        PictureError::TooLarge { .. }
    ));
    assert_eq!(refused(b""), PictureError::Empty);
    assert_eq!(refused(b"%PDF-1.4"), PictureError::Unknown);
    let mut bmp = written(&colours(), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    assert!(matches!(refused(&bmp), PictureError::TooLarge { .. }));
    assert_eq!(refused(&bmp).code(), "formats.picture_too_large");
}

#[test]
fn what_came_before_the_damage_is_given() {
    let picture = DynamicImage::ImageLuma8(GrayImage::from_fn(64, 4000, |x, y| {
        Luma([(x * y * 7 % 251) as u8])
    }));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let bytes = written(&picture, format);
        let mut cut = bytes[..bytes.len() * 2 / 3].to_vec();
        if format == ImageFormat::Tiff {
            // its directory stands at the end; without it there is nothing to read
            assert!(first(&cut, &PictureLimits::default()).is_err());
            continue;
        }
        cut.truncate(cut.len() - 3);
        let decoded = first(&cut, &PictureLimits::default()).unwrap();
        assert!(decoded.cut_short.is_some());
        assert!(
            (1000..4000).contains(&decoded.image.height()),
            "{}",
            decoded.image.height()
        );
    }
}

fn samples() -> Vec<Vec<u8>> {
    let formats = [
        ImageFormat::Png,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::WebP,
        ImageFormat::Jpeg,
        ImageFormat::Gif,
    ];
    let mut samples: Vec<Vec<u8>> = formats
        .iter()
        .map(|format| written(&colours(), *format))
        .collect();
    samples.push(pages(Compression::Lzw));
    samples
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn damaged_pictures_never_harm(
        sample in 0_usize..7, cut in 0.0_f64..1.0, changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..6)
    ) {
        let mut bytes = samples().swap_remove(sample);
        for (at, value) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate((bytes.len() as f64 * (0.3 + cut)) as usize);
        let limits = PictureLimits { stated_pixels: 4_000_000, whole_pixels: 1_000_000, chunk_bytes: 4 << 20, ..PictureLimits::default() };
        if let Ok(pictures) = Pictures::open(&bytes, &limits) {
            for picture in pictures.take(4).flatten() {
                prop_assert!(picture.image.width() > 0 && picture.image.height() > 0);
            }
        }
    }
}
