//! Readings in the forms that other programs know.

mod alto;
mod hocr;

pub use alto::alto;
pub use hocr::hocr;
