//! How much of a document is read before it is refused.

/// Limits of reading. What lies beyond them is refused with a fault, never cut off in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XmlLimits {
    /// Bytes of the document as it lies on disk.
    pub bytes: u64,
    /// Elements inside one another.
    pub depth: usize,
    /// Elements altogether.
    pub elements: u64,
    /// Attributes of an element, namespace declarations included.
    pub attributes: usize,
    /// Bytes of a name in UTF-8.
    pub name: usize,
    /// Bytes of a tag, a comment, an instruction or a CDATA section; in a tree also of the text of an element.
    pub text: u64,
}

impl XmlLimits {
    /// For documents that are held as a tree: 16 MiB, 200 000 elements.
    pub const DOCUMENT: Self = Self {
        bytes: 16 * 1024 * 1024,
        depth: 64,
        elements: 200_000,
        attributes: 256,
        name: 256,
        text: 4 * 1024 * 1024,
    };

    /// For documents that are read as a stream: any size, tags and other single pieces up to 4 MiB.
    pub const STREAM: Self = Self {
        bytes: u64::MAX,
        depth: 256,
        elements: u64::MAX,
        attributes: 256,
        name: 256,
        text: 4 * 1024 * 1024,
    };
}

impl Default for XmlLimits {
    fn default() -> Self {
        Self::DOCUMENT
    }
}
