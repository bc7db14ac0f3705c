//! Streams of any length through the lanes.

use super::{BLOCK, Engine, LANES, State, UNIT, sha512, sm3_block};
use std::io::{self, Read};

/// Bytes of a lane's buffer.
const CHUNK: usize = 64 * 1024;

/// Which digests are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// SHA-512.
    Sha512,
    /// SM3.
    Sm3,
    /// Both.
    Both,
}

impl Wanted {
    fn sha512(self) -> bool {
        matches!(self, Self::Sha512 | Self::Both)
    }

    fn sm3(self) -> bool {
        matches!(self, Self::Sm3 | Self::Both)
    }
}

/// The digests of one stream, lower-case hexadecimal; those that were not wanted are empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LaneDigests {
    /// SHA-512.
    pub sha512: String,
    /// SM3.
    pub sm3: String,
    /// Bytes of the stream.
    pub size: u64,
}

/// Digests many streams, eight side by side.
///
/// Memory is eight buffers of 64 KiB, however many and long the streams are.
#[derive(Debug)]
pub struct SideBySide {
    engine: Engine,
    wanted: Wanted,
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
}

/// Where the digests of the lanes stand.
struct States {
    sha512: [sha512::State; LANES],
    sm3: [State; LANES],
}

impl SideBySide {
    /// Lanes with the best instructions that this processor has.
    pub fn new(wanted: Wanted) -> Self {
        Self {
            engine: Engine::detect(),
            wanted,
        }
    }

    #[cfg(test)]
    fn with(engine: Engine, wanted: Wanted) -> Self {
        Self { engine, wanted }
    }

    /// Digests `streams`; they are asked for one by one as lanes become free. `seen` gets the bytes of each stream
    /// in order, with its number in `streams`, as they are read; an error of it ends the stream. `done` gets the
    /// digests of a stream, or the error of its reader or of `seen`. Streams end in no certain order.
    pub fn digest<R: Read>(
        &self,
        streams: impl IntoIterator<Item = R>,
        mut seen: impl FnMut(usize, &[u8]) -> io::Result<()>,
        mut done: impl FnMut(usize, io::Result<LaneDigests>),
    ) {
        let mut streams = streams.into_iter().enumerate();
        let mut states = States {
            sha512: [sha512::INITIAL; LANES],
            sm3: [sm3_block::INITIAL; LANES],
        };
        let mut lanes: [Option<Lane<R>>; LANES] = std::array::from_fn(|_| None);
        let mut buffers: Vec<Vec<u8>> = Vec::new();
        loop {
            for (place, lane) in lanes.iter_mut().enumerate() {
                // a lane ends when its stream does; then it takes the next one, and that may fail
                loop {
                    if let Some(running) = lane {
                        match running.fill(&mut seen) {
                            Ok(true) => break,
                            Ok(false) => done(running.number, Ok(self.finish(running, &mut states, place))),
                            Err(error) => done(running.number, Err(error)),
                        }
                    }
                    if let Some(ended) = lane.take() {
                        buffers.push(ended.buffer);
                    }
                    let Some((number, reader)) = streams.next() else {
                        break;
                    };
                    states.sha512[place] = sha512::INITIAL;
                    states.sm3[place] = sm3_block::INITIAL;
                    let buffer = buffers.pop().unwrap_or_else(|| vec![0; CHUNK]);
                    *lane = Some(Lane::new(number, reader, buffer));
                }
            }
            let Some(units) = lanes.iter().flatten().map(Lane::units).min() else {
                return;
            };
            let data = std::array::from_fn(|lane| lanes[lane].as_ref().map(Lane::bytes));
            if self.wanted.sm3() {
                self.engine.sm3(&mut states.sm3, data, units);
            }
            if self.wanted.sha512() {
                self.engine.sha512(&mut states.sha512, data, units);
            }
            for lane in lanes.iter_mut().flatten() {
                lane.done += units * UNIT;
            }
        }
    }

    /// Takes the rest of a stream, shorter than a unit, and its padding.
    fn finish<R: Read>(&self, lane: &Lane<R>, states: &mut States, place: usize) -> LaneDigests {
        let (rest, length) = (lane.bytes(), lane.length);
        let mut digests = LaneDigests {
            size: length,
            ..LaneDigests::default()
        };
        if self.wanted.sm3() {
            let (padded, whole) = padded::<BLOCK>(rest, length);
            let state = &mut states.sm3[place];
            for block in padded[..whole].as_chunks::<BLOCK>().0 {
                sm3_block::compress(state, block);
            }
            digests.sm3 = hex::encode(state.map(u32::to_be_bytes).as_flattened());
        }
        if self.wanted.sha512() {
            let (padded, whole) = padded::<UNIT>(rest, length);
            let state = &mut states.sha512[place];
            for block in padded[..whole].as_chunks::<UNIT>().0 {
                sha512::compress(state, block);
            }
            digests.sha512 = hex::encode(state.map(u64::to_be_bytes).as_flattened());
        }
        digests
    }
}

