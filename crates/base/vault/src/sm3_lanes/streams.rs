//! Streams of any length through the lanes.

use super::block::INITIAL;
use super::{BLOCK, Engine, LANES, State};
use std::io::{self, Read};

/// Bytes of a lane's buffer that are filled from its stream; the end of the stream needs two blocks more.
const CHUNK: usize = 64 * 1024;

/// Digests many streams with SM3, eight side by side.
///
/// Memory is eight buffers of 64 KiB, however many and long the streams are.
#[derive(Debug)]
pub struct Sm3Lanes {
    engine: Engine,
}

/// A stream in its lane.
struct Lane<R> {
    number: usize,
    reader: R,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were digested.
    done: usize,
    /// Bytes of the buffer that are there.
    filled: usize,
    /// Bytes of the stream so far.
    length: u64,
    /// The padding is in the buffer: what is there is the rest.
    ended: bool,
}

impl Default for Sm3Lanes {
    fn default() -> Self {
        Self::new()
    }
}

impl Sm3Lanes {
    /// Lanes with the best instructions that this processor has.
    pub fn new() -> Self {
        Self {
            engine: Engine::detect(),
        }
    }

    #[cfg(test)]
    fn with(engine: Engine) -> Self {
        Self { engine }
    }

    /// Digests `streams`; they are asked for one by one as lanes become free. `seen` gets the bytes of each stream
    /// in order, with its number in `streams`, as they are read; `done` gets its digest as lower-case hexadecimal, or
    /// the error that its reader gave. Streams end in no certain order.
    pub fn digest<R: Read>(
        &self,
        streams: impl IntoIterator<Item = R>,
        mut seen: impl FnMut(usize, &[u8]),
        mut done: impl FnMut(usize, io::Result<String>),
    ) {
        let mut streams = streams.into_iter().enumerate();
        let mut states = [INITIAL; LANES];
        let mut lanes: [Option<Lane<R>>; LANES] = std::array::from_fn(|_| None);
        let mut buffers: Vec<Vec<u8>> = Vec::new();
        loop {
            for (lane, state) in lanes.iter_mut().zip(&mut states) {
                // a lane ends when its last block is digested; then it takes the next stream, and that may fail
                loop {
                    if let Some(running) = lane {
                        match running.fill(&mut seen) {
                            Ok(true) => break,
                            Ok(false) => done(running.number, Ok(hex_of(state))),
                            Err(error) => done(running.number, Err(error)),
                        }
                    }
                    if let Some(ended) = lane.take() {
                        buffers.push(ended.buffer);
                    }
                    let Some((number, reader)) = streams.next() else {
                        break;
                    };
                    *state = INITIAL;
                    let buffer = buffers.pop().unwrap_or_else(|| vec![0; CHUNK + 2 * BLOCK]);
                    *lane = Some(Lane::new(number, reader, buffer));
                }
            }
            let Some(blocks) = lanes.iter().flatten().map(Lane::blocks).min() else {
                return;
            };
            let data = std::array::from_fn(|lane| lanes[lane].as_ref().map(Lane::bytes));
            self.engine.compress(&mut states, data, blocks);
            for lane in lanes.iter_mut().flatten() {
                lane.done += blocks * BLOCK;
            }
        }
    }
}

fn hex_of(state: &State) -> String {
    hex::encode(state.map(u32::to_be_bytes).as_flattened())
}

impl<R: Read> Lane<R> {
    fn new(number: usize, reader: R, buffer: Vec<u8>) -> Self {
        Self {
            number,
            reader,
            buffer,
            done: 0,
            filled: 0,
            length: 0,
            ended: false,
        }
    }

    /// What is to be digested.
    fn bytes(&self) -> &[u8] {
        &self.buffer[self.done..self.filled]
    }

    /// Whole blocks that are to be digested.
    fn blocks(&self) -> usize {
        self.bytes().len() / BLOCK
    }

