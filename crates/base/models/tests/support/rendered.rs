//! Pages of A4 at 300 dots an inch, rendered from real texts and then spoilt: clean, noise, 2° of skew, stains, low
//! contrast, all together. The same at every run.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{GrayImage, Luma};
use imageproc::geometric_transformations::{Interpolation, rotate_about_center};
use std::path::Path;

/// A4 at 300 dots an inch.
const WIDTH: u32 = 2480;
const HEIGHT: u32 = 3508;
/// Characters that do not begin a line.
const NO_BEGIN: &str = "，。、；：？！）》”’";
/// The typeface of simplified Chinese in the collections of Noto.
const SIMPLIFIED: u32 = 2;

/// How a page is spoilt.
pub const DAMAGES: [&str; 6] = ["clean", "noise", "skew", "stains", "faint", "all"];

/// A rendered page and what is written on it, line by line.
pub struct Rendered {
    pub name: &'static str,
    pub picture: GrayImage,
    pub lines: Vec<String>,
}

struct Style {
    name: &'static str,
    font: &'static str,
    size: f32,
    leading: f32,
    left: f32,
    top: f32,
    title: Option<&'static str>,
    characters: usize,
}

const STYLES: [Style; 3] = [
    Style {
        name: "official",
        font: "NotoSerifCJK-Regular.ttc",
        size: 67.0,
        leading: 120.0,
        left: 320.0,
        top: 420.0,
        title: Some("关于做好档案工作的通知"),
        characters: 500,
    },
    Style {
        name: "report",
        font: "NotoSansCJK-Regular.ttc",
        size: 50.0,
        leading: 84.0,
        left: 280.0,
        top: 300.0,
        title: Some("档案工作情况的报告"),
        characters: 1200,
    },
    Style {
        name: "dense",
        font: "NotoSerifCJK-Regular.ttc",
        size: 36.0,
        leading: 54.0,
        left: 200.0,
        top: 170.0,
        title: None,
        characters: 2500,
    },
];

/// The three pages without damage. `None` where fonts or texts are not there.
pub fn pages(fonts: &Path, texts: &Path) -> Option<Vec<Rendered>> {
    let mut files: Vec<_> = std::fs::read_dir(texts)
        .ok()?
        .filter_map(|file| Some(file.ok()?.path()))
        .collect();
    files.sort();
    STYLES
        .iter()
        .enumerate()
        .map(|(number, style)| {
            let font = std::fs::read(fonts.join(style.font)).ok()?;
            let font = FontVec::try_from_vec_and_index(font, SIMPLIFIED).ok()?;
            let paragraphs = files
                .iter()
                .skip(number * 40)
                .take(40)
                .filter_map(|file| std::fs::read_to_string(file).ok());
            let paragraphs: Vec<String> = paragraphs
                .flat_map(|text| {
                    text.lines()
                        .map(|line| line.trim().to_owned())
                        .collect::<Vec<_>>()
                })
                .filter(|line| {
                    line.chars().count() > 30 && line.chars().all(|character| font.glyph_id(character).0 != 0)
                })
                .collect();
            Some(typeset(style, &font, &paragraphs))
        })
        .collect()
}

fn typeset(style: &Style, font: &FontVec, paragraphs: &[String]) -> Rendered {
    let mut picture = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([255]));
    let mut lines = Vec::new();
    let mut y = style.top;
    if let Some(title) = style.title {
        let size = style.size * 1.5;
        let x = (WIDTH as f32 - width(font, title, size)) / 2.0;
        draw(&mut picture, font, title, size, x, y);
        lines.push(title.to_owned());
        y += style.size * 3.0;
    }
    let mut count = 0;
    for paragraph in paragraphs {
        let mut line = "\u{3000}\u{3000}".to_owned();
        let mut characters = paragraph.chars().peekable();
        while let Some(character) = characters.next() {
            line.push(character);
            let is_full = characters.peek().is_none_or(|next| {
                let with_next = width(font, &line, style.size) + style.size;
                with_next > WIDTH as f32 - 2.0 * style.left && !NO_BEGIN.contains(*next)
            });
            if !is_full {
                continue;
            }
            draw(&mut picture, font, &line, style.size, style.left, y);
            y += style.leading;
            count += line.chars().count();
            lines.push(std::mem::take(&mut line));
            if y + style.leading > HEIGHT as f32 - style.top || count >= style.characters {
                return Rendered {
                    name: style.name,
                    picture,
                    lines,
                };
            }
        }
    }
    Rendered {
        name: style.name,
        picture,
        lines,
    }
}

