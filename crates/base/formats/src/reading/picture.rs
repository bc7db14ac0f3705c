//! The picture of a page whose words must be recognised.

use super::error::ReadError;

/// How the pixels of a picture lie in memory, line by line from the upper left corner, without padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pixels {
    /// One byte a pixel: 0 black, 255 white.
    Grey,
    /// Three bytes a pixel: red, green, blue.
    Rgb,
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How the bytes lie.
    pub pixels: Pixels,
    /// The bytes: `width × height` times 1 or 3.
    pub bytes: Vec<u8>,
    /// Pixels an inch of the page, where that is known.
    pub resolution: Option<f32>,
}

/// A picture as a file: what a camera or scanner wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedPicture {
    /// Its MIME type.
    pub mime: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Gives the pixels of a page, while its document is open.
///
/// The picture is the page as it is shown, upright by the document's own account. Its boxes become boxes of the page
/// by `page.width / picture.width`.
pub trait PagePicture {
    /// The page in colours or greys at so many pixels an inch, or at fewer where it would have more pixels than
    /// allowed ([`ReadLimits::picture_pixels`](super::ReadLimits::picture_pixels)). Where the page is one scanned
    /// picture, that picture at its natural size may be given instead, if it is not much larger.
    fn render(&mut self, resolution: f32, pixels: Pixels) -> Result<Picture, ReadError>;

    /// The picture as a file, where the whole page is one: an image that was attached. `None`: use
    /// [`render`](Self::render).
    fn encoded(&mut self) -> Option<EncodedPicture> {
        None
    }
}