/// The end of a message: its rest, a bit 1, zeros, the length in bits (GB/T 32905-2016, 5.2; FIPS 180-4, 5.1). The
/// length takes an eighth of a block; no stream is so long that more than 64 bits of it are not zero.
fn padded<const B: usize>(rest: &[u8], length: u64) -> ([u8; 2 * UNIT], usize) {
    let mut end = [0; 2 * UNIT];
    let whole = (rest.len() + 1 + B / 8).next_multiple_of(B);
    end[..rest.len()].copy_from_slice(rest);
    end[rest.len()] = 0x80;
    end[whole - 8..whole].copy_from_slice(&length.wrapping_mul(8).to_be_bytes());
    (end, whole)
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
        }
    }

    /// What is to be digested.
    fn bytes(&self) -> &[u8] {
        &self.buffer[self.done..self.filled]
    }

    /// Whole units that are to be digested.
    fn units(&self) -> usize {
        self.bytes().len() / UNIT
    }

    /// Sees to it that there is a whole unit; `false` when the stream has none any more.
    fn fill(&mut self, seen: &mut impl FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<bool> {
        if self.units() > 0 {
            return Ok(true);
        }
        self.buffer.copy_within(self.done..self.filled, 0);
        self.filled -= self.done;
        self.done = 0;
        while self.filled < CHUNK {
            match self.reader.read(&mut self.buffer[self.filled..CHUNK]) {
                Ok(0) => break,
                Ok(count) => {
                    seen(self.number, &self.buffer[self.filled..self.filled + count])?;
                    self.filled += count;
                    self.length += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.units() > 0)
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

    fn digests(engine: Engine, wanted: Wanted, messages: &[Vec<u8>]) -> Vec<LaneDigests> {
        let mut found = vec![LaneDigests::default(); messages.len()];
        let mut seen = vec![Vec::new(); messages.len()];
        SideBySide::with(engine, wanted).digest(
            messages.iter().map(Vec::as_slice),
            |number, bytes| {
                seen[number].extend_from_slice(bytes);
                Ok(())
            },
            |number, digests| found[number] = digests.unwrap(),
        );
        assert_eq!(seen, messages);
        found
    }

    fn expected(messages: &[Vec<u8>]) -> Vec<LaneDigests> {
        let one = |message: &Vec<u8>| LaneDigests {
            sha512: Algorithm::Sha512.of(message),
            sm3: Algorithm::Sm3.of(message),
            size: message.len() as u64,
        };
        messages.iter().map(one).collect()
    }

    #[test]
    fn lanes_of_every_engine_agree_with_the_digest_of_one_stream() {
        let around = [
            0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 239, 240, 256,
        ];
        let long = [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17];
        let message = |length: usize| -> Vec<u8> { (0..length).map(|at| (at * 31 + length) as u8).collect() };
        let messages: Vec<Vec<u8>> = around.into_iter().chain(long).map(message).collect();
        for engine in engines() {
            assert_eq!(
                digests(engine, Wanted::Both, &messages),
                expected(&messages),
                "{engine:?}"
            );
        }
    }

    #[test]
    fn only_what_is_wanted_is_digested() {
        let messages = vec![b"abc".to_vec(); 9];
        for engine in engines() {
            let sm3 = digests(engine, Wanted::Sm3, &messages);
            assert!(
                sm3.iter()
                    .all(|found| found.sha512.is_empty() && found.sm3.starts_with("66c7f0f4"))
            );
            let sha512 = digests(engine, Wanted::Sha512, &messages);
            assert!(
                sha512
                    .iter()
                    .all(|found| found.sm3.is_empty() && found.sha512.starts_with("ddaf35a1"))
            );
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
        let streams: Vec<Box<dyn Read>> = vec![
            Box::new(&b"abc"[..]),
            Box::new(Broken),
            Box::new(&b"no"[..]),
            Box::new(&b"abc"[..]),
        ];
        let mut found = Vec::new();
        SideBySide::new(Wanted::Sm3).digest(
            streams,
            |_, bytes| match bytes {
                b"no" => Err(io::Error::other("refused")),
                _ => Ok(()),
            },
            |number, digests| found.push((number, digests.ok().map(|digests| digests.sm3))),
        );
        found.sort();
        // GB/T 32905-2016, annex A.1
        let abc = Some("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0".to_owned());
        assert_eq!(found, [(0, abc.clone()), (1, None), (2, None), (3, abc)]);
    }

    proptest! {
        #[test]
        fn any_number_of_streams_of_any_length(lengths in proptest::collection::vec(0_usize..2000, 0..30)) {
            let messages: Vec<Vec<u8>> = lengths.iter().map(|length| vec![*length as u8; *length]).collect();
            for engine in engines() {
                prop_assert_eq!(digests(engine, Wanted::Both, &messages), expected(&messages));
            }
        }
    }
}