fn width(font: &FontVec, text: &str, size: f32) -> f32 {
    let scaled = font.as_scaled(em(font, size));
    text.chars()
        .map(|character| scaled.h_advance(font.glyph_id(character)))
        .sum()
}

/// The scale at which a full-width character is so many pixels wide.
fn em(font: &FontVec, size: f32) -> PxScale {
    let units = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(size * font.height_unscaled() / units)
}

fn draw(picture: &mut GrayImage, font: &FontVec, text: &str, size: f32, mut x: f32, y: f32) {
    let scaled = font.as_scaled(em(font, size));
    for character in text.chars() {
        let id = font.glyph_id(character);
        let glyph = id.with_scale_and_position(em(font, size), point(x, y + scaled.ascent()));
        x += scaled.h_advance(id);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let bounds = outline.px_bounds();
        outline.draw(|dx, dy, ink| {
            let (x, y) = (bounds.min.x + dx as f32, bounds.min.y + dy as f32);
            if x >= 0.0 && y >= 0.0 && x < WIDTH as f32 && y < HEIGHT as f32 {
                let pixel = picture.get_pixel_mut(x as u32, y as u32);
                pixel.0 = [(f32::from(pixel.0[0]) * (1.0 - ink) + 12.0 * ink) as u8];
            }
        });
    }
}

/// The page spoilt.
pub fn spoilt(page: &GrayImage, damage: &str) -> GrayImage {
    let mut numbers = Numbers(20_261_122);
    match damage {
        "noise" => noise(page, 30.0, &mut numbers),
        "skew" => skewed(page, 255),
        "stains" => stained(page, &mut numbers),
        "faint" => faint(page),
        "all" => noise(
            &skewed(&stained(&faint(page), &mut numbers), 200),
            8.0,
            &mut numbers,
        ),
        _ => page.clone(),
    }
}

fn noise(page: &GrayImage, strength: f32, numbers: &mut Numbers) -> GrayImage {
    map(page, |value| {
        // four equal chances make almost a bell
        let bell: f32 = (0..4).map(|_| numbers.next()).sum::<f32>() - 2.0;
        value + bell * strength * 1.73
    })
}

fn faint(page: &GrayImage) -> GrayImage {
    map(page, |value| 150.0 + value / 255.0 * 50.0)
}

fn map(page: &GrayImage, mut change: impl FnMut(f32) -> f32) -> GrayImage {
    let mut page = page.clone();
    for pixel in page.iter_mut() {
        *pixel = change(f32::from(*pixel)).round() as u8;
    }
    page
}

fn skewed(page: &GrayImage, paper: u8) -> GrayImage {
    rotate_about_center(
        page,
        2.0_f32.to_radians(),
        Interpolation::Bilinear,
        imageproc::geometric_transformations::Border::Constant(Luma([paper])),
    )
}

fn stained(page: &GrayImage, numbers: &mut Numbers) -> GrayImage {
    let mut page = page.clone();
    for _ in 0..14 {
        let (x, y) = (numbers.next() * WIDTH as f32, numbers.next() * HEIGHT as f32);
        let (across, down) = (100.0 + numbers.next() * 400.0, 80.0 + numbers.next() * 270.0);
        let depth = 30.0 + numbers.next() * 60.0;
        for (at_x, at_y, pixel) in page.enumerate_pixels_mut() {
            let distance = ((at_x as f32 - x) / across).hypot((at_y as f32 - y) / down);
            let share = ((1.1 - distance) / 0.2).clamp(0.0, 1.0);
            pixel.0 = [(f32::from(pixel.0[0]) - depth * share).max(0.0) as u8];
        }
    }
    page
}

/// Numbers from 0 to 1 that look like chance and are the same at every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}
