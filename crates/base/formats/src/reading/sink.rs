//! Who is told what stands in a document.

use super::error::ReadError;
use super::picture::PagePicture;
use lantai_domain::reading::{Omission, ReadPage, Step, Told};

/// A file inside the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartHead {
    /// Its name, made harmless; an address for an archived page.
    pub name: String,
    /// Its MIME type as the file says, else as it was identified; `application/octet-stream` where nobody knows.
    pub mime: String,
    /// Its format (PUID), where it was identified.
    pub puid: Option<String>,
    /// Its size in bytes.
    pub bytes: u64,
    /// How deep it lies: 1 is directly in the file.
    pub depth: u8,
}

/// What to do with a file inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartChoice {
    /// Read it now.
    Read,
    /// Leave it: the sink has no use for it, or dealt with its bytes itself.
    Leave,
}

/// Is told what stands in a document, in its order. An error ends the reading; [`ReadError::Stopped`] is meant for
/// that.
pub trait Sink {
    /// A page with its text. `n` is set, counted over the file and its parts; `start` is for the sink to set.
    fn page(&mut self, page: ReadPage) -> Result<(), ReadError>;

    /// A page that is a picture: its words must be recognised. `page` has its number, size and unit, and what text
    /// there is of its own, for want of better (an untrustworthy layer, headings around the picture).
    fn picture_page(&mut self, page: ReadPage, picture: &mut dyn PagePicture) -> Result<(), ReadError>;

    /// Something that the file (or the part that is being read) says of itself.
    fn told(&mut self, told: Told);

    /// A file inside. Its pages follow if the answer is [`PartChoice::Read`] and somebody can read it; in any case
    /// [`end_part`](Self::end_part) comes after it.
    fn begin_part(&mut self, head: &PartHead, bytes: &[u8]) -> Result<PartChoice, ReadError>;

    /// The file inside that began last is at its end.
    fn end_part(&mut self);

    /// Something was done.
    fn step(&mut self, step: Step);

    /// Something was not done, or could not be read.
    fn omit(&mut self, omission: Omission);
}
