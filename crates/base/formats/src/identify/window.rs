//! Keeps the beginning and the end of a file while its bytes stream by.

/// Bytes kept from the beginning: as far as any signature counts from there (136 004 bytes and its own length).
pub const HEAD_BYTES: usize = 144 * 1024;
/// Bytes kept from the end: as far as any signature counts back (131 072 bytes and its own length).
pub const TAIL_BYTES: usize = 132 * 1024;

/// Collects what identification needs in the one pass over a file: feed every chunk, then take
/// [`head`](Self::head) and [`tail`](Self::tail). Memory stays under 500 KiB however large the file.
#[derive(Debug, Default, Clone)]
pub struct HeadTail {
    head: Vec<u8>,
    tail: Vec<u8>,
    fed: u64,
}

impl HeadTail {
    /// An empty collector.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the file, in order.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.fed += chunk.len() as u64;
        let room = HEAD_BYTES - self.head.len();
        self.head.extend_from_slice(&chunk[..room.min(chunk.len())]);
        if chunk.len() >= TAIL_BYTES {
            self.tail.clear();
            self.tail.extend_from_slice(&chunk[chunk.len() - TAIL_BYTES..]);
            return;
        }
        // Move the end to the front only now and then, so that small chunks cost little.
        if self.tail.len() + chunk.len() > 2 * TAIL_BYTES {
            let surplus = self.tail.len() - (TAIL_BYTES - chunk.len()).min(self.tail.len());
            self.tail.drain(..surplus);
        }
        self.tail.extend_from_slice(chunk);
    }

    /// The first bytes of the file, at most [`HEAD_BYTES`].
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The last bytes of the file, at most [`TAIL_BYTES`]; of a small file the whole.
    pub fn tail(&self) -> &[u8] {
        &self.tail[self.tail.len().saturating_sub(TAIL_BYTES)..]
    }

    /// How many bytes were fed.
    pub fn size(&self) -> u64 {
        self.fed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_windows_equal_the_ends_of_the_file(chunks in proptest::collection::vec(0_usize..90_000, 0..8)) {
            let mut whole = Vec::new();
            let mut windows = HeadTail::new();
            for (number, length) in chunks.iter().enumerate() {
                let chunk: Vec<u8> = (0..*length).map(|at| (at * 7 + number) as u8).collect();
                windows.feed(&chunk);
                whole.extend(chunk);
            }
            prop_assert_eq!(windows.head(), &whole[..whole.len().min(HEAD_BYTES)]);
            prop_assert_eq!(windows.tail(), &whole[whole.len().saturating_sub(TAIL_BYTES)..]);
            prop_assert_eq!(windows.size(), whole.len() as u64);
        }
    }
}
