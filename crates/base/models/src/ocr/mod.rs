//! Reading what is written on the picture of a page (文字识别).
//!
//! A page is set upright, its lines are found, each is read, and they are put into the order in which a person reads
//! them: rows from the top, columns of a newspaper from the left, vertical columns from the right.
//!
//! - [`Ocr`]: the whole way from a picture to a [`ReadPage`](lantai_domain::reading::ReadPage)
//! - [`page_quality`]: how good the picture is; needs no model
//! - [`order`](mod@order): reading order of boxes; needs no model
//! - [`Sheet`]: pixels of a page, and parts of it set straight

mod components;
mod ctc;
mod detection;
mod layout;
pub mod order;
mod orientation;
mod page;
mod quality;
mod reader;
mod recognition;
mod rectangle;
mod seals;
mod sheet;

pub use quality::page_quality;
pub use reader::{Ocr, OcrOptions};
pub use rectangle::Rectangle;
pub use sheet::Sheet;