    /// Sees to it that there is a whole block; `false` when the stream and its padding are used up.
    fn fill(&mut self, seen: &mut impl FnMut(usize, &[u8])) -> io::Result<bool> {
        if self.blocks() > 0 {
            return Ok(true);
        }
        if self.ended {
            return Ok(false);
        }
        self.buffer.copy_within(self.done..self.filled, 0);
        self.filled -= self.done;
        self.done = 0;
        while self.filled < CHUNK {
            match self.reader.read(&mut self.buffer[self.filled..CHUNK]) {
                Ok(0) => {
                    self.pad();
                    break;
                }
                Ok(count) => {
                    seen(self.number, &self.buffer[self.filled..self.filled + count]);
                    self.filled += count;
                    self.length += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The end of the message, GB/T 32905-2016, clause 5.2: a bit 1, zeros, the length in bits.
    fn pad(&mut self) {
        let whole = (self.filled + 1 + 8).next_multiple_of(BLOCK);
        self.buffer[self.filled..whole].fill(0);
        self.buffer[self.filled] = 0x80;
        self.buffer[whole - 8..whole].copy_from_slice(&self.length.wrapping_mul(8).to_be_bytes());
        self.filled = whole;
        self.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;
    use proptest::prelude::*;

    fn engines() -> Vec<Engine> {
        let mut engines = vec![Engine::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            engines.extend(pulp::x86::V3::try_new().map(Engine::Avx2));
            engines.extend(pulp::x86::V4::try_new().map(Engine::Avx512));
        }
        engines
    }

    fn digests(engine: Engine, messages: &[Vec<u8>]) -> Vec<String> {
        let mut found = vec![String::new(); messages.len()];
        let mut seen = vec![Vec::new(); messages.len()];
        Sm3Lanes::with(engine).digest(
            messages.iter().map(Vec::as_slice),
            |number, bytes| seen[number].extend_from_slice(bytes),
            |number, digest| found[number] = digest.unwrap(),
        );
        assert_eq!(seen, messages);
        found
    }

    #[test]
    fn lanes_of_every_engine_agree_with_the_digest_of_one_stream() {
        let around = [
            0,
            1,
            55,
            56,
            63,
            64,
            65,
            119,
            120,
            128,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
            3 * CHUNK + 17,
        ];
        let message = |length: usize| -> Vec<u8> { (0..length).map(|at| (at * 31 + length) as u8).collect() };
        let messages: Vec<Vec<u8>> = around.iter().map(|length| message(*length)).collect();
        let expected: Vec<String> = messages
            .iter()
            .map(|message| Algorithm::Sm3.of(message))
            .collect();
        for engine in engines() {
            assert_eq!(digests(engine, &messages), expected, "{engine:?}");
        }
    }

    #[test]
    fn a_stream_that_fails_is_told_and_the_others_go_on() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let streams: Vec<Box<dyn Read>> =
            vec![Box::new(&b"abc"[..]), Box::new(Broken), Box::new(&b"abc"[..])];
        let mut found = Vec::new();
        Sm3Lanes::new().digest(
            streams,
            |_, _| {},
            |number, digest| found.push((number, digest.ok())),
        );
        found.sort();
        // GB/T 32905-2016, annex A.1
        let abc = Some("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0".to_owned());
        assert_eq!(found, [(0, abc.clone()), (1, None), (2, abc)]);
    }

    proptest! {
        #[test]
        fn any_number_of_streams_of_any_length(lengths in proptest::collection::vec(0_usize..1000, 0..30)) {
            let messages: Vec<Vec<u8>> = lengths.iter().map(|length| vec![*length as u8; *length]).collect();
            let expected: Vec<String> = messages.iter().map(|message| Algorithm::Sm3.of(message)).collect();
            for engine in engines() {
                prop_assert_eq!(digests(engine, &messages), expected.clone());
            }
        }
    }
}
