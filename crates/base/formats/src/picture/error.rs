//! Why a picture is not decoded.

/// Why a picture is not decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is no picture, or in a format that is not read.
    #[error("it is not a picture in a format that is read")]
    Unknown,
    /// It states more pixels than are decoded.
    #[error("it states {width} × {height} pixels; up to {most} pixels are decoded in its format")]
    TooLarge {
        /// Width that it states.
        width: u32,
        /// Height that it states.
        height: u32,
        /// The most pixels.
        most: u64,
    },
    /// Decoding would take more memory than allowed.
    #[error("decoding it takes more memory than is given to it")]
    TooMuchMemory,
    /// Its compression or its colours are not read.
    #[error("its compression or its colours are not read: {reason}")]
    Unsupported {
        /// Which.
        reason: String,
    },
    /// It is damaged.
    #[error("it is damaged: {reason}")]
    Damaged {
        /// Where or how.
        reason: String,
    },
}

impl PictureError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "formats.picture_empty",
            Self::Unknown => "formats.picture_unknown",
            Self::TooLarge { .. } => "formats.picture_too_large",
            Self::TooMuchMemory => "formats.picture_memory",
            Self::Unsupported { .. } => "formats.picture_unsupported",
            Self::Damaged { .. } => "formats.picture_damaged",
        }
    }

    pub(super) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged {
            reason: reason.into(),
        }
    }
}

impl From<image::ImageError> for PictureError {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::Limits(_) => Self::TooMuchMemory,
            image::ImageError::Unsupported(error) => Self::Unsupported {
                reason: error.to_string(),
            },
            error => Self::damaged(error.to_string()),
        }
    }
}
