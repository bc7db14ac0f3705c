//! Codes on pages (封面条码): barcodes and QR codes on a picture of a page.
//!
//! The picture is searched twice: reduced, where noise and screens of dots are gone and a search is cheap, and in its
//! own resolution, where small symbols are. What either finds counts, so that two codes on one page are two.

use image::imageops::FilterType;
use image::{GrayImage, ImageError, ImageReader};
use rxing::common::HybridBinarizer;
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader};
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiUseMultiFormatReader, RXingResult,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::io;
use std::path::Path;

/// The longer side of the reduced picture.
const REDUCED: u32 = 1_754;
/// Radius, in pixels, of the smoothing of a page on which nothing was found: less than the thinnest bar.
const SMOOTHING: f32 = 0.8;
/// Bytes that decoding may take for each pixel, buffers of the decoder included.
const BYTES_PER_PIXEL: u64 = 16;
/// Symbols of one page that are told; a page with more is an exception anyway.
const MOST_CODES: usize = 16;
/// Letters of one symbol's text that are told; no archival code is as long.
const MOST_LETTERS: usize = 512;

/// A kind of symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Symbol {
    /// QR code (GB/T 18284).
    #[serde(rename = "qr")]
    Qr,
    /// Data Matrix.
    #[serde(rename = "data_matrix")]
    DataMatrix,
    /// Code 128 (GB/T 18347).
    #[serde(rename = "code_128")]
    Code128,
    /// Code 39 (GB/T 12908).
    #[serde(rename = "code_39")]
    Code39,
}

impl Symbol {
    fn format(self) -> BarcodeFormat {
        match self {
            Self::Qr => BarcodeFormat::QR_CODE,
            Self::DataMatrix => BarcodeFormat::DATA_MATRIX,
            Self::Code128 => BarcodeFormat::CODE_128,
            Self::Code39 => BarcodeFormat::CODE_39,
        }
    }

    fn of(format: BarcodeFormat) -> Option<Self> {
        [Self::Qr, Self::DataMatrix, Self::Code128, Self::Code39]
            .into_iter()
            .find(|symbol| symbol.format() == format)
    }
}

/// What is looked for, and how much is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCodeLimits {
    /// Kinds of symbols.
    pub symbols: Vec<Symbol>,
    /// A picture with more pixels is not opened.
    pub most_pixels: u64,
}

/// A symbol on a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageCode {
    /// Its kind.
    pub symbol: Symbol,
    /// Its text.
    pub text: String,
}

/// The codes on a picture (the first, where the file has several), each once. A file that is no picture that can be
/// read here, or is larger than it may be, has none.
///
/// # Errors
/// The file cannot be read, or decoding it takes more memory than it may.
pub fn read_page_codes(path: &Path, limits: &PageCodeLimits) -> io::Result<Vec<PageCode>> {
    let open = || ImageReader::open(path)?.with_guessed_format();
    let Ok((width, height)) = open()?.into_dimensions() else {
        return Ok(Vec::new());
    };
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > limits.most_pixels {
        return Ok(Vec::new());
    }
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(pixels * BYTES_PER_PIXEL + (16 << 20));
    let mut reader = open()?;
    reader.limits(bounds);
    match reader.decode() {
        Ok(picture) => Ok(codes_on(picture.to_luma8(), &limits.symbols)),
        Err(ImageError::Unsupported(_)) => Ok(Vec::new()),
        Err(ImageError::Limits(_)) => Err(io::ErrorKind::OutOfMemory.into()),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

/// The codes on a picture in shades of grey.
pub fn codes_on(picture: GrayImage, symbols: &[Symbol]) -> Vec<PageCode> {
    let mut found: Vec<PageCode> = Vec::new();
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer > REDUCED {
        let side = |side: u32| {
            u32::try_from(u64::from(side) * u64::from(REDUCED) / u64::from(longer))
                .unwrap_or(1)
                .max(1)
        };
        let reduced = image::imageops::resize(&picture, side(width), side(height), FilterType::Triangle);
        add(&mut found, search(reduced, symbols), symbols);
    }
    add(&mut found, search(picture.clone(), symbols), symbols);
    if found.is_empty() {
        // a noisy scanner hides thin bars; smoothing brings them back
        let smooth = image::imageops::blur(&picture, SMOOTHING);
        add(&mut found, search(smooth, symbols), symbols);
    }
    found.sort();
    found.truncate(MOST_CODES);
    found
}

fn add(found: &mut Vec<PageCode>, more: Vec<RXingResult>, symbols: &[Symbol]) {
    for result in more {
        let symbol = Symbol::of(*result.getBarcodeFormat()).filter(|symbol| symbols.contains(symbol));
        let text: String = result.getText().chars().take(MOST_LETTERS).collect();
        if let Some(symbol) = symbol
            && !found
                .iter()
                .any(|known| known.symbol == symbol && known.text == text)
        {
            found.push(PageCode { symbol, text });
        }
    }
}

/// Text in a symbol that does not say its encoding is read by what is usual in symbols; one that is read wrongly is
/// the code of no record, and so an exception.
fn search(picture: GrayImage, symbols: &[Symbol]) -> Vec<RXingResult> {
    let (width, height) = picture.dimensions();
    let Ok(source) = Luma8LuminanceSource::new(picture.into_raw(), width, height) else {
        return Vec::new();
    };
    let formats: HashSet<BarcodeFormat> = symbols.iter().map(|symbol| symbol.format()).collect();
    let hints = DecodeHints {
        PossibleFormats: Some(formats),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let mut scanner = GenericMultipleBarcodeReader::new(MultiUseMultiFormatReader::default());
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    // that nothing was found is told as an error
    scanner
        .decode_multiple_with_hints(&mut bitmap, &hints)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
