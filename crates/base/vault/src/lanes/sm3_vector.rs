//! Eight lanes in vector registers: the same steps as in [`sm3_block`](super::sm3_block), on eight words at a time.

use super::sm3_block::ROUND;
use super::{BLOCK, LANES, State};
use pulp::x86::{V3, V4};
use pulp::{NullaryFnOnce, cast, u32x8};

/// Operations on eight words; each set of instructions has its own best way.
trait Words: Copy {
    fn avx2(self) -> V3;
    /// Turns each word left by `LEFT`; `RIGHT` is 32 less that.
    fn turn<const LEFT: i32, const RIGHT: i32>(self, a: u32x8) -> u32x8;
    fn xor3(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8;
    fn majority(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8;
    fn choose(self, which: u32x8, one: u32x8, other: u32x8) -> u32x8;
    fn p0(self, a: u32x8) -> u32x8;
    fn p1(self, a: u32x8) -> u32x8;

    #[inline(always)]
    fn add(self, a: u32x8, b: u32x8) -> u32x8 {
        self.avx2().wrapping_add_u32x8(a, b)
    }

    #[inline(always)]
    fn xor(self, a: u32x8, b: u32x8) -> u32x8 {
        self.avx2().xor_u32x8(a, b)
    }
}
impl Words for V3 {
    #[inline(always)]
    fn avx2(self) -> V3 {
        self
    }
    #[inline(always)]
    fn turn<const LEFT: i32, const RIGHT: i32>(self, a: u32x8) -> u32x8 {
        self.or_u32x8(self.shl_const_u32x8::<LEFT>(a), self.shr_const_u32x8::<RIGHT>(a))
    }
    #[inline(always)]
    fn xor3(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8 {
        self.xor(self.xor(a, b), c)
    }
    #[inline(always)]
    fn majority(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8 {
        self.or_u32x8(self.and_u32x8(a, b), self.and_u32x8(self.or_u32x8(a, b), c))
    }
    #[inline(always)]
    fn choose(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8 {
        self.xor(self.and_u32x8(self.xor(b, c), a), c)
    }
    #[inline(always)]
    fn p0(self, a: u32x8) -> u32x8 {
        self.xor(a, self.turn::<9, 23>(self.xor(a, turn_by_a_byte(self, a))))
    }
    #[inline(always)]
    fn p1(self, a: u32x8) -> u32x8 {
        self.xor(a, self.turn::<15, 17>(self.xor(a, turn_by_a_byte(self, a))))
    }
}
#[inline(always)]
fn turn_by_a_byte(simd: V3, a: u32x8) -> u32x8 {
    let turn = cast([
        3u8, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12,
        13, 14,
    ]);
    cast(simd.avx2._mm256_shuffle_epi8(cast(a), turn))
}
impl Words for V4 {
    #[inline(always)]
    fn avx2(self) -> V3 {
        *self
    }
    #[inline(always)]
    fn turn<const LEFT: i32, const RIGHT: i32>(self, a: u32x8) -> u32x8 {
        cast(self.avx512f._mm256_rol_epi32::<LEFT>(cast(a)))
    }
    #[inline(always)]
    fn xor3(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8 {
        cast(
            self.avx512f
                ._mm256_ternarylogic_epi32::<0x96>(cast(a), cast(b), cast(c)),
        )
    }
    #[inline(always)]
    fn majority(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8 {
        cast(
            self.avx512f
                ._mm256_ternarylogic_epi32::<0xe8>(cast(a), cast(b), cast(c)),
        )
    }
    #[inline(always)]
    fn choose(self, a: u32x8, b: u32x8, c: u32x8) -> u32x8 {
        cast(
            self.avx512f
                ._mm256_ternarylogic_epi32::<0xca>(cast(a), cast(b), cast(c)),
        )
    }
    #[inline(always)]
    fn p0(self, a: u32x8) -> u32x8 {
        self.xor3(a, self.turn::<9, 23>(a), self.turn::<17, 15>(a))
    }
    #[inline(always)]
    fn p1(self, a: u32x8) -> u32x8 {
        self.xor3(a, self.turn::<15, 17>(a), self.turn::<23, 9>(a))
    }
}

/// The first or second half of eight blocks as eight vectors: the vector `n` holds word `n` of every lane.
#[inline(always)]
fn load(simd: V3, rows: [&[u8; BLOCK / 2]; LANES]) -> [u32x8; 8] {
    let big_endian = cast([
        3_u8, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15,
        14, 13, 12,
    ]);
    let avx2 = simd.avx2;
    let rows = rows.map(|row| avx2._mm256_shuffle_epi8(cast(*row), big_endian));
    let low = |one, other| avx2._mm256_unpacklo_epi32(rows[one], rows[other]);
    let high = |one, other| avx2._mm256_unpackhi_epi32(rows[one], rows[other]);
    let (t0, t1, t2, t3) = (low(0, 1), high(0, 1), low(2, 3), high(2, 3));
    let (t4, t5, t6, t7) = (low(4, 5), high(4, 5), low(6, 7), high(6, 7));
    let low = |one, other| avx2._mm256_unpacklo_epi64(one, other);
    let high = |one, other| avx2._mm256_unpackhi_epi64(one, other);
    let first = [low(t0, t2), high(t0, t2), low(t1, t3), high(t1, t3)];
    let second = [low(t4, t6), high(t4, t6), low(t5, t7), high(t5, t7)];
    std::array::from_fn(|word| {
        let (one, other) = (first[word % 4], second[word % 4]);
        if word < 4 {
            cast(avx2._mm256_permute2x128_si256::<0x20>(one, other))
        } else {
            cast(avx2._mm256_permute2x128_si256::<0x31>(one, other))
        }
    })
}

#[inline(always)]
fn compress<W: Words>(l: W, state: &mut [u32x8; 8], blocks: [&[u8; BLOCK]; LANES]) {
    let simd = l.avx2();
    let mut w = [simd.splat_u32x8(0); 68];
    for half in 0..2 {
        let rows = blocks.map(|block| &block.as_chunks::<{ BLOCK / 2 }>().0[half]);
        w[half * 8..][..8].copy_from_slice(&load(simd, rows));
    }
    for j in 16..68 {
        let x = l.xor3(w[j - 16], w[j - 9], l.turn::<15, 17>(w[j - 3]));
        w[j] = l.xor3(l.p1(x), l.turn::<7, 25>(w[j - 13]), w[j - 6]);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    // A round; instead of moving the words, the next round names them in another order.
    macro_rules! round {
        ($j:expr, $a:ident,$b:ident,$c:ident,$d:ident,$e:ident,$f:ident,$g:ident,$h:ident, $early:expr) => {{
            let j: usize = $j;
            let a12 = l.turn::<12, 20>($a);
            let ss1 = l.add(l.add(a12, $e), simd.splat_u32x8(ROUND[j]));
            let ss1 = l.turn::<7, 25>(ss1);
            let ss2 = l.xor(ss1, a12);
            let (ff, gg) = if $early {
                (l.xor3($a, $b, $c), l.xor3($e, $f, $g))
            } else {
                (l.majority($a, $b, $c), l.choose($e, $f, $g))
            };
            let tt1 = l.add(l.add(ff, $d), l.add(ss2, l.xor(w[j], w[j + 4])));
            let tt2 = l.add(l.add(gg, $h), l.add(ss1, w[j]));
            $b = l.turn::<9, 23>($b);
            $f = l.turn::<19, 13>($f);
            $h = tt1;
            $d = l.p0(tt2);
        }};
    }
    macro_rules! eight_rounds {
        ($j:expr, $early:expr) => {
            round!($j, a, b, c, d, e, f, g, h, $early);
            round!($j + 1, h, a, b, c, d, e, f, g, $early);
            round!($j + 2, g, h, a, b, c, d, e, f, $early);
            round!($j + 3, f, g, h, a, b, c, d, e, $early);
            round!($j + 4, e, f, g, h, a, b, c, d, $early);
            round!($j + 5, d, e, f, g, h, a, b, c, $early);
            round!($j + 6, c, d, e, f, g, h, a, b, $early);
            round!($j + 7, b, c, d, e, f, g, h, a, $early);
        };
    }
    let mut j = 0;
    while j < 16 {
        eight_rounds!(j, true);
        j += 8;
    }
    while j < 64 {
        eight_rounds!(j, false);
        j += 8;
    }
    let new = [a, b, c, d, e, f, g, h];
    for i in 0..8 {
        state[i] = l.xor(state[i], new[i]);
    }
}

/// Takes `blocks` blocks of every lane with AVX2.
pub(super) fn compress_lanes_avx2(
    simd: V3,
    states: &mut [State; LANES],
    data: [&[u8]; LANES],
    blocks: usize,
) {
    simd.vectorize(Job {
        words: simd,
        states,
        data,
        blocks,
    });
}

/// Takes `blocks` blocks of every lane with AVX-512.
pub(super) fn compress_lanes_avx512(
    simd: V4,
    states: &mut [State; LANES],
    data: [&[u8]; LANES],
    blocks: usize,
) {
    simd.vectorize(Job {
        words: simd,
        states,
        data,
        blocks,
    });
}

struct Job<'a, W> {
    words: W,
    states: &'a mut [State; LANES],
    data: [&'a [u8]; LANES],
    blocks: usize,
}

impl<W: Words> NullaryFnOnce for Job<'_, W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Job {
            words,
            states,
            data,
            blocks,
        } = self;
        let mut state: [u32x8; 8] = std::array::from_fn(|word| {
            let lanes: [u32; LANES] = std::array::from_fn(|lane| states[lane][word]);
            cast(lanes)
        });
        let data = data.map(|lane| lane.as_chunks::<BLOCK>().0);
        let there = data.iter().map(|lane| lane.len()).min().unwrap_or_default();
        // no iterator: every call from here must be inlined into the code for this processor
        let mut block = 0;
        while block < blocks.min(there) {
            compress(words, &mut state, std::array::from_fn(|lane| &data[lane][block]));
            block += 1;
        }
        for (word, lanes) in state.into_iter().enumerate() {
            let lanes: [u32; LANES] = cast(lanes);
            for (state, value) in states.iter_mut().zip(lanes) {
                state[word] = value;
            }
        }
    }
}
