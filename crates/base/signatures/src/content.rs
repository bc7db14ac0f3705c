//! What was signed, given as often as it is asked for and never held as a whole.

use std::io::{self, Write};

/// What was signed. It can be gigabytes, so it is written into a sink, the same bytes each time.
pub trait SignedContent {
    /// Writes all of it.
    fn write_to(&self, sink: &mut dyn Write) -> io::Result<()>;
}

impl SignedContent for [u8] {
    fn write_to(&self, sink: &mut dyn Write) -> io::Result<()> {
        sink.write_all(self)
    }
}

impl SignedContent for Vec<u8> {
    fn write_to(&self, sink: &mut dyn Write) -> io::Result<()> {
        sink.write_all(self)
    }
}

impl SignedContent for &[u8] {
    fn write_to(&self, sink: &mut dyn Write) -> io::Result<()> {
        sink.write_all(self)
    }
}
