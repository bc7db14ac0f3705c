//! Word and PowerPoint of the years before 2007: documents in compound files. The programs of Kingsoft (WPS) wrote the
//! same streams.

pub(super) mod slides;
pub(super) mod word;
