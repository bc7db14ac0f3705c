//! SHA-512 (FIPS 180-4) and SM3 (GB/T 32905-2016) of many streams side by side.
//!
//! A digest is a chain in which each step waits for the one before; eight of them, laid side by side in the lanes of
//! vector registers, keep the processor busy. [`SideBySide`] takes streams of any length and fills a lane that has
//! become free with the next stream. The processor's abilities are asked for while running; without them the same
//! work is done lane by lane.

mod sha512;
mod sm3_block;
#[cfg(target_arch = "x86_64")]
mod sm3_vector;
mod streams;

pub use streams::{LaneDigests, SideBySide, Wanted};

/// Streams that are digested side by side.
const LANES: usize = 8;
/// Bytes of a block of SM3.
const BLOCK: usize = 64;
/// Bytes that every lane takes at a time: two blocks of SM3, one of SHA-512.
const UNIT: usize = 128;

/// The state of one running SM3.
type State = [u32; 8];

/// What digests on this processor.
#[derive(Debug, Clone, Copy)]
enum Engine {
    /// Lane by lane, on any processor.
    Portable,
    /// SM3 of eight lanes in AVX2 registers.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// Both of eight lanes, with the rotations and three-way logic of AVX-512.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
}

impl Engine {
    /// The best that this processor has.
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(words) = pulp::x86::V4::try_new() {
                return Self::Avx512(words);
            }
            if let Some(words) = pulp::x86::V3::try_new() {
                return Self::Avx2(words);
            }
        }
        Self::Portable
    }

    /// Busy lanes below which single SM3s are quicker than all lanes together.
    fn lanes_for_sm3(self) -> usize {
        match self {
            Self::Portable => LANES + 1,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) | Self::Avx512(_) => 4,
        }
    }

    /// Busy lanes below which single SHA-512s are quicker than all lanes together.
    fn lanes_for_sha512(self) -> usize {
        match self {
            Self::Portable => LANES + 1,
            // four lanes without rotations are no quicker than one after the other
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => LANES + 1,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => 4,
        }
    }

    /// Takes the first `units` units of each lane that has data into its SM3.
    fn sm3(self, states: &mut [State; LANES], data: [Option<&[u8]>; LANES], units: usize) {
        if let Some(filled) = filled(data, self.lanes_for_sm3()) {
            let before = *states;
            let blocks = units * (UNIT / BLOCK);
            match self {
                Self::Portable => {}
                #[cfg(target_arch = "x86_64")]
                Self::Avx2(words) => sm3_vector::compress_lanes_avx2(words, states, filled, blocks),
                #[cfg(target_arch = "x86_64")]
                Self::Avx512(words) => sm3_vector::compress_lanes_avx512(words, states, filled, blocks),
            }
            return forget_idle(states, before, data);
        }
        for (state, lane) in states.iter_mut().zip(data) {
            let blocks = lane.unwrap_or_default().as_chunks::<BLOCK>().0;
            for block in blocks.iter().take(units * (UNIT / BLOCK)) {
                sm3_block::compress(state, block);
            }
        }
    }

    /// Takes the first `units` units of each lane that has data into its SHA-512.
    fn sha512(self, states: &mut [sha512::State; LANES], data: [Option<&[u8]>; LANES], units: usize) {
        #[cfg(target_arch = "x86_64")]
        if let (Self::Avx512(words), Some(filled)) = (self, filled(data, self.lanes_for_sha512())) {
            let before = *states;
            sha512::compress_lanes(words, states, filled, units);
            return forget_idle(states, before, data);
        }
        for (state, lane) in states.iter_mut().zip(data) {
            let blocks = lane.unwrap_or_default().as_chunks::<UNIT>().0;
            for block in blocks.iter().take(units) {
                sha512::compress(state, block);
            }
        }
    }
}

/// Something for every lane, where enough of them are busy: one without a stream gets its neighbour's bytes.
fn filled(data: [Option<&[u8]>; LANES], worth_while: usize) -> Option<[&[u8]; LANES]> {
    let idle = data.iter().flatten().next()?;
    let busy = data.iter().flatten().count();
    (busy >= worth_while).then(|| data.map(|lane| lane.unwrap_or(idle)))
}

/// Whatever lanes without a stream have digested is forgotten.
fn forget_idle<S: Copy>(states: &mut [S; LANES], before: [S; LANES], data: [Option<&[u8]>; LANES]) {
    for ((state, before), lane) in states.iter_mut().zip(before).zip(data) {
        if lane.is_none() {
            *state = before;
        }
    }
}
