//! SM3 (GB/T 32905-2016) of many streams side by side.
//!
//! One SM3 is a chain in which each step waits for the one before; eight of them, laid side by side in the lanes of a
//! vector register, keep the processor busy. [`Sm3Lanes`] takes streams of any length and fills a lane that has
//! become free with the next stream. The processor's abilities are asked for while running; without AVX2 the same
//! work is done lane by lane.

mod block;
mod streams;
#[cfg(target_arch = "x86_64")]
mod vector;

pub use streams::Sm3Lanes;

/// Streams that are digested side by side.
pub(crate) const LANES: usize = 8;
/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// The state of one running digest.
pub(crate) type State = [u32; 8];

/// What digests blocks on this processor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    /// Lane by lane, on any processor.
    Portable,
    /// Eight lanes in AVX2 registers.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// Eight lanes with the rotations and three-way logic of AVX-512.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
}

impl Engine {
    /// The best that this processor has.
    pub(crate) fn detect() -> Self {
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

    /// Lanes below which single digests are quicker than all lanes together.
    fn worth_while(self) -> usize {
        match self {
            Self::Portable => LANES + 1,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) | Self::Avx512(_) => 4,
        }
    }

    /// Takes the first `blocks` blocks of each lane that has data; all of them have that many.
    pub(crate) fn compress(self, states: &mut [State; LANES], data: [Option<&[u8]>; LANES], blocks: usize) {
        let busy = data.iter().flatten().count();
        let idle = data.iter().flatten().next();
        if let (true, Some(idle)) = (busy >= self.worth_while(), idle) {
            // a lane without a stream digests its neighbour's bytes, and forgets them
            let before = *states;
            let filled = data.map(|lane| lane.unwrap_or(idle));
            match self {
                Self::Portable => {}
                #[cfg(target_arch = "x86_64")]
                Self::Avx2(words) => vector::compress_lanes_avx2(words, states, filled, blocks),
                #[cfg(target_arch = "x86_64")]
                Self::Avx512(words) => vector::compress_lanes_avx512(words, states, filled, blocks),
            }
            for ((state, before), lane) in states.iter_mut().zip(before).zip(data) {
                if lane.is_none() {
                    *state = before;
                }
            }
            return;
        }
        for (state, lane) in states.iter_mut().zip(data) {
            for block in lane
                .unwrap_or_default()
                .as_chunks::<BLOCK>()
                .0
                .iter()
                .take(blocks)
            {
                block::compress(state, block);
            }
        }
    }
}
